//! Novelty of a category by a hierarchical Pitman-Yor back-off with one table a type.

use crate::drift::FULL;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Distinct values one context remembers; of more a quarter is forgotten, the rarest and of those the oldest.
pub const MAX_VALUES: usize = 4096;
/// A context with more values ranks them once for many questions.
const MANY: usize = 32;

/// Discount `d` in [0, 1) and concentration `theta` > 0 of the Pitman-Yor process.
#[derive(Clone, Copy, Debug)]
pub struct NoveltyParams {
    pub discount: f64,
    pub concentration: f64,
}

impl Default for NoveltyParams {
    fn default() -> Self {
        Self { discount: 0.5, concentration: 1.0 }
    }
}

/// How often each value was seen in one context (an entity, a peer group, the organisation), in 64ths of a sighting.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Categories {
    /// Value and its sightings, by value: a few bytes for the few values of most contexts.
    counts: Vec<(u32, u32)>,
    total: u64,
    #[serde(skip)]
    ranks: OnceLock<Vec<Rank>>,
}

/// A number of sightings, and all values seen no more often.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rank {
    count: u32,
    mass: u64,
    values: u32,
}

/// 64ths as sightings.
fn sightings(parts: u64) -> f64 {
    parts as f64 / f64::from(FULL)
}

impl Categories {
    /// Of whole sightings, as snapshots before version 4 hold them, makes 64ths.
    pub fn divide(&mut self) {
        self.counts.iter_mut().for_each(|(_, count)| *count = count.saturating_mul(FULL.unsigned_abs()));
        self.total = self.counts.iter().map(|(_, count)| u64::from(*count)).sum();
        self.ranks.take();
    }
    /// One more sighting of `value` with a weight in 64ths; a negative one takes it back.
    pub fn add(&mut self, value: u32, parts: i32) {
        let before = self.total;
        match self.place(value) {
            Ok(place) => {
                if let Some((_, count)) = self.counts.get_mut(place) {
                    let after = count.saturating_add_signed(parts);
                    self.total = self.total + u64::from(after) - u64::from(*count);
                    *count = after;
                    if after == 0 {
                        self.counts.remove(place);
                    }
                }
            }
            Err(_) if parts <= 0 => {}
            Err(mut place) => {
                if self.counts.len() >= MAX_VALUES {
                    self.forget_rarest();
                    place = self.place(value).unwrap_or_else(|place| place);
                }
                self.counts.insert(place, (value, parts.unsigned_abs()));
                self.total += u64::from(parts.unsigned_abs());
            }
        }
        if self.total != before {
            self.ranks.take();
        }
    }
    /// Values are numbered as they come.
    fn forget_rarest(&mut self) {
        let mut by_worth: Vec<(u32, u32)> = self.counts.iter().map(|(value, count)| (*count, *value)).collect();
        by_worth.sort_unstable();
        let Some(last) = by_worth.get(MAX_VALUES / 4 - 1) else { return };
        self.counts.retain(|(value, count)| (*count, *value) > *last);
        self.total = self.counts.iter().map(|(_, count)| u64::from(*count)).sum();
    }
    fn place(&self, value: u32) -> Result<usize, usize> {
        self.counts.binary_search_by_key(&value, |(value, _)| *value)
    }
    fn parts(&self, value: u32) -> u32 {
        self.place(value).ok().and_then(|place| self.counts.get(place)).map_or(0, |(_, count)| *count)
    }
    /// Sightings of `value`.
    pub fn count(&self, value: u32) -> f64 {
        sightings(self.parts(value).into())
    }
    /// Sightings of anything.
    pub fn total(&self) -> f64 {
        sightings(self.total)
    }
    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        let ranks = if self.counts.len() > MANY { self.counts.len() * size_of::<Rank>() } else { 0 };
        self.counts.capacity() * size_of::<(u32, u32)>() + ranks
    }
    /// The value seen most often, the smaller number on a tie.
    pub fn most_common(&self) -> Option<u32> {
        self.counts.iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value))).map(|(value, _)| *value)
    }
    /// The values seen at most `own` 64ths.
    fn no_more_often(&self, own: u32) -> Rank {
        if self.counts.len() <= MANY {
            let counts = self.counts.iter().map(|(_, count)| *count).filter(|count| *count <= own);
            return counts.fold(Rank::default(), |rank, count| rank.and(count));
        }
        let ranks = self.ranks.get_or_init(|| {
            let mut counts: Vec<u32> = self.counts.iter().map(|(_, count)| *count).collect();
            counts.sort_unstable();
            let mut below = Rank::default();
            let rank = |count: u32| {
                below = below.and(count);
                below
            };
            counts.into_iter().map(rank).collect()
        });
        let place = ranks.partition_point(|rank| rank.count <= own);
        place.checked_sub(1).and_then(|last| ranks.get(last)).copied().unwrap_or_default()
    }
    /// Mass of the values no more frequent than `value` here, plus the back-off mass times the parent's tail. Of a value seen less than the
    /// discount nothing is kept: `(n - d)+` and `min(n, d)` in place of `n - d` and `d`.
    fn tail(&self, value: u32, params: NoveltyParams, parent_tail: f64) -> f64 {
        let own = self.parts(value);
        let discount = (params.discount * f64::from(FULL)) as u32;
        let small = self.no_more_often(discount);
        let kept = |rank: Rank| sightings(rank.mass - small.mass) - params.discount * f64::from(rank.values - small.values);
        let mass = if own > discount { kept(self.no_more_often(own)) } else { 0.0 };
        let backed_off = sightings(small.mass) + params.discount * (self.counts.len() as f64 - f64::from(small.values));
        (mass + (params.concentration + backed_off) * parent_tail) / (params.concentration + self.total())
    }
}

