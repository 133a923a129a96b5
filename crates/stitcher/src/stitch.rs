//! Agglomerative stitching in canonical order: the heaviest link first, until none outweighs the prior.

use crate::cluster::Cluster;
use crate::constraint::Constraints;
use crate::link::{Priors, Weight};
use crate::weigh::{Ties, Weave};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use weft_entity_graph::EntityGraph;
use weft_model::{Bits, Indicator, IndicatorUid};

/// Refusals told of one cluster.
const MAX_REFUSALS: usize = 10;
/// A cluster of so many takes nothing more in.
const MAX_MEMBERS: usize = 2000;
/// Others that a cluster is weighed against after it grew: of more the strongest.
const MAX_NEAR: usize = 2000;

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

/// The weight of every two indicators, each alone, that share an entity near enough in time, in bits: what rival rules start from.
pub fn pair_weights(indicators: &[Indicator], graph: &EntityGraph, priors: &Priors) -> BTreeMap<(usize, usize), f64> {
    let weave = Weave::new(indicators, graph, priors);
    let single = |index| Cluster::single(index, &weave.digests);
    let of = |index| weave.neighbours(index, true).into_iter().map(move |other| (index, other));
    let pairs = (0..indicators.len()).flat_map(of);
    pairs.filter_map(|(a, b)| Some(((a, b), weave.weigh(&single(a), &single(b))?.bits))).collect()
}

/// A pair whose weight is positive: the heaviest first, of equals the pair that comes first. Thousandths, so that equal means equal.
type Entry = (Bits, Reverse<(usize, usize)>, u32, u32);

#[derive(Debug)]
enum Place {
    Alone,
    Cluster(Box<Cluster>),
    /// It is part of an earlier one.
    Gone,
}

