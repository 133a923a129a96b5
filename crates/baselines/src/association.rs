//! Are these recipients usually mailed together? A p-value for a set of recipients from who was mailed together before, in any order. Recipients are
//! interned numbers; whose history it is (a sender's, the organisation's) is the caller's to say.

use crate::decay::Forgetting;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Recipients of one set that are looked at; of a larger set those with the smallest hashes.
pub const MAX_RECIPIENTS: usize = 48;
/// Steps of the score that past sets are compared in.
const STEPS: usize = 32;
/// Upper ends of the classes of set sizes that are compared with each other.
const SIZE_CLASSES: [usize; 5] = [2, 4, 8, 16, usize::MAX];
/// Past sets in a class below which all classes are taken together.
const MIN_SETS: u64 = 100;

/// Who was mailed together, and how unusual past sets looked before they were learned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CoRecipients {
    #[serde(with = "sorted")]
    pairs: HashMap<u64, f32>,
    /// Recipients that some pair named since the pairs were last thinned out.
    known: BTreeSet<u32>,
    capacity: u32,
    clock: Forgetting,
    past: [[u32; STEPS]; SIZE_CLASSES.len()],
}

/// How unusual a set of recipients is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupSurprise {
    /// In (0, 1]; 1 for fewer than two recipients with a history.
    pub p: f64,
    /// 0: everybody is often mailed together with another of the set; 1: nobody ever was. Recipients without any history do not count.
    pub apart: f64,
    /// Past sets that p rests on.
    pub n: u64,
}

impl CoRecipients {
    /// Remembers up to `capacity` pairs (16 bytes each); their weights halve every `half_life_s` seconds.
    pub fn new(capacity: u32, half_life_s: i64) -> Self {
        let past = [[0; STEPS]; SIZE_CLASSES.len()];
        Self { pairs: HashMap::new(), known: BTreeSet::new(), capacity: capacity.max(64), clock: Forgetting::new(half_life_s), past }
    }
    /// Mean over the recipients of 1 - w / (w + 1), w being the weight of the recipient's best known pair within the set.
    fn apart(&self, recipients: &[u32], at_s: i64) -> f64 {
        let worth = self.clock.worth(at_s);
        let weight = |a: u32, b: u32| self.pairs.get(&pair(a, b)).map_or(0.0, |w| f64::from(*w) * worth);
        let best = |a: &u32| recipients.iter().filter(|b| *b != a).map(|b| weight(*a, *b)).fold(0.0, f64::max);
        recipients.iter().map(|a| 1.0 / (1.0 + best(a))).sum::<f64>() / recipients.len().max(1) as f64
    }
    fn with_history(&self, set: &[u32]) -> Vec<u32> {
        set.iter().copied().filter(|r| self.known.contains(r)).collect()
    }
    /// How unusual the set is at `at_s`, against past sets of its size class: `(#farther apart + tie (1 + #equally)) / (n + 1)`, `tie` in (0, 1)
    /// being a hash of what is scored. Within a campaign ask with everybody mailed so far: the answer sharpens with every mail.
    pub fn surprise(&self, recipients: &[u32], at_s: i64, tie: f64) -> GroupSurprise {
        let set = self.with_history(&sample(recipients));
        if set.len() < 2 {
            return GroupSurprise { p: 1.0, apart: 0.0, n: 0 };
        }
        let apart = self.apart(&set, at_s);
        let count = |steps: &[u32; STEPS]| steps.iter().map(|n| u64::from(*n)).sum::<u64>();
        // Large sets that are wholly apart are rarer than small ones, so a class without experience borrows from the next smaller.
        let own = self.past.iter().take(size_class(set.len()) + 1).rev().find(|steps| count(steps) >= MIN_SETS);
        let tables: Vec<&[u32; STEPS]> = own.map_or_else(|| self.past.iter().collect(), |own| vec![own]);
        let (mut greater, mut equal, mut n) = (0, 0, 0);
        for steps in tables {
            n += count(steps);
            greater += steps.iter().skip(step(apart) + 1).map(|n| u64::from(*n)).sum::<u64>();
            equal += steps.get(step(apart)).map_or(0, |n| u64::from(*n));
        }
        let p = (greater as f64 + tie.clamp(1e-9, 1.0) * (1 + equal) as f64) / (n + 1) as f64;
        GroupSurprise { p: p.clamp(crate::evidence::P_MIN, 1.0), apart, n }
    }
    /// Learns a set (of a finished campaign) with a weight in (0, 1] that falls with surprise; a negative one takes its pairs back.
    pub fn learn(&mut self, recipients: &[u32], at_s: i64, weight: f64) {
        let set = sample(recipients);
        if set.len() < 2 {
            return;
        }
        let known = self.with_history(&set);
        if weight > 0.0 && known.len() >= 2 {
            let apart = self.apart(&known, at_s);
            let past = self.past.get_mut(size_class(known.len())).and_then(|steps| steps.get_mut(step(apart)));
            past.into_iter().for_each(|n| *n = n.saturating_add(1));
        }
        let (unit, factor) = self.clock.weight(at_s);
        if factor != 1.0 {
            self.pairs.values_mut().for_each(|w| *w *= factor as f32);
        }
        for (index, a) in set.iter().enumerate() {
            self.known.insert(*a);
            for b in set.iter().skip(index + 1) {
                let w = self.pairs.entry(pair(*a, *b)).or_insert(0.0);
                *w = (*w + (unit * weight) as f32).max(0.0);
            }
        }
        if self.pairs.len() > self.capacity as usize {
            // A quarter goes, the weakest first, the larger key on a tie.
            let mut weakest: Vec<(f32, u64)> = self.pairs.iter().map(|(key, w)| (*w, *key)).collect();
            weakest.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            weakest.truncate(self.pairs.len() - self.capacity as usize * 3 / 4);
            weakest.iter().for_each(|(_, key)| {
                self.pairs.remove(key);
            });
            self.known = self.pairs.keys().flat_map(|key| [(key >> 32) as u32, *key as u32]).collect();
        }
    }
    /// Bytes that they take, about.
    pub fn bytes(&self) -> usize {
        self.pairs.capacity() * (size_of::<(u64, f32)>() + 1) + self.known.len() * 2 * size_of::<u32>()
    }
    /// Pairs remembered.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }
    /// Whether no pair is remembered.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

fn pair(a: u32, b: u32) -> u64 {
    (u64::from(a.min(b)) << 32) | u64::from(a.max(b))
}

fn step(apart: f64) -> usize {
    ((apart * STEPS as f64) as usize).min(STEPS - 1)
}

fn size_class(size: usize) -> usize {
    SIZE_CLASSES.iter().position(|end| size <= *end).unwrap_or(SIZE_CLASSES.len() - 1)
}

/// The distinct recipients, at most 48: those with the smallest hashes (Fibonacci hashing), so that subsets stay comparable.
fn sample(recipients: &[u32]) -> Vec<u32> {
    let mut set = recipients.to_vec();
    set.sort_unstable_by_key(|r| r.wrapping_mul(2_654_435_769));
    set.dedup();
    set.truncate(MAX_RECIPIENTS);
    set
}

/// Pairs in ascending order, so that one state has one form.
mod sorted {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::{BTreeMap, HashMap};

