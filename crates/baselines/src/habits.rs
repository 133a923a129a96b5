//! Novelty of a category with bounded memory and forgetting: a hierarchical Pitman-Yor back-off. Values are interned numbers.
//!
//! Teh, "A hierarchical Bayesian language model based on Pitman-Yor processes", ACL 2006, with one table a value (t_x = min(1, n_x / d) where
//! forgetting has brought n_x below d): `P(x) = ((n_x - d)+ + (theta + sum of min(n_v, d)) P_parent(x)) / (theta + n)`.

use crate::decay::Forgetting;
use crate::novelty::{Novelty, NoveltyParams};
use serde::{Deserialize, Serialize};

/// Weights of values seen at one level (an entity, a peer group, the organisation). 8 bytes a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Habits {
    /// Value and stored weight, ascending by value.
    seen: Vec<(u32, f32)>,
    /// Weight of the values given up for lack of room: sightings, and what of them is discount.
    rest: (f32, f32),
    capacity: u16,
    clock: Forgetting,
}

impl Habits {
    /// Room for `capacity` values (at least 8); weights halve every `half_life_s` seconds.
    pub fn new(capacity: u16, half_life_s: i64) -> Self {
        Self { seen: Vec::new(), rest: (0.0, 0.0), capacity: capacity.max(8), clock: Forgetting::new(half_life_s) }
    }
    /// One sighting of `value` at `at_s` seconds, with a weight in (0, 1] that falls with surprise; a negative one takes it back.
    pub fn add(&mut self, value: u32, at_s: i64, weight: f64) {
        let (unit, factor) = self.clock.weight(at_s);
        if factor != 1.0 {
            self.seen.iter_mut().for_each(|(_, n)| *n *= factor as f32);
            self.rest = (self.rest.0 * factor as f32, self.rest.1 * factor as f32);
        }
        let added = (unit * weight) as f32;
        match self.seen.binary_search_by_key(&value, |(v, _)| *v) {
            Ok(at) => {
                if let Some((_, n)) = self.seen.get_mut(at) {
                    *n = (*n + added).max(0.0);
                }
            }
            Err(at) if added > 0.0 => {
                self.seen.insert(at, (value, added));
                if self.seen.len() > usize::from(self.capacity) {
                    self.give_up_rarest(at_s);
                }
            }
            Err(_) => self.rest.0 = (self.rest.0 + added).max(0.0),
        }
    }
    /// A quarter of the values, the rarest (the larger number on a tie), becomes the rest: constant time on average.
    fn give_up_rarest(&mut self, at_s: i64) {
        let worth = self.clock.worth(at_s) as f32;
        let mut by_weight: Vec<(f32, u32)> = self.seen.iter().map(|(v, n)| (*n, *v)).collect();
        by_weight.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        by_weight.truncate(usize::from(self.capacity) / 4);
        let mut gone: Vec<u32> = by_weight.iter().map(|(_, v)| *v).collect();
        gone.sort_unstable();
        self.seen.retain(|(v, _)| gone.binary_search(v).is_err());
        for (n, _) in by_weight {
            self.rest.0 += n;
            self.rest.1 += (n * worth).min(0.5) / worth.max(f32::MIN_POSITIVE);
        }
    }
    /// Takes over what `other` holds; the order of merging shows only in which rare values are given up.
    pub fn merge(&mut self, other: &Self, at_s: i64) {
        let factor = self.clock.factor_from(&other.clock);
        for (value, n) in &other.seen {
            match self.seen.binary_search_by_key(value, |(v, _)| *v) {
                Ok(at) => self.seen.iter_mut().skip(at).take(1).for_each(|(_, own)| *own += *n * factor as f32),
                Err(at) => self.seen.insert(at, (*value, *n * factor as f32)),
            }
        }
        self.rest = (self.rest.0 + other.rest.0 * factor as f32, self.rest.1 + other.rest.1 * factor as f32);
        while self.seen.len() > usize::from(self.capacity) {
            self.give_up_rarest(at_s);
        }
    }
    /// Weight of the sightings of `value` as of `at_s`.
    pub fn count(&self, value: u32, at_s: i64) -> f64 {
        let at = self.seen.binary_search_by_key(&value, |(v, _)| *v).ok();
        at.and_then(|at| self.seen.get(at)).map_or(0.0, |(_, n)| f64::from(*n) * self.clock.worth(at_s))
    }
    /// Weight of all sightings as of `at_s`.
    pub fn total(&self, at_s: i64) -> f64 {
        (self.seen.iter().map(|(_, n)| f64::from(*n)).sum::<f64>() + f64::from(self.rest.0)) * self.clock.worth(at_s)
    }
    /// Values remembered.
    pub fn len(&self) -> usize {
        self.seen.len()
    }
    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
    /// The value with the most weight, the smaller number on a tie.
    pub fn most_common(&self) -> Option<u32> {
        self.seen.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(v, _)| *v)
    }
    /// As it stands at `at_s`, for scoring in logarithmic time: the daily form of a large level (a group, the organisation).
    pub fn freeze(&self, at_s: i64, params: NoveltyParams) -> FrozenHabits {
        let worth = self.clock.worth(at_s);
        let (rest, rest_discount) = (f64::from(self.rest.0) * worth, f64::from(self.rest.1) * worth);
        let (mut all, mut backed_off) = (params.concentration + rest, params.concentration + rest_discount.min(rest));
        let mut kept = Vec::with_capacity(self.seen.len());
        for (value, stored) in &self.seen {
            let n = f64::from(*stored) * worth;
            all += n;
            backed_off += n.min(params.discount);
            kept.push((*value, (n - params.discount).max(0.0) as f32));
        }
        let mut by_weight: Vec<f32> = kept.iter().map(|(_, n)| *n).collect();
        by_weight.sort_unstable_by(f32::total_cmp);
        let mut sum = (rest - rest_discount).max(0.0);
        let given_up = sum;
        let up_to = |n: f32| {
            sum += f64::from(n);
            (n, sum)
        };
        FrozenHabits { up_to: by_weight.into_iter().map(up_to).collect(), kept, given_up, all, backed_off }
    }
}

