//! Conformal calibration: any score becomes a p-value by comparison with past entity-days, silent ones included.

use crate::tail::Tail;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Scores are compared in steps of 1/8 bit.
const STEP: f64 = 8.0;
/// Bins, for scores of 0 to 256 bits.
const BINS: usize = 2048;
/// A table forgets days older than these two weeks before its last one, as long as so many entity-days are left.
const MIN_DAYS: i64 = 14;
const MIN_ENTITY_DAYS: u64 = 4096;
/// In what is saved, stands between the days that count and those that wait.
const BETWEEN: i64 = i64::MIN;

/// Counts of entity-days by their highest score; 16 bytes for each score that occurs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(u16, u32)>", into = "Vec<(u16, u32)>")]
struct Histogram {
    bins: Vec<Bin>,
    total: u64,
    /// What lies beyond the few highest; follows from the counts.
    tail: Tail,
}

impl From<Vec<(u16, u32)>> for Histogram {
    fn from(counts: Vec<(u16, u32)>) -> Self {
        let mut table = Self::default();
        counts.into_iter().for_each(|(place, count)| table.add(place, count));
        table.sum_up();
        table
    }
}

impl From<Histogram> for Vec<(u16, u32)> {
    fn from(table: Histogram) -> Self {
        table.bins.iter().map(|bin| (bin.place, bin.count)).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    pub(crate) place: u16,
    pub(crate) count: u32,
    /// Entity-days above it, counted anew when a day joins: p-values are asked for far more often.
    pub(crate) above: u64,
}

impl Histogram {
    fn add(&mut self, place: u16, count: u32) {
        match self.bins.binary_search_by_key(&place, |bin| bin.place) {
            Ok(at) => self.bins.get_mut(at).into_iter().for_each(|bin| bin.count = bin.count.saturating_add(count)),
            Err(at) => self.bins.insert(at, Bin { place, count, above: 0 }),
        }
        self.total += u64::from(count);
    }
    fn take(&mut self, place: u16, count: u32) {
        if let Some(bin) = self.bins.iter_mut().find(|bin| bin.place == place) {
            let taken = bin.count.min(count);
            bin.count -= taken;
            self.total -= u64::from(taken);
        }
    }
    fn sum_up(&mut self) {
        self.bins.retain(|bin| bin.count > 0);
        let mut above = 0;
        for bin in self.bins.iter_mut().rev() {
            bin.above = above;
            above += u64::from(bin.count);
        }
        self.tail = Tail::fit(&self.bins, self.total, 1.0 / STEP);
    }
    /// Entity-days above the place, and in it.
    fn from(&self, place: u16) -> (u64, u64) {
        let at = self.bins.partition_point(|bin| bin.place < place);
        match self.bins.get(at) {
            Some(bin) if bin.place == place => (bin.above, bin.count.into()),
            Some(bin) => (bin.above + u64::from(bin.count), 0),
            None => (0, 0),
        }
    }
}

fn bin(score: f64) -> u16 {
    if score.is_finite() { ((score.max(0.0) * STEP) as usize + usize::from(score > 0.0)).min(BINS - 1) as u16 } else { 0 }
}

/// A p-value and the number of entity-days it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    /// In (0, 1].
    pub p: f64,
    pub n: u64,
}

/// One day: its active entity-days by bin, and the silent ones. Many have the same few scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(i64, Vec<u16>, u64)", into = "(i64, Vec<u16>, u64)")]
struct Day {
    day: i64,
    /// In the order of the bins.
    counts: Vec<(u16, u32)>,
    silent: u64,
}

impl From<(i64, Vec<u16>, u64)> for Day {
    fn from((day, bins, silent): (i64, Vec<u16>, u64)) -> Self {
        let mut of = Self { day, silent, ..Self::default() };
        bins.into_iter().for_each(|place| of.add(place));
        of
    }
}

