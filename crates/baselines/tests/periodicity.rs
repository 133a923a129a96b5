//! Beacons are found and Poisson streams are not: the promises of the periodicity tests, by simulation with fixed seeds.

use fastrand::Rng;
use weft_baselines::periodicity::{Contacts, moran, trimmed_ratio};

fn exponential(rng: &mut Rng) -> f64 {
    -(1.0 - rng.f64()).ln()
}

/// Contacts from gaps in seconds, times in steps of `step_ms`.
fn contacts(n: usize, step_ms: i64, mut gap_s: impl FnMut() -> f64) -> Contacts {
    let (mut time, mut contacts) = (1_700_000_000_123.0, Contacts::default());
    for _ in 0..n {
        time += gap_s() * 1000.0;
        contacts.add(time as i64 / step_ms * step_ms);
    }
    contacts
}

fn share_found(runs: usize, mut make: impl FnMut() -> Contacts) -> f64 {
    (0..runs).filter(|_| make().periodicity().p < 1e-4).count() as f64 / runs as f64
}

#[test]
fn jittered_beacons_are_found_after_40_contacts() {
    let mut rng = Rng::with_seed(11);
    for (j, floor) in [(0.0, 0.95), (0.2, 0.95), (0.5, 0.95), (0.9, 0.90)] {
        for step in [1, 1000] {
            let found = share_found(400, || contacts(40, step, || 60.0 * (1.0 - j * rng.f64())));
            assert!(found >= floor, "j = {j}, steps of {step} ms: {found}");
        }
    }
    for j in [0.2, 0.5] {
        let found = share_found(300, || contacts(60, 1000, || 60.0 * (1.0 + j * (2.0 * rng.f64() - 1.0))));
        assert!(found >= 0.95, "T +- {j} T: {found}");
    }
}

#[test]
fn a_beacon_under_as_much_human_traffic_is_found() {
    let mut rng = Rng::with_seed(12);
    let found = share_found(60, || {
        let mut hidden = contacts(120, 1000, || 300.0);
        for _ in 0..30 {
            let click = 1_700_000_000_000 + rng.i64(0..120 * 300_000);
            (0..4).for_each(|i| hidden.add(click + i * rng.i64(500..5000)));
        }
        assert_eq!(hidden.len(), 240);
        hidden
    });
    assert!(found >= 0.95, "{found}");
}

#[test]
fn the_period_is_named() {
    let mut rng = Rng::with_seed(13);
    let test = contacts(100, 1000, || 600.0 * (1.0 - 0.02 * rng.f64())).periodicity();
    assert!((580_000.0..605_000.0).contains(&test.period_ms), "{test:?}");
}

#[test]
fn the_gap_tests_are_exact_under_poisson() {
    let mut rng = Rng::with_seed(14);
    let (mut counts, trials) = ([[0u32; 3]; 2], 1_000_000);
    for _ in 0..trials {
        let mut gaps: Vec<f64> = (0..24).map(|_| exponential(&mut rng)).collect();
        gaps.sort_unstable_by(f64::total_cmp);
        for (row, p) in counts.iter_mut().zip([moran(&gaps), trimmed_ratio(&gaps)]) {
            for (count, limit) in row.iter_mut().zip([1e-2, 1e-3, 1e-4]) {
                *count += u32::from(p < limit);
            }
        }
    }
    for row in counts {
        for (count, limit, slack) in [(row[0], 1e-2, 0.05), (row[1], 1e-3, 0.12), (row[2], 1e-4, 0.35)] {
            let ratio = f64::from(count) / (f64::from(trials) * limit);
            assert!((1.0 - slack..=1.0 + slack).contains(&ratio), "{ratio} of nominal at {limit}");
        }
    }
}

#[test]
fn poisson_streams_of_any_rate_and_clock_are_quiet() {
    let mut rng = Rng::with_seed(15);
    for (mean_s, step) in [(0.2, 1000), (2.0, 1000), (100.0, 1), (100.0, 1000), (5000.0, 1)] {
        let flagged = (0..2000).filter(|_| contacts(60, step, || mean_s * exponential(&mut rng)).periodicity().p < 0.01).count();
        assert!(flagged <= 30, "{flagged} of 2000 at a mean of {mean_s} s in steps of {step} ms");
    }
}

#[test]
fn order_does_not_matter_and_state_survives() {
    let mut rng = Rng::with_seed(16);
    let mut times: Vec<i64> = (0..400).map(|_| rng.i64(0..10_000_000)).collect();
    let build = |times: &[i64]| {
        let mut contacts = Contacts::default();
        times.iter().for_each(|t| contacts.add(*t));
        contacts
    };
    let one = build(&times);
    rng.shuffle(&mut times);
    assert_eq!(one, build(&times));
    let mut merged = build(&times[..150]);
    merged.merge(&build(&times[150..]));
    assert_eq!(one, merged);
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(one, serde_json::from_str(&json).unwrap());
}
