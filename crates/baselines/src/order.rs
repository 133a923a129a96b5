//! Are things met in alphabetical order? The number of ascents of a random order has the Eulerian distribution.

/// The chance that a random order of `n` different values has at least `ascents` neighbours of which the second is greater: the tail of
/// the Eulerian distribution (Graham, Knuth, Patashnik, "Concrete Mathematics", 6.2). 1 for fewer than two values.
pub fn ascents_tail(n: usize, ascents: usize) -> f64 {
    let mut shares = vec![1.0];
    for size in 2..=n {
        let of = |shares: &[f64], k: usize| shares.get(k).copied().unwrap_or(0.0);
        let stays = |k: usize| (k + 1) as f64 * of(&shares, k);
        let grows = |k: usize| k.checked_sub(1).map_or(0.0, |before| (size - k) as f64 * of(&shares, before));
        shares = (0..size).map(|k| (stays(k) + grows(k)) / size as f64).collect();
    }
    shares.iter().skip(ascents).sum::<f64>().clamp(f64::MIN_POSITIVE, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_orders_by_hand() {
        // Of the 24 orders of four values, 1, 11, 11 and 1 have 0, 1, 2 and 3 ascents.
        for (ascents, expected) in [(0, 1.0), (1, 23.0 / 24.0), (2, 0.5), (3, 1.0 / 24.0)] {
            assert!((ascents_tail(4, ascents) - expected).abs() < 1e-12, "{ascents}");
        }
        assert_eq!(ascents_tail(0, 0), 1.0);
        assert_eq!(ascents_tail(1, 0), 1.0);
        let ten_in_order: f64 = (1..=10).map(f64::from).product();
        assert!((ascents_tail(10, 9) * ten_in_order - 1.0).abs() < 1e-9);
    }
}
