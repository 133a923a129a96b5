//! Is this what somebody is usually written to, or writes, about? A p-value for the distance of a direction (of a text, [`weft-topic`] makes them)
//! from those that somebody's history holds. Directions are unit vectors; what they are of, and whose, is the caller's to say.
//!
//! A history is a few centroids, each the mean of what was near it (leader clustering; Hartigan, "Clustering Algorithms", 1975, chapter 3). The
//! distance, 1 less the largest cosine to a centroid, is compared with the distances that past texts had before they were learned
//! (conformal, with a tie-break), among histories of a similar length: short ones hold little, so much is far from them.
//!
//! [`weft-topic`]: ../../topic

use crate::drift::FULL;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Histories held; what comes beyond has none.
const MAX_HISTORIES: usize = 50_000;
/// Centroids of a history, 1 byte a number each.
const MAX_CENTROIDS: usize = 12;
/// From this cosine on a text joins a centroid.
const NEAR: f32 = 0.6;
/// A centroid below this weight, in 64ths, is no habit yet.
const MIN_WEIGHT: u32 = FULL as u32 / 2;
/// Texts that a history must hold to say anything.
const MIN_TEXTS: f64 = 3.0;
/// Upper ends of the classes of lengths that are compared with each other.
const LENGTH_CLASSES: [f64; 3] = [8.0, 32.0, f64::INFINITY];
/// Past texts in a class below which all classes are taken together.
const MIN_PAST: u64 = 100;
/// Steps of the distance, 0 to 1; beyond there is nothing in common.
const STEPS: usize = 32;

/// A direction in bytes, with its weight in 64ths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Centroid {
    scale: f32,
    numbers: Box<[i8]>,
    weight: u32,
}

impl Centroid {
    fn new(direction: &[f32], weight: u32) -> Self {
        let largest = direction.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
        let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
        Self { scale, numbers: direction.iter().map(|x| (x / scale).round() as i8).collect(), weight }
    }
    fn cosine(&self, direction: &[f32]) -> f32 {
        self.numbers.iter().zip(direction).map(|(a, b)| f32::from(*a) * b).sum::<f32>() * self.scale
    }
    /// Moves towards `direction`, or away from it.
    fn learn(&mut self, direction: &[f32], parts: i32) {
        let (old, new) = (self.weight as f32 * self.scale, parts as f32);
        let sum: Vec<f32> = self.numbers.iter().zip(direction).map(|(a, b)| f32::from(*a) * old + b * new).collect();
        let norm = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        let weight = self.weight.saturating_add_signed(parts);
        if norm > 0.0 {
            *self = Self::new(&sum.iter().map(|x| x / norm).collect::<Vec<f32>>(), weight);
        }
        self.weight = weight;
    }
}

/// What somebody's texts were about. At most 2 KB.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct History {
    centroids: Vec<Centroid>,
    /// Texts learned, in 64ths.
    texts: u64,
}

impl History {
    /// Among the centroids of that weight.
    fn nearest(&self, direction: &[f32], least: u32) -> Option<(usize, f32)> {
        let weighty = self.centroids.iter().enumerate().filter(|(_, centroid)| centroid.weight >= least);
        let cosines = weighty.map(|(at, centroid)| (at, centroid.cosine(direction)));
        cosines.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
    fn distance(&self, direction: &[f32]) -> f64 {
        self.nearest(direction, MIN_WEIGHT).map_or(0.0, |(_, cosine)| (1.0 - f64::from(cosine)).clamp(0.0, 2.0))
    }
    fn texts(&self) -> f64 {
        self.texts as f64 / f64::from(FULL)
    }
    fn learn(&mut self, direction: &[f32], parts: i32) {
        self.texts = self.texts.saturating_add_signed(parts.into());
        let near = self.nearest(direction, 0).filter(|(_, cosine)| *cosine >= NEAR);
        if let Some(centroid) = near.and_then(|(at, _)| self.centroids.get_mut(at)) {
            centroid.learn(direction, parts);
            self.centroids.retain(|centroid| centroid.weight > 0);
            return;
        }
        if parts <= 0 {
            return;
        }
        if self.centroids.len() >= MAX_CENTROIDS {
            // The least gives way, the latest on a tie.
            let least = self.centroids.iter().enumerate().min_by_key(|(at, centroid)| (centroid.weight, std::cmp::Reverse(*at)));
            if let Some(at) = least.map(|(at, _)| at) {
                self.centroids.remove(at);
            }
        }
        self.centroids.push(Centroid::new(direction, parts.unsigned_abs()));
    }
}

/// The histories of many, and how far past texts were from them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Topics {
    histories: HashMap<u32, History>,
    past: [[u32; STEPS]; LENGTH_CLASSES.len()],
}

