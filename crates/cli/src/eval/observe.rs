//! One run: an input through the pipeline, watched hour by hour, then scored. Nothing but the newest hour of events is held in memory.

use super::plan::Input;
use crate::exit::nothing_readable;
use crate::knowledge::Loaded;
use crate::{ingest, knowledge, simulate};
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use weft_bus::EventStore;
use weft_correlator::{Engine, Inserted, Knowledge, Window};
use weft_eval::explain::{Weighed, explain};
use weft_eval::{Observed, ScenarioResult, Truth, Version};
use weft_model::{Directory, Domain, Event, EventTime, HOUR_MS, Indicator, IndicatorUid};
use weft_runtime::discover;
use weft_simulator::Simulation;

/// Versions of indicators remembered; of more the oldest go, and with them what they could tell about delays.
const MAX_VERSIONS: usize = 300_000;

/// What all runs have in common.
pub struct Shared {
    pub loaded: Loaded,
    pub budget: f64,
    /// Whether each domain is removed in turn, in three runs beside.
    pub ablations: bool,
    /// Whether the clusters are told on standard error.
    pub explain: bool,
}

/// How much of a run is done, in thousandths.
pub type Progress<'a> = &'a mut dyn FnMut(u64);

/// Runs and scores one input.
pub fn run(input: &Input, shared: &Shared, progress: Progress<'_>) -> anyhow::Result<ScenarioResult> {
    let started = Instant::now();
    let mut result = match input {
        Input::Scenario(options) => {
            let simulation = Simulation::new(options).map_err(simulate::refused)?;
            let mut watch = Watch::new(shared, simulation.directory());
            let truth = simulation.run(&mut |event| watch.push(event), &mut |done, total| progress(done * 1000 / total.max(1)))?;
            // The truth crosses over in its published form.
            watch.score(serde_json::from_value(serde_json::to_value(truth)?)?, input.name(), shared)?
        }
        Input::Folder(dir) => simulated(dir, input.name(), shared, progress)?,
    };
    result.seconds = started.elapsed().as_secs_f64();
    Ok(result)
}

/// Reads, runs and scores a folder that `weft simulate` wrote.
fn simulated(dir: &Path, source: String, shared: &Shared, progress: Progress<'_>) -> anyhow::Result<ScenarioResult> {
    let path = dir.join("truth.json");
    let text = std::fs::read_to_string(&path).map_err(|error| nothing_readable(format!("cannot read {}: {error}", path.display())))?;
    let wrong = |error| nothing_readable(format!("{} is not the truth of a simulation: {error}", path.display()));
    let truth: Truth = serde_json::from_str(&text).map_err(wrong)?;
    let folder = tempfile::Builder::new().prefix("weft-eval-").tempdir().context("cannot make a temporary folder; set TMPDIR")?;
    let (store, directory) = read(&dir.join("raw"), folder.path())?;
    let mut watch = Watch::new(shared, directory);
    for (number, event) in store.all().enumerate() {
        watch.push(event?);
        if number % 10_000 == 0 {
            progress(number as u64 * 1000 / store.len().max(1));
        }
    }
    watch.score(truth, source, shared)
}

/// Reads raw inputs into an event store below `folder`.
fn read(raw: &Path, folder: &Path) -> anyhow::Result<(EventStore, Directory)> {
    let inputs = discover(&[raw.to_path_buf()])?;
    let store = EventStore::open(&folder.join("events"))?;
    let read = ingest::read_all(&inputs, &store, None, &AtomicBool::new(false))?;
    Ok((store, Directory::new(read.people)))
}

/// The pipeline on one input, and beside it the same without a domain.
struct Watch {
    whole: Run,
    versions: Vec<Version>,
    ablated: Vec<(Domain, Run)>,
    span: Option<(EventTime, EventTime)>,
    events: u64,
}

/// A window and an engine.
struct Run {
    window: Window,
    engine: Engine,
}

impl Run {
    /// Takes an event of sorted input; `after` looks at the engine when an hour was analysed.
    fn push(&mut self, event: Event, after: &mut dyn FnMut(&Engine, &[Event])) -> Inserted {
        let inserted = self.window.insert(event);
        while let Some(hour) = self.window.next_closed() {
            self.engine.hour(&hour);
            after(&self.engine, &hour);
        }
        inserted
    }

