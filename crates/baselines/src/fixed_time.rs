//! Does something happen at the same time of day again and again (a burst of attempts every day at 18:04)? Knows no events, only times.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days remembered.
pub const MAX_DAYS: u32 = 32;
/// Bursts remembered a day; a busier day says nothing about fixed times and keeps its earliest.
pub const MAX_A_DAY: usize = 24;
/// What follows within so many seconds of the one before is the same burst.
const SAME_BURST_S: i64 = 120;
const DAY_S: i64 = 86_400;
/// Half of the stretch around a window within which times of day count as evenly spread by habit.
const FLANK_S: i64 = 1800;
/// Widths of windows tried.
const WIDTHS_S: [i64; 3] = [60, 120, 300];

/// Times of one kind of thing at one entity. A function of the set of times as long as none is older than the 32 days kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FixedTime {
    /// Seconds since the epoch, first of each burst.
    starts_s: BTreeSet<i64>,
    /// Last time seen of the latest burst, so that a long burst does not start again.
    last_s: i64,
}

/// The best window found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedTimeTest {
    /// In (0, 1], all windows tried paid for.
    pub p: f64,
    /// Start of the window in seconds after midnight UTC, and its width.
    pub second_of_day: i64,
    pub width_s: i64,
    /// Days with a burst in the window.
    pub days: u32,
    /// Bursts within half an hour of it, on all days.
    pub nearby: u32,
}

impl FixedTime {
    /// Something happened at `time_s`, seconds since the epoch. Times go in ascending order but for stragglers, each of which counts as
    /// a burst of its own unless one began shortly before or after.
    pub fn add(&mut self, time_s: i64) {
        let continues = (0..=SAME_BURST_S).contains(&time_s.saturating_sub(self.last_s));
        self.last_s = self.last_s.max(time_s);
        let near = self.starts_s.range(time_s.saturating_sub(SAME_BURST_S)..=time_s.saturating_add(SAME_BURST_S)).next().copied();
        match near {
            Some(start) if time_s < start => {
                self.starts_s.remove(&start);
            }
            Some(_) => return,
            None if continues && !self.starts_s.is_empty() => return,
            None => {}
        }
        let midnight = time_s.div_euclid(DAY_S) * DAY_S;
        if self.starts_s.range(midnight..midnight.saturating_add(DAY_S)).count() < MAX_A_DAY {
            self.starts_s.insert(time_s);
        }
        let oldest = self.starts_s.last().map_or(0, |last| last.saturating_sub(i64::from(MAX_DAYS) * DAY_S));
        self.starts_s = self.starts_s.split_off(&oldest);
    }
    /// Bursts remembered.
    pub fn len(&self) -> usize {
        self.starts_s.len()
    }
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.starts_s.is_empty()
    }
    /// Each burst opens a window of each width. The bursts of another day within half an hour of its time of day fall into it with
    /// probability width / hour each, when times are evenly spread at that scale; the number of other days hit is the sum of such
    /// trials, one a day (a scan statistic; Naus, JASA 60, 1965). The best window pays for all windows tried.
    pub fn test(&self) -> FixedTimeTest {
        let tried = (self.starts_s.len() * WIDTHS_S.len()).max(1) as f64;
        let windows = self.starts_s.iter().flat_map(|start| WIDTHS_S.map(|width_s| self.window(*start, width_s)));
        let nothing = FixedTimeTest { p: 1.0, second_of_day: 0, width_s: 0, days: 0, nearby: 0 };
        let best = windows.reduce(|a, b| if b.p < a.p { b } else { a }).unwrap_or(nothing);
        FixedTimeTest { p: (best.p * tried).clamp(crate::evidence::P_MIN, 1.0), ..best }
    }
    fn window(&self, start_s: i64, width_s: i64) -> FixedTimeTest {
        let lead = FLANK_S - width_s / 2;
        let mut days: BTreeMap<i64, (u32, bool)> = BTreeMap::new();
        let (from, to) = (self.starts_s.first().copied().unwrap_or(0), self.starts_s.last().copied().unwrap_or(0));
        for offset in (from - start_s).div_euclid(DAY_S)..=(to - start_s).div_euclid(DAY_S) + 1 {
            let opens = start_s + offset * DAY_S;
            for time in self.starts_s.range(opens - lead..opens - lead + 2 * FLANK_S) {
                let day = days.entry(offset).or_default();
                day.0 += 1;
                day.1 |= (opens..opens + width_s).contains(time);
            }
        }
        let nearby = days.values().map(|(n, _)| n).sum();
        let hit = days.values().filter(|(_, hit)| *hit).count();
        days.remove(&0);
        let miss = 1.0 - width_s as f64 / (2 * FLANK_S) as f64;
        let chances: Vec<f64> = days.values().map(|(n, _)| 1.0 - miss.powi(*n as i32)).collect();
        let p = at_least(&chances, hit.saturating_sub(1));
        FixedTimeTest { p, second_of_day: start_s.rem_euclid(DAY_S), width_s, days: hit as u32, nearby }
    }
}

