//! The simulated calendar: when the month starts, the company's local time, and the time formats of the raw inputs.
//!
//! Times are milliseconds since the Unix epoch, UTC. Must not read a clock.

use weft_model::time::{DAY_MS, MINUTE_MS};

/// Monday 2024-03-04 00:00 UTC.
pub const START_MS: i64 = 1_709_510_400_000;
/// The company's offset from UTC in hours (US Central Standard Time, kept all month).
pub const UTC_OFFSET_H: i64 = -6;

/// Midnight at which simulated day `day` (0 is the Monday of the start) begins, `offset_min` minutes ahead of UTC.
pub fn midnight(day: u32, offset_min: i64) -> i64 {
    START_MS + i64::from(day) * DAY_MS - offset_min * MINUTE_MS
}

/// `03-18`, the date of simulated day `day`.
pub fn month_and_day(day: u32) -> String {
    format(START_MS + i64::from(day) * DAY_MS, "%m-%d")
}

/// 0 for Monday to 6 for Sunday.
pub fn weekday(day: u32) -> u32 {
    day % 7
}

/// Whether `day` is a Saturday or a Sunday.
pub fn is_weekend(day: u32) -> bool {
    weekday(day) >= 5
}

fn format(ms: i64, pattern: &str) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|instant| instant.strftime(pattern).to_string()).unwrap_or_default()
}

/// `2024-03-18T14:03:22`, as the Unified Audit Log writes UTC.
pub fn audit_time(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%S")
}

/// `2024-03-18T14:03:22Z`, as Microsoft Graph writes it.
pub fn graph_time(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%SZ")
}

/// `Mon, 18 Mar 2024 14:03:22 +0000` (RFC 5322).
pub fn mail_time(ms: i64) -> String {
    format(ms, "%a, %d %b %Y %H:%M:%S +0000")
}

/// `Mon, 18 Mar 2024 08:03:22 -0600`: the sender's local time (RFC 5322).
pub fn mail_time_local(ms: i64, offset_min: i64) -> String {
    let sign = if offset_min < 0 { '-' } else { '+' };
    let text = format(ms + offset_min * MINUTE_MS, "%a, %d %b %Y %H:%M:%S");
    format!("{text} {sign}{:02}{:02}", offset_min.abs() / 60, offset_min.abs() % 60)
}

/// `20240318T140322Z`, as calendars write it (RFC 5545).
pub fn compact(ms: i64) -> String {
    format(ms, "%Y%m%dT%H%M%SZ")
}

/// `2024-03-18`, in UTC.
pub fn date(ms: i64) -> String {
    format(ms, "%Y-%m-%d")
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::time::HOUR_MS;

    #[test]
    fn formats() {
        let at = midnight(14, -360) + 8 * HOUR_MS + 30 * MINUTE_MS;
        assert_eq!(audit_time(at), "2024-03-18T14:30:00");
        assert_eq!(graph_time(at), "2024-03-18T14:30:00Z");
        assert_eq!(mail_time(at), "Mon, 18 Mar 2024 14:30:00 +0000");
        assert_eq!(mail_time_local(at, -360), "Mon, 18 Mar 2024 08:30:00 -0600");
        assert_eq!(date(at), "2024-03-18");
        assert_eq!(weekday(14), 0);
    }
}