impl From<Day> for (i64, Vec<u16>, u64) {
    fn from(day: Day) -> Self {
        let bins = day.counts.into_iter().flat_map(|(place, count)| std::iter::repeat_n(place, count as usize));
        (day.day, bins.collect(), day.silent)
    }
}

impl Day {
    fn add(&mut self, place: u16) {
        match self.counts.binary_search_by_key(&place, |(place, _)| *place) {
            Ok(at) => self.counts.get_mut(at).into_iter().for_each(|(_, count)| *count = count.saturating_add(1)),
            Err(at) => self.counts.insert(at, (place, 1)),
        }
    }
    fn take(&mut self, place: u16) {
        if let Ok(at) = self.counts.binary_search_by_key(&place, |(place, _)| *place) {
            self.counts.get_mut(at).into_iter().for_each(|(_, count)| *count -= 1);
            self.counts.retain(|(_, count)| *count > 0);
        }
    }
    fn active(&self) -> u64 {
        self.counts.iter().map(|(_, count)| u64::from(*count)).sum()
    }
    fn total(&self) -> u64 {
        self.active() + self.silent
    }
    /// All of it by bin, the silent ones in the first.
    fn bins(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.counts.iter().copied().chain([(0, u32::try_from(self.silent).unwrap_or(u32::MAX))])
    }
}

/// The calibration table of one model. Days wait `lag_days` before they count, so that an attack that lasts days does not teach the
/// table that it is normal; and as news is rarer in an old company than in a new one, the table forgets what is older than two weeks as far as
/// 4,096 entity-days are left (ADR 0022).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Calibration {
    table: Histogram,
    /// The days that count. Tables of before snapshot version 6 hold more than these.
    counted: VecDeque<Day>,
    waiting: VecDeque<Day>,
    lag_days: i64,
}

/// As snapshots hold it: the days that count and those that wait in one list; before version 6 only the latter.
#[derive(Serialize, Deserialize)]
struct Saved {
    table: Histogram,
    days: VecDeque<Day>,
    lag_days: i64,
}

impl From<Saved> for Calibration {
    fn from(Saved { table, mut days, lag_days }: Saved) -> Self {
        let waiting = match days.iter().position(|day| day.day == BETWEEN) {
            Some(between) => days.split_off(between).into_iter().skip(1).collect(),
            None => std::mem::take(&mut days),
        };
        Self { table, counted: days, waiting, lag_days }
    }
}

impl From<Calibration> for Saved {
    fn from(Calibration { table, counted, waiting, lag_days }: Calibration) -> Self {
        let between = Day { day: BETWEEN, ..Day::default() };
        Self { table, days: counted.into_iter().chain([between]).chain(waiting).collect(), lag_days }
    }
}

impl Calibration {
    /// An empty table.
    pub fn new(lag_days: i64) -> Self {
        Self { table: Histogram::default(), counted: VecDeque::new(), waiting: VecDeque::new(), lag_days }
    }

    /// Of counts by bin.
    pub(crate) fn of(counts: Vec<(u16, u32)>, waiting: VecDeque<(i64, Vec<u16>, u64)>, lag_days: i64) -> Self {
        Self { table: counts.into(), waiting: waiting.into_iter().map(Day::from).collect(), ..Self::new(lag_days) }
    }

    /// Hands in the finished `day` (days since the epoch): the highest score of every entity that was active, and how many known
    /// entities were silent.
    pub fn add_day(&mut self, day: i64, scores: impl IntoIterator<Item = f64>, silent: u64) {
        let mut waiting = match self.waiting.pop_back() {
            // Some of its entities were handed in before.
            Some(last) if last.day == day => last,
            last => {
                self.waiting.extend(last);
                Day { day, ..Day::default() }
            }
        };
        scores.into_iter().for_each(|score| waiting.add(bin(score)));
        waiting.silent += silent;
        self.waiting.push_back(waiting);
    }
    /// Active entities handed in for a day that does not count yet.
    fn handed_in(&self, day: i64) -> u64 {
        self.waiting.iter().find(|waiting| waiting.day == day).map_or(0, Day::active)
    }

