//! The entity graph: external entities and who touched them, beside the identity bindings.

use crate::aliases::Aliases;
use crate::bindings::Bindings;
use crate::correspondents::Correspondents;
use crate::touches::{Touch, Touches};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use weft_model::time::DAY_MS;
use weft_model::{Domain, Entity, EntityKind, EventRef, EventTime};

/// External entities remembered; beyond it new ones are refused and counted, so that a flood cannot exhaust memory.
const MAX_EXTERNAL: usize = 2_000_000;
/// Internal entities remembered.
const MAX_INTERNAL: usize = 200_000;

/// A smaller organisation counts as this large when it is asked whether a part of it follows something.
const MIN_FOLLOWED: usize = 20;

/// Live state of who is who and who touched what.
#[derive(Clone, Debug, Default)]
pub struct EntityGraph {
    /// Identity bindings.
    pub bindings: Bindings,
    /// Names of one account.
    pub aliases: Aliases,
    /// Whom the organisation writes to and what looks like it.
    pub correspondents: Correspondents,
    /// When each person or account was last active in a service from somewhere outside.
    active: HashMap<Arc<str>, EventTime>,
    /// When and in which country each person or account last used a source of its own.
    seated: HashMap<Arc<str>, (EventTime, Arc<str>)>,
    external: HashMap<Entity, Touches>,
    people: BTreeSet<Arc<str>>,
    devices: BTreeSet<Arc<str>>,
    refused: u64,
}

impl EntityGraph {
    /// Counts an internal entity as known to the organisation.
    pub fn known(&mut self, kind: EntityKind, key: &Arc<str>) {
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
        if touch.domain == Domain::Saas && !touch.is_attempt {
            if let Some(last) = self.active.get_mut(&touch.by) {
                *last = touch.event.time.max(*last);
            } else if self.active.len() < MAX_INTERNAL {
                self.active.insert(touch.by.clone(), touch.event.time);
            }
        }
        if let Some(touches) = self.external.get_mut(entity) {
            touches.add(touch);
        } else if self.external.len() < MAX_EXTERNAL {
            self.external.insert(entity.clone(), Touches::new(touch));
        } else {
            self.refused += 1;
        }
    }
    /// The contacts with an external entity.
    pub fn touches(&self, entity: &Entity) -> Option<&Touches> {
        self.external.get(entity)
    }
    /// When `who` was last active in a service, as far as is remembered.
    pub fn last_active(&self, who: &str) -> Option<EventTime> {
        self.active.get(who).copied()
    }
    /// Whether an external entity that was new `since` is what many here went over to: at least a quarter of the people or devices used it between
    /// then and `to`, devices for hours. A page that everybody is lured to is visited once; a new gateway is used on.
    pub fn is_followed(&self, entity: &Entity, since: EventTime, to: EventTime) -> bool {
        let Some(touches) = self.external.get(entity).filter(|touches| touches.first_seen() >= since) else { return false };
        let (people, devices) = touches.followers(to, |who| self.devices.contains(who));
        4 * people >= self.people.len().max(MIN_FOLLOWED) || 4 * devices >= self.devices.len().max(MIN_FOLLOWED)
    }
    /// Notes that `who` was active from a source of its own in a country.
    pub fn seat(&mut self, who: &Arc<str>, country: &Arc<str>, at: EventTime) {
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
        let mut found: Vec<_> = self
            .external
            .iter()
            .filter(|(entity, touches)| entity.kind == EntityKind::Domain && touches.touched_by(who, from, to))
            .collect();
        found.sort_by_key(|(entity, _)| *entity);
        found
    }
    /// Share of internal entities that touched `entity` in the 7 days before `at`, without those that `skip` names; never 0 (half a
    /// toucher is added), so a never-seen entity is as rare as the organisation is large.
    pub fn prevalence(&self, entity: &Entity, at: EventTime, skip: impl Fn(&str) -> bool) -> f64 {
        self.share_of(self.external.get(entity).map_or(0, |t| t.touchers(at.plus_ms(-7 * DAY_MS), at, skip)))
    }
    /// The share that so many internal entities are; half a one is added, so it is never 0.
    pub fn share_of(&self, touchers: usize) -> f64 {
        let population = self.people.len().max(self.devices.len()).max(1) as f64;
        ((touchers as f64 + 0.5) / (population + 1.0)).min(1.0)
    }
    /// Forgets external entities that nobody touched for long.
    pub fn forget(&mut self, now: EventTime) {
        self.external.retain(|_, touches| !touches.is_stale(now));
    }
    /// Contacts refused because the table was full.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::EventUid;

    fn touch(by: &str, time: i64) -> Touch {
        let event = EventRef { time: EventTime(time), uid: EventUid::of("t", &[by.as_bytes(), &time.to_le_bytes()]) };
        Touch { event, domain: Domain::Network, class_uid: 4001, by: Arc::from(by), is_attempt: false }
    }

    #[test]
    fn prevalence_counts_others_in_the_week_before() {
        let mut graph = EntityGraph::default();
        for i in 0..9 {
            graph.known(EntityKind::Device, &Arc::from(format!("d{i}").as_str()));
        }
        let site = Entity::new(EntityKind::Domain, "site.example");
        for i in 0..4 {
            graph.touch(&site, touch(&format!("d{i}"), i * 1000));
        }
        let at = EventTime(DAY_MS);
        assert_eq!(graph.prevalence(&site, at, |_| false), 0.45);
        assert_eq!(graph.prevalence(&site, at, |who| who == "d0"), 0.35);
        assert_eq!(graph.prevalence(&site, EventTime(20 * DAY_MS), |_| false), 0.05, "long ago");
        assert_eq!(graph.prevalence(&Entity::new(EntityKind::Domain, "new.example"), at, |_| false), 0.05);
        assert_eq!(graph.touches(&site).and_then(Touches::contacts).map(|c| c.len()), Some(4));
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
