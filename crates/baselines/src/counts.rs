//! How many a day: a Gamma-Poisson model with exponential forgetting.

use libm::lgamma;

/// Half-life of a day's weight, in days.
pub const HALF_LIFE_DAYS: f64 = 14.0;

/// Decayed sum of daily counts and the decayed number of days behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct DailyCount {
    sum: f64,
    days: f64,
    last_day: Option<i64>,
}

impl DailyCount {
    /// Adds the count of `day` (days since the epoch); skipped days count as silent. Days must not go back: an earlier day adds to
    /// the sum only.
    pub fn add(&mut self, day: i64, count: u64) {
        self.roll(day);
        self.sum += count as f64;
    }
    /// Lets the days up to and including `day` pass, silently.
    pub fn roll(&mut self, day: i64) {
        let gap = match self.last_day {
            Some(last) if day <= last => return,
            Some(last) => (day - last).min(365),
            None => 1,
        };
        for _ in 0..gap {
            let keep = (-1.0 / HALF_LIFE_DAYS).exp2();
            self.sum *= keep;
            self.days = self.days * keep + 1.0;
        }
        self.last_day = Some(day);
    }
    /// Expected count a day, backed off to `prior_mean` with the weight of `prior_days`.
    pub fn mean(&self, prior_mean: f64, prior_days: f64) -> f64 {
        (self.sum + prior_mean * prior_days) / (self.days + prior_days)
    }
    /// Effective number of days observed.
    pub fn days(&self) -> f64 {
        self.days
    }
    /// Decayed sum of counts.
    pub fn sum(&self) -> f64 {
        self.sum
    }
    /// `P(X >= count)` for a day, by the posterior predictive negative binomial; `prior_mean` > 0 a day with the weight of
    /// `prior_days` days.
    pub fn tail(&self, count: u64, prior_mean: f64, prior_days: f64) -> f64 {
        if count == 0 {
            return 1.0;
        }
        let shape = (self.sum + prior_mean * prior_days).max(1e-6);
        let rate = (self.days + prior_days).max(1e-6);
        negative_binomial_tail(count, shape, rate)
    }
}

/// `P(X >= k)` for a Poisson whose mean is Gamma(shape, rate): the series from `k` upward, whose ratio tends to `1/(rate+1)`.
fn negative_binomial_tail(k: u64, shape: f64, rate: f64) -> f64 {
    let k = k as f64;
    let q = 1.0 / (1.0 + rate);
    let mean = shape / rate;
    if k <= mean {
        // Near or below the mean the upper series is long and the answer unsurprising: sum the lower side instead.
        let mut term = (shape * (1.0 - q).ln()).exp();
        let mut below = 0.0;
        let mut i = 0.0;
        while i < k && i < 100_000.0 {
            below += term;
            term *= (i + shape) / (i + 1.0) * q;
            i += 1.0;
        }
        return (1.0 - below).clamp(1e-12, 1.0);
    }
    let ln_first = lgamma(k + shape) - lgamma(shape) - lgamma(k + 1.0) + shape * (1.0 - q).ln() + k * q.ln();
    let (mut sum, mut term, mut i) = (0.0, 1.0, k);
    while term > 1e-9 * (sum + 1e-300) && i < k + 100_000.0 {
        sum += term;
        term *= (i + shape) / (i + 1.0) * q;
        i += 1.0;
    }
    (ln_first.exp() * sum).clamp(1e-300, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_a_survival_function() {
        let (shape, rate) = (7.0, 2.0);
        let mut last = 1.0;
        for k in 0..60 {
            let tail = negative_binomial_tail(k, shape, rate);
            assert!(tail <= last + 1e-9, "k={k}: {tail} > {last}");
            last = tail;
        }
        // Mean 3.5: the mean of the tails over k >= 1 is the mean of the distribution.
        let mean: f64 = (1..400).map(|k| negative_binomial_tail(k, shape, rate)).sum();
        assert!((mean - 3.5).abs() < 1e-3, "{mean}");
    }

    #[test]
    fn a_first_burst_of_a_quiet_entity_is_surprising() {
        let mut quiet = DailyCount::default();
        (0..14).for_each(|day| quiet.add(day, 0));
        assert!(quiet.tail(1, 0.02, 5.0) < 0.05);
        let mut busy = DailyCount::default();
        (0..14).for_each(|day| busy.add(day, 20));
        assert!(busy.tail(22, 0.02, 1.0) > 0.1);
        assert!(busy.tail(2000, 0.02, 5.0) < 1e-30);
    }
}
