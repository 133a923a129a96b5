//! The analyst's fixed questions: who else received it, who visited, which accounts used the address, what else the device did in the
//! hour, what left afterwards, what was undone, who answered. An answer is tied to the attack by a rare thing of it (an address, a site,
//! a message), never by the victim alone.

use crate::assemble::CORE_BITS;
use crate::engine::Engine;
use crate::exposure::of_family;
use crate::role::{Roles, display_name, is_own_habit, is_rare, speaks_of_whole_day, start};
use std::collections::{BTreeMap, BTreeSet};
use weft_entity_graph::{Touch, Touches};
use weft_model::{DAY_MS, Domain, Entity, EntityKind, EventRef, EventTime, Indicator, Text, TimelineEntry};
use weft_narrative::{Arg, list, name, say};

/// How long before the first and after the last indicator is asked.
const BEFORE_MS: i64 = DAY_MS;
const AFTER_MS: i64 = 3 * DAY_MS;
/// How far from its visit the device may have followed a mail's link, and how long the mail may have waited.
const LED_MS: i64 = weft_model::HOUR_MS;
const MAILED_MS: i64 = 3 * DAY_MS;
/// Events one answer lists.
const MAX_EVENTS: usize = 500;
/// Answers in all, and to each question that the memory answers.
const MAX_ANSWERS: usize = 500;
const MAX_NOTED: usize = 20;
/// Names that an answer shows.
const MAX_NAMES: usize = 3;

/// What is asked about, and when.
struct Inquiry<'a> {
    engine: &'a Engine,
    members: &'a [&'a Indicator],
    start: EventTime,
    from: EventTime,
    to: EventTime,
    /// Events that the incident holds already.
    told: BTreeSet<EventRef>,
    answers: Vec<TimelineEntry>,
}

/// Timeline entries for events that no indicator of the incident holds yet. `bait` is what [`led_by_mail`] found.
pub(crate) fn investigate(engine: &Engine, members: &[&Indicator], roles: &Roles, bait: &BTreeSet<&Entity>) -> Vec<TimelineEntry> {
    let start = start(members);
    let last = members.iter().map(|indicator| indicator.end_time).max().unwrap_or(start);
    let told = members.iter().flat_map(|indicator| indicator.events.iter().copied()).collect();
    let (from, to) = (start.plus_ms(-BEFORE_MS), last.plus_ms(AFTER_MS));
    let mut inquiry = Inquiry { engine, members, start, from, to, told, answers: Vec::new() };
    inquiry.contacts(bait);
    inquiry.replies();
    inquiry.left(roles);
    inquiry.undone(roles);
    inquiry.answers.truncate(MAX_ANSWERS);
    inquiry.answers
}

/// Unknown domains that the first device of the incident visited within an hour of the domain it is in the incident for, and that a mail
/// had linked to before. The mail is how it began.
pub(crate) fn led_by_mail<'a>(engine: &'a Engine, members: &[&Indicator]) -> BTreeSet<&'a Entity> {
    let first = start(members);
    let visits = members.iter().filter(|indicator| indicator.family == "device-domain" && !speaks_of_whole_day(engine, indicator));
    let mut found = BTreeSet::new();
    let Some(visit) = visits.min_by_key(|visit| (visit.time, visit.uid)) else { return found };
    let Some(device) = visit.entities.first() else { return found };
    let (from, to) = (visit.time.plus_ms(-LED_MS), visit.time.plus_ms(LED_MS));
    for (domain, touches) in engine.graph.domains_touched_by(&device.key, from, to) {
        let contacts = touches.contacts().unwrap_or_default();
        let visited = |touch: &&Touch| {
            touch.domain == Domain::Network && *touch.by == *device.key && touch.event.time >= from && touch.event.time <= to
        };
        let Some(visit) = contacts.iter().find(visited) else { continue };
        let mailed = contacts.iter().any(|touch| {
            touch.domain == Domain::Email && touch.event.time < visit.event.time && visit.event.time.since(touch.event.time) <= MAILED_MS
        });
        if mailed && is_rare(engine, domain, first) {
            found.insert(domain);
        }
    }
    found
}

