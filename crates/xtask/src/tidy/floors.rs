//! Floors of `weft eval` may only rise: compares the committed ones with those of the commit before. Knows the file's shape, not its figures.

use super::Finding;
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const PATH: &str = "integration-tests/scenarios/floors.yaml";
const BEFORE: &str = "HEAD~1";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Floors {
    total: Floor,
    scenarios: BTreeMap<String, Floor>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Floor {
    at_least: BTreeMap<String, f64>,
    at_most: BTreeMap<String, f64>,
}

/// What is lower than one commit ago. Without a history (a shallow clone, an archive) nothing is compared, and a line says so.
///
/// # Errors
/// The file cannot be read or is not valid.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let before = Command::new("git").args(["show", &format!("{BEFORE}:{PATH}")]).current_dir(root).output();
    match before {
        Ok(before) if before.status.success() => {
            let now = std::fs::read_to_string(root.join(PATH))?;
            lowered(&String::from_utf8_lossy(&before.stdout), &now)
        }
        _ => {
            println!("tidy: floors are not compared: git has no {BEFORE}:{PATH} here");
            Ok(Vec::new())
        }
    }
}

fn lowered(before: &str, now: &str) -> Result<Vec<Finding>> {
    let (before, now) = (bounds(before)?, bounds(now)?);
    let mut findings = Vec::new();
    for (name, (bound, sign)) in before {
        let text = match now.get(&name) {
            None => format!("the floor of {name} is gone: floors may only rise"),
            Some((new, _)) if (new - bound) * sign < 0.0 => format!("the floor of {name} went from {bound} to {new}: floors may only rise"),
            Some(_) => continue,
        };
        findings.push(Finding::whole(PATH, text));
    }
    Ok(findings)
}

/// Every bound by place, side and figure, with the sign of better.
fn bounds(text: &str) -> Result<BTreeMap<String, (f64, f64)>> {
    let floors: Floors = serde_saphyr::from_str(text)?;
    let places = std::iter::once(("total", &floors.total)).chain(floors.scenarios.iter().map(|(name, floor)| (name.as_str(), floor)));
    let sides = places.flat_map(|(place, floor)| [(place, "at_least", &floor.at_least, 1.0), (place, "at_most", &floor.at_most, -1.0)]);
    let all = sides.flat_map(|(place, side, figures, sign)| {
        figures.iter().map(move |(figure, bound)| (format!("{place}: {side}: {figure}"), (*bound, sign)))
    });
    Ok(all.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_lower_or_gone_is_found() {
        let before = "total: {at_least: {steps: 0.5}, at_most: {false: 0.2}}\nscenarios: {a: {at_least: {steps: 1}}}";
        let texts = |now: &str| lowered(before, now).unwrap().into_iter().map(|finding| finding.text).collect::<Vec<_>>();
        let better = "total: {at_least: {steps: 0.6, found: 1}, at_most: {false: 0.1}}\nscenarios: {a: {at_least: {steps: 1}}, b: {}}";
        assert_eq!(texts(better), [""; 0]);
        let worse = texts("total: {at_least: {steps: 0.4}, at_most: {false: 0.3}}");
        assert_eq!(worse.len(), 3);
        assert!(
            worse[0].contains("a: at_least: steps is gone") && worse[1].contains("from 0.5 to 0.4") && worse[2].contains("from 0.2 to 0.3")
        );
    }
}
