//! When in the week: 168 bins on a circle with a Dirichlet prior.

use crate::drift::FULL;
use serde::{Deserialize, Serialize};

/// Activity of one context by hour of the week, in 64ths of an event.
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
    /// Of whole sightings, as snapshots before version 4 hold them, makes 64ths.
    pub fn divide(&mut self) {
        self.bins.iter_mut().for_each(|(_, count)| *count = count.saturating_mul(FULL.unsigned_abs()));
        self.total = self.bins.iter().map(|(_, count)| u64::from(*count)).sum();
    }
    /// One more event in `hour` (0 to 167, Monday 00:00 UTC first; taken modulo 168) with a weight in 64ths; a negative one takes it back.
    pub fn add(&mut self, hour: usize, parts: i32) {
        let hour = (hour % 168) as u8;
        match self.bins.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(place) => {
                if let Some((_, count)) = self.bins.get_mut(place) {
                    let after = count.saturating_add_signed(parts);
                    self.total = self.total + u64::from(after) - u64::from(*count);
                    *count = after;
                }
            }
            Err(place) if parts > 0 => {
                self.bins.insert(place, (hour, parts.unsigned_abs()));
                self.total += u64::from(parts.unsigned_abs());
            }
            Err(_) => {}
        }
    }
    /// Events seen.
    pub fn total(&self) -> f64 {
        self.total as f64 / f64::from(FULL)
    }
    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.bins.capacity() * size_of::<(u8, u32)>()
    }
    fn densities(&self) -> [f64; 168] {
        let mut counts = [0.0; 168];
        for (hour, count) in &self.bins {
            counts.get_mut(usize::from(*hour)).into_iter().for_each(|to| *to = f64::from(*count) / f64::from(FULL));
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
            (9..17).for_each(|hour| (0..10).for_each(|_| week.add(day * 24 + hour, FULL)));
        }
        assert!(week.tail(24 + 11, 10.0) > 0.5);
        assert!(week.tail(24 + 3, 10.0) < 0.05);
        assert_eq!(HourOfWeek::default().tail(3, 10.0), 1.0, "a cold start is quiet");
    }
}
