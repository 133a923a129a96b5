//! The analyst's fixed questions: who else contacted what the incident's indicators point to, and who answered its mails.

use crate::assemble::CORE_BITS;
use crate::engine::Engine;
use crate::role::{is_rare, start};
use std::collections::{BTreeMap, BTreeSet};
use weft_entity_graph::Touch;
use weft_model::{DAY_MS, Domain, Entity, EntityKind, EventRef, EventTime, Indicator, TimelineEntry};

/// How long before the first and after the last indicator is asked.
const BEFORE_MS: i64 = DAY_MS;
const AFTER_MS: i64 = 3 * DAY_MS;
/// How long before its visit the device may have followed a mail's link, and how long the mail may have waited.
const LED_MS: i64 = weft_model::HOUR_MS;
const MAILED_MS: i64 = 3 * DAY_MS;
/// Events one answer lists.
const MAX_EVENTS: usize = 500;
/// Answers in all.
const MAX_ANSWERS: usize = 500;

/// Timeline entries for events that no indicator of the incident holds yet.
pub(crate) fn investigate(engine: &Engine, members: &[&Indicator]) -> Vec<TimelineEntry> {
    let held: BTreeSet<EventRef> = members.iter().flat_map(|indicator| indicator.events.iter().copied()).collect();
    let first = start(members);
    let from = first.plus_ms(-BEFORE_MS);
    let to = members.iter().map(|indicator| indicator.end_time).max().unwrap_or(first).plus_ms(AFTER_MS);
    // Weak evidence may join, but no questions are asked on its word.
    let mut asked: BTreeSet<&Entity> = members
        .iter()
        .filter(|indicator| indicator.bits.value() >= CORE_BITS)
        .flat_map(|indicator| &indicator.entities)
        .filter(|entity| matches!(entity.kind, EntityKind::Ip | EntityKind::Domain | EntityKind::Url | EntityKind::Sender))
        .filter(|entity| is_rare(engine, entity, first))
        .collect();
    asked.extend(led_by_mail(engine, members));
    let mut told: BTreeSet<EventRef> = held.clone();
    let mut entries = Vec::new();
    for entity in asked {
        let Some(contacts) = engine.graph.touches(entity).and_then(weft_entity_graph::Touches::contacts) else { continue };
        let mut by_hour: BTreeMap<(i64, Domain), Vec<&Touch>> = BTreeMap::new();
        for touch in contacts {
            if touch.event.time >= from && touch.event.time <= to && !told.contains(&touch.event) {
                by_hour.entry((touch.event.time.hour(), touch.domain)).or_default().push(touch);
            }
        }
        for ((_, domain), touches) in by_hour {
            told.extend(touches.iter().map(|touch| touch.event));
            entries.extend(answer(domain, &touches, |who| sentence(entity, domain, &who)));
        }
    }
    entries.extend(answers_to_mails(engine, &held, &mut told, from, to));
    entries.truncate(MAX_ANSWERS);
    entries
}

/// Patient zero: unknown domains that the first device of the incident visited shortly before the domain it is in the incident for, and
/// that a mail had linked to before. The mail is how it began.
fn led_by_mail<'a>(engine: &'a Engine, members: &[&Indicator]) -> BTreeSet<&'a Entity> {
    let first = start(members);
    let visits = members.iter().filter(|indicator| indicator.family == "device-domain");
    let patient_zero = visits.min_by_key(|visit| (visit.time, visit.uid)).and_then(|visit| Some((visit.entities.first()?, visit.time)));
    let mut found = BTreeSet::new();
    if let Some((device, at)) = patient_zero {
        for (domain, touches) in engine.graph.domains_touched_by(&device.key, at.plus_ms(-LED_MS), at) {
            let contacts = touches.contacts().unwrap_or_default();
            let visited = |touch: &&&Touch| {
                touch.domain == Domain::Network
                    && *touch.by == *device.key
                    && touch.event.time <= at
                    && at.since(touch.event.time) <= LED_MS
            };
            let Some(visit) = contacts.iter().find(visited) else { continue };
            let mailed = contacts.iter().any(|touch| {
                touch.domain == Domain::Email
                    && touch.event.time < visit.event.time
                    && visit.event.time.since(touch.event.time) <= MAILED_MS
            });
            if mailed && is_rare(engine, domain, first) {
                found.insert(domain);
            }
        }
    }
    found
}

/// Replies and delivery reports for the mails among the evidence.
fn answers_to_mails(
    engine: &Engine,
    held: &BTreeSet<EventRef>,
    told: &mut BTreeSet<EventRef>,
    from: EventTime,
    to: EventTime,
) -> Vec<TimelineEntry> {
    let mut by_hour: BTreeMap<i64, Vec<&Touch>> = BTreeMap::new();
    for (_, touches) in engine.graph.messages_sent_by(held) {
        for touch in touches.contacts().unwrap_or_default() {
            if touch.event.time >= from && touch.event.time <= to && told.insert(touch.event) {
                by_hour.entry(touch.event.time.hour()).or_default().push(touch);
            }
        }
    }
    by_hour
        .into_values()
        .filter_map(|mut touches| {
            touches.sort();
            let count = touches.len();
            answer(Domain::Email, &touches, |who| format!("{count} replies and delivery reports to these mails reached {who}"))
        })
        .collect()
}

fn answer(domain: Domain, touches: &[&Touch], text: impl Fn(String) -> String) -> Option<TimelineEntry> {
    let first = touches.first()?;
    let mut who: Vec<&str> = touches.iter().map(|touch| touch.by.as_ref()).collect();
    who.sort_unstable();
    who.dedup();
    let named = match who.as_slice() {
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one} and {} others", rest.len()),
        [] => return None,
    };
    Some(TimelineEntry {
        time: first.event.time,
        domain,
        text: text(named),
        indicator: None,
        events: touches.iter().take(MAX_EVENTS).map(|touch| touch.event).collect(),
    })
}

fn sentence(entity: &Entity, domain: Domain, who: &str) -> String {
    match (domain, entity.kind) {
        (Domain::Email, EntityKind::Sender) => format!("further mail from {} reached {who}", entity.key),
        (Domain::Email, _) => format!("mail with {} passed through the mailbox of {who}", entity.key),
        (Domain::Saas, _) => format!("{who} was active from {}", entity.key),
        (Domain::Network, _) => format!("{who} contacted {}", entity.key),
    }
}
