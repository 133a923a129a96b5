//! Why a capture could not be read at all.

use std::io;
use weft_runtime::OpenError;

/// A capture that gives nothing. A capture that is cut short or broken further on is no error: it is rejected from there, and what
/// came before counts.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// There is not a single byte.
    #[error("the capture is empty")]
    Empty,
    /// The bytes begin neither pcap nor pcapng.
    #[error("not a pcap or pcapng file")]
    NotACapture,
    /// The file ends inside its first header.
    #[error("the capture ends inside its header, copy it again")]
    TruncatedHeader,
    /// Reading failed.
    #[error("cannot read the capture")]
    Io(#[source] io::Error),
    /// The interface cannot be opened.
    #[cfg(feature = "capture")]
    #[error("cannot capture on {interface}, check its name and the capability CAP_NET_RAW")]
    Interface {
        interface: String,
        #[source]
        source: pcap::Error,
    },
    /// The filter is not valid.
    #[cfg(feature = "capture")]
    #[error("the capture filter is not valid, see pcap-filter(7)")]
    Filter(#[source] pcap::Error),
    /// A live capture broke off.
    #[cfg(feature = "capture")]
    #[error("the live capture broke off")]
    Live(#[source] pcap::Error),
}

impl CaptureError {
    /// The stable snake-case name under which it is counted.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "empty_capture",
            Self::NotACapture => "not_a_capture",
            Self::TruncatedHeader => "truncated_capture_header",
            // A compressed capture may be cut short, damaged or a bomb.
            Self::Io(source) => OpenError::reason_of(source),
            #[cfg(feature = "capture")]
            Self::Interface { .. } => "interface_not_opened",
            #[cfg(feature = "capture")]
            Self::Filter(_) => "bad_capture_filter",
            #[cfg(feature = "capture")]
            Self::Live(_) => "live_capture_failed",
        }
    }
}
