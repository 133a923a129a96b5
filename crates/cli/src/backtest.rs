//! `weft models backtest`: what models would have said on past input, and what a change of them would have changed.

use crate::args::Backtest;
use crate::exit::{Code, nothing_readable, usage};
use crate::ingest;
use crate::knowledge::{self, Loaded};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use weft_bus::EventStore;
use weft_correlator::{Engine, Pipeline};
use weft_eval::backtest::{Difference, Differences, compare};
use weft_indicators::{ModelSet, builtin};
use weft_model::{DAY_MS, Directory, Event, EventTime, Incident, Indicator};
use weft_runtime::discover;
use weft_sigma::RuleSet;

/// One set of models after all events.
struct Side {
    engine: Engine,
    /// Those that begin in the days asked for.
    incidents: Vec<Incident>,
    indicators: Vec<Indicator>,
}

/// Runs the command.
pub fn run(options: &Backtest) -> anyhow::Result<Code> {
    let in_use = |set: ModelSet| if options.trial_models { set } else { set.active() };
    let known = builtin()?;
    let rules = |dir: Option<&PathBuf>| knowledge::rules(dir.map_or(&[], std::slice::from_ref), &known);
    let current = in_use(known.clone());
    let changed = match (&options.models, options.without.is_empty()) {
        (None, true) => None,
        (dir, _) => {
            let mut rules = rules(dir.as_ref())?.active(options.trial_models);
            let models = change(current.clone(), &mut rules, dir.as_deref(), &options.without)?;
            Some((in_use(models), Arc::new(rules)))
        }
    };
    let current = (current, Arc::new(rules(None)?.active(options.trial_models)));
    let folder = tempfile::Builder::new().prefix("weft-backtest-").tempdir().context("cannot make a temporary folder; set TMPDIR")?;
    let store = EventStore::open(&folder.path().join("events"))?;
    let read = ingest::read_all(&discover(&options.paths)?, &store, None, &AtomicBool::new(false))?;
    let directory = Directory::new(read.people);
    let loaded = knowledge::load(None, &[], options.trial_models)?;
    let pipeline = |(models, rules): (ModelSet, Arc<RuleSet>)| {
        let loaded = Loaded { models: models.into(), rules, ..loaded.clone() };
        Pipeline::sorted(knowledge::with(loaded, directory.clone(), options.budget))
    };
    let mut pipelines: Vec<Pipeline> = std::iter::once(current).chain(changed).map(pipeline).collect();
    let mut span: Option<(EventTime, EventTime)> = None;
    let progress = ingest::bar(store.len(), "analysing");
    let mut push = |event: Event| {
        progress.inc(1);
        let span = span.get_or_insert((event.time, event.time));
        span.1 = span.1.max(event.time);
        if let Some((last, others)) = pipelines.split_last_mut() {
            others.iter_mut().for_each(|pipeline| pipeline.push(event.clone()));
            last.push(event);
        }
    };
    match &options.lake {
        Some(dir) if !dir.is_dir() => {
            return Err(usage(format!("{} is no folder; `weft config schema` says where the lake lies", dir.display())));
        }
        Some(dir) => weft_lake::Lake::open(dir)?.scan(&weft_lake::Scan::default())?.try_for_each(|event| event.map(&mut push))?,
        None => store.all().try_for_each(|event| event.map(&mut push))?,
    }
    progress.finish_and_clear();
    let Some((first, last)) = span else { return Err(nothing_readable("there is no event in this input")) };
    let from = options.days.map_or(first, |days| first.max(last.plus_ms(-i64::from(days) * DAY_MS)));
    let days = last.since(from) as f64 / DAY_MS as f64;
    let sides: Vec<Side> = pipelines.into_iter().map(|pipeline| side(pipeline, from)).collect();
    let mut out = std::io::stdout().lock();
    match sides.as_slice() {
        [one] => by_model(&mut out, one)?,
        [before, after, ..] => {
            let found = compare((&before.incidents, &before.indicators), (&after.incidents, &after.indicators));
            if options.json {
                let rate = |side: &Side| serde_json::json!({ "incidents": side.incidents.len(), "per_1000_person_days": rate(side, days) });
                let json = serde_json::json!({ "days": days, "before": rate(before), "after": rate(after), "differences": found });
                writeln!(out, "{json}")?;
            } else {
                print(&mut out, before, after, &found, days)?;
            }
        }
        [] => {}
    }
    Ok(Code::Done)
}

