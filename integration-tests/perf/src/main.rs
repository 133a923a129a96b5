//! Measures the engine on one core: events a second through resolve, features, baselines and all models, with everybody warm and the
//! state in memory. `cargo run --release -p weft-perf -- [--people N] [--events N] [--csv FILE]`
//!
//! Prints what an event changes, one line a measured hour, and the median. `--csv` writes the measured events (time in
//! milliseconds, source, destination, bytes) for the peers of `integration-tests/perf` and measures nothing. `--flood N` lets N devices
//! come once each afterwards and counts the warm ones that are left. `--zipf N --total EVENTS` is another measurement: N devices by Zipf's
//! law, with memory at every tenth of the way. `--profile-mib N` caps the profiles, `--spill DIR` gives a folder to those that do not fit, `--day-mib N` and
//! `--contact-mib N` cap what is open of a day, and contacts.
#![allow(clippy::print_stdout, reason = "prints its measurement")]

mod memory;
mod stream;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use stream::Stream;
use weft_correlator::{Engine, Knowledge, Pipeline, Progress, snapshot};
use weft_indicators::{Extracted, FeatureKind, Settings};
use weft_model::{Body, Directory, Event};
use weft_stitcher::Alert;

/// A Monday, 00:00 UTC, in hours since the epoch.
const START: i64 = 490_848;
/// Days of warming up, of which each has this many hours of events: models speak after three days of warm-up and three of lag.
const WARM_DAYS: i64 = 8;
const WARM_HOURS: i64 = 1;
const MEASURED_HOURS: i64 = 3;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

/// Processor time of this thread in seconds (Linux): what else runs on the machine does not count.
fn cpu_s() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse::<f64>()? / 1e9)
}

/// Memory of this process now and at most so far.
fn memory_mib() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn knowledge(stream: &Stream) -> Result<Knowledge, Failure> {
    let tables = weft_enrich::load(std::env::var_os("WEFT_ENRICH_DIR").map(PathBuf::from).as_deref())?.0;
    Ok(Knowledge {
        directory: Arc::new(Directory::new(stream.directory())),
        enricher: Arc::new(tables),
        models: Arc::new(weft_indicators::builtin()?.active()),
        rules: Arc::new(weft_sigma::builtin(&weft_indicators::builtin()?)?.active(false)),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    })
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (mut people, mut events, mut csv) = (50_000, 200_000, None);
    let mut options = memory::Options { total: 10_000_000, ..memory::Options::default() };
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--people" => people = value.parse()?,
            "--events" => events = value.parse()?,
            "--csv" => csv = Some(PathBuf::from(value)),
            "--zipf" => options.zipf = Some(value.parse()?),
            "--total" => options.total = value.parse()?,
            "--flood" => options.flood = Some(value.parse()?),
            "--contact-mib" => options.contact_mib = Some(value.parse()?),
            "--day-mib" => options.day_mib = Some(value.parse()?),
            "--profile-mib" => options.profile_mib = Some(value.parse()?),
            "--spill" => options.spill = Some(PathBuf::from(value)),
            _ => return Err(format!("unknown option {argument}").into()),
        }
    }
    options.events = events;
    if let Some(entities) = options.zipf {
        return memory::zipf(&options, entities);
    }
    let mut stream = Stream::new(people, 1);
    let measured = |stream: &mut Stream, hour: i64| stream.hour(START + WARM_DAYS * 24 + 9 + hour, events);
    if let Some(path) = csv {
        let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
        for event in (0..MEASURED_HOURS).flat_map(|hour| measured(&mut stream, hour)) {
            write_row(&mut out, &event)?;
        }
        return Ok(out.flush()?);
    }
    let knowledge = knowledge(&stream)?;
    let models = knowledge.models.clone();
    let mut engine = Engine::new(knowledge.clone());
    options.apply(&mut engine)?;
    for hour in (0..WARM_DAYS).flat_map(|day| (0..WARM_HOURS).map(move |hour| day * 24 + 9 + hour)) {
        engine.hour(&stream.hour(START + hour, events));
    }
    println!("{} entities warm, {} models, {:.0} MiB resident", people * 2, models.models.len(), memory_mib().0);
    let mut rates = Vec::new();
    for hour in 0..MEASURED_HOURS {
        let events = measured(&mut stream, hour);
        if hour == 0 {
            print_mix(&engine.extracted(&events), &models.models, events.len());
        }
        let before = cpu_s()?;
        engine.hour(&events);
        let rate = events.len() as f64 / (cpu_s()? - before);
        println!("hour {hour}: {rate:.0} events/s, {} indicators changed", engine.changed().count());
        rates.push(rate);
    }
    rates.sort_by(f64::total_cmp);
    let rate = rates.get(rates.len() / 2).copied().unwrap_or(0.0);
    let (resident, profiles) = (memory_mib().0, engine.profiles());
    println!("median {rate:.0} events/s per core, {resident:.0} MiB resident");
    println!("{} profiles, {} bytes each on average", profiles.resident, profiles.bytes / profiles.resident.max(1));
    match options.flood {
        Some(count) => memory::flood(&options, &mut engine, &mut stream, START + (WARM_DAYS + 1) * 24, count),
        None => measure_snapshot(engine, knowledge, rate),
    }
}