    /// Lets the days that are at least the lag older than `today` count, and forgets old ones.
    pub fn start_day(&mut self, today: i64) {
        let mut is_changed = self.count(today);
        if let Some(oldest) = self.oldest_needed() {
            is_changed |= self.forget(oldest);
        }
        if is_changed {
            self.table.sum_up();
        }
    }
    fn count(&mut self, today: i64) -> bool {
        let due = self.waiting.iter().take_while(|waiting| waiting.day + self.lag_days < today).count();
        for day in self.waiting.drain(..due) {
            day.bins().for_each(|(place, count)| self.table.add(place, count));
            self.counted.push_back(day);
        }
        due > 0
    }
    /// The day before which the table needs none.
    fn oldest_needed(&self) -> Option<i64> {
        let last = self.counted.back()?.day;
        let mut left = self.counted.iter().map(Day::total).sum::<u64>();
        let is_needed = |day: &&Day| {
            left -= day.total();
            day.day > last - MIN_DAYS || left < MIN_ENTITY_DAYS
        };
        self.counted.iter().find(is_needed).map(|day| day.day)
    }
    /// Forgets the days before `oldest`, and with them what came before there were days.
    fn forget(&mut self, oldest: i64) -> bool {
        let old = self.counted.iter().take_while(|day| day.day < oldest).count();
        let is_undated = old > 0 && self.table.total > self.counted.iter().map(Day::total).sum();
        for day in self.counted.drain(..old) {
            day.bins().for_each(|(place, count)| self.table.take(place, count));
        }
        if is_undated {
            self.table = Histogram::default();
            self.counted.iter().flat_map(Day::bins).for_each(|(place, count)| self.table.add(place, count));
        }
        old > 0
    }

    /// Takes one entity-day with this highest score out again (or, with `back`, puts it back in), whether or not its day counts yet. Of a day
    /// that was forgotten nothing is left to take.
    pub fn retract(&mut self, day: i64, score: f64, back: bool) {
        let place = bin(score);
        let change = |day: &mut Day| if back { day.add(place) } else { day.take(place) };
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.day == day) {
            return change(waiting);
        }
        if self.counted.front().is_some_and(|first| first.day > day) {
            return;
        }
        self.counted.iter_mut().filter(|counted| counted.day == day).for_each(change);
        if back {
            self.table.add(place, 1);
        } else {
            self.table.take(place, 1);
        }
        self.table.sum_up();
    }

    /// `(#greater + U (1 + #equal)) / (n + 1)`, where `tie` in (0, 1) is a hash of the thing scored; beyond the ten highest scores the
    /// fitted tail takes the place of the rank (`tail.rs`).
    pub fn p_value(&self, score: f64, tie: f64) -> PValue {
        let place = bin(score);
        let (greater, equal) = self.table.from(place);
        let n = self.table.total;
        let u = tie.clamp(1e-9, 1.0);
        let beyond = self.table.tail.beyond(place.into(), u).unwrap_or_else(|| greater as f64 + u * (1 + equal) as f64);
        let p = beyond / (n + 1) as f64;
        PValue { p: p.clamp(1e-12, 1.0), n }
    }

    /// The chance over the tie-break that the p-value of `score` is below `level`: p is linear in it.
    pub fn chance_below(&self, score: f64, level: f64) -> f64 {
        let (least, most) = (self.p_value(score, 0.0).p, self.p_value(score, 1.0).p);
        if most > least { ((level - least) / (most - least)).clamp(0.0, 1.0) } else { f64::from(u8::from(least < level)) }
    }

    fn bytes(&self) -> usize {
        let days = self.counted.iter().chain(&self.waiting).map(|day| size_of::<Day>() + day.counts.capacity() * size_of::<(u16, u32)>());
        self.table.bins.capacity() * size_of::<Bin>() + days.sum::<usize>()
    }

    /// Entity-days that count so far.
    pub fn n(&self) -> u64 {
        self.table.total
    }
}

