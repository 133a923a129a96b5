//! The bus against a real Apache Kafka. `make test-kafka` starts one and sets `WEFT_KAFKA` to its address.
//!
//! Every test has topics and groups of its own (a prefix), so that tests share the broker; the one that kills a broker starts its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use weft_bus::{Bus, BusError, Publisher, Record, Subscriber};
use weft_bus_kafka::KafkaBus;
use weft_bus_kafka::KafkaConfig;

/// How long records may take to come; only a failure reaches it.
const PATIENCE: Duration = Duration::from_secs(90);
const EVENTS: &str = "weft.events.v1";
const INCIDENTS: &str = "weft.incidents.v1";

fn bootstrap() -> String {
    std::env::var("WEFT_KAFKA").expect("these tests need a Kafka broker in WEFT_KAFKA: run make test-kafka")
}

fn config(prefix: &str) -> KafkaConfig {
    // The process id keeps runs against one broker apart.
    KafkaConfig { topic_prefix: format!("{prefix}-{}.", std::process::id()), ..KafkaConfig::new(bootstrap()) }
}

fn connect(prefix: &str) -> KafkaBus {
    KafkaBus::connect(config(prefix)).expect("connect")
}

fn record(topic: &str, number: u64) -> Record {
    Record {
        topic: topic.into(),
        key: format!("acme|{}", number % 5).into_bytes(),
        value: number.to_be_bytes().to_vec(),
        headers: vec![("content-type".into(), "application/octet-stream".into()), ("ce_id".into(), number.to_string())],
    }
}

fn records(range: std::ops::Range<u64>) -> Vec<Record> {
    range.map(|number| record(EVENTS, number)).collect()
}

fn number(record: &Record) -> u64 {
    u64::from_be_bytes(record.value.as_slice().try_into().expect("eight bytes"))
}

/// Polls until `count` records came.
fn take(subscriber: &mut dyn Subscriber, count: usize) -> Vec<Record> {
    let started = Instant::now();
    let mut all = Vec::new();
    while all.len() < count {
        assert!(started.elapsed() < PATIENCE, "{} of {count} records in {PATIENCE:?}", all.len());
        all.extend(subscriber.poll(count - all.len(), Duration::from_millis(500)).expect("poll"));
    }
    all
}

fn sorted(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by_key(number);
    records
}

#[test]
fn records_arrive_whole_and_in_the_order_of_their_key() {
    let bus = connect("whole");
    let publisher = bus.publisher().unwrap();
    publisher.publish(records(0..100)).unwrap();
    publisher.publish(vec![]).unwrap();
    let read = take(&mut *bus.subscriber("g", &[EVENTS]).unwrap(), 100);
    for key in 0..5 {
        let of_key: Vec<u64> = read.iter().map(number).filter(|n| n % 5 == key).collect();
        assert!(of_key.is_sorted(), "key {key}: {of_key:?}");
    }
    assert_eq!(sorted(read), records(0..100), "topic, key, value and headers come back");
}

#[test]
fn a_group_goes_on_behind_its_commit_in_another_process() {
    let config = config("resume");
    {
        let bus = KafkaBus::connect(config.clone()).unwrap();
        bus.publisher().unwrap().publish(records(0..30)).unwrap();
        let mut subscriber = bus.subscriber("g", &[EVENTS]).unwrap();
        take(&mut *subscriber, 30);
        subscriber.commit().unwrap();
        bus.publisher().unwrap().publish(records(30..40)).unwrap();
        assert_eq!(sorted(take(&mut *subscriber, 10)), records(30..40));
        // Not committed: a crash before the processing ended.
    }
    let bus = KafkaBus::connect(config).unwrap();
    let mut again = bus.subscriber("g", &[EVENTS]).unwrap();
    assert_eq!(sorted(take(&mut *again, 10)), records(30..40), "what was not committed comes again, what was does not");
    again.commit().unwrap();
    assert_eq!(sorted(take(&mut *bus.subscriber("other", &[EVENTS]).unwrap(), 40)), records(0..40), "another group reads everything");
}

