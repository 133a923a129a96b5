//! Why reading a source ended early. Bad records never do that: they are rejected with a reason and counted.

use std::io;
use weft_runtime::OpenError;

/// Why reading a source ended early; the records before it were delivered.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("reading failed behind byte {position}: check the file, the records before it were kept")]
    Read {
        /// Bytes of text (after decompression) that were read.
        position: u64,
        #[source]
        source: io::Error,
    },
}

impl CollectError {
    /// Short stable name, counted in reports (`truncated_file`, `decompression_bomb`, `corrupt_compression`, `read_failed`).
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read { source, .. } => OpenError::reason_of(source),
        }
    }
}
