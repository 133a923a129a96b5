//! Beacons of several periods and jitters planted into a network's logs: does the periodicity test put them before everything real?

use crate::contact::{contacts, ranked};
use crate::support::{corpus, read_all};
use weft_baselines::periodicity::Contacts;

const PERIODS_S: [f64; 5] = [15.0, 30.0, 60.0, 120.0, 300.0];
const JITTERS: [f64; 5] = [0.0, 0.1, 0.3, 0.5, 0.9];
/// Beacons of each period and jitter.
const RUNS: u64 = 20;
/// The logs are of two hours; connections that were open before carry earlier times.
const SPAN_MS: i64 = 2 * 3_600_000;
/// Share of all beacons with p below that of any real pair, their mean rank, and the share of random streams with p as small.
const FLOOR_FIRST: f64 = 0.99;
const CEILING_MEAN_RANK: f64 = 1.05;
const CEILING_RANDOM: f64 = 0.02;

/// A number in [0, 1), SplitMix64.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut x = *state;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Contacts until `end_ms` whose gaps, in periods, follow `gap` of a number in [0, 1); the first within one period.
fn stream(seed: u64, end_ms: i64, period_s: f64, gap: impl Fn(f64) -> f64) -> Contacts {
    let (mut state, mut contacts) = (seed ^ period_s.to_bits(), Contacts::default());
    let mut at = (end_ms - SPAN_MS) as f64 + 1000.0 * period_s * uniform(&mut state);
    while at < end_ms as f64 {
        contacts.add(at as i64);
        at += 1000.0 * period_s * gap(uniform(&mut state));
    }
    contacts
}

#[test]
fn planted_beacons_rank_first() {
    let Some(folder) = corpus("zeek/rita/proxy_rolling") else { return };
    let inputs = read_all(&[folder]);
    assert!(inputs.events.len() > 1_000, "{} events", inputs.events.len());
    let end_ms = inputs.events.iter().map(|event| event.time.0).max().unwrap();
    let real = contacts(&inputs.events);
    let real = ranked(&real);
    eprintln!("zeek/rita proxy_rolling: {} events, {} pairs that leave the network", inputs.events.len(), real.len());
    eprintln!("  the most regular real pairs (no scores are in the data):");
    for (p, n, (source, host)) in real.iter().take(8) {
        eprintln!("    p {p:.1e}  {n:3} contacts  {source} {host}");
    }
    eprintln!("  beacons ahead of every real pair, mean rank of the beacon among the real pairs");
    let (mut first, mut ranks, mut all) = (0, 0, 0);
    for period_s in PERIODS_S {
        let mut line = format!("    every {period_s:3.0} s:");
        for jitter in JITTERS {
            let (mut here, mut rank_sum) = (0, 0);
            for seed in 0..RUNS {
                let p = stream(seed, end_ms, period_s, |u| 1.0 - jitter * u).periodicity().p;
                let rank = 1 + real.iter().take_while(|(other, ..)| *other <= p).count();
                here += usize::from(rank == 1);
                rank_sum += rank;
            }
            line += &format!("  j {jitter:.1} {here:2} of {RUNS}, {:.1}", rank_sum as f64 / RUNS as f64);
            (first, ranks, all) = (first + here, ranks + rank_sum, all + RUNS as usize);
        }
        eprintln!("{line}");
    }
    let smallest = real.first().unwrap().0;
    let random = PERIODS_S.iter().flat_map(|period_s| (0..RUNS * 5).map(move |seed| stream(seed, end_ms, *period_s, |u| -(1.0 - u).ln())));
    let random = random.filter(|contacts| contacts.periodicity().p < smallest).count() as f64 / (RUNS * 25) as f64;
    let (share, mean) = (first as f64 / all as f64, ranks as f64 / all as f64);
    eprintln!(
        "  {first} of {all} beacons first ({:.1} %), mean rank {mean:.2} among {} real pairs; random streams of the same rates first: {:.1} %",
        100.0 * share,
        real.len(),
        100.0 * random
    );
    assert!(share >= FLOOR_FIRST && mean <= CEILING_MEAN_RANK && random <= CEILING_RANDOM, "{share} {mean} {random}");
}
