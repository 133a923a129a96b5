//! How many: a Gamma-Poisson model of an entity's counts that adapts at three speeds, with its parent's as prior. Knows no events.

use crate::decay::remaining;
use crate::special::beta_lower;
use serde::{Deserialize, Serialize};

const DAY_S: i64 = 86_400;
/// The three memories, in seconds.
pub const HALF_LIVES_S: [i64; 3] = [DAY_S, 14 * DAY_S, 90 * DAY_S];
/// Share of the memories' past likelihood that survives one observation.
const LIKELIHOOD_KEPT: f64 = 0.98;
/// Counts and exposures beyond this are taken as this, so that squares fit in 32 bits.
const MAX_AMOUNT: f64 = 1e12;
/// Observations that the parent's dispersion stands for.
const DISPERSION_STRENGTH: f64 = 5.0;

/// What a parent (or `models/priors`) expects of one entity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Events per unit of exposure, above 0.
    pub mean: f64,
    /// Gamma shape of the rates of different entities, above 0: the smaller, the more they differ.
    pub shape: f64,
    /// Day-to-day dispersion of one entity beyond Poisson: variance = m + dispersion m^2, at least 0.
    pub dispersion: f64,
}

impl Default for Rate {
    /// One event a unit, give or take much.
    fn default() -> Self {
        Self { mean: 1.0, shape: 0.5, dispersion: 0.5 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    events: f32,
    exposure: f32,
    log_likelihood: f32,
}

/// How much counts vary beyond Poisson about what was expected, in the longest memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Spread {
    n: f32,
    /// Sums of (k - m)^2 - m, less what is due to an uncertain m, and of m^2.
    excess: f32,
    squares: f32,
}

impl Spread {
    fn add(&mut self, residual: Residual, age_s: i64) {
        let kept = remaining(age_s.saturating_neg(), HALF_LIVES_S[2]);
        let weight = residual.weight * remaining(age_s, HALF_LIVES_S[2]);
        let blend = |old: f32, new: f64| (f64::from(old) * kept + weight * new) as f32;
        self.n = blend(self.n, 1.0);
        self.excess = blend(self.excess, (residual.count - residual.expected).powi(2) - residual.expected - residual.unknown);
        self.squares = blend(self.squares, residual.expected.powi(2));
    }
    /// A ratio of sums, the prior standing for some observations of the usual size.
    fn dispersion(&self, prior: f64) -> f64 {
        let squares = f64::from(self.squares);
        let strength = DISPERSION_STRENGTH * if self.n > 0.0 { squares / f64::from(self.n) } else { 1.0 };
        let dispersion = (f64::from(self.excess) + strength * prior) / (squares + strength);
        if dispersion.is_finite() { dispersion.clamp(0.0, 1e3) } else { prior }
    }
}

/// One count beside what was expected of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    count: f64,
    expected: f64,
    unknown: f64,
    weight: f64,
}

/// Counts of one kind at one entity. 56 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    memories: [Memory; 3],
    spread: Spread,
    last_s: i64,
}

/// One negative binomial of a predictive mixture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Component {
    weight: f64,
    mean: f64,
    size: f64,
}

/// The distribution of the next count: a mixture of three negative binomials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predictive {
    components: [Component; 3],
}

