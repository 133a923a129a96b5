//! How fast to learn: surprising things teach slowly, a lasting change teaches at full speed, and what an incident taught can be taken back.
//! Knows no estimator; every one of them takes a weight and is linear in it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Weights are whole 64ths, so that what is learned can be taken back exactly: those of an observation learned in full.
pub const FULL: i32 = 64;

/// Bits of surprise that still teach at full weight (one event in 16).
const FREE_BITS: f64 = 4.0;
/// The weight halves with every so many bits more,
const BITS_PER_HALVING: f64 = 2.0;
/// down to 2^-6: nothing is refused for ever.
const MAX_HALVINGS: f64 = 6.0;

/// The weight in (0, 1] of an observation with that many bits of surprise: an attacker who shows something a thousand times teaches as
/// much as a colleague who shows something ordinary some dozens of times.
pub fn update_weight(bits: f64) -> f64 {
    (-((bits - FREE_BITS) / BITS_PER_HALVING).clamp(0.0, MAX_HALVINGS)).exp2()
}

/// A weight in (0, 1] in 64ths, at least one.
pub fn parts(weight: f64) -> i32 {
    ((weight * f64::from(FULL)).round() as i32).clamp(1, FULL)
}

/// A day's surprise beyond this many bits counts towards a change (null mean: 1.44 bits),
const REFERENCE_BITS: f64 = 3.0;
/// up to this many, so that no single day is a change,
const DAY_CAP_BITS: f64 = 8.0;
/// and a change it is at this sum: three days of much surprise, or more of less.
const CHANGE_BITS: f64 = 12.0;
/// Days at full weight after a change.
const RELEARN_DAYS: i64 = 7;

/// Has the entity changed its role? Page's cumulative sum ("Continuous inspection schemes", Biometrika 41, 1954) of daily surprise. 16 bytes.
/// An attacker who stays for days is a lasting change, too; but each of those days has alerted, and a confirmed incident is taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    sum: f32,
    relearn_until: i32,
}

impl ChangePoint {
    /// The highest surprise of the entity on `day` (days since the epoch, ascending). Returns whether that day completes a change.
    pub fn day(&mut self, day: i64, bits: f64) -> bool {
        if self.relearning(day) {
            return false;
        }
        let step = bits.clamp(0.0, DAY_CAP_BITS) - REFERENCE_BITS;
        self.sum = (f64::from(self.sum) + step).max(0.0) as f32;
        let changed = f64::from(self.sum) >= CHANGE_BITS;
        if changed {
            self.sum = 0.0;
            self.relearn_until = i32::try_from(day.saturating_add(RELEARN_DAYS)).unwrap_or(i32::MAX);
        }
        changed
    }
    /// Whether the entity is learning its new role on `day`.
    pub fn relearning(&self, day: i64) -> bool {
        day <= i64::from(self.relearn_until) && self.relearn_until != 0
    }
    /// Whether it says no more on `day` than a fresh one.
    pub fn is_idle(&self, day: i64) -> bool {
        self.sum <= 0.0 && !self.relearning(day)
    }
    /// The weight of an observation with that many bits on `day`.
    pub fn weight(&self, day: i64, bits: f64) -> f64 {
        if self.relearning(day) { 1.0 } else { update_weight(bits) }
    }
}

/// What people said of something learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Part of a confirmed incident or of a reported mail: never learned.
    Malicious,
    /// Released, or closed as benign: learned in full, whatever its surprise.
    Benign,
    /// No opinion, or one withdrawn: as it was learned first.
    None,
}

/// One thing learned, in the caller's terms (which estimator, value and time).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Contribution<T> {
    key: u64,
    what: T,
    first_parts: i32,
    parts: i32,
}

/// The latest contributions, so that a verdict can change their weight afterwards, exactly and reversibly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger<T> {
    latest: VecDeque<Contribution<T>>,
    capacity: u32,
}