    pub fn serialize<S: Serializer>(pairs: &HashMap<u64, f32>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(pairs.iter().collect::<BTreeMap<_, _>>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<HashMap<u64, f32>, D::Error> {
        HashMap::deserialize(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    /// 40 departments of 8; a mail goes to 2 to 6 of one, and to one of another once in ten.
    fn usual_set(rng: &mut Rng) -> Vec<u32> {
        let department = rng.u32(0..40) * 8;
        let mut set: Vec<u32> = (0..rng.u32(2..7)).map(|_| department + rng.u32(0..8)).collect();
        if rng.u32(0..10) == 0 {
            set.push(rng.u32(0..320));
        }
        set
    }

    fn learned(rng: &mut Rng) -> CoRecipients {
        let mut history = CoRecipients::new(100_000, 90 * 86_400);
        (0..4_000).for_each(|mail| history.learn(&usual_set(rng), mail * 600, 1.0));
        history
    }

    #[test]
    fn strangers_to_each_other_stand_out_by_the_third_mail_and_colleagues_do_not() {
        let mut rng = Rng::with_seed(31);
        let history = learned(&mut rng);
        let at = 4_000 * 600;
        let campaign: Vec<u32> = (0..39).map(|i| i * 8 + i % 8).collect();
        let bits = |n: usize| -history.surprise(&campaign[..n], at, 0.5).p.log2();
        assert_eq!(bits(1), 0.0);
        assert!(bits(3) > 4.0 && bits(39) > 7.0, "{} {}", bits(3), bits(39));
        assert!(history.surprise(&campaign[..3], at, 0.5).apart > 0.9);
        let usual = (0..1000).filter(|_| history.surprise(&usual_set(&mut rng), at, rng.f64()).p < 0.01).count();
        assert!(usual <= 20, "{usual} of 1000 usual sets below 1 %");
    }

    #[test]
    fn order_and_repetition_do_not_matter_and_pairs_are_bounded() {
        let mut rng = Rng::with_seed(32);
        let mut history = learned(&mut rng);
        let at = 4_000 * 600;
        assert_eq!(history.surprise(&[1, 9, 200], at, 0.5), history.surprise(&[200, 1, 9, 9, 1], at, 0.5));
        let pairs = history.pairs.clone();
        history.learn(&[1, 9, 200], at, 0.5);
        history.learn(&[1, 9, 200], at, -0.5);
        assert!(pairs.iter().all(|(key, w)| (history.pairs[key] - w).abs() < 1e-3 * w.max(1.0)));
        let mut small = CoRecipients::new(1000, 86_400);
        (0..500).for_each(|mail| small.learn(&(0..60).map(|_| rng.u32(..)).collect::<Vec<_>>(), mail, 1.0));
        assert!(small.len() <= 1000);
        let json = serde_json::to_string(&small).unwrap();
        let again: CoRecipients = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), json);
    }
}
