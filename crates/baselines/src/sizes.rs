//! Are a pair's transfers as alike in size as a machine's? A third, optional hint beside the contact times. Knows no hosts.

use crate::sketch::{Amounts, amount_tail};
use serde::{Deserialize, Serialize};

/// Fewer transfers say nothing.
const MIN_TRANSFERS: u32 = 12;

/// Mean and spread of the logarithms of a pair's transfer sizes (Welford, "Note on a method for calculating corrected sums of squares and
/// products", Technometrics 4, 1962). 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sizes {
    n: u32,
    mean: f32,
    squares: f32,
}

impl Sizes {
    /// One transfer of `bytes`.
    pub fn add(&mut self, bytes: u64) {
        self.n = self.n.saturating_add(1);
        let bits = (bytes as f32 + 1.0).log2();
        let off = bits - self.mean;
        self.mean += off / self.n as f32;
        self.squares += off * (bits - self.mean);
    }
    /// Likeness in thousandths of the reciprocal of the standard deviation in bits: 1,000 when sizes vary by a factor of two,
    /// a million when they are equal. Too few transfers have none.
    pub fn likeness(&self) -> Option<u64> {
        let spread = (self.squares / (self.n.max(2) - 1) as f32).max(0.0).sqrt();
        (self.n >= MIN_TRANSFERS).then(|| (1000.0 / (spread + 1e-3)) as u64)
    }
}

/// The share of pairs in the `population` (their likenesses) whose sizes are at least as alike, in (0, 1]; 1 when nothing can be said. There is
/// no law that sizes follow when nothing is wrong, so only a population can tell.
pub fn size_regularity(sizes: &Sizes, population: &Amounts, at_s: i64) -> f64 {
    sizes.likeness().map_or(1.0, |likeness| amount_tail(&[Some(population)], likeness, at_s, 20.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    #[test]
    fn equal_sizes_are_rare_among_people() {
        let mut rng = Rng::with_seed(41);
        let pair = |rng: &mut Rng, spread: f64| {
            let mut sizes = Sizes::default();
            (0..40).for_each(|_| sizes.add((5000.0 * (spread * (rng.f64() - 0.5)).exp2()) as u64));
            sizes
        };
        let mut population = Amounts::new(1 << 40);
        for _ in 0..5000 {
            let spread = 4.0 + 8.0 * rng.f64();
            pair(&mut rng, spread).likeness().into_iter().for_each(|likeness| population.add(likeness, 0, 1.0));
        }
        let p = |sizes: &Sizes| size_regularity(sizes, &population, 0);
        assert!(p(&pair(&mut rng, 0.02)) < 0.01, "{}", p(&pair(&mut rng, 0.02)));
        assert!(p(&pair(&mut rng, 8.0)) > 0.1);
        assert_eq!(p(&Sizes::default()), 1.0);
        // Standard deviation of the logarithms 1: a thousand.
        let mut known = Sizes::default();
        (0..400).for_each(|i| known.add(if i % 2 == 0 { 1 } else { 7 }));
        assert!((known.likeness().unwrap() as i64 - 998).abs() < 4, "{known:?}");
    }
}