#[test]
fn members_of_a_group_share_the_work_and_lose_nothing() {
    let bus = Arc::new(connect("share"));
    let publisher = bus.publisher().unwrap();
    publisher.publish(records(0..50)).unwrap();
    let seen: Arc<std::sync::Mutex<BTreeSet<u64>>> = Arc::default();
    let done = Arc::new(AtomicBool::new(false));
    let (working, first_works) = mpsc::channel();
    let member = |working: Option<mpsc::Sender<()>>| {
        let (bus, seen, done) = (Arc::clone(&bus), Arc::clone(&seen), Arc::clone(&done));
        thread::spawn(move || {
            let mut subscriber = bus.subscriber("g", &[EVENTS]).expect("subscriber");
            if let Some(working) = working {
                let read = take(&mut *subscriber, 1);
                seen.lock().unwrap().extend(read.iter().map(number));
                working.send(()).expect("the test waits");
            }
            while !done.load(Ordering::Relaxed) {
                let read = subscriber.poll(7, Duration::from_millis(100)).expect("a rebalance is no error");
                seen.lock().unwrap().extend(read.iter().map(number));
                subscriber.commit().expect("a commit that a rebalance overtook is no error");
            }
        })
    };
    let first = member(Some(working));
    first_works.recv().expect("the first member reads");
    // It owns every partition, with records polled and not committed, when the second one joins and takes some away.
    let members = [first, member(None)];
    let mut published = 50;
    let started = Instant::now();
    while published < 400 || seen.lock().unwrap().len() < published as usize {
        assert!(started.elapsed() < PATIENCE, "{} of {published} seen", seen.lock().unwrap().len());
        if published < 400 {
            publisher.publish(records(published..published + 10)).unwrap();
            published += 10;
        }
        thread::yield_now();
    }
    done.store(true, Ordering::Relaxed);
    for member in members {
        member.join().expect("member");
    }
    assert_eq!(*seen.lock().unwrap(), (0..published).collect());
}

#[test]
fn the_topic_of_incidents_is_compacted_and_events_are_not() {
    let config = config("policy");
    let bus = KafkaBus::connect(config.clone()).unwrap();
    bus.publisher().unwrap().publish(vec![record(EVENTS, 1), record(INCIDENTS, 2)]).unwrap();
    for (topic, policy) in [(INCIDENTS, "compact"), (EVENTS, "delete")] {
        let full = format!("{}{topic}", config.topic_prefix);
        let described = java("org.apache.kafka.tools.TopicCommand", &["--bootstrap-server", &bootstrap(), "--describe", "--topic", &full]);
        let compacted = described.contains("cleanup.policy=compact");
        assert_eq!(compacted, policy == "compact", "{described}");
        assert!(described.contains("max.message.bytes"), "{described}");
    }
}

