//! `weft simulate`: writes a scenario as raw inputs, or as events.

use crate::args::Simulate;
use crate::exit::{Code, usage};
use crate::ingest;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use weft_simulator::{Options, SimulateError, Summary, simulate, simulate_events};

/// Runs the command.
pub fn run(options: &Simulate) -> anyhow::Result<Code> {
    let wanted =
        Options { scenario: options.name.clone(), seed: options.seed, people: options.people, days: options.days, late: options.late };
    let started = Instant::now();
    let mut out = std::io::stdout();
    if options.events {
        let summary = with_progress(|progress| simulate_events(&wanted, &options.out, progress))?;
        let seconds = started.elapsed().as_secs_f64();
        let rate = summary.events as f64 / seconds.max(0.001);
        let Summary { events, mails, audit_records, .. } = summary;
        writeln!(
            out,
            "{}: {events} events ({mails} mails, {audit_records} audit records) in {seconds:.1} s, {rate:.0} events/s",
            options.out.display()
        )?;
    } else {
        let summary = write(&wanted, &options.out)?;
        writeln!(
            out,
            "{}: {} mails, {} audit records, {} packets, {} MB",
            options.out.display(),
            summary.mails,
            summary.audit_records,
            summary.packets,
            summary.raw_bytes / 1_000_000
        )?;
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
    summary.map_err(|error| match error {
        SimulateError::UnknownScenario(_) | SimulateError::Options(_) | SimulateError::NotEmpty(_) => usage(error.to_string()),
        other => other.into(),
    })
}