    fn finish(&mut self, after: &mut dyn FnMut(&Engine, &[Event])) {
        while let Some(hour) = self.window.drain() {
            self.engine.hour(&hour);
            after(&self.engine, &hour);
        }
    }
}

fn remember(versions: &mut Vec<Version>, engine: &Engine, hour: &[Event]) {
    let Some(first) = hour.first() else { return };
    let known_at = EventTime((first.time.hour() + 1).saturating_mul(HOUR_MS));
    // The sentences that explain a feature are not needed for stitching.
    versions.extend(engine.changed().map(|indicator| Version { known_at, indicator: Indicator { why: Vec::new(), ..indicator.clone() } }));
    if versions.len() > MAX_VERSIONS {
        tracing::warn!(
            "more than {MAX_VERSIONS} versions of indicators: the oldest are forgotten, delays of early attacks are not measured"
        );
        versions.drain(..MAX_VERSIONS / 2);
    }
}

impl Watch {
    fn new(shared: &Shared, directory: Directory) -> Self {
        let knowledge = knowledge::with(shared.loaded.clone(), directory, shared.budget);
        let run = |tally| {
            let settings = weft_indicators::Settings { tally, ..knowledge.settings };
            Run { window: Window::new(0), engine: Engine::new(Knowledge { settings, ..knowledge.clone() }) }
        };
        let domains: &[Domain] = if shared.ablations { &[Domain::Email, Domain::Saas, Domain::Network] } else { &[] };
        let ablated = domains.iter().map(|domain| (*domain, run(false))).collect();
        Self { whole: run(true), versions: Vec::new(), ablated, span: None, events: 0 }
    }

    fn push(&mut self, event: Event) {
        for (domain, run) in &mut self.ablated {
            if event.domain() != *domain {
                run.push(event.clone(), &mut |_, _| {});
            }
        }
        let span = self.span.get_or_insert((event.time, event.time));
        *span = (span.0.min(event.time), span.1.max(event.time));
        let versions = &mut self.versions;
        if self.whole.push(event, &mut |engine, hour| remember(versions, engine, hour)) == Inserted::New {
            self.events += 1;
        }
    }

    fn score(mut self, truth: Truth, source: String, shared: &Shared) -> anyhow::Result<ScenarioResult> {
        let versions = &mut self.versions;
        self.whole.finish(&mut |engine, hour| remember(versions, engine, hour));
        let ablations = self.ablated.into_iter().map(|(domain, mut run)| {
            run.finish(&mut |_, _| {});
            (format!("without {}", domain.as_str()), run.engine.incidents())
        });
        let engine = self.whole.engine;
        if shared.explain {
            std::io::stderr().write_all(explained(&engine, &truth, shared.budget).as_bytes())?;
        }
        let observed = Observed {
            truth,
            source,
            people: engine.people(),
            days: self.span.map_or(0, |(first, last)| (last.day() - first.day() + 1).max(0) as u64),
            events: self.events,
            ablations: ablations.collect(),
            incidents: engine.incidents(),
            indicators: weft_eval::delay::latest(&self.versions),
            versions: self.versions,
            tallies: engine.tallies().to_vec(),
        };
        Ok(ScenarioResult::of(&observed, shared.budget, &mut |indicators| engine.incidents_of(indicators)))
    }
}

fn explained(engine: &Engine, truth: &Truth, budget: f64) -> String {
    let ((indicators, clusters), incidents) = (engine.stitched(), engine.incidents());
    let mut weighed: Vec<Weighed<'_>> = clusters
        .iter()
        .map(|cluster| {
            let members: Vec<&Indicator> = cluster.members.iter().filter_map(|index| indicators.get(*index)).collect();
            Weighed { evidence: weft_stitcher::share_evidence(&members).into_iter().sum(), members }
        })
        .collect();
    // Incidents of long ago are kept whole, their indicators are not.
    let is_known = |uid: &IndicatorUid| indicators.iter().any(|one| one.uid == *uid);
    let long_ago = incidents.iter().filter(|incident| incident.contributions.iter().all(|c| !is_known(&c.indicator.uid)));
    weighed.extend(long_ago.map(|incident| Weighed {
        evidence: incident.evidence_bits,
        members: incident.contributions.iter().map(|c| &c.indicator).collect(),
    }));
    explain(truth, &weighed, weft_stitcher::Alert::from_budget(budget))
}
