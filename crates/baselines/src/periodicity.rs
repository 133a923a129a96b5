//! Does a source contact a destination as regularly as a machine? A p-value from contact times alone: two tests of the gaps and one of
//! the phase. Knows no hosts, no clock.
//!
//! All three have the Poisson process of unknown rate as null; anything burstier (people) is less likely to be called regular.

use crate::special::{beta_lower, gamma_lower};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Contacts remembered for one pair, the latest ones.
pub const MAX_CONTACTS: usize = 256;
/// Fewer gaps say nothing.
const MIN_GAPS: usize = 8;
/// Fewer contacts are not folded.
const MIN_FOLDED: usize = 16;
/// Longer periods are left to the gaps and to `fixed_time`: there the harmonics of the day rule.
const MAX_FOLD_PERIOD_MS: f64 = 6.0 * 3_600_000.0;
/// Frequencies tried per independent one.
const OVERSAMPLING: usize = 4;
/// Apery's constant, zeta(3).
const ZETA_3: f64 = 1.202_056_903_159_594;
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
/// Neighbouring independent frequencies on each side that tell the local noise.
const NEIGHBOURS: usize = 32;

/// The contact times of one (source, destination) pair. A function of the set of times, whatever the order of arrival.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<i64>", into = "Vec<i64>")]
pub struct Contacts {
    times_ms: VecDeque<i64>,
}

/// The p-values of the three tests, each valid by itself, and of all together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Periodicity {
    /// Bonferroni over the three, in (0, 1].
    pub p: f64,
    /// Moran's dispersion test on all gaps.
    pub gaps: f64,
    /// The same question without the shortest and the longest gaps.
    pub trimmed_gaps: f64,
    /// Phase folding over all periods, valid with other traffic mixed in.
    pub folded: f64,
    /// The period that folds best, in milliseconds, 0 when nothing was folded.
    pub period_ms: f64,
    /// Contacts looked at.
    pub n: usize,
}

impl Contacts {
    /// One contact at `time_ms`, milliseconds since the epoch (taken as 1970 or the year 37,000 outside). Late ones find their place; older
    /// than the 256 latest are dropped.
    pub fn add(&mut self, time_ms: i64) {
        let time_ms = time_ms.clamp(0, 1 << 50);
        let at = self.times_ms.iter().rposition(|t| *t <= time_ms).map_or(0, |last| last + 1);
        self.times_ms.insert(at, time_ms);
        if self.times_ms.len() > MAX_CONTACTS {
            self.times_ms.pop_front();
        }
    }
    /// Takes over the contacts of `other`.
    pub fn merge(&mut self, other: &Self) {
        other.times_ms.iter().for_each(|t| self.add(*t));
    }
    /// Contacts remembered.
    pub fn len(&self) -> usize {
        self.times_ms.len()
    }
    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.times_ms.is_empty()
    }
    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.times_ms.capacity() * size_of::<i64>()
    }
    /// The middle gap in milliseconds, 0 with fewer than two contacts.
    pub fn median_gap_ms(&self) -> i64 {
        let mut gaps: Vec<i64> = self.times_ms.iter().zip(self.times_ms.iter().skip(1)).map(|(a, b)| b.saturating_sub(*a)).collect();
        gaps.sort_unstable();
        gaps.get(gaps.len() / 2).copied().unwrap_or(0)
    }
    /// All tests. Costs up to some 300 microseconds (the folding): ask once an hour, not once a contact.
    pub fn periodicity(&self) -> Periodicity {
        let times = self.continuous_times();
        let mut gaps: Vec<f64> = times.iter().zip(times.iter().skip(1)).map(|(a, b)| (b - a).max(1e-6)).collect();
        gaps.sort_unstable_by(f64::total_cmp);
        let (all, trimmed) = (moran(&gaps), trimmed_ratio(&gaps));
        let (folded, period_ms) = fold(&times);
        let p = (3.0 * all.min(trimmed).min(folded)).min(1.0);
        Periodicity { p, gaps: all, trimmed_gaps: trimmed, folded, period_ms, n: times.len() }
    }
    /// Milliseconds since the first contact, with a hashed fraction of the clock's step added. Times written in whole seconds become
    /// what they were up to a second's noise; a Poisson process in whole seconds becomes exactly a Poisson process again.
    fn continuous_times(&self) -> Vec<f64> {
        let Some(first) = self.times_ms.front() else { return Vec::new() };
        let step = [1000, 100, 10].into_iter().find(|step| self.times_ms.iter().all(|t| t % step == 0)).unwrap_or(1);
        let start = first.div_euclid(step) * step;
        let spread = |(rank, t): (usize, &i64)| t.saturating_sub(start) as f64 + step as f64 * hashed_fraction(*t, rank as u64);
        let mut times: Vec<f64> = self.times_ms.iter().enumerate().map(spread).collect();
        times.sort_unstable_by(f64::total_cmp);
        times
    }
}

