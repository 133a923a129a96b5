//! Event time: milliseconds since the Unix epoch, UTC. Nothing in the analysis reads any other clock.

use serde::{Deserialize, Serialize};

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant of event time, in milliseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventTime(pub i64);

impl EventTime {
    /// From whole seconds and a remainder in nanoseconds (as packet captures carry it).
    pub fn from_unix(seconds: i64, nanos: u32) -> Self {
        Self(seconds.saturating_mul(1000).saturating_add(i64::from(nanos / 1_000_000)))
    }
    /// Days since the epoch (UTC).
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }
    /// Hours since the epoch (UTC).
    pub fn hour(self) -> i64 {
        self.0.div_euclid(HOUR_MS)
    }
    /// Hour of the week in UTC, 0 (Monday 00:00) to 167.
    pub fn hour_of_week(self) -> usize {
        // 1970-01-01 was a Thursday: three days after Monday.
        (self.hour() + 3 * 24).rem_euclid(168) as usize
    }
    /// This instant moved by `ms` (saturating).
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
    /// Milliseconds from `earlier` to this instant (saturating, may be negative).
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// RFC 3339 in UTC to the second, `2024-03-18T09:15:00Z`; years outside -9999..=9999 give the number itself.
    pub fn to_rfc3339(self) -> String {
        match jiff::Timestamp::from_second(self.0.div_euclid(1000)) {
            Ok(instant) => instant.to_string(),
            Err(_) => self.0.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monday_starts_the_week() {
        // 2024-03-18 was a Monday.
        let monday = EventTime::from_unix(1_710_720_000, 0);
        assert_eq!(monday.to_rfc3339(), "2024-03-18T00:00:00Z");
        assert_eq!(monday.hour_of_week(), 0);
        assert_eq!(monday.plus_ms(-1).hour_of_week(), 167);
    }
}