/// Exceedances from which a class speaks for itself.
const RESOLVED: f64 = 10.0;
/// Peer classes of one model with a table of their own; the entity-days of others are judged by all.
pub const MAX_CLASSES: usize = 256;

/// The calibration of one model over all and by peer class (a number, given by the caller). A few KB a class.
///
/// A p-value is the class's as far as at least ten of its entity-days (tie-break included) are as high; beyond, where the class alone
/// cannot tell, it is that of all, and at most the last that the class could: `p = p_c` if `p_c >= 10 / (n_c + 1)`, else
/// `min(10 / (n_c + 1), p_all)`. From the limit on `P(p < a)` is the class's own, and so nominal in every class; below it, it is at most
/// `P(p_all < a)`, nominal over all entities together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeerCalibration {
    all: Calibration,
    classes: BTreeMap<u32, Calibration>,
}

impl PeerCalibration {
    /// Empty tables; days wait `lag_days` in each.
    pub fn new(lag_days: i64) -> Self {
        Self { all: Calibration::new(lag_days), classes: BTreeMap::new() }
    }
    /// What was learned before there were classes.
    pub fn without_classes(all: Calibration) -> Self {
        Self { all, classes: BTreeMap::new() }
    }
    /// Hands in a finished day: the highest score of every active entity with its class, how many known entities were silent, and how
    /// many of them in each class.
    pub fn add_day(&mut self, day: i64, scores: impl IntoIterator<Item = (Option<u32>, f64)>, silent: u64, by_class: &BTreeMap<u32, u64>) {
        let mut of_class: BTreeMap<u32, Vec<f64>> = by_class.keys().map(|class| (*class, Vec::new())).collect();
        let mut all = Vec::new();
        for (class, score) in scores {
            all.push(score);
            class.into_iter().for_each(|class| of_class.entry(class).or_default().push(score));
        }
        self.all.add_day(day, all, silent);
        for (class, scores) in of_class {
            if self.classes.len() < MAX_CLASSES || self.classes.contains_key(&class) {
                let table = self.classes.entry(class).or_insert_with(|| Calibration::new(self.all.lag_days));
                table.add_day(day, scores, by_class.get(&class).copied().unwrap_or(0));
            }
        }
    }
    /// Hands in one entity of the open `day` before the day is over; [`Self::add_day`] then brings the others.
    pub fn add_early(&mut self, day: i64, class: Option<u32>, score: f64) {
        self.all.add_day(day, [score], 0);
        let Some(class) = class.filter(|class| self.classes.len() < MAX_CLASSES || self.classes.contains_key(class)) else { return };
        let lag_days = self.all.lag_days;
        self.classes.entry(class).or_insert_with(|| Calibration::new(lag_days)).add_day(day, [score], 0);
    }
    /// Entities handed in early for `day`, in all and by class.
    pub fn handed_in(&self, day: i64) -> (u64, impl Iterator<Item = (u32, u64)> + '_) {
        let by_class = self.classes.iter().map(move |(class, table)| (*class, table.handed_in(day)));
        (self.all.handed_in(day), by_class.filter(|(_, count)| *count > 0))
    }
    /// As [`Calibration::start_day`]; classes remember as many days as all.
    pub fn start_day(&mut self, today: i64) {
        self.all.start_day(today);
        let oldest = self.all.counted.front().map_or(i64::MIN, |day| day.day);
        for table in self.classes.values_mut() {
            if table.count(today) | table.forget(oldest) {
                table.table.sum_up();
            }
        }
    }
    /// As [`Calibration::retract`], in the entity's class too.
    pub fn retract(&mut self, class: Option<u32>, day: i64, score: f64, back: bool) {
        self.all.retract(day, score, back);
        if let Some(table) = class.and_then(|class| self.classes.get_mut(&class)) {
            table.retract(day, score, back);
        }
    }
    /// The p-value of `score` for a member of the class; `tie` in (0, 1) is a hash of the thing scored. `n` counts all entity-days.
    pub fn p_value(&self, class: Option<u32>, score: f64, tie: f64) -> PValue {
        let all = self.all.p_value(score, tie);
        let Some((table, limit)) = self.class(class) else { return all };
        let own = table.p_value(score, tie).p;
        PValue { p: if own >= limit { own } else { all.p.min(limit) }, n: all.n }
    }
    fn class(&self, class: Option<u32>) -> Option<(&Calibration, f64)> {
        let table = self.classes.get(&class?)?;
        let limit = RESOLVED / (table.n() + 1) as f64;
        (limit < 1.0).then_some((table, limit))
    }
    /// The chance over the tie-break that the p-value of `score` is below `level`.
    pub fn chance_below(&self, class: Option<u32>, score: f64, level: f64) -> f64 {
        match self.class(class) {
            Some((table, limit)) if level <= limit => self.all.chance_below(score, level).min(table.chance_below(score, limit)),
            Some((table, _)) => table.chance_below(score, level),
            None => self.all.chance_below(score, level),
        }
    }
    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.all.bytes() + self.classes.values().map(Calibration::bytes).sum::<usize>()
    }
    /// Entity-days that count so far.
    pub fn n(&self) -> u64 {
        self.all.n()
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
    fn a_first_score_ever_says_no_more_than_its_rank() {
        let mut calibration = Calibration::new(0);
        calibration.add_day(0, [], 400);
        calibration.start_day(1);
        assert!(calibration.p_value(30.0, 0.5).p > 1.0 / 1000.0, "{:?}", calibration.p_value(30.0, 0.5));
        calibration.add_day(1, [30.0], 399);
        calibration.start_day(2);
        assert!(calibration.p_value(30.0, 0.5).p > 1.0 / 1000.0, "{:?}", calibration.p_value(30.0, 0.5));
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
    fn classes_are_calibrated_apart_and_what_they_cannot_tell_by_all() {
        let mut tables = PeerCalibration::new(0);
        let scores = |class: u32, scale: f64, stream: u64, n: u64| (0..n).map(move |i| (Some(class), -scale * uniform(i, stream).log2()));
        let days = scores(10, 1.0, 1, 20_000).chain(scores(11, 3.0, 2, 20_000)).chain(scores(12, 3.0, 3, 50));
        tables.add_day(0, days, 0, &BTreeMap::new());
        tables.start_day(1);
        let share = |class: u32, scale: f64, level: f64| {
            let below = |i: &u64| tables.p_value(Some(class), -scale * uniform(*i, 4).log2(), uniform(*i, 5)).p < level;
            (0..200_000).filter(below).count() as f64 / 200_000.0 / level
        };
        for (class, scale) in [(10, 1.0), (11, 3.0)] {
            assert!((0.8..1.25).contains(&share(class, scale, 0.01)), "class {class}: {}", share(class, scale, 0.01));
        }
        // Beyond what a class can tell all together are flagged no more often than promised.
        let both = (share(10, 1.0, 2e-4) + share(11, 3.0, 2e-4)) / 2.0;
        assert!(both < 1.25, "{both}");
        let by_all = |class| (0..50_000).filter(|i| tables.p_value(class, -uniform(*i, 4).log2(), uniform(*i, 5)).p < 0.01).count();
        assert!(by_all(None) * 10 < by_all(Some(10)), "among all, the quiet class's oddities drown");
        let chance = |p: f64| (0..10_000).filter(|i| tables.p_value(Some(11), 30.0, (*i as f64 + 0.5) / 1e4).p < p).count() as f64 / 1e4;
        for level in [1e-2, 1e-3, 2e-4, 1e-4, 2e-5] {
            assert!((tables.chance_below(Some(11), 30.0, level) - chance(level)).abs() < 1e-3, "{level}");
        }
        assert_eq!(PeerCalibration::new(0).p_value(Some(1), 99.0, 0.5).n, 0, "a cold start is quiet");
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
    fn a_day_taken_out_leaves_no_trace_and_comes_back() {
        let mut calibration = Calibration::new(3);
        calibration.add_day(0, [5.0, 1.0], 99);
        calibration.start_day(4);
        let p = |calibration: &Calibration| calibration.p_value(4.0, 0.5).p;
        let before = p(&calibration);
        calibration.retract(0, 5.0, false);
        let mut without = Calibration::new(3);
        without.add_day(0, [1.0], 99);
        without.start_day(4);
        assert_eq!((p(&calibration), calibration.n()), (p(&without), 100));
        calibration.retract(0, 5.0, true);
        assert_eq!(p(&calibration), before);
        calibration.add_day(4, [5.0], 0);
        calibration.retract(4, 5.0, false);
        calibration.start_day(8);
        assert_eq!(p(&calibration), before, "one that still waits");
    }

    #[test]
    fn news_that_grows_rare_is_compared_with_the_last_weeks() {
        // 500 entities, of which on day t one in t brings news; its size has the same law every day.
        let (mut calibration, mut below, mut asked) = (Calibration::new(3), 0, 0);
        for day in 1..=120u64 {
            calibration.start_day(day as i64);
            let score = |i: &u64| if uniform(*i, 2 * day) < 1.0 / day as f64 { -uniform(*i, 2 * day + 1).log2() } else { 0.0 };
            if day > 60 {
                below += (0..500).filter(|i| calibration.p_value(score(i), uniform(*i, 1000 + day)).p < 0.01).count();
                asked += 500;
            }
            calibration.add_day(day as i64, (0..500).map(|i| score(&i)), 0);
        }
        assert!((7_000..8_000).contains(&calibration.n()), "two weeks of 500: {}", calibration.n());
        let ratio = below as f64 / (asked as f64 * 0.01);
        assert!((0.8..1.1).contains(&ratio), "{ratio}; half of it with a table of all days");
    }

    #[test]
    fn a_small_company_remembers_longer_and_nothing_depends_on_a_restart() {
        let day = |day: u64| (0..20u64).map(move |i| -uniform(i, day).log2());
        let run = |restarts: bool| {
            let (mut calibration, mut class) = (Calibration::new(3), PeerCalibration::new(3));
            for now in 0..300u64 {
                calibration.start_day(now as i64);
                class.start_day(now as i64);
                calibration.add_day(now as i64, day(now), 10);
                class.add_day(now as i64, day(now).map(|score| (Some(7), score)), 10, &BTreeMap::from([(7, 10)]));
                if restarts && now % 17 == 0 {
                    calibration = postcard::from_bytes(&postcard::to_stdvec(&calibration).unwrap()).unwrap();
                    class = postcard::from_bytes(&postcard::to_stdvec(&class).unwrap()).unwrap();
                }
            }
            (calibration, class)
        };
        let (calibration, class) = run(false);
        assert_eq!((calibration.n(), class.n(), class.classes[&7].n()), (4110, 4110, 4110), "137 days of 30");
        assert_eq!((calibration.clone(), class), run(true));
        let mut lessened = calibration.clone();
        lessened.retract(3, 5.0, false);
        assert_eq!(lessened, calibration, "a forgotten day");
    }

    #[test]
    fn what_was_saved_before_there_were_days_gives_way_to_them() {
        let mut calibration = Calibration::of(vec![(0, 9_000), (80, 1_000)], VecDeque::from([(0, vec![8, 8], 98)]), 3);
        for day in 1..40 {
            calibration.start_day(day);
            calibration.add_day(day, [], 200);
            assert!(calibration.n() >= MIN_ENTITY_DAYS);
        }
        assert_eq!(calibration.n(), 21 * 200, "what had no day is gone with the first");
        assert!(calibration.p_value(9.0, 0.5).p < 1e-3);
    }

    #[test]
    fn a_cold_start_is_quiet() {
        assert!(Calibration::new(3).p_value(100.0, 0.5).p >= 0.5);
    }
}