impl From<Vec<i64>> for Contacts {
    /// From gaps: the first time, then the differences (they pack well).
    fn from(gaps: Vec<i64>) -> Self {
        let mut contacts = Self::default();
        let mut time = 0i64;
        for gap in gaps.into_iter().take(MAX_CONTACTS) {
            time = time.saturating_add(gap);
            contacts.add(time);
        }
        contacts
    }
}

impl From<Contacts> for Vec<i64> {
    fn from(contacts: Contacts) -> Self {
        let mut last = 0i64;
        contacts.times_ms.into_iter().map(|t| t.saturating_sub(std::mem::replace(&mut last, t))).collect()
    }
}

/// A number in [0, 1) from a time and its rank (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
fn hashed_fraction(time_ms: i64, rank: u64) -> f64 {
    let mut x = (time_ms as u64).wrapping_add(rank.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Moran's statistic, the logarithm of the mean gap less the mean logarithm: small when gaps are more equal than exponential gaps of
/// any rate would be (Moran, "The random division of an interval II", JRSS B 13, 1951). Lower tail of the shifted gamma law (Pearson
/// type III) with its exact first three cumulants, which follow from those of the logarithm of exponentials and of their mean because
/// the statistic is independent of the mean (Basu). Bartlett's chi-square, the usual approximation, was measured 1.19 times nominal at
/// n = 200, a gamma law with two moments 1.25 times at n = 20.
pub fn moran(gaps: &[f64]) -> f64 {
    if gaps.len() < MIN_GAPS {
        return 1.0;
    }
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let statistic = mean.ln() - gaps.iter().map(|gap| gap.ln()).sum::<f64>() / n;
    // Asymptotic series of digamma less ln and of its two derivatives (DLMF 5.11.2, 5.15.8), good to 1e-7 at n = 8.
    let digamma = -0.5 / n - 1.0 / (12.0 * n * n) + 1.0 / (120.0 * n.powi(4));
    let trigamma = 1.0 / n + 0.5 / (n * n) + 1.0 / (6.0 * n.powi(3)) - 1.0 / (30.0 * n.powi(5));
    let tetragamma = -1.0 / (n * n) - 1.0 / n.powi(3) - 0.5 / n.powi(4) + 1.0 / (6.0 * n.powi(6));
    let expected = digamma + EULER_GAMMA;
    let variance = std::f64::consts::PI.powi(2) / (6.0 * n) - trigamma;
    let third = 2.0 * ZETA_3 / (n * n) + tetragamma;
    let (shape, scale) = (4.0 * variance.powi(3) / (third * third), third / (2.0 * variance));
    at_most_one(gamma_lower(shape, ((statistic - expected) / scale + shape).max(0.0)))
}

/// The shortest and the longest tenth of the sorted gaps set aside (a stray contact; a night, a lost beacon): normalised spacings of
/// exponential order statistics are independent and exponential (Epstein and Sobel, JASA 48, 1953), so the share of the total time
/// on test that passes before the k-th gap is Beta(k, r - k), and large when few gaps are short. Exact at any rate.
pub fn trimmed_ratio(sorted_gaps: &[f64]) -> f64 {
    if sorted_gaps.len() < MIN_GAPS {
        return 1.0;
    }
    let n = sorted_gaps.len();
    let cut = (n / 10).max(1);
    let (first, kept) = (cut, n - n / 10);
    let (mut before, mut total, mut last) = (0.0, 0.0, 0.0);
    for (index, gap) in sorted_gaps.iter().take(kept).enumerate() {
        total += (n - index) as f64 * (gap - last);
        last = *gap;
        if index + 1 == first {
            before = total;
        }
    }
    at_most_one(beta_lower((kept - first) as f64, first as f64, (1.0 - before / total).clamp(0.0, 1.0)))
}

/// Rayleigh power over a grid of frequencies. Each contact weighs as much as its burst has contacts fewer; the power is measured
/// against that of the neighbouring frequencies (so that clustered human traffic, which raises them all, does not count), and the peak
/// pays for all frequencies tried by the bound of Davies as given by Baluev (MNRAS 385, 2008). Returns p and the period.
fn fold(times: &[f64]) -> (f64, f64) {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return (1.0, 0.0) };
    let (n, span) = (times.len(), last - first);
    let inner = times.get(1..n.saturating_sub(1)).unwrap_or_default();
    // Cycles over the span: at least 8; at most 5 for 4 contacts, because a beacon may lose some.
    let lowest = (span / MAX_FOLD_PERIOD_MS).max(8.0).ceil() as usize;
    let highest = n * 5 / 4;
    if inner.len() < MIN_FOLDED || lowest >= highest || span <= 0.0 {
        return (1.0, 0.0);
    }
    let weights = burst_weights(inner, span / (5 * n) as f64);
    let power = spectrum(inner, &weights, span, *first, (highest + NEIGHBOURS) * OVERSAMPLING);
    let mut sums = vec![0.0];
    for value in &power {
        sums.push(sums.last().copied().unwrap_or(0.0) + value);
    }
    let sum = |from: usize, to: usize| {
        let at = |index: usize| sums.get(index.min(power.len())).copied().unwrap_or(0.0);
        (at(to) - at(from), to.min(power.len()).saturating_sub(from))
    };
    let (mut best, mut best_index) = (1.0f64, 0);
    let tried = (highest - lowest) as f64;
    for index in lowest * OVERSAMPLING..=highest * OVERSAMPLING {
        let reach = NEIGHBOURS * OVERSAMPLING;
        let (left, left_n) = sum(index.saturating_sub(reach).max(OVERSAMPLING), index.saturating_sub(2 * OVERSAMPLING));
        let (right, right_n) = sum(index + 2 * OVERSAMPLING, index + reach);
        let independent = ((left_n + right_n) / OVERSAMPLING).max(1) as f64;
        let noise = ((left + right) / (left_n + right_n).max(1) as f64).max(1.0);
        let z = power.get(index).copied().unwrap_or(0.0) / noise;
        let single = (1.0 + z / independent).powf(-independent);
        let p = single * (1.0 + 1.03 * tried * z.sqrt());
        if p < best {
            (best, best_index) = (p, index);
        }
    }
    let period = if best_index > 0 { span * OVERSAMPLING as f64 / best_index as f64 } else { 0.0 };
    (at_most_one(best), period)
}

/// One over the number of contacts within `reach`.
fn burst_weights(times: &[f64], reach: f64) -> Vec<f64> {
    let (mut from, mut to) = (0, 0);
    let near = |t: &f64| {
        while times.get(to).is_some_and(|other| *other <= t + reach) {
            to += 1;
        }
        while times.get(from).is_some_and(|other| *other < t - reach) {
            from += 1;
        }
        1.0 / (to - from).max(1) as f64
    };
    times.iter().map(near).collect()
}

/// `|sum w exp(2 pi i k (t - start) / (span OVERSAMPLING))|^2 / sum w^2` for k in 0..steps: 1 on average without a period.
fn spectrum(times: &[f64], weights: &[f64], span: f64, start: f64, steps: usize) -> Vec<f64> {
    let norm = weights.iter().map(|w| w * w).sum::<f64>().max(1e-9);
    let angle = |t: f64| std::f64::consts::TAU * (t - start) / (span * OVERSAMPLING as f64);
    let mut phasors: Vec<Lanes> = times.chunks(LANES).zip(weights.chunks(LANES)).map(|(t, w)| Lanes::new(t, w, angle)).collect();
    (0..steps)
        .map(|_| {
            let (mut re, mut im) = ([0.0f32; LANES], [0.0f32; LANES]);
            phasors.iter_mut().for_each(|lanes| lanes.sum_and_turn(&mut re, &mut im));
            let total = |sums: [f32; LANES]| sums.into_iter().map(f64::from).sum::<f64>();
            (total(re).powi(2) + total(im).powi(2)) / norm
        })
        .collect()
}

/// Contacts side by side, so that the compiler uses vector instructions.
const LANES: usize = 8;

/// Weighted phasors and the rotation to the next frequency. 32 bits suffice: the angle is off by less than 1e-3 after 1,500 steps.
struct Lanes {
    x: [f32; LANES],
    y: [f32; LANES],
    cos: [f32; LANES],
    sin: [f32; LANES],
}

impl Lanes {
    fn new(times: &[f64], weights: &[f64], angle: impl Fn(f64) -> f64) -> Self {
        let mut lanes = Self { x: [0.0; LANES], y: [0.0; LANES], cos: [1.0; LANES], sin: [0.0; LANES] };
        lanes.x.iter_mut().zip(weights).for_each(|(x, w)| *x = *w as f32);
        lanes.cos.iter_mut().zip(times).for_each(|(cos, t)| *cos = angle(*t).cos() as f32);
        lanes.sin.iter_mut().zip(times).for_each(|(sin, t)| *sin = angle(*t).sin() as f32);
        lanes
    }
    #[expect(clippy::indexing_slicing, reason = "constant bounds; iterators would hide the vector loop")]
    fn sum_and_turn(&mut self, re: &mut [f32; LANES], im: &mut [f32; LANES]) {
        for i in 0..LANES {
            let (x, y) = (self.x[i], self.y[i]);
            re[i] += x;
            im[i] += y;
            self.x[i] = x * self.cos[i] - y * self.sin[i];
            self.y[i] = x * self.sin[i] + y * self.cos[i];
        }
    }
}

fn at_most_one(p: f64) -> f64 {
    if p.is_finite() { p.clamp(crate::evidence::P_MIN, 1.0) } else { 1.0 }
}
