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
}

impl Cluster {
    pub(crate) fn single(index: usize, indicator: &Indicator) -> Self {
        let mut speakers: BTreeMap<Entity, BTreeSet<usize>> = BTreeMap::new();
        for entity in &indicator.entities {
            speakers.entry(entity.clone()).or_default().insert(index);
        }
        let bits = indicator.bits.value();
        Self { members: BTreeSet::from([index]), links: Vec::new(), speakers, strongest_bits: bits }
    }

    pub(crate) fn absorb(&mut self, other: Self, link: crate::link::Weight) {
        self.members.extend(other.members);
        self.links.extend(other.links);
        self.links.push(link);
        for (entity, members) in other.speakers {
            self.speakers.entry(entity).or_default().extend(members);
        }
        self.strongest_bits = self.strongest_bits.max(other.strongest_bits);
    }

    /// How central an internal entity is, in [0, 1]: the share of a family's surprise that speaks of it, averaged over the families that
    /// speak of anybody inside. The victim of a campaign stays central however many bystanders one family names.
    pub(crate) fn share(&self, entity: &Entity, indicators: &[Indicator]) -> f64 {
        let about = self.speakers.get(entity);
        let mut families: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for index in &self.members {
            let Some(indicator) = indicators.get(*index) else { continue };
            if !indicator.entities.iter().any(|entity| entity.kind.is_internal()) {
                continue;
            }
            let (mine, all) = families.entry(&indicator.family).or_default();
            *all += indicator.bits.value();
            if about.is_some_and(|members| members.contains(index)) {
                *mine += indicator.bits.value();
            }
        }
        let shares: f64 = families.values().map(|(mine, all)| if *all > 0.0 { mine / all } else { 0.0 }).sum();
        shares / families.len().max(1) as f64
    }

    /// How surprising the cluster is as a whole, in bits: its strongest member or its evidence, whichever is more.
    pub(crate) fn strength_bits(&self, indicators: &[Indicator]) -> f64 {
        if self.members.len() == 1 {
            return self.strongest_bits;
        }
        let members: Vec<&Indicator> = self.members.iter().filter_map(|index| indicators.get(*index)).collect();
        let evidence: Bits = share_evidence(&members).into_iter().sum();
        self.strongest_bits.max(evidence.value())
    }

    pub(crate) fn has_internal(&self, key: &str) -> bool {
        self.speakers.keys().any(|entity| entity.kind.is_internal() && entity.key == key)
    }
}
