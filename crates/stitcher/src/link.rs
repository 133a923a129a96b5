//! What a shared entity is worth: `log2 q - log2 pi`, halved every half-life.

use crate::evidence::Alert;
use weft_model::{Domain, EntityKind, HOUR_MS, Indicator};

/// Constants of the link weights; starting values from the design, to be replaced by fits.
#[derive(Clone, Copy, Debug)]
pub struct Priors {
    /// Indicators with any surprise that the tenant would show a day, were all p-values kept: models times entities.
    pub trials_per_day: f64,
    /// Internal entities (the larger of people and devices).
    pub population: f64,
    /// The same where other products' findings are tied: whoever has no directory knows only those of whom something was told.
    pub finding_population: f64,
    /// The odds, in bits, that a joined indicator must have of being part of it rather than benign.
    pub odds_bits: f64,
    /// Attacks a day: however strong, two clusters may be two attacks.
    pub attacks_per_day: f64,
    /// Bits for evidence in the order of the attack stages.
    pub in_order_bits: f64,
    /// Bits against evidence in the opposite order.
    pub out_of_order_bits: f64,
}

impl Priors {
    /// Rules of other products, each of which an entity may trip, before any history.
    const RULES: f64 = 10.0;
    /// Entities of an organisation of which nothing but findings tells.
    const UNKNOWN_POPULATION: f64 = 100.0;
    /// What being beside an attack takes off the odds at most: of nine things near one, one may be benign.
    const SURE_BITS: f64 = 4.0;

    /// For an organisation with this many people and devices and models per kind of entity.
    pub fn new(population: usize, trials_per_day: f64) -> Self {
        let population = (population.max(1)) as f64;
        Self {
            trials_per_day,
            population,
            finding_population: population,
            odds_bits: 7.0,
            attacks_per_day: 1.0 / 30.0,
            in_order_bits: 0.5,
            out_of_order_bits: 2.0,
        }
    }

    /// The same without a directory: findings name a few of the many.
    pub fn without_directory(self) -> Self {
        Self { finding_population: self.population.max(Self::UNKNOWN_POPULATION), ..self }
    }

    /// Clusters without an attack a day that are at least so surprising and hold at least so much evidence: no more than chance says and no
    /// more than were counted in ordinary months.
    pub(crate) fn benign_per_day(&self, strength_bits: f64, evidence_bits: f64) -> f64 {
        let chance = self.trials_per_day * (-strength_bits).exp2();
        Alert::benign_rate(evidence_bits).map_or(chance, |rate| chance.min(rate * self.population / 1000.0))
    }

    /// Findings of other products a day at least `strength_bits` strong, before any history.
    pub(crate) fn findings_per_day(&self, strength_bits: f64) -> f64 {
        Self::RULES * self.finding_population * (-strength_bits).exp2()
    }

    /// The odds, in bits, that joining something to a cluster of `strong_bits` must have: the likelier that is an attack rather than one of the
    /// chance clusters as strong, the likelier more follows it.
    pub(crate) fn odds_beside(&self, strong_bits: f64) -> f64 {
        let is_attack = self.attacks_per_day.log2() - self.trials_per_day.max(1.0).log2() + strong_bits;
        self.odds_bits - is_attack.clamp(0.0, Self::SURE_BITS)
    }

    /// `log2(1 + 2^odds n)` where `n` benign indicators, `per_day` of them a day, are expected within `gap_ms` (never less than within five
    /// minutes).
    pub fn benign_bits(&self, per_day: f64, gap_ms: i64) -> f64 {
        self.benign_bits_at(self.odds_bits, per_day, gap_ms)
    }

    /// The same with other odds.
    pub(crate) fn benign_bits_at(&self, odds_bits: f64, per_day: f64, gap_ms: i64) -> f64 {
        let days = (gap_ms.max(5 * 60_000)) as f64 / (24 * HOUR_MS) as f64;
        (1.0 + per_day * odds_bits.exp2() * days).log2()
    }
}

