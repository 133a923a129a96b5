//! Optional feeds of newly registered domains and of reputation. Knows their text form; what they hold explains and never decides.

use crate::list::{MAX_ENTRIES, MAX_LINE, entries, host_name};
use jiff::civil::Date;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use weft_model::EventTime;

/// Bytes kept of a reputation entry's reason.
const MAX_REASON: usize = 120;

/// Newly registered domains: domain -> midnight UTC of the day it was registered.
#[derive(Clone, Debug, Default)]
pub struct NewDomains(HashMap<Box<str>, EventTime>);

/// What a reputation feed says: domain, host or address -> reason.
#[derive(Clone, Debug, Default)]
pub struct Reputation(HashMap<Box<str>, Arc<str>>);

/// Lines taken and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub taken: usize,
    pub refused: usize,
    /// Line number of the first refused line.
    pub first_refused: Option<usize>,
}

impl Read {
    pub(crate) fn refuse(&mut self, line: usize) {
        self.refused = self.refused.saturating_add(1);
        self.first_refused.get_or_insert(line);
    }
}

fn midnight(text: &str) -> Option<EventTime> {
    let date: Date = text.trim().parse().ok()?;
    let days = date.since(Date::new(1970, 1, 1).ok()?).ok()?.get_days();
    Some(EventTime(i64::from(days).saturating_mul(weft_model::DAY_MS)))
}

/// The two columns of a line, parted by a comma, a tab or a blank.
fn columns(line: &str) -> (&str, Option<&str>) {
    match line.split_once([',', '\t', ' ']) {
        Some((first, rest)) => (first.trim(), Some(rest.trim())),
        None => (line, None),
    }
}

impl NewDomains {
    /// Adds a feed: lines `domain,YYYY-MM-DD`; a line `date: YYYY-MM-DD` dates the bare domains below it, as daily lists come.
    /// Of two dates of one domain the earlier is kept, so the order of feeds does not matter.
    pub fn add(&mut self, text: &str) -> Read {
        let mut read = Read::default();
        let mut heading = None;
        for (line, entry) in entries(text) {
            if let Some(date) = entry.strip_prefix("date:") {
                heading = midnight(date);
                if heading.is_none() {
                    read.refuse(line);
                }
                continue;
            }
            let (name, date) = columns(entry);
            let date = date.map_or(heading, midnight);
            match (host_name(name), date) {
                (Some(host), Some(date)) if entry.len() <= MAX_LINE && self.0.len() < MAX_ENTRIES => {
                    let known = self.0.entry(host.into()).or_insert(date);
                    *known = date.min(*known);
                    read.taken = read.taken.saturating_add(1);
                }
                _ => read.refuse(line),
            }
        }
        read
    }

    /// When the feed says `registrable` was registered.
    pub fn registered(&self, registrable: &str) -> Option<EventTime> {
        self.0.get(registrable).copied()
    }
}

impl Reputation {
    /// Adds a feed: lines `value,reason`, a value being a domain, a host or an address. Of two reasons the lesser text is kept.
    pub fn add(&mut self, text: &str) -> Read {
        let mut read = Read::default();
        for (line, entry) in entries(text) {
            let (value, reason) = columns(entry);
            let key = value.parse::<IpAddr>().map(|ip| ip.to_canonical().to_string()).ok().or_else(|| host_name(value));
            let reason: String = reason.unwrap_or("listed").chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
            match key {
                Some(key) if entry.len() <= MAX_LINE && self.0.len() < MAX_ENTRIES => {
                    let known = self.0.entry(key.into()).or_insert_with(|| Arc::from(reason.as_str()));
                    if reason.as_str() < &**known {
                        *known = Arc::from(reason);
                    }
                    read.taken = read.taken.saturating_add(1);
                }
                _ => read.refuse(line),
            }
        }
        read
    }

    /// The reason why `value` is listed.
    pub fn reason(&self, value: &str) -> Option<&str> {
        self.0.get(value).map(|reason| &**reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_with_the_line_or_from_the_heading() {
        let mut feed = NewDomains::default();
        let read = feed.add("a.example,2024-03-14\nnodate.example\ndate: 2024-03-15\nb.example\nA.example\nx\ndate: never\n");
        assert_eq!(read, Read { taken: 3, refused: 3, first_refused: Some(2) });
        assert_eq!(feed.registered("a.example").unwrap().to_rfc3339(), "2024-03-14T00:00:00Z", "the earlier date wins");
        assert_eq!(feed.registered("b.example").unwrap().to_rfc3339(), "2024-03-15T00:00:00Z");
        assert_eq!(feed.registered("nodate.example"), None);
    }

    #[test]
    fn reputation_is_told_with_its_reason_in_any_order() {
        let lines = ["bad.example,phishing kit", "bad.example,botnet", "203.0.113.7\tscanner", "::ffff:203.0.113.8", "not a value"];
        let mut forward = Reputation::default();
        assert_eq!(forward.add(&lines.join("\n")), Read { taken: 4, refused: 1, first_refused: Some(5) });
        let mut backward = Reputation::default();
        backward.add(&lines.iter().rev().copied().collect::<Vec<_>>().join("\n"));
        for (value, reason) in
            [("bad.example", Some("botnet")), ("203.0.113.7", Some("scanner")), ("203.0.113.8", Some("listed")), ("x", None)]
        {
            assert_eq!(forward.reason(value), reason);
            assert_eq!(backward.reason(value), reason);
        }
    }
}
