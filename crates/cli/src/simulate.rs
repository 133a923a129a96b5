//! `weft simulate`: writes a scenario as raw inputs.

use crate::args::Simulate;
use crate::exit::{Code, usage};
use crate::ingest;
use std::io::Write;
use std::path::Path;
use weft_simulator::{Options, SimulateError, Summary, simulate};

/// Runs the command.
pub fn run(options: &Simulate) -> anyhow::Result<Code> {
    let wanted =
        Options { scenario: options.name.clone(), seed: options.seed, people: options.people, days: options.days, late: options.late };
    let summary = write(&wanted, &options.out)?;
    writeln!(
        std::io::stdout(),
        "{}: {} mails, {} audit records, {} packets, {} MB",
        options.out.display(),
        summary.mails,
        summary.audit_records,
        summary.packets,
        summary.raw_bytes / 1_000_000
    )?;
    Ok(Code::Done)
}

/// Writes the scenario with a progress bar; what the options do not allow is a usage error.
pub fn write(options: &Options, out: &Path) -> anyhow::Result<Summary> {
    let progress = ingest::bar(0, "simulating");
    let summary = simulate(options, out, &mut |done, total| {
        progress.set_length(total);
        progress.set_position(done);
    });
    progress.finish_and_clear();
    summary.map_err(|error| match error {
        SimulateError::UnknownScenario(_) | SimulateError::Options(_) | SimulateError::NotEmpty(_) => usage(error.to_string()),
        other => other.into(),
    })
}
