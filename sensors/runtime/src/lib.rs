//! What every sensor shares: recognition of input by content, decompression, the sink that takes events and rejects, dead letters
//! and per-source reports. Must not know any record format beyond what recognition needs.

pub mod sink;

pub use sink::{Reject, Sink};
