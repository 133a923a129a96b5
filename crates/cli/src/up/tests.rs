//! What must hold at the seams between collector, bus and consumer, whenever the process is cut off.

use super::{Shared, collector, consumer::Consumer, people, record};
use crate::knowledge::Loaded;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use weft_bus::{Bus, BusError, EmbeddedBus, EventStore, Publisher, Record, Retention, Subscriber};
use weft_config::Config;
use weft_enrich::Enricher;
use weft_indicators::ModelSet;
use weft_model::{Body, DAY_MS, Event, EventTime, EventUid, Metadata};
use weft_store::Store;

fn config(folder: &Path) -> Config {
    let mut config = Config { data_dir: folder.to_path_buf(), ..Config::default() };
    config.lake.dir = folder.join("lake");
    config
}

fn on_day(day: i64) -> Event {
    let uid = EventUid::of("test", &[&day.to_be_bytes()]);
    Event { uid, time: EventTime(day * DAY_MS), metadata: Metadata::default(), raw_data: None, body: Body::Dns(Box::default()) }
}

fn records(config: &Config, days: &[i64]) -> Vec<Record> {
    days.iter().map(|day| record::event(&config.tenant, config.bus.events_format, &on_day(*day))).collect()
}

/// Runs a consumer on `bus` until it is idle; the events in its store, and its status.
fn consume(config: &Config, bus: &dyn Bus, shared: &Shared) -> (u64, serde_json::Value) {
    let events = EventStore::open(&config.data_dir.join("events")).unwrap();
    let store = Store::open(config.data_dir.join("weft.db")).unwrap();
    let loaded = Loaded { enricher: Arc::new(Enricher::default()), models: Arc::new(ModelSet::default()), rules: Arc::default() };
    let (_, more_people) = mpsc::channel();
    let consumer = Consumer { config, bus, events: &events, store: &store, shared, until_idle: true };
    consumer.run(loaded, Vec::new(), &more_people).unwrap();
    (events.len(), serde_json::from_str(&store.get_meta("status").unwrap().unwrap()).unwrap())
}

#[test]
fn the_order_within_a_batch_makes_nothing_late() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let bus = EmbeddedBus::open(&folder.path().join("bus"), Retention::default()).unwrap();
    // The third of these closes the hour of the first: one file came before another.
    bus.publish(records(&config, &[15, 10, 20, 5])).unwrap();
    let shared = Shared::default();
    shared.quiet_scans.store(u64::MAX / 2, Ordering::Release);
    let (events, status) = consume(&config, &bus, &shared);
    assert_eq!((events, &status["late"]), (4, &serde_json::json!(0)));
}

/// A bus whose input is complete only just after the consumer found it empty.
struct LastMoment {
    shared: Arc<Shared>,
    store: Arc<Store>,
    left: Arc<Mutex<Vec<Record>>>,
}

impl Subscriber for LastMoment {
    fn poll(&mut self, _: usize, _: Duration) -> Result<Vec<Record>, BusError> {
        let is_complete = self.shared.quiet_scans.load(Ordering::Acquire) > 0;
        if is_complete {
            return Ok(std::mem::take(&mut *self.left.lock().unwrap()));
        }
        // The first look is told in the status: from then on nothing but the folders is waited for.
        if self.store.get_meta("status").unwrap().is_some() {
            self.shared.quiet_scans.store(u64::MAX / 2, Ordering::Release);
        }
        std::thread::sleep(Duration::from_millis(5));
        Ok(Vec::new())
    }
    fn commit(&mut self) -> Result<(), BusError> {
        Ok(())
    }
}

impl Publisher for LastMoment {
    fn publish(&self, _: Vec<Record>) -> Result<(), BusError> {
        Ok(())
    }
}

impl LastMoment {
    fn again(&self) -> Box<Self> {
        Box::new(Self { shared: self.shared.clone(), store: self.store.clone(), left: self.left.clone() })
    }
}

impl Bus for LastMoment {
    fn publisher(&self) -> Result<Box<dyn Publisher>, BusError> {
        Ok(self.again())
    }
    fn subscriber(&self, _: &str, _: &[&str]) -> Result<Box<dyn Subscriber>, BusError> {
        Ok(self.again())
    }
}

#[test]
fn what_comes_between_the_last_poll_and_the_end_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let shared = Arc::new(Shared::default());
    let store = Arc::new(Store::open(folder.path().join("weft.db")).unwrap());
    let bus = LastMoment { shared: shared.clone(), store, left: Arc::new(Mutex::new(records(&config, &[5]))) };
    assert_eq!(consume(&config, &bus, &shared).0, 1);
}

#[test]
fn people_are_remembered_before_their_file_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    let watched = folder.path().join("in");
    std::fs::create_dir(&watched).unwrap();
    std::fs::write(watched.join("directory.csv"), "displayName,mail\nAnn,ann@corp.example\n").unwrap();
    config.sources.watch = vec![watched];
    let bus = EmbeddedBus::open(&folder.path().join("bus"), Retention::default()).unwrap();
    let store = Store::open(folder.path().join("weft.db")).unwrap();
    let shared = Shared::default();
    // Nobody takes them from here: the process is killed before.
    let (send, _never) = mpsc::channel();
    std::thread::scope(|scope| {
        let collector = scope.spawn(|| collector::run(&config, &bus, &store, &shared, &send));
        let started = Instant::now();
        while !folder.path().join("cursors.json").exists() {
            assert!(started.elapsed() < Duration::from_secs(60) && !collector.is_finished());
            std::thread::sleep(Duration::from_millis(5));
        }
        let names: Vec<String> = people::remembered(&store).unwrap().into_iter().map(|person| person.mail).collect();
        shared.stop.store(true, Ordering::Relaxed);
        assert_eq!(names, ["ann@corp.example"]);
        collector.join().unwrap().unwrap();
    });
}
