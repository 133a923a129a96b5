//! What ties two clusters together and what it costs. Must not know in which order clusters merge.

use crate::cluster::Cluster;
use crate::digest::{Digest, Digests, Known};
use crate::habit::Habits;
use crate::link::{Priors, Weight};
use crate::rate::Rates;
use foldhash::HashMap;
use std::cell::RefCell;
use std::collections::BTreeSet;
use weft_entity_graph::{EntityGraph, Touches};
use weft_model::{DAY_MS, Entity, EntityKind, EventTime, HOUR_MS, Indicator};

/// An entity outside in more indicators than this is a hub and links nothing.
const MAX_SPEAKERS: usize = 400;
/// Indicators before and after one that it is compared with over one entity.
const MAX_NEIGHBOURS: usize = 64;
/// Days that the prior of how many findings are usual counts for.
const PRIOR_DAYS: f64 = 3.0;
/// A shared entity that decayed over so many half-lives links nothing.
const MAX_HALF_LIVES: i64 = 8;
/// With so much evidence a cluster is the core of an attack, and what two cores share must be worth so much: a bystander of both is worth
/// less.
const CORE_BITS: f64 = 10.0;
const BRIDGE_BITS: f64 = 3.0;
/// Contacts before the earlier use that make an entity common.
const PREVALENCE_MS: i64 = 7 * DAY_MS;
/// An address of which other products' findings alone tell may be the organisation's own way out: they name the address that a device is seen
/// from as well as those it talks to. Everybody meets that.
const OWN_GATEWAY: f64 = 1.0 / 32.0;

/// One shared entity between two clusters.
#[derive(Clone, Copy, Debug)]
struct Shared {
    entity: u32,
    bits: f64,
    gap_ms: i64,
    from: usize,
    to: usize,
}

/// An entity that two clusters share, before anybody asked who else touched it.
struct Near<'k, 'a> {
    entity: u32,
    known: &'k Known<'a>,
    from: usize,
    to: usize,
    gap_ms: i64,
    decay: f64,
    /// No less than it is worth.
    most_bits: f64,
    /// What it costs that the two speak of many outside.
    chances_bits: f64,
    /// The kind among which its rarity counts.
    kind: Option<EntityKind>,
    /// Whether it is another product's findings that share it.
    are_findings: bool,
    at: EventTime,
}

/// What ties two clusters together and what it costs.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// All in all; to merge it must be positive.
    pub bits: f64,
    pub stage_bits: f64,
    prior: f64,
    /// The strongest of each family of links.
    shared: [Option<Shared>; 4],
    main: Shared,
}

/// Which shared entities count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ties {
    Outside,
    All,
}

/// Everything that weighing looks at.
#[derive(Debug)]
pub(crate) struct Weave<'a> {
    pub indicators: &'a [Indicator],
    pub digests: Digests<'a>,
    pub ties: Ties,
    graph: &'a EntityGraph,
    priors: &'a Priors,
    rates: Rates<'a>,
    habits: Habits,
    /// Entities inside that touched an outside one in the week before an instant.
    touchers: RefCell<HashMap<(u32, EventTime), usize>>,
    /// Whether anybody at all shares an address or device by habit at an instant.
    shared: RefCell<HashMap<(u32, EventTime), bool>>,
}

impl<'a> Weave<'a> {
    pub fn new(indicators: &'a [Indicator], graph: &'a EntityGraph, priors: &'a Priors) -> Self {
        let mut digests = Digests::of(indicators);
        for known in &mut digests.known {
            let rarity =
                if known.is_internal { priors.finding_population.log2() } else { -graph.share_of(Some(known.entity.kind), 0).log2() };
            known.most_bits = (known.log2_q + rarity).max(0.0);
            let touchers = || graph.touches(known.entity).map_or(0, |touches| touches.touchers(EventTime(i64::MIN), EventTime(i64::MAX)));
            known.is_rare = !known.is_internal && known.log2_q > graph.share_of(Some(known.entity.kind), touchers()).log2();
        }
        let (rates, habits) = (Rates::of(indicators), Habits::of(&digests.list));
        Self {
            indicators,
            digests,
            ties: Ties::All,
            graph,
            priors,
            rates,
            habits,
            touchers: RefCell::default(),
            shared: RefCell::default(),
        }
    }