/// What a snapshot of the state costs, and how many events a second are left when one is written every ten minutes at that rate.
fn measure_snapshot(engine: Engine, knowledge: Knowledge, rate: f64) -> Result<(), Failure> {
    const EVERY_S: f64 = 600.0;
    let path = std::env::temp_dir().join(format!("weft-perf-{}.weft-state", std::process::id()));
    let fingerprint = snapshot::fingerprint(&knowledge);
    let pipeline = Pipeline::restored(engine, Progress::default(), START);
    let before = cpu_s()?;
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
    snapshot::write(&pipeline, fingerprint, &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    let write_s = cpu_s()? - before;
    drop(pipeline);
    let bytes = std::fs::metadata(&path)?.len();
    let before = cpu_s()?;
    let mut input = std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(&path)?);
    let read = snapshot::read(&mut input, knowledge, fingerprint);
    let read_s = cpu_s()? - before;
    std::fs::remove_file(&path)?;
    read?;
    println!("snapshot: {:.1} MiB, written in {write_s:.2} s, read in {read_s:.2} s (processor time)", bytes as f64 / (1 << 20) as f64);
    println!("with one every {EVERY_S:.0} s: {:.0} events/s per core", rate * EVERY_S / (EVERY_S + write_s));
    Ok(())
}

/// What the hour changes, for an event on average: estimators (an entity's own, its peer group's, everybody's, each by itself), entries of the open
/// day, and contacts. Days that are learned when they close, and what is only looked up, are not in it.
fn print_mix(hour: &Extracted, models: &[weft_indicators::Model], events: usize) {
    let mut mix: BTreeMap<&str, usize> = BTreeMap::from([("contacts", hour.touches.len())]);
    let (mut taught, mut scored) = (BTreeSet::new(), BTreeSet::new());
    for fact in &hour.facts {
        let actor = fact.actor().map(|actor| &actor.key);
        for (index, model) in models.iter().enumerate().filter(|(_, m)| m.on == fact.kind && m.conditions.iter().all(|c| c.holds(fact))) {
            let Some(subject) = fact.get(model.subject) else { continue };
            let is_judged = model.judged.iter().all(|condition| condition.holds(fact));
            if is_judged {
                *mix.entry("open day").or_default() += 1;
                *mix.entry("highest of the day").or_default() += usize::from(scored.insert((index, actor, subject)));
            }
            let levels = 1 + usize::from(model.has_habits()) + usize::from(fact.peer.is_some());
            for (position, feature) in model.features.iter().enumerate() {
                let (kind, count) = match &feature.measure {
                    // Once an hour.
                    FeatureKind::Novelty(field) => match fact.get(*field) {
                        Some(value) if taught.insert((index, position, actor, subject, value)) => ("novelty", levels),
                        _ => continue,
                    },
                    FeatureKind::Volume(_) => ("volume", levels),
                    FeatureKind::HourOfWeek(_) => ("hour of week", levels),
                    FeatureKind::Topic(_) => ("topic", 1),
                    FeatureKind::Distinct(_) | FeatureKind::Association(_) | FeatureKind::Ordered(_) if is_judged => {
                        ("values of the day", 1)
                    }
                    FeatureKind::Periodicity(_) | FeatureKind::FixedTime(_) if is_judged => ("times", 1),
                    _ => continue,
                };
                *mix.entry(kind).or_default() += count;
            }
        }
    }
    let share = |count: usize| count as f64 / events.max(1) as f64;
    let parts: Vec<String> = mix.iter().map(|(kind, count)| format!("{kind} {:.2}", share(*count))).collect();
    println!("updates an event: {:.2} ({}); facts an event: {:.2}", share(mix.values().sum()), parts.join(", "), share(hour.facts.len()));
}

fn write_row(out: &mut impl Write, event: &Event) -> std::io::Result<()> {
    let text = |value: Option<std::net::IpAddr>| value.map(|ip| ip.to_string()).unwrap_or_default();
    let (source, destination, bytes) = match &event.body {
        Body::Dns(dns) => (text(dns.src_endpoint.ip), dns.hostname.clone(), 0),
        Body::Network(flow) => (text(flow.src_endpoint.ip), text(flow.dst_endpoint.ip), flow.traffic.bytes_out),
        Body::Http(http) => (text(http.src_endpoint.ip), http.host.clone(), 0),
        Body::Authentication(logon) => (logon.user.email_addr.clone().unwrap_or_default(), text(logon.src_endpoint.ip), 0),
        Body::FileHosting(file) => {
            let who = file.actor.user.as_ref().and_then(|user| user.email_addr.clone());
            (who.unwrap_or_default(), file.file_name.clone(), 0)
        }
        Body::Email(mail) => (mail.to.first().cloned().unwrap_or_default(), mail.from.clone(), mail.size),
        _ => return Ok(()),
    };
    writeln!(out, "{},{source},{destination},{bytes}", event.time.0)
}
