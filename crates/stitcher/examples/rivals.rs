//! The stitching rule beside rivals, on attacks of three steps among chance: `cargo run --release --example rivals -p weft-stitcher`.
//!
//! All are given the same pairs of indicators (those that share an entity) and, but for the first, the same pair weights.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement for people")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, HashMap};
use support::{Draws, Tenant, sorted, takeover};
use weft_model::Indicator;
use weft_stitcher::{Constraints, pair_weights, stitch};

const PEOPLE: usize = 2000;
const DAYS: i64 = 14;
const ATTACKS: usize = 40;

/// The attack that each indicator belongs to.
fn mixed(tenant: &Tenant, seed: u64, a_day: usize) -> (Vec<Indicator>, Vec<Option<usize>>) {
    let mut draws = Draws { seed, count: 1 << 32 };
    let mut all = tenant.noise(seed, a_day, DAYS);
    for attack in 0..ATTACKS {
        // Half of them on people whom chance speaks of often.
        let victim = if attack % 2 == 0 { draws.zipf(PEOPLE) } else { draws.below(PEOPLE) };
        let start = draws.below(DAYS as usize * 1440 - 300) as i64;
        let mut steps =
            takeover(&format!("p{victim}"), &format!("d{victim}"), &format!("odd{attack}.example"), &format!("198.18.0.{attack}"), start);
        for step in &mut steps {
            step.title = format!("attack {attack} {}", step.title);
            step.uid = weft_model::IndicatorUid::of("rivals", &[step.title.as_bytes()]);
        }
        all.extend(steps);
    }
    let indicators = sorted(all);
    let label = |one: &Indicator| one.title.strip_prefix("attack ").and_then(|rest| rest.split(' ').next()?.parse().ok());
    let labels = indicators.iter().map(label).collect();
    (indicators, labels)
}

/// Groups of what `ties` join, over several steps.
fn components(count: usize, ties: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..count).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (a, b) in ties {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b)] = a.min(b);
    }
    (0..count).map(|at| root(&mut parent, at)).collect()
}

/// Pairs of clusters merge while the mean weight over all pairs of members is positive, the heaviest first; a pair without a weight counts
/// as 0.
fn average_link(count: usize, weights: &BTreeMap<(usize, usize), f64>) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    let mut size = vec![1.0f64; count];
    let mut between: HashMap<usize, BTreeMap<usize, f64>> = HashMap::new();
    for ((a, b), bits) in weights {
        between.entry(*a).or_default().insert(*b, *bits);
        between.entry(*b).or_default().insert(*a, *bits);
    }
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for (a, others) in &between {
            for (b, sum) in others.iter().filter(|(b, _)| *b > a) {
                let mean = sum / (size[*a] * size[*b]);
                if mean > 0.0 && best.is_none_or(|(most, x, y)| (mean, std::cmp::Reverse((*a, *b))) > (most, std::cmp::Reverse((x, y)))) {
                    best = Some((mean, *a, *b));
                }
            }
        }
        let Some((_, keep, gone)) = best else { return group };
        let moved = between.remove(&gone).unwrap();
        for (other, sum) in moved {
            between.get_mut(&other).unwrap().remove(&gone);
            if other == keep {
                continue;
            }
            let both = between.get_mut(&keep).unwrap().entry(other).or_default();
            *both += sum;
            let both = *both;
            between.get_mut(&other).unwrap().insert(keep, both);
        }
        size[keep] += size[gone];
        group.iter_mut().filter(|of| **of == gone).for_each(|of| *of = keep);
    }
}

