//! Reading a span of the event store.

use super::key::EventKey;
use crate::error::BusError;
use fjall::{Database, Guard, Iter, Keyspace, Readable, UserValue};
use weft_model::{Event, EventRef, EventTime};

/// Events of a span in (time, uid) order, from a snapshot taken when it was asked for. Keep it short-lived: the store cannot free
/// what a snapshot may still read.
pub struct EventRange {
    /// `None` when the span is empty.
    entries: Option<Iter>,
}

impl EventRange {
    pub(super) fn new(db: &Database, events: &Keyspace, from: EventTime, to: Option<EventTime>) -> Self {
        let start = EventKey::first_of(from).bytes();
        let entries = match to {
            None => Some(db.snapshot().range(events, start..)),
            Some(to) if from < to => Some(db.snapshot().range(events, start..EventKey::first_of(to).bytes())),
            Some(_) => None,
        };
        Self { entries }
    }

    /// The same span without decoding: where each event stands and its `weft_wire` bytes.
    pub fn encoded(self) -> impl DoubleEndedIterator<Item = Result<(EventRef, UserValue), BusError>> + Send {
        self.entries.into_iter().flatten().map(read)
    }
}

impl Iterator for EventRange {
    type Item = Result<Event, BusError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.as_mut()?.next().map(event)
    }
}

impl DoubleEndedIterator for EventRange {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.entries.as_mut()?.next_back().map(event)
    }
}

fn read(entry: Guard) -> Result<(EventRef, UserValue), BusError> {
    let (key, value) = entry.into_inner().map_err(BusError::storage("read events"))?;
    Ok((EventKey::parse(&key)?, value))
}

fn event(entry: Guard) -> Result<Event, BusError> {
    let (reference, value) = read(entry)?;
    decode(reference, &value)
}

pub(super) fn decode(reference: EventRef, value: &[u8]) -> Result<Event, BusError> {
    weft_wire::decode_event(value).map_err(|source| BusError::Decode { what: format!("event {}", reference.uid), source: Box::new(source) })
}
