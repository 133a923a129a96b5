//! Whatever times, values and amounts come in, nothing panics, p-values stay p-values and memory stays bounded.
#![allow(clippy::indexing_slicing, reason = "tests fail by panicking")]

use fastrand::Rng;
use weft_baselines::association::CoRecipients;
use weft_baselines::counts::{Counts, GroupCounts, Rate};
use weft_baselines::drift::ChangePoint;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::{Categories, HourOfWeek, NoveltyParams, Volume, novelty, volume_tail};

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
        let (mut contacts, mut fixed) = (Contacts::default(), FixedTime::default());
        let (mut counts, mut group, prior) = (Counts::default(), GroupCounts::default(), Rate::default());
        let (mut values, mut amounts, mut week) = (Categories::default(), Volume::default(), HourOfWeek::default());
        let (mut pairs, mut change) = (CoRecipients::new(64, 86_400), ChangePoint::default());
        for _ in 0..rng.u32(1..120) {
            let (at, value, weight) = (wild(&mut rng), wild(&mut rng), [1.0, 0.02, -1.0][rng.usize(0..3)]);
            contacts.add(at);
            fixed.add(at);
            let exposure = [0.0, 1e-9, 1.0, 1e9][rng.usize(0..4)];
            let residual = counts.observe(at, exposure, value as u64, weight, &prior);
            group.observe(at, exposure, value as u64, residual, &prior);
            let parts = wild(&mut rng) as i32;
            values.add(value as u32, parts);
            amounts.add(value as u64, parts);
            week.add(value as usize, parts);
            pairs.learn(&[value as u32, at as u32, 7], at, weight);
            change.day(at, value as f64);
        }
        let (at, value) = (wild(&mut rng), wild(&mut rng));
        let ps = [
            contacts.periodicity().p,
            fixed.test().p,
            counts.predict(at, 1.0, &group.rate(&prior)).upper(value as u64),
            novelty(&[Some(&values), None], value as u32, NoveltyParams::default(), 1.0).tail,
            volume_tail(&[Some(&amounts)], value as u64, 20.0, 1.0),
            week.tail(value as usize, 24.0),
            pairs.surprise(&[value as u32, at as u32, 7], at, 0.5).p,
            change.weight(at, value as f64),
        ];
        assert!(ps.iter().all(|p| *p > 0.0 && *p <= 1.0), "{ps:?}");
        assert!(contacts.len() <= 256 && pairs.len() <= 64);
    }
}
