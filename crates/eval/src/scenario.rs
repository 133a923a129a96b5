//! One run scored, and all runs together.

use crate::calibration::{Calibrated, Tallies};
use crate::case::Case;
use crate::delay::{AttackDetail, Version, details};
use crate::outcome::Outcome;
use crate::poisson::garwood_95;
use crate::rivals;
use crate::truth::Truth;
use serde::Serialize;
use std::collections::BTreeMap;
use weft_indicators::Tally;
use weft_model::{Incident, Indicator};
use weft_stitcher::Alert;

/// What a run of the pipeline over one input gave.
pub struct Observed {
    pub truth: Truth,
    /// Where the input came from, for the reader.
    pub source: String,
    pub people: usize,
    pub days: u64,
    pub events: u64,
    pub incidents: Vec<Incident>,
    /// All that the models kept, in or out of incidents.
    pub indicators: Vec<Indicator>,
    /// In the order of `known_at`.
    pub versions: Vec<Version>,
    pub tallies: Vec<Tally>,
    /// Incidents of other runs on the same input, by name (`without email`).
    pub ablations: Vec<(String, Vec<Incident>)>,
}

/// Another detector on the same input.
#[derive(Clone, Debug, Serialize)]
pub struct Rival {
    pub name: String,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioResult {
    pub scenario: String,
    pub seed: u64,
    pub source: String,
    pub people: usize,
    pub days: u64,
    pub person_days: u64,
    pub events: u64,
    /// Wall-clock time of the run; the caller, who has a clock, sets it.
    pub seconds: f64,
    #[serde(flatten)]
    pub outcome: Outcome,
    pub attack_details: Vec<AttackDetail>,
    pub rivals: Vec<Rival>,
    #[serde(skip)]
    pub tallies: Tallies,
}

/// All runs together.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    #[serde(flatten)]
    pub outcome: Outcome,
    pub person_days: u64,
    pub false_per_1000_person_days: f64,
    /// Garwood's exact 95 % interval of it.
    pub false_per_1000_person_days_interval: (f64, f64),
    /// Medians over the attacks that were noticed, and whole; seconds of event time.
    pub first_alert_median_s: Option<i64>,
    pub full_median_s: Option<i64>,
    pub rivals: Vec<Rival>,
    pub calibration: Vec<Calibrated>,
}

/// What `weft eval --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    pub scenarios: Vec<ScenarioResult>,
    pub total: Total,
}

impl ScenarioResult {
    /// Scores a run. `budget` is in false incidents per 1,000 people and day; `incidents_of` is the detector's own last step, from the
    /// indicators known at some time, or of some domains, to incidents.
    pub fn of(observed: &Observed, budget: f64, incidents_of: &mut dyn FnMut(&[Indicator]) -> Vec<Incident>) -> Self {
        let Observed { truth, indicators, .. } = observed;
        let cases: Vec<Case<'_>> = observed.incidents.iter().map(Case::of_incident).collect();
        let outcome = Outcome::of(truth, &cases, indicators);
        let person_days = observed.people as u64 * observed.days;
        let allowed = ((person_days as f64 * budget / 1000.0) as usize).max(outcome.false_incidents);
        let mut rivals = vec![
            rival("any shared entity", truth, &rivals::any_shared_entity(indicators, &Alert::from_budget(budget)), indicators),
            rival("score sum per entity", truth, &rivals::entity_score_sum(indicators, truth, allowed), indicators),
        ];
        for domain in ["email", "saas", "network"] {
            let alone: Vec<Indicator> = indicators.iter().filter(|indicator| indicator.domain.as_str() == domain).cloned().collect();
            rivals.push(of_incidents(&format!("{domain} alone"), truth, &incidents_of(&alone), indicators));
        }
        rivals.extend(observed.ablations.iter().map(|(name, incidents)| of_incidents(name, truth, incidents, indicators)));
        let mut tallies = Tallies::default();
        tallies.add(&observed.tallies, truth.first_attack());
        Self {
            scenario: truth.scenario.clone(),
            seed: truth.seed,
            source: observed.source.clone(),
            people: observed.people,
            days: observed.days,
            person_days,
            events: observed.events,
            seconds: 0.0,
            attack_details: details(truth, &observed.versions, &cases, incidents_of),
            outcome,
            rivals,
            tallies,
        }
    }

    /// False incidents per 1,000 people and day.
    pub fn false_rate(&self) -> f64 {
        rate(self.outcome.false_incidents as f64, self.person_days)
    }
}

