//! When in the week, with forgetting and a parent: 168 Dirichlet bins on a circle under a kernel. Reads no clock.
//!
//! The posterior mean of a Dirichlet prior centred on the parent, its counts smoothed by a discrete kernel on the torus of hours and days.

use crate::decay::Forgetting;
use serde::{Deserialize, Serialize};

/// Hours of a week.
pub const HOURS: usize = 168;
/// Weight of an event in its own hour, one and two hours off, and in the same hour of each other day: 1 in all.
const KERNEL: [f64; 4] = [0.36, 0.14, 0.03, 0.05];
/// What an hour may be busier than another and still count as no busier.
const TOLERANCE: f64 = 1e-12;

/// Activity by hour of the week. Under 700 bytes, nothing before the first event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeOfDay {
    bins: Vec<f32>,
    clock: Forgetting,
}

/// The share of activity expected in each hour of the week, Monday 00:00 first; sums to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile([f64; HOURS]);

impl TimeOfDay {
    /// Weights halve every `half_life_s` seconds.
    pub fn new(half_life_s: i64) -> Self {
        Self { bins: Vec::new(), clock: Forgetting::new(half_life_s) }
    }
    /// One event in `hour` (0 to 167, taken modulo 168) at `at_s` seconds; the weight as everywhere.
    pub fn add(&mut self, hour: usize, at_s: i64, weight: f64) {
        let (unit, factor) = self.clock.weight(at_s);
        if factor != 1.0 {
            self.bins.iter_mut().for_each(|n| *n *= factor as f32);
        }
        self.bins.resize(HOURS, 0.0);
        if let Some(bin) = self.bins.get_mut(hour % HOURS) {
            *bin = (*bin + (unit * weight) as f32).max(0.0);
        }
    }
    /// Takes over what `other` holds.
    pub fn merge(&mut self, other: &Self) {
        let factor = self.clock.factor_from(&other.clock) as f32;
        self.bins.resize(HOURS, 0.0);
        self.bins.iter_mut().zip(&other.bins).for_each(|(a, b)| *a += b * factor);
    }
    /// Weight of all events as of `at_s`.
    pub fn total(&self, at_s: i64) -> f64 {
        self.bins.iter().map(|n| f64::from(*n)).sum::<f64>() * self.clock.worth(at_s)
    }
    fn at(&self, hour: usize) -> f64 {
        f64::from(self.bins.get(hour % HOURS).copied().unwrap_or(0.0))
    }
    /// This level's profile over that of its parent, which weighs as much as `strength` events.
    pub fn profile(&self, at_s: i64, parent: &Profile, strength: f64) -> Profile {
        let worth = self.clock.worth(at_s);
        let all = self.total(at_s) + strength.max(1e-9);
        let [own, one, two, day] = KERNEL;
        let mut same_hour = [0.0; 24];
        for (hour, sum) in same_hour.iter_mut().enumerate() {
            *sum = (0..7).map(|days| self.at(hour + 24 * days)).sum();
        }
        let smoothed = |hour: usize| {
            let near = one * (self.at(hour + 1) + self.at(hour + HOURS - 1)) + two * (self.at(hour + 2) + self.at(hour + HOURS - 2));
            (own - day) * self.at(hour) + near + day * same_hour.get(hour % 24).copied().unwrap_or(0.0)
        };
        let mut profile = [0.0; HOURS];
        for (hour, (share, parents)) in profile.iter_mut().zip(parent.0).enumerate() {
            *share = (smoothed(hour) * worth + strength.max(1e-9) * parents) / all;
        }
        Profile(profile)
    }
}

impl Default for Profile {
    /// Every hour alike.
    fn default() -> Self {
        Self([1.0 / HOURS as f64; HOURS])
    }
}

impl Profile {
    /// Mass of the hours no busier than `hour`, in (0, 1].
    pub fn tail(&self, hour: usize) -> f64 {
        let own = self.0.get(hour % HOURS).copied().unwrap_or(0.0);
        self.0.iter().filter(|share| **share <= own + TOLERANCE).sum::<f64>().clamp(crate::evidence::P_MIN, 1.0)
    }
    /// How busy `hour` is against the average hour (1): the exposure of an hour in the count model.
    pub fn intensity(&self, hour: usize) -> f64 {
        self.0.get(hour % HOURS).copied().unwrap_or(0.0) * HOURS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_the_closed_form_and_sums_to_one() {
        let mut week = TimeOfDay::new(1 << 40);
        week.add(167, 0, 1.0);
        let profile = week.profile(0, &Profile::default(), 3.0);
        let flat = 3.0 / 4.0 / 168.0;
        for (hour, kernel) in [(167, 0.36), (0, 0.14), (166, 0.14), (1, 0.03), (165, 0.03), (23, 0.05), (143, 0.05), (80, 0.0)] {
            let expected = flat + kernel / 4.0;
            assert!((profile.intensity(hour) / 168.0 - expected).abs() < 1e-9, "hour {hour}");
        }
        assert!((profile.0.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn night_is_rare_for_a_day_worker_and_habits_move() {
        let day = 86_400;
        let mut week = TimeOfDay::new(14 * day);
        let work = |week: &mut TimeOfDay, days: std::ops::Range<i64>, from: usize| {
            for d in days.filter(|d| d % 7 < 5) {
                (from..from + 8).for_each(|hour| (0..3).for_each(|_| week.add(d as usize % 7 * 24 + hour, d * day, 1.0)));
            }
        };
        work(&mut week, 0..60, 9);
        let profile = |week: &TimeOfDay, at| week.profile(at, &Profile::default(), 24.0);
        assert!(profile(&week, 60 * day).tail(24 + 11) > 0.5);
        assert!(profile(&week, 60 * day).tail(24 + 3) < 0.05);
        work(&mut week, 60..102, 20 - 16);
        assert!(profile(&week, 102 * day).tail(24 + 5) > 0.3, "six weeks of early shifts are a new habit");
        assert!(profile(&TimeOfDay::new(1), 0).tail(3) > 0.999_999, "a cold start is quiet");
    }
}
