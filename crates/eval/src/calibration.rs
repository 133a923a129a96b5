//! Observed against nominal exceedances of p-values on benign entity-days, by family of models.

use serde::Serialize;
use std::collections::BTreeMap;
use weft_indicators::Tally;
use weft_indicators::tally::LEVELS;
use weft_model::{EventTime, SmolStr};

/// Fewer expected exceedances than this say nothing about a ratio.
const ENOUGH: f64 = 100.0;
/// Resamples behind an interval.
const RESAMPLES: u32 = 1000;

/// Sums of one family that may come from several runs.
#[derive(Clone, Debug, Default)]
struct Sums {
    entity_days: u64,
    silent: [f64; 3],
    /// By run and entity: the blocks of the bootstrap.
    active: BTreeMap<(usize, SmolStr), [f64; 3]>,
}

/// Tallies of several runs, added up by family.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    families: BTreeMap<String, Sums>,
    runs: usize,
}

/// One family at one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibrated {
    pub family: String,
    /// 0.01, 0.001 or 0.0001.
    pub nominal: f64,
    pub entity_days: u64,
    pub expected: f64,
    pub observed: f64,
    /// `observed / expected`; `None` where fewer than 100 exceedances are expected: too few.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio: entities are resampled whole, since one entity's days depend on each other.
    pub interval: Option<(f64, f64)>,
}

impl Tallies {
    /// Adds a run's days before `until` (the first attack's start; `None` takes all): afterwards the company is not benign.
    pub fn add(&mut self, tallies: &[Tally], until: Option<EventTime>) {
        let run = self.runs;
        self.runs += 1;
        for tally in tallies.iter().filter(|tally| until.is_none_or(|until| tally.day < until.day())) {
            let sums = self.families.entry(tally.family.clone()).or_default();
            sums.entity_days += tally.entity_days;
            add(&mut sums.silent, &tally.silent);
            for (entity, below) in &tally.active {
                add(sums.active.entry((run, entity.clone())).or_default(), below);
            }
        }
    }

    /// Adds another's runs.
    pub fn merge(&mut self, other: Self) {
        let runs = self.runs;
        for (family, theirs) in other.families {
            let sums = self.families.entry(family).or_default();
            sums.entity_days += theirs.entity_days;
            add(&mut sums.silent, &theirs.silent);
            for ((run, entity), below) in theirs.active {
                add(sums.active.entry((runs + run, entity)).or_default(), &below);
            }
        }
        self.runs += other.runs;
    }

    /// Every family at every level.
    pub fn calibrated(&self) -> Vec<Calibrated> {
        let each = |(family, sums): (&String, &Sums)| -> Vec<Calibrated> {
            LEVELS.iter().enumerate().map(|(place, nominal)| calibrated(family, sums, place, *nominal)).collect()
        };
        self.families.iter().flat_map(each).collect()
    }
}

fn add(to: &mut [f64; 3], from: &[f64; 3]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

fn calibrated(family: &str, sums: &Sums, place: usize, nominal: f64) -> Calibrated {
    let at = |below: &[f64; 3]| below.get(place).copied().unwrap_or(0.0);
    let (silent, expected) = (at(&sums.silent), sums.entity_days as f64 * nominal);
    let blocks: Vec<f64> = sums.active.values().map(at).filter(|sum| *sum > 0.0).collect();
    let observed = silent + blocks.iter().sum::<f64>();
    let is_enough = expected >= ENOUGH;
    Calibrated {
        family: family.to_owned(),
        nominal,
        entity_days: sums.entity_days,
        expected,
        observed,
        ratio: is_enough.then(|| observed / expected),
        interval: is_enough.then(|| bootstrap(&blocks)).map(|(low, high)| ((silent + low) / expected, (silent + high) / expected)),
    }
}

/// 2.5 % and 97.5 % quantiles of the sum of as many draws with repetition as there are blocks (Poisson bootstrap: each block is taken
/// Poisson(1) times, which needs no count of the blocks without exceedances). Draws come from a fixed stream, so one input gives one interval.
fn bootstrap(blocks: &[f64]) -> (f64, f64) {
    let mut stream = 0x9E37_79B9_7F4A_7C15u64;
    let mut sums: Vec<f64> = (0..RESAMPLES).map(|_| blocks.iter().map(|block| block * f64::from(poisson_one(&mut stream))).sum()).collect();
    sums.sort_by(f64::total_cmp);
    let at = |share: f64| sums.get((share * f64::from(RESAMPLES - 1)).round() as usize).copied().unwrap_or(0.0);
    (at(0.025), at(0.975))
}

/// A Poisson draw of mean 1 by inversion of a splitmix64 number (Steele, Lea and Flood, OOPSLA 2014).
fn poisson_one(stream: &mut u64) -> u32 {
    *stream = stream.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut x = *stream;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let uniform = ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
    let (mut count, mut term, mut sum) = (0, (-1f64).exp(), (-1f64).exp());
    while uniform > sum && count < 20 {
        count += 1;
        term /= f64::from(count);
        sum += term;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(day: i64, entity_days: u64, silent: f64, active: &[(&str, f64)]) -> Tally {
        let active = active.iter().map(|(entity, below)| (SmolStr::new(*entity), [*below, 0.0, 0.0])).collect();
        Tally { family: "f".into(), model: 0, day, entity_days, silent: [silent, 0.0, 0.0], active }
    }

    #[test]
    fn days_add_up_and_the_attack_is_left_out() {
        let mut tallies = Tallies::default();
        let until = EventTime(2 * weft_model::DAY_MS + 5);
        tallies.add(
            &[tally(0, 10_000, 30.0, &[("a", 1.0)]), tally(1, 10_000, 60.0, &[("a", 1.0)]), tally(2, 10_000, 900.0, &[])],
            Some(until),
        );
        let found = &tallies.calibrated()[0];
        assert_eq!((found.entity_days, found.observed, found.expected, found.ratio), (20_000, 92.0, 200.0, Some(0.46)));
    }

    #[test]
    fn too_few_give_no_ratio() {
        let mut tallies = Tallies::default();
        tallies.add(&[tally(0, 9_999, 0.0, &[("a", 100.0)])], None);
        assert_eq!((tallies.calibrated()[0].ratio, tallies.calibrated()[0].interval), (None, None));
    }

    #[test]
    fn one_busy_entity_widens_the_interval() {
        let width = |active: &[(&str, f64)]| {
            let mut tallies = Tallies::default();
            tallies.add(&[tally(0, 10_000, 0.0, active)], None);
            let (low, high) = tallies.calibrated()[0].interval.unwrap();
            assert!(low <= 1.0 && high >= 1.0, "{low} {high}");
            high - low
        };
        let names: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        let even: Vec<(&str, f64)> = names.iter().map(|name| (name.as_str(), 1.0)).collect();
        // 100 blocks of one: the interval of a Poisson count of 100, about +-0.2.
        assert!((0.3..0.5).contains(&width(&even)), "{}", width(&even));
        assert!(width(&[("a", 100.0)]) > 2.0);
    }

    #[test]
    fn draws_have_mean_and_variance_one() {
        let mut stream = 7;
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(poisson_one(&mut stream))).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
