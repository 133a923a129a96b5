//! Cost per indicator as their number grows, how large chance clusters get, and the rate with many open incidents:
//! `cargo run --release --example scale -p weft-stitcher [LARGEST]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement for people")]

#[path = "../tests/support/mod.rs"]
mod support;

use support::{Draws, Tenant, incidents, sorted, takeover};
use weft_model::Indicator;
use weft_stitcher::{Cluster, Constraints, stitch};

/// Processor time of this thread (proc(5), schedstat), so that neighbours on the machine do not count.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Stitches, prints a line and the rate.
fn measure(tenant: &Tenant, a_day: usize, indicators: &[Indicator]) -> Vec<Cluster> {
    let start = cpu_seconds();
    let clusters = stitch(indicators, &tenant.graph, &tenant.priors(a_day), &Constraints::default()).clusters;
    let seconds = cpu_seconds() - start;
    let total = indicators.len();
    let most = clusters.iter().map(|cluster| cluster.members.len()).max().unwrap_or(0);
    let incidents = incidents(&clusters, indicators);
    let share = incidents.iter().max().copied().unwrap_or(0) as f64 / total as f64;
    let (each, rate) = (seconds * 1e6 / total as f64, total as f64 / seconds);
    let (count, open) = (clusters.len(), incidents.len());
    println!("  {total:>10} {seconds:>12.3} {each:>8.1} {rate:>10.0} {count:>9} {most:>8} {open:>10} {share:>14.4}");
    clusters
}

fn heading(what: &str) {
    println!("{what}:\n  indicators  CPU seconds  us each      a s  clusters  largest  incidents  largest share");
}

fn main() {
    let largest: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for a_day in [1000, 10_000] {
        heading(&format!("{a_day} chance indicators a day, 2,000 people"));
        let mut total = 1000;
        while total <= largest {
            let days = (total / a_day).max(1) as i64;
            let tenant = Tenant::new(2000, 10_000, days);
            let mut indicators = tenant.noise(7, a_day, days);
            indicators.truncate(total);
            measure(&tenant, a_day, &indicators);
            total *= 10;
        }
    }
    // Attacks of three steps on their own people, sites and addresses, among chance.
    heading("10,000 attacks and 1,000 chance indicators a day in 45 days, 30,000 people");
    let (attacks, days, a_day) = (10_000, 45, 1000);
    let tenant = Tenant::new(30_000, 10_000, days);
    let mut draws = Draws { seed: 5, count: 0 };
    let mut all = tenant.noise(7, a_day, days);
    for attack in 0..attacks {
        let victim = attack * 2 + 5;
        let start = draws.below(days as usize * 1440 - 300) as i64;
        let address = format!("198.18.{}.{}", attack / 250, attack % 250);
        all.extend(takeover(&format!("p{victim}"), &format!("d{victim}"), &format!("odd{attack}.example"), &address, start));
    }
    let indicators = sorted(all);
    let clusters = measure(&tenant, a_day, &indicators);
    let is_attack = |index: &usize| !indicators[*index].title.starts_with("noise");
    let whole = clusters.iter().filter(|cluster| cluster.members.iter().filter(|index| is_attack(index)).count() == 3).count();
    println!("  {whole} of {attacks} attacks in one cluster each");
}
