//! What was read, per source, and what it took: the shape of `weft replay --report`. Must not read a clock: seconds are given.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of one source (a file, a folder or an interface).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    pub name: String,
    /// Records seen (messages, audit records, packets).
    pub read: u64,
    /// Events made of them.
    pub events: u64,
    /// Records that could not become an event, and files that could not be read.
    pub dead_letter: u64,
    /// Dead letters by reason; the values sum to `dead_letter`.
    pub by_reason: BTreeMap<String, u64>,
}

impl SourceReport {
    /// An empty report.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
    /// Counts one bad record under its reason.
    pub fn reject(&mut self, reason: &str) {
        self.dead_letter = self.dead_letter.saturating_add(1);
        let count = self.by_reason.entry(reason.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
}

impl SourceReport {
    /// Adds another source's counts to these.
    pub fn add(&mut self, other: &Self) {
        self.read = self.read.saturating_add(other.read);
        self.events = self.events.saturating_add(other.events);
        self.dead_letter = self.dead_letter.saturating_add(other.dead_letter);
        for (reason, count) in &other.by_reason {
            let sum = self.by_reason.entry(reason.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
}

/// The whole report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub sources: Vec<SourceReport>,
    /// Wall-clock time of the run.
    pub seconds: f64,
    /// Largest resident set of the process, in bytes; 0 when the system does not tell.
    pub peak_rss_bytes: u64,
}

/// The process's largest resident set in bytes (`VmHWM` of `/proc/self/status`); 0 when the system does not tell.
pub fn peak_rss_bytes() -> u64 {
    std::fs::read_to_string("/proc/self/status").ok().and_then(|status| parse_peak(&status)).unwrap_or(0)
}

fn parse_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_sum_to_the_dead_letters() {
        let mut source = SourceReport::new("a.json");
        source.reject("bad_json");
        source.reject("bad_json");
        source.reject("no_time");
        assert_eq!(source.dead_letter, source.by_reason.values().sum::<u64>());
        let report = Report { sources: vec![source], seconds: 1.5, peak_rss_bytes: 7 };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["sources"][0]["by_reason"]["bad_json"], 2);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    }

    #[test]
    fn peak_memory_is_read_in_bytes() {
        assert_eq!(parse_peak("Name:\tweft\nVmHWM:\t    1776 kB\n"), Some(1_818_624));
        assert!(peak_rss_bytes() > 100_000);
    }
}