impl Default for Topics {
    fn default() -> Self {
        Self { histories: HashMap::new(), past: [[0; STEPS]; LENGTH_CLASSES.len()] }
    }
}

/// How far a text is from what is usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicSurprise {
    /// In (0, 1]; 1 for those without much of a history.
    pub p: f64,
    /// 0: the same words as before; about 1: nothing in common.
    pub distance: f64,
    /// Past texts that p rests on.
    pub n: u64,
}

impl Topics {
    /// How far `direction` is from what these, each alone, know; the mean over those with a history. `tie` in (0, 1) is a hash of what is scored.
    pub fn surprise(&self, of: &[u32], direction: &[f32], tie: f64) -> TopicSurprise {
        let known: Vec<&History> =
            of.iter().filter_map(|who| self.histories.get(who)).filter(|history| history.texts() >= MIN_TEXTS).collect();
        if known.is_empty() {
            return TopicSurprise { p: 1.0, distance: 0.0, n: 0 };
        }
        let distance = known.iter().map(|history| history.distance(direction)).sum::<f64>() / known.len() as f64;
        let longest = known.iter().map(|history| history.texts()).fold(0.0, f64::max);
        let count = |steps: &[u32; STEPS]| steps.iter().map(|n| u64::from(*n)).sum::<u64>();
        let own = self.past.get(class(longest)).filter(|steps| count(steps) >= MIN_PAST);
        let tables: Vec<&[u32; STEPS]> = own.map_or_else(|| self.past.iter().collect(), |own| vec![own]);
        let (mut greater, mut equal, mut n) = (0, 0, 0);
        for steps in tables {
            n += count(steps);
            greater += steps.iter().skip(step(distance) + 1).map(|n| u64::from(*n)).sum::<u64>();
            equal += steps.get(step(distance)).map_or(0, |n| u64::from(*n));
        }
        let p = (greater as f64 + tie.clamp(1e-9, 1.0) * (1 + equal) as f64) / (n + 1) as f64;
        TopicSurprise { p: p.clamp(crate::evidence::P_MIN, 1.0), distance, n }
    }
    /// `who` had to do with a text of this direction; its weight in 64ths, a negative one takes it back (as far as it was not merged).
    pub fn learn(&mut self, who: u32, direction: &[f32], parts: i32) {
        if self.histories.len() >= MAX_HISTORIES && !self.histories.contains_key(&who) {
            return;
        }
        let history = self.histories.entry(who).or_default();
        if parts > 0 && history.texts() >= MIN_TEXTS {
            let past = self.past.get_mut(class(history.texts())).and_then(|steps| steps.get_mut(step(history.distance(direction))));
            past.into_iter().for_each(|n| *n = n.saturating_add(1));
        }
        history.learn(direction, parts);
    }
    /// Bytes that they take, about.
    pub fn bytes(&self) -> usize {
        let of = |history: &History| {
            let numbers = history.centroids.iter().map(|centroid| centroid.numbers.len()).sum::<usize>();
            history.centroids.capacity() * size_of::<Centroid>() + numbers
        };
        self.histories.capacity() * (size_of::<(u32, History)>() + 1) + self.histories.values().map(of).sum::<usize>()
    }
    /// Histories held.
    pub fn len(&self) -> usize {
        self.histories.len()
    }
    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.histories.is_empty()
    }
}

