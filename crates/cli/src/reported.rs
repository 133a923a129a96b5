//! The answer to somebody who reported one mail: what is strange about it, in plain words.

use crate::exit::usage;
use crate::replay::Replayed;
use std::collections::BTreeSet;
use weft_model::{Body, EventUid, Text};
use weft_narrative::mail;

/// The short text about the message with this Message-ID.
pub fn reported(replayed: &Replayed, message_id: &str) -> anyhow::Result<Text> {
    let wanted = message_id.trim().trim_start_matches('<').trim_end_matches('>');
    let mut events: BTreeSet<EventUid> = BTreeSet::new();
    for event in replayed.store.all() {
        let event = event?;
        if matches!(&event.body, Body::Email(email) if email.message_uid == wanted) {
            events.insert(event.reference().uid);
        }
    }
    if events.is_empty() {
        return Err(usage("no message of the input has this Message-ID; give it as in the header, with or without angle brackets"));
    }
    let indicators = replayed.engine.indicators();
    let about: Vec<_> = indicators.iter().filter(|one| one.events.iter().any(|event| events.contains(&event.uid))).collect();
    Ok(mail::reported(&about))
}
