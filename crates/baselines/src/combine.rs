//! Many p-values become one, and evidence adds up over time. Knows numbers only; which parts depend on each other is the caller's to say.

use crate::calibration::{Calibration, PValue};
use crate::evidence::{P_MIN, log2_e};

/// The weighted harmonic mean of p-values, nearly uniform in its tail under any dependence (Wilson, "The harmonic mean p-value for combining
/// dependent tests", PNAS 116, 2019) but not quite: recalibrate it. 1 for an empty input; weights are normalised.
pub fn harmonic_mean(parts: &[(f64, f64)]) -> f64 {
    let (mut weights, mut sum) = (0.0, 0.0);
    for (p, weight) in parts {
        let weight = weight.max(0.0);
        weights += weight;
        sum += weight / p.clamp(P_MIN, 1.0);
    }
    if weights > 0.0 { (weights / sum).clamp(P_MIN, 1.0) } else { 1.0 }
}

/// The harmonic mean of a block of dependent features, made a p-value by comparison with past entity-days: the table holds `-log2` of
/// past harmonic means, `tie` in (0, 1) is a hash of the thing scored.
pub fn recalibrated(parts: &[(f64, f64)], table: &Calibration, tie: f64) -> PValue {
    table.p_value(-harmonic_mean(parts).log2(), tie)
}

/// `log2` of the product of independent e-values, given their logarithms.
pub fn product(log2_es: &[f64]) -> f64 {
    log2_es.iter().sum()
}

/// `log2` of the mean of e-values that may depend on each other, given their logarithms (Vovk and Wang, Annals of Statistics 49, 2021:
/// the mean is the only symmetric merging that always stays an e-value). 0 (e = 1) for an empty input.
pub fn average(log2_es: &[f64]) -> f64 {
    let top = log2_es.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return 0.0;
    }
    top + (log2_es.iter().map(|e| (e - top).exp2()).sum::<f64>() / log2_es.len() as f64).log2()
}

/// Evidence of one entity over time: `M <- (M 2^(-dt/h) + 1) e`, an e-detector with forgetting (Shin, Ramdas and Rinaldo, "E-detectors", NEJSDS
/// 2, 2024). Without a change its mean grows by at most 1 a step, so it passes `c` no sooner than after `c` steps on average.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Accumulated {
    m: f64,
    last_s: i64,
}

impl Accumulated {
    /// Adds a p-value at `at_s` seconds, in ascending order; returns `log2 M`.
    pub fn add(&mut self, at_s: i64, p: f64, half_life_s: i64) -> f64 {
        let kept = crate::decay::remaining(at_s.saturating_sub(self.last_s), half_life_s);
        self.m = ((self.m * kept + 1.0) * log2_e(p).exp2()).min(1e300);
        self.last_s = self.last_s.max(at_s);
        self.m.max(P_MIN).log2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} instead of {b}");
    }

    #[test]
    fn closed_forms() {
        close(harmonic_mean(&[(0.01, 1.0), (0.01, 5.0)]), 0.01);
        close(harmonic_mean(&[(0.1, 1.0), (0.3, 1.0)]), 0.15);
        close(harmonic_mean(&[(0.1, 3.0), (0.3, 1.0)]), 4.0 / (30.0 + 1.0 / 0.3));
        assert_eq!((harmonic_mean(&[]), average(&[])), (1.0, 0.0));
        close(product(&[3.0, -1.0]), 2.0);
        close(average(&[3.0, 1.0]), 5f64.log2());
        // e(p) at p = 1/e: (1 - 2/e) / (1/e) = e - 2.
        close(log2_e((-1f64).exp()), (std::f64::consts::E - 2.0).log2());
    }

    #[test]
    fn evidence_decays_to_one_step() {
        let p = 0.001;
        let e = log2_e(p).exp2();
        let mut entity = Accumulated::default();
        close(entity.add(0, p, 100), e.log2());
        close(entity.add(100, p, 100), ((e / 2.0 + 1.0) * e).log2());
        let mut rested = entity;
        assert!((rested.add(1_000_000, p, 100) - e.log2()).abs() < 1e-9);
    }

    /// Equally correlated normal scores (rho = 0.3) in blocks of 5: recalibrated, the harmonic mean is uniform.
    #[test]
    fn dependence_is_calibrated_away() {
        let mut rng = fastrand::Rng::with_seed(8);
        let normal = |rng: &mut fastrand::Rng| (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
        let block = |rng: &mut fastrand::Rng| -> Vec<(f64, f64)> {
            let shared = normal(rng);
            (0..5).map(|_| (0.5 * libm::erfc((0.3f64.sqrt() * shared + 0.7f64.sqrt() * normal(rng)) / 2f64.sqrt()), 1.0)).collect()
        };
        let mut table = Calibration::new(0);
        let past: Vec<f64> = (0..50_000).map(|_| -harmonic_mean(&block(&mut rng)).log2()).collect();
        table.add_day(0, past, 0);
        table.start_day(1);
        let trials = 100_000;
        for (limit, slack) in [(0.1, 0.04), (0.01, 0.12)] {
            let below = (0..trials).filter(|_| recalibrated(&block(&mut rng), &table, rng.f64()).p < limit).count() as f64;
            let ratio = below / (f64::from(trials) * limit);
            assert!((1.0 - slack..=1.0 + slack).contains(&ratio), "{ratio} at {limit}");
        }
    }
}
