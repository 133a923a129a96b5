//! The figures of one detector on one input, and their sum over inputs.

use crate::agreement::Agreement;
use crate::case::{Case, evidence};
use crate::truth::Truth;
use serde::Serialize;
use std::collections::BTreeSet;
use weft_model::{EventUid, Indicator};

/// What was found. An attack is touched by a case that holds an event of its evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    pub attacks: usize,
    /// Attacks touched by exactly one case, which touches no other attack.
    pub found_once: usize,
    /// Cases beyond the first that touch an attack, over all attacks.
    pub fragments: usize,
    /// Cases that touch two or more attacks.
    pub wrong_merges: usize,
    pub steps_required: usize,
    /// Required steps of which the attack's largest case (by evidence) holds an event.
    pub steps_covered: usize,
    /// `steps_covered / steps_required`, 1 without a step.
    pub steps_share: f64,
    /// `attack/step`.
    pub missing_steps: Vec<String>,
    /// Events in cases that touch an attack and are evidence of no attack.
    pub benign_events: usize,
    pub look_alikes: usize,
    /// Look-alikes that no false case disturbs ([`Case::disturbs`]).
    pub look_alikes_quiet: usize,
    /// `kind id` of the others.
    pub look_alikes_loud: Vec<String>,
    /// Cases that touch no attack.
    pub false_incidents: usize,
    pub incidents: usize,
    /// See [`Agreement`].
    pub pairwise_f1: Option<f64>,
    pub bcubed_f1: Option<f64>,
    #[serde(skip)]
    pub agreement: Agreement,
}

