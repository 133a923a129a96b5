//! No host, address or name of a reference attack may occur in the product: a detection must not know its test. Knows where the
//! scenarios state them.

use super::Finding;
use super::files::File;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where the attacks are described.
const SCENARIOS: &str = "integration-tests/scenarios/";
/// Keys in a scenario (at any depth) whose texts belong to the attack alone.
const KEYS: &[&str] = &["hosts", "addresses", "names", "urls", "domains_of_case"];
/// What ships, or decides how what ships behaves.
const PRODUCT: &[&str] = &["crates/", "sensors/", "models/", "ui/src/", "deploy/", "schemas/"];
/// Shorter texts would match by accident.
const MIN_LENGTH: usize = 6;

/// The product's lines that hold a scenario's constant, ignoring case.
pub fn check(files: &[File]) -> Result<Vec<Finding>> {
    let mut constants = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with(SCENARIOS) && file.path.ends_with("/scenario.yaml")) {
        let scenario: Value = serde_saphyr::from_str(&file.text).with_context(|| format!("{} is not YAML", file.path))?;
        collect(&scenario, false, &mut constants);
    }
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| PRODUCT.iter().any(|folder| file.path.starts_with(folder))) {
        let lower = file.text.to_lowercase();
        for constant in constants.iter().filter(|constant| lower.contains(constant.as_str())) {
            for (index, _) in lower.lines().enumerate().filter(|(_, line)| holds(line, constant)) {
                let text = format!("holds `{constant}`, which belongs to a scenario: the product must not know it");
                findings.push(Finding { line: index.saturating_add(1), ..Finding::whole(&file.path, text) });
            }
        }
    }
    Ok(findings)
}

fn collect(value: &Value, is_constant: bool, constants: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_constant && text.len() >= MIN_LENGTH => {
            constants.insert(text.to_lowercase());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_constant, constants)),
        Value::Object(entries) => {
            entries.iter().for_each(|(key, entry)| collect(entry, is_constant || KEYS.contains(&key.as_str()), constants));
        }
        _ => {}
    }
}

/// Whether `line` holds `constant` as a whole name: `10.0.0.1` does not stand in `10.0.0.12`.
fn holds(line: &str, constant: &str) -> bool {
    line.match_indices(constant).any(|(at, found)| {
        let before = line.get(..at).and_then(|left| left.chars().next_back());
        let after = line.get(at.saturating_add(found.len())..).and_then(|right| right.chars().next());
        ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn a_scenarios_constants_are_found_in_the_product_only() {
        let scenario = "title: An attack on example.com\nhosts: {click: Evil-Host.example, c2: [bad.example]}\nsteps:\n  - addresses: [198.51.100.7]\n    text: mail\n  - names: ['...']\n";
        let found = check(&[
            file("integration-tests/scenarios/case-x/scenario.yaml", scenario),
            file("models/a.yaml", "ok\nhost: evil-host.EXAMPLE\n"),
            file("crates/a/src/lib.rs", "let a = \"198.51.100.7\"; // example.com\nlet b = \"198.51.100.77\"; // notbad.example\n"),
            file("integration-tests/src/lib.rs", "bad.example"),
            file("ui/src/x.ts", "sub.bad.example ..."),
        ])
        .unwrap();
        let places: Vec<String> = found.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect();
        assert_eq!(places, ["models/a.yaml:2", "crates/a/src/lib.rs:1", "ui/src/x.ts:1"]);
    }

    #[test]
    fn a_scenario_that_cannot_be_read_is_an_error() {
        assert!(check(&[file("integration-tests/scenarios/x/scenario.yaml", "a: [")]).is_err());
    }
}