impl<T: Clone> Ledger<T> {
    /// Remembers up to `capacity` contributions; the oldest go first and become final.
    pub fn new(capacity: u32) -> Self {
        Self { latest: VecDeque::new(), capacity }
    }
    /// `what` was learned with a weight of so many 64ths from the event or indicator hashed to `key`.
    pub fn remember(&mut self, key: u64, what: T, parts: i32) {
        self.latest.push_back(Contribution { key, what, first_parts: parts, parts });
        while self.latest.len() > self.capacity as usize {
            self.latest.pop_front();
        }
    }
    /// The changes of weight (64ths, positive or negative) that verdicts on keys ask for: hand each to its estimator.
    pub fn judge(&mut self, verdicts: &BTreeMap<u64, Verdict>) -> Vec<(T, i32)> {
        let change = |c: &mut Contribution<T>| {
            let target = match verdicts.get(&c.key)? {
                Verdict::Malicious => 0,
                Verdict::Benign => FULL,
                Verdict::None => c.first_parts,
            };
            let delta = target - std::mem::replace(&mut c.parts, target);
            (delta != 0).then(|| (c.what.clone(), delta))
        };
        self.latest.iter_mut().filter_map(change).collect()
    }
    /// Takes back, for good unless a verdict says otherwise, what these keys taught as far as it `is` meant: the changes of weight.
    pub fn withdraw(&mut self, keys: &BTreeSet<u64>, is: impl Fn(&T) -> bool) -> Vec<(T, i32)> {
        let withdrawn = self.latest.iter_mut().filter(|c| keys.contains(&c.key) && is(&c.what));
        let change = |c: &mut Contribution<T>| {
            c.first_parts = 0;
            (c.parts != 0).then(|| (c.what.clone(), -std::mem::take(&mut c.parts)))
        };
        withdrawn.filter_map(change).collect()
    }
    /// What the contributions remembered taught.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.latest.iter().map(|contribution| &contribution.what)
    }
    /// Bytes that they take, but for what they keep on the heap.
    pub fn bytes(&self) -> usize {
        self.latest.capacity() * size_of::<Contribution<T>>()
    }
    /// Contributions remembered.
    pub fn len(&self) -> usize {
        self.latest.len()
    }
    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::{Counts, Rate};
    use crate::novelty::Categories;

    const DAY_S: i64 = 86_400;

    /// Runs `days` of `count` events, returns the bits of each day.
    fn live(counts: &mut Counts, change: &mut ChangePoint, days: std::ops::Range<i64>, count: u64) -> Vec<f64> {
        let prior = Rate::default();
        days.map(|day| {
            let bits = -counts.predict(day * DAY_S, 1.0, &prior).upper(count).log2();
            change.day(day, bits);
            counts.observe(day * DAY_S, 1.0, count, change.weight(day, bits), &prior);
            bits
        })
        .collect()
    }

    #[test]
    fn a_change_of_role_stops_alerting_within_days_and_a_spike_teaches_little() {
        let (mut counts, mut change) = (Counts::default(), ChangePoint::default());
        live(&mut counts, &mut change, 1..90, 10);
        let spike = live(&mut counts, &mut change, 90..91, 400);
        let quiet = live(&mut counts, &mut change, 91..94, 10);
        let again = live(&mut counts, &mut change, 94..95, 400);
        assert!(spike[0] > 10.0 && again[0] > 8.0 && quiet.iter().all(|bits| *bits < 3.0), "{spike:?} {quiet:?} {again:?}");
        live(&mut counts, &mut change, 95..125, 10);
        let moved = live(&mut counts, &mut change, 125..140, 80);
        assert!(moved[0] > 8.0 && moved[5..].iter().all(|bits| *bits < 5.0), "{moved:?}");
    }

    #[test]
    fn without_a_change_years_pass_before_one_is_called() {
        let mut rng = fastrand::Rng::with_seed(21);
        let mut change = ChangePoint::default();
        let days = 2_000_000;
        let called = (1..=days).filter(|day| change.day(*day, -(1.0 - rng.f64()).log2())).count();
        assert!(called > 0 && days / called as i64 > 365 * 5, "one in {} days", days / (called as i64).max(1));
    }

    #[test]
    fn verdicts_are_exact_and_reversible() {
        let (mut seen, mut ledger) = (Categories::default(), Ledger::new(100));
        (0..10).for_each(|_| seen.add(1, FULL));
        let clean = [1, 50, 51].map(|v| seen.count(v));
        for (key, value) in [(7, 50u32), (7, 51), (8, 52)] {
            seen.add(value, 16);
            ledger.remember(key, value, 16);
        }
        let counts = |seen: &Categories| [1, 50, 51, 52].map(|v| seen.count(v));
        let taught = counts(&seen);
        let mut apply = |seen: &mut Categories, verdict| {
            ledger.judge(&BTreeMap::from([(7, verdict)])).into_iter().for_each(|(v, delta)| seen.add(v, delta));
        };
        apply(&mut seen, Verdict::Malicious);
        assert_eq!(counts(&seen)[..3], clean);
        apply(&mut seen, Verdict::Malicious);
        apply(&mut seen, Verdict::Benign);
        assert_eq!(seen.count(50), 1.0);
        apply(&mut seen, Verdict::None);
        assert_eq!(counts(&seen), taught);
    }

    #[test]
    fn weights_fall_with_surprise() {
        assert_eq!([0.0, 4.0, 6.0, 12.0, 60.0].map(update_weight), [1.0, 1.0, 0.5, 0.0625, 0.015_625]);
    }
}