impl Counts {
    /// What to expect of `exposure` units (hours weighted by the profile of the week, days, ...) ending at `at_s` seconds.
    pub fn predict(&self, at_s: i64, exposure: f64, parent: &Rate) -> Predictive {
        let dispersion = self.spread.dispersion(parent.dispersion);
        let best = self.memories.iter().map(|m| m.log_likelihood).fold(f32::MIN, f32::max);
        let mut components = [Component::default(); 3];
        let mut total = 0.0;
        for ((component, memory), half_life) in components.iter_mut().zip(&self.memories).zip(HALF_LIVES_S) {
            let kept = remaining(at_s.saturating_sub(self.last_s), half_life);
            let shape = parent.shape.max(1e-3) + f64::from(memory.events) * kept;
            let rate = shape / (parent.shape.max(1e-3) / parent.mean.max(1e-9) + f64::from(memory.exposure) * kept);
            let weight = f64::from(memory.log_likelihood - best).exp();
            total += weight;
            *component = Component { weight, mean: (rate * exposure).max(1e-12), size: 1.0 / (1.0 / shape + dispersion) };
        }
        components.iter_mut().for_each(|c| c.weight /= total);
        Predictive { components }
    }
    /// A count beside what [`Self::predict`] expected of it, without learning it.
    pub fn residual(&self, predictive: &Predictive, count: u64, parent: &Rate) -> Residual {
        // What the rate itself is not known to (m^2 / shape) is no dispersion.
        let dispersion = self.spread.dispersion(parent.dispersion);
        let unknown = predictive.components.iter().map(|c| c.weight * c.mean * c.mean * (1.0 / c.size - dispersion)).sum();
        Residual { count: (count as f64).min(MAX_AMOUNT), expected: predictive.mean(), unknown, weight: 1.0 }
    }
    /// Units of exposure that the longest memory holds.
    pub fn exposure(&self) -> f64 {
        let [.., slow] = self.memories;
        slow.exposure.into()
    }
    /// Learns that `exposure` units ending at `at_s` held `count` events. Silence counts: pass it as one long stretch of 0. `weight` in
    /// (0, 1] falls with surprise; a negative one takes the same observation back out of the rates (dispersion and the choice among
    /// memories forget on their own).
    pub fn observe(&mut self, at_s: i64, exposure: f64, count: u64, weight: f64, parent: &Rate) -> Residual {
        let predictive = self.predict(at_s, exposure, parent);
        let residual = Residual { weight: weight.max(0.0), ..self.residual(&predictive, count, parent) };
        let (k, exposure) = (residual.count, exposure.clamp(0.0, MAX_AMOUNT));
        let age = self.last_s.saturating_sub(at_s);
        for ((memory, half_life), component) in self.memories.iter_mut().zip(HALF_LIVES_S).zip(predictive.components) {
            let kept = remaining(age.saturating_neg(), half_life) as f32;
            let share = weight * remaining(age, half_life);
            memory.events = (memory.events * kept + (k * share) as f32).max(0.0);
            memory.exposure = (memory.exposure * kept + (exposure * share) as f32).max(0.0);
            if weight > 0.0 {
                let surprise = component.log_probability(k).max(-50.0) * weight;
                memory.log_likelihood = (f64::from(memory.log_likelihood) * LIKELIHOOD_KEPT + surprise) as f32;
            }
        }
        self.spread.add(residual, age);
        self.last_s = self.last_s.max(at_s);
        residual
    }
}

/// Counts of a group: what its members learn from as their parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupCounts {
    all: Counts,
    /// Of members about their own expectation.
    within: Spread,
}

impl GroupCounts {
    /// One observation of a member, with the `residual` that the member's own `observe` returned.
    pub fn observe(&mut self, at_s: i64, exposure: f64, count: u64, residual: Residual, grand: &Rate) {
        self.within.add(residual, self.all.last_s.saturating_sub(at_s));
        self.all.observe(at_s, exposure, count, residual.weight, grand);
    }
    /// Changes the weight of an observation of a member in the group's rate.
    pub fn relearn(&mut self, at_s: i64, exposure: f64, count: u64, weight: f64, grand: &Rate) {
        self.all.observe(at_s, exposure, count, weight, grand);
    }
    /// Units of exposure of all members that the longest memory holds.
    pub fn exposure(&self) -> f64 {
        self.all.exposure()
    }
    /// What to expect of a member: the group's mean rate, and the spread about it parted into that of a member over time and that among
    /// members (`1 + total = (1 + within) (1 + among)`, by moments).
    pub fn rate(&self, grand: &Rate) -> Rate {
        let [.., slow] = self.all.memories;
        let shape = grand.shape.max(1e-3);
        let mean = (shape + f64::from(slow.events)) / (shape / grand.mean.max(1e-9) + f64::from(slow.exposure));
        let within = self.within.dispersion(grand.dispersion);
        let total = self.all.spread.dispersion(grand.dispersion + 1.0 / shape);
        let among = ((1.0 + total) / (1.0 + within) - 1.0).max(0.01);
        Rate { mean, shape: 1.0 / among, dispersion: within }
    }
}

impl Component {
    fn log_probability(&self, k: f64) -> f64 {
        let (r, m) = (self.size, self.mean);
        libm::lgamma(k + r) - libm::lgamma(r) - libm::lgamma(k + 1.0) + r * (r / (r + m)).ln() + k * (m / (r + m)).ln()
    }
    /// `P(X >= k)`: `I_{m/(m+r)}(k, r)` (DLMF 8.17(v)).
    fn upper(&self, k: u64) -> f64 {
        if k == 0 { 1.0 } else { beta_lower(k as f64, self.size, self.mean / (self.mean + self.size)) }
    }
}

impl Predictive {
    /// The expected count.
    pub fn mean(&self) -> f64 {
        self.components.iter().map(|c| c.weight * c.mean).sum()
    }
    /// `P(X >= k)`, in (0, 1].
    pub fn upper(&self, k: u64) -> f64 {
        let tail: f64 = self.components.iter().map(|c| c.weight * c.upper(k)).sum();
        if tail.is_finite() { tail.clamp(crate::evidence::P_MIN, 1.0) } else { 1.0 }
    }
    /// `P(X <= k)`, in (0, 1]: how odd is it that so little happened?
    pub fn lower(&self, k: u64) -> f64 {
        (1.0 - self.upper(k.saturating_add(1))).clamp(crate::evidence::P_MIN, 1.0)
    }
    /// The smallest count whose upper tail is at most `tail` in (0, 1): an end of an expected interval.
    pub fn quantile(&self, tail: f64) -> u64 {
        let mut high = 1u64;
        while self.upper(high) > tail && high < 1 << 40 {
            high *= 2;
        }
        let (mut low, mut high) = (high / 2, high);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.upper(middle) > tail { low = middle } else { high = middle }
        }
        high
    }
}