struct Merger<'a> {
    weave: Weave<'a>,
    /// A cluster stands at its earliest member. Most indicators stay alone: their clusters are made when something may join them.
    clusters: Vec<Place>,
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
        let count = weave.digests.list.len();
        Self {
            weave,
            clusters: (0..count).map(|_| Place::Alone).collect(),
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
                if let Some(cluster) = self.cluster_mut(one) {
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
                && let Some(cluster) = self.cluster_mut(first)
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
        self.cluster(root).is_some_and(|cluster| cluster.is_frozen)
    }

    /// The cluster of several, or one that was looked at, that stands here.
    fn cluster(&self, at: usize) -> Option<&Cluster> {
        match self.clusters.get(at) {
            Some(Place::Cluster(cluster)) => Some(cluster),
            _ => None,
        }
    }

    /// The cluster that stands here, made when there is none yet.
    fn cluster_mut(&mut self, at: usize) -> Option<&mut Cluster> {
        let place = self.clusters.get_mut(at)?;
        if matches!(place, Place::Alone) {
            *place = Place::Cluster(Box::new(Cluster::single(at, &self.weave.digests)));
        }
        match place {
            Place::Cluster(cluster) => Some(cluster),
            _ => None,
        }
    }

    /// Two clusters, made when there are none yet.
    fn pair(&mut self, a: usize, b: usize) -> Option<(&Cluster, &Cluster)> {
        self.cluster_mut(a)?;
        self.cluster_mut(b)?;
        self.cluster(a).zip(self.cluster(b))
    }

    /// Merges the clusters of two indicators whatever they weigh.
    fn force(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (keep, gone) = (a.min(b), a.max(b));
        if keep == gone || self.is_kept_apart(keep, gone) {
            return;
        }
        self.pair(keep, gone);
        let (Some(one), Some(two)) = (self.cluster(keep), self.cluster(gone)) else { return };
        let sizes = (one.members.len(), two.members.len());
        let told = self.weave.weigh(one, two).and_then(|found| self.weave.told(&found, self.steps, sizes));
        let via = || self.weave.indicators.get(gone)?.entities.first().cloned();
        let plain = || Some(Weight { step: self.steps, sizes, bits: 0.0, from: keep, to: gone, via: via()?, reason: String::new() });
        let link = told.or_else(plain).map(|link| Weight { reason: BY_ANALYST.to_owned(), bits: 0.0, ..link });
        self.merge(keep, gone, link);
    }

    /// First what shares something outside, then what shares somebody inside too: who was a bystander of a campaign shows once it is whole.
    fn run(&mut self) {
        for ties in [Ties::Outside, Ties::All] {
            self.weave.ties = ties;
            self.join_all();
        }
    }

    fn join_all(&mut self) {
        let mut near = Vec::new();
        for index in 0..self.clusters.len() {
            self.weave.neighbours_into(index, true, &mut near);
            for other in near.iter().copied() {
                if !(self.is_alone(index) && self.is_alone(other)) || self.weave.may_join(index, other) {
                    self.offer(index, other);
                }
            }
        }
        while let Some((_, Reverse((keep, gone)), version_a, version_b)) = self.heap.pop() {
            if self.versions.get(keep) != Some(&version_a) || self.versions.get(gone) != Some(&version_b) {
                continue;
            }
            let (Some(one), Some(two)) = (self.cluster(keep), self.cluster(gone)) else { continue };
            let sizes = (one.members.len(), two.members.len());
            let Some(found) = self.weave.weigh(one, two) else { continue };
            let link = self.weave.told(&found, self.steps, sizes);
            self.merge(keep, gone, link);
            for other in self.near.get(&keep).cloned().unwrap_or_default() {
                self.offer(keep, other);
            }
        }
    }

    fn is_alone(&self, index: usize) -> bool {
        match self.clusters.get(index) {
            Some(Place::Cluster(cluster)) => cluster.members.len() == 1,
            Some(Place::Gone) => false,
            _ => true,
        }
    }

    /// Puts a pair on the heap when its weight is positive.
    fn offer(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (a, b) = (a.min(b), a.max(b));
        if a == b || self.is_kept_apart(a, b) {
            return;
        }
        self.pair(a, b);
        let (Some(one), Some(two)) = (self.cluster(a), self.cluster(b)) else { return };
        let bits = self.weave.gain(one, two).map_or(0.0, |found| found.bits);
        if let (true, Some(version_a), Some(version_b)) = (bits > 0.0, self.versions.get(a), self.versions.get(b)) {
            self.heap.push((Bits::new(bits), Reverse((a, b)), *version_a, *version_b));
        }
    }

    fn merge(&mut self, keep: usize, gone: usize, link: Option<Weight>) {
        let mut near = self.near_of(keep);
        near.extend(self.near_of(gone));
        let absorbed = self.clusters.get_mut(gone).map(|place| std::mem::replace(place, Place::Gone));
        if let (Some(Place::Cluster(absorbed)), Some(cluster)) = (absorbed, self.cluster_mut(keep)) {
            cluster.absorb(*absorbed, link);
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
        if near.len() > MAX_NEAR {
            // By what they are now, so that the order in which they came is nothing.
            let strength = |other: &usize| match self.cluster(*other) {
                Some(cluster) => Bits::new(cluster.strength_bits),
                None => self.weave.digests.get(*other).map_or(Bits::default(), |digest| digest.bits),
            };
            near.sort_by_cached_key(|other| (Reverse(strength(other)), *other));
            near.truncate(MAX_NEAR);
            near.sort_unstable();
        }
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
        let is_frozen = |at| self.cluster(at).is_some_and(|cluster| cluster.is_frozen);
        if is_frozen(a) || is_frozen(b) {
            return true;
        }
        let size = |at| self.cluster(at).map_or(1, |cluster| cluster.members.len());
        if size(a) + size(b) > MAX_MEMBERS {
            return true;
        }
        let foes = self.cluster(a).map(|one| one.foes.clone()).unwrap_or_default();
        foes.into_iter().any(|foe| self.root(foe) == b)
    }

    fn finish(self) -> Stitching<'a> {
        let placed = self.clusters.into_iter().enumerate().filter_map(|(index, place)| match place {
            Place::Alone => Some(Cluster::alone(index)),
            Place::Cluster(cluster) => Some(*cluster),
            Place::Gone => None,
        });
        let clusters: Vec<Cluster> = placed.collect();
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
        let cluster = self.known(cluster);
        let cluster = cluster.as_ref();
        let near = cluster.members.iter().flat_map(|member| self.weave.neighbours(*member, false));
        let mut places: Vec<usize> = near.filter_map(|other| self.place.get(other).copied()).filter(|place| Some(place) != own).collect();
        places.sort_unstable();
        places.dedup();
        let refused = places.into_iter().filter_map(|place| {
            let other = self.known(self.clusters.get(place)?);
            let found = self.weave.weigh(cluster, &other)?;
            let weight = self.weave.told(&found, 0, (cluster.members.len(), other.members.len()))?;
            Some(Refusal { weight, stage_bits: found.stage_bits, is_by_analyst: found.bits > 0.0 })
        });
        let mut refused: Vec<Refusal> = refused.collect();
        refused.sort_by(|a, b| b.weight.bits.total_cmp(&a.weight.bits).then(a.weight.to.cmp(&b.weight.to)));
        refused.truncate(MAX_REFUSALS);
        refused
    }

    /// A cluster with what it speaks of: one that nothing may have joined has no more than its member.
    fn known<'b>(&self, cluster: &'b Cluster) -> Cow<'b, Cluster> {
        match cluster.members.as_slice() {
            [alone] if cluster.speakers.is_empty() => Cow::Owned(Cluster::single(*alone, &self.weave.digests)),
            _ => Cow::Borrowed(cluster),
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use weft_entity_graph::Touch;
    use weft_model::{Domain, Entity, EntityKind, EventRef, EventTime, EventUid, MINUTE_MS, SmolStr, format_smolstr};

    /// Twelve people with a device each, and sites that some of them contacted.
    fn organisation() -> EntityGraph {
        let mut graph = EntityGraph::default();
        for i in 0..12i64 {
            let (person, device) = (format_smolstr!("p{i}"), format_smolstr!("d{i}"));
            graph.known(EntityKind::Person, &person);
            graph.known(EntityKind::Device, &device);
            for site in 0..i / 3 {
                let event = EventRef { time: EventTime(-i * MINUTE_MS), uid: EventUid::of("touch", &[&[i as u8, site as u8]]) };
                let touch = Touch {
                    event,
                    domain: Domain::Network,
                    class_uid: 4003,
                    by: SmolStr::clone(&device),
                    contact: weft_entity_graph::Contact::Use,
                };
                graph.touch(&Entity::new(EntityKind::Domain, format!("s{site}.example")), touch);
            }
        }
        graph
    }

    fn indicator(index: usize, (minute, long, bits, family, who, site, stage): (i64, i64, i64, usize, u8, u8, usize)) -> Indicator {
        let (family, domain) = [
            ("saas-access", Domain::Saas),
            ("device-domain", Domain::Network),
            ("mail-sender", Domain::Email),
            ("finding/a", Domain::Saas),
            ("finding/b", Domain::Network),
        ][family];
        let tactic = ["initial-access", "execution", "exfiltration"][stage];
        let inside = if domain == Domain::Network { EntityKind::Device } else { EntityKind::Person };
        Indicator {
            uid: IndicatorUid::of("test", &[&index.to_le_bytes()]),
            model: if family.starts_with("finding") { format!("Finding/{family}") } else { family.into() },
            family: family.into(),
            domain,
            time: EventTime(minute * MINUTE_MS),
            end_time: EventTime((minute + long) * MINUTE_MS),
            bits: Bits(bits),
            evidence: Bits(bits / 2),
            p: 0.5,
            score: 50,
            title: String::new(),
            title_ja: String::new(),
            entities: vec![
                Entity::new(inside, format!("{}{who}", if inside == EntityKind::Device { "d" } else { "p" })),
                Entity::new(EntityKind::Person, format!("p{who}")),
                Entity::new(EntityKind::Domain, format!("s{site}.example")),
                Entity::new(EntityKind::Session, format!("{}", minute / 600)),
            ],
            techniques: vec![],
            tactics: vec![tactic.into()],
            events: vec![],
            why: vec![],
        }
    }

    proptest! {
        /// What is cheap never refuses what the full weighing would join.
        #[test]
        fn the_cheap_bounds_refuse_nothing_that_joins(
            all in prop::collection::vec((0i64..9000, 0i64..400, 2000i64..16_000, 0usize..5, 0u8..4, 0u8..6, 0usize..3), 2..40)
        ) {
            let mut indicators: Vec<Indicator> = all.into_iter().enumerate().map(|(index, one)| indicator(index, one)).collect();
            indicators.sort_by_key(|one| (one.time, one.uid));
            let (graph, priors) = (organisation(), Priors::new(12, 600.0).without_directory());
            let weave = Weave::new(&indicators, &graph, &priors);
            let clusters: Vec<Cluster> = (0..indicators.len()).map(|index| Cluster::single(index, &weave.digests)).collect();
            for (b, two) in clusters.iter().enumerate() {
                for (a, one) in clusters.iter().enumerate().take(b) {
                    let full = weave.weigh(one, two).filter(|found| found.bits > 0.0);
                    prop_assert!(full.is_none() || weave.may_join(a, b), "{a} {b}: {full:?}");
                    prop_assert_eq!(full.map(|found| found.bits), weave.gain(one, two).map(|found| found.bits));
                }
            }
            // The same of clusters of several.
            let mut halves = [Cluster::default(), Cluster::default()];
            let mut rest = clusters.into_iter();
            for half in &mut halves {
                *half = rest.next().unwrap_or_default();
            }
            for (index, cluster) in rest.enumerate() {
                halves[index % 2].absorb(cluster, None);
            }
            let [one, two] = &halves;
            let full = weave.weigh(one, two).filter(|found| found.bits > 0.0);
            prop_assert_eq!(full.map(|found| found.bits), weave.gain(one, two).map(|found| found.bits));
        }
    }
}
