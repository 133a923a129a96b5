//! What stitching needs of an indicator, with entities and families as small numbers in the order of their names.

use crate::link::{LinkFamily, family, is_busy, is_entry_mail, log2_q, stage};
use std::collections::BTreeMap;
use weft_model::{Bits, Entity, Indicator};

/// An entity that an indicator speaks of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken {
    pub id: u32,
    pub is_internal: bool,
}

/// One indicator in short.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    /// Ascending by id, each once.
    pub entities: Vec<Spoken>,
    pub family: u32,
    pub bits: Bits,
    /// Its own evidence.
    pub evidence: Bits,
    pub start_ms: i64,
    pub end_ms: i64,
    /// Earliest and latest attack stage.
    pub stages: Option<(u8, u8)>,
    pub is_entry_mail: bool,
    /// Whether what its entities show is so much that it belongs together for hours only.
    pub is_busy: bool,
    pub is_finding: bool,
}

/// What is known of an entity by its number.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub entity: &'a Entity,
    pub family: LinkFamily,
    pub log2_q: f64,
    pub is_internal: bool,
    /// Indicators that speak of it, ascending.
    pub speakers: Vec<usize>,
}

/// All indicators in short, and the entities they speak of.
pub(crate) fn digest(indicators: &[Indicator]) -> (Vec<Digest>, Vec<Known<'_>>) {
    let mut families: BTreeMap<&str, u32> = indicators.iter().map(|indicator| (indicator.family.as_str(), 0)).collect();
    families.values_mut().zip(0..).for_each(|(id, next)| *id = next);
    let mut speakers: BTreeMap<&Entity, Vec<usize>> = BTreeMap::new();
    for (index, indicator) in indicators.iter().enumerate() {
        for entity in &indicator.entities {
            let list = speakers.entry(entity).or_default();
            if list.last() != Some(&index) {
                list.push(index);
            }
        }
    }
    let mut digests: Vec<Digest> = indicators
        .iter()
        .map(|indicator| {
            let stages = || indicator.tactics.iter().map(|tactic| stage(tactic));
            Digest {
                entities: Vec::with_capacity(indicator.entities.len()),
                family: families.get(indicator.family.as_str()).copied().unwrap_or_default(),
                bits: indicator.bits,
                evidence: indicator.evidence,
                start_ms: indicator.time.0,
                end_ms: indicator.end_time.0,
                stages: stages().min().zip(stages().max()),
                is_entry_mail: is_entry_mail(indicator),
                is_busy: is_busy(indicator),
                is_finding: indicator.is_finding(),
            }
        })
        .collect();
    let known: Vec<Known<'_>> = speakers
        .into_iter()
        .map(|(entity, speakers)| Known {
            entity,
            family: family(entity.kind),
            log2_q: log2_q(entity.kind),
            is_internal: entity.kind.is_internal(),
            speakers,
        })
        .collect();
    for (id, known) in (0..).zip(&known) {
        for speaker in &known.speakers {
            if let Some(digest) = digests.get_mut(*speaker) {
                digest.entities.push(Spoken { id, is_internal: known.is_internal });
            }
        }
    }
    (digests, known)
}