impl Inquiry<'_> {
    fn is_within(&self, event: &EventRef) -> bool {
        event.time >= self.from && event.time <= self.to && !self.told.contains(event)
    }

    /// Who else had to do with the places and senders that strong indicators point to, and with the bait.
    fn contacts(&mut self, bait: &BTreeSet<&Entity>) {
        // Weak evidence may join, but no questions are asked on its word.
        let strong = self.members.iter().filter(|one| one.bits.value() >= CORE_BITS && !speaks_of_whole_day(self.engine, one));
        let mut asked: BTreeSet<&Entity> = strong
            .flat_map(|indicator| indicator.entities.iter().map(move |entity| (indicator, entity)))
            .filter(|(_, entity)| matches!(entity.kind, EntityKind::Ip | EntityKind::Domain | EntityKind::Url | EntityKind::Sender))
            .filter(|(one, entity)| is_rare(self.engine, entity, self.start) && !is_own_habit(self.engine, one, entity, self.start))
            .map(|(_, entity)| entity)
            .collect();
        asked.extend(bait.iter().copied());
        for entity in asked {
            let contacts = self.engine.graph.touches(entity).and_then(Touches::contacts).unwrap_or_default();
            // Of whom it is told that they went there, nobody asks whether others did.
            let telling = self.members.iter().filter(|one| one.domain == Domain::Network && one.entities.contains(entity));
            let told: BTreeSet<&str> = telling.filter_map(|one| Some(one.entities.first()?.key.as_str())).collect();
            let is_told = |touch: &Touch| touch.domain == Domain::Network && told.contains(touch.by.as_str()) && !bait.contains(entity);
            let mut by_day: BTreeMap<(i64, Domain), Vec<Touch>> = BTreeMap::new();
            for touch in contacts.into_iter().filter(|touch| self.is_within(&touch.event) && !is_told(touch)) {
                by_day.entry((touch.event.time.day(), touch.domain)).or_default().push(touch);
            }
            for ((_, domain), touches) in by_day {
                let (ask, found) = match (domain, entity.kind) {
                    (Domain::Email, EntityKind::Sender | EntityKind::Ip) => ("ask-sender", "found-sender"),
                    (Domain::Email, _) => ("ask-mailed", "found-mailed"),
                    (Domain::Saas, _) => ("ask-accounts", "found-accounts"),
                    (Domain::Network, _) if bait.contains(entity) => ("ask-hour", "found-hour-mailed"),
                    (Domain::Network, _) => ("ask-visited", "found-visited"),
                };
                let what = name(entity.key.as_str());
                let who = self.who(touches.iter().map(|touch| touch.by.as_ref()));
                // The question of the hour is about the device, the others about the place.
                let about = if ask == "ask-hour" { &who } else { &what };
                let question = say(ask, &[("what", Arg::Text(about))]);
                let events: Vec<EventRef> = touches.iter().map(|touch| touch.event).collect();
                let count = events.iter().collect::<BTreeSet<_>>().len();
                let text = say(found, &[("what", Arg::Text(&what)), ("who", Arg::Text(&who)), ("n", Arg::Number(count))]);
                self.answer(domain, question, text, events);
            }
        }
    }

    /// Replies and delivery reports for the mails among the evidence.
    fn replies(&mut self) {
        let sent = of_family(self.engine, self.members, "email-outbound");
        if sent.is_empty() {
            return;
        }
        let mut by_day: BTreeMap<i64, Vec<Touch>> = BTreeMap::new();
        for (_, touches) in self.engine.graph.messages_sent_by(&sent) {
            for touch in touches.contacts().unwrap_or_default().into_iter().filter(|touch| self.is_within(&touch.event)) {
                by_day.entry(touch.event.time.day()).or_default().push(touch);
            }
        }
        for mut touches in by_day.into_values() {
            touches.sort();
            touches.dedup_by_key(|touch| touch.event);
            let who = self.who(touches.iter().map(|touch| touch.by.as_ref()));
            let text = say("found-replies", &[("n", Arg::Number(touches.len())), ("who", Arg::Text(&who))]);
            self.answer(Domain::Email, say("ask-replies", &[]), text, touches.iter().map(|touch| touch.event).collect());
        }
    }

    /// Uploads of the attacked devices to places that hardly anybody here knows, after their first contact with the attack.
    fn left(&mut self, roles: &Roles) {
        let devices: BTreeSet<&str> = roles
            .with("device of the compromised account")
            .into_iter()
            .chain(roles.with("exposed device"))
            .map(|device| device.key.as_str())
            .collect();
        let mut sent: BTreeMap<(&str, &Entity), (u64, Vec<EventRef>)> = BTreeMap::new();
        for upload in &self.engine.memory.uploads {
            let is_after = upload.event.time >= self.start && devices.contains(upload.device.as_str());
            if is_after && self.is_within(&upload.event) && is_rare(self.engine, &upload.to, self.start) {
                let (bytes, events) = sent.entry((&upload.device, &upload.to)).or_default();
                *bytes += upload.bytes;
                events.push(upload.event);
            }
        }
        let mut largest: Vec<_> = sent.into_iter().collect();
        largest.sort_by_key(|((device, to), (bytes, _))| (std::cmp::Reverse(*bytes), *device, *to));
        for ((device, to), (bytes, events)) in largest.into_iter().take(MAX_NOTED) {
            let who = self.who([device].into_iter());
            let (size, unit) = if bytes >= 1_000_000 { (bytes / 1_000_000, "size-mb") } else { (bytes / 1000, "size-kb") };
            let size = say(unit, &[("n", Arg::Number(usize::try_from(size).unwrap_or(usize::MAX)))]);
            let args = [("who", Arg::Text(&who)), ("size", Arg::Text(&size)), ("what", Arg::Name(&to.key))];
            self.answer(Domain::Network, say("ask-left", &[("what", Arg::Text(&who))]), say("found-left", &args), events);
        }
    }

    /// Changes of the hijacked accounts that take back what the attacker may have done: a password, the account itself, a rule of the
    /// incident.
    fn undone(&mut self, roles: &Roles) {
        let accounts: BTreeSet<&str> = roles.with("compromised account").into_iter().map(|account| account.key.as_str()).collect();
        let rules: BTreeSet<&str> = roles.with("inbox rule").into_iter().map(|rule| rule.key.as_str()).collect();
        let mut found = Vec::new();
        for undoing in &self.engine.memory.undoings {
            let is_ours = match undoing.what.as_str() {
                "undone-rule" => rules.contains(format!("{}/{}", undoing.account, undoing.object).as_str()),
                _ => accounts.contains(undoing.account.as_str()),
            };
            if is_ours && undoing.event.time >= self.start && self.is_within(&undoing.event) && found.len() < MAX_NOTED {
                found.push(undoing.clone());
            }
        }
        for undoing in found {
            let what = say(&undoing.what, &[("rule", Arg::Name(&undoing.object))]);
            let who = self.who([undoing.account.as_str()].into_iter());
            let text = say("found-undone", &[("what", Arg::Text(&what)), ("who", Arg::Text(&who))]);
            self.answer(Domain::Saas, say("ask-undone", &[]), text, vec![undoing.event]);
        }
    }

    /// People by name, devices with their owner.
    fn who<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Text {
        let mut keys: Vec<&str> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        let directory = &self.engine.knowledge.directory;
        let names: Vec<Text> = keys
            .into_iter()
            .map(|key| match directory.owner_of(key) {
                Some(owner) => name(format!("{key} ({})", display_name(self.engine, owner))),
                None => name(display_name(self.engine, key)),
            })
            .collect();
        let is_person = names.iter().all(|one| !self.engine.graph.is_device(&one.en));
        list(&names, MAX_NAMES, if is_person { "list-more-people" } else { "list-more" })
    }

    fn answer(&mut self, domain: Domain, question: Text, text: Text, mut events: Vec<EventRef>) {
        events.sort();
        events.dedup();
        let Some(first) = events.first() else { return };
        let time = first.time;
        self.told.extend(&events);
        events.truncate(MAX_EVENTS);
        self.answers.push(TimelineEntry {
            time,
            domain,
            text: text.en,
            text_ja: text.ja,
            indicator: None,
            question: Some(question),
            events,
        });
    }
}
