//! Why reading a log ended early. Bad lines never do that: they are rejected with a reason and counted.

use std::io;
use weft_runtime::OpenError;

/// Why reading a log ended early; the lines before it were delivered.
#[derive(Debug, thiserror::Error)]
pub enum LogReadError {
    #[error("reading failed behind byte {position}: check the file, the lines before it were kept")]
    Read {
        /// Bytes of text (after decompression) that were read.
        position: u64,
        #[source]
        source: io::Error,
    },
}

impl LogReadError {
    /// Short stable name, counted in reports (`truncated_file`, `decompression_bomb`, `corrupt_compression`, `read_failed`).
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read { source, .. } => OpenError::reason_of(source),
        }
    }
}
