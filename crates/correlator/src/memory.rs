//! What the analyst may ask about later and no model keeps: letters from inside, openings, uploads, changes that undo something.
//! Filled hour by hour in (time, uid) order; it must not judge.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use weft_indicators::{Context, Fact, FactKind, field};
use weft_model::{Body, DAY_MS, EmailActivity, Entity, EntityKind, Event, EventRef, EventTime, SmolStr};

/// Notes are kept this long, and this many of each kind; of more the oldest go.
const REMEMBER_MS: i64 = 45 * DAY_MS;
const MAX_NOTES: usize = 100_000;
/// Addresses and message ids of one event.
const MAX_NAMED: usize = 50;

/// A mail written by somebody here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) event: EventRef,
    pub(crate) by: SmolStr,
    /// Recipients inside, when it has a link.
    pub(crate) to: Vec<SmolStr>,
    /// Ids of the messages that it answers.
    pub(crate) answers: Vec<SmolStr>,
}

/// Messages that somebody opened, as the audit log tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) event: EventRef,
    pub(crate) by: SmolStr,
    pub(crate) messages: Vec<SmolStr>,
}

/// Much data that a device sent to the outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) event: EventRef,
    pub(crate) device: SmolStr,
    pub(crate) to: Entity,
    pub(crate) bytes: u64,
}

/// Something that takes back what an attacker may have done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Undoing {
    pub(crate) event: EventRef,
    pub(crate) account: SmolStr,
    /// `undone-password`, `undone-disabled`, `undone-factor`, `undone-rule` of the texts.
    pub(crate) what: SmolStr,
    /// Name of the rule, else empty.
    pub(crate) object: SmolStr,
}

/// The notes, each kind in (time, uid) order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    #[serde(with = "shared")]
    pub(crate) letters: VecDeque<Arc<Letter>>,
    #[serde(with = "shared")]
    pub(crate) openings: VecDeque<Arc<Opening>>,
    #[serde(with = "shared")]
    pub(crate) uploads: VecDeque<Arc<Upload>>,
    #[serde(with = "shared")]
    pub(crate) undoings: VecDeque<Arc<Undoing>>,
}

fn keep<T>(notes: &mut VecDeque<Arc<T>>, note: T) {
    if notes.len() >= MAX_NOTES {
        notes.pop_front();
    }
    notes.push_back(Arc::new(note));
}

/// A note with its counters, its place in the list, and its names, near enough.
const NOTE_BYTES: usize = 160;

impl Memory {
    /// Bytes that they take, about.
    pub(crate) fn bytes(&self) -> usize {
        (self.letters.len() + self.openings.len() + self.uploads.len() + self.undoings.len()) * NOTE_BYTES
    }
    /// Notes what is worth it of an event and its facts.
    pub(crate) fn note(&mut self, event: &Event, facts: &[Fact], context: Context<'_>) {
        match &event.body {
            Body::Email(email) => self.letter(event, email, context),
            Body::Api(call) if call.operation == "MailItemsAccessed" => {
                let messages: Vec<SmolStr> = call.resources.iter().take(MAX_NAMED).map(SmolStr::new).collect();
                let by = facts.first().and_then(Fact::actor).map(|actor| SmolStr::new(&actor.key));
                if let Some(by) = by.filter(|_| !messages.is_empty()) {
                    keep(&mut self.openings, Opening { event: event.reference(), by, messages });
                }
            }
            _ => {}
        }
        for fact in facts {
            self.fact(fact);
        }
    }

    fn letter(&mut self, event: &Event, email: &EmailActivity, context: Context<'_>) {
        let Some((by, _)) = context.directory.person(&email.from) else { return };
        let mut to = BTreeSet::new();
        if !email.links.is_empty() {
            let people = email.to.iter().chain(&email.cc).take(MAX_NAMED).filter_map(|address| context.directory.person(address));
            to.extend(people.map(|(key, _)| SmolStr::new(key)));
        }
        let answers: Vec<SmolStr> = email.in_reply_to.iter().take(MAX_NAMED).map(SmolStr::new).collect();
        let says_something = !to.is_empty() || !answers.is_empty();
        if says_something && !email.is_automatic {
            let letter = Letter { event: event.reference(), by: SmolStr::new(by), to: to.into_iter().collect(), answers };
            keep(&mut self.letters, letter);
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let Some(actor) = fact.actor().map(|actor| actor.key.clone()) else { return };
        let is = |field, value: &str| fact.get(field).is_some_and(|known| known == value);
        if is(field!("status"), "failure") {
            return;
        }
        let place = || fact.entity(EntityKind::Domain).or_else(|| fact.entity(EntityKind::Ip)).cloned();
        match fact.kind {
            FactKind::NetFlow => {
                if let Some(to) = place() {
                    keep(&mut self.uploads, Upload { event: fact.event, device: actor, to, bytes: fact.amount });
                }
            }
            FactKind::SaasAccount => {
                let what = match fact.get(field!("account_change")).map(SmolStr::as_str) {
                    Some("password changed" | "password reset") => "undone-password",
                    Some("account disabled" | "account deleted") => "undone-disabled",
                    Some("second factor removed") => "undone-factor",
                    _ => return,
                };
                keep(
                    &mut self.undoings,
                    Undoing { event: fact.event, account: actor, what: SmolStr::new_static(what), object: SmolStr::default() },
                );
            }
            FactKind::SaasChange if is(field!("object"), "Inbox Rule") && is(field!("change"), "deleted") => {
                let object = fact.get(field!("object_name")).cloned().unwrap_or_default();
                keep(&mut self.undoings, Undoing { event: fact.event, account: actor, what: SmolStr::new_static("undone-rule"), object });
            }
            _ => {}
        }
    }

    /// Forgets what is long past.
    pub(crate) fn forget(&mut self, now: EventTime) {
        let is_old = |event: &EventRef| now.since(event.time) > REMEMBER_MS;
        drop_while(&mut self.letters, |note| is_old(&note.event));
        drop_while(&mut self.openings, |note| is_old(&note.event));
        drop_while(&mut self.uploads, |note| is_old(&note.event));
        drop_while(&mut self.undoings, |note| is_old(&note.event));
    }
}

fn drop_while<T>(notes: &mut VecDeque<Arc<T>>, is_old: impl Fn(&T) -> bool) {
    while notes.front().is_some_and(|note| is_old(note)) {
        notes.pop_front();
    }
}

/// Notes as they are written, without the counts of who shares them.
mod shared {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::VecDeque;
    use std::sync::Arc;

    pub(super) fn serialize<T: Serialize, S: Serializer>(notes: &VecDeque<Arc<T>>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(notes.iter().map(|note| &**note))
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<VecDeque<Arc<T>>, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
    }
}