/// A level at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenHabits {
    /// Value and its weight beyond the discount, ascending by value.
    kept: Vec<(u32, f32)>,
    /// Weight and the sum of all weights up to it, ascending.
    up_to: Vec<(f32, f64)>,
    given_up: f64,
    all: f64,
    backed_off: f64,
}

/// One level of a hierarchy.
#[derive(Clone, Copy, Debug)]
pub enum Level<'a> {
    /// Still learning: time linear in its values. For entities.
    Live(&'a Habits),
    /// For what many entities share.
    Frozen(&'a FrozenHabits),
}

/// Weight of x beyond its discount and the mass backed off to the parent, as shares of all.
#[derive(Clone, Copy)]
struct Shares {
    own: f64,
    backed_off: f64,
    all: f64,
}

impl Level<'_> {
    fn shares(&self, value: u32, at_s: i64, params: NoveltyParams) -> Shares {
        match self {
            Self::Frozen(f) => {
                let own =
                    f.kept.binary_search_by_key(&value, |(v, _)| *v).ok().and_then(|at| f.kept.get(at)).map_or(0.0, |(_, n)| f64::from(*n));
                Shares { own: own / f.all, backed_off: f.backed_off / f.all, all: f.all }
            }
            Self::Live(habits) => {
                let worth = habits.clock.worth(at_s);
                let (rest, rest_discount) = (f64::from(habits.rest.0) * worth, f64::from(habits.rest.1) * worth);
                let (mut all, mut backed_off) = (params.concentration + rest, params.concentration + rest_discount.min(rest));
                for (_, stored) in &habits.seen {
                    let n = f64::from(*stored) * worth;
                    all += n;
                    backed_off += n.min(params.discount);
                }
                Shares { own: (habits.count(value, at_s) - params.discount).max(0.0) / all, backed_off: backed_off / all, all }
            }
        }
    }
    /// Own mass of the values whose own share is at most `limit`; what was given up was rarer than anything kept.
    fn mass_up_to(&self, limit: f64, at_s: i64, params: NoveltyParams, all: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let limit = limit * all * (1.0 + 1e-6);
        match self {
            Self::Frozen(f) => {
                let below = f.up_to.partition_point(|(n, _)| f64::from(*n) <= limit);
                below.checked_sub(1).and_then(|last| f.up_to.get(last)).map_or(f.given_up, |(_, sum)| *sum) / all
            }
            Self::Live(habits) => {
                let worth = habits.clock.worth(at_s);
                let kept = |(_, n): &(u32, f32)| (f64::from(*n) * worth - params.discount).max(0.0);
                let seen: f64 = habits.seen.iter().map(kept).filter(|n| *n <= limit).sum();
                (seen + f64::from(habits.rest.0 - habits.rest.1).max(0.0) * worth) / all
            }
        }
    }
    fn seen(&self, value: u32, at_s: i64) -> bool {
        match self {
            Self::Live(habits) => habits.count(value, at_s) > 0.0,
            Self::Frozen(f) => f.kept.binary_search_by_key(&value, |(v, _)| *v).is_ok(),
        }
    }
}