fn rival(name: &str, truth: &Truth, cases: &[Case<'_>], indicators: &[Indicator]) -> Rival {
    Rival { name: name.to_owned(), outcome: Outcome::of(truth, cases, indicators) }
}

fn of_incidents(name: &str, truth: &Truth, incidents: &[Incident], indicators: &[Indicator]) -> Rival {
    rival(name, truth, &incidents.iter().map(Case::of_incident).collect::<Vec<_>>(), indicators)
}

/// `count` per 1,000 person-days; 0 without any.
fn rate(count: f64, person_days: u64) -> f64 {
    count * 1000.0 / person_days.max(1) as f64
}

impl Evaluation {
    /// Adds runs up.
    pub fn of(mut scenarios: Vec<ScenarioResult>) -> Self {
        scenarios.sort_by(|a, b| (&a.scenario, a.seed, &a.source).cmp(&(&b.scenario, b.seed, &b.source)));
        let mut outcome = Outcome::default();
        let mut tallies = Tallies::default();
        let mut rivals: Vec<Rival> = Vec::new();
        for one in &mut scenarios {
            outcome.add(&one.outcome);
            tallies.merge(std::mem::take(&mut one.tallies));
            for rival in &one.rivals {
                match rivals.iter_mut().find(|known| known.name == rival.name) {
                    Some(known) => known.outcome.add(&rival.outcome),
                    None => rivals.push(rival.clone()),
                }
            }
        }
        let person_days = scenarios.iter().map(|one| one.person_days).sum();
        let (low, high) = garwood_95(outcome.false_incidents as u64);
        let details = || scenarios.iter().flat_map(|one| &one.attack_details);
        let total = Total {
            person_days,
            false_per_1000_person_days: rate(outcome.false_incidents as f64, person_days),
            false_per_1000_person_days_interval: (rate(low, person_days), rate(high, person_days)),
            first_alert_median_s: median(details().filter_map(|attack| attack.first_alert_s).collect()),
            full_median_s: median(details().filter_map(|attack| attack.full_s).collect()),
            rivals,
            calibration: tallies.calibrated(),
            outcome,
        };
        Self { scenarios, total }
    }

    /// The runs of each scenario added up, for floors by scenario: its outcome and person-days.
    pub fn by_scenario(&self) -> BTreeMap<&str, (Outcome, u64)> {
        let mut sums: BTreeMap<&str, (Outcome, u64)> = BTreeMap::new();
        for one in &self.scenarios {
            let sum = sums.entry(&one.scenario).or_default();
            sum.0.add(&one.outcome);
            sum.1 += one.person_days;
        }
        sums
    }
}

/// The lower of the two middle values when their number is even.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::case::tests::indicator;
    use crate::outcome::tests::truth;
    use weft_model::{Bits, Contribution};

    /// A run in which everything the models kept is one incident.
    pub(crate) fn observed(events: &[&str]) -> Observed {
        let indicators: Vec<Indicator> = events.iter().map(|name| indicator(name, 1, &[name], &["ann"])).collect();
        Observed {
            truth: truth(&[("x", &["a", "b"])]),
            source: "test".into(),
            people: 50,
            days: 20,
            events: 1000,
            incidents: all(&indicators),
            indicators,
            versions: Vec::new(),
            tallies: Vec::new(),
            ablations: vec![("without email".into(), Vec::new())],
        }
    }

    pub(crate) fn all(indicators: &[Indicator]) -> Vec<Incident> {
        if indicators.is_empty() {
            return Vec::new();
        }
        let contributions = indicators.iter().map(|i| Contribution { indicator: i.clone(), evidence_bits: Bits::default() }).collect();
        vec![Incident { contributions, ..crate::backtest::tests::incident("i", &[]) }]
    }

    #[test]
    fn runs_add_up_and_rivals_stand_beside() {
        let run = |events| ScenarioResult::of(&observed(events), 0.1, &mut |indicators| all(indicators));
        let evaluation = Evaluation::of(vec![run(&["a", "b"]), run(&["n"])]);
        let total = &evaluation.total;
        assert_eq!((total.outcome.attacks, total.outcome.found_once, total.outcome.false_incidents), (2, 1, 1));
        assert_eq!((total.person_days, total.false_per_1000_person_days), (2000, 0.5));
        let (low, high) = total.false_per_1000_person_days_interval;
        assert!((low - 0.0127).abs() < 1e-3 && (high - 2.786).abs() < 1e-2, "{low} {high}");
        let found: Vec<(&str, usize)> = total.rivals.iter().map(|rival| (rival.name.as_str(), rival.outcome.found_once)).collect();
        assert!(
            found.contains(&("saas alone", 1)) && found.contains(&("email alone", 0)) && found.contains(&("without email", 0)),
            "{found:?}"
        );
        assert_eq!(evaluation.by_scenario()["test"].0.incidents, 2);
    }

    #[test]
    fn medians() {
        assert_eq!((median(vec![]), median(vec![3, 1, 2]), median(vec![4, 1])), (None, Some(2), Some(1)));
    }
}
