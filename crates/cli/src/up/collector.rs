//! Reads watched folders and interfaces and publishes their events.

use super::people::remember;
use super::{Shared, record};
use crate::feed::Feed;
use crate::ingest;
use anyhow::Context;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;
use weft_bus::{Bus, Publisher};
use weft_config::Config;
use weft_model::{Event, Person};
use weft_runtime::report::{Report, SourceReport, peak_rss_bytes};
use weft_runtime::{DeadLetters, FolderWatch, Input};
use weft_store::Store;

/// Pause between two scans of the watched folders.
const SCAN_PAUSE: Duration = Duration::from_millis(500);

/// Events and files that one durable write may cover.
const PUBLISH_EVENTS: usize = 4096;
const PUBLISH_FILES: usize = 256;

/// Publishes a batch; durable when it returns.
fn publish(publisher: &dyn Publisher, config: &Config, batch: &[Event]) -> anyhow::Result<()> {
    Ok(publisher.publish(batch.iter().map(|event| record::event(&config.tenant, config.bus.events_format, event)).collect())?)
}

/// Scans the watched folders until stopped. A file's cursor moves only after its events are published and its people are remembered.
pub fn run(config: &Config, bus: &dyn Bus, store: &Store, shared: &Shared, people: &Sender<Vec<Person>>) -> anyhow::Result<()> {
    if config.sources.watch.is_empty() {
        shared.quiet_scans.store(u64::MAX / 2, Ordering::Release);
        return Ok(());
    }
    let publisher = bus.publisher()?;
    let dead_letters = Mutex::new(open_dead_letters(&config.data_dir)?);
    let mut watch = FolderWatch::open(&config.data_dir.join("cursors.json"), &config.sources.watch)?;
    let mut report = Report::default();
    while !shared.stop.load(Ordering::Relaxed) {
        let ready = watch.scan();
        if ready.is_empty() {
            watch.flush()?;
            shared.quiet_scans.fetch_add(1, Ordering::Release);
            std::thread::sleep(SCAN_PAUSE);
            continue;
        }
        shared.quiet_scans.store(0, Ordering::Release);
        let mut done: Vec<(PathBuf, u64)> = Vec::new();
        let pending = RefCell::new(Vec::<Event>::new());
        let flush = || publish(publisher.as_ref(), config, &std::mem::take(&mut *pending.borrow_mut()));
        for file in ready {
            let mut forward = |batch: Vec<Event>| {
                pending.borrow_mut().extend(batch);
                let is_full = pending.borrow().len() >= PUBLISH_EVENTS;
                if is_full { flush() } else { Ok(()) }
            };
            let mut feed = Feed::new(&file.input.name, Some(&dead_letters), &shared.stop, &mut forward);
            match file.open() {
                Ok(mut source) => ingest::read_or_skip(&file.input, &mut source, &mut feed),
                Err(error) => tracing::warn!(source = file.input.name, %error, "cannot open the file; it is tried again when it changes"),
            }
            if let Some(failure) = feed.failure.take() {
                return Err(failure.context("cannot publish events"));
            }
            if shared.stop.load(Ordering::Relaxed) {
                break; // perhaps read in part only: it is read again after the restart, and its events are known by their uids
            }
            if !feed.people.is_empty() {
                remember(store, &feed.people)?;
                // The consumer is gone only when everything stops.
                let _ = people.send(std::mem::take(&mut feed.people));
            }
            tracing::info!(
                source = feed.report.name,
                read = feed.report.read,
                events = feed.report.events,
                bad = feed.report.dead_letter,
                "read"
            );
            add(&mut report, config, &feed.report);
            if file.is_last {
                done.push((file.path, file.to_offset));
            }
            // Many small files share one durable write.
            if done.len() >= PUBLISH_FILES {
                flush().context("cannot publish events")?;
                mark(&mut watch, &mut done)?;
            }
        }
        flush().context("cannot publish events")?;
        mark(&mut watch, &mut done)?;
        report.peak_rss_bytes = peak_rss_bytes();
        std::fs::write(config.data_dir.join("report.json"), serde_json::to_vec_pretty(&report)?).context("cannot write report.json")?;
    }
    watch.flush()?;
    Ok(())
}

