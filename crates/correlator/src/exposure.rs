//! Whom the attack reached and how far: who received, opened, clicked, answered, and whose account was used after.

use crate::assemble::CORE_BITS;
use crate::engine::Engine;
use crate::role::{Roles, display_name, speaks_of_whole_day, start};
use std::collections::{BTreeMap, BTreeSet};
use weft_entity_graph::Touches;
use weft_model::{Act, DAY_MS, Domain, Entity, EntityKind, EventRef, ExposedPerson, Exposure, HOUR_MS, Indicator, SmolStr};

/// People listed; those who got furthest are kept.
const MAX_PEOPLE: usize = 500;
/// A sign-in from the attacker's address this long after the click follows from it, in ms; clocks differ a little.
const ENTERED_MS: i64 = 3 * DAY_MS;
const CLOCKS_MS: i64 = HOUR_MS / 12;
/// How long before the first and after the last indicator is asked.
const BEFORE_MS: i64 = 3 * DAY_MS;
const AFTER_MS: i64 = 3 * DAY_MS;

type Acts = BTreeMap<Act, EventRef>;

/// The people, by first act and name. `bait` are places that mails led to, beside those that `roles` knows.
pub(crate) fn exposed(engine: &Engine, members: &[&Indicator], roles: &Roles, bait: &BTreeSet<&Entity>) -> Vec<ExposedPerson> {
    let first = start(members);
    let last = members.iter().map(|indicator| indicator.end_time).max().unwrap_or(first);
    let (from, to) = (first.plus_ms(-BEFORE_MS), last.plus_ms(AFTER_MS));
    let mut people: BTreeMap<Entity, Acts> = BTreeMap::new();
    let mut add = |who: Entity, act: Act, event: EventRef| {
        let known = people.entry(who).or_default().entry(act).or_insert(event);
        *known = event.min(*known);
    };
    let sent: BTreeSet<EventRef> = of_family(engine, members, "email-outbound");
    let places = roles.with("phishing link").into_iter().chain(roles.with("possible C2 endpoint")).chain(bait.iter().copied());
    // On the word of weak evidence nobody is called exposed.
    let strong = members.iter().filter(|one| one.bits.value() >= CORE_BITS && !speaks_of_whole_day(engine, one));
    let strong: BTreeSet<&Entity> = strong.flat_map(|indicator| &indicator.entities).chain(bait.iter().copied()).collect();
    let places: BTreeSet<&Entity> = places.chain(roles.with("phishing sender")).filter(|place| strong.contains(place)).collect();
    let mut mails: BTreeSet<EventRef> = sent.clone();
    for place in &places {
        for touch in engine.graph.touches(place).and_then(Touches::contacts).unwrap_or_default() {
            // What a sender wrote before is no part of it.
            let from = if place.kind == EntityKind::Sender { first } else { from };
            if touch.event.time < from || touch.event.time > to || sent.contains(&touch.event) {
                continue;
            }
            match touch.domain {
                Domain::Email => {
                    mails.insert(touch.event);
                    add(person(engine, &touch.by), Act::Received, touch.event);
                }
                Domain::Network if place.kind != EntityKind::Sender => {
                    add(owner(engine, &touch.by, touch.event), Act::Clicked, touch.event)
                }
                _ => {}
            }
        }
    }
    for letter in engine.memory.letters.iter().filter(|letter| sent.contains(&letter.event)) {
        letter.to.iter().for_each(|to| add(person(engine, to), Act::Received, letter.event));
    }
    let messages: BTreeSet<&str> = if mails.is_empty() {
        BTreeSet::new()
    } else {
        engine.graph.messages_sent_by(&mails).iter().map(|(message, _)| message.key.as_str()).collect()
    };
    let is_one = |id: &SmolStr| messages.contains(id.as_str());
    if !messages.is_empty() {
        let within = |event: &EventRef| event.time >= from && event.time <= to;
        for letter in engine.memory.letters.iter().filter(|letter| within(&letter.event) && letter.answers.iter().any(is_one)) {
            add(person(engine, &letter.by), Act::Replied, letter.event);
        }
        for opening in engine.memory.openings.iter().filter(|opening| within(&opening.event) && opening.messages.iter().any(is_one)) {
            add(person(engine, &opening.by), Act::Opened, opening.event);
        }
    }
    for source in roles.with("unusual sign-in source") {
        for touch in engine.graph.touches(source).and_then(Touches::contacts).unwrap_or_default() {
            let acts = people.get_mut(&person(engine, &touch.by));
            let Some(acts) = acts.filter(|_| touch.domain == Domain::Saas && touch.event.time <= to) else { continue };
            let after = |event: &EventRef| (-CLOCKS_MS..=ENTERED_MS).contains(&touch.event.time.since(event.time));
            if [Act::Clicked, Act::Replied].iter().any(|act| acts.get(act).is_some_and(after)) {
                let known = acts.entry(Act::Entered).or_insert(touch.event);
                *known = touch.event.min(*known);
            }
        }
    }
    listed(engine, people)
}

fn listed(engine: &Engine, people: BTreeMap<Entity, Acts>) -> Vec<ExposedPerson> {
    let patient_zero = people
        .iter()
        .flat_map(|(who, acts)| acts.iter().filter(|(act, _)| **act >= Act::Clicked).map(move |(_, event)| (*event, who)))
        .min()
        .map(|(_, who)| who.clone());
    let mut listed: Vec<ExposedPerson> = people
        .into_iter()
        .map(|(entity, acts)| ExposedPerson {
            name: display_name(engine, &entity.key),
            is_patient_zero: patient_zero.as_ref() == Some(&entity),
            acts: acts.into_iter().map(|(act, event)| Exposure { act, time: event.time, event }).collect(),
            entity,
        })
        .collect();
    let furthest = |person: &ExposedPerson| person.acts.last().map(|exposure| exposure.act);
    listed.sort_by(|a, b| (furthest(b), b.is_patient_zero, &a.entity).cmp(&(furthest(a), a.is_patient_zero, &b.entity)));
    listed.truncate(MAX_PEOPLE);
    let begin = |person: &ExposedPerson| person.acts.iter().map(|exposure| exposure.time).min();
    listed.sort_by(|a, b| (begin(a), &a.entity).cmp(&(begin(b), &b.entity)));
    listed
}

/// Events of indicators of one family that are about a thing, not about a whole day.
pub(crate) fn of_family(engine: &Engine, members: &[&Indicator], family: &str) -> BTreeSet<EventRef> {
    let found = members.iter().filter(|one| one.family == family && !speaks_of_whole_day(engine, one));
    found.flat_map(|indicator| indicator.events.iter().copied()).collect()
}

fn person(engine: &Engine, key: &str) -> Entity {
    let is_known = engine.knowledge.directory.person(key).is_some() || engine.knowledge.directory.is_empty();
    Entity::new(if is_known { EntityKind::Person } else { EntityKind::Account }, key)
}

/// Whose device it was at the time; the device itself when nobody is known for it.
fn owner(engine: &Engine, device: &str, event: EventRef) -> Entity {
    let directory = &engine.knowledge.directory;
    let bound = engine.graph.bindings.person(device, event.time, directory);
    match bound.as_deref().or_else(|| directory.owner_of(device)) {
        Some(who) => Entity::new(EntityKind::Person, who),
        None => Entity::new(EntityKind::Device, device),
    }
}
