//! What touched an external entity: who, when, and by which event; the memory behind prevalence and investigation.

use crate::names::Names;
use crate::ties::Place;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use weft_model::held::{of_list, of_table};
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
/// So many touchers are looked through one by one; more are hashed.
const FEW: usize = 8;
/// OCSF class of another product's finding.
const FINDING: u16 = 2004;

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

/// What of a contact is kept.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Kept {
    event: EventRef,
    by: u32,
    class_uid: u16,
    domain: Domain,
    contact: Contact,
}

impl Kept {
    fn of(touch: &Touch, by: u32) -> Self {
        let class_uid = u16::try_from(touch.class_uid).unwrap_or(u16::MAX);
        Self { event: touch.event, by, class_uid, domain: touch.domain, contact: touch.contact }
    }
}

/// Whether what one did itself (being written to is not use) spans the same time as all its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Used {
    Never,
    Throughout,
    /// Another span, which stands apart.
    Apart,
}

/// First and last contact of one internal entity. Bytes, so that a hash table keeps it in 24 of them with its key.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Span {
    first: [u8; 8],
    last: [u8; 8],
    used: Used,
    is_device: bool,
}

impl Span {
    fn first(&self) -> EventTime {
        EventTime(i64::from_le_bytes(self.first))
    }
    fn last(&self) -> EventTime {
        EventTime(i64::from_le_bytes(self.last))
    }
    fn meets(&self, from: EventTime, to: EventTime) -> bool {
        self.first() <= to && self.last() >= from
    }
}

/// Spans by the number of their bearer.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Spans {
    Few(Vec<(u32, Span)>),
    Many(Box<Many>),
}

/// The spans of what many touch, with what counts them without looking at each.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Many {
    spans: HashMap<u32, Span>,
    /// First contacts of others and of devices, in order.
    firsts: [Vec<EventTime>; 2],
    /// No last contact is before this.
    floor: EventTime,
}

impl Many {
    fn of(few: &[(u32, Span)]) -> Self {
        let floor = few.iter().map(|(_, span)| span.last()).min().unwrap_or_default();
        let mut many = Self { spans: HashMap::default(), firsts: Default::default(), floor };
        few.iter().for_each(|(who, span)| many.insert(*who, *span));
        many
    }
    fn insert(&mut self, who: u32, span: Span) {
        self.floor = self.floor.min(span.last());
        self.put(span.first(), span.is_device);
        self.spans.insert(who, span);
    }
    fn firsts(&mut self, is_device: bool) -> &mut Vec<EventTime> {
        let [others, devices] = &mut self.firsts;
        if is_device { devices } else { others }
    }
    fn put(&mut self, first: EventTime, is_device: bool) {
        let firsts = self.firsts(is_device);
        let place = firsts.partition_point(|known| *known <= first);
        firsts.insert(place, first);
    }
    /// A span began earlier, or its bearer turned out to be a device.
    fn moved(&mut self, before: (EventTime, bool), after: (EventTime, bool)) {
        if before != after {
            let firsts = self.firsts(before.1);
            if let Ok(place) = firsts.binary_search(&before.0) {
                firsts.remove(place);
            }
            self.put(after.0, after.1);
        }
    }
    /// The others, with no room for those that went.
    fn without(&self, is_gone: impl Fn(&Span) -> bool) -> Self {
        let mut left: Vec<(u32, Span)> = self.spans.iter().filter(|(_, span)| !is_gone(span)).map(|(who, span)| (*who, *span)).collect();
        left.sort_unstable_by_key(|(who, span)| (span.first(), *who));
        Self::of(&left)
    }
    fn count(&self, devices: bool, from: EventTime, to: EventTime) -> usize {
        let [others, of_devices] = &self.firsts;
        let begun = if devices { of_devices } else { others }.partition_point(|first| *first <= to);
        let is_over = |span: &&Span| span.is_device == devices && span.last() < from && span.first() <= to;
        let over = if from <= self.floor { 0 } else { self.spans.values().filter(is_over).count() };
        begun - over
    }
}

