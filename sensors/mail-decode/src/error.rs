//! Why a message could not become an event.

/// The bytes are not a message that can be read. Nothing inside a message (broken MIME, broken encodings) is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No bytes, or white space only.
    #[error("the message is empty: check that the file was written completely")]
    Empty,
    /// More than [`MAX_MESSAGE_BYTES`](crate::limits::MAX_MESSAGE_BYTES).
    #[error("the message has {bytes} bytes, more than the limit of {limit}: remove it or split it", limit = crate::limits::MAX_MESSAGE_BYTES)]
    TooLarge { bytes: usize },
    /// No header field that a mail message carries was found before the first empty line.
    #[error("no mail header was found: check that the file is a raw message (.eml)")]
    NoHeader,
}

impl DecodeError {
    /// Short stable name for reports, snake case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "empty_message",
            Self::TooLarge { .. } => "oversized_message",
            Self::NoHeader => "no_header",
        }
    }
}