/// What a shipped prior (`models/priors`) says of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Its probability.
    pub share: f64,
    /// Mass of the values no more probable.
    pub tail: f64,
}

impl Default for Prior {
    /// Nothing known: a cold start is quiet.
    fn default() -> Self {
        Self { share: 0.0, tail: 1.0 }
    }
}

/// Scores `value` against `levels`, most specific first: the tail is the mass of the values no more probable than it, where a value seen
/// at a level is judged by its share there and once more
/// by its parent's, and what no level has seen is rarer than anything seen. Never below the exact tail; measured at most 4.3 times above it on
/// random hierarchies, mostly within a quarter (calibration takes care of the rest), for one pass over each level instead of lookups across them.
pub fn habit_novelty(levels: &[Option<Level>], value: u32, at_s: i64, params: NoveltyParams, prior: Prior) -> Novelty {
    let shares: Vec<(Level, Shares)> = levels.iter().flatten().map(|l| (*l, l.shares(value, at_s, params))).collect();
    let mut probability = shares.iter().rev().fold(prior.share.clamp(0.0, 1.0), |parents, (_, s)| s.own + s.backed_off * parents);
    let (mut tail, mut atom) = (0.0, 1.0);
    for (level, s) in &shares {
        tail += atom * level.mass_up_to(probability, at_s, params, s.all);
        atom *= s.backed_off;
        // As seen from the parent the same threshold lies higher.
        probability = (probability / s.backed_off).min(1.0);
    }
    tail += atom * prior.tail.clamp(0.0, 1.0);
    let level = levels.iter().position(|l| l.is_some_and(|l| l.seen(value, at_s))).unwrap_or(levels.len());
    let (seen, n) = match levels.first().copied().flatten() {
        Some(Level::Live(habits)) => (habits.count(value, at_s), habits.total(at_s)),
        _ => (0.0, 0.0),
    };
    Novelty { tail: tail.clamp(1e-9, 1.0), level, seen, n }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;
    use std::collections::BTreeMap;

    const YEAR_S: i64 = 365 * 86_400;

    fn seen(pairs: &[(u32, u32)]) -> Habits {
        let mut habits = Habits::new(64, YEAR_S);
        pairs.iter().for_each(|(value, times)| (0..*times).for_each(|_| habits.add(*value, 0, 1.0)));
        habits
    }

    #[test]
    fn two_levels_by_hand() {
        // d = 1/2, theta = 1. Group: 8 times 1, 2 times 2. Entity: 4 times 1.
        let (entity, group) = (seen(&[(1, 4)]), seen(&[(1, 8), (2, 2)]));
        let tail = |x| {
            habit_novelty(&[Some(Level::Live(&entity)), Some(Level::Live(&group))], x, 0, NoveltyParams::default(), Prior::default()).tail
        };
        // P_group(1) = 7.5/11, P_group(2) = 1.5/11, never seen 2/11. Entity: 3.5/5 own, 1.5/5 backed off.
        assert!((tail(3) - 1.5 / 5.0 * 2.0 / 11.0).abs() < 1e-9, "never seen: {}", tail(3));
        assert!((tail(2) - 1.5 / 5.0 * (1.5 + 2.0) / 11.0).abs() < 1e-9, "by the group only: {}", tail(2));
        assert_eq!(tail(1), 1.0);
    }

    /// The exact tail by enumeration of every value's probability, what no level has seen being rarer than anything seen.
    fn exact_tail(levels: &[&Habits], value: u32, params: NoveltyParams) -> f64 {
        let values: Vec<u32> = (0..40).collect();
        let mut shares: BTreeMap<u32, f64> = values.iter().map(|v| (*v, 0.0)).collect();
        let mut never = 1.0;
        for level in levels.iter().rev() {
            shares.iter_mut().for_each(|(v, p)| {
                let s = Level::Live(level).shares(*v, 0, params);
                *p = s.own + s.backed_off * *p;
            });
            never *= Level::Live(level).shares(0, 0, params).backed_off;
        }
        let own = shares[&value];
        shares.values().filter(|p| **p <= own + 1e-12).sum::<f64>() + never
    }

    #[test]
    fn tails_are_never_below_enumeration_and_close_above() {
        let (mut rng, params) = (Rng::with_seed(9), NoveltyParams::default());
        let (mut close, mut all, mut worst) = (0, 0, [1.0f64; 2]);
        for _ in 0..300 {
            let mut draw = |n: u32, spread: f64| {
                let pairs: Vec<(u32, u32)> = (0..n).map(|_| ((40.0 * rng.f64().powf(spread)) as u32, rng.u32(1..4))).collect();
                seen(&pairs)
            };
            let levels = [&draw(5, 3.0), &draw(20, 3.0), &draw(60, 3.0)];
            let given = levels.map(|l| Some(Level::Live(l)));
            let frozen = levels.map(|l| l.freeze(0, params));
            let [entity, group, organisation] = [0, 1, 2].map(|i| Some(Level::Frozen(&frozen[i])));
            for value in 0..40 {
                let ours = habit_novelty(&given, value, 0, params, Prior::default()).tail;
                let same = habit_novelty(&[entity, group, organisation], value, 0, params, Prior::default()).tail;
                assert!((same - ours).abs() < 1e-6, "frozen {same}, live {ours}");
                let ratio = ours / exact_tail(&levels, value, params);
                worst = [worst[0].min(ratio), worst[1].max(ratio)];
                close += u32::from((0.8..1.25).contains(&ratio));
                all += 1;
            }
        }
        assert!(worst[0] > 0.999_999 && worst[1] < 5.0 && close * 2 > all, "{close} of {all} within 25 %, worst {worst:?}");
    }

    #[test]
    fn habits_fade_and_retracted_sightings_are_gone() {
        let mut habits = Habits::new(8, 100);
        (0..64).for_each(|_| habits.add(1, 0, 1.0));
        assert!((habits.count(1, 300) - 8.0).abs() < 1e-4);
        habits.add(2, 200, 0.5);
        habits.add(2, 200, -0.5);
        assert_eq!(habits.count(2, 200), 0.0);
    }

    #[test]
    fn a_flood_of_values_neither_grows_memory_nor_pushes_out_habits() {
        let mut habits = Habits::new(64, YEAR_S);
        (0..32).for_each(|v| (0..5).for_each(|_| habits.add(v, 0, 1.0)));
        (1_000..200_000).for_each(|v| habits.add(v, i64::from(v), 1.0));
        assert!(habits.len() <= 64);
        assert!((0..32).all(|v| habits.count(v, 200_000) > 4.0));
        assert!((habits.total(200_000) - 199_160.0).abs() < 2_000.0, "{}", habits.total(200_000));
    }

    #[test]
    fn merging_adds() {
        let (mut a, b) = (seen(&[(1, 3), (2, 1)]), seen(&[(2, 4), (9, 1)]));
        a.merge(&b, 0);
        assert_eq!([1, 2, 9].map(|v| a.count(v, 0).round()), [3.0, 5.0, 1.0]);
    }
}
