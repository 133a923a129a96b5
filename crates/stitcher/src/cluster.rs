//! A growing set of indicators with what it speaks of. Must not know what a link is worth.

use crate::digest::Digest;
use crate::link::Weight;
use std::collections::BTreeMap;
use weft_model::Bits;

/// Indicators that belong together.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Indices into the indicators, ascending.
    pub members: Vec<usize>,
    /// The merges that formed it; [`Weight::step`] gives their order.
    pub links: Vec<Weight>,
    /// Members that speak of each entity, both ascending.
    pub(crate) speakers: Vec<(u32, Vec<usize>)>,
    /// How surprising it is as a whole, in bits: its strongest member or its evidence, whichever is more.
    pub(crate) strength_bits: f64,
    /// Earliest and latest attack stage.
    pub(crate) stages: Option<(u8, u8)>,
    /// Longest member in milliseconds.
    pub(crate) longest_ms: i64,
    /// An analyst dismissed it: it stays as it is.
    pub(crate) is_frozen: bool,
    /// Indicators that an analyst keeps out.
    pub(crate) foes: Vec<usize>,
    strongest_bits: f64,
    /// Of each family the strongest own evidence.
    evidence: BTreeMap<u32, Bits>,
    /// Surprise by family of the members that speak of anybody inside, and that by entity inside and family, in thousandths of a bit.
    families: BTreeMap<u32, i64>,
    mine: BTreeMap<(u32, u32), i64>,
}

impl Cluster {
    pub(crate) fn single(index: usize, digest: &Digest) -> Self {
        let bits = digest.bits.value();
        let inside = digest.entities.iter().filter(|entity| entity.is_internal);
        let mine: BTreeMap<(u32, u32), i64> = inside.map(|entity| ((entity.id, digest.family), digest.bits.0)).collect();
        Self {
            members: vec![index],
            links: Vec::new(),
            speakers: digest.entities.iter().map(|entity| (entity.id, vec![index])).collect(),
            strength_bits: bits,
            stages: digest.stages,
            longest_ms: digest.end_ms.saturating_sub(digest.start_ms),
            is_frozen: false,
            foes: Vec::new(),
            strongest_bits: bits,
            evidence: BTreeMap::from([(digest.family, digest.evidence)]),
            families: if mine.is_empty() { BTreeMap::new() } else { BTreeMap::from([(digest.family, digest.bits.0)]) },
            mine,
        }
    }

    pub(crate) fn absorb(&mut self, other: Self, link: Option<Weight>) {
        merge(&mut self.members, &other.members);
        self.links.extend(other.links);
        self.links.extend(link);
        for (entity, members) in other.speakers {
            match self.speakers.binary_search_by_key(&entity, |(known, _)| *known) {
                Ok(at) => {
                    if let Some((_, known)) = self.speakers.get_mut(at) {
                        merge(known, &members);
                    }
                }
                Err(at) => self.speakers.insert(at, (entity, members)),
            }
        }
        self.strongest_bits = self.strongest_bits.max(other.strongest_bits);
        self.stages = match (self.stages, other.stages) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        self.is_frozen |= other.is_frozen;
        self.foes.extend(other.foes);
        for (family, bits) in other.evidence {
            let strongest = self.evidence.entry(family).or_default();
            *strongest = bits.max(*strongest);
        }
        for (family, bits) in other.families {
            *self.families.entry(family).or_default() += bits;
        }
        for (key, bits) in other.mine {
            *self.mine.entry(key).or_default() += bits;
        }
        // As `share_evidence` adds it up.
        let evidence: Bits = self.evidence.values().copied().sum();
        self.strength_bits = self.strongest_bits.max(evidence.value());
    }

    /// How central an internal entity is, in [0, 1]: the share of a family's surprise that speaks of it, averaged over the families that
    /// speak of anybody inside. The victim of a campaign stays central however many bystanders one family names.
    pub(crate) fn share(&self, entity: u32) -> f64 {
        let share = |((_, family), mine): (&(u32, u32), &i64)| match self.families.get(family) {
            Some(all) if *all > 0 => *mine as f64 / *all as f64,
            _ => 0.0,
        };
        self.mine.range((entity, 0)..=(entity, u32::MAX)).map(share).sum::<f64>() / self.families.len().max(1) as f64
    }

    /// The members that speak of an entity, ascending.
    pub(crate) fn speaking(&self, entity: u32) -> &[usize] {
        let at = self.speakers.binary_search_by_key(&entity, |(known, _)| *known);
        at.ok().and_then(|at| self.speakers.get(at)).map_or(&[], |(_, members)| members)
    }

    /// The entities inside that it speaks of.
    pub(crate) fn internal(&self) -> impl Iterator<Item = u32> {
        let mut last = None;
        self.mine.keys().map(|(entity, _)| *entity).filter(move |entity| last.replace(*entity) != Some(*entity))
    }
}

/// The union of two ascending lists without a common element.
fn merge(into: &mut Vec<usize>, other: &[usize]) {
    into.extend(other);
    into.sort_unstable();
}