impl Rank {
    fn and(self, count: u32) -> Self {
        Self { count, mass: self.mass + u64::from(count), values: self.values + 1 }
    }
}

/// The tail probability of a value and where the expectation comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Novelty {
    /// Mass of the values no more probable than this one, in (0, 1].
    pub tail: f64,
    /// Index into `levels` of the most specific level that has seen the value; `levels.len()` when only the prior knows it.
    pub level: usize,
    /// Sightings of this value at the most specific level.
    pub seen: f64,
    /// Observations at the most specific level.
    pub n: f64,
}

/// Scores `value` against `levels`, most specific first, over a `prior` tail probability in (0, 1].
pub fn novelty(levels: &[Option<&Categories>], value: u32, params: NoveltyParams, prior: f64) -> Novelty {
    let mut tail = prior.clamp(1e-9, 1.0);
    for level in levels.iter().rev().flatten() {
        tail = level.tail(value, params, tail);
    }
    let level = levels.iter().position(|l| l.is_some_and(|l| l.parts(value) > 0)).unwrap_or(levels.len());
    let first = levels.first().copied().flatten();
    Novelty { tail: tail.clamp(1e-9, 1.0), level, seen: first.map_or(0.0, |l| l.count(value)), n: first.map_or(0.0, Categories::total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pairs: &[(u32, u32)]) -> Categories {
        let mut categories = Categories::default();
        for (value, times) in pairs {
            (0..*times).for_each(|_| categories.add(*value, FULL));
        }
        categories
    }

    #[test]
    fn the_usual_value_does_not_surprise_and_a_new_one_does() {
        let (user, org) = (seen(&[(1, 200)]), seen(&[(1, 9000), (2, 30)]));
        let levels = [Some(&user), Some(&org)];
        let score = |value| novelty(&levels, value, NoveltyParams::default(), 1.0).tail;
        assert!(score(1) > 0.9);
        assert!(score(2) < 1e-3, "known to the organisation, new to the user: {}", score(2));
        assert!(score(3) < score(2), "new to everybody is more surprising");
    }

    #[test]
    fn a_new_employee_is_judged_by_the_organisation() {
        let org = seen(&[(1, 900), (2, 100)]);
        let fresh = Categories::default();
        let with = novelty(&[Some(&fresh), Some(&org)], 2, NoveltyParams::default(), 1.0);
        assert!((0.05..0.2).contains(&with.tail), "{with:?}");
        assert_eq!((with.level, with.n), (1, 0.0));
        assert_eq!(novelty(&[None], 7, NoveltyParams::default(), 1.0).tail, 1.0, "a cold start is quiet");
    }

    #[test]
    fn many_values_are_ranked_as_few_are_counted() {
        let mut categories = Categories::default();
        for value in 0..200u32 {
            (0..=value % 7).for_each(|_| categories.add(value, FULL));
            let own = value % 9 * FULL as u32;
            let counts = categories.counts.iter().map(|(_, count)| *count).filter(|count| *count <= own);
            let expected = counts.fold((0, 0), |(mass, values), count| (mass + u64::from(count), values + 1));
            let found = categories.no_more_often(own);
            assert_eq!((found.mass, found.values), expected);
        }
    }

    #[test]
    fn a_flood_of_values_is_capped() {
        let mut categories = Categories::default();
        (0..10).for_each(|value| (0..5).for_each(|_| categories.add(value, FULL)));
        for value in 0..3 * MAX_VALUES as u32 {
            categories.add(value, FULL);
            assert!(categories.counts.len() <= MAX_VALUES && categories.count(value) > 0.0, "the last is known");
        }
        assert!((0..10).all(|value| categories.count(value) == 6.0), "so is what came often");
        assert_eq!(categories.total, categories.counts.iter().map(|(_, count)| u64::from(*count)).sum::<u64>());
    }
    #[test]
    fn what_was_seen_in_part_counts_in_part() {
        let mut user = seen(&[(1, 200)]);
        let tail = |user: &Categories, value| novelty(&[Some(user)], value, NoveltyParams::default(), 1.0).tail;
        let never = tail(&user, 2);
        user.add(2, 8);
        assert!((tail(&user, 2) / never - 1.0).abs() < 0.1, "an eighth of a sighting is next to nothing");
        (0..15).for_each(|_| user.add(2, 8));
        let twice = tail(&seen(&[(1, 200), (2, 2)]), 2);
        assert!((tail(&user, 2) / twice - 1.0).abs() < 1e-9, "sixteen of them are two");
        (0..16).for_each(|_| user.add(2, -8));
        assert_eq!(tail(&user, 2), never);
    }
}
