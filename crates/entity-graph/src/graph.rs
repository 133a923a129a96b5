//! The entity graph: external entities and who touched them, beside the identity bindings.

use crate::aliases::Aliases;
use crate::bindings::Bindings;
use crate::correspondents::Correspondents;
use crate::groups::Groups;
use crate::names::{MAX_NAMES, Names};
use crate::notes::Notes;
use crate::ties::{End, Ties};
use crate::touches::{Contact, Record, Touch, Touches};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use weft_model::held::of_table;
use weft_model::time::DAY_MS;
use weft_model::{Domain, Entity, EntityKind, EventRef, EventTime, SmolStr};

/// Bytes that contacts may take unless it is said otherwise; [`Limits`] are in proportion.
pub const CONTACT_BYTES: usize = 2 << 30;
/// Bindings that ended so long ago are forgotten.
const BINDINGS_MS: i64 = 45 * DAY_MS;

/// What was first seen within this time is new to the organisation.
const NEW_MS: i64 = 14 * DAY_MS;
/// At the start of the input everything is new, so nothing counts as new.
const BEGIN_MS: i64 = 3 * DAY_MS;
/// Fewer make no roll-out, however small the organisation.
const MIN_FOLLOWERS: usize = 8;

/// How much is remembered; beyond it new ones are refused and counted, so that a flood cannot exhaust memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) external: usize,
    /// Contacts kept one by one over all entities; beyond it only who and when. 32 bytes each.
    pub(crate) listed: usize,
    /// First and last contacts over all entities; about 45 bytes each.
    pub(crate) spans: usize,
    /// 16 bytes each.
    pub(crate) ties: usize,
}

impl Limits {
    fn of(bytes: usize) -> Self {
        let of = |usual| part(usual, bytes);
        // So many, half of what it can hold, never make a table of 2^22 places grow, whatever comes and goes.
        Self { external: of((1 << 21) / 8 * 7), listed: of(16_000_000), spans: of(16_000_000), ties: of(16_000_000) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(CONTACT_BYTES)
    }
}

/// So much of `usual` as `bytes` are of the usual ones.
fn part(usual: usize, bytes: usize) -> usize {
    (usual as u128 * bytes as u128 / CONTACT_BYTES as u128) as usize
}

/// Live state of who is who and who touched what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EntityGraph {
    /// Identity bindings.
    pub bindings: Bindings,
    /// Names of one account.
    pub aliases: Aliases,
    /// Whom the organisation writes to and what looks like it.
    pub correspondents: Correspondents,
    /// Written apart: files of older versions have none.
    #[serde(skip)]
    pub notes: Notes,
    /// Peer groups of those without a department; written apart too.
    #[serde(skip)]
    pub groups: Groups,
    pub(crate) names: Names,
    pub(crate) external: HashMap<Entity, Record>,
    /// External entities known, by kind.
    pub(crate) kinds: BTreeMap<EntityKind, usize>,
    /// The first contact with anything.
    pub(crate) began: Option<EventTime>,
    /// Contacts kept one by one.
    pub(crate) listed: usize,
    /// First and last contacts kept.
    #[serde(skip)]
    pub(crate) spans: usize,
    /// The same contacts and logons as a graph; see [`Self::restored`].
    #[serde(skip)]
    pub(crate) ties: Ties,
    pub(crate) refused: u64,
    #[serde(skip)]
    pub(crate) limits: Limits,
}

