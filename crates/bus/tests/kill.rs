//! kill -9: whatever a child process had acknowledged when it was killed is there afterwards, in order and whole.
//!
//! The child is this test binary again, told by an environment variable to run only `child`. Rounds share one folder, so that recovery
//! of a recovered folder is tested too. The moment of the kill comes from a seed that failures print.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use weft_bus::{Bus, EmbeddedBus, EventStore, Record, Retention};
use weft_model::{ApiActivity, Body, Event, EventTime, EventUid, Metadata};

const ROLE: &str = "WEFT_BUS_TEST_CHILD";
const FOLDER: &str = "WEFT_BUS_TEST_FOLDER";
const ROUNDS: u64 = 6;
const SEED: u64 = 20_240_318;

/// Not a test by itself: what the child process runs.
#[test]
fn child() {
    let (Ok(role), Ok(folder)) = (std::env::var(ROLE), std::env::var(FOLDER)) else { return };
    match role.as_str() {
        "bus" => child_of_bus(&PathBuf::from(folder)),
        "store" => child_of_store(&PathBuf::from(folder)),
        other => panic!("unknown role {other}"),
    }
}

fn say(what: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what} {number}").and_then(|()| out.flush()).expect("the parent reads");
}

fn value(number: u64) -> Vec<u8> {
    // Sizes vary, so that kills fall inside records of every length; together they outgrow the memory and reach the table files.
    let mut value = number.to_be_bytes().to_vec();
    value.resize(8 + (number % 7) as usize * 3_000, number as u8);
    value
}

/// Publishes numbered records in batches for ever, reads them back and commits.
fn child_of_bus(folder: &Path) {
    let bus = EmbeddedBus::open(folder, Retention::default()).expect("open");
    let mut reader = bus.subscriber("reader", &["log"]).expect("subscriber");
    let mut next = bus.topics().first().map_or(0, |topic| topic.next);
    loop {
        let batch: Vec<Record> =
            (next..next + 1 + next % 40).map(|n| Record { topic: "log".into(), value: value(n), ..Record::default() }).collect();
        next += batch.len() as u64;
        bus.publish(batch).expect("publish");
        say("acked", next);
        let read = reader.poll(25, Duration::ZERO).expect("poll");
        reader.commit().expect("commit");
        if let Some(last) = read.last() {
            say("committed", number_of(&last.value) + 1);
        }
    }
}

fn number_of(value: &[u8]) -> u64 {
    u64::from_be_bytes(value[..8].try_into().expect("eight bytes"))
}

fn event(number: u64) -> Event {
    // Times run against the numbers, so that inserts do not arrive in order.
    Event {
        uid: EventUid(u128::from(number).to_be_bytes()),
        time: EventTime(-((number as i64 * 7_919) % 100_003)),
        metadata: Metadata::default(),
        raw_data: Some("r".repeat((number % 5) as usize * 4_000)),
        body: Body::Api(Box::new(ApiActivity { operation: number.to_string(), ..ApiActivity::default() })),
    }
}

/// Inserts numbered events in batches for ever.
fn child_of_store(folder: &Path) {
    let store = EventStore::open(folder).expect("open");
    let mut next = store.len();
    loop {
        let batch: Vec<Event> = (next..next + 1 + next % 50).map(event).collect();
        next += batch.len() as u64;
        store.insert(&batch).expect("insert");
        say("acked", next);
    }
}

/// What the child had said when it was killed.
#[derive(Default)]
struct Said {
    acked: u64,
    committed: u64,
}

/// Runs a child, kills it after `acks` acknowledgements, and returns the last it said.
fn run_and_kill(role: &str, folder: &Path, acks: u64) -> Said {
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("start the child");
    let mut said = Said::default();
    let mut heard = 0;
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    // After the kill the pipe still holds what was said before: read to its end.
    for line in lines.map_while(Result::ok) {
        let Some((what, number)) = line.split_once(' ') else { continue };
        match (what, number.parse::<u64>()) {
            ("acked", Ok(number)) => {
                said.acked = number;
                heard += 1;
                if heard == acks {
                    child.kill().expect("SIGKILL");
                }
            }
            ("committed", Ok(number)) => said.committed = number,
            _ => {}
        }
    }
    let status = child.wait().expect("wait");
    assert!(heard >= acks, "the child ended by itself: {status}");
    assert_eq!(status.code(), None, "the child was killed by a signal");
    said
}

/// A small seeded sequence (a linear congruential generator).
fn moments() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(SEED), |state| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)))
        .skip(1)
        .map(|state| 1 + (state >> 33) % 120)
}

#[test]
fn the_bus_keeps_what_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    for (round, acks) in (0..ROUNDS).zip(moments()) {
        let said = run_and_kill("bus", dir.path(), acks);
        let context = format!("seed {SEED}, round {round}, killed after {acks} acknowledgements");
        let bus = EmbeddedBus::open(dir.path(), Retention::default()).expect(&context);
        let stats = bus.topics().remove(0);
        assert!(stats.next >= said.acked, "{context}: {} acknowledged, {} there", said.acked, stats.next);
        let mut checker = bus.subscriber(&format!("checker-{round}"), &["log"]).unwrap();
        let mut expected = 0;
        loop {
            let records = checker.poll(1000, Duration::ZERO).expect(&context);
            if records.is_empty() {
                break;
            }
            for record in records {
                assert_eq!(record.value, value(expected), "{context}");
                expected += 1;
            }
        }
        assert_eq!(expected, stats.next, "{context}: no gap and no rest");
        let committed = bus.committed("reader", "log").unwrap().unwrap_or(0);
        assert!(committed >= said.committed, "{context}: the commit of {} became {committed}", said.committed);
        assert!(committed <= stats.next, "{context}");
    }
}

#[test]
fn the_event_store_keeps_what_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    for (round, acks) in (0..ROUNDS).zip(moments().skip(100)) {
        let said = run_and_kill("store", dir.path(), acks);
        let context = format!("seed {SEED}, round {round}, killed after {acks} acknowledgements");
        let store = EventStore::open(dir.path()).expect(&context);
        assert!(store.len() >= said.acked, "{context}: {} acknowledged, {} there", said.acked, store.len());
        let mut expected: Vec<Event> = (0..store.len()).map(event).collect();
        expected.sort_by_key(Event::reference);
        let found: Vec<Event> = store.all().map(|event| event.expect(&context)).collect();
        assert!(found == expected, "{context}: the events differ from those inserted");
    }
}