#[test]
fn a_foreign_client_reads_key_headers_and_value() {
    let config = config("foreign");
    let bus = KafkaBus::connect(config.clone()).unwrap();
    let sent = Record { value: b"{\"class_uid\":2005}".to_vec(), ..record(INCIDENTS, 7) };
    bus.publisher().unwrap().publish(vec![sent]).unwrap();
    let output =
        Command::new(scripts().join("consume")).args([&bootstrap(), &format!("{}{INCIDENTS}", config.topic_prefix), "1"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text, "content-type:application/octet-stream,ce_id:7\tacme|2\t{\"class_uid\":2005}\n");
}

#[test]
fn large_records_and_full_queues_are_no_obstacle() {
    let config = KafkaConfig { extra: [("queue.buffering.max.messages".to_owned(), "50".to_owned())].into(), ..config("large") };
    let bus = KafkaBus::connect(config).unwrap();
    let large =
        Record { value: (0..8 * 1024 * 1024u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect(), ..record(EVENTS, 0) };
    let publisher = bus.publisher().unwrap();
    publisher.publish(vec![large.clone()]).unwrap();
    let mut subscriber = bus.subscriber("g", &[EVENTS]).unwrap();
    assert!(take(&mut *subscriber, 1) == [large], "a record of the greatest size comes back whole");
    publisher.publish(records(0..2_000)).unwrap();
    assert_eq!(take(&mut *subscriber, 2_000).len(), 2_000);
}

#[test]
fn errors_say_what_to_do() {
    let mut nobody = KafkaConfig::new("127.0.0.1:1");
    nobody.extra.insert("socket.connection.setup.timeout.ms".into(), "1000".into());
    let error = KafkaBus::connect(nobody).err().expect("nobody listens there");
    assert!(matches!(error, BusError::Broker { .. }));
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains("no broker answers"), "{error}");
    let bus = connect("errors");
    assert!(bus.publisher().unwrap().publish(vec![Record { topic: "a/b".into(), ..record(EVENTS, 0) }]).is_err());
    assert!(bus.subscriber("g", &["a/b"]).is_err());
    assert!(bus.subscriber("", &[EVENTS]).is_ok(), "the prefix makes it a name");
}

/// A broker of this test's own; stopped when dropped.
struct OwnBroker {
    dir: tempfile::TempDir,
}

impl OwnBroker {
    fn call(&self, action: &str) -> String {
        let output =
            Command::new(scripts().join("broker")).arg(action).arg(self.dir.path().join("broker")).output().expect("run the broker script");
        assert!(output.status.success(), "{action}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        self.call("kill");
    }
}

#[test]
fn a_killed_broker_comes_back_with_everything_acknowledged() {
    bootstrap();
    let broker = OwnBroker { dir: tempfile::tempdir().unwrap() };
    let address = broker.call("start");
    let bus = KafkaBus::connect(KafkaConfig::new(&address)).unwrap();
    let publisher: Arc<dyn Publisher> = bus.publisher().unwrap().into();
    let acknowledged = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    // A publisher that goes on while the broker is killed and started: the client waits the outage out.
    let writer = {
        let (publisher, acknowledged, stop) = (Arc::clone(&publisher), Arc::clone(&acknowledged), Arc::clone(&stop));
        thread::spawn(move || {
            let mut next = 0;
            while !stop.load(Ordering::Relaxed) {
                publisher.publish(records(next..next + 10)).expect("an outage shorter than the timeout is waited out");
                next += 10;
                acknowledged.store(next, Ordering::Relaxed);
            }
        })
    };
    let mut subscriber = bus.subscriber("g", &[EVENTS]).unwrap();
    let before = take(&mut *subscriber, 200);
    subscriber.commit().unwrap();
    broker.call("kill");
    assert_eq!(broker.call("start"), address, "the address survives");
    let at_restart = acknowledged.load(Ordering::Relaxed);
    let started = Instant::now();
    while acknowledged.load(Ordering::Relaxed) < at_restart + 200 {
        assert!(started.elapsed() < PATIENCE, "publishing did not go on");
        thread::yield_now();
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().expect("writer");
    let total = acknowledged.load(Ordering::Relaxed);
    // The same subscriber goes on: nothing acknowledged is missing. Idempotence and the commit leave no duplicates either,
    // but those would be allowed.
    let mut seen: BTreeSet<u64> = before.iter().map(number).collect();
    let started = Instant::now();
    while (seen.len() as u64) < total {
        assert!(started.elapsed() < PATIENCE, "{} of {total} acknowledged records are there", seen.len());
        seen.extend(subscriber.poll(1000, Duration::from_millis(500)).expect("poll").iter().map(number));
        subscriber.commit().unwrap();
    }
    assert_eq!(seen, (0..total).collect());
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integration-tests/kafka")
}

/// Runs one of Kafka's own tools from the jars the broker runs on.
fn java(class: &str, args: &[&str]) -> String {
    let lib = Command::new(scripts().join("broker")).arg("resolve").output().expect("resolve");
    let classpath = format!("{}/*", String::from_utf8(lib.stdout).expect("text").trim());
    let output =
        Command::new("java").args(["-Xmx128m", "-Dlog4j2.level=ERROR", "-cp", &classpath, class]).args(args).output().expect("java");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
