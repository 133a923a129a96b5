//! Simpler detectors over the same indicators, to show what the stitching is worth.

use crate::case::{Case, evidence};
use crate::truth::Truth;
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{Bits, DAY_MS, Entity, EventUid, Indicator};
use weft_stitcher::{Alert, Evidence, share_evidence};

/// Days over which an entity's scores are summed.
const SUM_MS: i64 = 7 * DAY_MS;

/// Joins whatever shares any entity, directly or through others; a cluster is a case when its evidence reaches Weft's own threshold.
pub fn any_shared_entity<'a>(indicators: &'a [Indicator], alert: &Alert) -> Vec<Case<'a>> {
    let mut union = UnionFind::<usize>::new(indicators.len());
    let mut first: BTreeMap<&Entity, usize> = BTreeMap::new();
    for (index, indicator) in indicators.iter().enumerate() {
        for entity in &indicator.entities {
            union.union(index, *first.entry(entity).or_insert(index));
        }
    }
    let mut clusters: BTreeMap<usize, Vec<&Indicator>> = BTreeMap::new();
    for (index, indicator) in indicators.iter().enumerate() {
        clusters.entry(union.find(index)).or_default().push(indicator);
    }
    clusters
        .into_values()
        .filter(|members| alert.is_incident(Evidence::of(members, &share_evidence(members))))
        .map(Case::of_indicators)
        .collect()
}

/// Sums the bits of each internal entity over any seven days and alerts on the highest sums, an entity once. Its threshold is set on the
/// very input it is scored on, the lowest that gives at most `allowed` cases without an attack: kinder to it than life is.
pub fn entity_score_sum<'a>(indicators: &'a [Indicator], truth: &Truth, allowed: usize) -> Vec<Case<'a>> {
    let attacks: Vec<BTreeSet<EventUid>> = truth.attacks.iter().map(evidence).collect();
    let mut by_entity: BTreeMap<&Entity, Vec<&Indicator>> = BTreeMap::new();
    for indicator in indicators {
        for entity in indicator.entities.iter().filter(|entity| entity.kind.is_internal()) {
            by_entity.entry(entity).or_default().push(indicator);
        }
    }
    let mut sums: Vec<(Bits, Vec<&Indicator>)> = by_entity.into_values().map(best_week).collect();
    // Stable: equal sums stay in the order of the entities.
    sums.sort_by_key(|(sum, _)| std::cmp::Reverse(*sum));
    let mut alarms = 0;
    let cases = sums.into_iter().map(|(_, members)| Case::of_indicators(members));
    cases
        .take_while(|case| {
            alarms += usize::from(!attacks.iter().any(|attack| case.touches(attack)));
            alarms <= allowed
        })
        .collect()
}

/// The seven days with the highest sum, the earliest of equals.
fn best_week(mut indicators: Vec<&Indicator>) -> (Bits, Vec<&Indicator>) {
    indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
    let mut best = (Bits::default(), Vec::new());
    for (start, first) in indicators.iter().enumerate() {
        let week: Vec<&Indicator> = indicators.iter().skip(start).take_while(|i| i.time.since(first.time) < SUM_MS).copied().collect();
        let sum = week.iter().map(|indicator| indicator.bits).sum();
        if sum > best.0 {
            best = (sum, week);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::indicator;
    use crate::outcome::tests::truth;

    #[test]
    fn any_shared_entity_joins_through_others() {
        let mut indicators = [("a", &["ann"][..]), ("b", &["ann", "bob"]), ("c", &["bob"]), ("d", &["eve"])]
            .map(|(name, who)| indicator(name, 0, &[name], who));
        let families = ["f", "g", "h", "f"];
        indicators.iter_mut().zip(families).for_each(|(indicator, family)| indicator.family = family.into());
        // Four bits a family (five as half a bet): three families pass, one does not.
        let cases = any_shared_entity(&indicators, &Alert { all_bits: 12.0, mail_bits: 12.0, network_bits: 12.0 });
        assert_eq!(cases.iter().map(|case| case.indicators.len()).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn the_score_sum_takes_the_best_week_and_the_allowed_alarms() {
        let day = DAY_MS;
        let indicators = [
            indicator("x", 0, &["x"], &["ann"]),
            indicator("old", -9 * day, &["old"], &["ann"]),
            indicator("n1", 0, &["n1"], &["bob"]),
            indicator("n2", 6 * day, &["n2"], &["bob"]),
            indicator("m", 0, &["m"], &["eve"]),
        ];
        let truth = truth(&[("a", &["x"])]);
        // Bob 20 bits (false), then Ann 10 (the attack lies in neither of her weeks alone but in the later), then Eve.
        let sizes = |allowed| entity_score_sum(&indicators, &truth, allowed).iter().map(|case| case.indicators.len()).collect::<Vec<_>>();
        assert_eq!(sizes(0), Vec::<usize>::new());
        assert_eq!(sizes(1), [2]);
        assert_eq!(sizes(9).len(), 3);
    }
}
