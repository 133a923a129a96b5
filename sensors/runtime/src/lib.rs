//! What every sensor shares: recognition of input by content, decompression, the sink that takes events and rejects, dead letters
//! and per-source reports. Must not know any record format beyond what recognition needs.

pub mod archive;
pub mod compression;
pub mod dead_letter;
pub mod discover;
pub mod kind;
mod log_kind;
pub mod report;
pub mod sink;
pub mod text;
pub mod walk;
pub mod watch;

pub use compression::{Compression, Limits, OpenError, open};
pub use dead_letter::{DeadLetterSummary, DeadLetters};
pub use discover::{Input, InputError, discover};
pub use kind::{HEAD_BYTES, Kind, recognise};
pub use report::{Report, SourceReport, peak_rss_bytes};
pub use sink::{Collected, Reject, Sink};
pub use text::TextReader;
pub use watch::{FolderWatch, Ready, WatchError};
