//! How much: hierarchical tails over logarithmic bins.

use crate::drift::FULL;
use serde::{Deserialize, Serialize};

/// Bins of half a power of two: bin = floor(2 log2(1 + amount)).
const BINS: u8 = 128;

/// Counts of amounts in logarithmic bins, in 64ths of an observation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Volume {
    /// Bin and its observations, by bin: most entities need few of them.
    bins: Vec<(u8, u32)>,
    total: u64,
}

fn bin(amount: u64) -> u8 {
    ((2.0 * (1.0 + amount as f64).log2()) as u8).min(BINS - 1)
}

impl Volume {
    /// Of whole sightings, as snapshots before version 4 hold them, makes 64ths.
    pub fn divide(&mut self) {
        self.bins.iter_mut().for_each(|(_, count)| *count = count.saturating_mul(FULL.unsigned_abs()));
        self.total = self.bins.iter().map(|(_, count)| u64::from(*count)).sum();
    }
    /// One more observation of `amount` (any unit, the same for all) with a weight in 64ths; a negative one takes it back.
    pub fn add(&mut self, amount: u64, parts: i32) {
        let bin = bin(amount);
        match self.bins.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(place) => {
                if let Some((_, count)) = self.bins.get_mut(place) {
                    let after = count.saturating_add_signed(parts);
                    self.total = self.total + u64::from(after) - u64::from(*count);
                    *count = after;
                }
            }
            Err(place) if parts > 0 => {
                self.bins.insert(place, (bin, parts.unsigned_abs()));
                self.total += u64::from(parts.unsigned_abs());
            }
            Err(_) => {}
        }
    }
    /// Observations.
    pub fn total(&self) -> f64 {
        self.total as f64 / f64::from(FULL)
    }
    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.bins.capacity() * size_of::<(u8, u32)>()
    }
    /// The amount below which half of the observations lie (upper edge of the bin), 0 without any.
    pub fn median(&self) -> u64 {
        let mut below = 0u64;
        for (bin, count) in &self.bins {
            below += u64::from(*count);
            if below * 2 > self.total {
                return ((f64::from(*bin) + 1.0) / 2.0).exp2() as u64;
            }
        }
        0
    }
    /// An amount of each bin (in its middle) and how often it was seen.
    pub fn observations(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.bins.iter().map(|(bin, parts)| (((f64::from(*bin) + 0.5) / 2.0).exp2() as u64, parts.div_ceil(FULL.unsigned_abs())))
    }
    fn at_least(&self, amount: u64) -> f64 {
        let parts: u64 = self.bins.iter().rev().take_while(|(place, _)| *place >= bin(amount)).map(|(_, count)| u64::from(*count)).sum();
        parts as f64 / f64::from(FULL)
    }
}

/// `P(amount or more)`, each level (most specific first) backing off to the next with the weight of `strength` observations, over a
/// `prior` tail.
pub fn volume_tail(levels: &[Option<&Volume>], amount: u64, strength: f64, prior: f64) -> f64 {
    let mut tail = prior.clamp(1e-9, 1.0);
    for level in levels.iter().rev().flatten() {
        tail = (level.at_least(amount) + strength * tail) / (level.total() + strength);
    }
    tail.clamp(1e-9, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_amount_is_in_the_tail() {
        let mut device = Volume::default();
        (0..500).for_each(|i| device.add(1_000 + i * 10, FULL));
        assert!(volume_tail(&[Some(&device)], 2_000, 5.0, 0.5) > 0.5);
        assert!(volume_tail(&[Some(&device)], 80_000_000, 5.0, 0.01) < 2e-3);
        assert!((1_000..8_000).contains(&device.median()));
        assert_eq!(Volume::default().median(), 0);
    }
}