fn class(texts: f64) -> usize {
    LENGTH_CLASSES.iter().position(|end| texts < *end).unwrap_or(LENGTH_CLASSES.len() - 1)
}

fn step(distance: f64) -> usize {
    ((distance * STEPS as f64) as usize).min(STEPS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    const DIMENSIONS: usize = 32;

    /// About a topic: its axis and some noise.
    fn about(topic: usize, rng: &mut Rng) -> Vec<f32> {
        let noise: Vec<f32> = (0..DIMENSIONS).map(|at| 0.12 * (rng.f32() - 0.5) + f32::from(u8::from(at == topic))).collect();
        let norm = noise.iter().map(|x| x * x).sum::<f32>().sqrt();
        noise.into_iter().map(|x| x / norm).collect()
    }

    /// Forty people, each written to about three topics of its own; one text in fifty is about any but the last.
    fn learned(rng: &mut Rng) -> Topics {
        let mut topics = Topics::default();
        for _ in 0..100 {
            for who in 0..40u32 {
                topics.learn(who, &usual(who, rng), FULL);
            }
        }
        topics
    }

    fn usual(who: u32, rng: &mut Rng) -> Vec<f32> {
        let topic = if rng.u32(..50) == 0 { rng.usize(0..DIMENSIONS - 1) } else { (who as usize * 3 + rng.usize(0..3)) % 30 };
        about(topic, rng)
    }

    #[test]
    fn p_values_of_usual_texts_are_uniform_and_a_new_topic_is_rare() {
        let mut rng = Rng::with_seed(3);
        let topics = learned(&mut rng);
        let mut below = 0;
        for _ in 0..20_000 {
            let (who, tie) = (rng.u32(0..40), rng.f64());
            let text = usual(who, &mut rng);
            below += u32::from(topics.surprise(&[who], &text, tie).p < 0.02);
        }
        assert!((200..=600).contains(&below), "{below} of 400");
        let odd = topics.surprise(&[1, 2], &about(31, &mut rng), 0.5);
        assert!(odd.p < 0.03 && odd.distance > 0.7, "{odd:?}");
        assert_eq!(topics.surprise(&[99], &about(31, &mut rng), 0.5).p, 1.0, "who has no history is not surprised");
    }

    #[test]
    fn a_new_topic_becomes_usual_and_can_be_taken_back() {
        let mut rng = Rng::with_seed(4);
        let mut topics = learned(&mut rng);
        let text = about(31, &mut rng);
        let before = topics.surprise(&[5], &text, 0.5).distance;
        topics.learn(5, &text, 16);
        assert!((topics.surprise(&[5], &text, 0.5).distance - before).abs() < 0.05, "a quarter of a text is no habit");
        topics.learn(5, &text, 16);
        assert!(topics.surprise(&[5], &text, 0.5).distance < 0.01);
        topics.learn(5, &text, -32);
        assert!((topics.surprise(&[5], &text, 0.5).distance - before).abs() < 0.05);
    }

    #[test]
    fn a_flood_of_topics_and_of_people_is_bounded() {
        let mut rng = Rng::with_seed(5);
        let mut topics = Topics::default();
        (0..1000).for_each(|_| topics.learn(1, &about(rng.usize(0..DIMENSIONS), &mut Rng::with_seed(rng.u64(..))), FULL));
        assert!(topics.histories[&1].centroids.len() <= MAX_CENTROIDS);
        (0..60_000).for_each(|who| topics.learn(who, &[1.0], FULL));
        assert_eq!(topics.len(), MAX_HISTORIES);
    }
}
