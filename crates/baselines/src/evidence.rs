//! From p-values to bits of surprise.

/// Smallest p-value that is ever used; below it rounding errors rule.
pub const P_MIN: f64 = 1e-12;

/// `-log2 p`, in bits, capped at `log2(n) + 4` where `n` is the number of observations the p-value rests on: twenty bits need 65,000.
pub fn surprise_bits(p: f64, n: u64) -> f64 {
    let cap = ((n.max(1)) as f64).log2() + 4.0;
    (-p.clamp(P_MIN, 1.0).log2()).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_capped_by_the_sample() {
        assert_eq!(surprise_bits(1e-9, 16), 8.0);
        assert_eq!(surprise_bits(0.25, 1 << 20), 2.0);
        assert_eq!(surprise_bits(1.0, 0), 0.0);
    }
}
