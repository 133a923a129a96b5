//! Conformal calibration: any score becomes a p-value by comparison with past entity-days, silent ones included.

use crate::tail::Tail;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Scores are compared in steps of 1/8 bit.
const STEP: f64 = 8.0;
/// Bins, for scores of 0 to 256 bits.
const BINS: usize = 2048;

/// Counts of entity-days by their highest score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Histogram {
    bins: Vec<u32>,
    /// Entity-days above each bin, counted anew when a day joins: p-values are asked for far more often.
    above: Vec<u64>,
    total: u64,
    /// What lies beyond the few highest; follows from the counts.
    #[serde(skip)]
    tail: Tail,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { bins: vec![0; BINS], above: vec![0; BINS], total: 0, tail: Tail::default() }
    }
}

fn bin(score: f64) -> usize {
    if score.is_finite() { ((score.max(0.0) * STEP) as usize + usize::from(score > 0.0)).min(BINS - 1) } else { 0 }
}

/// A p-value and the number of entity-days it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    /// In (0, 1].
    pub p: f64,
    pub n: u64,
}

/// The calibration table of one model. Days wait `lag_days` before they count, so that an attack that lasts days does not teach the
/// table that it is normal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    table: Histogram,
    waiting: VecDeque<(i64, Vec<u16>, u64)>,
    lag_days: i64,
}

impl Calibration {
    /// An empty table.
    pub fn new(lag_days: i64) -> Self {
        Self { table: Histogram::default(), waiting: VecDeque::new(), lag_days }
    }

    /// Hands in the finished `day` (days since the epoch): the highest score of every entity that was active, and how many known
    /// entities were silent.
    pub fn add_day(&mut self, day: i64, scores: impl IntoIterator<Item = f64>, silent: u64) {
        let bins = scores.into_iter().map(|score| bin(score) as u16).collect();
        self.waiting.push_back((day, bins, silent));
    }

    /// Lets the days that are at least the lag older than `today` count.
    pub fn start_day(&mut self, today: i64) {
        let before = self.table.total;
        while let Some((day, bins, silent)) = self.waiting.pop_front() {
            if day + self.lag_days >= today {
                self.waiting.push_front((day, bins, silent));
                break;
            }
            for index in bins {
                if let Some(count) = self.table.bins.get_mut(usize::from(index)) {
                    *count += 1;
                    self.table.total += 1;
                }
            }
            if let Some(count) = self.table.bins.first_mut() {
                *count = count.saturating_add(u32::try_from(silent).unwrap_or(u32::MAX));
                self.table.total += silent;
            }
        }
        if self.table.total != before {
            let mut above = 0;
            for (count, sum) in self.table.bins.iter().zip(&mut self.table.above).rev() {
                *sum = above;
                above += u64::from(*count);
            }
            self.table.tail = Tail::fit(&self.table.bins, &self.table.above, self.table.total, 1.0 / STEP);
        }
    }

    /// As read back: what follows from the counts is made anew.
    #[must_use]
    pub fn restored(mut self) -> Self {
        self.table.tail = Tail::fit(&self.table.bins, &self.table.above, self.table.total, 1.0 / STEP);
        self
    }

    /// `(#greater + U (1 + #equal)) / (n + 1)`, where `tie` in (0, 1) is a hash of the thing scored; beyond the ten highest scores the
    /// fitted tail takes the place of the rank (`tail.rs`).
    pub fn p_value(&self, score: f64, tie: f64) -> PValue {
        let index = bin(score);
        let greater = self.table.above.get(index).copied().unwrap_or(0);
        let equal = u64::from(self.table.bins.get(index).copied().unwrap_or(0));
        let n = self.table.total;
        let u = tie.clamp(1e-9, 1.0);
        let beyond = self.table.tail.beyond(index, u).unwrap_or_else(|| greater as f64 + u * (1 + equal) as f64);
        let p = beyond / (n + 1) as f64;
        PValue { p: p.clamp(1e-12, 1.0), n }
    }

    /// Entity-days that count so far.
    pub fn n(&self) -> u64 {
        self.table.total
    }
}

/// Entity-days below which a peer class is judged by its whole family: with fewer a p-value cannot fall below about 10^-3.
pub const MIN_CLASS_DAYS: u64 = 1000;