impl Spans {
    fn get(&self, who: u32) -> Option<&Span> {
        match self {
            Self::Few(spans) => spans.iter().find(|(known, _)| *known == who).map(|(_, span)| span),
            Self::Many(many) => many.spans.get(&who),
        }
    }
    /// Replaces a span that is there.
    fn replace(&mut self, who: u32, span: Span) {
        match self {
            Self::Few(spans) => spans.iter_mut().filter(|(known, _)| *known == who).for_each(|(_, known)| *known = span),
            Self::Many(many) => {
                if let Some(known) = many.spans.get_mut(&who) {
                    let before = std::mem::replace(known, span);
                    many.moved((before.first(), before.is_device), (span.first(), span.is_device));
                }
            }
        }
    }
    fn insert(&mut self, who: u32, span: Span) {
        match self {
            Self::Few(spans) if spans.len() < FEW => spans.push((who, span)),
            Self::Few(spans) => {
                let mut many = Many::of(spans);
                many.insert(who, span);
                *self = Self::Many(Box::new(many));
            }
            Self::Many(many) => many.insert(who, span),
        }
    }
    fn len(&self) -> usize {
        match self {
            Self::Few(spans) => spans.len(),
            Self::Many(many) => many.spans.len(),
        }
    }
    /// Lets go of those that ended before `horizon`.
    fn forget(&mut self, horizon: EventTime) {
        let is_gone = |span: &Span| span.last() < horizon;
        match self {
            Self::Few(spans) if spans.iter().any(|(_, span)| is_gone(span)) => {
                spans.retain(|(_, span)| !is_gone(span));
                spans.shrink_to_fit();
            }
            Self::Many(many) if many.floor < horizon => **many = many.without(is_gone),
            _ => {}
        }
    }
    /// How many devices, or others, have a span that meets `[from, to]`.
    fn count(&self, devices: bool, from: EventTime, to: EventTime) -> usize {
        match self {
            Self::Few(spans) => spans.iter().filter(|(_, span)| span.meets(from, to) && span.is_device == devices).count(),
            Self::Many(many) => many.count(devices, from, to),
        }
    }
    fn iter(&self) -> impl Iterator<Item = (u32, &Span)> {
        let (few, many) = match self {
            Self::Few(spans) => (Some(spans.iter().map(|(who, span)| (*who, span))), None),
            Self::Many(many) => (None, Some(many.spans.iter().map(|(who, span)| (*who, span)))),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }
}

/// Who went over to an external entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followers {
    pub people: usize,
    pub devices: usize,
    pub affected: usize,
}

/// What is seldom needed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Rest {
    /// Since when somebody else changed what belongs to them.
    affected: HashMap<u32, EventTime>,
    /// First and last own use, where that is not the whole span.
    used: HashMap<u32, (EventTime, EventTime)>,
}

/// The stored contacts with one external entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    first_seen: EventTime,
    last_seen: EventTime,
    by: Spans,
    rest: Option<Box<Rest>>,
    list: Vec<Kept>,
    is_hub: bool,
    /// Where it stands among the ties.
    #[serde(skip)]
    place: Place,
}

