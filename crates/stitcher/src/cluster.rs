//! A growing set of indicators with what it speaks of.

use std::collections::{BTreeMap, BTreeSet};
use weft_model::{Entity, Indicator};

/// Indicators that belong together.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Indices into the indicators, ascending.
    pub members: BTreeSet<usize>,
    /// The merges that formed it, in order.
    pub links: Vec<crate::link::Weight>,
    /// Members that speak of each entity.
    pub(crate) speakers: BTreeMap<Entity, BTreeSet<usize>>,
    pub(crate) total_bits: f64,
    pub(crate) strongest_bits: f64,
}

impl Cluster {
    pub(crate) fn single(index: usize, indicator: &Indicator) -> Self {
        let mut speakers: BTreeMap<Entity, BTreeSet<usize>> = BTreeMap::new();
        for entity in &indicator.entities {
            speakers.entry(entity.clone()).or_default().insert(index);
        }
        let bits = indicator.bits.value();
        Self { members: BTreeSet::from([index]), links: Vec::new(), speakers, total_bits: bits, strongest_bits: bits }
    }

    pub(crate) fn absorb(&mut self, other: Self, link: crate::link::Weight) {
        self.members.extend(other.members);
        self.links.extend(other.links);
        self.links.push(link);
        for (entity, members) in other.speakers {
            self.speakers.entry(entity).or_default().extend(members);
        }
        self.total_bits += other.total_bits;
        self.strongest_bits = self.strongest_bits.max(other.strongest_bits);
    }

    /// Share of the cluster's surprise that speaks of `entity`, in [0, 1]: how central it is.
    pub(crate) fn share(&self, entity: &Entity, indicators: &[Indicator]) -> f64 {
        let about: f64 =
            self.speakers.get(entity).into_iter().flatten().filter_map(|i| indicators.get(*i)).map(|indicator| indicator.bits.value()).sum();
        if self.total_bits > 0.0 { about / self.total_bits } else { 0.0 }
    }

    pub(crate) fn has_internal(&self, key: &str) -> bool {
        self.speakers.keys().any(|entity| entity.kind.is_internal() && entity.key == key)
    }
}
