//! How much: hierarchical tails over logarithmic bins.

/// Bins of half a power of two: bin = floor(2 log2(1 + amount)).
const BINS: usize = 128;

/// Counts of amounts in logarithmic bins.
#[derive(Clone, Debug)]
pub struct Volume {
    bins: Vec<u32>,
    total: u64,
}

impl Default for Volume {
    fn default() -> Self {
        Self { bins: vec![0; BINS], total: 0 }
    }
}

fn bin(amount: u64) -> usize {
    ((2.0 * (1.0 + amount as f64).log2()) as usize).min(BINS - 1)
}

impl Volume {
    /// One more observation of `amount` (any unit, the same for all).
    pub fn add(&mut self, amount: u64) {
        if let Some(count) = self.bins.get_mut(bin(amount)) {
            *count = count.saturating_add(1);
            self.total = self.total.saturating_add(1);
        }
    }
    /// Observations.
    pub fn total(&self) -> u64 {
        self.total
    }
    /// The amount below which half of the observations lie (upper edge of the bin), 0 without any.
    pub fn median(&self) -> u64 {
        let mut below = 0u64;
        for (index, count) in self.bins.iter().enumerate() {
            below += u64::from(*count);
            if below * 2 > self.total {
                return ((index as f64 + 1.0) / 2.0).exp2() as u64;
            }
        }
        0
    }
    fn at_least(&self, amount: u64) -> u64 {
        self.bins.iter().skip(bin(amount)).map(|count| u64::from(*count)).sum()
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