    /// Indicators that share an entity with `index` near enough in time for the entity to link, ascending; with `is_forward` only later
    /// ones.
    pub fn neighbours(&self, index: usize, is_forward: bool) -> Vec<usize> {
        let mut near = Vec::new();
        self.neighbours_into(index, is_forward, &mut near);
        near
    }

    /// [`Self::neighbours`] in place of what `near` holds.
    pub fn neighbours_into(&self, index: usize, is_forward: bool, near: &mut Vec<usize>) {
        near.clear();
        let Some(this) = self.digests.get(index) else { return };
        for known in self.digests.entities(this).iter().filter_map(|id| self.digests.known(*id)) {
            if !known.is_internal && known.speakers.len() > MAX_SPEAKERS {
                continue;
            }
            let is_near = |earlier: &Digest, later: &Digest| {
                let half_life = known.half_life_ms(earlier.is_busy || later.is_busy);
                later.start_ms.saturating_sub(earlier.end_ms) <= MAX_HALF_LIVES * half_life
            };
            let at = known.speakers.partition_point(|speaker| (*speaker as usize) < index);
            let after = known.speakers_from(at + 1).take(MAX_NEIGHBOURS);
            near.extend(after.filter(|other| self.digests.get(*other).is_some_and(|other| is_near(this, other))));
            if !is_forward {
                let before = known.speakers_before(at).take(MAX_NEIGHBOURS);
                near.extend(before.filter(|other| self.digests.get(*other).is_some_and(|other| is_near(other, this))));
            }
        }
        near.sort_unstable();
        near.dedup();
    }

    /// Whether two indicators, the earlier one first, may join: never `false` where [`Self::weigh`] finds a positive weight between the two
    /// alone, and far cheaper. Every shared entity counts as if nobody else had touched it, and chance as if nothing were usual.
    pub fn may_join(&self, earlier: usize, later: usize) -> bool {
        let (Some(a), Some(b)) = (self.digests.get(earlier), self.digests.get(later)) else { return false };
        let gap_ms = gap_ms(a, b);
        let (is_one_sided, is_busy) = (a.family == b.family || b.is_entry_mail, a.is_busy || b.is_busy);
        let mut best = [0.0f64; 4];
        let mut others = self.digests.entities(b).iter().peekable();
        for id in self.digests.entities(a) {
            while others.next_if(|other| *other < id).is_some() {}
            if others.peek() != Some(&id) || (is_one_sided && self.digests.is_inside(*id)) {
                continue;
            }
            let Some(known) = self.tying(*id) else { continue };
            let bits = known.most_bits * (-(gap_ms as f64) / known.half_life_ms(is_busy) as f64).exp2();
            best.iter_mut().skip(known.family as usize).take(1).for_each(|best| *best = best.max(bits));
        }
        let most: f64 = best.iter().sum();
        // A little more, so that rounding cannot turn the answer.
        most > 0.0 && most + self.priors.in_order_bits + 1e-6 > self.least_chance(a, b, earlier.min(later), gap_ms)
    }

    /// What [`Self::chance`] costs at least between two indicators alone.
    fn least_chance(&self, a: &Digest, b: &Digest, first: usize, gap_ms: i64) -> f64 {
        let strength = a.bits.min(b.bits).value();
        let evidence = a.evidence.min(b.evidence).value();
        let trials = if a.is_finding && b.is_finding { 0.0 } else { self.priors.benign_per_day(strength, evidence) };
        if !a.is_finding && !b.is_finding {
            let odds_bits = self.priors.odds_beside(a.bits.max(b.bits).value());
            return self.priors.benign_bits_at(odds_bits, trials + self.priors.attacks_per_day, gap_ms);
        }
        let usual = self.indicators.get(first).map_or(0.0, |first| self.usual_findings(first.time, strength, 0.0));
        self.priors.benign_bits(trials + usual + self.priors.attacks_per_day, gap_ms)
    }

