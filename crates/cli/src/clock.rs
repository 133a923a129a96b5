//! The one place that reads the clock.

/// Now, in milliseconds since the Unix epoch, UTC.
#[allow(clippy::disallowed_methods, reason = "the shell's only clock")]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
