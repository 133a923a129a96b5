//! What touched an external entity: who, when, and by which event; the memory behind prevalence and investigation.

use crate::ties::Place;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use weft_model::time::{DAY_MS, HOUR_MS};
use weft_model::{Domain, EventRef, EventTime, SmolStr};

/// Touches remembered one by one; an entity with more is a hub and keeps only who and when.
const MAX_TOUCHES: usize = 4096;
/// Internal entities remembered per external one.
const MAX_TOUCHERS: usize = 4096;
/// A silent entity is forgotten after this.
const FORGET_MS: i64 = 45 * DAY_MS;

/// A device that comes back after so long uses what it touches.
const USE_MS: i64 = HOUR_MS;

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    pub event: EventRef,
    pub domain: Domain,
    /// OCSF class of the event.
    pub class_uid: u32,
    /// The internal person or device, or an external address where none is known.
    pub by: SmolStr,
    pub contact: Contact,
}

/// In which way an internal entity has to do with an external one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Contact {
    /// It used it, or was written to by it.
    #[default]
    Use,
    /// It was refused (a failed sign-in): remembered, but no use.
    Attempt,
    /// Somebody else, from there, changed what belongs to it.
    Affected,
}

/// First and last contact of one internal entity, and the same of what it did itself: being written to is not use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Span {
    first: EventTime,
    last: EventTime,
    used: Option<(EventTime, EventTime)>,
    is_device: bool,
}

/// Who went over to an external entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followers {
    pub people: usize,
    pub devices: usize,
    pub affected: usize,
}

/// Everything known about contacts with one external entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Touches {
    first_seen: EventTime,
    last_seen: EventTime,
    by: HashMap<SmolStr, Span>,
    /// Since when somebody else changed what belongs to them.
    affected: HashMap<SmolStr, EventTime>,
    list: Vec<Touch>,
    is_hub: bool,
    /// Where it stands among the ties.
    #[serde(skip)]
    place: Place,
}

impl Touches {
    /// Without any contact yet.
    pub(crate) fn new(touch: &Touch, place: Place) -> Self {
        Self {
            place,
            first_seen: touch.event.time,
            last_seen: touch.event.time,
            by: HashMap::default(),
            affected: HashMap::default(),
            list: Vec::new(),
            is_hub: false,
        }
    }
    pub(crate) fn place(&self) -> Place {
        self.place
    }
    pub(crate) fn set_place(&mut self, place: Place) {
        self.place = place;
    }
    /// Everybody inside who used it or was written to by it, in no order.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &SmolStr> {
        self.by.keys()
    }
    /// Contacts kept one by one.
    pub(crate) fn listed(&self) -> usize {
        self.list.len()
    }
    /// Takes a contact; keeps it one by one when `is_listed`. Who it is of, when that is new here.
    pub(crate) fn add(&mut self, touch: Touch, is_device: bool, is_listed: bool) -> Option<SmolStr> {
        let at = touch.event.time;
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        let mut first = None;
        if touch.contact == Contact::Affected {
            if self.affected.len() < MAX_TOUCHERS || self.affected.contains_key(&touch.by) {
                let since = self.affected.entry(touch.by).or_insert(at);
                *since = at.min(*since);
            }
            return None;
        }
        if touch.contact == Contact::Use && (self.by.len() < MAX_TOUCHERS || self.by.contains_key(&touch.by)) {
            let span = self.by.entry(touch.by.clone()).or_insert_with(|| {
                first = Some(touch.by.clone());
                Span { first: at, last: at, used: None, is_device }
            });
            span.first = span.first.min(at);
            span.last = span.last.max(at);
            span.is_device = is_device;
            if touch.domain != Domain::Email {
                let (first, last) = span.used.unwrap_or((at, at));
                span.used = Some((first.min(at), last.max(at)));
            }
        }
        if self.is_hub || !is_listed || self.list.len() >= MAX_TOUCHES {
            self.is_hub = true;
            self.list = Vec::new();
        } else {
            self.list.push(touch);
        }
        first
    }
    pub(crate) fn is_stale(&self, now: EventTime) -> bool {
        now.since(self.last_seen) > FORGET_MS
    }
    /// When anybody first touched it.
    pub fn first_seen(&self) -> EventTime {
        self.first_seen
    }
    /// How many internal entities touched it in `[from, to]`, without those that `skip` names.
    pub fn touchers(&self, from: EventTime, to: EventTime, skip: impl Fn(&str) -> bool) -> usize {
        self.by.iter().filter(|(who, span)| span.first <= to && span.last >= from && !skip(who)).count()
    }
    /// How many devices, or others, touched it in `[from, to]`.
    pub fn touchers_inside(&self, devices: bool, from: EventTime, to: EventTime) -> usize {
        self.by.values().filter(|span| span.first <= to && span.last >= from && span.is_device == devices).count()
    }
    /// [`Self::touchers`], counted no further than `enough`: cheap for what everybody touches.
    pub fn touchers_up_to(&self, enough: usize, from: EventTime, to: EventTime, skip: impl Fn(&str) -> bool) -> usize {
        self.by.iter().filter(|(who, span)| span.first <= to && span.last >= from && !skip(who)).take(enough).count()
    }
    /// Up to `to`: how many people used it, how many devices did for an hour, and whose things somebody changed from there.
    pub fn followers(&self, to: EventTime, is_device: impl Fn(&str) -> bool) -> Followers {
        let affected = self.affected.values().filter(|since| **since <= to).count();
        let mut followers = Followers { people: 0, devices: 0, affected };
        for (who, span) in &self.by {
            let Some((first, last)) = span.used.filter(|(first, _)| *first <= to) else { continue };
            if is_device(who) {
                followers.devices += usize::from(last.min(to).since(first) >= USE_MS);
            } else {
                followers.people += 1;
            }
        }
        followers
    }
    /// How many, no more than `enough`, began to use it before `since`, still did at or after `lately`, and were there for a day or more.
    pub(crate) fn settled_up_to(&self, enough: usize, since: EventTime, lately: EventTime, skip: impl Fn(&str) -> bool) -> usize {
        let is_settled =
            |span: &Span| span.used.is_some_and(|(first, last)| first <= since && last >= lately && last.since(first) >= DAY_MS);
        self.by.iter().filter(|(who, span)| is_settled(span) && !skip(who)).take(enough).count()
    }
    /// Whether this internal entity touched it in `[from, to]`.
    pub fn touched_by(&self, who: &str, from: EventTime, to: EventTime) -> bool {
        self.by.get(who).is_some_and(|span| span.first <= to && span.last >= from)
    }
    /// Whether an event among the contacts satisfies `found`.
    pub fn any(&self, found: impl Fn(&EventRef) -> bool) -> bool {
        self.list.iter().any(|touch| found(&touch.event))
    }
    /// The contacts one by one, in (time, uid) order; `None` for a hub that had too many to keep.
    pub fn contacts(&self) -> Option<Vec<&Touch>> {
        if self.is_hub {
            return None;
        }
        let mut contacts: Vec<&Touch> = self.list.iter().collect();
        contacts.sort();
        Some(contacts)
    }
}
