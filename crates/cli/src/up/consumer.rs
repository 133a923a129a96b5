//! Consumes events from the bus into event store, lake and pipeline, and publishes what the analysis says.

use super::incidents::Publication;
use super::rephraser::Desk;
use super::snapshots::Snapshots;
use super::{Shared, people, record, verdicts};
use crate::clock;
use crate::knowledge::{self, Loaded};
use anyhow::Context;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use weft_bus::{Bus, EventRange, EventStore, Publisher, Subscriber};
use weft_config::Config;
use weft_correlator::{Knowledge, Pipeline};
use weft_lake::{Lake, LakeWriter};
use weft_model::{DAY_MS, Directory, Event, EventTime, HOUR_MS, Person};
use weft_store::{Change, Store};
use weft_wire::topic;

/// Records taken from the bus at once.
const POLL_RECORDS: usize = 4096;
/// How long a poll waits.
const POLL_WAIT: Duration = Duration::from_millis(200);
/// The lake's files are published, and the group's position committed, at least this often.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// Provisional incidents follow new events after this, or after three times what the last look took.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Days of events that the analysis can be rebuilt from.
const REBUILD_DAYS: i64 = 45;
/// Events dated further ahead of the clock are refused, in milliseconds.
const MAX_AHEAD_MS: i64 = DAY_MS;
/// Scans of the folders in a row that must find nothing before `--until-idle` ends.
const QUIET_SCANS: u64 = 4;

/// The consumer and what it needs.
pub struct Consumer<'a> {
    pub config: &'a Config,
    pub bus: &'a dyn Bus,
    pub events: &'a EventStore,
    pub store: &'a Store,
    pub shared: &'a Shared,
    pub until_idle: bool,
}

/// What changes while the consumer runs.
struct Running {
    pipeline: Pipeline,
    snapshots: Snapshots,
    knowledge: Knowledge,
    people: Vec<Person>,
    publication: Publication,
    publisher: Box<dyn Publisher>,
    subscriber: Box<dyn Subscriber>,
    lake: LakeWriter,
    desk: Desk,
    /// Incidents that somebody wrote.
    changes: broadcast::Receiver<Change>,
    /// The verdicts that the analysis honours, by their version.
    verdicts: i64,
    /// Events came that no look has seen.
    is_dirty: bool,
    /// The pipeline must be rebuilt: late events, or another directory.
    is_stale: bool,
    is_uncommitted: bool,
    last_flush: Instant,
    last_look: Instant,
    look_took: Duration,
    retained_day: i64,
}

