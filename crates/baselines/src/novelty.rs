//! Novelty of a category by a hierarchical Pitman-Yor back-off with one table a type.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Distinct values one context remembers; a flood beyond it is treated as never seen.
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

/// How often each value was seen in one context (an entity, a peer group, the organisation).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Categories {
    /// Value and its sightings, by value: a few bytes for the few values of most contexts.
    counts: Vec<(u32, u32)>,
    total: u64,
    #[serde(skip)]
    ranks: OnceLock<Vec<Rank>>,
}

/// A number of sightings, and all values seen no more often.
#[derive(Clone, Copy, Debug)]
struct Rank {
    count: u32,
    mass: u64,
    values: u32,
}

impl Categories {
    /// One more sighting of `value`.
    pub fn add(&mut self, value: u32) {
        match self.place(value) {
            Ok(place) => {
                if let Some((_, count)) = self.counts.get_mut(place) {
                    *count = count.saturating_add(1);
                }
            }
            Err(_) if self.counts.len() >= MAX_VALUES => return,
            Err(place) => self.counts.insert(place, (value, 1)),
        }
        self.total = self.total.saturating_add(1);
        self.ranks.take();
    }
    fn place(&self, value: u32) -> Result<usize, usize> {
        self.counts.binary_search_by_key(&value, |(value, _)| *value)
    }
    /// Sightings of `value`.
    pub fn count(&self, value: u32) -> u32 {
        self.place(value).ok().and_then(|place| self.counts.get(place)).map_or(0, |(_, count)| *count)
    }
    /// Sightings of anything.
    pub fn total(&self) -> u64 {
        self.total
    }
    /// The value seen most often, the smaller number on a tie.
    pub fn most_common(&self) -> Option<u32> {
        self.counts.iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value))).map(|(value, _)| *value)
    }
    /// Sightings and number of the values seen at most `own` times.
    fn no_more_often(&self, own: u32) -> (u64, u32) {
        if self.counts.len() <= MANY {
            let counts = self.counts.iter().map(|(_, count)| *count).filter(|count| *count <= own);
            return counts.fold((0, 0), |(mass, values), count| (mass + u64::from(count), values + 1));
        }
        let ranks = self.ranks.get_or_init(|| {
            let mut counts: Vec<u32> = self.counts.iter().map(|(_, count)| *count).collect();
            counts.sort_unstable();
            let mut below = Rank { count: 0, mass: 0, values: 0 };
            let rank = |count: u32| {
                below = Rank { count, mass: below.mass + u64::from(count), values: below.values + 1 };
                below
            };
            counts.into_iter().map(rank).collect()
        });
        let place = ranks.partition_point(|rank| rank.count <= own);
        place.checked_sub(1).and_then(|last| ranks.get(last)).map_or((0, 0), |rank| (rank.mass, rank.values))
    }
    /// Mass of the values no more frequent than `value` here, plus the back-off mass times the parent's tail.
    fn tail(&self, value: u32, params: NoveltyParams, parent_tail: f64) -> f64 {
        let n = self.total as f64;
        let types = self.counts.len() as f64;
        let own = self.count(value);
        let denominator = params.concentration + n;
        let (mass, rarer) = if own > 0 { self.no_more_often(own) } else { (0, 0) };
        let kept = mass as f64 - params.discount * f64::from(rarer);
        (kept + (params.concentration + params.discount * types) * parent_tail) / denominator
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
    pub seen: u32,
    /// Observations at the most specific level.
    pub n: u64,
}

/// Scores `value` against `levels`, most specific first, over a `prior` tail probability in (0, 1].
pub fn novelty(levels: &[Option<&Categories>], value: u32, params: NoveltyParams, prior: f64) -> Novelty {
    let mut tail = prior.clamp(1e-9, 1.0);
    for level in levels.iter().rev().flatten() {
        tail = level.tail(value, params, tail);
    }
    let level = levels.iter().position(|l| l.is_some_and(|l| l.count(value) > 0)).unwrap_or(levels.len());
    let first = levels.first().copied().flatten();
    Novelty { tail: tail.clamp(1e-9, 1.0), level, seen: first.map_or(0, |l| l.count(value)), n: first.map_or(0, Categories::total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pairs: &[(u32, u32)]) -> Categories {
        let mut categories = Categories::default();
        for (value, times) in pairs {
            (0..*times).for_each(|_| categories.add(*value));
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
        assert_eq!((with.level, with.n), (1, 0));
        assert_eq!(novelty(&[None], 7, NoveltyParams::default(), 1.0).tail, 1.0, "a cold start is quiet");
    }

    #[test]
    fn many_values_are_ranked_as_few_are_counted() {
        let mut categories = Categories::default();
        for value in 0..200u32 {
            (0..=value % 7).for_each(|_| categories.add(value));
            let own = value % 9;
            let counts = categories.counts.iter().map(|(_, count)| *count).filter(|count| *count <= own);
            let expected = counts.fold((0, 0), |(mass, values), count| (mass + u64::from(count), values + 1));
            assert_eq!(categories.no_more_often(own), expected);
        }
    }

    #[test]
    fn a_flood_of_values_is_capped() {
        let mut categories = Categories::default();
        (0..MAX_VALUES as u32 + 100).for_each(|value| categories.add(value));
        assert_eq!(categories.total(), MAX_VALUES as u64);
    }
}
