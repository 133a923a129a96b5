//! Committed floors: figures that an evaluation must reach. They are raised when the figures rise, and never lowered.

use crate::outcome::Outcome;
use crate::scenario::Evaluation;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `floors.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    #[serde(default)]
    pub total: Floor,
    /// By scenario, over all its seeds together.
    #[serde(default)]
    pub scenarios: BTreeMap<String, Floor>,
}

/// Bounds on figures by name (see [`figures`]).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    #[serde(default)]
    pub at_least: BTreeMap<String, f64>,
    #[serde(default)]
    pub at_most: BTreeMap<String, f64>,
}

/// A floors file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FloorsError {
    #[error("the floors are not valid YAML of the shape that docs/user/evaluate.md shows")]
    Yaml(#[source] Box<serde_saphyr::Error>),
    #[error("the floor of {place} names `{name}`; choose one of: {known}", known = names().join(", "))]
    Unknown { place: String, name: String },
}

/// A figure below (or above) its bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// `total` or the scenario.
    pub place: String,
    pub figure: String,
    pub measured: f64,
    pub bound: f64,
}

/// What was checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    pub checked: usize,
    pub breaches: Vec<Breach>,
    /// Figures that are better than their bound: the floor can rise to them.
    pub can_rise: Vec<Breach>,
}

/// The figures a floor may bound, each a share or a rate, so that they do not depend on the number of seeds: `found_once`, `steps`,
/// `look_alikes_quiet` in [0, 1]; `pairwise_f1`, `bcubed_f1` in [0, 1]; `fragments` and `wrong_merges` an attack;
/// `false_per_1000_person_days`.
pub fn figures(outcome: &Outcome, person_days: u64) -> [(&'static str, f64); 8] {
    let share = |part: usize, of: usize| if of == 0 { 1.0 } else { part as f64 / of as f64 };
    let an_attack = |count: usize| count as f64 / outcome.attacks.max(1) as f64;
    [
        ("found_once", share(outcome.found_once, outcome.attacks)),
        ("steps", outcome.steps_share),
        ("look_alikes_quiet", share(outcome.look_alikes_quiet, outcome.look_alikes)),
        ("pairwise_f1", outcome.pairwise_f1.unwrap_or(1.0)),
        ("bcubed_f1", outcome.bcubed_f1.unwrap_or(1.0)),
        ("fragments", an_attack(outcome.fragments)),
        ("wrong_merges", an_attack(outcome.wrong_merges)),
        ("false_per_1000_person_days", outcome.false_incidents as f64 * 1000.0 / person_days.max(1) as f64),
    ]
}

fn names() -> Vec<&'static str> {
    figures(&Outcome::default(), 1).into_iter().map(|(name, _)| name).collect()
}

impl Floors {
    /// Reads the file's text; names of figures are checked.
    pub fn parse(text: &str) -> Result<Self, FloorsError> {
        let floors: Self = serde_saphyr::from_str(text).map_err(|error| FloorsError::Yaml(Box::new(error)))?;
        let places = std::iter::once(("total", &floors.total)).chain(floors.scenarios.iter().map(|(name, floor)| (name.as_str(), floor)));
        for (place, floor) in places {
            if let Some(name) = floor.at_least.keys().chain(floor.at_most.keys()).find(|name| !names().contains(&name.as_str())) {
                return Err(FloorsError::Unknown { place: place.to_owned(), name: name.clone() });
            }
        }
        Ok(floors)
    }

    /// Compares; scenarios that did not run are not checked, and the total only when `is_whole`.
    pub fn check(&self, evaluation: &Evaluation, is_whole: bool) -> Verdict {
        let mut verdict = Verdict::default();
        if is_whole {
            self.total.check("total", &figures(&evaluation.total.outcome, evaluation.total.person_days), &mut verdict);
        }
        for (scenario, (outcome, person_days)) in evaluation.by_scenario() {
            if let Some(floor) = self.scenarios.get(scenario) {
                floor.check(scenario, &figures(&outcome, person_days), &mut verdict);
            }
        }
        verdict
    }
}

impl Floor {
    fn check(&self, place: &str, figures: &[(&str, f64)], verdict: &mut Verdict) {
        for (figure, measured) in figures {
            for (bounds, sign) in [(&self.at_least, 1.0), (&self.at_most, -1.0)] {
                let Some(bound) = bounds.get(*figure) else { continue };
                verdict.checked += 1;
                // A bound is written with a few decimals.
                let over = (measured - bound) * sign;
                let line = Breach { place: place.to_owned(), figure: (*figure).to_owned(), measured: *measured, bound: *bound };
                if over < -5e-4 {
                    verdict.breaches.push(line);
                } else if over > 5e-4 {
                    verdict.can_rise.push(line);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ScenarioResult;
    use crate::scenario::tests::{all, observed};

    fn evaluation(events: &[&str]) -> Evaluation {
        Evaluation::of(vec![ScenarioResult::of(&observed(events), 0.1, &mut |indicators| all(indicators))])
    }

    #[test]
    fn a_figure_below_its_floor_is_named() {
        let floors = Floors::parse(
            "total: {at_least: {found_once: 1, steps: 0.5}, at_most: {false_per_1000_person_days: 0.5}}\nscenarios: {test: {at_least: {steps: 1}}, absent: {at_least: {steps: 1}}}",
        )
        .unwrap();
        let sound = floors.check(&evaluation(&["a", "b"]), true);
        assert_eq!((sound.checked, sound.breaches.len()), (4, 0));
        assert_eq!(sound.can_rise.iter().map(|line| line.figure.as_str()).collect::<Vec<_>>(), ["steps", "false_per_1000_person_days"]);
        let half = floors.check(&evaluation(&["a"]), true);
        assert_eq!(half.breaches, [Breach { place: "test".into(), figure: "steps".into(), measured: 0.5, bound: 1.0 }]);
        let missed = floors.check(&evaluation(&["n"]), true);
        assert_eq!(missed.breaches.len(), 4, "{missed:?}");
        assert_eq!(floors.check(&evaluation(&["n"]), false).breaches.len(), 1);
    }

    #[test]
    fn unknown_figures_are_refused() {
        let error = Floors::parse("total: {at_least: {beauty: 1}}").unwrap_err().to_string();
        assert!(error.contains("`beauty`") && error.contains("found_once"), "{error}");
        assert!(Floors::parse("totl: {}").is_err());
    }
}