/// Calibration of model families (outer number) by peer class (inner number, given by the caller), backing off to the whole family.
/// 8 KB a table; a class beyond `MAX_CLASSES` of a family shares the family's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationTables {
    families: BTreeMap<u32, Family>,
    lag_days: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Family {
    whole: Calibration,
    classes: BTreeMap<u32, Calibration>,
}

/// Peer classes of one family with a table of their own.
pub const MAX_CLASSES: usize = 256;

impl CalibrationTables {
    /// No tables yet; days wait `lag_days` in each.
    pub fn new(lag_days: i64) -> Self {
        Self { families: BTreeMap::new(), lag_days }
    }
    /// Hands in a finished day of one class: as `Calibration::add_day`.
    pub fn add_day(&mut self, family: u32, class: u32, day: i64, scores: &[f64], silent: u64) {
        let lag_days = self.lag_days;
        let fresh = || Family { whole: Calibration::new(lag_days), classes: BTreeMap::new() };
        let family = self.families.entry(family).or_insert_with(fresh);
        family.whole.add_day(day, scores.iter().copied(), silent);
        if family.classes.len() < MAX_CLASSES || family.classes.contains_key(&class) {
            family.classes.entry(class).or_insert_with(|| Calibration::new(lag_days)).add_day(day, scores.iter().copied(), silent);
        }
    }
    /// As `Calibration::start_day`, for all.
    pub fn start_day(&mut self, today: i64) {
        let tables = self.families.values_mut().flat_map(|f| std::iter::once(&mut f.whole).chain(f.classes.values_mut()));
        tables.for_each(|table| table.start_day(today));
    }
    /// The p-value of `score` in its class, or in its family when the class is small; `tie` in (0, 1) is a hash of the thing scored.
    /// Without a family: `n` is 0 and `p` is `tie`.
    pub fn p_value(&self, family: u32, class: u32, score: f64, tie: f64) -> PValue {
        let Some(family) = self.families.get(&family) else { return PValue { p: tie.clamp(1e-9, 1.0), n: 0 } };
        let class = family.classes.get(&class).filter(|table| table.n() >= MIN_CLASS_DAYS);
        class.unwrap_or(&family.whole).p_value(score, tie)
    }
}