/// The current models with those of the folder put in their place or beside them, and without those named; `rules` has the folder's already.
fn change(mut set: ModelSet, rules: &mut RuleSet, dir: Option<&Path>, without: &[String]) -> anyhow::Result<ModelSet> {
    for name in without {
        if let Some(rule) = rules.rules.iter_mut().find(|rule| rule.name() == *name) {
            rule.speaks = false;
            continue;
        }
        let known = set.models.len();
        set.models.retain(|model| model.name != *name);
        if set.models.len() == known {
            return Err(usage(format!("there is no model `{name}`; `weft models list` names them")));
        }
    }
    let mut priors: Vec<_> = set.priors.into_values().collect();
    if let Some(dir) = dir {
        let (models, changed) = knowledge::models_of(dir)?;
        if models.is_empty() && changed.is_empty() && rules.rules.iter().all(|rule| Path::new(&rule.file).strip_prefix(dir).is_err()) {
            return Err(usage(format!("{} holds no model, no prior and no rule", dir.display())));
        }
        set.models.retain(|model| models.iter().all(|other| other.name != model.name));
        set.models.extend(models);
        priors.extend(changed);
    }
    let mut changed = ModelSet::new(set.models, priors)?;
    changed.suppressions = set.suppressions;
    Ok(changed)
}

fn side(pipeline: Pipeline, from: EventTime) -> Side {
    let (engine, _) = pipeline.finish();
    let incidents = engine.incidents().into_iter().filter(|incident| incident.start >= from).collect();
    Side { incidents, indicators: engine.indicators(), engine }
}

fn rate(side: &Side, days: f64) -> f64 {
    side.incidents.len() as f64 * 1000.0 / (side.engine.people() as f64 * days).max(1.0)
}

fn counts(side: &Side) -> BTreeMap<&str, [u64; 4]> {
    let mut by_model: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    for indicator in &side.indicators {
        let place = match indicator.bits.value() {
            bits if bits < 6.0 => 0,
            bits if bits < 8.0 => 1,
            bits if bits < 10.0 => 2,
            _ => 3,
        };
        if let Some(count) = by_model.entry(&indicator.model).or_default().get_mut(place) {
            *count += 1;
        }
    }
    by_model
}

/// How many indicators each model gave, by whole bits of surprise.
fn by_model(out: &mut impl Write, side: &Side) -> std::io::Result<()> {
    let counts = counts(side);
    writeln!(out, "{:<75} {:>7} {:>7} {:>7} {:>7} {:>10}", "indicators by bits of surprise", "4-6", "6-8", "8-10", "10+", "calibrated")?;
    for (model, entity_days) in side.engine.calibrated() {
        let [a, b, c, d] = counts.get(model.as_str()).copied().unwrap_or_default();
        writeln!(out, "{model:<75} {a:>7} {b:>7} {c:>7} {d:>7} {entity_days:>10}")?;
    }
    Ok(())
}

fn print(out: &mut impl Write, before: &Side, after: &Side, found: &Differences, days: f64) -> std::io::Result<()> {
    for (name, side) in [("before", before), ("after", after)] {
        let incidents = side.incidents.len();
        let rate = rate(side, days);
        writeln!(out, "{name:<7} {incidents:>5} incidents in {days:.1} days, {rate:.3} per 1,000 people and day")?;
    }
    writeln!(out, "{} the same, {} changed, {} added, {} gone", found.same, found.changed.len(), found.added.len(), found.gone.len())?;
    for (word, list) in [("ADDED", &found.added), ("GONE", &found.gone), ("CHANGED", &found.changed)] {
        for one in list {
            difference(out, word, one)?;
        }
    }
    let (old, new) = (counts(before), counts(after));
    let names: std::collections::BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let sum = |counts: &BTreeMap<&str, [u64; 4]>, name: &str| counts.get(name).map_or(0, |counts| counts.iter().sum::<u64>());
    for name in names.into_iter().filter(|name| old.get(name) != new.get(name)) {
        writeln!(out, "indicators of {name}: {} before, {} after", sum(&old, name), sum(&new, name))?;
    }
    Ok(())
}

fn difference(out: &mut impl Write, word: &str, one: &Difference) -> std::io::Result<()> {
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), |score| format!("{score:.0}"));
    let title = crate::print::clean(&one.title);
    writeln!(out, "\n{word} {} {title} (score {} -> {})", EventTime(one.start).to_rfc3339(), score(one.before), score(one.after))?;
    for reason in &one.reasons {
        writeln!(out, "  {}", crate::print::clean(reason))?;
    }
    Ok(())
}