impl Record {
    /// Without any contact yet, but for the time of the first.
    pub(crate) fn new(at: EventTime, place: Place) -> Self {
        Self {
            first_seen: at,
            last_seen: at,
            by: Spans::Few(Vec::with_capacity(1)),
            rest: None,
            list: Vec::with_capacity(1),
            is_hub: false,
            place,
        }
    }
    pub(crate) fn place(&self) -> Place {
        self.place
    }
    pub(crate) fn set_place(&mut self, place: Place) {
        self.place = place;
    }
    /// Everybody inside who used it or was written to by it, in no order.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = u32> {
        self.by.iter().map(|(who, _)| who)
    }
    /// Contacts kept one by one.
    pub(crate) fn listed(&self) -> usize {
        self.list.len()
    }
    /// Whether the first and last contact of this one are kept.
    pub(crate) fn has(&self, who: u32) -> bool {
        self.by.get(who).is_some()
    }
    /// Those inside whose first and last contact are kept.
    pub(crate) fn spans(&self) -> usize {
        self.by.len()
    }
    /// Takes a contact of the one with the number `by`; keeps it one by one when `is_listed`, and who is new here when there `is_room`. Whether
    /// that one is new.
    pub(crate) fn add(&mut self, touch: &Touch, by: u32, is_device: bool, [is_listed, is_room]: [bool; 2]) -> bool {
        let at = touch.event.time;
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        let mut is_first = false;
        if touch.contact == Contact::Affected {
            let affected = &mut self.rest.get_or_insert_default().affected;
            if affected.len() < MAX_TOUCHERS || affected.contains_key(&by) {
                let since = affected.entry(by).or_insert(at);
                *since = at.min(*since);
            }
            return false;
        }
        if touch.contact == Contact::Use {
            is_first = self.span(by, at, touch.domain != Domain::Email, is_device, is_room);
        }
        if self.is_hub || !is_listed || self.list.len() >= MAX_TOUCHES {
            self.is_hub = true;
            self.list = Vec::new();
        } else {
            self.list.push(Kept::of(touch, by));
        }
        is_first
    }
    /// Whether it is a new one.
    fn span(&mut self, by: u32, at: EventTime, is_use: bool, is_device: bool, is_room: bool) -> bool {
        let bytes = at.0.to_le_bytes();
        let Some(mut span) = self.by.get(by).copied() else {
            let is_room = is_room && self.by.len() < MAX_TOUCHERS;
            if is_room {
                let used = if is_use { Used::Throughout } else { Used::Never };
                self.by.insert(by, Span { first: bytes, last: bytes, used, is_device });
            }
            return is_room;
        };
        let (first, last) = (span.first(), span.last());
        let is_wider = at < first || at > last;
        // What was its own use so far, when from now on that is not the whole span.
        let apart = match (span.used, is_use) {
            (Used::Throughout, false) if is_wider => Some((first, last)),
            (Used::Never, true) if first != at || last != at => Some((at, at)),
            (Used::Apart, true) => Some((at, at)),
            _ => None,
        };
        if let Some(apart) = apart {
            let used = self.rest.get_or_insert_default().used.entry(by).or_insert(apart);
            *used = (used.0.min(apart.0), used.1.max(apart.1));
        }
        span.used = match (span.used, apart) {
            (_, Some(_)) => Used::Apart,
            (Used::Never, None) if is_use => Used::Throughout,
            (used, None) => used,
        };
        span.is_device = is_device;
        if at < first {
            span.first = bytes;
        }
        if at > last {
            span.last = bytes;
        }
        self.by.replace(by, span);
        false
    }
    pub(crate) fn is_stale(&self, now: EventTime) -> bool {
        now.since(self.last_seen) > FORGET_MS
    }
    /// Lets go of who did not come for as long as after which a silent entity is forgotten.
    pub(crate) fn forget(&mut self, now: EventTime) {
        let before = self.by.len();
        self.by.forget(now.plus_ms(-FORGET_MS));
        if let Some(rest) = self.rest.as_mut().filter(|_| self.by.len() < before) {
            rest.used.retain(|who, _| self.by.get(*who).is_some());
        }
    }
    /// First and last contact that was its bearer's own use.
    fn used(&self, who: u32, span: &Span) -> Option<(EventTime, EventTime)> {
        match span.used {
            Used::Never => None,
            Used::Throughout => Some((span.first(), span.last())),
            Used::Apart => self.rest.as_ref().and_then(|rest| rest.used.get(&who).copied()),
        }
    }
    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let spans = match &self.by {
            Spans::Few(spans) => of_list(spans),
            Spans::Many(many) => of_table(&many.spans) + many.firsts.iter().map(of_list).sum::<usize>(),
        };
        let rest = self.rest.as_ref().map_or(0, |rest| of_table(&rest.affected) + of_table(&rest.used));
        spans + rest + of_list(&self.list)
    }
    /// Marks the numbers that it names.
    pub(crate) fn mark(&self, used: &mut [bool]) {
        let affected = self.rest.iter().flat_map(|rest| rest.affected.keys().copied());
        for who in self.by.iter().map(|(who, _)| who).chain(self.list.iter().map(|kept| kept.by)).chain(affected) {
            used.get_mut(who as usize).into_iter().for_each(|mark| *mark = true);
        }
    }
}

