//! Cost per indicator as their number grows, and how large chance clusters get: `cargo run --release --example scale -p weft-stitcher`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement for people")]

#[path = "../tests/support/mod.rs"]
mod support;

use support::{Tenant, incidents};
use weft_stitcher::{Constraints, stitch};

/// Processor time of this thread (proc(5), schedstat), so that neighbours on the machine do not count.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn main() {
    let largest: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for a_day in [1000, 10_000] {
        println!("{a_day} a day:  indicators  CPU seconds  us each  clusters  largest  incidents  largest share");
        let mut total = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(1000);
        while total <= largest {
            let days = (total / a_day).max(1) as i64;
            let tenant = Tenant::new(2000, 10_000, days);
            let mut indicators = tenant.noise(7, a_day, days);
            indicators.truncate(total);
            let start = cpu_seconds();
            let priors = tenant.priors(a_day);
            let clusters = stitch(&indicators, &tenant.graph, &priors, &Constraints::default()).clusters;
            let seconds = cpu_seconds() - start;
            let most = clusters.iter().map(|cluster| cluster.members.len()).max().unwrap_or(0);
            let incidents = incidents(&clusters, &indicators);
            let share = incidents.iter().max().copied().unwrap_or(0) as f64 / total as f64;
            let each = seconds * 1e6 / total as f64;
            let (clusters, count) = (clusters.len(), incidents.len());
            println!("  {total:>20} {seconds:>12.3} {each:>8.1} {clusters:>9} {most:>8} {count:>10} {share:>14.4}");
            total *= 10;
        }
    }
}
