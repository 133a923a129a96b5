//! `weft eval`: what was found in simulations against their truth.

use crate::args::{Eval, Replay};
use crate::exit::{Code, usage};
use crate::replay;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use weft_model::{EventUid, Incident};

#[derive(Debug, Deserialize)]
struct Truth {
    scenario: String,
    attacks: Vec<Attack>,
    #[serde(default)]
    look_alikes: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Attack {
    id: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    id: String,
    evidence: Vec<EventUid>,
    required: bool,
}

/// What was found of one simulation.
#[derive(Debug, Serialize)]
struct Found {
    scenario: String,
    dir: String,
    attacks: usize,
    found_once: usize,
    fragments: usize,
    wrong_merges: usize,
    steps_share: f64,
    missing_steps: Vec<String>,
    false_incidents: usize,
    /// Events in an attack's incident that are no evidence of it.
    benign_events: usize,
    look_alikes: usize,
    person_days: u64,
    incidents: usize,
    seconds: f64,
}

/// Runs the command; exit 1 when an attack is missed, split or merged, a required step or event is wrong, or there is more than one
/// false incident.
pub fn run(options: &Eval) -> anyhow::Result<Code> {
    let mut found = Vec::new();
    for dir in simulations(&options.dir, &options.seeds)? {
        found.push(evaluate(&dir)?);
    }
    if found.is_empty() {
        return Err(usage(format!("{} holds no truth.json: write one with `weft simulate`", options.dir.display())));
    }
    let sum = |part: fn(&Found) -> usize| found.iter().map(part).sum::<usize>();
    let person_days: u64 = found.iter().map(|f| f.person_days).sum();
    let total = serde_json::json!({
        "attacks": sum(|f| f.attacks), "found_once": sum(|f| f.found_once), "fragments": sum(|f| f.fragments),
        "wrong_merges": sum(|f| f.wrong_merges), "false_incidents": sum(|f| f.false_incidents), "benign_events": sum(|f| f.benign_events),
        "steps_share": found.iter().map(|f| f.steps_share).sum::<f64>() / found.len() as f64, "person_days": person_days,
        "false_per_1000_person_days": sum(|f| f.false_incidents) as f64 * 1000.0 / person_days.max(1) as f64,
    });
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::json!({ "scenarios": found, "total": total }))?;
    } else {
        for one in &found {
            writeln!(
                out,
                "{} ({}): {} of {} attacks found once, {} fragments, {} wrong merges, {:.0} % of steps{}, {} benign events inside, {} false incidents, {:.1} s",
                one.dir,
                one.scenario,
                one.found_once,
                one.attacks,
                one.fragments,
                one.wrong_merges,
                one.steps_share * 100.0,
                if one.missing_steps.is_empty() { String::new() } else { format!(" (missing {})", one.missing_steps.join(", ")) },
                one.benign_events,
                one.false_incidents,
                one.seconds
            )?;
        }
        writeln!(out, "{total:#}")?;
    }
    let is_sound = found.iter().all(|f| {
        f.found_once == f.attacks
            && f.fragments + f.wrong_merges + f.benign_events == 0
            && f.missing_steps.is_empty()
            && f.false_incidents <= 1
    });
    Ok(if is_sound { Code::Done } else { Code::CheckFailed })
}

fn simulations(dir: &Path, seeds: &[u64]) -> anyhow::Result<Vec<PathBuf>> {
    if dir.join("truth.json").is_file() {
        return Ok(vec![dir.to_path_buf()]);
    }
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))?;
    let mut dirs: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join("truth.json").is_file()).collect();
    dirs.retain(|path| seeds.is_empty() || seeds.iter().any(|seed| path.to_string_lossy().ends_with(&format!("-{seed}"))));
    dirs.sort();
    Ok(dirs)
}

fn evaluate(dir: &Path) -> anyhow::Result<Found> {
    let path = dir.join("truth.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let truth: Truth = serde_json::from_str(&text).with_context(|| format!("{} is not the truth of a simulation", path.display()))?;
    let options = Replay::of(vec![dir.join("raw")]);
    let replayed = replay::replay(&options)?;
    let bounds = replayed.store.time_bounds()?;
    let days = bounds.map_or(0, |(first, last)| (last.day() - first.day() + 1).max(0) as u64);
    Ok(compare(dir, &truth, &replayed.incidents, days * replayed.engine.people() as u64, replayed.report.seconds))
}

fn events(incident: &Incident) -> BTreeSet<EventUid> {
    let of_indicators = incident.contributions.iter().flat_map(|contribution| &contribution.indicator.events);
    of_indicators.chain(incident.timeline.iter().flat_map(|entry| &entry.events)).map(|event| event.uid).collect()
}

fn compare(dir: &Path, truth: &Truth, incidents: &[Incident], person_days: u64, seconds: f64) -> Found {
    let held: Vec<BTreeSet<EventUid>> = incidents.iter().map(events).collect();
    let evidence: Vec<BTreeSet<EventUid>> =
        truth.attacks.iter().map(|attack| attack.steps.iter().flat_map(|step| step.evidence.iter().copied()).collect()).collect();
    let touches = |incident: &BTreeSet<EventUid>, attack: &BTreeSet<EventUid>| !incident.is_disjoint(attack);
    let mut found = Found {
        scenario: truth.scenario.clone(),
        dir: dir.display().to_string(),
        attacks: truth.attacks.len(),
        found_once: 0,
        fragments: 0,
        wrong_merges: held.iter().filter(|incident| evidence.iter().filter(|attack| touches(incident, attack)).count() > 1).count(),
        steps_share: 0.0,
        missing_steps: Vec::new(),
        false_incidents: held.iter().filter(|incident| !evidence.iter().any(|attack| touches(incident, attack))).count(),
        benign_events: 0,
        look_alikes: truth.look_alikes.len(),
        person_days,
        incidents: incidents.len(),
        seconds,
    };
    let (mut steps, mut covered) = (0usize, 0usize);
    for (attack, evidence) in truth.attacks.iter().zip(&evidence) {
        let mine: Vec<&BTreeSet<EventUid>> = held.iter().filter(|incident| touches(incident, evidence)).collect();
        match mine.len() {
            0 => {}
            1 => found.found_once += 1,
            more => found.fragments += more - 1,
        }
        found.benign_events += mine.iter().map(|incident| incident.difference(evidence).count()).sum::<usize>();
        let largest = mine.iter().max_by_key(|incident| incident.intersection(evidence).count());
        for step in attack.steps.iter().filter(|step| step.required) {
            steps += 1;
            if largest.is_some_and(|incident| step.evidence.iter().any(|event| incident.contains(event))) {
                covered += 1;
            } else {
                found.missing_steps.push(format!("{}/{}", attack.id, step.id));
            }
        }
    }
    found.steps_share = if steps == 0 { 1.0 } else { covered as f64 / steps as f64 };
    found
}