/// A [`Record`] as snapshots before version 5 hold it.
#[derive(Deserialize)]
pub(crate) struct EarlierTouches {
    first_seen: EventTime,
    last_seen: EventTime,
    by: HashMap<SmolStr, EarlierSpan>,
    affected: HashMap<SmolStr, EventTime>,
    list: Vec<Touch>,
    is_hub: bool,
}

#[derive(Deserialize)]
struct EarlierSpan {
    first: EventTime,
    last: EventTime,
    used: Option<(EventTime, EventTime)>,
    is_device: bool,
}

impl EarlierTouches {
    pub(crate) fn numbered(self, names: &mut Names) -> Record {
        let mut record = Record { last_seen: self.last_seen, is_hub: self.is_hub, ..Record::new(self.first_seen, Place::default()) };
        for (name, span) in self.by {
            let Some(by) = names.number(&name) else { continue };
            let (first, last) = (span.first.0.to_le_bytes(), span.last.0.to_le_bytes());
            let used = match span.used {
                None => Used::Never,
                Some(used) if used == (span.first, span.last) => Used::Throughout,
                Some(used) => {
                    record.rest.get_or_insert_default().used.insert(by, used);
                    Used::Apart
                }
            };
            record.by.insert(by, Span { first, last, used, is_device: span.is_device });
        }
        for (name, since) in self.affected {
            if let Some(by) = names.number(&name) {
                record.rest.get_or_insert_default().affected.insert(by, since);
            }
        }
        record.list = self.list.iter().filter_map(|touch| Some(Kept::of(touch, names.number(&touch.by)?))).collect();
        record
    }
}

/// Everything known about contacts with one external entity.
#[derive(Clone, Copy, Debug)]
pub struct Touches<'a> {
    record: &'a Record,
    names: &'a Names,
}

