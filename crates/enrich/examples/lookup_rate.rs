//! Measures look-ups a second on one core: `cargo run --release -p weft-enrich --example lookup_rate [FOLDER]`, FOLDER being an
//! enrichment folder. Knows no target: the figure is for the reader.
#![allow(clippy::print_stdout, reason = "prints its measurement")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Instant;

const ROUNDS: u32 = 4_000_000;

fn main() -> Result<(), weft_enrich::EnrichError> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from);
    let begin = Instant::now();
    let (enricher, notes) = weft_enrich::load(dir.as_deref())?;
    println!("loaded in {:.3} s", begin.elapsed().as_secs_f64());
    for note in notes {
        println!("{}", note.text);
    }
    let rate = |what: &str, ask: &dyn Fn(u32)| {
        let begin = Instant::now();
        (0..ROUNDS).for_each(ask);
        println!("{what}: {:.2} million/s", f64::from(ROUNDS) / begin.elapsed().as_secs_f64() / 1e6);
    };
    // A multiplicative walk visits the whole address space, the worst case for the processor's caches.
    rate("addresses, spread over all of IPv4", &|n| {
        black_box(enricher.ip(IpAddr::V4(Ipv4Addr::from(n.wrapping_mul(2_654_435_761)))));
    });
    rate("addresses, 256 of them again and again", &|n| {
        black_box(enricher.ip(IpAddr::V4(Ipv4Addr::from((n % 256).wrapping_mul(16_777_259)))));
    });
    let hosts = ["www.example.com", "a.b.example.co.jp", "fabrikam-my.sharepoint.com", "alice.github.io", "mail.example.org", "bit.ly"];
    rate("host names", &|n| {
        black_box(hosts.get(n as usize % hosts.len()).map(|host| enricher.domain(host)));
    });
    Ok(())
}