fn mark(watch: &mut FolderWatch, done: &mut Vec<(PathBuf, u64)>) -> anyhow::Result<()> {
    for (path, offset) in done.drain(..) {
        watch.mark_done(&path, offset)?;
    }
    Ok(())
}

/// Adds a file's counts to those of its watched folder.
fn add(report: &mut Report, config: &Config, file: &SourceReport) {
    let folder = config.sources.watch.iter().find(|folder| Path::new(&file.name).starts_with(folder));
    let name = folder.map_or_else(|| file.name.clone(), |folder| folder.display().to_string());
    let position = report.sources.iter().position(|source| source.name == name).unwrap_or_else(|| {
        report.sources.push(SourceReport::new(&name));
        report.sources.len() - 1
    });
    if let Some(source) = report.sources.get_mut(position) {
        source.add(file);
    }
}

/// One dead-letter file a run; the files of earlier runs stay.
fn open_dead_letters(data_dir: &Path) -> anyhow::Result<DeadLetters> {
    let folder = data_dir.join("dead-letters");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}.jsonl", crate::clock::now_ms()));
    DeadLetters::create(&path).with_context(|| format!("cannot write {}", path.display()))
}

/// The people of the configured directory.
pub fn read_directory_file(path: &Path) -> anyhow::Result<Vec<Person>> {
    let input = Input::recognise(path);
    if !input.kind.is_directory() {
        return Err(crate::exit::configuration(format!(
            "directory: {} is no directory: a CSV whose first line names columns such as mail, LDIF, or SCIM resources in JSON",
            path.display()
        )));
    }
    let never = AtomicBool::new(false);
    let (_, people) = ingest::read_input(&input, None, &never, &mut |_| Ok(()))?;
    Ok(people)
}

/// One thread an interface.
#[cfg(feature = "capture")]
pub fn captures<'scope, 'env: 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    config: &'scope Config,
    bus: &'scope dyn Bus,
    shared: &'scope Shared,
) -> Vec<ScopedJoinHandle<'scope, anyhow::Result<()>>> {
    let capture = move |interface: &'scope String| -> anyhow::Result<()> {
        let publisher = bus.publisher()?;
        let mut forward = |batch: Vec<Event>| publish(publisher.as_ref(), config, &batch);
        let mut feed = Feed::new(interface, None, &shared.stop, &mut forward);
        let limits = weft_net_decode::Limits::default();
        let ended = weft_net_sensor::capture_live(interface, None, limits, &mut feed, &mut |stats| {
            if stats.dropped > 0 {
                tracing::warn!(interface, dropped = stats.dropped, "packets were dropped");
            }
        });
        feed.flush();
        match feed.failure.take() {
            Some(failure) => Err(failure.context("cannot publish events")),
            None => ended.with_context(|| format!("cannot capture on {interface}")),
        }
    };
    let start = |interface| scope.spawn(move || super::stopping(shared, capture(interface)));
    config.sources.interfaces.iter().map(start).collect()
}

/// Without the feature an interface is a configuration error.
#[cfg(not(feature = "capture"))]
pub fn captures<'scope, 'env: 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    config: &'scope Config,
    _: &'scope dyn Bus,
    shared: &'scope Shared,
) -> Vec<ScopedJoinHandle<'scope, anyhow::Result<()>>> {
    let refuse = |interface: &'scope String| {
        scope.spawn(move || {
            let text = format!("sources.interfaces names {interface}, but this build cannot listen: build with `--features capture`");
            super::stopping(shared, Err(crate::exit::configuration(text)))
        })
    };
    config.sources.interfaces.iter().map(refuse).collect()
}