/// `P(X >= k)` of one negative binomial with `mean` and `size` (variance `mean + mean^2 / size`), both above 0.
pub fn negative_binomial_upper(k: u64, mean: f64, size: f64) -> f64 {
    Component { weight: 1.0, mean, size }.upper(k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    fn poisson(rng: &mut Rng, mean: f64) -> u64 {
        let (mut k, mut product) = (0, rng.f64());
        while product > (-mean).exp() {
            product *= rng.f64();
            k += 1;
        }
        k
    }

    #[test]
    fn members_are_predicted_by_their_own_rate_and_newcomers_by_the_group_with_nominal_tails() {
        let (mut rng, prior) = (Rng::with_seed(1), Rate::default());
        let (mut group, mut members) = (GroupCounts::default(), [Counts::default(); 200]);
        // Rates from a gamma law of shape 6 and mean 24.
        let rates = [0; 200].map(|_| (0..6).map(|_| -4.0 * (1.0 - rng.f64()).ln()).sum::<f64>());
        let (mean, squares) = (rates.iter().sum::<f64>() / 200.0, rates.iter().map(|r| r * r).sum::<f64>() / 200.0);
        let (mut known, mut fresh, mut trials) = (0, 0, 0);
        // A discrete tail is made uniform by spreading over its step.
        let below = |predictive: Predictive, k: u64, u: f64| {
            let (upper, next) = (predictive.upper(k), predictive.upper(k + 1));
            u32::from(next + u * (upper - next) < 0.01)
        };
        for day in 0..120 {
            let parent = group.rate(&prior);
            for (member, counts) in members.iter_mut().enumerate() {
                let k = poisson(&mut rng, rates[member]);
                if day > 60 {
                    known += below(counts.predict(day * DAY_S, 1.0, &parent), k, rng.f64());
                    fresh += below(Counts::default().predict(day * DAY_S, 1.0, &parent), k, rng.f64());
                    trials += 1;
                }
                let residual = counts.observe(day * DAY_S, 1.0, k, 1.0, &parent);
                group.observe(day * DAY_S, 1.0, k, residual, &prior);
            }
        }
        let parent = group.rate(&prior);
        assert!((parent.mean / mean - 1.0).abs() < 0.03 && parent.dispersion < 0.05, "{parent:?}");
        let shape = mean * mean / (squares - mean * mean);
        assert!((0.75..1.25).contains(&(parent.shape / shape)), "{shape} by moments: {parent:?}");
        let shares = [known, fresh].map(|n| f64::from(n) / f64::from(trials));
        assert!(shares.iter().all(|share| (0.005..0.015).contains(share)), "below 1 %: {shares:?}");
        let newcomer = Counts::default().predict(121 * DAY_S, 1.0, &parent);
        assert!(newcomer.upper(500) < 1e-4 && newcomer.quantile(0.05) > 24 && newcomer.quantile(0.95) < 24);
    }

    #[test]
    fn a_change_of_level_is_followed_within_days() {
        let prior = Rate::default();
        let mut counts = Counts::default();
        (0..90).for_each(|day| {
            counts.observe(day * DAY_S, 1.0, 10, 1.0, &prior);
        });
        assert!(counts.predict(90 * DAY_S, 1.0, &prior).upper(60) < 1e-4);
        (90..97).for_each(|day| {
            counts.observe(day * DAY_S, 1.0, 60, 1.0, &prior);
        });
        assert!(counts.predict(97 * DAY_S, 1.0, &prior).upper(60) > 0.05);
    }

    #[test]
    fn a_retracted_observation_leaves_the_rate_as_it_was() {
        let prior = Rate::default();
        let mut counts = Counts::default();
        (0..20).for_each(|day| {
            counts.observe(day * DAY_S, 1.0, 5, 1.0, &prior);
        });
        let before = counts;
        counts.observe(20 * DAY_S, 1.0, 900, 0.3, &prior);
        counts.observe(20 * DAY_S, 1.0, 900, -0.3, &prior);
        for (a, b) in before
            .memories
            .iter()
            .zip(counts.memories)
            .zip(HALF_LIVES_S)
            .map(|((a, b), h)| (a.events * remaining(DAY_S, h) as f32, b.events))
        {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }
}
