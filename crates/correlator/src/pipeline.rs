//! The whole pipeline on one page.
//!
//! ```text
//!  sensors ──(1)──> event store ──(2)──> window ──(3)──> engine ──────────────────> incidents
//!  net, mail, saas   sorted by time,      72 h, sorted,    enrich, resolve, score,     stitch, investigate,
//!                    deduplicated         deduplicated     learn: hour by hour         narrate
//! ```
//!
//! (1) a bounded channel of batches ([`BATCH`] events, [`QUEUE`] batches); the sensor waits when it is full.
//! (2) events in (time, uid) order, or shuffled within the lateness.
//! (3) hours that the watermark has passed. What is still in the window is looked at provisionally, on a copy of the engine; a second copy
//! keeps the older open hours, so that a look takes in the newest ones only.

use crate::engine::{Engine, Knowledge};
use crate::window::{Inserted, LATENESS_MS, Window};
use std::sync::Arc;
use weft_baselines::spill::{Spill, SpillError};
use weft_model::{Event, EventTime, Incident};

/// Events in a batch between sensors and the event store.
pub const BATCH: usize = 512;
/// Batches that may wait between sensors and the event store.
pub const QUEUE: usize = 64;

/// What the pipeline has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    pub events: u64,
    pub duplicates: u64,
    /// Events older than the lateness allows; they stay in the store and are not scored.
    pub late: u64,
}

/// Open hours that every look takes in anew: later than these an event seldom comes.
const FRESH_HOURS: i64 = 3;

/// Window and engine together: events in any order, incidents out.
pub struct Pipeline {
    window: Window,
    engine: Engine,
    /// A copy of the engine that has taken in every hour before the one named; given up when an event of these hours comes.
    ahead: Option<(Engine, i64)>,
    progress: Progress,
}

impl Pipeline {
    /// For input that is sorted already (a replay from the event store).
    pub fn sorted(knowledge: Knowledge) -> Self {
        Self { window: Window::new(0), engine: Engine::new(knowledge), ahead: None, progress: Progress::default() }
    }
    /// For input that comes as it comes, up to 72 h late.
    pub fn live(knowledge: Knowledge) -> Self {
        Self { window: Window::new(LATENESS_MS), engine: Engine::new(knowledge), ahead: None, progress: Progress::default() }
    }
    /// One that goes on where another was: hours before `first_open` (since the epoch) are closed.
    pub fn restored(engine: Engine, progress: Progress, first_open: i64) -> Self {
        Self { window: Window::from_hour(LATENESS_MS, first_open), engine, ahead: None, progress }
    }
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
    /// Events before this hour (since the epoch) are scored and cannot be joined; `i64::MIN` when there are none.
    pub fn first_open_hour(&self) -> i64 {
        self.window.first_open_hour()
    }
    /// What was seen of the closed hours.
    pub(crate) fn closed_progress(&self) -> Progress {
        Progress { events: self.progress.events.saturating_sub(self.window.len() as u64), ..self.progress }
    }
    /// From now on profiles of entities take at most so many bytes of memory, and what does not fit goes to the spill.
    ///
    /// # Errors
    /// The spill cannot be reached, or lacks what was spilled before: then the pipeline is of no use.
    pub fn cap_profiles(&mut self, bytes: usize, spill: Option<Arc<dyn Spill>>) -> Result<(), SpillError> {
        self.ahead = None;
        self.engine.cap_profiles(bytes, spill)
    }
    /// Lets go of the spill, before another pipeline takes it over; from now on this one only forgets.
    ///
    /// # Errors
    /// None is expected without a spill.
    pub fn release_profiles(&mut self) -> Result<(), SpillError> {
        self.ahead = None;
        self.engine.cap_profiles(weft_indicators::PROFILE_BYTES, None)
    }
    /// A snapshot was written, and all but the last two are gone: what only the others rested on may go from the spill.
    ///
    /// # Errors
    /// The spill cannot be reached.
    pub fn snapshot_written(&mut self) -> Result<(), SpillError> {
        self.engine.snapshot_written()
    }
    /// What became of the profiles of entities.
    pub fn profiles(&self) -> weft_indicators::ProfileCounts {
        self.engine.profiles()
    }
    /// As [`Engine::cap`].
    pub fn cap(&mut self, day_bytes: usize, contact_bytes: usize) {
        self.ahead = None;
        self.engine.cap(day_bytes, contact_bytes);
    }
    /// What the open day takes, and how much of it ended early.
    pub fn day(&self) -> weft_indicators::DayCounts {
        self.engine.day()
    }
    /// Contacts that were not remembered because there were too many.
    pub fn refused_contacts(&self) -> u64 {
        self.engine.graph.refused()
    }
    /// Takes an event in; hours that close are analysed at once.
    pub fn push(&mut self, event: Event) {
        let hour = event.time.hour();
        match self.window.insert(event) {
            Inserted::New => {
                self.progress.events += 1;
                self.ahead = self.ahead.take().filter(|(_, before)| hour >= *before);
            }
            Inserted::Duplicate => self.progress.duplicates += 1,
            Inserted::Late => self.progress.late += 1,
        }
        while let Some(hour) = self.window.next_closed() {
            self.engine.hour(&hour);
            let closed = hour.first().map_or(i64::MIN, |event| event.time.hour());
            // The copy never saw this hour: the window had no time to show it.
            self.ahead = self.ahead.take().filter(|(_, before)| closed < *before);
        }
    }
    /// From now on incidents honour the analysts' word.
    pub fn constrain(&mut self, constraints: std::sync::Arc<weft_stitcher::Constraints>) {
        if let Some((ahead, _)) = &mut self.ahead {
            ahead.constrain(constraints.clone());
        }
        self.engine.constrain(constraints);
    }
    /// From the day after each was given on, what was learned heeds the analysts' word on what was an attack and what was none.
    pub fn judge(&mut self, judgements: std::sync::Arc<Vec<weft_indicators::Judgement>>) {
        // What the copy learned of the open hours was without it.
        self.ahead = None;
        self.engine.judge(judgements);
    }
    /// Incidents as they stand now, with everything in the window; they may still change.
    pub fn provisional(&mut self) -> (Vec<weft_model::Indicator>, Vec<Incident>) {
        let fresh = self.window.newest_hour().map_or(i64::MIN, |newest| newest.saturating_sub(FRESH_HOURS));
        let (mut ahead, from) = self.ahead.take().unwrap_or_else(|| (self.engine.clone(), i64::MIN));
        self.window.open_hours(from, fresh).for_each(|hour| ahead.hour(&hour));
        let mut look = ahead.clone();
        let from = from.max(fresh);
        self.window.open_hours(from, i64::MAX).for_each(|hour| look.hour(&hour));
        self.ahead = Some((ahead, from));
        let indicators = look.indicators();
        let incidents = look.incidents_from(&indicators);
        (indicators, incidents)
    }
    /// Closes the window and hands out the engine with everything in it.
    pub fn finish(mut self) -> (Engine, Progress) {
        while let Some(hour) = self.window.drain() {
            self.engine.hour(&hour);
        }
        (self.engine, self.progress)
    }
    /// What was seen so far.
    pub fn progress(&self) -> Progress {
        self.progress
    }
    /// Up to when incidents are final.
    pub fn watermark(&self) -> Option<EventTime> {
        self.window.watermark()
    }
    /// Events in the open window.
    pub fn open_events(&self) -> usize {
        self.window.len()
    }
}
