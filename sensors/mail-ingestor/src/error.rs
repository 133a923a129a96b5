//! Why a source could not be read. A bad message is no error: it is rejected into the sink with a reason.

use std::path::PathBuf;
use weft_runtime::OpenError;

/// Reading stopped; what was handed to the sink before stays valid.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The input failed.
    #[error("cannot read the mail source: check that it is readable and complete")]
    Read(#[from] std::io::Error),
    /// A folder of a Maildir could not be listed.
    #[error("cannot list {path}: check that it exists and may be read", path = path.display())]
    List {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Neither `cur/` nor `new/` is there.
    #[error("{path} is no maildir: it has neither cur/ nor new/", path = path.display())]
    NotMaildir { path: PathBuf },
    /// More files than [`MAX_MAILDIR_MESSAGES`](crate::MAX_MAILDIR_MESSAGES).
    #[error("{path} holds more than {limit} messages: split it into several folders", path = path.display())]
    TooMany { path: PathBuf, limit: usize },
}

impl IngestError {
    /// Short stable name, counted in reports (`truncated_file`, `decompression_bomb`, `corrupt_compression`, `unreadable_maildir` ...).
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read(source) => OpenError::reason_of(source),
            Self::List { .. } => "unreadable_maildir",
            Self::NotMaildir { .. } => "not_a_maildir",
            Self::TooMany { .. } => "too_many_messages",
        }
    }
}
