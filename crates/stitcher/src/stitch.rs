//! Agglomerative stitching in canonical order: the heaviest link first, until none outweighs the prior.

use crate::cluster::Cluster;
use crate::constraint::Constraints;
use crate::link::{Priors, Weight};
use crate::weigh::Weave;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use weft_entity_graph::EntityGraph;
use weft_model::{Bits, Indicator, IndicatorUid};

/// Refusals told of one cluster.
const MAX_REFUSALS: usize = 10;

/// The result: clusters, and what was refused to them.
#[derive(Debug)]
pub struct Stitching<'a> {
    weave: Weave<'a>,
    /// Each indicator is in one; in the order of their earliest member.
    pub clusters: Vec<Cluster>,
    /// The place of each indicator's cluster.
    place: Vec<usize>,
}

/// Why two clusters that share something are not one.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// `bits` all in all; `from` is a member, `to` is not.
    pub weight: Weight,
    /// What the order of attack stages gave or cost.
    pub stage_bits: f64,
    /// It is the word of an analyst that keeps them apart.
    pub is_by_analyst: bool,
}

/// Stitches `indicators`, which must be sorted by (time, uid), so that the result does not depend on arrival.
pub fn stitch<'a>(indicators: &'a [Indicator], graph: &'a EntityGraph, priors: &'a Priors, constraints: &Constraints) -> Stitching<'a> {
    let mut merger = Merger::new(Weave::new(indicators, graph, priors));
    merger.constrain(constraints);
    merger.run();
    merger.finish()
}

/// A pair whose weight is positive: the heaviest first, of equals the pair that comes first. Thousandths, so that equal means equal.
type Entry = (Bits, Reverse<(usize, usize)>, u32, u32);

struct Merger<'a> {
    weave: Weave<'a>,
    /// A cluster stands at its earliest member.
    clusters: Vec<Option<Cluster>>,
    /// Where the cluster of an indicator stands, perhaps over several steps.
    home: Vec<usize>,
    /// Indicators or clusters near a cluster of several.
    near: HashMap<usize, Vec<usize>>,
    versions: Vec<u32>,
    heap: BinaryHeap<Entry>,
    steps: usize,
}

impl<'a> Merger<'a> {
    fn new(weave: Weave<'a>) -> Self {
        let clusters: Vec<_> = weave.digests.iter().enumerate().map(|(index, digest)| Some(Cluster::single(index, digest))).collect();
        let count = clusters.len();
        Self {
            weave,
            clusters,
            home: (0..count).collect(),
            near: HashMap::new(),
            versions: vec![0; count],
            heap: BinaryHeap::new(),
            steps: 0,
        }
    }

    /// Takes in the word of analysts: foes first, then what belongs together, each in the order of uids.
    fn constrain(&mut self, constraints: &Constraints) {
        if *constraints == Constraints::default() {
            return;
        }
        let indicators = self.weave.indicators;
        let index: HashMap<IndicatorUid, usize> = indicators.iter().enumerate().map(|(index, indicator)| (indicator.uid, index)).collect();
        let pair = |(a, b): &(IndicatorUid, IndicatorUid)| index.get(a).copied().zip(index.get(b).copied());
        for (a, b) in constraints.apart.iter().filter_map(pair) {
            for (one, foe) in [(a, b), (b, a)] {
                if let Some(Some(cluster)) = self.clusters.get_mut(one) {
                    cluster.foes.push(foe);
                }
            }
        }
        for members in &constraints.frozen {
            let mut members =
                members.iter().filter_map(|uid| index.get(uid).copied()).filter(|index| !self.is_frozen(*index)).collect::<Vec<_>>();
            members.sort_unstable();
            members.windows(2).for_each(|pair| {
                if let [a, b] = pair {
                    self.force(*a, *b)
                }
            });
            if let Some(first) = members.first().map(|first| self.root(*first))
                && let Some(Some(cluster)) = self.clusters.get_mut(first)
            {
                cluster.is_frozen = true;
            }
        }
        for (a, b) in constraints.together.iter().filter_map(pair) {
            self.force(a, b);
        }
    }

    fn is_frozen(&mut self, index: usize) -> bool {
        let root = self.root(index);
        self.clusters.get(root).and_then(Option::as_ref).is_some_and(|cluster| cluster.is_frozen)
    }

    /// Merges the clusters of two indicators whatever they weigh.
    fn force(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (keep, gone) = (a.min(b), a.max(b));
        if keep == gone || self.is_kept_apart(keep, gone) {
            return;
        }
        let (Some(Some(one)), Some(Some(two))) = (self.clusters.get(keep), self.clusters.get(gone)) else { return };
        let sizes = (one.members.len(), two.members.len());
        let told = self.weave.weigh(one, two).and_then(|found| self.weave.told(&found, self.steps, sizes));
        let via = || self.weave.indicators.get(gone)?.entities.first().cloned();
        let plain = || Some(Weight { step: self.steps, sizes, bits: 0.0, from: keep, to: gone, via: via()?, reason: String::new() });
        let link = told.or_else(plain).map(|link| Weight { reason: BY_ANALYST.to_owned(), bits: 0.0, ..link });
        self.merge(keep, gone, link);
    }