    /// Weighs what two clusters share; nothing when they share nothing of worth. The order of stages alone joins nothing.
    pub fn weigh(&self, one: &Cluster, two: &Cluster) -> Option<Found> {
        self.weigh_if(one, two, |_, _| true)
    }

    /// [`Self::weigh`] where the weight is positive; cheaper where it is not.
    pub fn gain(&self, one: &Cluster, two: &Cluster) -> Option<Found> {
        let strength = one.strength_bits.min(two.strength_bits);
        let may = |most: f64, gap_ms: i64| {
            let evidence = lesser_evidence(one, two);
            let trials = if one.has_finding && two.has_finding { 0.0 } else { self.priors.benign_per_day(strength, evidence) };
            most + self.stage_bits(one, two) + 1e-6 > self.priors.benign_bits_at(self.odds(one, two), trials, gap_ms)
        };
        self.weigh_if(one, two, may).filter(|found| found.bits > 0.0)
    }

    /// [`Self::weigh`], unless `may` refuses the most that the shared entities can be worth, with the shortest gap.
    fn weigh_if(&self, one: &Cluster, two: &Cluster, may: impl Fn(f64, i64) -> bool) -> Option<Found> {
        let (small, large) = if one.speakers.len() <= two.speakers.len() { (one, two) } else { (two, one) };
        let mut near: Vec<Near<'_, 'a>> = Vec::new();
        let (mut most, mut least_gap_ms) = ([0.0f64; 4], i64::MAX);
        for (entity, _) in &small.speakers {
            if large.speaking(*entity).is_empty() {
                continue;
            }
            let Some(found) = self.tying(*entity).and_then(|known| self.near(*entity, known, one, two)) else { continue };
            least_gap_ms = least_gap_ms.min(found.gap_ms);
            most.iter_mut().skip(found.known.family as usize).take(1).for_each(|most| *most = most.max(found.most_bits));
            near.push(found);
        }
        if near.is_empty() || !may(most.iter().sum(), least_gap_ms) {
            return None;
        }
        let mut best: [Option<Shared>; 4] = [None; 4];
        for near in &near {
            let Some(slot) = best.get_mut(near.known.family as usize) else { continue };
            // What cannot be more than the best need not be looked at.
            if slot.is_none_or(|best| best.bits < near.most_bits) {
                let Some(shared) = self.worth(near, one, two) else { continue };
                if slot.is_none_or(|best| best.bits < shared.bits) {
                    *slot = Some(shared);
                }
            }
        }
        let shared = || best.iter().flatten();
        // Numbers of entities are in the order of their names.
        let main = *shared().max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.entity.cmp(&a.entity)))?;
        let sum: f64 = shared().map(|shared| shared.bits).sum();
        if sum <= 0.0 {
            return None;
        }
        let (prior, stage_bits) = (self.chance(one, two, &main), self.stage_bits(one, two));
        let is_weak_bridge = sum < BRIDGE_BITS && lesser_evidence(one, two) >= CORE_BITS;
        let bits = sum + stage_bits - prior;
        Some(Found { bits: if is_weak_bridge { bits.min(0.0) } else { bits }, stage_bits, prior, shared: best, main })
    }

    /// The link with its sentence.
    pub fn told(&self, found: &Found, step: usize, sizes: (usize, usize)) -> Option<Weight> {
        let heavy = found.shared.iter().flatten().filter(|shared| shared.bits > 0.0);
        let via: Vec<String> =
            heavy.filter_map(|shared| Some(format!("{} ({:.1} bits)", self.entity(shared.entity)?, shared.bits))).collect();
        let hours = found.main.gap_ms as f64 / HOUR_MS as f64;
        Some(Weight {
            step,
            sizes,
            bits: found.bits,
            from: found.main.from,
            to: found.main.to,
            via: self.entity(found.main.entity)?.clone(),
            reason: format!("both involve {}; {hours:.1} h apart; chance costs {:.1} bits", via.join(" and "), found.prior),
        })
    }

    fn entity(&self, id: u32) -> Option<&'a Entity> {
        self.digests.known(id).map(|known| known.entity)
    }

    /// What it costs that something as strong as the weaker cluster would be near by chance.
    fn chance(&self, one: &Cluster, two: &Cluster, main: &Shared) -> f64 {
        let strength = one.strength_bits.min(two.strength_bits);
        let ends = [main.from, main.to].map(|index| self.digests.get(index).is_some_and(|digest| digest.is_finding));
        // Among findings alone our models' chances do not count; without any, experience with findings does not.
        let trials = if ends == [true, true] { 0.0 } else { self.priors.trials_per_day };
        let at = [main.from, main.to].iter().filter_map(|index| self.indicators.get(*index)).map(|indicator| indicator.time).min();
        let inside = self.digests.known(main.entity).filter(|known| known.is_internal);
        if ends == [false, false] {
            // Whatever lies within what is told of a long time is 0 h apart from it, unless both tell of the same events.
            let span_ms = |index: usize| self.digests.get(index).map_or(0, Digest::span_ms);
            let spans_ms = span_ms(main.from).saturating_add(span_ms(main.to));
            let is_apart = spans_ms > 0 && !self.share_events(main.from, main.to);
            let gap_ms = main.gap_ms.saturating_add(if is_apart { spans_ms } else { 0 });
            // What is usual about this very person or device, where that is more than about others.
            let usual =
                inside.zip(at).map_or(0.0, |(known, at)| self.habits.per_day(main.entity, known, &self.digests.list, at.0, strength));
            let evidence = if inside.is_some() { lesser_evidence(one, two) } else { 0.0 };
            let benign = self.priors.benign_per_day(strength, evidence).max(self.priors.population * usual);
            // Of what a device or an inbox shows there is much, beside an attack too.
            let is_busy = [main.from, main.to].iter().any(|index| self.digests.get(*index).is_some_and(|digest| digest.is_busy));
            let odds_bits = if is_busy { self.priors.odds_bits } else { self.odds(one, two) };
            return self.priors.benign_bits_at(odds_bits, benign + self.priors.attacks_per_day, gap_ms);
        }
        let usual = at.map_or(0.0, |at| {
            let about = inside.map_or(0.0, |known| self.rates.per_day_about(known.entity, at, strength));
            self.usual_findings(at, strength, about)
        });
        self.priors.benign_bits(trials * (-strength).exp2() + usual + self.priors.attacks_per_day, main.gap_ms)
    }

    /// The odds that joining must have at least: two cores may as well be two attacks, the rest is judged beside the stronger.
    fn odds(&self, one: &Cluster, two: &Cluster) -> f64 {
        let are_cores = lesser_evidence(one, two) >= CORE_BITS;
        if are_cores { self.priors.odds_bits } else { self.priors.odds_beside(one.strength_bits.max(two.strength_bits)) }
    }

    /// What is known of an entity, where it counts among the ties of this pass.
    fn tying(&self, id: u32) -> Option<&Known<'a>> {
        self.digests.known(id).filter(|known| self.ties == Ties::All || !known.is_internal)
    }

    /// Whether two indicators rest on a common event.
    fn share_events(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.indicators.get(a), self.indicators.get(b)) else { return false };
        a.events.iter().any(|event| b.events.binary_search(event).is_ok())
    }

    /// Findings a day at least this strong that are usual, `about` of them a day about one entity.
    fn usual_findings(&self, at: EventTime, strength_bits: f64, about: f64) -> f64 {
        let seen = self.rates.per_day(at, strength_bits) + self.priors.finding_population * about;
        let days = self.rates.days(at);
        (days * seen + PRIOR_DAYS * self.priors.findings_per_day(strength_bits)) / (days + PRIOR_DAYS)
    }

    /// Where two clusters speak of an entity nearest, and the most that can be worth.
    fn near<'k>(&self, entity: u32, known: &'k Known<'a>, one: &Cluster, two: &Cluster) -> Option<Near<'k, 'a>> {
        let (from, to, gap_ms) = self.nearest(entity, one, two, known.is_internal)?;
        let (a, b) = (self.digests.get(from)?, self.digests.get(to)?);
        // Findings that speak of many of a kind outside have as many chances to share one.
        let kind = known.entity.kind;
        let is_kind = |id: &&u32| self.digests.known(**id).is_some_and(|rare| rare.entity.kind == kind);
        let rare = |cluster: &Cluster| cluster.rare.iter().filter(is_kind).count();
        let are_findings = a.is_finding && b.is_finding;
        let chances = if are_findings { rare(one) * rare(two) } else { 1 };
        let chances_bits = (chances.max(1) as f64).log2();
        let bits = if known.is_internal {
            // Any internal entity is one of many; a bystander of a large cluster ties less to it than its victim.
            let central = one.share(entity).min(two.share(entity)).max(1e-3);
            let population = if are_findings { self.priors.finding_population } else { self.priors.population };
            (known.log2_q + (population * central).log2()).max(0.0)
        } else {
            (known.most_bits - chances_bits).max(0.0)
        };
        let decay = (-(gap_ms as f64) / known.half_life_ms(a.is_busy || b.is_busy) as f64).exp2();
        // Mails from strangers share the servers of mail providers, seldom seen here and yet common: only as rare as people are many.
        let kind = (!(a.is_entry_mail && b.is_entry_mail)).then_some(kind);
        let at = EventTime(a.start_ms.min(b.start_ms));
        Some(Near { entity, known, from, to, gap_ms, decay, most_bits: bits * decay, chances_bits, kind, are_findings, at })
    }

    /// What an entity is worth; nothing where others share it by habit.
    fn worth(&self, near: &Near<'_, 'a>, one: &Cluster, two: &Cluster) -> Option<Shared> {
        let bits = if near.known.is_internal {
            near.most_bits
        } else {
            let others = self.others(near.entity, near.known.entity, near.at, one, two);
            let is_hearsay = || self.graph.touches(near.known.entity).is_some_and(Touches::is_hearsay);
            let may_be_gateway = near.are_findings && near.known.entity.kind == EntityKind::Ip && is_hearsay();
            let share = self.graph.share_of(near.kind, others).max(if may_be_gateway { OWN_GATEWAY } else { 0.0 });
            (near.known.log2_q - share.log2() - near.chances_bits).max(0.0) * near.decay
        };
        if bits > 0.0 && self.is_shared(near.entity, near.known.entity, near.at, one, two) {
            return None;
        }
        Some(Shared { entity: near.entity, bits, gap_ms: near.gap_ms, from: near.from, to: near.to })
    }

    /// Whether others than those of the clusters share it by habit: a terminal server, a NAT or VPN address ties nobody to anybody.
    fn is_shared(&self, id: u32, entity: &Entity, at: EventTime, one: &Cluster, two: &Cluster) -> bool {
        if !matches!(entity.kind, EntityKind::Device | EntityKind::Ip) {
            return false;
        }
        // Without the clusters' own there are fewer.
        let at_most = *self.shared.borrow_mut().entry((id, at)).or_insert_with(|| self.graph.is_shared(entity, at, |_| false));
        at_most && {
            let own = one.internal().chain(two.internal()).filter_map(|id| self.entity(id)).map(|entity| entity.key.as_str());
            let own: BTreeSet<&str> = own.collect();
            self.graph.is_shared(entity, at, |who| own.contains(who))
        }
    }

    /// How many entities inside, those of the clusters left out, touched `entity` in the week before `at`.
    fn others(&self, id: u32, entity: &Entity, at: EventTime, one: &Cluster, two: &Cluster) -> usize {
        let Some(touches) = self.graph.touches(entity) else { return 0 };
        let from = at.plus_ms(-PREVALENCE_MS);
        let all = *self.touchers.borrow_mut().entry((id, at)).or_insert_with(|| touches.touchers(from, at));
        if all == 0 {
            return 0;
        }
        let own = one.internal().chain(two.internal()).filter_map(|id| self.entity(id)).map(|entity| entity.key.as_str());
        let own: BTreeSet<&str> = own.filter(|who| touches.touched_by(who, from, at)).collect();
        all.saturating_sub(own.len())
    }

    /// The two members closest in time, how long a time they are told of counted in, and the gap between them (0 when they overlap); of equals
    /// the first. With `across`, of different families only: one model speaking twice of one person shows the person's habits, not a connection,
    /// and a mail explains what follows it only.
    fn nearest(&self, entity: u32, one: &Cluster, two: &Cluster, across: bool) -> Option<(usize, usize, i64)> {
        let (of_one, of_two) = (one.speaking(entity), two.speaking(entity));
        let is_swapped = of_one.len() > of_two.len();
        let (few, many, longest) = if is_swapped { (of_two, of_one, one.longest_ms) } else { (of_one, of_two, two.longest_ms) };
        // What is told of a long time is near to much: the shorter tell more of when.
        let mut best: Option<((i64, usize, usize), i64)> = None;
        for x in few {
            let Some(a) = self.digests.get(*x) else { continue };
            let mut consider = |y: &usize| {
                // Whether something nearer may follow in the same direction.
                let Some(b) = self.digests.get(*y) else { return true };
                let gap = gap_ms(a, b);
                let later = if x < y { b } else { a };
                if !(across && (a.family == b.family || later.is_entry_mail)) {
                    let far = gap.saturating_add(a.span_ms()).saturating_add(b.span_ms());
                    let found = (if is_swapped { (far, *y, *x) } else { (far, *x, *y) }, gap);
                    best = Some(best.map_or(found, |best| best.min(found)));
                }
                let least = if x < y { gap } else { a.start_ms.saturating_sub(b.start_ms).saturating_sub(longest) };
                best.is_none_or(|((best, ..), _)| least <= best)
            };
            let at = many.partition_point(|y| y < x);
            let _ = many.iter().skip(at).all(&mut consider);
            let _ = many.iter().take(at).rev().all(&mut consider);
        }
        best.map(|((_, from, to), gap)| (from, to, gap))
    }

    /// Whether the later cluster reaches a stage that comes after the earlier one's first.
    fn stage_bits(&self, one: &Cluster, two: &Cluster) -> f64 {
        // The smaller first index is the earlier cluster: indicators are sorted by time.
        let (earlier, later) = if one.members.first() <= two.members.first() { (one, two) } else { (two, one) };
        match (earlier.stages, later.stages) {
            (Some((first, _)), Some((_, last))) if last >= first => self.priors.in_order_bits,
            (Some(_), Some(_)) => -self.priors.out_of_order_bits,
            _ => 0.0,
        }
    }
}

/// The evidence of the cluster that holds less.
fn lesser_evidence(one: &Cluster, two: &Cluster) -> f64 {
    one.evidence_bits().min(two.evidence_bits())
}

/// Time between two indicators, 0 when they overlap.
fn gap_ms(a: &Digest, b: &Digest) -> i64 {
    a.start_ms.saturating_sub(b.end_ms).max(b.start_ms.saturating_sub(a.end_ms)).max(0)
}