/// A number in (0, 1) from a hash, for breaking ties the same way every time.
pub fn tie_of(hash: &[u8; 16]) -> f64 {
    let mut word = [0u8; 8];
    word.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    (u64::from_le_bytes(word) >> 11) as f64 / (1u64 << 53) as f64 + 1e-12
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cheap deterministic stream of numbers in (0, 1).
    fn uniform(index: u64, stream: u64) -> f64 {
        let mut x = index.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        x ^= x >> 30;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x ^= x >> 27;
        x = x.wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^= x >> 31;
        (x >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn benign_p_values_are_uniform_even_on_discrete_scores() {
        // Scores that are 0 for 90 % and geometric otherwise; 20,000 calibrate, 100,000 are tested.
        let score = |i: u64, stream: u64| {
            let u = uniform(i, stream);
            if u < 0.9 { 0.0 } else { (-(((u - 0.9) * 10.0).max(1e-9)).log2() * 2.0).floor() }
        };
        let mut calibration = Calibration::new(0);
        calibration.add_day(0, (0..20_000).map(|i| score(i, 1)), 0);
        calibration.start_day(1);
        for (limit, slack) in [(0.1, 0.05), (0.01, 0.2)] {
            let below = (0..100_000).filter(|i| calibration.p_value(score(*i, 2), uniform(*i, 3)).p < limit).count() as f64;
            let ratio = below / (100_000.0 * limit);
            assert!((1.0 - slack..=1.0 + slack).contains(&ratio), "P(p < {limit}) is {ratio} of what it should be");
        }
    }

    /// The law of a score, by its number; made of uniform numbers.
    type Law = fn(u64, u64) -> f64;

    /// Over tables of `n` observations each, how often the p-values of a million more are below the level, over how often they should be.
    fn exceedance(law: Law, n: u64, level: f64) -> f64 {
        let (tables, asked) = (100, 10_000);
        let below: usize = (0..tables)
            .map(|table| {
                let mut calibration = Calibration::new(0);
                calibration.add_day(0, (0..n).map(|i| law(i, 100 + 10 * table)), 0);
                calibration.start_day(1);
                let p = |i: u64| calibration.p_value(law(n + i, 100 + 10 * table), uniform(i, 7 + table)).p;
                (0..asked).filter(|i| p(*i) < level).count()
            })
            .sum();
        below as f64 / (tables * asked) as f64 / level
    }

    #[test]
    fn the_fitted_tail_keeps_its_word_beyond_the_ranks() {
        let exponential: Law = |i, s| -uniform(i, s).log2();
        let sum_of_three: Law = |i, s| -(0..3).map(|k| uniform(i, s + k).log2()).sum::<f64>();
        let mostly_silent: Law = |i, s| if uniform(i, s) < 0.98 { 0.0 } else { -2.0 * uniform(i, s + 1).log2() };
        let discrete: Law = |i, s| if uniform(i, s) < 0.9 { 0.0 } else { (-1.5 * uniform(i, s + 1).log2()).floor() };
        let bounded: Law = |i, s| 9.0 * uniform(i, s);
        for (name, law) in [
            ("exponential", exponential),
            ("sum of three", sum_of_three),
            ("mostly silent", mostly_silent),
            ("discrete", discrete),
            ("bounded", bounded),
        ] {
            for n in [1_000, 5_000] {
                for (level, low, high) in [(1e-2, 0.9, 1.15), (1e-3, 0.6, 1.35), (1e-4, 0.25, 1.4)] {
                    let ratio = exceedance(law, n, level);
                    assert!((low..=high).contains(&ratio), "{name} n {n}: P(p < {level}) is {ratio:.2} of what it should be");
                }
            }
        }
    }

    #[test]
    fn what_lies_far_beyond_all_others_says_more_than_its_rank() {
        let mut calibration = Calibration::new(0);
        calibration.add_day(0, (0..1000).map(|i| -uniform(i, 1).log2()), 0);
        calibration.start_day(1);
        let bits = |score| -calibration.p_value(score, 0.5).p.log2();
        assert!(
            bits(30.0) > bits(20.0) + 2.0 && bits(20.0) > bits(12.0) + 2.0 && bits(12.0) > 9.5,
            "{} {} {}",
            bits(12.0),
            bits(20.0),
            bits(30.0)
        );
        assert!(bits(30.0) < 30.0, "no better than a valid tail probability");
    }

    #[test]
    fn classes_are_calibrated_apart_and_small_ones_by_their_family() {
        let mut tables = CalibrationTables::new(0);
        let scores = |scale: f64, stream: u64, n: u64| (0..n).map(|i| -scale * uniform(i, stream).log2()).collect::<Vec<f64>>();
        tables.add_day(1, 10, 0, &scores(1.0, 1, 20_000), 0);
        tables.add_day(1, 11, 0, &scores(3.0, 2, 20_000), 0);
        tables.add_day(1, 12, 0, &scores(3.0, 3, 50), 0);
        tables.start_day(1);
        let share = |class: u32, scale: f64| {
            let below = |i: &u64| tables.p_value(1, class, -scale * uniform(*i, 4).log2(), uniform(*i, 5)).p < 0.01;
            (0..50_000).filter(below).count() as f64 / 500.0
        };
        for (class, scale) in [(10, 1.0), (11, 3.0)] {
            assert!((0.8..1.25).contains(&share(class, scale)), "class {class}: {}", share(class, scale));
        }
        assert_eq!(tables.p_value(1, 12, 9.0, 0.5).n, 40_050, "too few of its own");
        assert_eq!(tables.p_value(2, 1, 99.0, 0.5).n, 0, "a cold start is quiet");
    }

    #[test]
    fn days_wait_and_silence_counts() {
        let mut calibration = Calibration::new(3);
        calibration.add_day(0, [5.0], 99);
        calibration.start_day(3);
        assert_eq!(calibration.n(), 0);
        calibration.start_day(4);
        assert_eq!(calibration.n(), 100);
        assert!(calibration.p_value(9.0, 0.5).p < 0.006);
        assert!(calibration.p_value(1.0, 0.5).p > 0.009);
    }

    #[test]
    fn a_cold_start_is_quiet() {
        assert!(Calibration::new(3).p_value(100.0, 0.5).p >= 0.5);
    }
}
