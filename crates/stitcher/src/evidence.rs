//! From the evidence of indicators to that of an incident, and from a budget of false incidents to a threshold.

use std::collections::BTreeMap;
use weft_model::{Bits, Domain, Indicator};

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
        let own: Vec<Bits> = positions.iter().filter_map(|i| members.get(*i)).map(|indicator| own_evidence(indicator)).collect();
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

/// What a family of our own models says at most, in bits. Companies of 60 people and three weeks, on which the thresholds were measured, let it say
/// hardly more, in larger ones what nobody does twice a year would be an attack by itself (ADR 0020). Other products' severities mean what they mean.
const MAX_EVIDENCE: Bits = Bits(8_000);

/// An indicator's own evidence as far as it counts.
pub(crate) fn own_evidence(indicator: &Indicator) -> Bits {
    if indicator.is_finding() { indicator.evidence } else { indicator.evidence.min(MAX_EVIDENCE) }
}

/// The evidence of a cluster, seen in three ways: attacks by mail or in the network alone show less than others, and so do ordinary mails and
/// networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// In all.
    pub all: Bits,
    /// What our own models of mail add to it, seven bits a family at most.
    pub mail: Bits,
    /// What our own models of the network add.
    pub network: Bits,
}

impl Evidence {
    /// What a family of mail counts at most in the view of mail: less than the threshold, so that one alone is no attack.
    const MAX_MAIL: Bits = Bits(7_000);

    /// Of a cluster's members with their shares ([`share_evidence`]).
    pub fn of(members: &[&Indicator], shares: &[Bits]) -> Self {
        let of = |domain: Domain, most: Bits| -> Bits {
            let mut families: BTreeMap<&str, Bits> = BTreeMap::new();
            for (one, share) in members.iter().zip(shares).filter(|(one, _)| one.domain == domain && !one.is_finding()) {
                let family = families.entry(&one.family).or_default();
                *family = [*family, *share].into_iter().sum();
            }
            families.into_values().map(|bits| bits.min(most)).sum()
        };
        let (mail, network) = (of(Domain::Email, Self::MAX_MAIL), of(Domain::Network, Bits(i64::MAX)));
        Self { all: shares.iter().copied().sum(), mail, network }
    }
}

/// How often clusters of ordinary months reach an evidence. 60 simulated months of 30 companies without attacks, half of them with all
/// look-alikes at once (60 people, 21 days: 96,992 person-days). If families were independent and few a bit would be a halving; they are
/// neither.
#[derive(Clone, Copy, Debug)]
struct Measured {
    /// Clusters per 1,000 people and day with at least so many bits.
    rate: f64,
    bits: f64,
    /// By how many halvings each further bit makes them rarer.
    halvings_per_bit: f64,
    /// Below, more is usual than this says.
    least_bits: f64,
}

impl Measured {
    /// Eight clusters, those that mail or the network alone raises left out.
    const ALL: Self = Self { rate: 0.082, bits: 12.0, halvings_per_bit: 0.70, least_bits: 1.0 };
    /// Six clusters of companies of 500 over 90 days, in all 189,800 person-days: in small ones none says so much, as news of mail is still too common to be
    /// surprising. How they thin out is taken from all.
    const MAIL: Self = Self { rate: 0.032, bits: 9.0, halvings_per_bit: 0.70, least_bits: 8.0 };
    /// Three clusters; twelve of 9 bits.
    const NETWORK: Self = Self { rate: 0.031, bits: 12.0, halvings_per_bit: 0.70, least_bits: 8.0 };

    /// The evidence that so many per 1,000 people and day reach.
    fn reached_by(&self, rate: f64) -> f64 {
        (self.bits + (self.rate / rate.max(1e-9)).log2() / self.halvings_per_bit).max(self.least_bits)
    }

    fn rate_of(&self, bits: f64) -> f64 {
        self.rate * (self.halvings_per_bit * (self.bits - bits)).exp2()
    }
}

/// When evidence is an incident. Of the budget of false incidents half is for evidence in all, a quarter each for mail and network alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// Evidence in all at which the score is 50, in bits.
    pub all_bits: f64,
    /// The same of mail alone.
    pub mail_bits: f64,
    /// The same of the network alone.
    pub network_bits: f64,
}

impl Alert {
    /// From so much evidence on the rate is the measured one.
    const LEAST_BITS: f64 = 8.0;

    /// How many clusters without an attack, of `evidence_bits` and more, 1,000 people show a day; `None` for less than was measured.
    pub(crate) fn benign_rate(evidence_bits: f64) -> Option<f64> {
        (evidence_bits >= Self::LEAST_BITS).then(|| Measured::ALL.rate_of(evidence_bits))
    }

    /// The thresholds for a `budget` of false incidents per 1,000 people per day.
    pub fn from_budget(budget: f64) -> Self {
        Self {
            all_bits: Measured::ALL.reached_by(budget / 2.0),
            mail_bits: Measured::MAIL.reached_by(budget / 4.0),
            network_bits: Measured::NETWORK.reached_by(budget / 4.0),
        }
    }

    /// The greatest of `100 (1 - 2^(-evidence / threshold))`: 0 without evidence, 50 at the threshold, 75 at twice the threshold; two decimals.
    pub fn score(&self, evidence: Evidence) -> f64 {
        let score = |bits: Bits, threshold: f64| 100.0 * (1.0 - (-bits.value().max(0.0) / threshold).exp2());
        let score = self.views(evidence).map(|(bits, threshold)| score(bits, threshold)).into_iter().fold(0.0, f64::max);
        (score * 100.0).round() / 100.0
    }

    /// Whether this much evidence is an incident.
    pub fn is_incident(&self, evidence: Evidence) -> bool {
        self.views(evidence).into_iter().any(|(bits, threshold)| bits.value() >= threshold)
    }

    fn views(&self, evidence: Evidence) -> [(Bits, f64); 3] {
        [(evidence.all, self.all_bits), (evidence.mail, self.mail_bits), (evidence.network, self.network_bits)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_sets_the_thresholds() {
        let usual = Alert::from_budget(0.1);
        assert!((12.0..15.0).contains(&usual.all_bits) && (7.0..12.0).contains(&usual.mail_bits), "{usual:?}");
        let (wider, narrower) = (Alert::from_budget(10.0), Alert::from_budget(0.001));
        assert!(wider.all_bits < usual.all_bits && wider.mail_bits <= usual.mail_bits && narrower.mail_bits > usual.mail_bits);
        let of = |all: f64, mail: f64| Evidence { all: Bits::new(all), mail: Bits::new(mail), ..Evidence::default() };
        assert_eq!(usual.score(of(usual.all_bits, 0.0)), 50.0);
        assert_eq!(usual.score(of(usual.mail_bits, usual.mail_bits)), 50.0);
        assert_eq!(usual.score(of(-3.0, 0.0)), 0.0);
    }

    #[test]
    fn more_evidence_of_any_kind_never_lowers_a_score() {
        let usual = Alert::from_budget(0.1);
        let mail = Evidence { all: Bits::new(10.0), mail: Bits::new(10.0), ..Evidence::default() };
        let with_more = Evidence { all: Bits::new(10.2), ..mail };
        assert!(usual.is_incident(mail) && usual.is_incident(with_more) && usual.score(with_more) >= usual.score(mail));
        assert!(!usual.is_incident(Evidence { mail: Bits::default(), ..mail }));
        let network = Evidence { all: Bits::new(13.0), network: Bits::new(13.0), ..Evidence::default() };
        assert!(usual.is_incident(network) && !usual.is_incident(Evidence { network: Bits::default(), ..network }));
    }
}
