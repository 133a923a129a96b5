//! The raw inputs on disk: capture files, messages, audit logs, the directory; and a tap that keeps a copy of what an attack step wrote.
//!
//! Records are buffered a day and written in order of arrival. Must not know what a record means.

use crate::SimulateError;
use crate::calendar::{self, START_MS};
use crate::capture::Capture;
use crate::rng::Rng;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A copy of everything one attack step wrote.
#[derive(Debug, Default)]
pub struct RawInputs {
    pub mails: Vec<Vec<u8>>,
    pub records: Vec<Value>,
    pub packets: Vec<RawPacket>,
}

/// One captured frame.
#[derive(Debug)]
pub struct RawPacket {
    pub time_us: i64,
    pub original_len: u32,
    pub data: Vec<u8>,
}

/// The logs that hold audit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// Unified Audit Log, JSON Lines.
    Unified,
    /// Entra sign-ins, a Microsoft Graph page a day.
    SignIns,
    /// Entra directory audits, a Microsoft Graph page a day.
    DirectoryAudits,
}

/// Time of arrival, order of writing, text.
type Arrival = (i64, u64, String);

/// Where everything goes.
#[derive(Debug)]
pub struct Output {
    raw: PathBuf,
    end_ms: i64,
    late: Option<Rng>,
    capture: Capture,
    frame: Vec<u8>,
    /// By log and day of arrival.
    records: BTreeMap<(Log, i64), Vec<Arrival>>,
    sequence: u64,
    tap: Option<RawInputs>,
    mails: u64,
    audit_records: u64,
    bytes: u64,
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> SimulateError + use<> {
    let path = path.to_owned();
    move |source| SimulateError::Io { path, source }
}

impl Output {
    /// Creates `out/raw`, which must not hold anything yet; records after `end_ms` are dropped.
    pub fn create(out: &Path, end_ms: i64, late: Option<Rng>) -> Result<Self, SimulateError> {
        let raw = out.join("raw");
        if raw.exists() && fs::read_dir(&raw).map_err(io(&raw))?.next().is_some() {
            return Err(SimulateError::NotEmpty(raw));
        }
        for folder in ["mail", "audit", "entra", "net"] {
            let path = raw.join(folder);
            fs::create_dir_all(&path).map_err(io(&path))?;
        }
        let capture = Capture::new(raw.join("net"), START_MS * 1000, end_ms * 1000);
        Ok(Self {
            raw,
            end_ms,
            late,
            capture,
            frame: Vec::new(),
            records: BTreeMap::new(),
            sequence: 0,
            tap: None,
            mails: 0,
            audit_records: 0,
            bytes: 0,
        })
    }

    /// The instant at which the simulation ends.
    pub fn end_ms(&self) -> i64 {
        self.end_ms
    }

    /// From now on everything written is also kept.
    pub fn begin_tap(&mut self) {
        self.tap = Some(RawInputs::default());
    }

    /// What was written since [`Self::begin_tap`].
    pub fn end_tap(&mut self) -> RawInputs {
        self.tap.take().unwrap_or_default()
    }

    /// Writes one frame; `build` appends it and returns its true length.
    pub fn frame(&mut self, time_us: i64, build: impl FnOnce(&mut Vec<u8>) -> u32) {
        self.frame.clear();
        let original_len = build(&mut self.frame);
        if self.capture.record(time_us, original_len, &self.frame)
            && let Some(tap) = &mut self.tap
        {
            tap.packets.push(RawPacket { time_us, original_len, data: self.frame.clone() });
        }
    }

    /// Writes one message as a file of its own, named by its content.
    pub fn mail(&mut self, time_ms: i64, message: Vec<u8>) -> Result<(), SimulateError> {
        if time_ms >= self.end_ms || time_ms < START_MS {
            return Ok(());
        }
        let folder = self.raw.join("mail").join(calendar::date(time_ms));
        let name = blake3::hash(&message).to_hex();
        let path = folder.join(format!("{}.eml", name.get(..20).unwrap_or_default()));
        if fs::write(&path, &message).is_err() {
            // Usually the day's folder is missing: it is made by its first message.
            fs::create_dir_all(&folder).map_err(io(&folder))?;
            fs::write(&path, &message).map_err(io(&path))?;
        }
        self.mails += 1;
        self.bytes += message.len() as u64;
        if let Some(tap) = &mut self.tap {
            tap.mails.push(message);
        }
        Ok(())
    }

