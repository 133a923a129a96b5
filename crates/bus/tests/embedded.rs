//! The embedded bus as its users see it: order, groups, waiting, retention, reopening.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use weft_bus::record::{MAX_HEADERS, MAX_VALUE_BYTES};
use weft_bus::{Bus, BusError, EmbeddedBus, Record, Retention, Subscriber};

/// Long enough that only a lost wake-up reaches it.
const LONG: Duration = Duration::from_secs(60);

fn open(dir: &Path) -> EmbeddedBus {
    EmbeddedBus::open(dir, Retention::default()).expect("open")
}

fn record(topic: &str, number: u32) -> Record {
    Record {
        topic: topic.into(),
        key: format!("k{number}").into_bytes(),
        value: number.to_be_bytes().to_vec(),
        headers: vec![("content-type".into(), "test".into()), ("n".into(), number.to_string())],
    }
}

fn records(topic: &str, numbers: std::ops::Range<u32>) -> Vec<Record> {
    numbers.map(|number| record(topic, number)).collect()
}

fn drain(subscriber: &mut dyn Subscriber) -> Vec<Record> {
    let mut all = Vec::new();
    loop {
        let some = subscriber.poll(7, Duration::ZERO).expect("poll");
        if some.is_empty() {
            return all;
        }
        all.extend(some);
    }
}

#[test]
fn records_come_whole_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let mut subscriber = bus.subscriber("g", &["a"]).unwrap();
    assert_eq!(subscriber.poll(10, Duration::ZERO).unwrap(), vec![]);
    bus.publish(records("a", 0..20)).unwrap();
    bus.publish(records("a", 20..21)).unwrap();
    assert_eq!(drain(&mut *subscriber), records("a", 0..21));
}

#[test]
fn every_group_reads_everything_and_goes_on_behind_its_commit() {
    let dir = tempfile::tempdir().unwrap();
    {
        let bus = open(dir.path());
        bus.publish(records("a", 0..10)).unwrap();
        let mut one = bus.subscriber("one", &["a"]).unwrap();
        assert_eq!(one.poll(4, Duration::ZERO).unwrap(), records("a", 0..4));
        one.commit().unwrap();
        assert_eq!(one.poll(3, Duration::ZERO).unwrap(), records("a", 4..7), "a commit does not rewind");
        let mut other = bus.subscriber("other", &["a"]).unwrap();
        assert_eq!(drain(&mut *other), records("a", 0..10));
        assert_eq!(bus.committed("one", "a").unwrap(), Some(4));
        assert_eq!(bus.committed("other", "a").unwrap(), None);
    }
    let bus = open(dir.path());
    assert_eq!(drain(&mut *bus.subscriber("one", &["a"]).unwrap()), records("a", 4..10), "what was not committed comes again");
    assert_eq!(drain(&mut *bus.subscriber("other", &["a"]).unwrap()), records("a", 0..10));
    bus.publish(records("a", 10..11)).unwrap();
    assert_eq!(bus.topics()[0].next, 11, "offsets go on after reopening");
}

#[test]
fn a_busy_topic_does_not_starve_another() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    bus.publish(records("busy", 0..100)).unwrap();
    bus.publish(records("calm", 0..3)).unwrap();
    let mut subscriber = bus.subscriber("g", &["busy", "calm"]).unwrap();
    let mut read: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..2 {
        for record in subscriber.poll(10, Duration::ZERO).unwrap() {
            *read.entry(record.topic).or_default() += 1;
        }
    }
    assert_eq!(read.get("calm"), Some(&3), "{read:?}");
}

#[test]
fn a_blocked_poll_is_woken_by_a_publish() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    // The topic does not exist when the poll begins.
    let mut subscriber = bus.subscriber("g", &["later"]).unwrap();
    let (waiting, started) = mpsc::channel();
    let reader = thread::spawn(move || {
        waiting.send(()).unwrap();
        let begun = std::time::Instant::now();
        (subscriber.poll(10, LONG).unwrap(), begun.elapsed())
    });
    started.recv().unwrap();
    bus.publish(records("unrelated", 0..1)).unwrap();
    bus.publish(records("later", 0..1)).unwrap();
    let (read, waited) = reader.join().unwrap();
    assert_eq!(read, records("later", 0..1));
    assert!(waited < LONG, "the poll ran into its timeout");
}

