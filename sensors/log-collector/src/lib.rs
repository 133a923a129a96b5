//! Files of network logs to events: the stream is cut into lines, each line is mapped, bad ones get a named reason and the stream goes
//! on. Must not know what a line means (`weft-log-map` does) nor where the bytes come from.

mod error;
mod lines;
mod read_log;

pub use error::LogReadError;
pub use lines::MAX_LINE_BYTES;
pub use read_log::{format_of, read_log};
