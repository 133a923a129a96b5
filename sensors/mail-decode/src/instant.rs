//! When a message arrived, from its header alone. Must not read a clock.
//!
//! In this order, the first that can be read and lies in 1970 to 2100: the stamp of the topmost Received field (the receiving
//! server wrote it last, so no sender can forge it), the Date field, any other Received field from the top, Delivery-Date and
//! Resent-Date, the time of a leading mbox `From ` line. Without any of them the event carries time 0 and its header as raw data.

use crate::field::raw;
use crate::header::Headers;
use crate::limits::MAX_HOPS;
use mail_parser::DateTime;
use weft_model::EventTime;

/// Bytes of a date that are looked at.
const MAX_DATE_BYTES: usize = 256;
/// Years that are believed.
const YEARS: std::ops::RangeInclusive<u16> = 1970..=2100;

/// The message's time; `from_line` is a leading mbox separator, when there was one.
pub(crate) fn of_message(headers: &Headers<'_>, from_line: Option<&[u8]>) -> EventTime {
    let mut received = headers.all("received").take(MAX_HOPS);
    let top = received.next().and_then(of_received);
    top.or_else(|| of_field(headers, "date"))
        .or_else(|| received.find_map(of_received))
        .or_else(|| of_field(headers, "delivery-date"))
        .or_else(|| of_field(headers, "resent-date"))
        .or_else(|| from_line.and_then(of_from_line))
        .unwrap_or(EventTime(0))
}

fn of_field(headers: &Headers<'_>, name: &str) -> Option<EventTime> {
    parse(&raw(headers.first(name)?, MAX_DATE_BYTES))
}

/// The stamp after the last semicolon of a Received field (RFC 5321 section 4.4).
fn of_received(value: &[u8]) -> Option<EventTime> {
    let after = value.rsplit(|byte| *byte == b';').next()?;
    parse(&raw(after, MAX_DATE_BYTES))
}

/// The time of an mbox separator, `From sender Thu Sep 19 17:52:00 2002`.
fn of_from_line(line: &[u8]) -> Option<EventTime> {
    let line = raw(line, 1_024);
    let (_, after_sender) = line.strip_prefix("From ")?.split_once(' ')?;
    loose(after_sender)
}

/// A date in the present or obsolete form of RFC 5322 (sections 3.3 and 4.3), else in any order that names the month.
pub(crate) fn parse(text: &str) -> Option<EventTime> {
    DateTime::parse_rfc822(&format!("{text}\n")).and_then(instant).or_else(|| loose(text))
}

fn instant(mut date: DateTime) -> Option<EventTime> {
    date.second = date.second.min(59); // a leap second counts as the one before
    if date.tz_hour > 14 {
        (date.tz_hour, date.tz_minute) = (0, 0); // no such zone: read as UTC
    }
    let believed = date.is_valid() && YEARS.contains(&date.year);
    believed.then(|| EventTime::from_unix(date.to_timestamp().max(0), 0))
}

/// Reads `Thu Sep 19 17:52:00 2002`, `19-Sep-2002 17:52`, three-digit years and dates without a zone (taken as UTC).
fn loose(text: &str) -> Option<EventTime> {
    let mut date = DateTime::default();
    let (mut day, mut year, mut time) = (None, None, false);
    for token in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|token| !token.is_empty()) {
        if token.contains(':') && !time {
            let mut parts = token.split(':').map(|part| part.parse::<u8>().ok());
            date.hour = parts.next().flatten()?;
            date.minute = parts.next().flatten()?;
            date.second = parts.next().flatten().unwrap_or(0);
            time = true;
        } else if let Some((before_gmt, digits)) = offset(token)
            && time
        {
            date.tz_before_gmt = before_gmt;
            date.tz_hour = u8::try_from(digits / 100).ok()?;
            date.tz_minute = u8::try_from(digits % 100).ok()?;
        } else if !token.starts_with(['+', '-']) {
            for part in token.split('-') {
                match part.parse::<u16>() {
                    Ok(number) if day.is_none() && number <= 31 => day = u8::try_from(number).ok(),
                    Ok(number) if year.is_none() => year = Some(number),
                    Ok(_) => {}
                    Err(_) => date.month = month(part).unwrap_or(date.month),
                }
            }
        }
    }
    date.day = day.filter(|_| time)?;
    // Two and three digits as in RFC 5322 section 4.3.
    date.year = match year? {
        year @ 0..=49 => year + 2000,
        year @ 50..=999 => year + 1900,
        year => year,
    };
    instant(date)
}

fn month(text: &str) -> Option<u8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let beginning = text.get(..3)?.to_ascii_lowercase();
    let index = NAMES.iter().position(|name| *name == beginning)?;
    u8::try_from(index + 1).ok()
}

/// `-0330` as (west of Greenwich, 330).
fn offset(token: &str) -> Option<(bool, u16)> {
    let digits = token.strip_prefix(['+', '-'])?;
    let number = digits.parse::<u16>().ok().filter(|_| digits.len() == 4)?;
    Some((token.starts_with('-'), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let got = parse(text).map_or_else(|| "none".to_owned(), EventTime::to_rfc3339);
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn forms_of_dates() {
        check("Thu, 3 Aug 2023 05:58:46 +0000", "2023-08-03T05:58:46Z");
        check("3 Aug 2023 05:58 -0330 (NST)", "2023-08-03T09:28:00Z");
        check("Thu, 19 Sep 02 17:51:58 EDT", "2002-09-19T21:51:58Z");
        check("Thu, 19 Sep 102 17:51:58 +0100", "2002-09-19T16:51:58Z");
        check("Thu Sep 19 17:52:00 2002", "2002-09-19T17:52:00Z");
        check("Thu Sep 19 17:52:00 +0200 2002", "2002-09-19T15:52:00Z");
        check("19-Sep-2002 17:52:00", "2002-09-19T17:52:00Z");
        check("Mon, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59Z");
        for bad in ["", "yesterday", "Thu, 3 Aug 1923 05:58:46 +0000", "99 Foo 2023 1:2:3 +0000", "1 2 3", "+ - : ; ,"] {
            check(bad, "none");
        }
    }

    fn time_of(message: &str, from_line: Option<&str>) -> String {
        of_message(&Headers::split(message.as_bytes()), from_line.map(str::as_bytes)).to_rfc3339()
    }

    #[test]
    fn the_receiving_server_is_believed_before_the_sender() {
        let stamped = "Received: from a by b; Thu, 3 Aug 2023 06:00:00 +0000\nReceived: from c by a; Thu, 3 Aug 2023 05:00:00 +0000\n";
        let date = "Date: Thu, 3 Aug 2023 01:00:00 +0000\n";
        assert_eq!(time_of(&format!("{stamped}{date}\n"), None), "2023-08-03T06:00:00Z");
        assert_eq!(time_of(&format!("Received: by b\n{stamped}{date}\n"), None), "2023-08-03T01:00:00Z");
        assert_eq!(time_of(&format!("Received: by b\n{stamped}\n"), None), "2023-08-03T06:00:00Z");
        let line = Some("From a@b.example Thu Sep 19 17:52:00 2002\n");
        assert_eq!(time_of("Subject: x\n\n", line), "2002-09-19T17:52:00Z");
        assert_eq!(time_of("Subject: x\n\n", None), "1970-01-01T00:00:00Z");
    }
}
