//! Events a second from one log, on one core: `cargo run --release -p weft-log-collector --example line_rate FILE [REPEAT]`.

#![allow(clippy::print_stdout, reason = "a tool that prints its figure")]

use std::io::Read;
use std::path::Path;
use std::time::Instant;
use weft_log_collector::{format_of, read_log};
use weft_model::{Directory, Event};
use weft_runtime::{Input, Reject, Sink};

#[derive(Default)]
struct Counts {
    read: u64,
    events: u64,
    rejects: u64,
}

impl Sink for Counts {
    fn read(&mut self) {
        self.read += 1;
    }
    fn event(&mut self, event: Event) {
        self.events += 1;
        std::hint::black_box(event);
    }
    fn reject(&mut self, _: Reject<'_>) {
        self.rejects += 1;
    }
    fn directory(&mut self, _: Directory) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a log")?;
    let repeat = arguments.next().map_or(Ok(1), |count| count.parse())?;
    let input = Input::recognise(Path::new(&path));
    let format = format_of(input.kind).ok_or("not a log that is read")?;
    let mut text = Vec::new();
    weft_runtime::open(&input)?.read_to_end(&mut text)?;
    let text = text.repeat(repeat);
    for _ in 0..5 {
        let (started, mut counts) = (Instant::now(), Counts::default());
        read_log(&mut text.as_slice(), format, &mut counts)?;
        let seconds = started.elapsed().as_secs_f64();
        let (lines, megabytes) = (counts.read as f64 / seconds, text.len() as f64 / seconds / 1e6);
        println!("{} read, {} events, {} rejected: {lines:.0} lines/s, {megabytes:.0} MB/s", counts.read, counts.events, counts.rejects);
    }
    Ok(())
}
