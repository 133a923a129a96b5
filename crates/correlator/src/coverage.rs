//! What was not seen: hours in which a source said nothing although it always speaks at that hour of the week, and domains of which
//! nothing is read at all. A fold over closed hours; it must not judge what was seen.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use weft_model::{Body, Coverage, DAY_MS, Domain, Event, EventTime, HOUR_MS};

/// Hours of a week, and the weeks that say what is usual.
const WEEK: usize = 168;
const WEEKS: usize = 4;
/// Events that a source had in that hour of each of the weeks before, two or more, so that silence is no chance; of a single week more
/// are asked, for one burst is no habit.
const MIN_USUAL: u32 = 20;
const MIN_ONCE: u32 = 200;
/// Sources watched; more are not.
const MAX_SOURCES: usize = 256;
/// Silences remembered, and for how long.
const MAX_GAPS: usize = 10_000;
const REMEMBER_HOURS: i64 = 45 * DAY_MS / HOUR_MS;
/// Entries of one incident.
const MAX_ENTRIES: usize = 50;

const DOMAINS: [Domain; 3] = [Domain::Email, Domain::Saas, Domain::Network];

/// One product's records of one domain, by the hour.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Source {
    /// The last four weeks, the newest hour last.
    counts: VecDeque<u32>,
}

impl Source {
    /// The least that this source had at the coming hour of the week in the weeks before, when that is a habit.
    fn usual(&self) -> Option<u32> {
        let back = (1..=WEEKS).filter_map(|week| self.counts.get(self.counts.len().checked_sub(week * WEEK)?));
        let (weeks, least) = back.fold((0, u32::MAX), |(weeks, least), count| (weeks + 1, least.min(*count)));
        (weeks > 0 && least >= if weeks > 1 { MIN_USUAL } else { MIN_ONCE }).then_some(least)
    }
    fn push(&mut self, count: u32) {
        if self.counts.len() >= WEEK * WEEKS {
            self.counts.pop_front();
        }
        self.counts.push_back(count);
    }
}

/// A silence, in hours since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Gap {
    domain: Domain,
    product: String,
    from: i64,
    /// The first hour after it.
    to: i64,
    usual: u32,
}

/// What every source said by the hour, and where it was silent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Silences {
    sources: BTreeMap<(Domain, String), Source>,
    gaps: VecDeque<Gap>,
    /// The last hour taken.
    last: Option<i64>,
}

impl Silences {
    /// Takes the events of an hour; hours must not go back, and those left out had no event at all.
    pub(crate) fn hour(&mut self, events: &[Event]) {
        let Some(hour) = events.first().map(|event| event.time.hour()) else { return };
        let missed = self.last.replace(hour).map_or(0, |last| hour.saturating_sub(last).saturating_sub(1));
        if missed > (WEEK * WEEKS) as i64 {
            // Not observed for so long that nothing is usual.
            self.sources.clear();
        } else {
            (hour - missed..hour).for_each(|empty| self.take(empty, &BTreeMap::new()));
        }
        let mut counts: BTreeMap<(Domain, &str), u32> = BTreeMap::new();
        for event in events.iter().filter(|event| !matches!(event.body, Body::Finding(_))) {
            let count = counts.entry((event.domain(), event.metadata.product.as_str())).or_default();
            *count = count.saturating_add(1);
        }
        for (domain, product) in counts.keys() {
            if self.sources.len() < MAX_SOURCES {
                self.sources.entry((*domain, (*product).to_owned())).or_default();
            }
        }
        self.take(hour, &counts);
        while self.gaps.front().is_some_and(|gap| hour - gap.to > REMEMBER_HOURS) || self.gaps.len() > MAX_GAPS {
            self.gaps.pop_front();
        }
    }

    fn take(&mut self, hour: i64, counts: &BTreeMap<(Domain, &str), u32>) {
        for ((domain, product), source) in &mut self.sources {
            let count = counts.get(&(*domain, product.as_str())).copied().unwrap_or(0);
            let usual = source.usual();
            source.push(count);
            let Some(usual) = usual.filter(|_| count == 0) else { continue };
            let open = self.gaps.iter_mut().rev().take(MAX_SOURCES).find(|gap| gap.domain == *domain && gap.product == *product);
            match open.filter(|gap| gap.to == hour) {
                Some(gap) => (gap.to, gap.usual) = (hour + 1, gap.usual.min(usual)),
                None => self.gaps.push_back(Gap { domain: *domain, product: product.clone(), from: hour, to: hour + 1, usual }),
            }
        }
    }

