//! A growing set of indicators with what it speaks of.

use crate::evidence::share_evidence;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{Bits, Entity, Indicator};

/// Indicators that belong together.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Indices into the indicators, ascending.
    pub members: BTreeSet<usize>,
    /// The merges that formed it, in order.
    pub links: Vec<crate::link::Weight>,
    /// Members that speak of each entity.
    pub(crate) speakers: BTreeMap<Entity, BTreeSet<usize>>,
    pub(crate) strongest_bits: f64,
    /// How surprising it is as a whole: its strongest member or its evidence, whichever is more.
    pub(crate) strength_bits: f64,
    /// Surprise by family of the members that speak of anybody inside.
    families: BTreeMap<String, f64>,
}

impl Cluster {
    pub(crate) fn single(index: usize, indicator: &Indicator) -> Self {
        let mut speakers: BTreeMap<Entity, BTreeSet<usize>> = BTreeMap::new();
        for entity in &indicator.entities {
            speakers.entry(entity.clone()).or_default().insert(index);
        }
        let bits = indicator.bits.value();
        let is_inside = indicator.entities.iter().any(|entity| entity.kind.is_internal());
        let families = is_inside.then(|| (indicator.family.clone(), bits)).into_iter().collect();
        Self { members: BTreeSet::from([index]), links: Vec::new(), speakers, strongest_bits: bits, strength_bits: bits, families }
    }

    pub(crate) fn absorb(&mut self, other: Self, link: Option<crate::link::Weight>, indicators: &[Indicator]) {
        self.members.extend(other.members);
        self.links.extend(other.links);
        self.links.extend(link);
        for (entity, members) in other.speakers {
            self.speakers.entry(entity).or_default().extend(members);
        }
        self.strongest_bits = self.strongest_bits.max(other.strongest_bits);
        for (family, bits) in other.families {
            *self.families.entry(family).or_default() += bits;
        }
        let members: Vec<&Indicator> = self.members.iter().filter_map(|index| indicators.get(*index)).collect();
        let evidence: Bits = share_evidence(&members).into_iter().sum();
        self.strength_bits = self.strongest_bits.max(evidence.value());
    }

    /// How central an internal entity is, in [0, 1]: the share of a family's surprise that speaks of it, averaged over the families that
    /// speak of anybody inside. The victim of a campaign stays central however many bystanders one family names.
    pub(crate) fn share(&self, entity: &Entity, indicators: &[Indicator]) -> f64 {
        let mut mine: BTreeMap<&str, f64> = BTreeMap::new();
        for indicator in self.speakers.get(entity).into_iter().flatten().filter_map(|index| indicators.get(*index)) {
            *mine.entry(&indicator.family).or_default() += indicator.bits.value();
        }
        let share = |(family, all): (&String, &f64)| match mine.get(family.as_str()) {
            Some(mine) if *all > 0.0 => mine / all,
            _ => 0.0,
        };
        self.families.iter().map(share).sum::<f64>() / self.families.len().max(1) as f64
    }

    pub(crate) fn has_internal(&self, key: &str) -> bool {
        self.speakers.keys().any(|entity| entity.kind.is_internal() && entity.key == key)
    }
}
