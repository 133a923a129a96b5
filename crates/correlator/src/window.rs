//! The open window: events younger than the allowed lateness, sorted and deduplicated, handed on hour by hour.

use std::collections::BTreeMap;
use weft_model::{Event, EventRef, EventTime, HOUR_MS};

/// How late an event may arrive and still be scored in its place: 72 hours of event time.
pub const LATENESS_MS: i64 = 72 * HOUR_MS;

/// What happened to an inserted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    New,
    Duplicate,
    /// Older than the hours already handed on; the caller counts it.
    Late,
}

/// Events that may still be joined by earlier ones.
#[derive(Debug)]
pub struct Window {
    events: BTreeMap<EventRef, Event>,
    lateness_ms: i64,
    newest: Option<EventTime>,
    /// Hours before this one are closed.
    closed_before: i64,
}

impl Window {
    /// `lateness_ms` 0 for input that is sorted already.
    pub fn new(lateness_ms: i64) -> Self {
        Self { events: BTreeMap::new(), lateness_ms, newest: None, closed_before: i64::MIN }
    }

    /// An empty window behind hours that were handed on before: those before `first_open` (hours since the epoch).
    pub fn from_hour(lateness_ms: i64, first_open: i64) -> Self {
        Self { closed_before: first_open, ..Self::new(lateness_ms) }
    }

    /// The first hour that was not handed on; all hours before it are closed.
    pub fn first_open_hour(&self) -> i64 {
        self.closed_before
    }

    /// Takes an event in.
    pub fn insert(&mut self, event: Event) -> Inserted {
        if event.time.hour() < self.closed_before {
            return Inserted::Late;
        }
        self.newest = self.newest.max(Some(event.time));
        match self.events.insert(event.reference(), event) {
            None => Inserted::New,
            Some(_) => Inserted::Duplicate,
        }
    }

    /// The next hour that can no longer change, in (time, uid) order; `None` until the watermark passes it.
    pub fn next_closed(&mut self) -> Option<Vec<Event>> {
        let watermark = self.newest?.plus_ms(-self.lateness_ms).hour();
        let hour = self.events.first_key_value()?.0.time.hour();
        (hour < watermark).then(|| self.take(hour))
    }

    /// The next hour whether or not more could come: the end of a replay.
    pub fn drain(&mut self) -> Option<Vec<Event>> {
        let hour = self.events.first_key_value()?.0.time.hour();
        Some(self.take(hour))
    }

    fn take(&mut self, hour: i64) -> Vec<Event> {
        let end = EventRef { time: EventTime((hour + 1).saturating_mul(HOUR_MS)), uid: weft_model::EventUid([0; 16]) };
        let rest = self.events.split_off(&end);
        self.closed_before = hour + 1;
        std::mem::replace(&mut self.events, rest).into_values().collect()
    }

    /// The hour of the newest event.
    pub fn newest_hour(&self) -> Option<i64> {
        self.newest.map(EventTime::hour)
    }

    /// The open events hour by hour, from an hour on and before another, for a provisional look ahead.
    pub fn open_hours(&self, from: i64, before: i64) -> impl Iterator<Item = Vec<Event>> + '_ {
        let start = |hour: i64| EventRef { time: EventTime(hour.saturating_mul(HOUR_MS)), uid: weft_model::EventUid([0; 16]) };
        let mut rest = self.events.range(start(from)..start(before.max(from))).peekable();
        std::iter::from_fn(move || {
            let hour = rest.peek()?.0.time.hour();
            let mut events = Vec::new();
            while let Some((_, event)) = rest.next_if(|(reference, _)| reference.time.hour() == hour) {
                events.push(event.clone());
            }
            Some(events)
        })
    }

    /// Up to when the final incidents are final.
    pub fn watermark(&self) -> Option<EventTime> {
        self.newest.map(|newest| newest.plus_ms(-self.lateness_ms))
    }

    /// Events held.
    pub fn len(&self) -> usize {
        self.events.len()
    }
    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::{Body, EventUid, Metadata};

    fn event(time: i64, name: &str) -> Event {
        let uid = EventUid::of("t", &[name.as_bytes()]);
        Event { uid, time: EventTime(time), metadata: Metadata::default(), raw_data: None, body: Body::Dns(Box::default()) }
    }

    #[test]
    fn hours_close_when_the_watermark_passes() {
        let mut window = Window::new(LATENESS_MS);
        assert_eq!(window.insert(event(10, "a")), Inserted::New);
        assert_eq!(window.insert(event(5, "b")), Inserted::New);
        assert_eq!(window.insert(event(5, "b")), Inserted::Duplicate);
        assert!(window.next_closed().is_none());
        window.insert(event(LATENESS_MS + HOUR_MS, "c"));
        let hour: Vec<i64> = window.next_closed().unwrap().iter().map(|event| event.time.0).collect();
        assert_eq!(hour, [5, 10]);
        assert_eq!(window.insert(event(7, "d")), Inserted::Late);
        assert_eq!(window.drain().map(|hour| hour.len()), Some(1));
        assert!(window.is_empty());
    }
}
