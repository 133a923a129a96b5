//! Capture files and live interfaces to events: the IO around [`weft_net_decode`]. Must not know any protocol.
//!
//! [`read_capture`] reads pcap and pcapng from any reader with a pure-Rust parser. Live capture needs libpcap and the feature `capture`.

mod capture;
mod error;
#[cfg(feature = "capture")]
mod live;
mod whole_reads;

pub use capture::{read_capture, read_capture_counted};
pub use error::CaptureError;
#[cfg(feature = "capture")]
pub use live::{CaptureStats, capture_live};
pub use weft_net_decode::{Counters, Limits};