    /// Writes one audit record of `time_ms`.
    pub fn record(&mut self, log: Log, time_ms: i64, record: Value) {
        if time_ms >= self.end_ms || time_ms < START_MS {
            return;
        }
        let text = record.to_string();
        if let Some(tap) = &mut self.tap {
            tap.records.push(record);
        }
        self.audit_records += 1;
        let mut arrivals = vec![time_ms];
        if let Some(rng) = &mut self.late {
            // 60 to 90 minutes is typical; one in a hundred takes up to two days; one in fifty comes twice.
            let delay = if rng.chance(0.01) { rng.range(3 * HOUR_MS, 48 * HOUR_MS) } else { rng.range(60 * MINUTE_MS, 90 * MINUTE_MS) };
            arrivals = vec![time_ms + delay];
            if rng.chance(0.02) {
                arrivals.push(time_ms + delay + rng.range(MINUTE_MS, 6 * HOUR_MS));
            }
        }
        for arrival in arrivals {
            // What arrives after the end is delivered with the last day.
            let day = (arrival.min(self.end_ms - 1) - START_MS).div_euclid(DAY_MS);
            self.sequence += 1;
            self.records.entry((log, day)).or_default().push((arrival, self.sequence, text.clone()));
        }
    }

    /// Writes the directory.
    pub fn directory(&mut self, text: &[u8]) -> Result<(), SimulateError> {
        let path = self.raw.join("directory.csv");
        self.bytes += text.len() as u64;
        fs::write(&path, text).map_err(io(&path))
    }

    /// Writes out everything of days up to and including `day` (0 is the first); nothing earlier may follow.
    pub fn flush_through(&mut self, day: i64) -> Result<(), SimulateError> {
        self.capture.flush_through(START_MS.div_euclid(DAY_MS) + day)?;
        let done: Vec<(Log, i64)> = self.records.keys().filter(|(_, at)| *at <= day).copied().collect();
        for key in done {
            let Some(mut records) = self.records.remove(&key) else { continue };
            records.sort_by_key(|(arrival, sequence, _)| (*arrival, *sequence));
            let date = calendar::date(START_MS + key.1 * DAY_MS);
            let (path, context) = match key.0 {
                Log::Unified => (self.raw.join("audit").join(format!("{date}.jsonl")), None),
                Log::SignIns => (self.raw.join("entra").join(format!("signins-{date}.json")), Some("auditLogs/signIns")),
                Log::DirectoryAudits => {
                    (self.raw.join("entra").join(format!("directory-audits-{date}.json")), Some("auditLogs/directoryAudits"))
                }
            };
            let file = fs::File::create(&path).map_err(io(&path))?;
            let mut file = BufWriter::new(file);
            self.bytes += write_records(&mut file, context, &records).and_then(|bytes| file.flush().map(|()| bytes)).map_err(io(&path))?;
        }
        Ok(())
    }

    /// (mails, audit records, packets, bytes) written so far.
    pub fn totals(&self) -> (u64, u64, u64, u64) {
        (self.mails, self.audit_records, self.capture.packets(), self.bytes + self.capture.bytes())
    }
}

fn write_records(file: &mut impl Write, context: Option<&str>, records: &[Arrival]) -> std::io::Result<u64> {
    let mut bytes = 0;
    let mut put = |text: &str| {
        bytes += text.len() as u64;
        file.write_all(text.as_bytes())
    };
    if let Some(context) = context {
        put(&format!("{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#{context}\",\"value\":[\n"))?;
    }
    let separator = if context.is_some() { ",\n" } else { "\n" };
    for (index, (_, _, text)) in records.iter().enumerate() {
        if index > 0 {
            put(separator)?;
        }
        put(text)?;
    }
    put(if context.is_some() { "\n]}\n" } else { "\n" })?;
    Ok(bytes)
}
