//! Whatever times, values and amounts come in, nothing panics, p-values stay p-values and memory stays bounded.
#![allow(clippy::indexing_slicing, reason = "tests fail by panicking")]

use fastrand::Rng;
use weft_baselines::NoveltyParams;
use weft_baselines::association::CoRecipients;
use weft_baselines::counts::{Counts, GroupCounts, Rate};
use weft_baselines::drift::ChangePoint;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::habits::{Habits, Level, Prior, habit_novelty};
use weft_baselines::periodicity::Contacts;
use weft_baselines::sizes::Sizes;
use weft_baselines::sketch::{Amounts, amount_tail};
use weft_baselines::time_of_day::{Profile, TimeOfDay};

/// Small, huge, negative and extreme numbers.
fn wild(rng: &mut Rng) -> i64 {
    match rng.u32(0..6) {
        0 => [i64::MIN, -1, 0, 1, i64::MAX][rng.usize(0..5)],
        1 => rng.i64(..),
        2 => rng.i64(-100_000..100_000),
        _ => 1_700_000_000 + rng.i64(0..10_000_000),
    }
}

#[test]
fn nothing_panics_and_p_values_stay_p_values() {
    let mut rng = Rng::with_seed(99);
    for _ in 0..300 {
        let (mut contacts, mut fixed, mut sizes) = (Contacts::default(), FixedTime::default(), Sizes::default());
        let (mut counts, mut group, prior) = (Counts::default(), GroupCounts::default(), Rate::default());
        let (mut habits, mut amounts) = (Habits::new(16, 1 + rng.i64(0..1_000_000)), Amounts::new(rng.i64(-5..1_000_000)));
        let (mut week, mut pairs, mut change) = (TimeOfDay::new(86_400), CoRecipients::new(64, 86_400), ChangePoint::default());
        for _ in 0..rng.u32(1..120) {
            let (at, value, weight) = (wild(&mut rng), wild(&mut rng), [1.0, 0.02, -1.0][rng.usize(0..3)]);
            contacts.add(at);
            fixed.add(at);
            sizes.add(value as u64);
            let exposure = [0.0, 1e-9, 1.0, 1e9][rng.usize(0..4)];
            let residual = counts.observe(at, exposure, value as u64, weight, &prior);
            group.observe(at, exposure, value as u64, residual, &prior);
            habits.add(value as u32, at, weight);
            amounts.add(value as u64, at, weight);
            week.add(value as usize, at, weight);
            pairs.learn(&[value as u32, at as u32, 7], at, weight);
            change.day(at, value as f64);
        }
        let (at, value) = (wild(&mut rng), wild(&mut rng));
        let level = Some(Level::Live(&habits));
        let frozen = habits.freeze(at, NoveltyParams::default());
        let ps = [
            contacts.periodicity().p,
            fixed.test().p,
            counts.predict(at, 1.0, &group.rate(&prior)).upper(value as u64),
            habit_novelty(&[level, Some(Level::Frozen(&frozen))], value as u32, at, NoveltyParams::default(), Prior::default()).tail,
            amount_tail(&[Some(&amounts)], value as u64, at, 20.0, 1.0),
            week.profile(at, &Profile::default(), 24.0).tail(value as usize),
            pairs.surprise(&[value as u32, at as u32, 7], at, 0.5).p,
            change.weight(at, value as f64),
        ];
        assert!(ps.iter().all(|p| *p > 0.0 && *p <= 1.0), "{ps:?}");
        assert!(contacts.len() <= 256 && habits.len() <= 16 && pairs.len() <= 64 && sizes.likeness().is_none_or(|l| l <= 1_000_000));
    }
}
