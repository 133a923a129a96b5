//! Surprise in bits, kept in whole thousandths so that listed parts add up to their total exactly.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::iter::Sum;
use std::ops::{Add, Sub};

/// An amount of surprise or evidence, in thousandths of a bit. Serialised as a number of bits with at most three decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bits(pub i64);

impl Bits {
    /// Rounds to the nearest thousandth; not-a-number becomes 0 and infinities saturate at a million bits.
    pub fn new(bits: f64) -> Self {
        if bits.is_nan() {
            return Self(0);
        }
        Self((bits.clamp(-1e6, 1e6) * 1000.0).round() as i64)
    }
    /// As bits.
    pub fn value(self) -> f64 {
        self.0 as f64 / 1000.0
    }
    /// Splits this amount over `weights` in proportion; the shares sum to the amount exactly (the last non-zero weight takes the
    /// rounding). With no positive weight all shares but the first are zero.
    pub fn split(self, weights: &[f64]) -> Vec<Self> {
        let total: f64 = weights.iter().filter(|w| w.is_finite() && **w > 0.0).sum();
        let mut left = self.0;
        let mut shares: Vec<Self> = Vec::with_capacity(weights.len());
        let last = weights.iter().rposition(|w| w.is_finite() && *w > 0.0).unwrap_or(0);
        for (index, weight) in weights.iter().enumerate() {
            let share = if index == last || total <= 0.0 || !weight.is_finite() || *weight <= 0.0 {
                0
            } else {
                (self.0 as f64 * weight / total).round() as i64
            };
            left -= share;
            shares.push(Self(share));
        }
        if let Some(share) = shares.get_mut(last) {
            *share = Self(left);
        }
        shares
    }
}

impl Add for Bits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for Bits {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Sum for Bits {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(0), Add::add)
    }
}
impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}
impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let total = Bits::new(10.0);
        let shares = total.split(&[1.0, 1.0, 0.0, 1.0]);
        assert_eq!(shares.iter().copied().sum::<Bits>(), total);
        assert_eq!(shares[2], Bits(0));
        assert_eq!(Bits::new(1.5).split(&[0.0, 0.0]).iter().copied().sum::<Bits>(), Bits::new(1.5));
    }
}
