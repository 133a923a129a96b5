//! How much: hierarchical tails over logarithmic bins.

use serde::{Deserialize, Serialize};

/// Bins of half a power of two: bin = floor(2 log2(1 + amount)).
const BINS: u8 = 128;

/// Counts of amounts in logarithmic bins.
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
    /// One more observation of `amount` (any unit, the same for all).
    pub fn add(&mut self, amount: u64) {
        let bin = bin(amount);
        match self.bins.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(place) => self.bins.get_mut(place).into_iter().for_each(|(_, count)| *count = count.saturating_add(1)),
            Err(place) => self.bins.insert(place, (bin, 1)),
        }
        self.total = self.total.saturating_add(1);
    }
    /// Observations.
    pub fn total(&self) -> u64 {
        self.total
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
    fn at_least(&self, amount: u64) -> u64 {
        self.bins.iter().rev().take_while(|(place, _)| *place >= bin(amount)).map(|(_, count)| u64::from(*count)).sum()
    }
}

/// `P(amount or more)`, each level (most specific first) backing off to the next with the weight of `strength` observations, over a
/// `prior` tail.
pub fn volume_tail(levels: &[Option<&Volume>], amount: u64, strength: f64, prior: f64) -> f64 {
    let mut tail = prior.clamp(1e-9, 1.0);
    for level in levels.iter().rev().flatten() {
        tail = (level.at_least(amount) as f64 + strength * tail) / (level.total as f64 + strength);
    }
    tail.clamp(1e-9, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_amount_is_in_the_tail() {
        let mut device = Volume::default();
        (0..500).for_each(|i| device.add(1_000 + i * 10));
        assert!(volume_tail(&[Some(&device)], 2_000, 5.0, 0.5) > 0.5);
        assert!(volume_tail(&[Some(&device)], 80_000_000, 5.0, 0.01) < 2e-3);
        assert!((1_000..8_000).contains(&device.median()));
        assert_eq!(Volume::default().median(), 0);
    }
}
