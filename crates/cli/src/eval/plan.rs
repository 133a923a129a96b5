//! Which inputs are scored: simulated folders, and scenarios times seeds.

use crate::args::Eval;
use crate::clock;
use crate::exit::{nothing_readable, usage};
use crate::simulate;
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

/// Looks into the folder.
pub fn plan(options: &Eval) -> anyhow::Result<Plan> {
    let mut dirs = vec![options.dir.clone()];
    let is_input = |dir: &Path| dir.join("truth.json").is_file() || dir.join("scenario.yaml").is_file();
    if !is_input(&options.dir) {
        let unreadable = |error| nothing_readable(format!("cannot list {}: {error}", options.dir.display()));
        let entries = std::fs::read_dir(&options.dir).map_err(unreadable)?;
        dirs = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|dir| is_input(dir)).collect();
    }
    dirs.sort();
    let name = |dir: &Path| dir.canonicalize().unwrap_or_default().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let all = dirs.len();
    let names: Vec<String> = dirs.iter().map(|dir| name(dir)).collect();
    if let Some(unknown) = options.only.iter().find(|only| !names.contains(only) && !names.is_empty()) {
        let dir = options.dir.display();
        return Err(usage(format!("--only names {unknown:?}, which is not in {dir}; there are: {}", names.join(", "))));
    }
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
        // With a separator it is a path to the simulator, never a name of its own.
        let scenario = if dir.components().count() > 1 { dir.display().to_string() } else { format!("./{}", dir.display()) };
        let about = weft_simulator::about(&scenario).map_err(simulate::refused)?;
        inputs.extend(seeds.iter().map(|seed| {
            Input::Scenario(Options {
                scenario: scenario.clone(),
                seed: *seed,
                people: options.people.unwrap_or(about.people),
                days: options.days.unwrap_or(about.days),
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

/// Seeds that nobody has developed on: from the time, six digits each.
fn fresh(now_ms: i64, count: u32) -> Vec<u64> {
    let from = now_ms.unsigned_abs() / 100;
    (0..u64::from(count)).map(|index| 100_000 + (from + index * 7919) % 900_000).collect()
}
