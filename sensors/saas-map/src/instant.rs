//! The ways in which Microsoft writes a time. Must not read a clock.

use crate::error::MapError;
use serde_json::Value;
use weft_model::EventTime;

/// 1990-01-01 and 2200-01-01 in milliseconds: records outside carry a placeholder (`0001-01-01T00:00:00`), not a time.
const EARLIEST_MS: i64 = 631_152_000_000;
const LATEST_MS: i64 = 7_258_118_400_000;
/// Longest text that is taken for a time.
const MAX_BYTES: usize = 64;

/// Reads the time under the first of `keys` that is present.
///
/// # Errors
/// None of the keys is present, or the first one present cannot be read.
pub fn time_of(record: &Value, keys: &[&str]) -> Result<EventTime, MapError> {
    let text = keys.iter().find_map(|key| crate::field::str_at(record, key)).ok_or(MapError::NoTime)?;
    parse(text).ok_or(MapError::BadTime)
}

/// RFC 3339, the same without an offset (then UTC, as the Office 365 Management Activity API documents `CreationTime`) or with an
/// hour of one digit, the `/Date(milliseconds)/` of older PowerShell, or the `3/18/2024 9:15:00 AM` of some Azure exports (UTC).
pub fn parse(text: &str) -> Option<EventTime> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    let ms = if let Some(ms) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        ms.parse().ok()?
    } else if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        instant.as_millisecond()
    } else if let Ok(civil) = text.parse::<jiff::civil::DateTime>().or_else(|_| american(text).ok_or(())) {
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()?.as_millisecond()
    } else {
        let (date, time) = text.split_once('T')?;
        let is_short = time.as_bytes().get(1) == Some(&b':');
        return if is_short { parse(&format!("{date}T0{time}")) } else { None };
    };
    (EARLIEST_MS..LATEST_MS).contains(&ms).then_some(EventTime(ms))
}

/// `month/day/year hour:minute:second AM`.
fn american(text: &str) -> Option<jiff::civil::DateTime> {
    let mut words = text.split_ascii_whitespace();
    let (date, time, half) = (words.next()?, words.next()?, words.next()?);
    let mut date = date.split('/');
    let (month, day, year) = (date.next()?.parse().ok()?, date.next()?.parse().ok()?, date.next()?.parse().ok()?);
    let mut time = time.split(':');
    let (hour, minute, second): (i8, i8, i8) = (time.next()?.parse().ok()?, time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    let hour = match (half, hour) {
        ("AM", 12) => 0,
        ("AM", 1..=11) | ("PM", 12) => hour,
        ("PM", 1..=11) => hour + 12,
        _ => return None,
    };
    jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_the_same_instant() {
        for text in [
            "2024-03-18T09:15:00",
            "2024-03-18T09:15:00Z",
            "2024-03-18T09:15:00.0000000",
            "2024-03-18T09:15:00.0000000Z",
            "2024-03-18T09:15:00+00:00",
            "2024-03-18T10:15:00+01:00",
            "2024-03-18 09:15:00",
            "/Date(1710753300000)/",
            "2024-03-18T9:15:00Z",
            "3/18/2024 9:15:00 AM",
        ] {
            assert_eq!(parse(text), Some(EventTime(1_710_753_300_000)), "{text}");
        }
        assert_eq!(parse("3/24/2022 12:42:35 PM"), parse("2022-03-24T12:42:35Z"));
        assert_eq!(parse("2019-06-24T09:21:27.3694184Z").unwrap().0 % 1000, 369);
    }

    #[test]
    fn placeholders_are_no_time() {
        for text in [
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59Z",
            "",
            "yesterday",
            "/Date(99999999999999999999)/",
            "2024-13-01T00:00:00",
            "13/13/2024 1:00:00 AM",
            "T1:",
            "1/1/2024 13:00:00 PM",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
