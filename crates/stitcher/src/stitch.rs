//! Agglomerative stitching in canonical order: the heaviest link first, until none outweighs the prior.

use crate::cluster::Cluster;
use crate::link::{LinkFamily, Priors, Weight, family, half_life_ms, is_entry_mail, log2_q, stage};
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, BTreeSet};
use weft_entity_graph::EntityGraph;
use weft_model::{Entity, HOUR_MS, Indicator};

/// Indicators stitched together at once; of a larger component the most surprising are taken.
pub const MAX_COMPONENT: usize = 2000;
/// An entity in more indicators than this is a hub and links nothing.
const MAX_SPEAKERS: usize = 400;

/// Clusters of the indicators (each in one), in the order of their earliest member. `indicators` must be sorted by (time, uid), so
/// that the result does not depend on arrival.
pub fn stitch(indicators: &[Indicator], graph: &EntityGraph, priors: &Priors) -> Vec<Cluster> {
    let mut speakers: BTreeMap<&Entity, Vec<usize>> = BTreeMap::new();
    for (index, indicator) in indicators.iter().enumerate() {
        for entity in &indicator.entities {
            speakers.entry(entity).or_default().push(index);
        }
    }
    let mut union = UnionFind::<usize>::new(indicators.len());
    for members in speakers.values().filter(|members| members.len() <= MAX_SPEAKERS) {
        members.windows(2).for_each(|pair| {
            if let [a, b] = pair {
                union.union(*a, *b);
            }
        });
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..indicators.len() {
        components.entry(union.find(index)).or_default().push(index);
    }
    let mut clusters: Vec<Cluster> = components.into_values().flat_map(|members| component(members, indicators, graph, priors)).collect();
    clusters.sort_by_key(|cluster| cluster.members.first().copied());
    clusters
}

fn component(mut members: Vec<usize>, indicators: &[Indicator], graph: &EntityGraph, priors: &Priors) -> Vec<Cluster> {
    if members.len() > MAX_COMPONENT {
        let strength = |index: &usize| indicators.get(*index).map(|indicator| (std::cmp::Reverse(indicator.bits), indicator.uid));
        members.sort_by_key(strength);
        members.truncate(MAX_COMPONENT);
        members.sort_unstable();
    }
    let mut clusters: BTreeMap<usize, Cluster> =
        members.iter().filter_map(|index| indicators.get(*index).map(|indicator| (*index, Cluster::single(*index, indicator)))).collect();
    let mut weights: BTreeMap<(usize, usize), Weight> = BTreeMap::new();
    for (position, a) in members.iter().enumerate() {
        for b in members.iter().skip(position + 1) {
            consider(*a, *b, &clusters, indicators, graph, priors, &mut weights);
        }
    }
    loop {
        // The heaviest; of equals the pair that comes first.
        let best = weights
            .iter()
            .max_by(|(ka, a), (kb, b)| a.bits.total_cmp(&b.bits).then(kb.cmp(ka)))
            .map(|(key, weight)| (*key, weight.clone()));
        let Some(((keep, gone), link)) = best else { break };
        let Some(absorbed) = clusters.remove(&gone) else { break };
        if let Some(cluster) = clusters.get_mut(&keep) {
            cluster.absorb(absorbed, link);
        }
        weights.retain(|(a, b), _| ![*a, *b].contains(&keep) && ![*a, *b].contains(&gone));
        let others: Vec<usize> = clusters.keys().copied().filter(|other| *other != keep).collect();
        for other in others {
            consider(keep.min(other), keep.max(other), &clusters, indicators, graph, priors, &mut weights);
        }
    }
    clusters.into_values().collect()
}

fn consider(
    a: usize,
    b: usize,
    clusters: &BTreeMap<usize, Cluster>,
    indicators: &[Indicator],
    graph: &EntityGraph,
    priors: &Priors,
    weights: &mut BTreeMap<(usize, usize), Weight>,
) {
    if let (Some(one), Some(two)) = (clusters.get(&a), clusters.get(&b))
        && let Some(weight) = weigh(one, two, indicators, graph, priors).filter(|weight| weight.bits > 0.0)
    {
        weights.insert((a, b), weight);
    }
}

/// One shared entity between two clusters.
struct Shared<'a> {
    entity: &'a Entity,
    bits: f64,
    gap_ms: i64,
    from: usize,
    to: usize,
}

fn weigh(one: &Cluster, two: &Cluster, indicators: &[Indicator], graph: &EntityGraph, priors: &Priors) -> Option<Weight> {
    let (small, large) = if one.speakers.len() <= two.speakers.len() { (one, two) } else { (two, one) };
    let mut best: BTreeMap<LinkFamily, Shared<'_>> = BTreeMap::new();
    for entity in small.speakers.keys().filter(|entity| large.speakers.contains_key(*entity)) {
        let Some(shared) = worth(entity, one, two, indicators, graph, priors) else { continue };
        match best.get(&family(entity.kind)) {
            Some(known) if known.bits >= shared.bits => {}
            _ => {
                best.insert(family(entity.kind), shared);
            }
        }
    }
    let heaviest = best.values().max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.entity.cmp(a.entity)))?;
    let strength = one.strength_bits(indicators).min(two.strength_bits(indicators));
    let shared: f64 = best.values().map(|shared| shared.bits).sum();
    if shared <= 0.0 {
        return None; // the order of stages alone joins nothing
    }
    let prior = priors.benign_bits(strength, heaviest.gap_ms);
    let order = stage_bits(one, two, indicators, priors);
    let via: Vec<String> =
        best.values().filter(|shared| shared.bits > 0.0).map(|shared| format!("{} ({:.1} bits)", shared.entity, shared.bits)).collect();
    Some(Weight {
        bits: shared + order - prior,
        from: heaviest.from,
        to: heaviest.to,
        via: heaviest.entity.clone(),
        reason: format!(
            "both involve {}; {:.1} h apart; chance costs {:.1} bits",
            via.join(" and "),
            heaviest.gap_ms as f64 / HOUR_MS as f64,
            prior
        ),
    })
}

fn worth<'a>(
    entity: &'a Entity,
    one: &Cluster,
    two: &Cluster,
    indicators: &[Indicator],
    graph: &EntityGraph,
    priors: &Priors,
) -> Option<Shared<'a>> {
    let (from, to, gap_ms) = nearest(one.speakers.get(entity)?, two.speakers.get(entity)?, indicators, entity.kind.is_internal())?;
    let (a, b) = (indicators.get(from)?, indicators.get(to)?);
    let rarity = if entity.kind.is_internal() {
        // Any internal entity is one of many; a bystander of a large cluster ties less to it than its victim.
        let central = one.share(entity, indicators).min(two.share(entity, indicators)).max(1e-3);
        (priors.population * central).log2()
    } else {
        let at = a.time.min(b.time);
        -graph.prevalence(entity, at, |who| one.has_internal(who) || two.has_internal(who)).log2()
    };
    let decay = (-(gap_ms as f64) / half_life_ms(entity.kind, a, b) as f64).exp2();
    let bits = (log2_q(entity.kind) + rarity).max(0.0) * decay;
    Some(Shared { entity, bits, gap_ms, from, to })
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
