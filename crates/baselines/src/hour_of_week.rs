//! When in the week: 168 bins on a circle with a Dirichlet prior.

use serde::{Deserialize, Serialize};

/// Activity of one context by hour of the week.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HourOfWeek {
    /// Hour and its events, by hour.
    bins: Vec<(u8, u32)>,
    total: u64,
}

/// Smoothing over neighbouring hours: half of the weight stays, a quarter goes to each side; the same hour of other days lends a tenth.
const NEIGHBOUR: f64 = 0.25;
const SAME_HOUR: f64 = 0.1;

impl HourOfWeek {
    /// One more event in `hour` (0 to 167, Monday 00:00 UTC first; taken modulo 168).
    pub fn add(&mut self, hour: usize) {
        let hour = (hour % 168) as u8;
        match self.bins.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(place) => self.bins.get_mut(place).into_iter().for_each(|(_, count)| *count = count.saturating_add(1)),
            Err(place) => self.bins.insert(place, (hour, 1)),
        }
        self.total = self.total.saturating_add(1);
    }
    /// Events seen.
    pub fn total(&self) -> u64 {
        self.total
    }
    fn densities(&self) -> [f64; 168] {
        let mut counts = [0.0; 168];
        for (hour, count) in &self.bins {
            counts.get_mut(usize::from(*hour)).into_iter().for_each(|to| *to = f64::from(*count));
        }
        let count = |hour: usize| counts.get(hour % 168).copied().unwrap_or(0.0);
        std::array::from_fn(|hour| {
            let near = count(hour) * (1.0 - 2.0 * NEIGHBOUR) + NEIGHBOUR * (count(hour + 1) + count(hour + 167));
            let same: f64 = (1..7).map(|day| count(hour + 24 * day)).sum();
            near + SAME_HOUR * same
        })
    }
    /// Mass of the hours no busier than `hour`, with `strength` pseudo-events spread evenly, in (0, 1].
    pub fn tail(&self, hour: usize, strength: f64) -> f64 {
        let flat = strength / 168.0;
        let densities = self.densities();
        let own = densities.get(hour % 168).copied().unwrap_or(0.0);
        let (mut below, mut all) = (0.0, 0.0);
        for density in densities {
            let density = density + flat;
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