#[test]
fn many_publishers_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let mut subscriber = bus.subscriber("g", &["a"]).unwrap();
    let publishers: Vec<_> = (0..4u32)
        .map(|lane| {
            let publisher = bus.publisher().unwrap();
            thread::spawn(move || (0..50u32).for_each(|i| publisher.publish(vec![record("a", lane * 1000 + i)]).unwrap()))
        })
        .collect();
    let mut read = Vec::new();
    while read.len() < 200 {
        let some = subscriber.poll(1000, LONG).unwrap();
        assert!(!some.is_empty(), "only {} of 200 records came", read.len());
        read.extend(some.iter().map(|r| u32::from_be_bytes(r.value.as_slice().try_into().unwrap())));
    }
    for publisher in publishers {
        publisher.join().unwrap();
    }
    for lane in 0..4 {
        let of_lane: Vec<u32> = read.iter().copied().filter(|n| n / 1000 == lane).collect();
        assert_eq!(of_lane, (lane * 1000..lane * 1000 + 50).collect::<Vec<_>>(), "a publisher's own records keep their order");
    }
}

#[test]
fn a_topic_keeps_its_newest_records_within_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let limit = 20_000;
    let bus = EmbeddedBus::open(dir.path(), Retention { bytes_per_topic: limit }).unwrap();
    let mut slow = bus.subscriber("slow", &["a"]).unwrap();
    bus.publish(records("small", 0..3)).unwrap();
    for number in 0..1000 {
        let publish = bus.publish(vec![Record { value: vec![7; 100], ..record("a", number) }]);
        publish.unwrap();
    }
    let topics = bus.topics();
    let stats = topics.iter().find(|t| t.topic == "a").unwrap();
    assert!(stats.bytes <= limit && stats.bytes > limit / 2, "{stats:?}");
    assert_eq!(stats.next, 1000);
    let left = drain(&mut *slow);
    assert_eq!(left.len() as u64, stats.next - stats.first, "a reader that fell behind goes on at the oldest record kept");
    assert_eq!(left.last().unwrap().header("n"), Some("999"));
    assert_eq!(left[0].header("n"), Some(stats.first.to_string().as_str()));
    assert_eq!(drain(&mut *bus.subscriber("g", &["small"]).unwrap()).len(), 3, "another topic is not touched");
    drop((bus, slow));
    let reopened = open(dir.path());
    assert_eq!(reopened.topics(), topics, "sizes are known after reopening");
}

#[test]
fn a_group_has_one_reader_a_topic() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let first = bus.subscriber("g", &["a", "b"]).unwrap();
    assert!(matches!(bus.subscriber("g", &["b"]), Err(BusError::GroupBusy { .. })));
    assert!(bus.subscriber("h", &["b"]).is_ok());
    drop(first);
    assert!(bus.subscriber("g", &["b"]).is_ok(), "dropping a reader frees its topics");
}

#[test]
fn an_illegal_record_refuses_the_whole_call() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let bad = [
        Record { value: vec![0; MAX_VALUE_BYTES + 1], ..record("a", 1) },
        Record { headers: vec![Default::default(); MAX_HEADERS + 1], ..record("a", 1) },
        record("no/topic", 1),
    ];
    for bad in bad {
        assert!(bus.publish(vec![record("a", 0), bad]).is_err());
    }
    assert_eq!(bus.topics(), vec![]);
    assert!(bus.publish(vec![]).is_ok());
    assert!(bus.subscriber("a/b", &["a"]).is_err());
    assert!(bus.subscriber("g", &["a/b"]).is_err());
    assert!(bus.subscriber("g", &[]).unwrap().poll(1, LONG).unwrap().is_empty(), "no topic, nothing to wait for");
}

#[test]
fn the_number_of_topics_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let many = (0..65).map(|n| record(&format!("t{n}"), n)).collect();
    assert!(matches!(bus.publish(many), Err(BusError::TooManyTopics { max: 64 })));
    bus.publish((0..64).map(|n| record(&format!("t{n}"), n)).collect()).unwrap();
    assert!(bus.publish(records("t64", 0..1)).is_err());
    assert!(bus.publish(records("t1", 0..1)).is_ok());
}

#[test]
fn a_publish_larger_than_a_batch_arrives_whole() {
    let dir = tempfile::tempdir().unwrap();
    let bus = open(dir.path());
    let big = |n| Record { value: vec![n; 6_000_000], ..record("a", u32::from(n)) };
    bus.publish((0..8).map(big).collect()).unwrap();
    let mut subscriber = bus.subscriber("g", &["a"]).unwrap();
    let first = subscriber.poll(100, Duration::ZERO).unwrap();
    assert!(first.len() < 8, "a poll is bounded in bytes");
    let rest = drain(&mut *subscriber);
    let values: Vec<u8> = first.iter().chain(&rest).map(|r| r.value[0]).collect();
    assert_eq!(values, (0..8).collect::<Vec<u8>>());
}

#[test]
fn a_folder_in_use_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let _bus = open(dir.path());
    let second = EmbeddedBus::open(dir.path(), Retention::default());
    assert!(matches!(second, Err(BusError::InUse { .. })));
}