impl Outcome {
    /// Compares cases with the truth; `indicators` are all that the models kept on this input.
    pub fn of(truth: &Truth, cases: &[Case<'_>], indicators: &[Indicator]) -> Self {
        let attacks: Vec<BTreeSet<EventUid>> = truth.attacks.iter().map(evidence).collect();
        let touched = |case: &Case<'_>| attacks.iter().filter(|attack| case.touches(attack)).count();
        let (real, alarms): (Vec<&Case<'_>>, Vec<&Case<'_>>) = cases.iter().partition(|case| touched(case) > 0);
        let loud: Vec<String> = truth
            .look_alikes
            .iter()
            .filter(|look_alike| alarms.iter().any(|case| case.disturbs(look_alike)))
            .map(|look_alike| format!("{} {}", look_alike.kind, look_alike.id))
            .collect();
        let mut outcome = Self {
            attacks: attacks.len(),
            wrong_merges: real.iter().filter(|case| touched(case) > 1).count(),
            benign_events: real.iter().map(|case| case.events.iter().filter(|e| !attacks.iter().any(|a| a.contains(*e))).count()).sum(),
            look_alikes: truth.look_alikes.len(),
            look_alikes_quiet: truth.look_alikes.len() - loud.len(),
            look_alikes_loud: loud,
            false_incidents: alarms.len(),
            incidents: cases.len(),
            agreement: Agreement::of(indicators, cases, &attacks),
            ..Self::default()
        };
        for (attack, evidence) in truth.attacks.iter().zip(&attacks) {
            let mine: Vec<&&Case<'_>> = real.iter().filter(|case| case.touches(evidence)).collect();
            outcome.found_once += usize::from(matches!(mine.as_slice(), [only] if touched(only) == 1));
            outcome.fragments += mine.len().saturating_sub(1);
            let largest = mine.iter().max_by_key(|case| case.events.intersection(evidence).count());
            for step in attack.steps.iter().filter(|step| step.required) {
                outcome.steps_required += 1;
                if largest.is_some_and(|case| step.evidence.iter().any(|event| case.events.contains(event))) {
                    outcome.steps_covered += 1;
                } else {
                    outcome.missing_steps.push(format!("{}/{}", attack.id, step.id));
                }
            }
        }
        outcome.derive();
        outcome
    }

    /// Adds another input's figures; the shares follow from the sums.
    pub fn add(&mut self, other: &Self) {
        self.attacks += other.attacks;
        self.found_once += other.found_once;
        self.fragments += other.fragments;
        self.wrong_merges += other.wrong_merges;
        self.steps_required += other.steps_required;
        self.steps_covered += other.steps_covered;
        self.missing_steps.extend(other.missing_steps.iter().cloned());
        self.benign_events += other.benign_events;
        self.look_alikes += other.look_alikes;
        self.look_alikes_quiet += other.look_alikes_quiet;
        self.look_alikes_loud.extend(other.look_alikes_loud.iter().cloned());
        self.false_incidents += other.false_incidents;
        self.incidents += other.incidents;
        self.agreement.add(&other.agreement);
        self.derive();
    }

    fn derive(&mut self) {
        self.steps_share = if self.steps_required == 0 { 1.0 } else { self.steps_covered as f64 / self.steps_required as f64 };
        self.pairwise_f1 = self.agreement.pairwise_f1();
        self.bcubed_f1 = self.agreement.bcubed_f1();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::case::tests::{event, indicator};
    use crate::truth::{Attack, LookAlike, Step};

    /// Attacks by id, each with steps of one event named like the step; all steps are required and last from 0 to 100.
    pub(crate) fn truth(attacks: &[(&str, &[&str])]) -> Truth {
        let step = |id: &&str| Step {
            id: (*id).into(),
            text: String::new(),
            domain: "saas".into(),
            start: 0,
            end: 100,
            evidence: vec![event(id)],
            required: true,
        };
        let attacks = attacks
            .iter()
            .map(|(id, steps)| Attack { id: (*id).into(), title: String::new(), steps: steps.iter().map(step).collect() })
            .collect();
        Truth { scenario: "test".into(), seed: 1, attacks, look_alikes: Vec::new() }
    }

    #[test]
    fn fragments_merges_and_alarms_are_counted() {
        let mut truth = truth(&[("x", &["x1", "x2", "x3"]), ("y", &["y1"]), ("z", &["z1"])]);
        let look_alike = |id: &str, entity: &str| LookAlike {
            id: id.into(),
            kind: "trip".into(),
            start: 0,
            end: 10,
            domains: vec![],
            entities: vec![entity.into()],
        };
        truth.look_alikes = vec![look_alike("quiet", "person:ann"), look_alike("loud", "person:bob")];
        let indicators = [
            ("x12", &["x1", "x2", "b"][..], "ann"),
            ("x3", &["x3"], "ann"),
            ("y", &["y1"], "ann"),
            ("n", &["n"], "bob"),
            ("m", &["m"], "eve"),
        ]
        .map(|(name, events, person)| indicator(name, 5, events, &[person]));
        let case = |members: &[usize]| Case::of_indicators(members.iter().map(|i| &indicators[*i]).collect());
        // x in two cases, one of which also holds y, which is thereby not found by itself; one false case about bob; m alone.
        let outcome = Outcome::of(&truth, &[case(&[0]), case(&[1, 2]), case(&[3])], &indicators);
        assert_eq!((outcome.attacks, outcome.found_once, outcome.fragments, outcome.wrong_merges), (3, 0, 1, 1));
        assert_eq!((outcome.false_incidents, outcome.incidents, outcome.benign_events), (1, 3, 1));
        // The largest case of x holds x1 and x2; z is not found.
        assert_eq!((outcome.steps_covered, outcome.steps_required), (3, 5));
        assert_eq!(outcome.missing_steps, ["x/x3", "z/z1"]);
        assert_eq!((outcome.look_alikes_quiet, outcome.look_alikes_loud), (1, vec!["trip loud".to_owned()]));
    }

    #[test]
    fn sums_weigh_steps_not_scenarios() {
        let indicators = [indicator("a", 0, &["a"], &[])];
        let found = |steps: &[&str]| Outcome::of(&truth(&[("x", steps)]), &[Case::of_indicators(vec![&indicators[0]])], &indicators);
        let mut total = found(&["a"]);
        total.add(&found(&["a", "b", "c"]));
        assert_eq!((total.found_once, total.steps_share), (2, 0.5));
        let mut empty = Outcome::default();
        empty.add(&Outcome::of(&truth(&[]), &[], &[]));
        assert_eq!((empty.steps_share, empty.pairwise_f1), (1.0, None));
    }
}
