//! Lines of network logs to events: Zeek (TSV and JSON), Suricata EVE, Cisco ASA syslog, Cisco Secure Access CSV.
//!
//! Pure: lines in, [`weft_model::Event`]s out. Must not know where lines come from (file, member of an archive), read a clock, or
//! panic on any input; a line without an event has a named [`LogError`].
//!
//! Events have the same shape as those of `weft-net-decode`, and the same uid where the log keeps the time of the first packet to
//! the microsecond, so that a capture and its Zeek log do not count twice (`zeek/conn.rs` says when).

mod cisco_asa;
mod csv;
mod error;
mod event;
mod instant;
mod mapper;
mod secure_access;
mod suricata;
mod text;
mod zeek;

pub use error::LogError;
pub use mapper::{Format, Line, LogMapper};