/// Dependent kinds of entity count once: a domain with its own address, a person with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LinkFamily {
    Internal,
    Session,
    Infrastructure,
    Mail,
}

pub(crate) fn family(kind: EntityKind) -> LinkFamily {
    match kind {
        EntityKind::Person | EntityKind::Account | EntityKind::Device => LinkFamily::Internal,
        EntityKind::Session | EntityKind::InboxRule => LinkFamily::Session,
        EntityKind::Ip | EntityKind::Domain | EntityKind::Host | EntityKind::Url | EntityKind::File => LinkFamily::Infrastructure,
        EntityKind::Sender | EntityKind::Message | EntityKind::Campaign => LinkFamily::Mail,
    }
}

/// `log2` of the share of pairs within one attack that share an entity of this kind.
pub(crate) fn log2_q(kind: EntityKind) -> f64 {
    let q: f64 = match kind {
        EntityKind::Person | EntityKind::Account => 0.7,
        EntityKind::Device => 0.5,
        EntityKind::Session | EntityKind::InboxRule => 0.3,
        EntityKind::Ip | EntityKind::Domain => 0.5,
        EntityKind::Host | EntityKind::Url | EntityKind::File => 0.3,
        EntityKind::Sender | EntityKind::Message | EntityKind::Campaign => 0.5,
    };
    q.log2()
}

/// Half-life of a shared entity between two indicators, in milliseconds. A person stays the same for days in a service, but what
/// the person's device or inbox shows (`is_busy`) belongs together for hours only: there is so much of it.
pub(crate) fn half_life_ms(kind: EntityKind, is_busy: bool) -> i64 {
    match kind {
        EntityKind::Session => 12 * HOUR_MS,
        EntityKind::Person | EntityKind::Account if is_busy => 12 * HOUR_MS,
        EntityKind::Person | EntityKind::Account => 72 * HOUR_MS,
        EntityKind::Device => 12 * HOUR_MS,
        EntityKind::Url => 72 * HOUR_MS,
        EntityKind::Message | EntityKind::Campaign | EntityKind::File | EntityKind::InboxRule => 72 * HOUR_MS,
        EntityKind::Ip | EntityKind::Domain | EntityKind::Host | EntityKind::Sender => 7 * 24 * HOUR_MS,
    }
}

/// Whether an indicator is of a kind that there is much of about one person: what a device or an inbox shows, unless another product
/// thought it worth an alert.
pub(crate) fn is_busy(indicator: &Indicator) -> bool {
    !indicator.is_finding() && (indicator.domain == Domain::Network || is_entry_mail(indicator))
}

/// A mail that may be how an attack came in.
pub(crate) fn is_entry_mail(indicator: &Indicator) -> bool {
    indicator.domain == Domain::Email && indicator.tactics.iter().any(|tactic| tactic == "initial-access")
}

/// Place of a tactic in the usual course of an attack (ATT&CK Enterprise order).
pub(crate) fn stage(tactic: &str) -> u8 {
    const ORDER: [&str; 12] = [
        "initial-access",
        "execution",
        "persistence",
        "privilege-escalation",
        "defense-evasion",
        "credential-access",
        "discovery",
        "lateral-movement",
        "collection",
        "command-and-control",
        "exfiltration",
        "impact",
    ];
    ORDER.iter().position(|known| *known == tactic).map_or(0, |place| place as u8)
}

/// The weight between two clusters and what carries it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Its place among all merges.
    pub step: usize,
    /// Members of the two clusters, the earlier one first.
    pub sizes: (usize, usize),
    pub bits: f64,
    /// Members (indices into the indicators) that the heaviest shared entity joins, the shared entity, and the sentence.
    pub from: usize,
    pub to: usize,
    pub via: weft_model::Entity,
    pub reason: String,
}
