//! A group of indicators that somebody would look at as one: an incident, or what a rival puts in its place.

use crate::truth::{Attack, LookAlike};
use std::collections::BTreeSet;
use weft_model::{Entity, EventTime, EventUid, Incident, Indicator};

/// One group.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub indicators: Vec<&'a Indicator>,
    /// Events of the indicators and, for an incident, those that its investigation appended.
    pub events: BTreeSet<EventUid>,
}

impl<'a> Case<'a> {
    /// An incident with its whole timeline.
    pub fn of_incident(incident: &'a Incident) -> Self {
        Self::of_incident_until(incident, EventTime(i64::MAX))
    }

    /// An incident as far as its events had happened by `until`: its investigation may look at contacts that came later.
    pub fn of_incident_until(incident: &'a Incident, until: EventTime) -> Self {
        let mut case = Self::of_indicators(incident.contributions.iter().map(|contribution| &contribution.indicator).collect());
        let appended = incident.timeline.iter().flat_map(|entry| &entry.events);
        case.events.extend(appended.filter(|event| event.time < until).map(|event| event.uid));
        case
    }

    /// A bare group.
    pub fn of_indicators(indicators: Vec<&'a Indicator>) -> Self {
        let events = indicators.iter().flat_map(|indicator| &indicator.events).map(|event| event.uid).collect();
        Self { indicators, events }
    }

    /// Whether it holds an event of these.
    pub fn touches(&self, evidence: &BTreeSet<EventUid>) -> bool {
        !self.events.is_disjoint(evidence)
    }

    /// Whether an indicator in it speaks of one of the look-alike's entities, in one of its domains, within its time.
    pub fn disturbs(&self, look_alike: &LookAlike) -> bool {
        let is_named = |entity: &Entity| look_alike.entities.contains(&entity.uid());
        self.indicators.iter().any(|indicator| {
            indicator.time.0 <= look_alike.end
                && indicator.end_time.0 >= look_alike.start
                && (look_alike.domains.is_empty() || look_alike.domains.iter().any(|domain| domain == indicator.domain.as_str()))
                && indicator.entities.iter().any(is_named)
        })
    }
}

/// Every event of an attack.
pub fn evidence(attack: &Attack) -> BTreeSet<EventUid> {
    attack.steps.iter().flat_map(|step| step.evidence.iter().copied()).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use weft_model::{Bits, Domain, EntityKind, EventRef, IndicatorUid};

    pub(crate) fn event(name: &str) -> EventUid {
        EventUid::of("test", &[name.as_bytes()])
    }

    /// An indicator at `time` with the events named and the people named.
    pub(crate) fn indicator(name: &str, time: i64, events: &[&str], people: &[&str]) -> Indicator {
        Indicator {
            uid: IndicatorUid::of("test", &[name.as_bytes()]),
            model: "Test/Model".into(),
            family: "test".into(),
            domain: Domain::Saas,
            time: EventTime(time),
            end_time: EventTime(time),
            bits: Bits::new(10.0),
            evidence: Bits::new(5.0),
            p: 0.001,
            score: 50,
            title: name.into(),
            title_ja: String::new(),
            entities: people.iter().map(|person| Entity::new(EntityKind::Person, *person)).collect(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            events: events.iter().map(|name| EventRef { time: EventTime(time), uid: event(name) }).collect(),
            why: Vec::new(),
        }
    }

    #[test]
    fn a_look_alike_is_disturbed_in_its_time_and_domain_only() {
        let odd = indicator("odd", 50, &["e"], &["ann"]);
        let case = Case::of_indicators(vec![&odd]);
        let look_alike = |start, end, domain: &str, entity: &str| LookAlike {
            id: "l".into(),
            kind: String::new(),
            start,
            end,
            domains: vec![domain.into()],
            entities: vec![entity.into()],
        };
        assert!(case.disturbs(&look_alike(0, 50, "saas", "person:ann")));
        assert!(!case.disturbs(&look_alike(51, 90, "saas", "person:ann")));
        assert!(!case.disturbs(&look_alike(0, 90, "email", "person:ann")));
        assert!(!case.disturbs(&look_alike(0, 90, "saas", "person:bob")));
    }
}
