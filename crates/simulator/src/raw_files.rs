//! The raw inputs on disk: capture files, messages, audit logs, the directory. Captures and logs are one file a UTC day, sorted.
//!
//! Must not know what a record means.

use crate::SimulateError;
use crate::calendar::{self, START_MS};
use crate::capture;
use crate::delivery::Delivery;
use crate::output::Log;
use crate::rng::Rng;
use crate::spill::Spill;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use weft_model::time::DAY_MS;

/// The files of one simulation.
#[derive(Debug)]
pub struct RawFiles {
    raw: PathBuf,
    end_ms: i64,
    delivery: (Delivery, Rng),
    /// Packets by time in microseconds, and the records of each log by time of arrival in milliseconds.
    packets: Spill,
    logs: [(Log, Spill); 3],
    sequence: u128,
    line: Vec<u8>,
    pub bytes: u64,
}

/// An error at `path`.
pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> SimulateError + use<> {
    let path = path.to_owned();
    move |source| SimulateError::Io { path, source }
}

impl RawFiles {
    /// Creates `out/raw`, which must not hold anything yet.
    pub fn create(out: &Path, end_ms: i64, delivery: (Delivery, Rng)) -> Result<Self, SimulateError> {
        let raw = out.join("raw");
        if raw.exists() && fs::read_dir(&raw).map_err(io(&raw))?.next().is_some() {
            return Err(SimulateError::NotEmpty(raw));
        }
        for folder in ["mail", "audit", "entra", "net"] {
            let path = raw.join(folder);
            fs::create_dir_all(&path).map_err(io(&path))?;
        }
        let spill = |ticks_per_s| Spill::new(out.to_owned(), ticks_per_s);
        let logs = [Log::Unified, Log::SignIns, Log::DirectoryAudits].map(|log| (log, spill(1_000)));
        Ok(Self { end_ms, delivery, packets: spill(1_000_000), logs, sequence: 0, line: Vec::new(), bytes: 0, raw })
    }

    /// Captures one frame.
    pub fn frame(&mut self, time_us: i64, original_len: u32, frame: &[u8]) -> std::io::Result<()> {
        self.sequence += 1;
        self.line.clear();
        capture::packet(&mut self.line, time_us, original_len, frame);
        self.packets.push(time_us, self.sequence, &self.line)
    }

    /// Writes one message as a file of its own, named by its content.
    pub fn mail(&mut self, time_ms: i64, message: &[u8]) -> Result<(), SimulateError> {
        let folder = self.raw.join("mail").join(calendar::date(time_ms));
        let name = blake3::hash(message).to_hex();
        let path = folder.join(format!("{}.eml", name.get(..20).unwrap_or_default()));
        if fs::write(&path, message).is_err() {
            // Usually the day's folder is missing: it is made by its first message.
            fs::create_dir_all(&folder).map_err(io(&folder))?;
            fs::write(&path, message).map_err(io(&path))?;
        }
        self.bytes += message.len() as u64;
        Ok(())
    }

    /// Keeps one audit record of `time_ms`.
    pub fn record(&mut self, log: Log, time_ms: i64, text: &str) -> std::io::Result<()> {
        let (delivery, rng) = &mut self.delivery;
        let (first, again) = delivery.arrivals(log, time_ms, rng);
        for arrival in std::iter::once(first).chain(again) {
            self.sequence += 1;
            for (_, spill) in self.logs.iter_mut().filter(|(known, _)| *known == log) {
                spill.push(arrival, self.sequence, text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Writes the directory.
    pub fn directory(&mut self, text: &[u8]) -> Result<(), SimulateError> {
        let path = self.raw.join("directory.csv");
        self.bytes += text.len() as u64;
        fs::write(&path, text).map_err(io(&path))
    }

    /// Writes out everything before `end_ms`, the midnight that ends a UTC day, and forgets it; `None` for all there is.
    pub fn flush_before(&mut self, end_ms: Option<i64>) -> Result<(), SimulateError> {
        let Self { raw, packets, logs, .. } = self;
        let header = capture::header();
        let end_us = end_ms.map_or(i64::MAX, |end_ms| end_ms * 1_000);
        let path = |day: i64| raw.join("net").join(format!("{}.pcap", calendar::date(day * DAY_MS)));
        self.bytes += write_days(packets, end_us, [&header, b"", b""], &|time_us| time_us.div_euclid(DAY_MS * 1_000), &path)?;
        // What arrives after the end is delivered with the last day.
        let last = (self.end_ms - 1).max(START_MS);
        for (log, spill) in logs {
            let (folder, prefix, kind) = match log {
                Log::Unified => ("audit", "", "jsonl"),
                Log::SignIns => ("entra", "signins-", "json"),
                Log::DirectoryAudits => ("entra", "directory-audits-", "json"),
            };
            let page =
                |name: &str| format!("{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#auditLogs/{name}\",\"value\":[\n");
            let head = match log {
                Log::Unified => String::new(),
                Log::SignIns => page("signIns"),
                Log::DirectoryAudits => page("directoryAudits"),
            };
            let parts: [&[u8]; 3] = if head.is_empty() { [b"", b"\n", b"\n"] } else { [head.as_bytes(), b",\n", b"\n]}\n"] };
            let path = |day: i64| raw.join(folder).join(format!("{prefix}{}.{kind}", calendar::date(day * DAY_MS)));
            let end = end_ms.unwrap_or(i64::MAX);
            self.bytes += write_days(spill, end, parts, &|arrival| arrival.min(last).div_euclid(DAY_MS), &path)?;
        }
        Ok(())
    }
}

/// Writes records to one file a day, with `head`, separator and `tail`; returns the bytes written.
fn write_days(
    spill: &mut Spill,
    end: i64,
    [head, separator, tail]: [&[u8]; 3],
    day_of: &dyn Fn(i64) -> i64,
    path_of: &dyn Fn(i64) -> PathBuf,
) -> Result<u64, SimulateError> {
    let mut open: Option<(i64, PathBuf, BufWriter<fs::File>)> = None;
    let mut bytes = 0;
    let finish = |open: Option<(i64, PathBuf, BufWriter<fs::File>)>| match open {
        Some((_, path, mut file)) => file.write_all(tail).and_then(|()| file.flush()).map_err(io(&path)),
        None => Ok(()),
    };
    spill.drain(end, &mut |time, record| {
        let day = day_of(time);
        if let Some((_, path, file)) = open.as_mut().filter(|(of, ..)| *of == day) {
            bytes += (separator.len() + record.len()) as u64;
            return file.write_all(separator).and_then(|()| file.write_all(record)).map_err(io(path));
        }
        finish(open.take())?;
        let path = path_of(day);
        let mut file = BufWriter::with_capacity(1 << 20, fs::File::create(&path).map_err(io(&path))?);
        file.write_all(head).and_then(|()| file.write_all(record)).map_err(io(&path))?;
        bytes += (head.len() + record.len() + tail.len()) as u64;
        open = Some((day, path, file));
        Ok(())
    })?;
    finish(open)?;
    Ok(bytes)
}
