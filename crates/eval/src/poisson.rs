//! Exact interval of a rate from a count.

/// Garwood's exact two-sided 95 % interval of a Poisson mean after `count` events (Garwood, "Fiducial limits for the Poisson
/// distribution", Biometrika 28, 1936): the means at which `count` or more, and `count` or fewer, have a chance of 2.5 %.
pub fn garwood_95(count: u64) -> (f64, f64) {
    let low = if count == 0 { 0.0 } else { solve(|mean| 1.0 - at_most(count - 1, mean) > 0.025, count) };
    (low, solve(|mean| at_most(count, mean) < 0.025, count))
}

/// The mean from which on `holds` is true, by bisection; it is false at 0.
fn solve(holds: impl Fn(f64) -> bool, count: u64) -> f64 {
    let (mut low, mut high) = (0.0, count as f64 + 10.0 * (count as f64 + 1.0).sqrt() + 10.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

/// `P(X <= count)` at a mean above 0; the terms in logarithms, so that a mean of thousands does not underflow.
fn at_most(count: u64, mean: f64) -> f64 {
    let mut ln_term = -mean;
    let mut sum = ln_term.exp();
    for k in 1..=count {
        ln_term += mean.ln() - (k as f64).ln();
        sum += ln_term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_tables() {
        // qchisq(0.025, 2 k) / 2 and qchisq(0.975, 2 k + 2) / 2.
        for (count, low, high) in [
            (0, 0.0, 3.688_879),
            (1, 0.025_318, 5.571_643),
            (5, 1.623_486, 11.668_332),
            (10, 4.795_389, 18.390_356),
            (100, 81.364, 121.627),
        ] {
            let (l, h) = garwood_95(count);
            assert!((l - low).abs() < 1e-3 && (h - high).abs() < 1e-3, "{count}: {l} {h}");
        }
    }

    #[test]
    fn a_large_count_is_near_the_normal_interval() {
        let (low, high) = garwood_95(5000);
        assert!((low - (5000.0 - 1.96 * 5000f64.sqrt())).abs() < 3.0 && (high - (5000.0 + 1.96 * 5000f64.sqrt())).abs() < 4.0);
    }
}
