//! How much, with bounded memory, forgetting and a tail beyond anything seen: logarithmic bins and a generalised Pareto law.
//!
//! Bins: Masson, Rim and Lee, "DDSketch", VLDB 2019 (relative error 4.5 %). Tail: Hosking and Wallis, "Parameter and quantile estimation for
//! the generalized Pareto distribution", Technometrics 29, 1987, by probability-weighted moments.

use crate::decay::Forgetting;
use serde::{Deserialize, Serialize};

/// Bins an octave.
const BINS_PER_OCTAVE: f64 = 8.0;
/// Bins of one sketch; the lowest are put together when there would be more.
pub const MAX_BINS: usize = 128;
/// The tail law is fitted to the largest tenth,
const TAIL_SHARE: f64 = 0.1;
/// but only to so many observations at least,
const MIN_EXCEEDANCES: f64 = 20.0;
/// and never lighter than exponential nor so heavy that it has no mean.
const SHAPES: (f64, f64) = (0.0, 0.95);

/// A weighted distribution of amounts in any one unit. 8 bytes a bin in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amounts {
    /// Bin and stored weight, ascending.
    bins: Vec<(u16, f32)>,
    clock: Forgetting,
}

/// A generalised Pareto law above a threshold: `P(X > t + y) = share (1 + shape y / scale)^(-1/shape)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoTail {
    pub threshold: f64,
    pub share: f64,
    pub shape: f64,
    pub scale: f64,
}

impl ParetoTail {
    /// `P(X > amount)` for an amount above the threshold.
    pub fn above(&self, amount: f64) -> f64 {
        let y = (amount - self.threshold).max(0.0) / self.scale;
        self.share * if self.shape < 1e-6 { (-y).exp() } else { (1.0 + self.shape * y).powf(-1.0 / self.shape) }
    }
}

fn bin(amount: u64) -> u16 {
    (BINS_PER_OCTAVE * (amount as f64 + 1.0).log2()).floor() as u16
}

fn lower_edge(bin: u16) -> f64 {
    (f64::from(bin) / BINS_PER_OCTAVE).exp2() - 1.0
}

fn middle(bin: u16) -> f64 {
    ((f64::from(bin) + 0.5) / BINS_PER_OCTAVE).exp2() - 1.0
}

impl Amounts {
    /// Weights halve every `half_life_s` seconds.
    pub fn new(half_life_s: i64) -> Self {
        Self { bins: Vec::new(), clock: Forgetting::new(half_life_s) }
    }
    /// One observation of `amount`, with a weight in (0, 1] that falls with surprise; a negative one takes it back.
    pub fn add(&mut self, amount: u64, at_s: i64, weight: f64) {
        let (unit, factor) = self.clock.weight(at_s);
        if factor != 1.0 {
            self.bins.iter_mut().for_each(|(_, n)| *n *= factor as f32);
        }
        self.put(bin(amount), (unit * weight) as f32);
    }
    fn put(&mut self, bin: u16, added: f32) {
        let lowest = if self.bins.len() < MAX_BINS { 0 } else { self.bins.first().map_or(0, |(lowest, _)| *lowest) };
        let bin = bin.max(lowest);
        match self.bins.binary_search_by_key(&bin, |(b, _)| *b) {
            Ok(at) => self.bins.iter_mut().skip(at).take(1).for_each(|(_, n)| *n = (*n + added).max(0.0)),
            Err(at) if added > 0.0 => self.bins.insert(at, (bin, added)),
            Err(_) => {}
        }
        if self.bins.len() > MAX_BINS {
            let (_, lowest) = self.bins.remove(0);
            self.bins.iter_mut().take(1).for_each(|(_, n)| *n += lowest);
        }
    }
    /// Takes over what `other` holds.
    pub fn merge(&mut self, other: &Self) {
        let factor = self.clock.factor_from(&other.clock) as f32;
        other.bins.iter().for_each(|(bin, n)| self.put(*bin, n * factor));
    }
    /// Weight of all observations as of `at_s`.
    pub fn total(&self, at_s: i64) -> f64 {
        self.bins.iter().map(|(_, n)| f64::from(*n)).sum::<f64>() * self.clock.worth(at_s)
    }
    /// The amount that a share `q` in (0, 1) of the observations does not exceed, within 4.5 %; 0 without any.
    pub fn quantile(&self, q: f64) -> f64 {
        let all: f64 = self.bins.iter().map(|(_, n)| f64::from(*n)).sum();
        let mut below = 0.0;
        for (bin, n) in &self.bins {
            below += f64::from(*n);
            if below >= q * all {
                return middle(*bin);
            }
        }
        0.0
    }
    /// The law of the largest tenth, when there are enough of them.
    pub fn pareto(&self, at_s: i64) -> Option<ParetoTail> {
        let worth = self.clock.worth(at_s);
        let all: f64 = self.bins.iter().map(|(_, n)| f64::from(*n)).sum();
        let mut above = 0.0;
        let mut from = self.bins.len();
        while from > 0 && above < TAIL_SHARE * all {
            from -= 1;
            above += self.bins.get(from).map_or(0.0, |(_, n)| f64::from(*n));
        }
        let (largest, threshold) = (self.bins.get(from..)?, lower_edge(self.bins.get(from)?.0));
        if above * worth < MIN_EXCEEDANCES || largest.len() < 4 {
            return None;
        }
        // Moments a0 = E[y] and a1 = E[y (1 - F(y))], a bin standing for its weight at its middle.
        let (mut a0, mut a1, mut passed) = (0.0, 0.0, 0.0);
        for (bin, n) in largest {
            let (n, y) = (f64::from(*n), middle(*bin) - threshold);
            a0 += n * y / above;
            a1 += n * y * (1.0 - (passed + n / 2.0) / above) / above;
            passed += n;
        }
        let raw = 2.0 - a0 / (a0 - 2.0 * a1).max(f64::MIN_POSITIVE);
        let shape = raw.clamp(SHAPES.0, SHAPES.1);
        // The mean is scale / (1 - shape), whatever the clamp did.
        let scale = a0 * (1.0 - shape);
        (scale > 0.0 && scale.is_finite()).then_some(ParetoTail { threshold, share: above / all, shape, scale })
    }
    /// `P(X >= amount)` by this level alone: by bins, beyond the tail's threshold by the fitted law.
    fn at_least(&self, amount: u64, at_s: i64, all: f64) -> f64 {
        let own = bin(amount);
        let by_bins =
            || self.bins.iter().filter(|(b, _)| *b >= own).map(|(_, n)| f64::from(*n)).sum::<f64>() * self.clock.worth(at_s) / all;
        match self.pareto(at_s) {
            Some(tail) if amount as f64 > tail.threshold => tail.above(amount as f64),
            _ => by_bins(),
        }
    }
}

