//! `weft models`: list, show, test and backtest detection models.

use crate::args::{Models, ModelsCommand};
use crate::backtest;
use crate::exit::{Code, usage};
use anyhow::Context;
use std::io::Write;
use std::path::PathBuf;
use weft_indicators::{Model, builtin};

/// Runs the command.
pub fn run(options: &Models) -> anyhow::Result<Code> {
    match &options.command {
        ModelsCommand::List { json } => list(*json),
        ModelsCommand::Show { name } => show(name),
        ModelsCommand::Test { files } => test(files),
        ModelsCommand::Backtest(options) => backtest::run(options),
    }
}

fn list(json: bool) -> anyhow::Result<Code> {
    let mut out = std::io::stdout().lock();
    for model in builtin()?.models {
        if json {
            let mut value = serde_json::to_value(&model)?;
            if let Some(object) = value.as_object_mut() {
                object.insert("domain".to_owned(), model.on.domain().as_str().into());
            }
            writeln!(out, "{value}")?;
        } else {
            let techniques = model.techniques.join(" ");
            writeln!(
                out,
                "{:<75} {:<8} {:<20} {} tests  {techniques}",
                model.name,
                model.on.domain().as_str(),
                model.family,
                model.tests.len()
            )?;
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
            let outcome = test.run(model, &shipped)?;
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