/// The probability that at least `k` of independent trials with these chances succeed (Poisson binomial).
fn at_least(chances: &[f64], k: usize) -> f64 {
    // ways[i]: probability of i successes so far; the last entry takes all from k on.
    let mut ways = vec![0.0; k + 1];
    ways.iter_mut().take(1).for_each(|none| *none = 1.0);
    for chance in chances {
        let mut carried = 0.0;
        for (i, way) in ways.iter_mut().enumerate() {
            let leaves = if i == k { 0.0 } else { *way * chance };
            *way += carried - leaves;
            carried = leaves;
        }
    }
    ways.last().copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    const AT: i64 = 18 * 3600 + 4 * 60;

    fn habit(rng: &mut Rng, days: i64, a_day: usize) -> FixedTime {
        let mut times: Vec<i64> =
            (0..days).flat_map(|day| (0..a_day).map(move |_| day)).map(|d| d * DAY_S + rng.i64(8 * 3600..18 * 3600)).collect();
        times.sort_unstable();
        let mut fixed = FixedTime::default();
        times.into_iter().for_each(|t| fixed.add(t));
        fixed
    }

    #[test]
    fn a_burst_at_the_same_time_is_found_after_six_days() {
        let mut rng = Rng::with_seed(3);
        let mut found = 0;
        for _ in 0..200 {
            let mut fixed = FixedTime::default();
            for day in 0..6 {
                let mut times: Vec<i64> = (0..5).map(|_| day * DAY_S + rng.i64(8 * 3600..18 * 3600)).collect();
                let burst = day * DAY_S + AT + rng.i64(0..90);
                times.extend((0..20).map(|i| burst + i * 3));
                times.sort_unstable();
                times.into_iter().for_each(|t| fixed.add(t));
            }
            let test = fixed.test();
            found += usize::from(test.p < 1e-4);
            assert!(test.p > 1e-4 || (test.second_of_day - AT).abs() < 300, "{test:?}");
        }
        assert!(found >= 190, "{found} of 200");
    }

    #[test]
    fn office_hours_are_flagged_no_more_often_than_nominal() {
        let mut rng = Rng::with_seed(4);
        for a_day in [1, 4, 12] {
            let flagged = (0..1500).filter(|_| habit(&mut rng, 14, a_day).test().p < 0.01).count();
            assert!(flagged <= 25, "{flagged} of 1500 at {a_day} a day");
        }
    }

    #[test]
    fn memory_is_bounded_and_a_flood_is_one_burst() {
        let mut fixed = FixedTime::default();
        (0..100_000).for_each(|i| fixed.add(i * 60));
        assert!(fixed.len() <= 40, "{}", fixed.len());
        (0..100_000).for_each(|i| fixed.add(i * 150));
        assert!(fixed.len() <= (MAX_DAYS as usize + 1) * MAX_A_DAY);
        assert_eq!(FixedTime::default().test().p, 1.0);
    }
}
