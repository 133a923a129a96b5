//! `cargo run -p weft-simulator --release --example simulate -- SCENARIO SEED OUT [PEOPLE DAYS [late]]`: writes a simulation.

use std::io::Write;
use std::path::Path;
use weft_simulator::{Options, simulate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [scenario, seed, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: simulate SCENARIO SEED OUT [PEOPLE DAYS [late]]".into());
    };
    let mut options = Options { scenario: scenario.clone(), seed: seed.parse()?, ..Options::default() };
    if let [people, days, late @ ..] = rest {
        options.people = people.parse()?;
        options.days = days.parse()?;
        options.late = late.first().is_some_and(|word| word == "late");
    }
    let mut log = std::io::stderr();
    let summary = simulate(&options, Path::new(out), &mut |done, total| {
        let _ = write!(log, "\rday {done} of {total}");
    })?;
    writeln!(std::io::stderr(), "\n{summary:?}")?;
    Ok(())
}
