//! `weft models`: list, show, test and backtest detection models.

use crate::args::{Models, ModelsCommand, Replay};
use crate::exit::{Code, usage};
use crate::replay;
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use weft_indicators::{Model, ModelSet, builtin};

/// Runs the command.
pub fn run(options: &Models) -> anyhow::Result<Code> {
    match &options.command {
        ModelsCommand::List { json } => list(*json),
        ModelsCommand::Show { name } => show(name),
        ModelsCommand::Test { files } => test(files),
        ModelsCommand::Backtest { paths } => backtest(paths),
    }
}

fn list(json: bool) -> anyhow::Result<Code> {
    let mut out = std::io::stdout().lock();
    for model in builtin()?.models {
        if json {
            writeln!(out, "{}", serde_json::to_string(&model)?)?;
        } else {
            writeln!(out, "{:<75} {:<8} {} tests", model.name, model.on.domain().as_str(), model.tests.len())?;
        }
    }
    Ok(Code::Done)
}

fn show(name: &str) -> anyhow::Result<Code> {
    for (file, text) in weft_indicators::builtin::MODELS {
        if Model::parse(file, text)?.name == name {
            write!(std::io::stdout(), "# models/{file}\n{text}")?;
            return Ok(Code::Done);
        }
    }
    Err(usage(format!("there is no model `{name}`; `weft models list` names them")))
}

fn test(files: &[PathBuf]) -> anyhow::Result<Code> {
    let shipped = builtin()?;
    let models = if files.is_empty() { shipped.models.clone() } else { files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()? };
    let (mut passed, mut failed) = (0, 0);
    let mut out = std::io::stdout().lock();
    for model in &models {
        for test in &model.tests {
            let outcome = test.run(model, &ModelSet { models: Vec::new(), priors: shipped.priors.clone() })?;
            let word = if outcome.passed { "ok    " } else { "FAILED" };
            writeln!(out, "{word} {}: {} ({:.1} bits)", model.name, test.name, outcome.bits)?;
            if outcome.passed { passed += 1 } else { failed += 1 }
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 && passed > 0 { Code::Done } else { Code::CheckFailed })
}

fn read(path: &PathBuf) -> anyhow::Result<Model> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the model {}", path.display()))?;
    Ok(Model::parse(&path.display().to_string(), &text)?)
}

/// How many indicators each model gave, by whole bits of surprise.
fn backtest(paths: &[PathBuf]) -> anyhow::Result<Code> {
    let options = Replay::of(paths.to_vec());
    let replayed = replay::replay(&options)?;
    let mut by_model: BTreeMap<String, [u64; 4]> = builtin()?.models.into_iter().map(|model| (model.name, [0; 4])).collect();
    for indicator in replayed.engine.indicators() {
        let place = match indicator.bits.value() {
            bits if bits < 6.0 => 0,
            bits if bits < 8.0 => 1,
            bits if bits < 10.0 => 2,
            _ => 3,
        };
        if let Some(count) = by_model.entry(indicator.model).or_default().get_mut(place) {
            *count += 1;
        }
    }
    let calibrated = replayed.engine.calibrated();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<75} {:>7} {:>7} {:>7} {:>7} {:>10}", "indicators by bits of surprise", "4-6", "6-8", "8-10", "10+", "calibrated")?;
    for (model, counts) in by_model {
        let [a, b, c, d] = counts;
        writeln!(out, "{model:<75} {a:>7} {b:>7} {c:>7} {d:>7} {:>10}", calibrated.get(&model).copied().unwrap_or(0))?;
    }
    Ok(Code::Done)
}
