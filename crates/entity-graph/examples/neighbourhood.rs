//! What a neighbourhood costs: `cargo run --release -p weft-entity-graph --example neighbourhood [people]`. A company whose people use
//! twelve sites each out of many, popular ones more often, and share a few hubs; processor time of one thread a question.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prints its measurement")]

use weft_entity_graph::{Contact, EntityGraph, Touch};
use weft_model::{DAY_MS, Domain, Entity, EntityKind, EventRef, EventTime, EventUid, HOUR_MS, SmolStr, format_smolstr};

const SITES: u64 = 12;
const DAYS: i64 = 14;

/// Processor time of this thread (proc(5), schedstat), so that neighbours on the machine do not count.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// A stream of numbers that is always the same (SplitMix64).
fn number(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn main() {
    let people: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(50_000);
    let mut graph = EntityGraph::default();
    let before = cpu_seconds();
    let mut touches = 0u64;
    for person in 0..people {
        let (who, device) = (format_smolstr!("p{person}@corp.example"), format_smolstr!("lt-{person}"));
        graph.known(EntityKind::Person, &who);
        graph.known(EntityKind::Device, &device);
        for day in 0..DAYS {
            let at = EventTime(day * DAY_MS + 8 * HOUR_MS);
            graph.logon(&device, &who, at);
            for site in 0..SITES {
                // Two hubs that all use, two sites of a team of forty, the rest of a long tail.
                let name = match site {
                    0 | 1 => format!("hub{site}.example"),
                    2 | 3 => format!("team{}-{site}.example", person / 40),
                    _ => format!("site{}.example", number(person * SITES + site) % (people * 4)),
                };
                let event = EventRef { time: at, uid: EventUid(u128::from(touches).to_be_bytes()) };
                let touch = Touch { event, domain: Domain::Network, class_uid: 4001, by: device.clone(), contact: Contact::Use };
                graph.touch(&Entity::new(EntityKind::Domain, name), touch);
                touches += 1;
            }
        }
    }
    let each = (cpu_seconds() - before) / touches as f64;
    let (outside, ties, listed) = graph.sizes();
    println!("{people} people, {outside} places, {ties} ties, {listed} contacts listed; {:.2} microseconds a contact", each * 1e6);
    let (from, to) = (EventTime((DAYS - 3) * DAY_MS), EventTime(DAYS * DAY_MS));
    for hops in 1..=3 {
        let asked = 2_000u64;
        let mut found = 0;
        let before = cpu_seconds();
        for i in 0..asked {
            let person = SmolStr::from(format!("p{}@corp.example", number(i) % people));
            found += graph.neighbours(&Entity::new(EntityKind::Person, person), hops, from, to).len();
        }
        let each = (cpu_seconds() - before) / asked as f64;
        println!("{hops} steps: {:.1} microseconds, {:.1} neighbours", each * 1e6, found as f64 / asked as f64);
    }
    let asked = 2_000u64;
    let before = cpu_seconds();
    let mut found = 0;
    for i in 0..asked {
        found += graph.domains_touched_by(&format!("lt-{}", number(i) % people), from, to).len();
    }
    let each = (cpu_seconds() - before) / asked as f64;
    println!("domains of a device: {:.1} microseconds, {:.1} found", each * 1e6, found as f64 / asked as f64);
}