impl Consumer<'_> {
    /// Runs until stopped, then publishes and commits what is left.
    pub fn run(&self, loaded: Loaded, people: Vec<Person>, more_people: &Receiver<Vec<Person>>) -> anyhow::Result<()> {
        let people = [people, people::remembered(self.store)?].concat();
        let knowledge = knowledge::with(loaded, Directory::new(people.clone()), self.config.alert.budget);
        let mut snapshots = Snapshots::new(&self.config.data_dir, &self.config.state, &knowledge);
        let pipeline = match snapshots.restore(&knowledge)? {
            Some(pipeline) => self.catch_up(pipeline)?,
            None => self.rebuild(&knowledge, &snapshots)?,
        };
        // What was not read to its end says nothing: incidents without their evidence would pass for withdrawn.
        let Some(pipeline) = pipeline else { return Ok(()) };
        let now = Instant::now();
        let mut running = Running {
            pipeline,
            snapshots,
            knowledge,
            people,
            publication: Publication::load(self.store)?,
            publisher: self.bus.publisher()?,
            subscriber: self.bus.subscriber("weft-correlator", &[topic::EVENTS])?,
            lake: Lake::open(&self.config.lake.dir)?.writer()?,
            desk: Desk::open(&self.config.rephrase)?,
            changes: self.store.subscribe(),
            verdicts: -1,
            is_dirty: true,
            is_stale: false,
            is_uncommitted: false,
            last_flush: now,
            last_look: now,
            look_took: Duration::ZERO,
            retained_day: i64::MIN,
        };
        // What was set just before the process ended.
        running.publication.restate(self, running.publisher.as_ref(), None)?;
        while !self.shared.stop.load(Ordering::Relaxed) {
            // Before directory and bus are asked: what the folders gave until now has been taken when both then have nothing.
            let is_read = self.shared.quiet_scans.load(Ordering::Acquire) >= QUIET_SCANS;
            for found in more_people.try_iter() {
                running.people.extend(found);
                self.learn_directory(&mut running)?;
            }
            let is_pause = self.take(&mut running)? == 0;
            self.heed(&mut running)?;
            self.look(&mut running, is_pause)?;
            self.reword(&mut running)?;
            self.restate(&mut running)?;
            self.flush(&mut running, is_pause)?;
            let is_idle = is_pause && !running.is_dirty && !running.is_stale && !running.desk.is_waiting() && is_read;
            if self.until_idle && is_idle {
                self.shared.stop.store(true, Ordering::Relaxed);
            }
        }
        running.last_flush = Instant::now().checked_sub(FLUSH_EVERY).unwrap_or(running.last_flush);
        self.look(&mut running, true)?;
        self.flush(&mut running, true)?;
        if !running.is_stale {
            running.snapshots.save(&mut running.pipeline, true);
        }
        running.lake.close()?;
        Ok(())
    }

    /// The analysis of everything in the event store; `None` when it was told to stop before the end.
    fn rebuild(&self, knowledge: &Knowledge, snapshots: &Snapshots) -> anyhow::Result<Option<Pipeline>> {
        let mut pipeline = Pipeline::live(knowledge.clone());
        snapshots.begin(&mut pipeline)?;
        self.filled(pipeline, self.events.all())
    }

    /// A restored analysis with the events that are not in it; `None` when it was told to stop before the end.
    fn catch_up(&self, pipeline: Pipeline) -> anyhow::Result<Option<Pipeline>> {
        let from = EventTime(pipeline.first_open_hour().saturating_mul(HOUR_MS));
        self.filled(pipeline, self.events.range(from, EventTime(i64::MAX)))
    }

    fn filled(&self, mut pipeline: Pipeline, events: EventRange) -> anyhow::Result<Option<Pipeline>> {
        self.tell(&mut pipeline)?;
        for event in events {
            if self.shared.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            pipeline.push(event?);
        }
        Ok(Some(pipeline))
    }

    /// Whether one of these is of a closed hour and not in the store yet, so that the analysis lacks it.
    fn is_any_late(&self, running: &Running, events: &[Event]) -> anyhow::Result<bool> {
        for event in events.iter().filter(|event| event.time.hour() < running.pipeline.first_open_hour()) {
            if self.events.get(event.reference())?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes records from the bus; how many.
    fn take(&self, running: &mut Running) -> anyhow::Result<usize> {
        let records = running.subscriber.poll(POLL_RECORDS, POLL_WAIT)?;
        if records.is_empty() {
            return Ok(0);
        }
        let mut events = Vec::with_capacity(records.len());
        for bad_or_good in &records {
            match record::parse_event(bad_or_good) {
                // One forged date must not make everything after it late.
                Ok(event) if event.time.0 > clock::now_ms().saturating_add(MAX_AHEAD_MS) => {
                    self.refuse(running, bad_or_good, "time_in_future")?
                }
                Ok(event) => events.push(event),
                Err(error) => self.refuse(running, bad_or_good, &error.to_string())?,
            }
        }
        // One record may be days before the one that it follows: in order of time none of them closes the hour of another.
        events.sort_by_key(Event::reference);
        if self.is_any_late(running, &events)? {
            // Before the store has them: a snapshot must never seem to know what it does not.
            running.snapshots.discard()?;
            running.is_stale = true;
        }
        self.events.insert(&events).context("cannot write the event store")?;
        running.lake.write(&events)?;
        events.into_iter().for_each(|event| running.pipeline.push(event));
        running.is_dirty = true;
        running.is_uncommitted = true;
        Ok(records.len())
    }

    /// Takes in what analysts decided since the last time.
    fn heed(&self, running: &mut Running) -> anyhow::Result<()> {
        let version = self.store.verdict_version()?;
        if version != running.verdicts {
            self.tell(&mut running.pipeline)?;
            running.verdicts = version;
            running.is_dirty = true;
        }
        Ok(())
    }

    /// Publishes narratives in other words.
    fn reword(&self, running: &mut Running) -> anyhow::Result<()> {
        let answers = running.desk.answers();
        if answers.is_empty() {
            return Ok(());
        }
        running.publication.reword(self, running.publisher.as_ref(), answers)?;
        self.tell_status(running)
    }

    /// Publishes what analysts set, though nothing else is new.
    fn restate(&self, running: &mut Running) -> anyhow::Result<()> {
        let mut touched = Some(BTreeSet::new());
        loop {
            match running.changes.try_recv() {
                Ok(change) => touched.iter_mut().for_each(|touched| _ = touched.insert(change.incident.clone())),
                Err(broadcast::error::TryRecvError::Lagged(_)) => touched = None,
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            }
        }
        if touched.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(());
        }
        running.publication.restate(self, running.publisher.as_ref(), touched.as_ref())
    }

    /// Gives the pipeline the analysts' word.
    fn tell(&self, pipeline: &mut Pipeline) -> anyhow::Result<()> {
        pipeline.constrain(Arc::new(verdicts::constraints(self.store)?));
        pipeline.judge(Arc::new(verdicts::judgements(self.store)?));
        Ok(())
    }

    fn refuse(&self, running: &Running, bad: &weft_bus::Record, reason: &str) -> anyhow::Result<()> {
        tracing::warn!(reason, "a record on the events topic is refused");
        Ok(running.publisher.publish(vec![record::dead_letter(&self.config.tenant, bad, reason)])?)
    }

    /// Looks at the incidents as they stand and publishes what changed. Late events are taken into their place when the input pauses:
    /// the analysis is then rebuilt from the event store.
    fn look(&self, running: &mut Running, is_pause: bool) -> anyhow::Result<()> {
        let wait = LOOK_EVERY.max(running.look_took * 3);
        if !(running.is_dirty || running.is_stale) || (running.last_look.elapsed() < wait && !self.shared.stop.load(Ordering::Relaxed)) {
            return Ok(());
        }
        let started = Instant::now();
        if running.is_stale && is_pause {
            // Its profiles make room for those of the next.
            running.pipeline.release_profiles()?;
            let Some(rebuilt) = self.rebuild(&running.knowledge, &running.snapshots)? else { return Ok(()) };
            running.pipeline = rebuilt;
            running.is_stale = false;
        }
        if !running.is_stale {
            let (indicators, incidents) = running.pipeline.provisional();
            running.publication.publish(self, running.publisher.as_ref(), &mut running.desk, &indicators, incidents)?;
            running.is_dirty = false;
        }
        self.tell_status(running)?;
        running.look_took = started.elapsed();
        running.last_look = Instant::now();
        Ok(())
    }

    /// Publishes the lake's files and then commits the group's position; forgets what is too old.
    fn flush(&self, running: &mut Running, is_pause: bool) -> anyhow::Result<()> {
        let is_busy = running.is_dirty || !is_pause;
        if !running.is_uncommitted || (is_busy && running.last_flush.elapsed() < FLUSH_EVERY) {
            return Ok(());
        }
        self.events.persist()?;
        running.lake.flush()?;
        running.subscriber.commit()?;
        if !running.is_stale {
            running.snapshots.save(&mut running.pipeline, false);
        }
        running.is_uncommitted = false;
        running.last_flush = Instant::now();
        let Some(watermark) = running.pipeline.watermark().filter(|watermark| watermark.day() > running.retained_day) else {
            return Ok(());
        };
        running.retained_day = watermark.day();
        self.events.remove_before(EventTime(watermark.0.saturating_sub(REBUILD_DAYS * DAY_MS)))?;
        let lake_days = i64::from(self.config.lake.retention_days);
        Lake::open(&self.config.lake.dir)?.remove_before(EventTime(watermark.0.saturating_sub(lake_days * DAY_MS)))?;
        Ok(())
    }

    fn learn_directory(&self, running: &mut Running) -> anyhow::Result<()> {
        let directory = Directory::new(std::mem::take(&mut running.people));
        running.people = directory.people().map(|(_, person)| person.clone()).collect();
        if *running.knowledge.directory != directory {
            running.knowledge.directory = Arc::new(directory);
            running.snapshots.know(&running.knowledge)?;
            running.is_stale = true;
        }
        Ok(())
    }

    /// What the page shows about sources and progress.
    fn tell_status(&self, running: &Running) -> anyhow::Result<()> {
        let report = std::fs::read_to_string(self.config.data_dir.join("report.json")).unwrap_or_else(|_| "{}".to_owned());
        let mut status: serde_json::Value = serde_json::from_str(&report).unwrap_or_default();
        if let Some(status) = status.as_object_mut() {
            status.entry("sources").or_insert_with(|| serde_json::json!([]));
            status.insert("watermark_ms".into(), running.pipeline.watermark().map_or(serde_json::Value::Null, |at| at.0.into()));
            status.extend(running.desk.status().map(|said| ("rephrase".to_owned(), said)));
            status.insert("late".into(), running.pipeline.progress().late.into());
            let pipeline = &running.pipeline;
            let memory = serde_json::json!({
                "profiles": pipeline.profiles(),
                "day": pipeline.day(),
                "refused_contacts": pipeline.refused_contacts(),
            });
            status.insert("memory".into(), memory);
        }
        self.store.set_meta("status", &status.to_string())?;
        Ok(())
    }
}
