//! A growing set of indicators with what it speaks of. Must not know what a link is worth.

use crate::digest::Digests;
use crate::link::Weight;
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
    /// Entities outside that it speaks of and that may tie, ascending.
    pub(crate) rare: Vec<u32>,
    /// How surprising it is as a whole, in bits: its strongest member or its evidence, whichever is more.
    pub(crate) strength_bits: f64,
    /// Earliest and latest attack stage.
    pub(crate) stages: Option<(u8, u8)>,
    /// Longest member in milliseconds.
    pub(crate) longest_ms: i64,
    /// A member is a finding of another product.
    pub(crate) has_finding: bool,
    /// An analyst dismissed it: it stays as it is.
    pub(crate) is_frozen: bool,
    /// Indicators that an analyst keeps out.
    pub(crate) foes: Vec<usize>,
    strongest_bits: f64,
    /// Of each family the strongest own evidence; ascending, like what follows.
    evidence: Vec<(u32, Bits)>,
    /// Surprise by family of the members that speak of anybody inside, and that by entity inside and family, in thousandths of a bit.
    families: Vec<(u32, i64)>,
    mine: Vec<((u32, u32), i64)>,
}

impl Cluster {
    pub(crate) fn single(index: usize, digests: &Digests<'_>) -> Self {
        let Some(digest) = digests.get(index) else { return Self::default() };
        let (bits, entities) = (digest.bits.value(), digests.entities(digest));
        let part = |part: f64| (digest.bits.0 as f64 * part).round() as i64;
        let mine: Vec<((u32, u32), i64)> = digests.inside(digest).map(|(id, of)| ((id, digest.family), part(of))).collect();
        Self {
            members: vec![index],
            links: Vec::new(),
            speakers: entities.iter().map(|id| (*id, vec![index])).collect(),
            rare: entities.iter().copied().filter(|id| digests.known(*id).is_some_and(|known| known.is_rare)).collect(),
            strength_bits: bits,
            stages: digest.stages,
            longest_ms: digest.end_ms.saturating_sub(digest.start_ms),
            has_finding: digest.is_finding,
            is_frozen: false,
            foes: Vec::new(),
            strongest_bits: bits,
            evidence: vec![(digest.family, digest.evidence)],
            families: if mine.is_empty() { Vec::new() } else { vec![(digest.family, digest.bits.0)] },
            mine,
        }
    }

    /// One indicator without what it speaks of.
    pub(crate) fn alone(index: usize) -> Self {
        Self { members: vec![index], ..Self::default() }
    }

    pub(crate) fn absorb(&mut self, other: Self, link: Option<Weight>) {
        unite(&mut self.members, &other.members);
        self.links.extend(other.links);
        self.links.extend(link);
        join(&mut self.speakers, other.speakers, |known, members| unite(known, &members));
        self.strongest_bits = self.strongest_bits.max(other.strongest_bits);
        self.stages = match (self.stages, other.stages) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        self.has_finding |= other.has_finding;
        self.is_frozen |= other.is_frozen;
        self.foes.extend(other.foes);
        join(&mut self.evidence, other.evidence, |strongest, bits| *strongest = bits.max(*strongest));
        join(&mut self.families, other.families, |sum, bits| *sum += bits);
        join(&mut self.mine, other.mine, |sum, bits| *sum += bits);
        self.rare.extend(other.rare);
        self.rare.sort_unstable();
        self.rare.dedup();
        // As `share_evidence` adds it up.
        self.strength_bits = self.strongest_bits.max(self.evidence_bits());
    }

    /// The evidence of all families.
    pub(crate) fn evidence_bits(&self) -> f64 {
        self.evidence.iter().map(|(_, bits)| *bits).sum::<Bits>().value()
    }

    /// How central an internal entity is, in [0, 1]: the share of a family's surprise that speaks of it, averaged over the families that
    /// speak of anybody inside. The victim of a campaign stays central however many bystanders one family names.
    pub(crate) fn share(&self, entity: u32) -> f64 {
        let from = self.mine.partition_point(|((known, _), _)| *known < entity);
        let mine = self.mine.iter().skip(from).take_while(|((known, _), _)| *known == entity);
        let share = |((_, family), mine): &((u32, u32), i64)| match find(&self.families, *family) {
            Some(all) if *all > 0 => *mine as f64 / *all as f64,
            _ => 0.0,
        };
        mine.map(share).sum::<f64>() / self.families.len().max(1) as f64
    }

    /// The members that speak of an entity, ascending.
    pub(crate) fn speaking(&self, entity: u32) -> &[usize] {
        find(&self.speakers, entity).map_or(&[], Vec::as_slice)
    }

    /// The entities inside that it speaks of.
    pub(crate) fn internal(&self) -> impl Iterator<Item = u32> {
        let mut last = None;
        self.mine.iter().map(|((entity, _), _)| *entity).filter(move |entity| last.replace(*entity) != Some(*entity))
    }
}

fn find<V>(sorted: &[(u32, V)], key: u32) -> Option<&V> {
    let at = sorted.binary_search_by_key(&key, |(known, _)| *known).ok()?;
    sorted.get(at).map(|(_, value)| value)
}

/// The union of two ascending lists without a common element.
fn unite(into: &mut Vec<usize>, other: &[usize]) {
    into.extend(other);
    // Two runs: linear.
    into.sort();
}

/// The union of two lists that ascend by their keys; `add` adds up what both have.
fn join<K: Copy + Ord, V>(into: &mut Vec<(K, V)>, other: Vec<(K, V)>, add: impl Fn(&mut V, V)) {
    let known = into.len();
    for (key, value) in other {
        match into.get(..known).unwrap_or_default().binary_search_by_key(&key, |(key, _)| *key) {
            Ok(at) => into.iter_mut().skip(at).take(1).zip([value]).for_each(|((_, sum), value)| add(sum, value)),
            Err(_) => into.push((key, value)),
        }
    }
    into.sort_by_key(|(key, _)| *key);
}
