//! `weft eval`: scenarios and simulated folders in, scores out. Plans the runs, has them done, prints; the figures are weft-eval's.

mod observe;
mod plan;
mod work;

use crate::args::Eval;
use crate::exit::{Code, usage};
use crate::{knowledge, serve};
use anyhow::Context;
use std::io::Write;
use std::sync::Arc;
use weft_eval::{Evaluation, Floors, html, table};

/// The floors that hold where none are committed: every attack found once, with all its steps.
const PLAIN_FLOORS: &str = "total: {at_least: {found_once: 1, steps: 1}, at_most: {fragments: 0, wrong_merges: 0}}";

/// Runs the command; exit 1 below a floor, or when it was stopped before the end.
pub fn run(options: &Eval) -> anyhow::Result<Code> {
    if options.budget <= 0.0 || !options.budget.is_finite() {
        return Err(usage("--budget must be more than 0, for example --budget 0.1"));
    }
    let plan = plan::plan(options)?;
    if let Some(seeds) = &plan.fresh_seeds {
        writeln!(std::io::stderr(), "fresh seeds: repeat with --seeds {seeds}")?;
    }
    let floors = match &plan.floors {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the floors {}", path.display()))?;
            Floors::parse(&text).map_err(|error| usage(format!("{}: {:#}", path.display(), anyhow::Error::from(error))))?
        }
        None => Floors::parse(PLAIN_FLOORS)?,
    };
    let loaded = knowledge::load(None, &[], options.trial_models)?;
    let shared = Arc::new(observe::Shared { loaded, budget: options.budget, ablations: options.ablations, explain: options.explain });
    let (planned, is_whole) = (plan.inputs.len(), plan.is_whole);
    let stop = serve::stop_on_signal()?;
    let results = work::run_all(plan.inputs, options.jobs, shared, &stop)?;
    let is_complete = results.len() == planned;
    let evaluation = Evaluation::of(results);
    let verdict = floors.check(&evaluation, is_whole && is_complete);
    if let Some(path) = &options.html {
        let page = html::report(&evaluation, &verdict, &plan.repeat, options.budget);
        std::fs::write(path, page).with_context(|| format!("cannot write the report to {}", path.display()))?;
    }
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&evaluation)?)?;
    } else {
        write!(out, "{}\n{}", table::tables(&evaluation), table::verdict(&verdict))?;
    }
    if !is_complete {
        writeln!(std::io::stderr(), "stopped: {} of {planned} runs are scored", evaluation.scenarios.len())?;
    }
    if options.json {
        write!(std::io::stderr(), "{}", table::verdict(&verdict))?;
    }
    Ok(if verdict.breaches.is_empty() && is_complete { Code::Done } else { Code::CheckFailed })
}
