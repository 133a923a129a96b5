//! Prints how often beacons are found and how often Poisson streams are flagged. `cargo run --release --example beacons -p weft-baselines`
#![allow(clippy::indexing_slicing)]

use fastrand::Rng;
use std::io::Write;
use weft_baselines::periodicity::{Contacts, moran, trimmed_ratio};

const START_MS: f64 = 1_700_000_000_000.0;

fn exponential(rng: &mut Rng) -> f64 {
    -(1.0 - rng.f64()).ln()
}

/// `n` times from gaps in seconds.
fn stream(n: usize, mut gap: impl FnMut() -> f64) -> Vec<f64> {
    let mut time = START_MS / 1000.0;
    (0..n)
        .map(|_| {
            time += gap();
            time
        })
        .collect()
}

fn contacts(times_s: &[f64], step_ms: i64) -> Contacts {
    let mut contacts = Contacts::default();
    times_s.iter().for_each(|t| contacts.add((t * 1000.0) as i64 / step_ms * step_ms));
    contacts
}

/// Human traffic over the span of `times`, as many contacts: Poisson, or in bursts of 6 on average a few seconds apart.
fn with_people(rng: &mut Rng, mut times: Vec<f64>, burst: bool) -> Vec<f64> {
    let (n, first, last) = (times.len(), times[0], times[times.len() - 1]);
    let mut left = n;
    while left > 0 {
        let mut at = first + rng.f64() * (last - first);
        let size = if burst { rng.usize(1..12).min(left) } else { 1 };
        for _ in 0..size {
            times.push(at);
            at += 4.0 * exponential(rng);
        }
        left -= size;
    }
    times
}

fn found(runs: usize, mut make: impl FnMut(usize) -> Contacts) -> String {
    let (mut all, mut tests) = (0, [0; 3]);
    for run in 0..runs {
        let p = make(run).periodicity();
        all += usize::from(p.p < 1e-4);
        for (count, test) in tests.iter_mut().zip([p.gaps, p.trimmed_gaps, p.folded]) {
            *count += usize::from(test * 3.0 < 1e-4);
        }
    }
    let share = |count: usize| 100.0 * count as f64 / runs as f64;
    format!("{:6.1} %   (gaps {:5.1}, trimmed {:5.1}, folded {:5.1})", share(all), share(tests[0]), share(tests[1]), share(tests[2]))
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut rng = Rng::with_seed(7);
    let runs = 2000;
    writeln!(out, "found at p < 1e-4, {runs} runs, period 300 s, times in whole seconds")?;
    for j in [0.0, 0.1, 0.3, 0.5, 0.7, 0.9] {
        let line = found(runs, |_| contacts(&stream(40, || 300.0 * (1.0 - j * rng.f64())), 1000));
        writeln!(out, "T(1-jU), 40 contacts, j={j}:            {line}")?;
    }
    for j in [0.3, 0.5, 0.9, 1.0] {
        let line = found(runs, |_| contacts(&stream(60, || 300.0 * (1.0 + j * (2.0 * rng.f64() - 1.0))), 1000));
        writeln!(out, "T+-jT, 60 contacts, j={j}:              {line}")?;
    }
    for (n, j) in [(40, 0.0), (40, 0.3), (40, 0.5), (40, 0.9), (60, 0.9), (100, 0.9)] {
        let line = found(runs, |_| {
            let times = stream(n * 2, || 300.0 * (1.0 - j * rng.f64()));
            let kept: Vec<f64> = times.into_iter().filter(|_| rng.f64() > 0.15).take(n).collect();
            contacts(&kept, 1000)
        });
        writeln!(out, "T(1-jU), {n} contacts, 15 % missed, j={j}: {line}")?;
    }
    for (burst, name) in [(false, "Poisson"), (true, "bursty")] {
        for n in [60, 120] {
            let line = found(runs, |_| {
                let times = stream(n, || 300.0);
                contacts(&with_people(&mut rng, times, burst), 1000)
            });
            writeln!(out, "j=0, {n} contacts under as many {name}: {line}")?;
        }
    }
    let line = found(runs, |_| {
        let mut day = 0;
        contacts(
            &stream(60, || {
                day += 1;
                600.0 * (1.0 - 0.2 * rng.f64()) + if day % 30 == 0 { 50_000.0 } else { 0.0 }
            }),
            1000,
        )
    });
    writeln!(out, "j=0.2, off at night, 60 contacts:        {line}")?;

    writeln!(out, "\nratio of false positives to nominal under Poisson (1 is exact, below is quiet)")?;
    for n in [10, 20, 40, 200] {
        let trials = if n == 200 { 1_000_000 } else { 2_000_000 };
        let mut counts = [[0u32; 3]; 2];
        for _ in 0..trials {
            let mut gaps: Vec<f64> = (0..n).map(|_| exponential(&mut rng)).collect();
            gaps.sort_unstable_by(f64::total_cmp);
            for (row, p) in counts.iter_mut().zip([moran(&gaps), trimmed_ratio(&gaps)]) {
                for (count, limit) in row.iter_mut().zip([1e-2, 1e-3, 1e-4]) {
                    *count += u32::from(p < limit);
                }
            }
        }
        for (name, row) in ["gaps", "trimmed"].iter().zip(counts) {
            let ratio = |k: usize, limit: f64| f64::from(row[k]) / (trials as f64 * limit);
            writeln!(out, "{name:8} n={n:3} {trials} trials: {:.3} {:.3} {:.3}", ratio(0, 1e-2), ratio(1, 1e-3), ratio(2, 1e-4))?;
        }
    }
    for (name, n, mean, step, burst) in [
        ("Poisson, mean gap 0.3 s in whole s", 100, 0.3, 1000, false),
        ("Poisson, mean gap 3 s in whole s", 100, 3.0, 1000, false),
        ("Poisson, mean gap 300 s in ms", 40, 300.0, 1, false),
        ("Poisson, mean gap 300 s in whole s", 240, 300.0, 1000, false),
        ("Poisson, mean gap 2 h in ms", 100, 7200.0, 1, false),
        ("bursts of people, 240 contacts", 120, 300.0, 1000, true),
    ] {
        let trials = 20_000;
        let (mut all, mut folded) = ([0u32; 3], [0u32; 3]);
        for _ in 0..trials {
            let mut times = stream(n, || mean * exponential(&mut rng));
            if burst {
                times = with_people(&mut rng, times, true);
            }
            let p = contacts(&times, step).periodicity();
            for (k, limit) in [1e-2, 1e-3, 1e-4].into_iter().enumerate() {
                all[k] += u32::from(p.p < limit);
                folded[k] += u32::from(p.folded < limit);
            }
        }
        let show = |c: [u32; 3]| {
            format!(
                "{:.3} {:.3} {:.3}",
                f64::from(c[0]) / (trials as f64 * 1e-2),
                f64::from(c[1]) / (trials as f64 * 1e-3),
                f64::from(c[2]) / (trials as f64 * 1e-4)
            )
        };
        writeln!(out, "{name:36} {trials} trials: all {}   folded {}", show(all), show(folded))?;
    }
    Ok(())
}
