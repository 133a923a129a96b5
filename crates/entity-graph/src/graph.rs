//! The entity graph: external entities and who touched them, beside the identity bindings.

use crate::aliases::Aliases;
use crate::bindings::Bindings;
use crate::correspondents::Correspondents;
use crate::notes::Notes;
use crate::ties::{End, Ties};
use crate::touches::{Contact, Touch, Touches};
use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use weft_model::time::DAY_MS;
use weft_model::{Domain, Entity, EntityKind, EventRef, EventTime, SmolStr};

/// External entities remembered; beyond it new ones are refused and counted, so that a flood cannot exhaust memory.
const MAX_EXTERNAL: usize = 2_000_000;
/// Contacts kept one by one over all entities; beyond it only who and when. Some 100 bytes each.
const MAX_LISTED: usize = 16_000_000;
/// Bindings that ended so long ago are forgotten.
const BINDINGS_MS: i64 = 45 * DAY_MS;
/// Internal entities remembered.
pub(crate) const MAX_INTERNAL: usize = 200_000;

/// What was first seen within this time is new to the organisation.
const NEW_MS: i64 = 14 * DAY_MS;
/// At the start of the input everything is new, so nothing counts as new.
const BEGIN_MS: i64 = 3 * DAY_MS;
/// Fewer make no roll-out, however small the organisation.
const MIN_FOLLOWERS: usize = 8;

/// Live state of who is who and who touched what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EntityGraph {
    /// Identity bindings.
    pub bindings: Bindings,
    /// Names of one account.
    pub aliases: Aliases,
    /// Whom the organisation writes to and what looks like it.
    pub correspondents: Correspondents,
    /// When each person or account was last active in a service from somewhere outside.
    active: HashMap<SmolStr, EventTime>,
    /// When and in which country each person or account last used a source of its own.
    seated: HashMap<SmolStr, (EventTime, SmolStr)>,
    /// Written apart: files of older versions have none.
    #[serde(skip)]
    pub notes: Notes,
    external: HashMap<Entity, Touches>,
    /// External entities known, by kind.
    kinds: BTreeMap<EntityKind, usize>,
    /// The first contact with anything.
    began: Option<EventTime>,
    people: HashSet<SmolStr>,
    devices: HashSet<SmolStr>,
    /// Contacts kept one by one.
    listed: usize,
    /// The same contacts and logons as a graph; see [`Self::restored`].
    #[serde(skip)]
    pub(crate) ties: Ties,
    refused: u64,
}

