//! `weft models`: list, show, test and backtest detection models.

use crate::args::{Models, ModelsCommand};
use crate::backtest;
use crate::exit::{Code, usage};
use anyhow::Context;
use std::io::Write;
use std::path::PathBuf;
use weft_indicators::{Model, ModelSet, builtin};
use weft_sigma::RuleSet;

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
    for rule in weft_sigma::builtin(&builtin()?)?.speaking() {
        let (name, kind) = (rule.name(), serde_json::to_value(rule.kind)?);
        if json {
            let value = serde_json::json!({
                "name": name, "kind": "sigma", "type": kind, "level": rule.level, "status": rule.status, "file": rule.file,
                "rules": rule.bases, "timespan": rule.timespan, "entity": rule.keeper(), "techniques": rule.techniques,
                "tactics": rule.tactics, "description": rule.description, "tests": rule.tests,
            });
            writeln!(out, "{value}")?;
        } else {
            let techniques = rule.techniques.join(" ");
            let kind = kind.as_str().unwrap_or_default();
            writeln!(out, "{name:<75} {:<8} {kind:<20} {} tests  {techniques}", "sigma", rule.tests.len())?;
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
    let rules = weft_sigma::builtin(&builtin()?)?;
    let file = rules.rules.iter().find(|rule| rule.name() == name).map(|rule| rule.file.as_str());
    if let Some((file, text)) = weft_sigma::builtin::RULES.iter().find(|(known, _)| Some(*known) == file) {
        write!(std::io::stdout(), "# models/{file}\n{text}")?;
        return Ok(Code::Done);
    }
    Err(usage(format!("there is no model `{name}`; `weft models list` names them")))
}

fn test(files: &[PathBuf]) -> anyhow::Result<Code> {
    let shipped = builtin()?;
    let (models, rules) =
        if files.is_empty() { (shipped.models.clone(), weft_sigma::builtin(&shipped)?) } else { read_all(files, &shipped)? };
    let (mut passed, mut failed) = (0, 0);
    let mut out = std::io::stdout().lock();
    for rule in rules.speaking() {
        for test in &rule.tests {
            let outcome = test.run(rule, &rules).map_err(|what| anyhow::anyhow!("{}: {what}", rule.file))?;
            let word = if outcome.passed { "ok    " } else { "FAILED" };
            writeln!(out, "{word} {}: {} ({:.1} bits)", rule.name(), test.name, outcome.bits)?;
            if outcome.passed { passed += 1 } else { failed += 1 }
        }
    }
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

/// Models and Sigma rules, told apart by their keys.
fn read_all(files: &[PathBuf], shipped: &ModelSet) -> anyhow::Result<(Vec<Model>, RuleSet)> {
    let (mut models, mut rules) = (Vec::new(), Vec::new());
    for path in files {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the model {}", path.display()))?;
        let name = path.display().to_string();
        if weft_sigma::file::is_sigma(&text) { rules.push((name, text)) } else { models.push(Model::parse(&name, &text)?) }
    }
    let rules = RuleSet::parse(rules.iter().map(|(name, text)| (name.as_str(), text.as_str())), shipped)?;
    Ok((models, rules))
}
