//! Short texts embedded a second on one core: `cargo run --release --example speed -p weft-topic`.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement prints and reads the clock"
)]

use std::hint::black_box;
use std::time::Instant;

fn main() {
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/topic/evaluation.tsv")).unwrap();
    for language in ["en", "ja"] {
        let texts: Vec<&str> =
            file.lines().filter(|line| line.contains(&format!("\t{language}\t"))).filter_map(|line| line.rsplit('\t').next()).collect();
        black_box(texts.first().and_then(|text| weft_topic::embed(text)));
        let mut rates: Vec<f64> = (0..5)
            .map(|_| {
                let start = Instant::now();
                (0..400).for_each(|_| {
                    texts.iter().for_each(|text| {
                        black_box(weft_topic::embed(text));
                    })
                });
                400.0 * texts.len() as f64 / start.elapsed().as_secs_f64()
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        println!("{language}: {:.0} texts/s (median of 5, {:.0} to {:.0})", rates[2], rates[0], rates[4]);
    }
}