    /// What was not seen from `start` to `end`: silences that touch that time, and domains without any source, in order of time.
    pub(crate) fn of(&self, start: EventTime, end: EventTime) -> Vec<Coverage> {
        let instant = |hour: i64| EventTime(hour.saturating_mul(HOUR_MS));
        let touching = self.gaps.iter().filter(|gap| instant(gap.from) <= end && instant(gap.to) > start);
        let mut found: Vec<Coverage> = touching
            .map(|gap| {
                let (hours, usual) = (gap.to - gap.from, gap.usual);
                let unit = if hours == 1 { "hour" } else { "hours" };
                let text =
                    format!("{}: no record for {hours} {unit}, at a time of the week with at least {usual} an hour before", gap.product);
                Coverage { domain: gap.domain, start: instant(gap.from), end: instant(gap.to), text }
            })
            .collect();
        for domain in DOMAINS {
            if !self.sources.keys().any(|(known, _)| *known == domain) {
                found.push(Coverage { domain, start, end, text: format!("{}: no source is read", domain.as_str()) });
            }
        }
        found.sort();
        found.sort_by_key(|gap| gap.start);
        found.truncate(MAX_ENTRIES);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::{DnsActivity, EventUid, Metadata};

    fn hour(hour: i64, events: usize, product: &str) -> Vec<Event> {
        let event = |i: usize| Event {
            uid: EventUid::of("t", &[&hour.to_le_bytes(), &i.to_le_bytes()]),
            time: EventTime(hour * HOUR_MS + i as i64),
            metadata: Metadata { product: product.into(), ..Metadata::default() },
            raw_data: None,
            body: Body::Dns(Box::<DnsActivity>::default()),
        };
        (0..events).map(event).collect()
    }

    /// Two weeks, then a third in which `silent` hours have nothing: what is missing in that week, in hours from its start.
    fn gaps(silent: std::ops::Range<i64>, busy: usize) -> Vec<(i64, i64)> {
        let mut silences = Silences::default();
        for at in 0..3 * 168 {
            // Nights are quiet.
            let is_night = (at % 24) < 7;
            let is_silent = at >= 336 && silent.contains(&(at - 336));
            if !(is_night || is_silent) {
                silences.hour(&hour(at, busy, "sensor"));
            }
        }
        let (from, to) = (EventTime(336 * HOUR_MS), EventTime(3 * 168 * HOUR_MS));
        let found = silences.of(from, to);
        assert!(found.iter().any(|gap| gap.domain == Domain::Email && gap.text == "email: no source is read"), "{found:?}");
        let network = found.iter().filter(|gap| gap.domain == Domain::Network);
        network.map(|gap| (gap.start.hour() - 336, gap.end.hour() - 336)).collect()
    }

    #[test]
    fn silence_at_a_busy_hour_is_a_gap_and_a_quiet_night_is_none() {
        assert_eq!(gaps(0..0, 30), []);
        assert_eq!(gaps(10..14, 30), [(10, 14)]);
        assert_eq!(gaps(20..34, 30), [(20, 24), (31, 34)], "the night between is as quiet as ever");
        assert_eq!(gaps(10..14, 5), [], "too few to tell");
    }

    #[test]
    fn one_source_of_two_may_fail() {
        let mut silences = Silences::default();
        for at in 0..200 {
            let mut events = hour(at, 150, "one");
            if at != 190 && at != 191 && at != 23 {
                events.extend(hour(at, 240, "two"));
            }
            silences.hour(&events);
        }
        let found = silences.of(EventTime(190 * HOUR_MS), EventTime(190 * HOUR_MS));
        let network: Vec<&str> = found.iter().filter(|gap| gap.domain == Domain::Network).map(|gap| gap.text.as_str()).collect();
        assert_eq!(
            network,
            ["two: no record for 1 hour, at a time of the week with at least 240 an hour before"],
            "the next hour had been silent a week ago too"
        );
        assert!(silences.of(EventTime(0), EventTime(180 * HOUR_MS)).iter().all(|gap| gap.domain != Domain::Network));
    }
}
