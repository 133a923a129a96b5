//! Measures how many messages a second one core decodes: `cargo run --release -p weft-mail-decode --example mail_rate -- FOLDER...`
#![allow(clippy::print_stdout)] // prints its result

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long to measure at least.
const MEASURE: Duration = Duration::from_secs(3);

fn main() -> std::io::Result<()> {
    for folder in std::env::args().skip(1) {
        let (mut messages, mut folders) = (Vec::new(), vec![PathBuf::from(&folder)]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    messages.push(std::fs::read(path)?);
                }
            }
        }
        let (start, mut decoded, mut bytes) = (Instant::now(), 0u32, 0usize);
        while start.elapsed() < MEASURE && !messages.is_empty() {
            for message in &messages {
                decoded = decoded.saturating_add(u32::from(weft_mail_decode::decode(message).is_ok()));
                bytes = bytes.saturating_add(message.len());
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        let (rate, megabytes) = (f64::from(decoded) / seconds, bytes as f64 / 1e6 / seconds);
        println!("{folder}: {} files, {rate:.0} messages/s, {megabytes:.0} MB/s", messages.len());
    }
    Ok(())
}
