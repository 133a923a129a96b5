//! Evidence of Sigma rules beside that of models: one event is not evidence twice.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use weft_model::{Bits, EventUid, Indicator};

/// What a Sigma rule matched, models and other rules may have judged already: of a match only what exceeds the evidence of all those that
/// share an event with it, the strongest of each family, is its own. So the two together are worth what the stronger side is.
pub(crate) fn count_once(indicators: &mut [Indicator]) {
    let mut places: Vec<usize> = (0..indicators.len()).filter(|i| indicators.get(*i).is_some_and(Indicator::is_rule)).collect();
    if places.is_empty() {
        return;
    }
    places.sort_by_key(|i| indicators.get(*i).map(|one| (Reverse(one.evidence), one.uid)));
    let rules: HashSet<usize> = places.iter().copied().collect();
    let wanted: HashSet<EventUid> =
        places.iter().filter_map(|i| indicators.get(*i)).flat_map(|one| one.events.iter().map(|e| e.uid)).collect();
    let mut owners: HashMap<EventUid, Vec<usize>> = HashMap::new();
    for (place, one) in indicators.iter().enumerate().filter(|(place, _)| !rules.contains(place)) {
        for event in one.events.iter().filter(|event| wanted.contains(&event.uid)) {
            owners.entry(event.uid).or_default().push(place);
        }
    }
    for place in places {
        let Some(one) = indicators.get(place) else { continue };
        let events: Vec<EventUid> = one.events.iter().map(|event| event.uid).collect();
        let others: HashSet<usize> = events.iter().filter_map(|uid| owners.get(uid)).flatten().copied().collect();
        let mut strongest: BTreeMap<&str, Bits> = BTreeMap::new();
        for other in others.iter().filter_map(|other| indicators.get(*other)) {
            let known = strongest.entry(&other.family).or_default();
            *known = (*known).max(other.evidence);
        }
        let said: Bits = strongest.into_values().sum();
        let own = (one.evidence - said).max(Bits::default());
        if let Some(one) = indicators.get_mut(place) {
            one.evidence = own;
        }
        events.into_iter().for_each(|uid| owners.entry(uid).or_default().push(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::{Domain, Entity, EntityKind, EventRef, EventTime, IndicatorUid};

    fn indicator(model: &str, evidence: f64, events: &[u8]) -> Indicator {
        Indicator {
            uid: IndicatorUid::of("t", &[model.as_bytes()]),
            model: model.into(),
            family: model.split('.').next().unwrap_or_default().into(),
            domain: Domain::Saas,
            time: EventTime(0),
            end_time: EventTime(0),
            bits: Bits::new(evidence + 6.0),
            evidence: Bits::new(evidence),
            p: 0.01,
            score: 50,
            title: model.into(),
            title_ja: String::new(),
            entities: vec![Entity::new(EntityKind::Person, "p")],
            techniques: vec![],
            tactics: vec![],
            events: events.iter().map(|n| EventRef { time: EventTime(i64::from(*n)), uid: EventUid([*n; 16]) }).collect(),
            why: vec![],
        }
    }

    #[test]
    fn a_rule_is_worth_what_it_exceeds() {
        let mut backwards = vec![
            indicator("a.one", 2.0, &[1]),
            indicator("a.two", 1.0, &[2]),
            indicator("b.one", 1.5, &[2]),
            indicator("c.apart", 9.0, &[7]),
            indicator("Sigma/weaker", 4.0, &[2, 3]),
            indicator("Sigma/stronger", 5.0, &[1, 2]),
        ];
        let mut all = backwards.clone();
        backwards.reverse();
        count_once(&mut all);
        let evidence: Vec<f64> = all.iter().map(|one| one.evidence.value()).collect();
        // The stronger: 5 less 2 of family a and 1.5 of b. The weaker: 4 less 1 of a, 1.5 of b and the 1.5 that the stronger kept.
        assert_eq!(evidence, [2.0, 1.0, 1.5, 9.0, 0.0, 1.5]);
        count_once(&mut backwards);
        backwards.reverse();
        assert_eq!(backwards, all, "whatever the order");
    }
}
