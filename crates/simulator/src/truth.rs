//! `truth.json`: which attacks and look-alikes the raw inputs hold, and the events that prove each step.
//!
//! The event ids come from the project's own decoders, run over just the raw inputs that a step wrote.

use crate::SimulateError;
use crate::output::RawInputs;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use weft_model::{Body, Entity, Event, EventUid};

/// The whole file.
#[derive(Clone, Debug, Serialize)]
pub struct Truth {
    pub scenario: String,
    pub seed: u64,
    pub attacks: Vec<Attack>,
    pub look_alikes: Vec<LookAlike>,
}

impl Truth {
    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), SimulateError> {
        let io = |source| SimulateError::Io { path: path.to_owned(), source };
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        text.push(b'\n');
        std::fs::write(path, text).map_err(io)
    }
}

/// One attack.
#[derive(Clone, Debug, Serialize)]
pub struct Attack {
    pub id: String,
    pub title: String,
    pub entities: Vec<TruthEntity>,
    pub steps: Vec<Step>,
}

/// Somebody or something in an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthEntity {
    /// `kind:key`.
    pub id: String,
    pub kind: String,
    pub name: String,
    pub aliases: Vec<String>,
}

impl TruthEntity {
    /// An entity with its readable name.
    pub fn new(entity: &Entity, name: &str, aliases: &[&str]) -> Self {
        Self {
            id: entity.uid(),
            kind: entity.kind.as_str().to_owned(),
            name: name.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        }
    }
}

/// One step of an attack; times in milliseconds UTC.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub id: String,
    pub text: String,
    /// `email`, `saas` or `network`.
    pub domain: String,
    pub start: i64,
    pub end: i64,
    /// Ids of entities.
    pub entities: Vec<String>,
    /// Uids of every event that the step's raw inputs give, in order of uid.
    pub evidence: Vec<String>,
    pub required: bool,
}

/// Something harmless that resembles an attack.
#[derive(Clone, Debug, Serialize)]
pub struct LookAlike {
    pub id: String,
    pub kind: String,
    pub start: i64,
    pub end: i64,
    pub domains: Vec<String>,
    pub entities: Vec<String>,
}

impl LookAlike {
    /// A look-alike between two times.
    pub fn new(id: String, kind: &str, span: (i64, i64), domains: &[&str], entities: Vec<String>) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            start: span.0,
            end: span.1,
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            entities,
        }
    }
}

/// Decodes what a step wrote as raw inputs, and adds the events it wrote; returns the earliest and latest time and the uids.
pub fn evidence(inputs: &RawInputs) -> Result<(i64, i64, Vec<String>), SimulateError> {
    let mut events = inputs.events.clone();
    for message in &inputs.mails {
        events.push(reference(&weft_mail_decode::decode(message).map_err(|error| SimulateError::Decode(error.to_string()))?));
    }
    for record in &inputs.records {
        let event = weft_saas_map::map_record(record, &record.to_string()).map_err(|error| SimulateError::Decode(error.to_string()))?;
        events.push(reference(&event));
    }
    let mut decoder = weft_net_decode::Decoder::new(weft_net_decode::Limits::default());
    let mut packets: Vec<_> = inputs.packets.iter().collect();
    packets.sort_by_key(|packet| packet.time_us);
    for packet in packets {
        let mut keep = |event: Event| events.push(reference(&event));
        decoder
            .packet(1, packet.time_us * 1000, &packet.data, packet.original_len, &mut keep)
            .map_err(|error| SimulateError::Decode(error.to_string()))?;
    }
    decoder.finish(&mut |event| events.push(reference(&event)));
    let start = events.iter().map(|(time, _, _)| *time).min().unwrap_or_default();
    let end = events.iter().map(|(_, end, _)| *end).max().unwrap_or_default();
    let uids: BTreeSet<EventUid> = events.into_iter().map(|(_, _, uid)| uid).collect();
    Ok((start, end, uids.iter().map(EventUid::to_string).collect()))
}

/// First and last instant of an event, and its uid.
pub fn reference(event: &Event) -> (i64, i64, EventUid) {
    let end = match &event.body {
        Body::Network(flow) => flow.end_time.0.max(event.time.0),
        _ => event.time.0,
    };
    (event.time.0, end, event.uid)
}
