//! Agglomerative stitching in canonical order: the heaviest link first, until none outweighs the prior.

use crate::cluster::Cluster;
use crate::link::{LinkFamily, Priors, Weight, family, half_life_ms, is_entry_mail, log2_q, stage};
use crate::rate::Rates;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use weft_entity_graph::EntityGraph;
use weft_model::{Bits, Entity, HOUR_MS, Indicator};

/// An entity outside in more indicators than this is a hub and links nothing.
const MAX_SPEAKERS: usize = 400;
/// Indicators after one that it is compared with over one entity.
const MAX_NEIGHBOURS: usize = 64;
/// Days that the prior of how many findings are usual counts for.
const PRIOR_DAYS: f64 = 3.0;
/// A shared entity that decayed over so many half-lives links nothing.
const MAX_HALF_LIVES: i64 = 8;

/// Clusters of the indicators (each in one), in the order of their earliest member. `indicators` must be sorted by (time, uid), so
/// that the result does not depend on arrival.
pub fn stitch(indicators: &[Indicator], graph: &EntityGraph, priors: &Priors) -> Vec<Cluster> {
    let weave = Weave { indicators, graph, priors, rates: Rates::of(indicators) };
    let mut clusters: Vec<Option<Cluster>> =
        indicators.iter().enumerate().map(|(index, indicator)| Some(Cluster::single(index, indicator))).collect();
    let mut near = neighbours(indicators);
    let mut versions = vec![0u32; indicators.len()];
    let mut heap = BinaryHeap::new();
    let entry = |a: usize, b: usize, clusters: &[Option<Cluster>], versions: &[u32]| {
        let (a, b) = (a.min(b), a.max(b));
        let (Some(one), Some(two)) = (clusters.get(a)?.as_ref(), clusters.get(b)?.as_ref()) else { return None };
        let bits = weave.weigh(one, two)?.bits;
        // The heaviest; of equals the pair that comes first. Thousandths, so that equal means equal.
        (bits > 0.0).then_some((Bits::new(bits), Reverse((a, b)), *versions.get(a)?, *versions.get(b)?))
    };
    for (a, others) in near.iter().enumerate() {
        heap.extend(others.range(a + 1..).filter_map(|b| entry(a, *b, &clusters, &versions)));
    }
    while let Some((_, Reverse((keep, gone)), version_a, version_b)) = heap.pop() {
        if versions.get(keep) != Some(&version_a) || versions.get(gone) != Some(&version_b) {
            continue;
        }
        let link = clusters.get(keep).and_then(Option::as_ref).zip(clusters.get(gone).and_then(Option::as_ref));
        let Some(link) = link.and_then(|(one, two)| weave.weigh(one, two)).map(Found::told) else { continue };
        let Some(absorbed) = clusters.get_mut(gone).and_then(Option::take) else { continue };
        if let Some(Some(cluster)) = clusters.get_mut(keep) {
            cluster.absorb(absorbed, link, indicators);
        }
        for index in [keep, gone] {
            versions.iter_mut().skip(index).take(1).for_each(|version| *version += 1);
        }
        let moved = near.get_mut(gone).map(std::mem::take).unwrap_or_default();
        for other in &moved {
            if let Some(others) = near.get_mut(*other) {
                others.remove(&gone);
                others.insert(keep);
            }
        }
        let Some(others) = near.get_mut(keep) else { continue };
        others.extend(moved);
        others.remove(&keep);
        others.remove(&gone);
        heap.extend(others.iter().filter_map(|other| entry(keep, *other, &clusters, &versions)));
    }
    // A cluster stands at its earliest member, so they are in order.
    clusters.into_iter().flatten().collect()
}

