//! How many findings of other products are usual: in all, and about one entity. Robust against bursts: a median over days, and days on
//! which anything was found, so that neither an attack nor the first days of a new product pass for the rule.

use foldhash::HashMap;
use std::collections::BTreeMap;
use weft_model::{DAY_MS, Entity, EventTime, Indicator};

/// Strengths are told apart up to this, in bits.
const LEVELS: usize = 16;
/// History looked at, in days.
const HISTORY_DAYS: i64 = 30;

/// With less history, in days, nobody knows which number about one entity is usual: weeks have a rhythm.
const WEEK: f64 = 7.0;

/// Findings by day and strength.
#[derive(Debug, Default)]
pub(crate) struct Rates<'a> {
    first_day: i64,
    /// By day: the median number a day at least this strong in the month before it.
    usual: BTreeMap<i64, [f64; LEVELS]>,
    /// Days (ascending) with a finding about an internal entity, and how many there were at least so strong.
    by_entity: HashMap<&'a Entity, Vec<(i64, [u32; LEVELS])>>,
}

fn level(bits: f64) -> usize {
    (bits.max(0.0) as usize).min(LEVELS - 1)
}

impl<'a> Rates<'a> {
    /// Of indicators sorted by time.
    pub(crate) fn of(indicators: &'a [Indicator]) -> Self {
        let mut rates = Self::default();
        let mut counts: BTreeMap<i64, [u32; LEVELS]> = BTreeMap::new();
        for indicator in indicators.iter().filter(|indicator| indicator.is_finding()) {
            let (day, bits) = (indicator.time.day(), indicator.bits.value());
            counts.entry(day).or_default().iter_mut().take(level(bits) + 1).for_each(|count| *count += 1);
            for entity in indicator.entities.iter().filter(|entity| entity.kind.is_internal()) {
                let days = rates.by_entity.entry(entity).or_default();
                if days.last().is_none_or(|(last, _)| *last != day) {
                    days.push((day, [0; LEVELS]));
                }
                let counts = days.last_mut().map(|(_, counts)| counts.iter_mut().take(level(bits) + 1));
                counts.into_iter().flatten().for_each(|count| *count += 1);
            }
        }
        rates.first_day = counts.keys().next().copied().unwrap_or(i64::MAX);
        for day in counts.keys() {
            let from = (day - HISTORY_DAYS).max(rates.first_day);
            let mut medians = [0.0; LEVELS];
            for (level, median) in medians.iter_mut().enumerate() {
                let of_day = |day| counts.get(&day).and_then(|counts| counts.get(level)).copied().unwrap_or(0);
                let mut month: Vec<u32> = (from..*day).map(of_day).collect();
                month.sort_unstable();
                *median = f64::from(month.get(month.len() / 2).copied().unwrap_or(0));
            }
            rates.usual.insert(*day, medians);
        }
        rates
    }

    /// Days of history before the day of `at`, at most 30.
    pub(crate) fn days(&self, at: EventTime) -> f64 {
        at.day().saturating_sub(self.first_day).clamp(0, HISTORY_DAYS) as f64
    }

    /// Findings a day at least this strong, in the month before the day of `at`.
    pub(crate) fn per_day(&self, at: EventTime, strength_bits: f64) -> f64 {
        let known = self.usual.range(..=at.day()).next_back();
        known.and_then(|(_, medians)| medians.get(level(strength_bits))).copied().unwrap_or(0.0)
    }

    /// Findings a day about this internal entity: the share of days with one, or after a week the median where that is more.
    pub(crate) fn per_day_about(&self, entity: &Entity, at: EventTime, strength_bits: f64) -> f64 {
        let (Some(list), days) = (self.by_entity.get(entity), self.days(at)) else { return 0.0 };
        let from = at.plus_ms(-HISTORY_DAYS * DAY_MS).day();
        let before = list.iter().skip(list.partition_point(|(day, _)| *day < from)).take_while(|(day, _)| *day < at.day());
        let mut counts: Vec<u32> = before.filter_map(|(_, counts)| counts.get(level(strength_bits)).copied()).filter(|n| *n > 0).collect();
        counts.sort_unstable();
        // Days without any come first.
        let without = (days as usize).saturating_sub(counts.len());
        let median = (days as usize / 2).checked_sub(without).and_then(|place| counts.get(place)).copied().unwrap_or(0);
        (counts.len() as f64 / days.max(1.0)).max(if days >= WEEK { f64::from(median) } else { 0.0 })
    }
}
