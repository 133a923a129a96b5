//! `weft simulate`: writes a scenario as raw inputs, or as events.

use crate::args::Simulate;
use crate::exit::{Code, usage};
use crate::ingest;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use weft_simulator::{Clocks, Delivery, Options, SimulateError, Summary, about, scenarios, simulate, simulate_events};

/// Runs the command.
pub fn run(options: &Simulate) -> anyhow::Result<Code> {
    let (Some(name), Some(folder), false) = (&options.name, &options.out, options.list) else { return list() };
    let about = about(name).map_err(refused)?;
    let wanted = Options {
        scenario: name.clone(),
        seed: options.seed,
        people: options.people.unwrap_or(about.people),
        days: options.days.unwrap_or(about.days),
        delivery: delivery(options),
    };
    let started = Instant::now();
    let mut out = std::io::stdout();
    if options.events {
        let summary = with_progress(|progress| simulate_events(&wanted, folder, progress))?;
        let seconds = started.elapsed().as_secs_f64();
        let rate = summary.events as f64 / seconds.max(0.001);
        let Summary { events, mails, audit_records, .. } = summary;
        writeln!(
            out,
            "{}: {events} events ({mails} mails, {audit_records} audit records) in {seconds:.1} s, {rate:.0} events/s",
            folder.display()
        )?;
    } else {
        let summary = write(&wanted, folder)?;
        writeln!(
            out,
            "{}: {} mails, {} audit records, {} packets, {} MB",
            folder.display(),
            summary.mails,
            summary.audit_records,
            summary.packets,
            summary.raw_bytes / 1_000_000
        )?;
    }
    Ok(Code::Done)
}

/// What the flags say of delivery; the rest is the scenario's.
fn delivery(options: &Simulate) -> Delivery {
    let clock = options.clocks_off.unwrap_or_default();
    let named = Delivery {
        unordered: options.unordered.unwrap_or_default(),
        duplicates: options.duplicates.unwrap_or_default(),
        clocks: Clocks { audit: clock, mail: clock, network: clock },
        ..Delivery::default()
    };
    if options.late { Delivery::as_services_do().with(&named) } else { named }
}

/// Prints a line a scenario.
fn list() -> anyhow::Result<Code> {
    for name in scenarios() {
        writeln!(std::io::stdout(), "{name:24} {}", about(name)?.title)?;
    }
    Ok(Code::Done)
}

/// Writes the scenario as raw inputs with a progress bar; what the options do not allow is a usage error.
pub fn write(options: &Options, out: &Path) -> anyhow::Result<Summary> {
    with_progress(|progress| simulate(options, out, progress))
}

fn with_progress(work: impl FnOnce(&mut dyn FnMut(u64, u64)) -> Result<Summary, SimulateError>) -> anyhow::Result<Summary> {
    let progress = ingest::bar(0, "simulating");
    let summary = work(&mut |done, total| {
        progress.set_length(total);
        progress.set_position(done);
    });
    progress.finish_and_clear();
    summary.map_err(refused)
}

/// What the caller can mend is a usage error.
pub fn refused(error: SimulateError) -> anyhow::Error {
    use SimulateError::{NotEmpty, Options, Scenario, UnknownScenario};
    match error {
        UnknownScenario(_) | Options(_) | NotEmpty(_) | Scenario { .. } => usage(error.to_string()),
        other => other.into(),
    }
}