    fn run(&mut self) {
        for index in 0..self.clusters.len() {
            for other in self.weave.neighbours(index, true) {
                self.offer(index, other);
            }
        }
        while let Some((_, Reverse((keep, gone)), version_a, version_b)) = self.heap.pop() {
            if self.versions.get(keep) != Some(&version_a) || self.versions.get(gone) != Some(&version_b) {
                continue;
            }
            let (Some(Some(one)), Some(Some(two))) = (self.clusters.get(keep), self.clusters.get(gone)) else { continue };
            let sizes = (one.members.len(), two.members.len());
            let Some(found) = self.weave.weigh(one, two) else { continue };
            let link = self.weave.told(&found, self.steps, sizes);
            self.merge(keep, gone, link);
            for other in self.near.get(&keep).cloned().unwrap_or_default() {
                self.offer(keep, other);
            }
        }
    }

    /// Puts a pair on the heap when its weight is positive.
    fn offer(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (a, b) = (a.min(b), a.max(b));
        if a == b || self.is_kept_apart(a, b) {
            return;
        }
        let (Some(Some(one)), Some(Some(two))) = (self.clusters.get(a), self.clusters.get(b)) else { return };
        let bits = self.weave.weigh(one, two).map_or(0.0, |found| found.bits);
        if let (true, Some(version_a), Some(version_b)) = (bits > 0.0, self.versions.get(a), self.versions.get(b)) {
            self.heap.push((Bits::new(bits), Reverse((a, b)), *version_a, *version_b));
        }
    }

    fn merge(&mut self, keep: usize, gone: usize, link: Option<Weight>) {
        let mut near = self.near_of(keep);
        near.extend(self.near_of(gone));
        let Some(absorbed) = self.clusters.get_mut(gone).and_then(Option::take) else { return };
        if let Some(Some(cluster)) = self.clusters.get_mut(keep) {
            cluster.absorb(absorbed, link);
        }
        if let Some(home) = self.home.get_mut(gone) {
            *home = keep;
        }
        for index in [keep, gone] {
            self.versions.iter_mut().skip(index).take(1).for_each(|version| *version += 1);
        }
        near.iter_mut().for_each(|other| *other = self.root(*other));
        near.sort_unstable();
        near.dedup();
        near.retain(|other| *other != keep);
        self.near.insert(keep, near);
        self.steps += 1;
    }

    fn near_of(&mut self, root: usize) -> Vec<usize> {
        self.near.remove(&root).unwrap_or_else(|| self.weave.neighbours(root, false))
    }

    fn root(&mut self, index: usize) -> usize {
        let mut at = index;
        while let Some(next) = self.home.get(at).copied().filter(|next| *next != at) {
            // Halve the path for the next time.
            if let (Some(after), Some(home)) = (self.home.get(next).copied(), self.home.get_mut(at)) {
                *home = after;
            }
            at = next;
        }
        at
    }

    fn is_kept_apart(&mut self, a: usize, b: usize) -> bool {
        let (Some(Some(one)), Some(Some(two))) = (self.clusters.get(a), self.clusters.get(b)) else { return true };
        if one.is_frozen || two.is_frozen {
            return true;
        }
        one.foes.clone().into_iter().any(|foe| self.root(foe) == b)
    }

    fn finish(self) -> Stitching<'a> {
        let clusters: Vec<Cluster> = self.clusters.into_iter().flatten().collect();
        let mut place = vec![0; self.home.len()];
        for (at, cluster) in clusters.iter().enumerate() {
            for member in &cluster.members {
                place.iter_mut().skip(*member).take(1).for_each(|place| *place = at);
            }
        }
        Stitching { weave: self.weave, clusters, place }
    }
}

/// The reason of a link that an analyst made.
const BY_ANALYST: &str = "an analyst joined them";

impl Stitching<'_> {
    /// What shared something with a cluster and is not in it: the strongest ten, by what speaks for it.
    pub fn refused(&self, cluster: &Cluster) -> Vec<Refusal> {
        let own = cluster.members.first().and_then(|first| self.place.get(*first));
        let near = cluster.members.iter().flat_map(|member| self.weave.neighbours(*member, false));
        let mut places: Vec<usize> = near.filter_map(|other| self.place.get(other).copied()).filter(|place| Some(place) != own).collect();
        places.sort_unstable();
        places.dedup();
        let refused = places.into_iter().filter_map(|place| {
            let other = self.clusters.get(place)?;
            let found = self.weave.weigh(cluster, other)?;
            let weight = self.weave.told(&found, 0, (cluster.members.len(), other.members.len()))?;
            Some(Refusal { weight, stage_bits: found.stage_bits, is_by_analyst: found.bits > 0.0 })
        });
        let mut refused: Vec<Refusal> = refused.collect();
        refused.sort_by(|a, b| b.weight.bits.total_cmp(&a.weight.bits).then(a.weight.to.cmp(&b.weight.to)));
        refused.truncate(MAX_REFUSALS);
        refused
    }
}