impl<'a> Touches<'a> {
    pub(crate) fn new(record: &'a Record, names: &'a Names) -> Self {
        Self { record, names }
    }
    /// When anybody first touched it.
    pub fn first_seen(self) -> EventTime {
        self.record.first_seen
    }
    /// How many internal entities touched it in `[from, to]`.
    pub fn touchers(self, from: EventTime, to: EventTime) -> usize {
        self.record.by.count(false, from, to) + self.record.by.count(true, from, to)
    }
    /// How many devices, or others, touched it in `[from, to]`.
    pub fn touchers_inside(self, devices: bool, from: EventTime, to: EventTime) -> usize {
        self.record.by.count(devices, from, to)
    }
    /// How many devices other than `who` touched it in `[from, to]`, counted no further than `enough`: cheap for what everybody touches.
    pub fn other_devices(self, who: Option<&str>, enough: usize, from: EventTime, to: EventTime) -> usize {
        let own = who.and_then(|who| self.names.known(who));
        let is_other = |one: u32| Some(one) != own && self.names.is_device(one);
        self.record.by.iter().filter(|(one, span)| span.meets(from, to) && is_other(*one)).take(enough).count()
    }
    /// Up to `to`: how many people used it, how many devices did for an hour, and whose things somebody changed from there.
    pub fn followers(self, to: EventTime) -> Followers {
        let rest = self.record.rest.as_ref();
        let affected = rest.map_or(0, |rest| rest.affected.values().filter(|since| **since <= to).count());
        let mut followers = Followers { people: 0, devices: 0, affected };
        for (who, span) in self.record.by.iter() {
            let Some((first, last)) = self.record.used(who, span).filter(|(first, _)| *first <= to) else { continue };
            if self.names.is_device(who) {
                followers.devices += usize::from(last.min(to).since(first) >= USE_MS);
            } else {
                followers.people += 1;
            }
        }
        followers
    }
    /// How many, no more than `enough`, began to use it before `since`, still did at or after `lately`, and were there for a day or more.
    pub(crate) fn settled_up_to(self, enough: usize, since: EventTime, lately: EventTime, skip: impl Fn(&str) -> bool) -> usize {
        let is_settled = |(first, last): (EventTime, EventTime)| first <= since && last >= lately && last.since(first) >= DAY_MS;
        let used = self.record.by.iter().filter(|(who, span)| self.record.used(*who, span).is_some_and(is_settled));
        used.filter(|(who, _)| !skip(&self.names.name(*who))).take(enough).count()
    }
    /// Where it stands among the ties.
    pub(crate) fn place(self) -> Place {
        self.record.place
    }
    /// Whether this internal entity touched it in `[from, to]`.
    pub fn touched_by(self, who: &str, from: EventTime, to: EventTime) -> bool {
        self.names.known(who).and_then(|who| self.record.by.get(who)).is_some_and(|span| span.meets(from, to))
    }
    /// Whether an event among the contacts satisfies `found`.
    pub fn any(self, found: impl Fn(&EventRef) -> bool) -> bool {
        self.record.list.iter().any(|kept| found(&kept.event))
    }
    /// Whether nothing but findings of other products tells of it.
    pub fn is_hearsay(self) -> bool {
        !self.record.is_hub && self.record.list.iter().all(|kept| kept.class_uid == FINDING)
    }
    /// The contacts one by one, in (time, uid) order; `None` for a hub that had too many to keep.
    pub fn contacts(self) -> Option<Vec<Touch>> {
        if self.record.is_hub {
            return None;
        }
        let touch = |kept: &Kept| Touch {
            event: kept.event,
            domain: kept.domain,
            class_uid: u32::from(kept.class_uid),
            by: self.names.name(kept.by),
            contact: kept.contact,
        };
        let mut contacts: Vec<Touch> = self.record.list.iter().map(touch).collect();
        contacts.sort_unstable();
        Some(contacts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use weft_model::EventUid;

    proptest! {
        #[test]
        fn counts_are_those_of_a_look_at_each(
            touches in prop::collection::vec((0u32..40, 0i64..1000, any::<bool>(), any::<bool>()), 1..120),
            from in 0i64..1000,
            to in 0i64..1000,
        ) {
            let mut record: Option<Record> = None;
            let (mut spans, mut used) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
            for (who, time, is_mail, is_device) in touches {
                let at = EventTime(time);
                let domain = if is_mail { Domain::Email } else { Domain::Network };
                let event = EventRef { time: at, uid: EventUid([0; 16]) };
                let touch = Touch { event, domain, class_uid: 1, by: SmolStr::default(), contact: Contact::Use };
                record.get_or_insert_with(|| Record::new(at, Place::default())).add(&touch, who, is_device, [true; 2]);
                let span = spans.entry(who).or_insert((at, at, is_device));
                *span = (span.0.min(at), span.1.max(at), is_device);
                if !is_mail {
                    let span = used.entry(who).or_insert((at, at));
                    *span = (span.0.min(at), span.1.max(at));
                }
            }
            let (record, names) = (record.unwrap(), Names::default());
            let touches = Touches::new(&record, &names);
            let (from, to) = (EventTime(from), EventTime(to));
            for devices in [false, true] {
                let expected = spans.values().filter(|(first, last, device)| *first <= to && *last >= from && *device == devices).count();
                prop_assert_eq!(touches.touchers_inside(devices, from, to), expected);
            }
            let followers = used.values().filter(|(first, _)| *first <= to).count();
            prop_assert_eq!(touches.followers(to).people, followers, "nobody is a device by name");
        }
    }
}
