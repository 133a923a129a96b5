//! Fields of a Zeek record by name, whatever it was written in. Unset fields are absent.

use crate::error::LogError;
use crate::{instant, text};
use std::borrow::Cow;
use std::net::SocketAddr;

/// A record.
pub(super) trait Fields {
    /// The field as text: numbers in decimal, booleans `T` and `F`. Sets and vectors have none.
    fn text(&self, name: &str) -> Option<Cow<'_, str>>;
    /// The members of a set or vector.
    fn list(&self, name: &str) -> Vec<Cow<'_, str>>;
}

pub(super) fn time_ns(record: &dyn Fields) -> Result<i64, LogError> {
    instant::time_ns(&record.text("ts").ok_or(LogError::NoTime)?)
}

/// A count, 0 when unset.
pub(super) fn number(record: &dyn Fields, name: &str) -> Result<u64, LogError> {
    record.text(name).map_or(Ok(0), |value| text::number(&value))
}

/// Originator and responder.
pub(super) fn ends(record: &dyn Fields) -> Result<(SocketAddr, SocketAddr), LogError> {
    let end = |host: &str, port: &str| {
        let (host, port) = (record.text(host).ok_or(LogError::BadAddress)?, record.text(port).ok_or(LogError::BadAddress)?);
        text::socket(&host, &port)
    };
    Ok((end("id.orig_h", "id.orig_p")?, end("id.resp_h", "id.resp_p")?))
}

/// Zeek's own id of the connection.
pub(super) fn uid(record: &dyn Fields) -> Option<String> {
    record.text("uid").map(|uid| text::capped(&uid, 64).to_owned())
}

/// A text of at most 2,048 bytes.
pub(super) fn long_text(record: &dyn Fields, name: &str) -> Option<String> {
    record.text(name).map(|value| text::capped(&value, text::MAX_TEXT).to_owned())
}
