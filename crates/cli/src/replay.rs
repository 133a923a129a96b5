//! `weft replay`: files in, final incidents out.

use crate::args::Replay;
use crate::exit::{Code, nothing_readable, usage};
use crate::ingest::{self, Ingested};
use crate::reported::reported;
use crate::{knowledge, print, rephrase};
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use std::time::Instant;
use weft_bus::EventStore;
use weft_correlator::pipeline::BATCH;
use weft_correlator::{Engine, Pipeline, Progress, Shuffle};
use weft_model::{Directory, Event, Incident};
use weft_narrative::Lang;
use weft_runtime::report::{Report, peak_rss_bytes};
use weft_runtime::{DeadLetters, discover};

/// What a replay leaves behind.
pub struct Replayed {
    pub incidents: Vec<Incident>,
    pub engine: Engine,
    pub store: EventStore,
    pub report: Report,
    pub progress: Progress,
    /// Holds the event store's folder.
    _folder: tempfile::TempDir,
}

/// Runs the command.
pub fn run(options: &Replay) -> anyhow::Result<Code> {
    if options.budget <= 0.0 || !options.budget.is_finite() {
        return Err(usage("--budget must be more than 0, for example --budget 0.1"));
    }
    let mut rephraser = options.rephrase.then(rephrase::configured).transpose()?;
    let mut replayed = replay(options)?;
    if let Some(rephraser) = &mut rephraser {
        rephrase::all(rephraser, &mut replayed.incidents);
    }
    if let Some(path) = &options.findings {
        write_findings(path, &replayed.engine).with_context(|| format!("cannot write the findings to {}", path.display()))?;
    }
    let mut out = std::io::stdout().lock();
    if let Some(message_id) = &options.reported {
        let text = reported(&replayed, message_id)?;
        writeln!(out, "{}", Lang::from(options.lang).of(&text))?;
        return Ok(Code::Done);
    }
    if options.json {
        for incident in &replayed.incidents {
            writeln!(out, "{}", weft_wire::to_canonical_string(&weft_wire::incident_to_ocsf(incident)))?;
        }
    } else {
        for incident in &replayed.incidents {
            print::incident(&mut out, incident, options.lang.into(), options.explain)?;
        }
        print::summary(&mut out, &replayed.report, replayed.progress, replayed.incidents.len())?;
    }
    Ok(Code::Done)
}

/// Reads, sorts and analyses everything below the paths.
pub fn replay(options: &Replay) -> anyhow::Result<Replayed> {
    let started = Instant::now();
    let loaded = knowledge::load(options.enrich.as_deref(), &options.rules, options.trial_models)?;
    let inputs = discover(&options.paths)?;
    let folder = tempfile::Builder::new().prefix("weft-replay-").tempdir().context("cannot make a temporary folder; set TMPDIR")?;
    let store = EventStore::open(&folder.path().join("events"))?;
    let dead_letters = options.dead_letters.as_deref().map(open_dead_letters).transpose()?;
    let stop = AtomicBool::new(false);
    let Ingested { sources, people } = ingest::read_all(&inputs, &store, dead_letters.as_ref(), &stop)?;
    if let Some(file) = dead_letters {
        file.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).finish().context("cannot finish the dead-letter file")?;
    }
    let read: u64 = sources.iter().zip(&inputs).filter(|(_, input)| !input.kind.is_directory()).map(|(source, _)| source.read).sum();
    if read == 0 {
        write_report(options, &Report { sources, seconds: started.elapsed().as_secs_f64(), peak_rss_bytes: peak_rss_bytes() })?;
        return Err(nothing_readable(
            "nothing here is mail, an audit log or a capture with a record in it; see `weft replay --help` for what is read",
        ));
    }
    let knowledge = knowledge::with(loaded, Directory::new(people), options.budget);
    let (engine, progress) = analyse(&store, knowledge, options.shuffle, options.lake.as_deref())?;
    knowledge::report_suppressions(engine.suppressed());
    let incidents = engine.incidents();
    let report = Report { sources, seconds: started.elapsed().as_secs_f64(), peak_rss_bytes: peak_rss_bytes() };
    write_report(options, &report)?;
    Ok(Replayed { incidents, engine, store, report, progress, _folder: folder })
}

fn write_report(options: &Replay, report: &Report) -> anyhow::Result<()> {
    let Some(path) = &options.report else { return Ok(()) };
    let text = serde_json::to_string_pretty(report)?;
    std::fs::write(path, text + "\n").with_context(|| format!("cannot write the report to {}", path.display()))
}

fn write_findings(path: &Path, engine: &Engine) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for indicator in engine.indicators() {
        writeln!(file, "{}", weft_wire::to_canonical_string(&weft_wire::indicator_to_ocsf(&indicator)))?;
    }
    file.flush()
}

fn open_dead_letters(path: &Path) -> anyhow::Result<Mutex<DeadLetters>> {
    DeadLetters::create(path).map(Mutex::new).with_context(|| format!("cannot write dead letters to {}", path.display()))
}

/// Takes the sorted events through the pipeline; reading ahead on a second thread.
fn analyse(
    store: &EventStore,
    knowledge: weft_correlator::Knowledge,
    shuffle: Option<u64>,
    lake: Option<&Path>,
) -> anyhow::Result<(Engine, Progress)> {
    let progress = ingest::bar(store.len(), "analysing");
    let mut lake = lake.map(|dir| weft_lake::Lake::open(dir)?.writer()).transpose()?;
    let (send, receive) = sync_channel::<Result<Vec<Event>, weft_bus::BusError>>(16);
    let finished = std::thread::scope(|scope| -> anyhow::Result<_> {
        scope.spawn(move || {
            let mut batch = Vec::with_capacity(BATCH);
            for event in store.all() {
                match event {
                    Ok(event) => batch.push(event),
                    Err(error) => {
                        // The receiver hangs up only after an error of its own.
                        let _ = send.send(Err(error));
                        return;
                    }
                }
                if batch.len() >= BATCH && send.send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_err() {
                    return;
                }
            }
            let _ = send.send(Ok(batch));
        });
        let mut shuffled = shuffle.map(Shuffle::new);
        let mut pipeline = if shuffled.is_some() { Pipeline::live(knowledge) } else { Pipeline::sorted(knowledge) };
        for batch in receive {
            let batch = batch?;
            if let Some(lake) = &mut lake {
                lake.write(&batch)?;
            }
            progress.inc(batch.len() as u64);
            for event in batch {
                match &mut shuffled {
                    Some(shuffled) => shuffled.push(event, &mut |event| pipeline.push(event)),
                    None => pipeline.push(event),
                }
            }
        }
        if let Some(mut shuffled) = shuffled {
            shuffled.finish(&mut |event| pipeline.push(event));
        }
        Ok(pipeline.finish())
    })?;
    if let Some(lake) = lake {
        lake.close()?;
    }
    progress.finish_and_clear();
    Ok(finished)
}
