//! Cost per indicator as their number grows, and how large chance clusters get: `cargo run --release --example scale -p weft-stitcher`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement for people")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;
use support::Tenant;
use weft_stitcher::{Constraints, stitch};

fn main() {
    let largest: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for a_day in [1000, 10_000] {
        println!("{a_day} a day:  indicators  seconds  us each  clusters  largest");
        let mut total = 1000;
        while total <= largest {
            let days = (total / a_day).max(1) as i64;
            let tenant = Tenant::new(2000, 10_000, days);
            let mut indicators = tenant.noise(7, a_day, days);
            indicators.truncate(total);
            let start = Instant::now();
            let priors = tenant.priors(a_day);
            let clusters = stitch(&indicators, &tenant.graph, &priors, &Constraints::default()).clusters;
            let seconds = start.elapsed().as_secs_f64();
            let most = clusters.iter().map(|cluster| cluster.members.len()).max().unwrap_or(0);
            let members: Vec<Vec<&usize>> = clusters.iter().map(|cluster| cluster.members.iter().collect()).collect();
            let hash = weft_model::IncidentUid::of("x", &[format!("{members:?}").as_bytes()]);
            println!("  {total:>20} {seconds:>8.3} {:>8.1} {:>9} {most:>8}  {hash}", seconds * 1e6 / total as f64, clusters.len());
            total *= 10;
        }
    }
}
