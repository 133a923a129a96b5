//! The event store: order of arrival and repetition never matter; spans, bounds, removal, reopening.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use weft_bus::{EventStore, Inserted};
use weft_model::{ApiActivity, Body, Event, EventRef, EventTime, EventUid, Metadata};

fn event(time: i64, uid: u8, operation: &str) -> Event {
    Event {
        uid: EventUid([uid; 16]),
        time: EventTime(time),
        metadata: Metadata::default(),
        raw_data: None,
        body: Body::Api(Box::new(ApiActivity { operation: operation.into(), ..ApiActivity::default() })),
    }
}

fn all(store: &EventStore) -> Vec<Event> {
    store.all().map(|event| event.expect("readable")).collect()
}

fn open(dir: &tempfile::TempDir) -> EventStore {
    EventStore::open(dir.path()).expect("open")
}

#[test]
fn events_come_back_in_time_order_also_before_1970() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let times = [5, i64::MAX, -5, 0, i64::MIN, 1_710_720_000_000, -1_710_720_000_000];
    let inserted = store.insert(&times.map(|time| event(time, 1, "x"))).unwrap();
    assert_eq!(inserted, Inserted { new: 7, duplicate: 0 });
    let mut sorted = times;
    sorted.sort_unstable();
    assert_eq!(all(&store).iter().map(|e| e.time.0).collect::<Vec<_>>(), sorted);
    assert_eq!(store.all().rev().map(|e| e.unwrap().time.0).collect::<Vec<_>>(), sorted.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(store.time_bounds().unwrap(), Some((EventTime(i64::MIN), EventTime(i64::MAX))));
}

#[test]
fn a_span_is_half_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.insert(&[event(10, 0, "x"), event(10, 255, "x"), event(20, 0, "x"), event(30, 0, "x")]).unwrap();
    let times = |from, to| store.range(EventTime(from), EventTime(to)).map(|e| e.unwrap().time.0).collect::<Vec<_>>();
    assert_eq!(times(10, 30), [10, 10, 20]);
    assert_eq!(times(11, 31), [20, 30]);
    assert_eq!(times(20, 20), [] as [i64; 0]);
    assert_eq!(times(30, 10), [] as [i64; 0], "an inverted span is empty");
    assert_eq!(times(i64::MIN, i64::MAX).len(), 4);
}

#[test]
fn an_event_is_found_by_its_reference() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    assert_eq!(store.time_bounds().unwrap(), None);
    let known = event(1, 1, "x");
    store.insert(std::slice::from_ref(&known)).unwrap();
    assert_eq!(store.get(known.reference()).unwrap(), Some(known.clone()));
    assert_eq!(store.get(EventRef { time: EventTime(2), uid: known.uid }).unwrap(), None);
}

#[test]
fn removing_old_events_keeps_count_and_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let events: Vec<Event> = (0..10_000).map(|n| event(n, (n % 251) as u8, "x")).collect();
    store.insert(&events).unwrap();
    assert_eq!(store.remove_before(EventTime(9_990)).unwrap(), 9_990);
    assert_eq!(store.remove_before(EventTime(9_990)).unwrap(), 0);
    assert_eq!((store.len(), all(&store)), (10, events[9_990..].to_vec()));
    assert_eq!(store.time_bounds().unwrap(), Some((EventTime(9_990), EventTime(9_999))));
}

#[test]
fn a_store_opened_again_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<Event> = (0..100).map(|n| event(n, 1, "x")).collect();
    open(&dir).insert(&events).unwrap();
    let store = open(&dir);
    assert_eq!((store.len(), all(&store)), (100, events.clone()));
    assert_eq!(store.insert(&events).unwrap(), Inserted { new: 0, duplicate: 100 });
}

#[test]
fn a_span_shows_the_store_as_it_was_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.insert(&[event(1, 1, "x"), event(3, 1, "x")]).unwrap();
    let mut span = store.all();
    assert_eq!(span.next().unwrap().unwrap().time.0, 1);
    store.insert(&[event(2, 1, "late")]).unwrap();
    assert_eq!(span.map(|e| e.unwrap().time.0).collect::<Vec<_>>(), [3]);
    assert_eq!(all(&store).len(), 3);
}

#[test]
fn bytes_that_are_no_event_are_an_error_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.insert(&[event(1, 1, "x"), event(3, 1, "x")]).unwrap();
    store.insert_encoded([(EventRef { time: EventTime(2), uid: EventUid([9; 16]) }, vec![0xff; 9])]).unwrap();
    let read: Vec<Option<i64>> = store.all().map(|event| event.ok().map(|e| e.time.0)).collect();
    assert_eq!(read, [Some(1), None, Some(3)]);
    assert_eq!(store.all().encoded().filter(Result::is_ok).count(), 3);
}

#[test]
fn oversize_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let reference = EventRef { time: EventTime(2), uid: EventUid([9; 16]) };
    let error = store.insert_encoded([(reference, vec![0; weft_wire::MAX_EVENT_BYTES + 1])]).unwrap_err();
    assert!(error.to_string().contains("bytes"), "{error}");
    assert!(store.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The store is a function of the set of events: any order, split and repetition gives the same scan, and of two records under one
    /// (time, uid) the smaller encoding stays.
    #[test]
    fn arrival_order_split_and_repetition_do_not_matter(
        arrivals in proptest::collection::vec((0i64..6, 0u8..4, 0u8..3), 1..60),
        cuts in proptest::collection::vec(1usize..9, 1..20),
        seed: u64,
    ) {
        let events: Vec<Event> = arrivals.iter().map(|(time, uid, text)| event(*time, *uid, &"z".repeat(usize::from(*text)))).collect();
        let mut expected: BTreeMap<EventRef, Vec<u8>> = BTreeMap::new();
        for event in &events {
            let bytes = weft_wire::encode_event(event);
            let smallest = expected.entry(event.reference()).or_insert_with(|| bytes.clone());
            *smallest = smallest.clone().min(bytes);
        }
        // Another order, with some events twice.
        let mut shuffled: Vec<Event> = events.iter().chain(events.iter().step_by(3)).cloned().collect();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        for arrivals in [events, shuffled] {
            let dir = tempfile::tempdir().unwrap();
            let store = open(&dir);
            let mut total = Inserted::default();
            let (mut rest, mut cuts) = (arrivals.as_slice(), cuts.iter().cycle());
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                let inserted = store.insert(now).unwrap();
                total.new += inserted.new;
                total.duplicate += inserted.duplicate;
                rest = later;
            }
            let stored: BTreeMap<EventRef, Vec<u8>> = store.all().encoded().map(|e| e.map(|(r, v)| (r, v.to_vec())).unwrap()).collect();
            prop_assert_eq!(&stored, &expected);
            prop_assert_eq!(store.len(), expected.len() as u64);
            prop_assert_eq!((total.new, total.duplicate), (expected.len() as u64, (arrivals.len() - expected.len()) as u64));
        }
    }
}
