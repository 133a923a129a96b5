//! The sink behind every reader: counts, keeps dead letters, and passes events on in batches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use weft_correlator::pipeline::BATCH;
use weft_model::{Directory, Event, Person};
use weft_runtime::report::SourceReport;
use weft_runtime::{DeadLetters, Reject, Sink};

/// Where batches of events go; an error stops the reader.
pub type Forward<'a> = dyn FnMut(Vec<Event>) -> anyhow::Result<()> + 'a;

/// Feeds one source.
pub struct Feed<'a> {
    pub report: SourceReport,
    pub people: Vec<Person>,
    pub failure: Option<anyhow::Error>,
    batch: Vec<Event>,
    dead_letters: Option<&'a Mutex<DeadLetters>>,
    stop: &'a AtomicBool,
    forward: &'a mut Forward<'a>,
}

impl<'a> Feed<'a> {
    pub fn new(name: &str, dead_letters: Option<&'a Mutex<DeadLetters>>, stop: &'a AtomicBool, forward: &'a mut Forward<'a>) -> Self {
        let batch = Vec::with_capacity(BATCH);
        Self { report: SourceReport::new(name), people: Vec::new(), failure: None, batch, dead_letters, stop, forward }
    }

    /// Passes on what is left.
    pub fn flush(&mut self) {
        if !self.batch.is_empty() && self.failure.is_none() {
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
            self.failure = (self.forward)(batch).err();
        }
    }
}

impl Sink for Feed<'_> {
    fn read(&mut self) {
        self.report.read += 1;
    }
    fn event(&mut self, event: Event) {
        self.report.events += 1;
        self.batch.push(event);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }
    fn reject(&mut self, reject: Reject<'_>) {
        self.report.reject(reject.reason);
        if let Some(dead_letters) = self.dead_letters {
            let mut file = dead_letters.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.write(&self.report.name, reject.reason, reject.position, reject.raw) {
                tracing::error!(%error, "cannot write the dead-letter file");
            }
        }
    }
    fn directory(&mut self, directory: Directory) {
        self.people.extend(directory.people().map(|(_, person)| person.clone()));
    }
    fn stopped(&self) -> bool {
        self.failure.is_some() || self.stop.load(Ordering::Relaxed)
    }
}
