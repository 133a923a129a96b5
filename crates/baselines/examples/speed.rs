//! Prints updates and scores a second of every estimator, on one core, and the bytes of its state. `cargo run --release --example speed -p weft-baselines`
#![allow(clippy::unwrap_used, reason = "an example fails by panicking")]

use fastrand::Rng;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;
use weft_baselines::association::CoRecipients;
use weft_baselines::counts::{Counts, Rate};
use weft_baselines::drift::{ChangePoint, FULL};
use weft_baselines::fan_out::Distinct;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::snapshot::encode;
use weft_baselines::{Categories, HourOfWeek, NoveltyParams, Volume, novelty, volume_tail};

const DAY_S: i64 = 86_400;

/// Processor time of this thread in seconds where Linux tells it (other work on the machine does not count), else wall time.
fn now(begin: Instant) -> f64 {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let on_cpu_ns: Option<f64> = schedstat.split(' ').next().and_then(|ns| ns.parse().ok());
    on_cpu_ns.map_or_else(|| begin.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Median of five runs of at least 0.1 s, in millions of calls a second; the argument counts up over all runs.
fn rate(mut call: impl FnMut(u64)) -> f64 {
    let (begin, mut calls) = (Instant::now(), 0);
    let mut runs: Vec<f64> = (0..5)
        .map(|_| {
            let (from, before) = (now(begin), calls);
            let mut batch = 1;
            while now(begin) - from < 0.1 {
                (calls..calls + batch).for_each(&mut call);
                calls += batch;
                batch = (batch * 2).min(100_000);
            }
            (calls - before) as f64 / (now(begin) - from) / 1e6
        })
        .collect();
    runs.sort_unstable_by(f64::total_cmp);
    runs.get(2).copied().unwrap_or(0.0)
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut rng = Rng::with_seed(1);
    writeln!(out, "{:14} {:>12} {:>12} {:>8}", "estimator", "M updates/s", "M scores/s", "bytes")?;
    let mut line =
        |name: &str, updates: f64, scores: f64, bytes: Vec<u8>| writeln!(out, "{name:14} {updates:12.3} {scores:12.3} {:8}", bytes.len());
    let prior = Rate::default();
    let mut counts = Counts::default();
    let updates = rate(|i| {
        black_box(counts.observe(i as i64 * 3600, 1.0, i % 7, 1.0, &prior));
    });
    let at = 1_500_000 * 3600;
    line(
        "counts",
        updates,
        rate(|i| {
            black_box(counts.predict(at, 1.0, &prior).upper(i % 30));
        }),
        encode(1, &counts).unwrap(),
    )?;

    let mut set = Distinct::default();
    let updates = rate(|_| {
        set.add(rng.u64(..));
    });
    line(
        "fan_out",
        updates,
        rate(|_| {
            black_box(set.estimate());
        }),
        encode(1, &set).unwrap(),
    )?;

    let (mut user, mut org) = (Categories::default(), Categories::default());
    (0..200_000).for_each(|_| org.add((4000.0 * rng.f64().powi(3)) as u32, FULL));
    let updates = rate(|_| user.add((40.0 * rng.f64().powi(3)) as u32, FULL));
    let scores = rate(|i| {
        black_box(novelty(&[Some(&user), Some(&org)], (i % 5000) as u32, NoveltyParams::default(), 1.0));
    });
    line("novelty", updates, scores, encode(1, &user).unwrap())?;

    let mut amounts = Volume::default();
    let updates = rate(|_| amounts.add((1e6 * rng.f64().powi(4)) as u64, FULL));
    let scores = rate(|i| {
        black_box(volume_tail(&[Some(&amounts)], i * 100, 20.0, 1.0));
    });
    line("volume", updates, scores, encode(1, &amounts).unwrap())?;

    let mut week = HourOfWeek::default();
    let updates = rate(|_| week.add(rng.usize(0..168), FULL));
    let scores = rate(|i| {
        black_box(week.tail(i as usize, 24.0));
    });
    line("hour_of_week", updates, scores, encode(1, &week).unwrap())?;

    let mut contacts = Contacts::default();
    let updates = rate(|i| contacts.add(i as i64 * 60_000 + rng.i64(0..20_000)));
    line(
        "periodicity",
        updates,
        rate(|_| {
            black_box(contacts.periodicity());
        }),
        encode(1, &contacts).unwrap(),
    )?;

    let mut fixed = FixedTime::default();
    let updates = rate(|i| fixed.add(i as i64 * 7200 + rng.i64(0..3000)));
    line(
        "fixed_time",
        updates,
        rate(|_| {
            black_box(fixed.test());
        }),
        encode(1, &fixed).unwrap(),
    )?;

    let mut pairs = CoRecipients::new(100_000, 90 * DAY_S);
    let mail = |rng: &mut Rng| {
        let team = rng.u32(0..500) * 8;
        [0; 5].map(|_| team + rng.u32(0..8))
    };
    let updates = rate(|i| pairs.learn(&mail(&mut rng), i as i64, 1.0));
    let scores = rate(|_| {
        black_box(pairs.surprise(&mail(&mut rng), 250_000, 0.5));
    });
    line("association", updates, scores, encode(1, &pairs).unwrap())?;

    let mut change = ChangePoint::default();
    let updates = rate(|i| {
        black_box(change.day(i as i64, (i % 5) as f64));
    });
    line(
        "drift",
        updates,
        rate(|i| {
            black_box(change.weight(i as i64, (i % 9) as f64));
        }),
        encode(1, &change).unwrap(),
    )?;
    Ok(())
}
