//! Which inputs are scored: simulated folders, and scenarios times seeds.

use crate::args::Eval;
use crate::clock;
use crate::exit::usage;
use anyhow::Context;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use weft_simulator::Options;

/// One run.
#[derive(Clone, Debug)]
pub enum Input {
    /// Holds `truth.json` and `raw/`.
    Folder(PathBuf),
    Scenario(Options),
}

impl Input {
    /// What it is called on the progress line and in errors.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(dir) => dir.display().to_string(),
            Self::Scenario(options) => format!("{} with seed {}", options.scenario, options.seed),
        }
    }
}

/// All runs.
#[derive(Debug)]
pub struct Plan {
    pub inputs: Vec<Input>,
    pub floors: Option<PathBuf>,
    /// Nothing that the folder holds was left out.
    pub is_whole: bool,
    pub fresh_seeds: Option<String>,
    /// The command that gives the same figures.
    pub repeat: String,
}

/// The part of a scenario file that planning reads; the simulator checks the rest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    minimum_days: u32,
    minimum_people: u32,
    defaults: Defaults,
    #[serde(rename = "use")]
    include: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Defaults {
    people: u32,
    days: u32,
}

impl Default for Defaults {
    fn default() -> Self {
        let Options { people, days, .. } = Options::default();
        Self { people, days }
    }
}

/// Looks into the folder.
pub fn plan(options: &Eval) -> anyhow::Result<Plan> {
    let mut dirs = vec![options.dir.clone()];
    let is_input = |dir: &Path| dir.join("truth.json").is_file() || dir.join("scenario.yaml").is_file();
    if !is_input(&options.dir) {
        let entries = std::fs::read_dir(&options.dir).with_context(|| format!("cannot list {}", options.dir.display()))?;
        dirs = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|dir| is_input(dir)).collect();
    }
    dirs.sort();
    let name = |dir: &Path| dir.canonicalize().unwrap_or_default().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let all = dirs.len();
    dirs.retain(|dir| options.only.is_empty() || options.only.contains(&name(dir)));
    let seeds = match options.fresh {
        Some(count) => fresh(clock::now_ms(), count),
        None if options.seeds.is_empty() => vec![Options::default().seed],
        None => options.seeds.clone(),
    };
    let (mut inputs, mut has_scenario) = (Vec::new(), false);
    for dir in &dirs {
        if dir.join("truth.json").is_file() {
            // A folder's seed is the end of its name.
            let is_wanted = |seed: &u64| name(dir).ends_with(&format!("-{seed}"));
            if options.seeds.is_empty() || options.seeds.iter().any(is_wanted) {
                inputs.push(Input::Folder(dir.clone()));
            }
            continue;
        }
        has_scenario = true;
        let size = size(dir)?;
        inputs.extend(seeds.iter().map(|seed| {
            Input::Scenario(Options {
                scenario: name(dir),
                seed: *seed,
                people: options.people.unwrap_or(size.people),
                days: options.days.unwrap_or(size.days),
                ..Options::default()
            })
        }));
    }
    if inputs.is_empty() {
        let what = "neither a truth.json (`weft simulate` writes one) nor a scenario.yaml, or nothing that --only and --seeds name";
        return Err(usage(format!("{} holds {what}", options.dir.display())));
    }
    let beside = options.dir.join("floors.yaml");
    let list = seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    let size = [("people", options.people), ("days", options.days)].into_iter().filter_map(|(name, n)| Some(format!(" --{name} {}", n?)));
    let only = if options.only.is_empty() { String::new() } else { format!(" --only {}", options.only.join(",")) };
    Ok(Plan {
        is_whole: dirs.len() == all,
        floors: options.floors.clone().or_else(|| beside.is_file().then_some(beside)),
        fresh_seeds: options.fresh.map(|_| list.clone()),
        repeat: format!(
            "weft eval {}{}{only}{}",
            options.dir.display(),
            if has_scenario { format!(" --seeds {list}") } else { String::new() },
            size.collect::<String>()
        ),
        inputs,
    })
}

/// The size that a scenario asks for, with that of the scenarios beside it that it uses.
fn size(dir: &Path) -> anyhow::Result<Defaults> {
    let path = dir.join("scenario.yaml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let head: Head = serde_saphyr::from_str(&text).with_context(|| format!("{} is not a scenario", path.display()))?;
    let (mut people, mut days) = (head.defaults.people.max(head.minimum_people), head.defaults.days.max(head.minimum_days));
    for included in &head.include {
        let Some(text) = dir.parent().and_then(|all| std::fs::read_to_string(all.join(included).join("scenario.yaml")).ok()) else {
            continue;
        };
        let other: Head = serde_saphyr::from_str(&text).with_context(|| format!("{included} is not a scenario"))?;
        people = people.max(other.minimum_people);
        days = days.max(other.minimum_days);
    }
    Ok(Defaults { people, days })
}

/// Seeds that nobody has developed on: from the time, six digits each.
fn fresh(now_ms: i64, count: u32) -> Vec<u64> {
    let from = now_ms.unsigned_abs() / 100;
    (0..u64::from(count)).map(|index| 100_000 + (from + index * 7919) % 900_000).collect()
}