/// `P(amount or more)`, each level (most specific first) backing off to the next with the weight of `strength` observations, over a
/// `prior` tail.
pub fn amount_tail(levels: &[Option<&Amounts>], amount: u64, at_s: i64, strength: f64, prior: f64) -> f64 {
    let mut tail = prior.clamp(crate::evidence::P_MIN, 1.0);
    for level in levels.iter().rev().flatten() {
        let n = level.total(at_s);
        if n > 0.0 {
            tail = (n * level.at_least(amount, at_s, n) + strength * tail) / (n + strength);
        }
    }
    tail.clamp(crate::evidence::P_MIN, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    fn filled(n: usize, mut draw: impl FnMut() -> f64) -> Amounts {
        let mut amounts = Amounts::new(1 << 40);
        (0..n).for_each(|_| amounts.add(draw() as u64, 0, 1.0));
        amounts
    }

    #[test]
    fn tails_match_closed_forms_far_beyond_the_sample() {
        let mut rng = Rng::with_seed(10);
        // Pareto with exponent 2 (shape 1/2) and exponential (shape 0), 20,000 observations, tails down to 1e-6.
        let pareto = filled(20_000, || 1000.0 / (1.0 - rng.f64()).sqrt());
        let exponential = filled(20_000, || -1e6 * (1.0 - rng.f64()).ln());
        for p in [0.5, 0.05, 1e-3, 1e-4, 1e-6] {
            let ours = [
                amount_tail(&[Some(&pareto)], (1000.0 / f64::sqrt(p)) as u64, 0, 0.0, 1.0),
                amount_tail(&[Some(&exponential)], (-1e6 * f64::ln(p)) as u64, 0, 0.0, 1.0),
            ];
            let slack = if p < 1e-3 { 8.0 } else { 1.6 };
            assert!(ours.iter().all(|tail| (p / slack..=p * slack).contains(tail)), "{p}: {ours:?}");
        }
    }

    #[test]
    fn quantiles_are_within_the_bins_error() {
        let mut rng = Rng::with_seed(11);
        let amounts = filled(50_000, || 1e6 * rng.f64());
        for q in [0.1, 0.5, 0.9, 0.99] {
            assert!((amounts.quantile(q) / (q * 1e6) - 1.0).abs() < 0.07, "{q}: {}", amounts.quantile(q));
        }
    }

    #[test]
    fn memory_is_bounded_merging_adds_and_retraction_subtracts() {
        let mut rng = Rng::with_seed(12);
        let mut a = filled(20_000, || rng.f64().powi(20) * 1e18);
        assert!(a.bins.len() <= MAX_BINS);
        let before = a.total(0);
        a.merge(&filled(100, || 5.0));
        assert!((a.total(0) - before - 100.0).abs() < 1.0);
        let kept = a.clone();
        a.add(1 << 40, 0, 0.25);
        a.add(1 << 40, 0, -0.25);
        assert!((a.total(0) - kept.total(0)).abs() < 1e-2);
        assert_eq!(amount_tail(&[None], 7, 0, 20.0, 1.0), 1.0, "a cold start is quiet");
    }
}
