//! When an attack was first noticed and when its incident was whole, hour by hour of event time.

use crate::case::{Case, evidence};
use crate::truth::{Attack, Truth};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{EventTime, EventUid, Incident, Indicator, IndicatorUid};

/// An indicator as it stood when its hour had been analysed.
#[derive(Clone, Debug)]
pub struct Version {
    /// End of the hour, when everything up to it has arrived in time.
    pub known_at: EventTime,
    pub indicator: Indicator,
}

/// One attack in time.
#[derive(Clone, Debug, Serialize)]
pub struct AttackDetail {
    pub id: String,
    pub title: String,
    /// Start of the first step, milliseconds UTC.
    pub start: i64,
    /// Seconds of event time from the first step to the end of the hour in which an incident first touched the attack; at most an hour
    /// too long, and to it comes how late the records arrive.
    pub first_alert_s: Option<i64>,
    /// The same until one incident held every required step.
    pub full_s: Option<i64>,
    pub steps: Vec<StepDetail>,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct StepDetail {
    pub id: String,
    pub text: String,
    pub domain: String,
    pub start: i64,
    pub end: i64,
    pub required: bool,
    /// Whether an incident of the final output holds an event of it.
    pub found: bool,
}

/// Every indicator as it stood last, in (time, uid) order.
pub fn latest(versions: &[Version]) -> Vec<Indicator> {
    let known: BTreeMap<IndicatorUid, &Indicator> = versions.iter().map(|version| (version.indicator.uid, &version.indicator)).collect();
    sorted(known)
}

fn sorted(known: BTreeMap<IndicatorUid, &Indicator>) -> Vec<Indicator> {
    let mut indicators: Vec<Indicator> = known.into_values().cloned().collect();
    indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
    indicators
}

/// Follows each attack through the hours in which an indicator with its evidence appeared or grew: what touches an attack needs such an
/// indicator. `incidents_of` turns the indicators known at one hour, in (time, uid) order, into incidents; `versions` are in the order
/// of `known_at`. `finals` are the final incidents.
pub fn details(
    truth: &Truth,
    versions: &[Version],
    finals: &[Case<'_>],
    incidents_of: &mut dyn FnMut(&[Indicator]) -> Vec<Incident>,
) -> Vec<AttackDetail> {
    truth.attacks.iter().filter_map(|attack| detail(attack, versions, finals, incidents_of)).collect()
}

fn detail(
    attack: &Attack,
    versions: &[Version],
    finals: &[Case<'_>],
    incidents_of: &mut dyn FnMut(&[Indicator]) -> Vec<Incident>,
) -> Option<AttackDetail> {
    let start = attack.start()?;
    let evidence = evidence(attack);
    let steps = attack.steps.iter().map(|step| StepDetail {
        id: step.id.clone(),
        text: step.text.clone(),
        domain: step.domain.clone(),
        start: step.start,
        end: step.end,
        required: step.required,
        found: finals.iter().any(|case| step.evidence.iter().any(|event| case.events.contains(event))),
    });
    let steps: Vec<StepDetail> = steps.collect();
    let is_whole = |case: &Case<'_>| {
        attack.steps.iter().filter(|step| step.required).all(|step| step.evidence.iter().any(|event| case.events.contains(event)))
    };
    let mut detail =
        AttackDetail { id: attack.id.clone(), title: attack.title.clone(), start: start.0, first_alert_s: None, full_s: None, steps };
    // What never touches or never becomes whole need not be looked for hour by hour.
    let (is_found, becomes_whole) = (finals.iter().any(|case| case.touches(&evidence)), finals.iter().any(is_whole));
    let hours: BTreeSet<EventTime> = versions.iter().filter(|v| holds(&v.indicator, &evidence)).map(|v| v.known_at).collect();
    let (mut known, mut next) = (BTreeMap::<IndicatorUid, &Indicator>::new(), versions.iter().peekable());
    for hour in hours {
        while let Some(version) = next.next_if(|version| version.known_at <= hour) {
            known.insert(version.indicator.uid, &version.indicator);
        }
        let open = (is_found && detail.first_alert_s.is_none()) || (becomes_whole && detail.full_s.is_none());
        if !open {
            break;
        }
        let incidents = incidents_of(&sorted(known.clone()));
        let cases: Vec<Case<'_>> =
            incidents.iter().map(|incident| Case::of_incident_until(incident, hour)).filter(|case| case.touches(&evidence)).collect();
        let after_s = hour.since(start) / 1000;
        if !cases.is_empty() {
            detail.first_alert_s.get_or_insert(after_s);
        }
        if cases.iter().any(is_whole) {
            detail.full_s.get_or_insert(after_s);
        }
    }
    Some(detail)
}

fn holds(indicator: &Indicator, evidence: &BTreeSet<EventUid>) -> bool {
    indicator.events.iter().any(|event| evidence.contains(&event.uid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::indicator;
    use crate::outcome::tests::truth;
    use weft_model::{Bits, Contribution};

    const HOUR: i64 = 3_600_000;

    /// One incident of everything, from two indicators on.
    fn from_two_on(indicators: &[Indicator]) -> Vec<Incident> {
        if indicators.len() < 2 {
            return Vec::new();
        }
        let contributions =
            indicators.iter().map(|indicator| Contribution { indicator: indicator.clone(), evidence_bits: Bits::default() }).collect();
        vec![Incident { contributions, ..crate::backtest::tests::incident("i", &[]) }]
    }

    #[test]
    fn what_an_investigation_sees_later_is_not_known_earlier() {
        let truth = truth(&[("x", &["a", "b", "c"])]);
        let version = |hour: i64, name: &str| Version { known_at: EventTime(hour * HOUR), indicator: indicator(name, hour, &[name], &[]) };
        let versions = [version(1, "a"), version(2, "b"), version(9, "b")];
        let appended = indicator("c", 8 * HOUR, &["c"], &[]);
        let finals: Vec<Indicator> = versions.iter().map(|version| version.indicator.clone()).chain([appended.clone()]).collect();
        let found = details(&truth, &versions, &[Case::of_indicators(finals.iter().collect())], &mut |indicators| {
            let mut incidents = from_two_on(indicators);
            let entry = weft_model::TimelineEntry {
                time: appended.time,
                domain: appended.domain,
                text: String::new(),
                text_ja: String::new(),
                indicator: None,
                question: None,
                events: appended.events.clone(),
            };
            incidents.iter_mut().for_each(|incident| incident.timeline.push(entry.clone()));
            incidents
        });
        assert_eq!((found[0].first_alert_s, found[0].full_s), (Some(2 * 3600), Some(9 * 3600)));
    }

    #[test]
    fn the_first_alert_and_the_whole_incident_are_timed() {
        let truth = truth(&[("x", &["a", "b", "c"])]);
        let version = |hour: i64, name: &str| Version { known_at: EventTime(hour * HOUR), indicator: indicator(name, hour, &[name], &[]) };
        let versions = [version(1, "a"), version(2, "noise"), version(4, "b"), version(9, "c")];
        let all: Vec<Indicator> = versions.iter().map(|version| version.indicator.clone()).collect();
        let finals = [Case::of_indicators(all.iter().collect())];
        let mut calls = 0;
        let found = details(&truth, &versions, &finals, &mut |indicators| {
            calls += 1;
            from_two_on(indicators)
        });
        assert_eq!((found[0].first_alert_s, found[0].full_s, calls), (Some(4 * 3600), Some(9 * 3600), 3));
        assert!(found[0].steps.iter().all(|step| step.found));
        // Without a final incident there is nothing to look for.
        let missed = details(&truth, &versions, &[], &mut |_| panic!("asked in vain"));
        assert_eq!((missed[0].first_alert_s, missed[0].full_s), (None, None));
    }
}