/// For each indicator those that share an entity with it near enough in time for the entity to link.
fn neighbours(indicators: &[Indicator]) -> Vec<BTreeSet<usize>> {
    let mut speakers: BTreeMap<&Entity, Vec<usize>> = BTreeMap::new();
    for (index, indicator) in indicators.iter().enumerate() {
        for entity in &indicator.entities {
            speakers.entry(entity).or_default().push(index);
        }
    }
    let mut near = vec![BTreeSet::new(); indicators.len()];
    for (entity, members) in speakers {
        if !entity.kind.is_internal() && members.len() > MAX_SPEAKERS {
            continue;
        }
        for (position, a) in members.iter().enumerate() {
            for b in members.iter().skip(position + 1).take(MAX_NEIGHBOURS) {
                let (Some(one), Some(two)) = (indicators.get(*a), indicators.get(*b)) else { continue };
                if two.time.since(one.end_time) > MAX_HALF_LIVES * half_life_ms(entity.kind, one, two) {
                    continue;
                }
                for (from, to) in [(*a, *b), (*b, *a)] {
                    if let Some(others) = near.get_mut(from) {
                        others.insert(to);
                    }
                }
            }
        }
    }
    near
}

/// One shared entity between two clusters.
struct Shared<'a> {
    entity: &'a Entity,
    bits: f64,
    gap_ms: i64,
    from: usize,
    to: usize,
}

/// What ties two clusters together and what it costs.
struct Found<'a> {
    bits: f64,
    prior: f64,
    shared: Vec<Shared<'a>>,
    heaviest: usize,
}

impl Found<'_> {
    /// The link with its sentence.
    fn told(self) -> Option<Weight> {
        let heaviest = self.shared.get(self.heaviest)?;
        let heavy = self.shared.iter().filter(|shared| shared.bits > 0.0);
        let via: Vec<String> = heavy.map(|shared| format!("{} ({:.1} bits)", shared.entity, shared.bits)).collect();
        Some(Weight {
            bits: self.bits,
            from: heaviest.from,
            to: heaviest.to,
            via: heaviest.entity.clone(),
            reason: format!(
                "both involve {}; {:.1} h apart; chance costs {:.1} bits",
                via.join(" and "),
                heaviest.gap_ms as f64 / HOUR_MS as f64,
                self.prior
            ),
        })
    }
}

/// Everything that weighing looks at.
struct Weave<'a> {
    indicators: &'a [Indicator],
    graph: &'a EntityGraph,
    priors: &'a Priors,
    rates: Rates<'a>,
}

