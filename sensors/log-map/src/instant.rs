//! The ways in which network logs write times and durations, in nanoseconds. Must not read a clock.

use crate::error::LogError;

/// 2200-01-01 in nanoseconds. Zeek writes times from 0 on when a capture has no clock.
const LATEST_NS: i64 = 7_258_118_400_000_000_000;
const NANOS: i64 = 1_000_000_000;
/// Longest text that is taken for a time.
const MAX_BYTES: usize = 64;

/// A time as decimal seconds since the epoch, exact to the nanosecond (`1258531221.486539`), or in RFC 3339.
pub(crate) fn time_ns(text: &str) -> Result<i64, LogError> {
    let parsed = decimal_ns(text).or_else(|| rfc3339_ns(text));
    parsed.filter(|ns| (0..LATEST_NS).contains(ns)).ok_or(LogError::BadTime)
}

/// A duration in decimal seconds; negative ones are refused.
pub(crate) fn duration_ns(text: &str) -> Result<i64, LogError> {
    decimal_ns(text).filter(|ns| (0..LATEST_NS).contains(ns)).ok_or(LogError::BadNumber)
}

/// Decimal digits with an optional fraction; digits behind the ninth are dropped. JSON writers may use an exponent (`6e-6`).
fn decimal_ns(text: &str) -> Option<i64> {
    if text.len() > MAX_BYTES {
        return None;
    }
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        let nanos = text.parse::<f64>().ok()? * NANOS as f64;
        return (nanos.abs() < LATEST_NS as f64).then_some(nanos.round() as i64);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let mut nanos = 0i64;
    for place in 0..9 {
        nanos = nanos * 10 + fraction.as_bytes().get(place).map_or(0, |digit| i64::from(digit - b'0'));
    }
    whole.parse::<i64>().ok()?.checked_mul(NANOS)?.checked_add(nanos)
}

/// RFC 3339, also with an offset without colon (`+0200`, as Suricata writes it) and, in UTC, without any.
fn rfc3339_ns(text: &str) -> Option<i64> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let instant = match text.parse::<jiff::Timestamp>() {
        Ok(instant) => instant,
        Err(_) => jiff::tz::Offset::UTC.to_timestamp(text.parse::<jiff::civil::DateTime>().ok()?).ok()?,
    };
    i64::try_from(instant.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_and_bounded() {
        assert_eq!(time_ns("1258531221.486539"), Ok(1_258_531_221_486_539_000));
        assert_eq!(time_ns("22.335172"), Ok(22_335_172_000));
        assert_eq!(time_ns("1258531221"), Ok(1_258_531_221_000_000_000));
        let noon = 1_622_988_000_000_000_000;
        for text in ["2021-06-06T16:00:00.000000+0200", "2021-06-06T14:00:00Z", "2021-06-06 14:00:00", "2021-06-06T14:00:00.000000+0000"] {
            assert_eq!(time_ns(text), Ok(noon), "{text}");
        }
        for bad in
            ["", "-1.5", "1e300", "99999999999999", "9999999999999999999999", "1.2.3", "yesterday", "+5", "NaN", "9999-12-31T00:00:00Z"]
        {
            assert_eq!(time_ns(bad), Err(LogError::BadTime), "{bad}");
        }
        assert_eq!(duration_ns("6e-6"), Ok(6_000));
        assert_eq!(duration_ns("-0.1"), Err(LogError::BadNumber));
    }
}
