//! How many events a second one core makes directly, and in how much memory: `rate SCENARIO PEOPLE DAYS [SEED]`. Each event is encoded and
//! thrown away; with a folder as fifth argument everything is written there. With `WEFT_HASH` set the events are hashed too, so that two
//! versions of the simulator can be compared.
//!
//! Prints processor time (user and system, Linux), not the time on the wall.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement that fails loudly")]

use std::path::Path;
use weft_simulator::{Options, Simulation, simulate_events};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// User and system time of this process in seconds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |field: usize| after.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory now and at its highest, MB.
fn memory_mb() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [scenario, people, days, rest @ ..] = arguments.as_slice() else {
        println!("rate SCENARIO PEOPLE DAYS [SEED [FOLDER]]");
        return;
    };
    let seed = rest.first().map_or(1, |seed| seed.parse().unwrap());
    let options =
        Options { scenario: scenario.clone(), seed, people: people.parse().unwrap(), days: days.parse().unwrap(), ..Options::default() };
    let report = |done: u64, total: u64| {
        let (now, peak) = memory_mb();
        if done.is_multiple_of(5) || done == total {
            println!("day {done}: {:.1} s of processor time, {now} MB, {peak} MB at most", cpu_s());
        }
    };
    let is_hashed = std::env::var_os("WEFT_HASH").is_some();
    let mut hasher = blake3::Hasher::new();
    let (mut events, mut bytes) = (0u64, 0u64);
    if let Some(folder) = rest.get(1) {
        events = simulate_events(&options, Path::new(folder), &mut |done, total| report(done, total)).unwrap().events;
    } else {
        let simulation = Simulation::new(&options).unwrap();
        println!("founded: {:.1} s, {} MB", cpu_s(), memory_mb().0);
        let mut each = |event: &[u8]| {
            events += 1;
            bytes += event.len() as u64;
            if is_hashed {
                hasher.update(event);
            }
        };
        simulation.run_encoded(&mut each, &mut |done, total| report(done, total)).unwrap();
    }
    let seconds = cpu_s();
    println!(
        "{scenario}, {people} people, {days} days, seed {seed}: {events} events, {bytes} bytes, {seconds:.2} s, {:.0} events/s, {}",
        events as f64 / seconds,
        hasher.finalize().to_hex()
    );
}