impl EntityGraph {
    /// Counts an internal entity as known to the organisation.
    pub fn known(&mut self, kind: EntityKind, key: &SmolStr) {
        let set = if kind == EntityKind::Device { &mut self.devices } else { &mut self.people };
        if set.len() < MAX_INTERNAL && !set.contains(key) {
            set.insert(key.clone());
        }
    }
    /// How many people (and accounts) and devices are known.
    pub fn internal_counts(&self) -> (usize, usize) {
        (self.people.len(), self.devices.len())
    }
    /// Whether `key` is a known device.
    pub fn is_device(&self, key: &str) -> bool {
        self.devices.contains(key)
    }
    /// Whether `key` is a known person or account.
    pub fn is_person(&self, key: &str) -> bool {
        self.people.contains(key)
    }
    /// Records a contact with an external entity.
    pub fn touch(&mut self, entity: &Entity, touch: Touch) {
        if touch.domain == Domain::Saas && touch.contact == Contact::Use {
            if let Some(last) = self.active.get_mut(&touch.by) {
                *last = touch.event.time.max(*last);
            } else if self.active.len() < MAX_INTERNAL {
                self.active.insert(touch.by.clone(), touch.event.time);
            }
        }
        self.began = Some(self.began.map_or(touch.event.time, |began| began.min(touch.event.time)));
        let is_device = self.is_device(&touch.by);
        let is_listed = self.listed < MAX_LISTED;
        let touches = if let Some(touches) = self.external.get_mut(entity) {
            touches
        } else if self.external.len() < MAX_EXTERNAL {
            *self.kinds.entry(entity.kind).or_default() += 1;
            let place = self.ties.outside(entity);
            self.external.entry(entity.clone()).or_insert(Touches::new(&touch, place))
        } else {
            self.refused += 1;
            return;
        };
        let (place, before) = (touches.place(), touches.listed());
        let first = touches.add(touch, is_device, is_listed);
        self.listed = (self.listed + touches.listed()).saturating_sub(before);
        if let Some(who) = first {
            self.ties.tie(&who, place);
        }
    }
    /// A confirmed logon of `person` at `device`.
    pub fn logon(&mut self, device: &str, person: &str, at: EventTime) {
        if self.bindings.logon(device, person, at) {
            self.ties.tie_inside(&SmolStr::new(person), &SmolStr::new(device));
        }
    }
    /// The graph as it was before it was written, with what is not written built anew.
    pub fn restored(mut self) -> Self {
        self.tie_anew();
        self
    }
    fn tie_anew(&mut self) {
        let mut ties = Ties::default();
        for (entity, touches) in &mut self.external {
            let place = ties.outside(entity);
            touches.set_place(place);
            touches.everybody().for_each(|who| ties.tie(who, place));
        }
        self.bindings.pairs().for_each(|(device, person)| ties.tie_inside(person, device));
        self.ties = ties;
    }
    /// The contacts with an external entity.
    pub fn touches(&self, entity: &Entity) -> Option<&Touches> {
        self.external.get(entity)
    }
    /// When `who` was last active in a service, as far as is remembered.
    pub fn last_active(&self, who: &str) -> Option<EventTime> {
        self.active.get(who).copied()
    }
    /// Whether an external entity was first seen in the two weeks before `at`, and not in the first days of the input, when everything is new.
    pub fn is_new(&self, entity: &Entity, at: EventTime) -> bool {
        let first = self.external.get(entity).map(Touches::first_seen);
        first.zip(self.began).is_some_and(|(first, began)| at.since(first) <= NEW_MS && first.since(began) >= BEGIN_MS)
    }
    /// Whether many here went over to an external entity up to `to`: an eighth of the people worked from there, a quarter of the devices used it
    /// for an hour (a page that they are lured to is visited once; a new gateway is used on), or somebody changed what belongs to half of the
    /// people from there.
    pub fn is_followed(&self, entity: &Entity, to: EventTime) -> bool {
        let Some(touches) = self.external.get(entity) else { return false };
        let followers = touches.followers(to, |who| self.devices.contains(who));
        let is_share = |count: usize, of: usize, share: usize| count >= of.div_ceil(share).max(MIN_FOLLOWERS);
        is_share(followers.people, self.people.len(), 8)
            || is_share(followers.devices, self.devices.len(), 4)
            || is_share(followers.affected, self.people.len(), 2)
    }
    /// Notes that `who` was active from a source of its own in a country.
    pub fn seat(&mut self, who: &SmolStr, country: &SmolStr, at: EventTime) {
        if self.seated.len() < MAX_INTERNAL || self.seated.contains_key(who) {
            let seat = self.seated.entry(who.clone()).or_insert((at, country.clone()));
            if seat.0 <= at {
                *seat = (at, country.clone());
            }
        }
    }
    /// When and in which country `who` was last active from a source of its own.
    pub fn seat_of(&self, who: &str) -> Option<(EventTime, &str)> {
        self.seated.get(who).map(|(at, country)| (*at, country.as_ref()))
    }
    /// Messages that one of `events` carried; in key order.
    pub fn messages_sent_by(&self, events: &BTreeSet<EventRef>) -> Vec<(&Entity, &Touches)> {
        let mut found: Vec<_> = self
            .external
            .iter()
            .filter(|(entity, touches)| entity.kind == EntityKind::Message && touches.any(|event| events.contains(event)))
            .collect();
        found.sort_by_key(|(entity, _)| *entity);
        found
    }
    /// External domains that an internal entity touched in `[from, to]`, in key order.
    pub fn domains_touched_by(&self, who: &str, from: EventTime, to: EventTime) -> Vec<(&Entity, &Touches)> {
        let domains = self.ties.of_inside(who).filter_map(|end| match end {
            End::Outside(entity) if entity.kind == EntityKind::Domain => self.external.get_key_value(entity),
            _ => None,
        });
        let mut found: Vec<_> = domains.filter(|(_, touches)| touches.touched_by(who, from, to)).collect();
        found.sort_by_key(|(entity, _)| *entity);
        found
    }
    /// The share of internal entities that so many are, never 0: half a one is added. Given a kind, each of the many external entities of it that
    /// the organisation meets per internal one has only its part of that: a never-seen address is as rare as addresses are many.
    pub fn share_of(&self, kind: Option<EntityKind>, touchers: usize) -> f64 {
        let population = self.people.len().max(self.devices.len()).max(1) as f64;
        let met = kind.and_then(|kind| self.kinds.get(&kind)).map_or(1.0, |count| *count as f64 / population).max(1.0);
        ((touchers as f64 + 0.5 / met) / (population + 1.0)).min(1.0)
    }
    /// Forgets external entities that nobody touched for long, and bindings that ended long ago.
    pub fn forget(&mut self, now: EventTime) {
        let (kinds, ties, listed) = (&mut self.kinds, &mut self.ties, &mut self.listed);
        self.external.retain(|entity, touches| {
            let is_kept = !touches.is_stale(now);
            if !is_kept {
                ties.forget(touches.place());
                *listed = listed.saturating_sub(touches.listed());
                if let Some(count) = kinds.get_mut(&entity.kind) {
                    *count -= 1;
                }
            }
            is_kept
        });
        self.bindings.forget(now.plus_ms(-BINDINGS_MS));
        if self.ties.is_worn() {
            self.tie_anew();
        }
    }
    /// Entities outside, ties and contacts kept one by one: what the memory goes by.
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.external.len(), self.ties.counts().0, self.listed)
    }
    /// Contacts refused because the table was full.
    pub fn refused(&self) -> u64 {
        self.refused + self.ties.counts().1
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

    /// Share of those inside that touched `entity` in the 7 days before `at`, without those that `skip` names.
    fn prevalence(graph: &EntityGraph, entity: &Entity, at: EventTime, skip: impl Fn(&str) -> bool) -> f64 {
        let touchers = graph.touches(entity).map_or(0, |touches| touches.touchers(at.plus_ms(-7 * DAY_MS), at, skip));
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
        assert_eq!(prevalence(&graph, &site, at, |_| false), 0.45);
        assert_eq!(prevalence(&graph, &site, at, |who| who == "d0"), 0.35);
        assert_eq!(prevalence(&graph, &site, EventTime(20 * DAY_MS), |_| false), 0.05, "long ago");
        assert_eq!(prevalence(&graph, &Entity::new(EntityKind::Domain, "new.example"), at, |_| false), 0.05);
        assert_eq!(graph.touches(&site).and_then(Touches::contacts).map(|c| c.len()), Some(4));
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
        assert_eq!(prevalence(&graph, &ip, EventTime(0), |_| false), 0.5 / 21.0, "nobody used it");
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
