//! Does something happen at the same time of day again and again (a burst of attempts every day at 18:04)? Knows no events, only times.

use serde::{Deserialize, Serialize};

/// Days remembered.
pub const MAX_DAYS: u32 = 32;
/// Bursts remembered a day; a busier day says nothing about fixed times and keeps a sample.
pub const MAX_A_DAY: usize = 24;
/// What follows within so many seconds of the one before is the same burst.
const SAME_BURST_S: u32 = 120;
const DAY_S: u32 = 86_400;
/// Half of the stretch around a window within which times of day count as evenly spread by habit.
const FLANK_S: i64 = 1800;
/// Widths of windows tried.
const WIDTHS_S: [i64; 3] = [60, 120, 300];

/// Times of one kind of thing at one entity. At most 3 KB.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FixedTime {
    /// First second of each burst since the epoch, ascending.
    starts_s: Vec<u32>,
    /// Last time seen of the latest burst, so that a long burst does not start again.
    last_s: u32,
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
    /// Something happened at `time_s`, seconds since the epoch (outside 1970 to 2106: ignored). Times go in ascending order but for
    /// stragglers, each of which is a burst of its own unless another began shortly before or after.
    pub fn add(&mut self, time_s: i64) {
        let Ok(time) = u32::try_from(time_s) else { return };
        let continues = !self.starts_s.is_empty() && time >= self.last_s && time - self.last_s <= SAME_BURST_S;
        self.last_s = self.last_s.max(time);
        let at = self.starts_s.partition_point(|start| *start <= time);
        let near = |index: usize| self.starts_s.get(index).is_some_and(|start| start.abs_diff(time) <= SAME_BURST_S);
        if continues || at.checked_sub(1).is_some_and(near) {
            return;
        }
        if near(at) {
            // The burst began earlier than known.
            self.starts_s.remove(at);
        }
        self.starts_s.insert(at, time);
        self.thin_out(time / DAY_S);
        let oldest = self.starts_s.last().map_or(0, |last| last.saturating_sub(MAX_DAYS * DAY_S));
        let expired = self.starts_s.partition_point(|start| *start < oldest);
        self.starts_s.drain(..expired);
    }
    /// Of a day with too many bursts one goes, by hash (Fibonacci hashing): at any time of day alike.
    fn thin_out(&mut self, day: u32) {
        let from = self.starts_s.partition_point(|start| start / DAY_S < day);
        let today = self.starts_s.iter().enumerate().skip(from).take_while(|(_, start)| *start / DAY_S == day);
        let (n, last) = today.fold((0, None), |(n, last): (usize, Option<(u32, usize)>), (index, start)| {
            (n + 1, last.max(Some((start.wrapping_mul(2_654_435_769), index))))
        });
        if let (true, Some((_, index))) = (n > MAX_A_DAY, last) {
            self.starts_s.remove(index);
        }
    }
    /// Bursts remembered.
    pub fn len(&self) -> usize {
        self.starts_s.len()
    }
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.starts_s.is_empty()
    }
    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.starts_s.capacity() * size_of::<u32>()
    }
    /// Each burst opens a window of each width. The bursts of another day within half an hour of its time of day fall into it with
    /// probability width / hour each, when times are evenly spread at that scale; the number of other days hit is the sum of such
    /// trials, one a day (a scan statistic; Naus, JASA 60, 1965). The best window pays for all windows tried.
    pub fn test(&self) -> FixedTimeTest {
        let nothing = FixedTimeTest { p: 1.0, second_of_day: 0, width_s: 0, days: 0, nearby: 0 };
        let Some(first_day) = self.starts_s.first().map(|start| start / DAY_S) else { return nothing };
        // (second of the day, day from 1); those near midnight also as the end of the day before and the start of the next.
        let mut clock: Vec<(i64, usize)> = Vec::with_capacity(self.starts_s.len() + 16);
        for start in &self.starts_s {
            let (second, day) = (i64::from(start % DAY_S), (start / DAY_S - first_day) as usize + 1);
            clock.push((second, day));
            if second < 2 * FLANK_S {
                clock.push((second + i64::from(DAY_S), day - 1));
            } else if second >= i64::from(DAY_S) - 2 * FLANK_S {
                clock.push((second - i64::from(DAY_S), day + 1));
            }
        }
        clock.sort_unstable();
        let windows = self.starts_s.iter().flat_map(|start| WIDTHS_S.map(|width_s| (*start, width_s)));
        let tested =
            windows.map(|(start, width_s)| window(&clock, i64::from(start % DAY_S), (start / DAY_S - first_day) as usize + 1, width_s));
        let best = tested.reduce(|a, b| if b.p < a.p { b } else { a }).unwrap_or(nothing);
        let tried = (self.starts_s.len() * WIDTHS_S.len()) as f64;
        FixedTimeTest { p: (best.p * tried).clamp(crate::evidence::P_MIN, 1.0), ..best }
    }
}

fn window(clock: &[(i64, usize)], opens: i64, own_day: usize, width_s: i64) -> FixedTimeTest {
    let from = opens + width_s / 2 - FLANK_S;
    let near = clock.get(clock.partition_point(|(second, _)| *second < from)..).unwrap_or_default();
    // Bursts nearby and whether one hits, by day.
    let mut days = [(0i32, false); MAX_DAYS as usize + 3];
    let mut nearby = 0;
    for (second, day) in near.iter().take_while(|(second, _)| *second < from + 2 * FLANK_S) {
        nearby += 1;
        if let Some((n, hit)) = days.get_mut(*day) {
            *n += 1;
            *hit |= (opens..opens + width_s).contains(second);
        }
    }
    let hits = days.iter().filter(|(_, hit)| *hit).count();
    let miss = 1.0 - width_s as f64 / (2 * FLANK_S) as f64;
    let others = days.iter().enumerate().filter(|(day, (n, _))| *day != own_day && *n > 0);
    let p = match hits {
        // Never near significance.
        0..=2 => 1.0,
        _ => at_least(&others.map(|(_, (n, _))| 1.0 - miss.powi(*n)).collect::<Vec<f64>>(), hits - 1),
    };
    FixedTimeTest { p, second_of_day: opens, width_s, days: hits as u32, nearby }
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
    use super::{FixedTime, MAX_A_DAY, MAX_DAYS};
    use fastrand::Rng;

    const DAY_S: i64 = 86_400;

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
    fn midnight_is_no_border() {
        let mut rng = Rng::with_seed(5);
        let mut fixed = FixedTime::default();
        (1..8).for_each(|day| fixed.add(day * DAY_S - 30 + rng.i64(0..60)));
        let test = fixed.test();
        assert!(test.p < 1e-5 && test.days >= 6 && test.nearby == 7, "{test:?}");
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
