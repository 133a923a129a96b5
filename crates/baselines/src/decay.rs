//! Forgetting with a half-life in constant time: new observations grow in weight instead of old ones shrinking. Reads no clock.
//! A time far in the future would make everything before it old: whoever reads events refuses such times.

use serde::{Deserialize, Serialize};

/// Exponent at which the scale moves, so that 32-bit weights keep their precision.
const MAX_EXPONENT: f64 = 24.0;

/// The share of weight left after `elapsed_s` seconds, in (0, 1]; 1 for the future.
pub fn remaining(elapsed_s: i64, half_life_s: i64) -> f64 {
    (-(elapsed_s.max(0) as f64) / half_life_s.max(1) as f64).exp2()
}

/// The weight of an observation relative to an origin. Sums of such weights do not depend on the order of arrival (but for rounding).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forgetting {
    origin_s: Option<i64>,
    half_life_s: i64,
}

impl Forgetting {
    /// `half_life_s` in seconds, at least 1.
    pub fn new(half_life_s: i64) -> Self {
        Self { origin_s: None, half_life_s: half_life_s.max(1) }
    }
    fn exponent(&self, at_s: i64) -> f64 {
        self.origin_s.map_or(0.0, |origin| at_s.saturating_sub(origin) as f64 / self.half_life_s as f64)
    }
    /// The weight of an observation at `at_s`, and the factor that all stored weights must first be multiplied with (nearly always
    /// 1).
    pub fn weight(&mut self, at_s: i64) -> (f64, f64) {
        self.origin_s.get_or_insert(at_s);
        let exponent = self.exponent(at_s);
        if exponent <= MAX_EXPONENT {
            return (exponent.exp2(), 1.0);
        }
        self.origin_s = Some(at_s);
        (1.0, (-exponent).exp2())
    }
    /// What a stored weight of 1 is worth at `at_s`.
    pub fn worth(&self, at_s: i64) -> f64 {
        (-self.exponent(at_s)).exp2().min(1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_a_half_life_even_across_many() {
        assert_eq!(remaining(86_400, 86_400), 0.5);
        let mut forgetting = Forgetting::new(100);
        let mut stored = 0.0;
        for at in (0..10_000).step_by(100) {
            let (weight, factor) = forgetting.weight(at);
            stored = stored * factor + weight;
        }
        assert!((stored * forgetting.worth(9_900) - 2.0).abs() < 1e-6, "1 + 1/2 + 1/4 + ...");
        assert!((stored * forgetting.worth(10_000) - 1.0).abs() < 1e-6);
    }
}
