//! From the evidence of indicators to that of an incident, and from a budget of false incidents to a threshold.

use std::collections::BTreeMap;
use weft_model::{Bits, Indicator};

/// Each member's share of the evidence. An indicator's own evidence is by how much its surprise exceeds the limit of keeping; members of one
/// family depend on each other, so the family counts as its strongest member and its evidence is shared out in proportion; families add up: the
/// product of the p-values below a limit (Zaykin et al., "Truncated product method for combining P-values", Genetic Epidemiology 22, 2002). The
/// shares sum to the incident's evidence exactly. How much of it is an incident is a matter of calibration: [`Alert`].
pub fn share_evidence(members: &[&Indicator]) -> Vec<Bits> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, indicator) in members.iter().enumerate() {
        families.entry(&indicator.family).or_default().push(index);
    }
    let mut shares = vec![Bits::default(); members.len()];
    for positions in families.values() {
        let own: Vec<Bits> = positions.iter().filter_map(|i| members.get(*i)).map(|indicator| indicator.evidence).collect();
        let weights: Vec<f64> = own.iter().map(|bits| bits.value()).collect();
        let strongest = own.iter().copied().max().unwrap_or_default();
        for (position, share) in positions.iter().zip(strongest.split(&weights)) {
            if let Some(slot) = shares.get_mut(*position) {
                *slot = share;
            }
        }
    }
    shares
}

/// When evidence is an incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// Evidence at which the score is 50, in bits.
    pub threshold_bits: f64,
}

impl Alert {
    /// Clusters per 1,000 people and day with at least [`Self::MEASURED_BITS`] of evidence, and by how many halvings each further bit makes
    /// them rarer: 60 simulated months of 30 companies without attacks, half of them with all look-alikes at once (60 people, 21 days: 96,992 person-days). If
    /// families were independent and few a bit would be a halving; they are neither.
    const MEASURED_RATE: f64 = 0.134;
    const MEASURED_BITS: f64 = 12.0;
    const HALVINGS_PER_BIT: f64 = 0.70;

    /// From so much evidence on the rate is the measured one.
    const LEAST_BITS: f64 = 8.0;

    /// How many clusters without an attack, of `evidence_bits` and more, 1,000 people show a day; `None` for less than was measured.
    pub(crate) fn benign_rate(evidence_bits: f64) -> Option<f64> {
        let beyond = Self::HALVINGS_PER_BIT * (evidence_bits - Self::MEASURED_BITS);
        (evidence_bits >= Self::LEAST_BITS).then(|| Self::MEASURED_RATE * (-beyond).exp2())
    }

    /// The threshold for a `budget` of false incidents per 1,000 people per day.
    pub fn from_budget(budget: f64) -> Self {
        let halvings = (Self::MEASURED_RATE / budget.max(1e-9)).log2();
        Self { threshold_bits: (Self::MEASURED_BITS + halvings / Self::HALVINGS_PER_BIT).max(1.0) }
    }

    /// `100 (1 - 2^(-evidence / threshold))`: 0 without evidence, 50 at the threshold, 75 at twice the threshold; two decimals.
    pub fn score(&self, evidence: Bits) -> f64 {
        let score = 100.0 * (1.0 - (-evidence.value().max(0.0) / self.threshold_bits).exp2());
        (score * 100.0).round() / 100.0
    }

    /// Whether this much evidence is an incident.
    pub fn is_incident(&self, evidence: Bits) -> bool {
        evidence.value() >= self.threshold_bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_sets_the_threshold() {
        let usual = Alert::from_budget(0.1);
        assert!((12.0..13.0).contains(&usual.threshold_bits));
        assert!(Alert::from_budget(10.0).threshold_bits < usual.threshold_bits);
        assert_eq!(usual.score(Bits::new(usual.threshold_bits)), 50.0);
        assert_eq!(usual.score(Bits::new(-3.0)), 0.0);
    }
}
