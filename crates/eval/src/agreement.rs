//! How well the grouping of indicators agrees with the attacks: pairwise F1 and B-cubed.

use crate::case::Case;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{EventUid, Indicator, IndicatorUid};

/// Sums from which both figures follow; those of several scenarios add up (indicators of two scenarios are never a pair).
///
/// Items are the indicators that the models kept. An item's true group is the attack most of whose evidence it holds; an item
/// without evidence is noise and a group of its own. An item's found group is the case it is in, or a group of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Pairs in one case, pairs of one attack, and pairs that are both.
    pub pairs_found: u64,
    pub pairs_true: u64,
    pub pairs_both: u64,
    /// Items of an attack or in a case. Noise left alone is right by definition, and so much of it that it would hide the rest.
    pub items: u64,
    /// Sums over the items of the share of the found group that has the item's true group, and of the true group that is in its found group.
    pub precision_sum: f64,
    pub recall_sum: f64,
}

fn pairs(n: usize) -> u64 {
    (n as u64) * (n as u64).saturating_sub(1) / 2
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

impl Agreement {
    /// Compares the cases with the attacks' evidence over all `indicators`. A case may hold indicators that are not among them; those are ignored.
    pub fn of(indicators: &[Indicator], cases: &[Case<'_>], attacks: &[BTreeSet<EventUid>]) -> Self {
        let mut found: BTreeMap<IndicatorUid, usize> = BTreeMap::new();
        for (number, case) in cases.iter().enumerate() {
            for indicator in &case.indicators {
                found.entry(indicator.uid).or_insert(number);
            }
        }
        let mut cells: BTreeMap<(Option<usize>, Option<usize>), usize> = BTreeMap::new();
        let (mut by_case, mut by_attack) = (BTreeMap::<usize, usize>::new(), BTreeMap::<usize, usize>::new());
        for indicator in indicators {
            let (case, attack) = (found.get(&indicator.uid).copied(), label(indicator, attacks));
            *cells.entry((case, attack)).or_default() += 1;
            case.into_iter().for_each(|case| *by_case.entry(case).or_default() += 1);
            attack.into_iter().for_each(|attack| *by_attack.entry(attack).or_default() += 1);
        }
        let mut sums = Self {
            pairs_found: by_case.values().map(|n| pairs(*n)).sum(),
            pairs_true: by_attack.values().map(|n| pairs(*n)).sum(),
            ..Self::default()
        };
        for ((case, attack), n) in &cells {
            let size =
                |group: &Option<usize>, sizes: &BTreeMap<usize, usize>| group.and_then(|g| sizes.get(&g).copied()).unwrap_or(1) as f64;
            let together = if case.is_some() && attack.is_some() { *n as f64 } else { 1.0 };
            match (case, attack) {
                (None, None) => continue,
                (Some(_), Some(_)) => sums.pairs_both += pairs(*n),
                _ => {}
            }
            sums.items += *n as u64;
            sums.precision_sum += *n as f64 * together / size(case, &by_case);
            sums.recall_sum += *n as f64 * together / size(attack, &by_attack);
        }
        sums
    }

    /// Adds another scenario's sums.
    pub fn add(&mut self, other: &Self) {
        self.pairs_found += other.pairs_found;
        self.pairs_true += other.pairs_true;
        self.pairs_both += other.pairs_both;
        self.items += other.items;
        self.precision_sum += other.precision_sum;
        self.recall_sum += other.recall_sum;
    }

    /// Harmonic mean of the share of found pairs that are true and of true pairs that are found, in [0, 1]; `None` without a pair.
    pub fn pairwise_f1(&self) -> Option<f64> {
        let (found, real) = (self.pairs_found, self.pairs_true);
        (found + real > 0).then(|| 2.0 * self.pairs_both as f64 / (found + real) as f64)
    }

    /// B-cubed F1 in [0, 1] (Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model", 1998),
    /// over the items of an attack or in a case; `None` without one.
    pub fn bcubed_f1(&self) -> Option<f64> {
        let n = self.items as f64;
        (self.items > 0).then(|| f1(self.precision_sum / n, self.recall_sum / n))
    }
}

/// The attack whose evidence it holds most of; of equals the first.
fn label(indicator: &Indicator, attacks: &[BTreeSet<EventUid>]) -> Option<usize> {
    let held = |attack: &BTreeSet<EventUid>| indicator.events.iter().filter(|event| attack.contains(&event.uid)).count();
    let best = attacks.iter().map(held).enumerate().max_by_key(|(number, n)| (*n, std::cmp::Reverse(*number)))?;
    (best.1 > 0).then_some(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::{event, indicator};

    #[test]
    fn the_figures_are_those_worked_out_by_hand() {
        // Attack X: a b c, attack Y: d e, noise: n m. Found: {a b d} {c n}; e and m alone.
        let names = ["a", "b", "c", "d", "e", "n", "m"];
        let indicators: Vec<Indicator> = names.iter().map(|name| indicator(name, 0, &[name], &[])).collect();
        let attacks = [["a", "b", "c"].map(event).into(), ["d", "e"].map(event).into()];
        let pick = |names: &[usize]| Case::of_indicators(names.iter().map(|i| &indicators[*i]).collect());
        let sums = Agreement::of(&indicators, &[pick(&[0, 1, 3]), pick(&[2, 5])], &attacks);
        assert_eq!((sums.pairs_found, sums.pairs_true, sums.pairs_both, sums.items), (4, 4, 1, 6));
        assert_eq!(sums.pairwise_f1(), Some(0.25));
        // Precision: a 2/3, b 2/3, d 1/3, c 1/2, n 1/2, e 1. Recall: a 2/3, b 2/3, c 1/3, d 1/2, e 1/2, n 1.
        assert!((sums.precision_sum - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 0.5 + 0.5 + 1.0)).abs() < 1e-12);
        assert!((sums.recall_sum - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 0.5 + 0.5 + 1.0)).abs() < 1e-12);
    }

    #[test]
    fn a_perfect_grouping_scores_one_and_silence_has_no_score() {
        let indicators = ["a", "b", "n"].map(|name| indicator(name, 0, &[name], &[]));
        let attacks = [["a", "b"].map(event).into()];
        let sums = Agreement::of(&indicators, &[Case::of_indicators(vec![&indicators[0], &indicators[1]])], &attacks);
        assert_eq!((sums.pairwise_f1(), sums.bcubed_f1()), (Some(1.0), Some(1.0)));
        let none = Agreement::of(&indicators, &[], &[]);
        assert_eq!((none.pairwise_f1(), none.bcubed_f1()), (None, None));
    }
}