/// Louvain's first phase over positive weights (Blondel et al., "Fast unfolding of communities in large networks", 2008), repeated on the
/// communities until nothing moves.
fn modularity(count: usize, weights: &BTreeMap<(usize, usize), f64>) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    let mut edges: BTreeMap<(usize, usize), f64> =
        weights.iter().filter(|(_, bits)| **bits > 0.0).map(|(pair, bits)| (*pair, *bits)).collect();
    let total: f64 = edges.values().sum();
    loop {
        let mut near: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
        let mut degree: HashMap<usize, f64> = HashMap::new();
        for ((a, b), bits) in &edges {
            for (one, other) in [(*a, *b), (*b, *a)] {
                *degree.entry(one).or_default() += bits;
                if a != b {
                    near.entry(one).or_default().push((other, *bits));
                }
            }
        }
        let mut home: HashMap<usize, usize> = near.keys().map(|node| (*node, *node)).collect();
        let mut sum = degree.clone();
        let mut has_moved = false;
        for _ in 0..20 {
            let mut moves = 0;
            for (node, others) in &near {
                let (from, own) = (home[node], degree[node]);
                let mut ties: BTreeMap<usize, f64> = BTreeMap::new();
                others.iter().for_each(|(other, bits)| *ties.entry(home[other]).or_default() += bits);
                *sum.get_mut(&from).unwrap() -= own;
                let gain = |to: usize| ties.get(&to).copied().unwrap_or(0.0) - own * sum[&to] / (2.0 * total);
                let best = ties.keys().copied().fold(from, |best, to| if gain(to) > gain(best) + 1e-9 { to } else { best });
                *sum.get_mut(&best).unwrap() += own;
                moves += usize::from(best != from);
                home.insert(*node, best);
            }
            has_moved |= moves > 0;
            if moves == 0 {
                break;
            }
        }
        if !has_moved {
            return group;
        }
        group.iter_mut().for_each(|of| *of = home.get(of).copied().unwrap_or(*of));
        let mut merged: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for ((a, b), bits) in edges {
            let of = |node: usize| home.get(&node).copied().unwrap_or(node);
            let (a, b) = (of(a), of(b));
            *merged.entry((a.min(b), a.max(b))).or_default() += bits;
        }
        edges = merged;
    }
}

fn print(name: &str, groups: &[usize], labels: &[Option<usize>]) -> [f64; 3] {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    groups.iter().for_each(|group| *sizes.entry(*group).or_default() += 1);
    let mut cells: HashMap<(usize, usize), usize> = HashMap::new();
    let mut of_attack: HashMap<usize, usize> = HashMap::new();
    for (group, label) in groups.iter().zip(labels) {
        if let Some(label) = label {
            *cells.entry((*group, *label)).or_default() += 1;
            *of_attack.entry(*group).or_default() += 1;
        }
    }
    let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
    let right: f64 = cells.values().map(|n| pairs(*n)).sum();
    // A pair of an attack's indicator and chance is wrong too.
    let claimed: f64 = of_attack.iter().map(|(group, n)| pairs(*n) + (n * (sizes[group] - n)) as f64).sum();
    let (precision, recall) = (right / claimed.max(1.0), right / (ATTACKS as f64 * pairs(3)));
    let f1 = if right > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    let largest = sizes.values().max().copied().unwrap_or(0);
    let pure = cells.iter().filter(|((group, _), n)| **n == 3 && sizes[group] == 3).count();
    println!("  {name:<42} {precision:>9.3} {recall:>7.3} {f1:>7.3} {pure:>6} {largest:>8}");
    [precision, recall, f1]
}

fn main() {
    for (seed, a_day) in [(801, 300), (802, 300), (801, 1000)] {
        let tenant = Tenant::new(PEOPLE, 10_000, DAYS);
        let (indicators, labels) = mixed(&tenant, seed, a_day);
        let priors = tenant.priors(a_day);
        let count = indicators.len();
        println!(
            "seed {seed}: {a_day} chance indicators a day, {count} in all, {ATTACKS} attacks\n  {:<42} precision  recall      F1  exact  largest",
            "rule"
        );
        let mut first: HashMap<&weft_model::Entity, usize> = HashMap::new();
        let shared = indicators.iter().enumerate().flat_map(|(index, one)| one.entities.iter().map(move |entity| (index, entity)));
        let ties: Vec<(usize, usize)> = shared.map(|(index, entity)| (index, *first.entry(entity).or_insert(index))).collect();
        print("any shared entity", &components(count, ties.into_iter()), &labels);
        let weights = pair_weights(&indicators, &tenant.graph, &priors);
        let positive = || weights.iter().filter(|(_, bits)| **bits > 0.0).map(|(pair, _)| *pair);
        print("components of positive pair weights", &components(count, positive()), &labels);
        print("average link", &average_link(count, &weights), &labels);
        print("modularity over positive pair weights", &modularity(count, &weights), &labels);
        let stitching = stitch(&indicators, &tenant.graph, &priors, &Constraints::default());
        let mut groups = vec![0; count];
        for (place, cluster) in stitching.clusters.iter().enumerate() {
            cluster.members.iter().for_each(|index| groups[*index] = place);
        }
        print("heaviest link first, clusters weighed anew", &groups, &labels);
    }
}