impl Weave<'_> {
    fn weigh<'c>(&self, one: &'c Cluster, two: &'c Cluster) -> Option<Found<'c>> {
        let (small, large) = if one.speakers.len() <= two.speakers.len() { (one, two) } else { (two, one) };
        let mut best: BTreeMap<LinkFamily, Shared<'_>> = BTreeMap::new();
        for entity in small.speakers.keys().filter(|entity| large.speakers.contains_key(*entity)) {
            let Some(shared) = self.worth(entity, one, two) else { continue };
            match best.get(&family(entity.kind)) {
                Some(known) if known.bits >= shared.bits => {}
                _ => {
                    best.insert(family(entity.kind), shared);
                }
            }
        }
        let shared: Vec<Shared<'_>> = best.into_values().collect();
        let weights = shared.iter().enumerate();
        let (heaviest, main) = weights.max_by(|(_, a), (_, b)| a.bits.total_cmp(&b.bits).then(b.entity.cmp(a.entity)))?;
        let sum: f64 = shared.iter().map(|shared| shared.bits).sum();
        if sum <= 0.0 {
            return None; // the order of stages alone joins nothing
        }
        let prior = self.chance(one, two, main);
        let bits = sum + stage_bits(one, two, self.indicators, self.priors) - prior;
        Some(Found { bits, prior, shared, heaviest })
    }

    /// What it costs that something as strong as the weaker cluster would be near by chance.
    fn chance(&self, one: &Cluster, two: &Cluster, main: &Shared<'_>) -> f64 {
        let strength = one.strength_bits.min(two.strength_bits);
        let ends = [main.from, main.to].map(|index| self.indicators.get(index).is_some_and(Indicator::is_finding));
        // Among findings alone our models' chances do not count; without any, experience with findings does not.
        let trials = if ends == [true, true] { 0.0 } else { self.priors.trials_per_day };
        if ends == [false, false] {
            return self.priors.benign_bits(trials * (-strength).exp2(), main.gap_ms);
        }
        let at = [main.from, main.to].iter().filter_map(|index| self.indicators.get(*index)).map(|indicator| indicator.time).min();
        let usual = at.map_or(0.0, |at| {
            let about = if main.entity.kind.is_internal() { self.rates.per_day_about(main.entity, at, strength) } else { 0.0 };
            let seen = self.rates.per_day(at, strength) + self.priors.population * about;
            let days = self.rates.days(at);
            (days * seen + PRIOR_DAYS * self.priors.findings_per_day(strength)) / (days + PRIOR_DAYS)
        });
        self.priors.benign_bits(trials * (-strength).exp2() + usual + self.priors.attacks_per_day, main.gap_ms)
    }

    fn worth<'c>(&self, entity: &'c Entity, one: &Cluster, two: &Cluster) -> Option<Shared<'c>> {
        let (from, to, gap_ms) = nearest(one.speakers.get(entity)?, two.speakers.get(entity)?, self.indicators, entity.kind.is_internal())?;
        let (a, b) = (self.indicators.get(from)?, self.indicators.get(to)?);
        let rarity = if entity.kind.is_internal() {
            // Any internal entity is one of many; a bystander of a large cluster ties less to it than its victim.
            let central = one.share(entity, self.indicators).min(two.share(entity, self.indicators)).max(1e-3);
            (self.priors.population * central).log2()
        } else {
            let at = a.time.min(b.time);
            -self.graph.prevalence(entity, at, |who| one.has_internal(who) || two.has_internal(who)).log2()
        };
        let decay = (-(gap_ms as f64) / half_life_ms(entity.kind, a, b) as f64).exp2();
        let bits = (log2_q(entity.kind) + rarity).max(0.0) * decay;
        Some(Shared { entity, bits, gap_ms, from, to })
    }
}

/// The two members closest in time, and the gap between them (0 when they overlap). With `across`, of different families only: one
/// model speaking twice of one person shows the person's habits, not a connection, and a mail explains what follows it only.
fn nearest(one: &BTreeSet<usize>, two: &BTreeSet<usize>, indicators: &[Indicator], across: bool) -> Option<(usize, usize, i64)> {
    let mut best: Option<(usize, usize, i64)> = None;
    for i in one {
        for j in two {
            let (Some(a), Some(b)) = (indicators.get(*i), indicators.get(*j)) else { continue };
            let later = if (a.time, a.uid) <= (b.time, b.uid) { b } else { a };
            if across && (a.family == b.family || is_entry_mail(later)) {
                continue;
            }
            let gap = a.time.since(b.end_time).max(b.time.since(a.end_time)).max(0);
            if best.is_none_or(|(_, _, known)| gap < known) {
                best = Some((*i, *j, gap));
            }
        }
    }
    best
}

/// Whether the later cluster reaches a stage that comes after the earlier one's first.
fn stage_bits(one: &Cluster, two: &Cluster, indicators: &[Indicator], priors: &Priors) -> f64 {
    // The smaller first index is the earlier cluster: indicators are sorted by time.
    let (earlier, later) = if one.members.first() <= two.members.first() { (one, two) } else { (two, one) };
    let stages = |cluster: &Cluster| -> Vec<u8> {
        let members = cluster.members.iter().filter_map(|index| indicators.get(*index));
        members.flat_map(|indicator| indicator.tactics.iter().map(|tactic| stage(tactic))).collect()
    };
    match (stages(earlier).into_iter().min(), stages(later).into_iter().max()) {
        (Some(first), Some(last)) if last >= first => priors.in_order_bits,
        (Some(_), Some(_)) => -priors.out_of_order_bits,
        _ => 0.0,
    }
}
