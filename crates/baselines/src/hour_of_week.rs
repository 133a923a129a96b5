//! When in the week: 168 bins on a circle with a Dirichlet prior.

/// Activity of one context by hour of the week.
#[derive(Clone, Debug)]
pub struct HourOfWeek {
    bins: Vec<u32>,
    total: u64,
}

impl Default for HourOfWeek {
    fn default() -> Self {
        Self { bins: vec![0; 168], total: 0 }
    }
}

/// Smoothing over neighbouring hours: half of the weight stays, a quarter goes to each side; the same hour of other days lends a tenth.
const NEIGHBOUR: f64 = 0.25;
const SAME_HOUR: f64 = 0.1;

impl HourOfWeek {
    /// One more event in `hour` (0 to 167, Monday 00:00 UTC first; taken modulo 168).
    pub fn add(&mut self, hour: usize) {
        if let Some(count) = self.bins.get_mut(hour % 168) {
            *count = count.saturating_add(1);
            self.total = self.total.saturating_add(1);
        }
    }
    /// Events seen.
    pub fn total(&self) -> u64 {
        self.total
    }
    fn count(&self, hour: usize) -> f64 {
        self.bins.get(hour % 168).copied().unwrap_or(0).into()
    }
    fn density(&self, hour: usize) -> f64 {
        let near = self.count(hour) * (1.0 - 2.0 * NEIGHBOUR) + NEIGHBOUR * (self.count(hour + 1) + self.count(hour + 167));
        let same: f64 = (1..7).map(|day| self.count(hour + 24 * day)).sum();
        near + SAME_HOUR * same
    }
    /// Mass of the hours no busier than `hour`, with `strength` pseudo-events spread evenly, in (0, 1].
    pub fn tail(&self, hour: usize, strength: f64) -> f64 {
        let flat = strength / 168.0;
        let own = self.density(hour);
        let (mut below, mut all) = (0.0, 0.0);
        for other in 0..168 {
            let density = self.density(other) + flat;
            all += density;
            if density <= own + flat + 1e-12 {
                below += density;
            }
        }
        if all > 0.0 { (below / all).clamp(1e-9, 1.0) } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn night_is_rare_for_a_day_worker() {
        let mut week = HourOfWeek::default();
        for day in 0..5 {
            (9..17).for_each(|hour| (0..10).for_each(|_| week.add(day * 24 + hour)));
        }
        assert!(week.tail(24 + 11, 10.0) > 0.5);
        assert!(week.tail(24 + 3, 10.0) < 0.05);
        assert_eq!(HourOfWeek::default().tail(3, 10.0), 1.0, "a cold start is quiet");
    }
}
