//! What stitching needs of an indicator, with entities and families as small numbers in the order of their names.

use crate::evidence::own_evidence;
use crate::link::{LinkFamily, family, half_life_ms, is_busy, is_entry_mail, log2_q, stage};
use foldhash::{HashMap, HashMapExt};
use weft_model::{Bits, Entity, Indicator};

/// One indicator in short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest {
    pub start_ms: i64,
    pub end_ms: i64,
    pub bits: Bits,
    /// Its own evidence.
    pub evidence: Bits,
    pub family: u32,
    /// The entity it is about, when that is somebody or something inside.
    pub main: Option<u32>,
    /// Where its entities stand among those of all, and how many.
    entities: (u32, u32),
    /// Earliest and latest attack stage.
    pub stages: Option<(u8, u8)>,
    pub is_entry_mail: bool,
    /// Whether what its entities show is so much that it belongs together for hours only.
    pub is_busy: bool,
    pub is_finding: bool,
}

impl Digest {
    /// How long a time it is told of; a finding is told of an instant.
    pub fn span_ms(&self) -> i64 {
        if self.is_finding { 0 } else { self.end_ms.saturating_sub(self.start_ms) }
    }
}

/// What is known of an entity by its number.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub entity: &'a Entity,
    pub family: LinkFamily,
    pub is_internal: bool,
    pub log2_q: f64,
    /// What it is worth between two indicators at the same time when nobody else touched it.
    pub most_bits: f64,
    /// Whether it is outside and so few here touched it that it may tie.
    pub is_rare: bool,
    /// Half-life in general, and where one of the two is busy.
    half_lives_ms: (i64, i64),
    /// Indicators that speak of it, ascending.
    pub speakers: Vec<u32>,
}

impl Known<'_> {
    pub fn half_life_ms(&self, is_busy: bool) -> i64 {
        if is_busy { self.half_lives_ms.1 } else { self.half_lives_ms.0 }
    }

    pub fn speakers(&self) -> impl Iterator<Item = usize> {
        self.speakers_from(0)
    }

    /// Those from the `at`-th on.
    pub fn speakers_from(&self, at: usize) -> impl Iterator<Item = usize> {
        self.speakers.get(at..).unwrap_or_default().iter().map(|speaker| *speaker as usize)
    }

    /// Those before the `at`-th, the last one first.
    pub fn speakers_before(&self, at: usize) -> impl Iterator<Item = usize> {
        self.speakers.get(..at).unwrap_or_default().iter().rev().map(|speaker| *speaker as usize)
    }
}

/// All indicators in short, and the entities they speak of.
#[derive(Debug)]
pub(crate) struct Digests<'a> {
    pub list: Vec<Digest>,
    pub known: Vec<Known<'a>>,
    /// Numbers of the entities of all indicators, one after the other, ascending for each.
    spoken: Vec<u32>,
    /// Kinds inside come first, and so do their numbers.
    first_outside: u32,
}

impl<'a> Digests<'a> {
    pub fn of(indicators: &'a [Indicator]) -> Self {
        let mut families: HashMap<&str, u32> = HashMap::new();
        let mut ids: HashMap<&Entity, u32> = HashMap::new();
        let mut entities: Vec<(&Entity, Vec<u32>)> = Vec::new();
        for (index, indicator) in (0..).zip(indicators) {
            families.entry(&indicator.family).or_default();
            for entity in &indicator.entities {
                let id = *ids.entry(entity).or_insert_with(|| {
                    entities.push((entity, Vec::new()));
                    entities.len() as u32 - 1
                });
                let Some((_, speakers)) = entities.get_mut(id as usize) else { continue };
                if speakers.last() != Some(&index) {
                    speakers.push(index);
                }
            }
        }
        drop(ids);
        let mut names: Vec<&str> = families.keys().copied().collect();
        names.sort_unstable();
        families.extend(names.into_iter().zip(0..));
        entities.sort_unstable_by_key(|(entity, _)| (!entity.kind.is_internal(), *entity));
        let known: Vec<Known<'a>> = entities
            .into_iter()
            .map(|(entity, speakers)| Known {
                entity,
                family: family(entity.kind),
                is_internal: entity.kind.is_internal(),
                log2_q: log2_q(entity.kind),
                most_bits: 0.0,
                is_rare: false,
                half_lives_ms: (half_life_ms(entity.kind, false), half_life_ms(entity.kind, true)),
                speakers,
            })
            .collect();
        let first_outside = known.partition_point(|known| known.is_internal) as u32;
        let mut counts = vec![0u32; indicators.len()];
        for speaker in known.iter().flat_map(Known::speakers) {
            counts.iter_mut().skip(speaker).take(1).for_each(|count| *count += 1);
        }
        let mut from = 0;
        let mut list: Vec<Digest> = Vec::with_capacity(indicators.len());
        for (indicator, count) in indicators.iter().zip(counts) {
            let stages = || indicator.tactics.iter().map(|tactic| stage(tactic));
            list.push(Digest {
                start_ms: indicator.time.0,
                end_ms: indicator.end_time.0,
                bits: indicator.bits,
                evidence: own_evidence(indicator),
                family: families.get(indicator.family.as_str()).copied().unwrap_or_default(),
                main: None,
                entities: (from, 0),
                stages: stages().min().zip(stages().max()),
                is_entry_mail: is_entry_mail(indicator),
                is_busy: is_busy(indicator),
                is_finding: indicator.is_finding(),
            });
            from += count;
        }
        let mut spoken = vec![0; from as usize];
        for (id, known) in (0..).zip(&known) {
            for speaker in known.speakers() {
                if let Some(digest) = list.get_mut(speaker) {
                    if indicators.get(speaker).and_then(|indicator| indicator.entities.first()) == Some(known.entity) {
                        digest.main = Some(id);
                    }
                    let at = digest.entities.0 + digest.entities.1;
                    spoken.iter_mut().skip(at as usize).take(1).for_each(|slot| *slot = id);
                    digest.entities.1 += 1;
                }
            }
        }
        Self { list, known, spoken, first_outside }
    }

    pub fn get(&self, index: usize) -> Option<&Digest> {
        self.list.get(index)
    }

    pub fn known(&self, id: u32) -> Option<&Known<'a>> {
        self.known.get(id as usize)
    }

    /// The entities that an indicator speaks of, ascending, each once.
    pub fn entities(&self, digest: &Digest) -> &[u32] {
        let (from, count) = (digest.entities.0 as usize, digest.entities.1 as usize);
        self.spoken.get(from..from + count).unwrap_or_default()
    }

    /// The entities inside that an indicator speaks of, ascending, each with its part: what it is about has all of it, and one of several of
    /// a kind that it names besides, such as one of a mail's recipients, no more than one has. Another product's finding is about all it names.
    pub fn inside(&self, digest: &Digest) -> impl Iterator<Item = (u32, f64)> {
        let inside = || self.entities(digest).iter().copied().filter(|id| self.is_inside(*id));
        let kind = |id| self.known(id).map(|known| known.entity.kind);
        let part = move |id: u32| match inside().filter(|other| kind(*other) == kind(id)).count() {
            _ if digest.main == Some(id) || digest.is_finding => 1.0,
            several => 1.0 / several.max(1) as f64,
        };
        inside().map(move |id| (id, part(id)))
    }

    pub fn is_inside(&self, id: u32) -> bool {
        id < self.first_outside
    }
}
