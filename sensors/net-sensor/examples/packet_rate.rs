//! How fast captures are decoded: `cargo run --release --example packet_rate -- FILE...` prints packets and events per second on one core.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Instant;
use weft_model::{Directory, Event};
use weft_net_sensor::{Limits, read_capture_counted};
use weft_runtime::{Reject, Sink};

#[derive(Default)]
struct Count {
    packets: u64,
    events: u64,
    rejects: u64,
}

impl Sink for Count {
    fn read(&mut self) {
        self.packets += 1;
    }
    fn event(&mut self, _: Event) {
        self.events += 1;
    }
    fn reject(&mut self, _: Reject<'_>) {
        self.rejects += 1;
    }
    fn directory(&mut self, _: Directory) {}
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in std::env::args_os().skip(1) {
        // Memory, not disk, is what is measured.
        let mut bytes = Vec::new();
        File::open(&path)?.read_to_end(&mut bytes)?;
        let mut count = Count::default();
        let start = Instant::now();
        let result = read_capture_counted(&mut bytes.as_slice(), Limits::default(), &mut count);
        let seconds = start.elapsed().as_secs_f64().max(1e-9);
        let Count { packets, events, rejects } = count;
        writeln!(
            out,
            "{}: {packets} packets ({:.0}/s, {:.1} MB/s), {events} events ({:.0}/s), {rejects} rejects, {seconds:.3} s",
            path.display(),
            packets as f64 / seconds,
            bytes.len() as f64 / 1e6 / seconds,
            events as f64 / seconds,
        )?;
        match result {
            Ok(counters) => {
                let seen: Vec<String> =
                    counters.each().filter(|(_, value)| *value > 0).map(|(name, value)| format!("{name}={value}")).collect();
                writeln!(out, "  {}", seen.join(" "))?;
            }
            Err(error) => writeln!(out, "  {error}")?,
        }
    }
    Ok(())
}
