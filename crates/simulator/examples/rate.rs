//! How fast events are made when nobody wants them: `time cargo run --release --example rate -- benign-month 500 3 [OUT]`. With a folder
//! they are written there.

use std::io::Write;
use weft_simulator::{Options, Simulation, simulate_events};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().unwrap_or_else(|| "benign-month".to_owned());
    let people = arguments.next().map_or(Ok(500), |text| text.parse())?;
    let days = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let options = Options { scenario, seed: 1, people, days, late: false };
    let mut events = 0u64;
    match arguments.next() {
        Some(out) => events = simulate_events(&options, out.as_ref(), &mut |_, _| {})?.events,
        None => drop(Simulation::new(&options)?.run(&mut |_| events += 1, &mut |_, _| {})?),
    }
    writeln!(std::io::stdout(), "{events} events")?;
    Ok(())
}