impl EntityGraph {
    /// From now on contacts take about so many bytes at most.
    pub fn cap(&mut self, bytes: usize) {
        self.limits = Limits::of(bytes);
        self.names.cap(part(MAX_NAMES, bytes));
    }
    /// Counts an internal entity as known to the organisation.
    pub fn known(&mut self, kind: EntityKind, key: &SmolStr) {
        self.names.add(kind, key);
    }
    /// How many people (and accounts) and devices are known.
    pub fn internal_counts(&self) -> (usize, usize) {
        self.names.counts()
    }
    /// Whether `key` is a known device.
    pub fn is_device(&self, key: &str) -> bool {
        self.names.is_device_name(key)
    }
    /// Whether `key` is a known person or account.
    pub fn is_person(&self, key: &str) -> bool {
        self.names.is_person_name(key)
    }
    /// The number of one of those inside, for [`Self::touch_by`]; `None` when all are taken.
    pub fn number(&mut self, who: &SmolStr) -> Option<u32> {
        self.names.number(who)
    }
    /// Records a contact with an external entity.
    pub fn touch(&mut self, entity: &Entity, touch: Touch) {
        let by = self.names.number(&touch.by);
        self.touch_by(entity, by, &touch);
    }
    /// Records a contact of the one with this number, whatever the name in `touch`.
    pub fn touch_by(&mut self, entity: &Entity, by: Option<u32>, touch: &Touch) {
        let Some(by) = by else {
            self.refused += 1;
            return;
        };
        let at = touch.event.time;
        if touch.domain == Domain::Saas && touch.contact == Contact::Use {
            self.names.act(by, at);
        }
        self.began = Some(self.began.map_or(at, |began| began.min(at)));
        let is_device = self.names.is_device(by);
        let room = [self.listed < self.limits.listed, self.spans < self.limits.spans];
        let record = if let Some(record) = self.external.get_mut(entity) {
            record
        } else if self.external.len() < self.limits.external {
            *self.kinds.entry(entity.kind).or_default() += 1;
            let place = self.ties.outside(entity);
            self.external.entry(entity.clone()).or_insert(Record::new(at, place))
        } else {
            self.refused += 1;
            return;
        };
        let (place, listed, spans) = (record.place(), record.listed(), record.spans());
        let is_first = record.add(touch, by, is_device, room);
        self.listed = (self.listed + record.listed()).saturating_sub(listed);
        self.spans += record.spans() - spans;
        if self.spans >= self.limits.spans && touch.contact == Contact::Use && !record.has(by) {
            self.refused += 1;
        }
        if is_first {
            self.ties.tie(&self.names.name(by), place, self.limits.ties);
        }
    }
    /// A confirmed logon of `person` at `device`.
    pub fn logon(&mut self, device: &str, person: &str, at: EventTime) {
        if self.bindings.logon(device, person, at) {
            self.ties.tie_inside(&SmolStr::new(person), &SmolStr::new(device), self.limits.ties);
        }
    }
    /// The graph as it was before it was written, with what is not written built anew.
    pub fn restored(mut self) -> Self {
        self.spans = self.external.values().map(Record::spans).sum();
        self.tie_anew();
        self
    }
    fn tie_anew(&mut self) {
        // Not both at once: they are large.
        let mut ties = std::mem::take(&mut self.ties).emptied();
        for (entity, record) in &mut self.external {
            let place = ties.outside(entity);
            record.set_place(place);
            record.everybody().for_each(|who| ties.tie(&self.names.name(who), place, self.limits.ties));
        }
        self.bindings.pairs().for_each(|(device, person)| ties.tie_inside(person, device, self.limits.ties));
        self.ties = ties;
    }
    /// The contacts with an external entity.
    pub fn touches(&self, entity: &Entity) -> Option<Touches<'_>> {
        self.external.get(entity).map(|record| Touches::new(record, &self.names))
    }
    /// When `who` was last active in a service, as far as is remembered.
    pub fn last_active(&self, who: &str) -> Option<EventTime> {
        self.names.last_active(who)
    }
    /// Whether an external entity was first seen in the two weeks before `at`, and not in the first days of the input, when everything is new.
    pub fn is_new(&self, entity: &Entity, at: EventTime) -> bool {
        let first = self.touches(entity).map(Touches::first_seen);
        first.zip(self.began).is_some_and(|(first, began)| at.since(first) <= NEW_MS && first.since(began) >= BEGIN_MS)
    }
    /// Whether many here went over to an external entity up to `to`: an eighth of the people worked from there, a quarter of the devices used it
    /// for an hour (a page that they are lured to is visited once; a new gateway is used on), or somebody changed what belongs to half of the
    /// people from there.
    pub fn is_followed(&self, entity: &Entity, to: EventTime) -> bool {
        let Some(touches) = self.touches(entity) else { return false };
        let followers = touches.followers(to);
        let (people, devices) = self.internal_counts();
        let is_share = |count: usize, of: usize, share: usize| count >= of.div_ceil(share).max(MIN_FOLLOWERS);
        is_share(followers.people, people, 8) || is_share(followers.devices, devices, 4) || is_share(followers.affected, people, 2)
    }
    /// Whether all of these that is outside and new at `at`, and there is some, is what many here went over to up to `to`.
    pub fn is_roll_out<'e>(&self, entities: impl IntoIterator<Item = &'e Entity>, at: EventTime, to: EventTime) -> bool {
        let outside = entities.into_iter().filter(|entity| matches!(entity.kind, EntityKind::Ip | EntityKind::Domain | EntityKind::Host));
        let mut fresh = outside.filter(|entity| self.is_new(entity, at)).peekable();
        fresh.peek().is_some() && fresh.all(|entity| self.is_followed(entity, to))
    }
    /// Notes that `who` was active from a source of its own in a country.
    pub fn seat(&mut self, who: &SmolStr, country: &SmolStr, at: EventTime) {
        self.names.seat(who, country, at);
    }
    /// When and in which country `who` was last active from a source of its own.
    pub fn seat_of(&self, who: &str) -> Option<(EventTime, &str)> {
        self.names.seat_of(who)
    }
    /// Messages that one of `events` carried; in key order.
    pub fn messages_sent_by(&self, events: &BTreeSet<EventRef>) -> Vec<(&Entity, Touches<'_>)> {
        let messages = self.external.iter().filter(|(entity, _)| entity.kind == EntityKind::Message);
        let all = messages.map(|(entity, record)| (entity, Touches::new(record, &self.names)));
        let mut found: Vec<_> = all.filter(|(_, touches)| touches.any(|event| events.contains(event))).collect();
        found.sort_by_key(|(entity, _)| *entity);
        found
    }
    /// External domains that an internal entity touched in `[from, to]`, in key order.
    pub fn domains_touched_by(&self, who: &str, from: EventTime, to: EventTime) -> Vec<(&Entity, Touches<'_>)> {
        let domains = self.ties.of_inside(who).filter_map(|end| match end {
            End::Outside(entity) if entity.kind == EntityKind::Domain => self.external.get_key_value(entity),
            _ => None,
        });
        let all = domains.map(|(entity, record)| (entity, Touches::new(record, &self.names)));
        let mut found: Vec<_> = all.filter(|(_, touches)| touches.touched_by(who, from, to)).collect();
        found.sort_by_key(|(entity, _)| *entity);
        found
    }
    /// The share of internal entities that so many are, never 0: half a one is added. Given a kind, each of the many external entities of it that
    /// the organisation meets per internal one has only its part of that: a never-seen address is as rare as addresses are many.
    pub fn share_of(&self, kind: Option<EntityKind>, touchers: usize) -> f64 {
        let (people, devices) = self.internal_counts();
        let population = people.max(devices).max(1) as f64;
        let met = kind.and_then(|kind| self.kinds.get(&kind)).map_or(1.0, |count| *count as f64 / population).max(1.0);
        ((touchers as f64 + 0.5 / met) / (population + 1.0)).min(1.0)
    }
    /// Forgets external entities that nobody touched for long, and bindings that ended long ago. When half of the room for first and last contacts is
    /// taken, forgets those of who did not come for as long, too.
    pub fn forget(&mut self, now: EventTime) {
        let is_filling = self.spans > self.limits.spans / 2;
        let mut is_tied_anew = false;
        let (kinds, ties, listed, spans) = (&mut self.kinds, &mut self.ties, &mut self.listed, &mut self.spans);
        self.external.retain(|entity, record| {
            let is_kept = !record.is_stale(now);
            let before = record.spans();
            if is_kept && is_filling {
                record.forget(now);
                *spans -= before - record.spans();
                is_tied_anew |= record.spans() < before;
            }
            if !is_kept {
                ties.forget(record.place());
                *listed = listed.saturating_sub(record.listed());
                *spans -= before;
                if let Some(count) = kinds.get_mut(&entity.kind) {
                    *count -= 1;
                }
            }
            is_kept
        });
        self.bindings.forget(now.plus_ms(-BINDINGS_MS));
        if is_tied_anew || self.ties.is_worn() {
            self.tie_anew();
        }
        if self.names.is_filling() {
            let mut used = vec![false; self.names.len()];
            self.external.values().for_each(|record| record.mark(&mut used));
            self.names.free_unused(&used);
        }
    }
    /// Entities outside, ties and contacts kept one by one: what the memory goes by.
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.external.len(), self.ties.counts().0, self.listed)
    }
    /// What holds memory, and about how many bytes.
    pub fn held(&self) -> [(&'static str, usize); 5] {
        let records = self.external.values().map(Record::heap_bytes).sum::<usize>();
        [
            ("names of those inside", self.names.bytes()),
            ("external entities", of_table(&self.external)),
            ("contacts", records),
            ("ties", self.ties.bytes()),
            ("peer groups", self.groups.bytes()),
        ]
    }
    /// Contacts refused because the table was full, and colleagues.
    pub fn refused(&self) -> u64 {
        self.refused + self.ties.counts().1 + self.groups.refused()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::EventUid;

    fn touch(by: &str, time: i64) -> Touch {
        let event = EventRef { time: EventTime(time), uid: EventUid::of("t", &[by.as_bytes(), &time.to_le_bytes()]) };
        Touch { event, domain: Domain::Network, class_uid: 4001, by: SmolStr::new(by), contact: Contact::Use }
    }

    /// Share of those inside that touched `entity` in the 7 days before `at`, without `skipped`.
    fn prevalence(graph: &EntityGraph, entity: &Entity, at: EventTime, skipped: &[&str]) -> f64 {
        let from = at.plus_ms(-7 * DAY_MS);
        let touchers = graph
            .touches(entity)
            .map_or(0, |touches| touches.touchers(from, at) - skipped.iter().filter(|who| touches.touched_by(who, from, at)).count());
        graph.share_of(Some(entity.kind), touchers)
    }

    #[test]
    fn prevalence_counts_others_in_the_week_before() {
        let mut graph = EntityGraph::default();
        for i in 0..9 {
            graph.known(EntityKind::Device, &weft_model::format_smolstr!("d{i}"));
        }
        let site = Entity::new(EntityKind::Domain, "site.example");
        for i in 0..4 {
            graph.touch(&site, touch(&format!("d{i}"), i * 1000));
        }
        let at = EventTime(DAY_MS);
        assert_eq!(prevalence(&graph, &site, at, &[]), 0.45);
        assert_eq!(prevalence(&graph, &site, at, &["d0"]), 0.35);
        assert_eq!(prevalence(&graph, &site, EventTime(20 * DAY_MS), &[]), 0.05, "long ago");
        assert_eq!(prevalence(&graph, &Entity::new(EntityKind::Domain, "new.example"), at, &[]), 0.05);
        assert_eq!(graph.touches(&site).and_then(Touches::contacts).map(|c| c.len()), Some(4));
    }

    #[test]
    fn who_did_not_come_for_long_makes_room_once_it_is_scarce() {
        let mut graph = EntityGraph::default();
        graph.limits.spans = 20;
        let site = Entity::new(EntityKind::Domain, "site.example");
        let later = EventTime(50 * DAY_MS);
        (0..12).for_each(|i| graph.touch(&site, touch(&format!("d{i}"), 0)));
        graph.touch(&site, touch("d0", later.0));
        (0..20).for_each(|i| graph.touch(&site, touch(&format!("e{i}"), later.0)));
        assert_eq!((graph.spans, graph.refused()), (20, 12));
        graph.forget(later);
        assert_eq!(graph.spans, 9, "those of the day");
        graph.touch(&site, touch("d3", later.0));
        let visitors = |graph: &EntityGraph| graph.touches(&site).map(|touches| touches.touchers(later, later));
        let sites = |graph: &EntityGraph, who: &str| graph.domains_touched_by(who, EventTime(0), later).len();
        let told = |graph: &EntityGraph| (visitors(graph), ["d0", "d3", "d4", "e0"].map(|who| sites(graph, who)), graph.spans);
        assert_eq!(told(&graph), (Some(10), [1, 1, 0, 1], 10));
        assert_eq!(told(&graph.clone().restored()), told(&graph));
    }

    #[test]
    fn what_many_go_over_to_is_followed() {
        let mut graph = EntityGraph::default();
        let site = |name: &str| Entity::new(EntityKind::Domain, name);
        (0..40).for_each(|i| graph.known(EntityKind::Device, &weft_model::format_smolstr!("d{i}")));
        graph.touch(&site("old.example"), touch("d0", 0));
        let day = 5 * DAY_MS;
        for i in 0..10 {
            graph.touch(&site("gateway.example"), touch(&format!("d{i}"), day));
            graph.touch(&site("gateway.example"), touch(&format!("d{i}"), day + 5 * 3_600_000));
            graph.touch(&site("lure.example"), touch(&format!("d{i}"), day));
        }
        let at = EventTime(day + DAY_MS);
        assert!(graph.is_new(&site("gateway.example"), at) && !graph.is_new(&site("old.example"), at));
        assert!(!graph.is_new(&site("gateway.example"), EventTime(day + 15 * DAY_MS)));
        assert!(graph.is_followed(&site("gateway.example"), at));
        assert!(!graph.is_followed(&site("lure.example"), at), "visited once");
        assert!(!graph.is_followed(&site("gateway.example"), EventTime(day + 1_800_000)), "not yet");
    }

    #[test]
    fn nobody_uses_what_refuses_them_or_writes_to_them() {
        let mut graph = EntityGraph::default();
        let ip = Entity::new(EntityKind::Ip, "203.0.113.9");
        for i in 0..20 {
            let who = format!("p{i}");
            graph.known(EntityKind::Person, &SmolStr::new(&who));
            graph.touch(&ip, Touch { contact: Contact::Attempt, domain: Domain::Saas, ..touch(&who, 0) });
            graph.touch(&ip, Touch { domain: Domain::Email, ..touch(&who, 1) });
        }
        let at = EventTime(DAY_MS);
        assert!(!graph.is_followed(&ip, at));
        let affected = |i| Touch { domain: Domain::Saas, contact: Contact::Affected, ..touch(&format!("p{i}"), 2) };
        (0..9).for_each(|i| graph.touch(&ip, affected(i)));
        assert!(!graph.is_followed(&ip, at), "fewer than half");
        graph.touch(&ip, affected(9));
        assert!(graph.is_followed(&ip, at));
        assert_eq!(prevalence(&graph, &ip, EventTime(0), &[]), 0.5 / 21.0, "nobody used it");
    }

    #[test]
    fn a_hub_keeps_no_list_but_still_counts() {
        let mut graph = EntityGraph::default();
        let hub = Entity::new(EntityKind::Domain, "cdn.example");
        (0..5000).for_each(|i| graph.touch(&hub, touch("d1", i)));
        assert_eq!(graph.touches(&hub).and_then(Touches::contacts), None);
        graph.forget(EventTime(60 * DAY_MS));
        assert!(graph.touches(&hub).is_none());
    }
}
