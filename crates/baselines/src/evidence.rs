//! From p-values to bits of surprise and to evidence that may be added.

/// Smallest p-value that is ever used; below it rounding errors rule.
pub const P_MIN: f64 = 1e-12;

/// `-log2 p`, in bits, capped at `log2(n) + 4` where `n` is the number of observations the p-value rests on: twenty bits need 65,000.
pub fn surprise_bits(p: f64, n: u64) -> f64 {
    let cap = ((n.max(1)) as f64).log2() + 4.0;
    (-p.clamp(P_MIN, 1.0).log2()).min(cap)
}

/// `log2` of the e-value `(1 - p + p ln p) / (p ln^2 p)`, the mixture over all `k p^(k-1)` calibrators (Vovk and Wang, "E-values:
/// calibration, combination and applications", Annals of Statistics 49, 2021). Evidence of independent tests adds up in these bits.
/// `p = 1` gives `-1` (e = 1/2); the value grows without bound as p falls.
pub fn log2_e(p: f64) -> f64 {
    let p = p.clamp(P_MIN, 1.0);
    let ln = p.ln();
    if ln > -1e-4 {
        return -1.0; // the limit for p -> 1
    }
    ((1.0 - p + p * ln) / (p * ln * ln)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_value_has_mean_one_under_the_null() {
        let steps = 2_000_000;
        let mean: f64 = (0..steps).map(|i| log2_e((i as f64 + 0.5) / steps as f64).exp2()).sum::<f64>() / steps as f64;
        // The tail below 1/steps carries about 1/ln(steps) of the mass.
        assert!((0.90..=1.0).contains(&mean), "{mean}");
    }

    #[test]
    fn bits_are_capped_by_the_sample() {
        assert_eq!(surprise_bits(1e-9, 16), 8.0);
        assert_eq!(surprise_bits(0.25, 1 << 20), 2.0);
        assert_eq!(surprise_bits(1.0, 0), 0.0);
    }
}
