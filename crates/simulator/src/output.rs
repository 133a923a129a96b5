//! Where everything that happens is written: as raw inputs or as events; and a tap that keeps what an attack step wrote.
//!
//! Must not know what a record means.

use crate::calendar::{self, START_MS};
use crate::delivery::ClockErrors;
use crate::event_buffer::{Deliver, EventBuffer};
use crate::raw_files::RawFiles;
use crate::truth;
use crate::{SimulateError, Summary};
use serde_json::Value;
use weft_model::{Event, EventUid};

/// A copy of everything one attack step wrote.
#[derive(Debug, Default)]
pub struct RawInputs {
    pub mails: Vec<Vec<u8>>,
    pub records: Vec<Value>,
    pub packets: Vec<RawPacket>,
    /// First and last instant and uid of the events that were made directly.
    pub events: Vec<(i64, i64, EventUid)>,
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

impl Log {
    /// The member that holds the time of a record, and `time_ms` as it is written there.
    fn stamp(self, time_ms: i64) -> (&'static str, String) {
        match self {
            Self::Unified => ("CreationTime", calendar::audit_time(time_ms)),
            Self::SignIns => ("createdDateTime", calendar::graph_time(time_ms)),
            Self::DirectoryAudits => ("activityDateTime", calendar::graph_time(time_ms)),
        }
    }
}

/// Moves the stamp of the receiving host, which ends the topmost `Received` field, by `error_ms`.
fn restamp(message: &mut [u8], error_ms: i64) {
    const LENGTH: usize = "Mon, 18 Mar 2024 14:03:22 +0000".len();
    let end = message.windows(3).position(|bytes| matches!(bytes, [b'\r', b'\n', next] if !next.is_ascii_whitespace()));
    let Some(stamp) = end.and_then(|end| message.get_mut(end.checked_sub(LENGTH)?..end)) else { return };
    let time = std::str::from_utf8(stamp).ok().and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
    if let Some(time) = time {
        stamp.copy_from_slice(calendar::mail_time(time.timestamp().as_millisecond() + error_ms).as_bytes());
    }
}

/// The two forms of output.
#[derive(Debug)]
pub enum Target {
    Raw(Box<RawFiles>),
    Events(Box<EventBuffer>),
}

/// Where everything goes.
#[derive(Debug)]
pub struct Output {
    target: Target,
    end_ms: i64,
    clocks: ClockErrors,
    /// Error of the sensor that now sees packets.
    sensor_ms: i64,
    frame: Vec<u8>,
    /// Text of the record that is being written; kept for its memory.
    text: Vec<u8>,
    tap: Option<RawInputs>,
    totals: Summary,
    /// The first error of a call that returns none; [`Self::flush_before`] reports it.
    failure: Option<SimulateError>,
}

impl Output {
    /// Records before the start and after `end_ms` are dropped.
    pub fn new(target: Target, end_ms: i64) -> Self {
        Self {
            target,
            end_ms,
            clocks: ClockErrors::default(),
            sensor_ms: 0,
            frame: Vec::new(),
            text: Vec::new(),
            tap: None,
            totals: Summary::default(),
            failure: None,
        }
    }

    /// From now on these clocks write the times.
    pub fn set_clocks(&mut self, clocks: ClockErrors) {
        self.clocks = clocks;
    }

    /// Whether a record may carry a time before its own.
    pub fn is_any_clock_slow(&self) -> bool {
        self.clocks.is_any_slow()
    }

    /// What follows is seen by the sensor of this network.
    pub fn listen(&mut self, network: usize) {
        self.sensor_ms = self.clocks.network_ms(network);
    }

    /// The time that the sensor gives to something at `time_us`, in microseconds.
    pub fn seen_us(&self, time_us: i64) -> i64 {
        time_us + self.sensor_ms * 1_000
    }

    /// The instant at which the simulation ends.
    pub fn end_ms(&self) -> i64 {
        self.end_ms
    }

    /// Whether events are wanted and not raw inputs: then whoever knows the event of what it does may give it to [`Self::event`] instead.
    pub fn is_direct(&self) -> bool {
        matches!(self.target, Target::Events(_))
    }

    /// Whether something at this instant is seen.
    pub fn covers(&self, time_us: i64) -> bool {
        (START_MS * 1_000..self.end_ms * 1_000).contains(&time_us)
    }

    /// From now on everything written is also kept.
    pub fn begin_tap(&mut self) {
        self.tap = Some(RawInputs::default());
    }

    /// What was written since [`Self::begin_tap`].
    pub fn end_tap(&mut self) -> RawInputs {
        self.tap.take().unwrap_or_default()
    }

    fn note<T>(&mut self, result: Result<T, impl Into<SimulateError>>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error.into());
        }
    }

    /// Writes one frame; `build` appends it and returns its true length.
    pub fn frame(&mut self, time_us: i64, build: impl FnOnce(&mut Vec<u8>) -> u32) {
        if !self.covers(time_us) {
            return;
        }
        let time_us = self.seen_us(time_us);
        self.frame.clear();
        let original_len = build(&mut self.frame);
        self.totals.packets += 1;
        let written = match &mut self.target {
            Target::Raw(files) => files.frame(time_us, original_len, &self.frame),
            Target::Events(buffer) => buffer.frame(time_us, original_len, &self.frame),
        };
        self.note(written);
        if let Some(tap) = &mut self.tap {
            tap.packets.push(RawPacket { time_us, original_len, data: self.frame.clone() });
        }
    }

    /// Takes an event instead of the raw input that would give it. Only when [`Self::is_direct`].
    pub fn event(&mut self, event: Event) {
        if let Some(tap) = &mut self.tap {
            tap.events.push(truth::reference(&event));
        }
        if let Target::Events(buffer) = &mut self.target {
            let taken = buffer.event(event);
            self.note(taken);
        }
    }

    fn covers_ms(&self, time_ms: i64) -> bool {
        (START_MS..self.end_ms).contains(&time_ms)
    }

    /// Writes one message.
    pub fn mail(&mut self, time_ms: i64, mut message: Vec<u8>) -> Result<(), SimulateError> {
        if !self.covers_ms(time_ms) {
            return Ok(());
        }
        if self.clocks.mail_ms != 0 {
            restamp(&mut message, self.clocks.mail_ms);
        }
        self.totals.mails += 1;
        match &mut self.target {
            Target::Raw(files) => {
                files.mail(time_ms, &message)?;
                if let Some(tap) = &mut self.tap {
                    tap.mails.push(message);
                }
            }
            Target::Events(_) => {
                let event = weft_mail_decode::decode(&message).map_err(|error| SimulateError::Decode(error.to_string()))?;
                self.event(event);
            }
        }
        Ok(())
    }

    /// Writes one audit record of `time_ms`.
    pub fn record(&mut self, log: Log, time_ms: i64, mut record: Value) {
        if !self.covers_ms(time_ms) {
            return;
        }
        let error_ms = self.clocks.log_ms(log);
        if error_ms != 0 {
            let (key, time) = log.stamp(time_ms + error_ms);
            if let Some(member) = record.get_mut(key) {
                *member = Value::String(time);
            }
        }
        self.totals.audit_records += 1;
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let written = serde_json::to_writer(&mut text, &record);
        let written =
            written.map_err(|error| error.to_string()).and_then(|()| std::str::from_utf8(&text).map_err(|error| error.to_string()));
        match written {
            Ok(text) => self.keep_record(log, time_ms, record, text),
            Err(error) => self.note::<()>(Err(SimulateError::Decode(error))),
        }
        self.text = text;
    }

    fn keep_record(&mut self, log: Log, time_ms: i64, record: Value, text: &str) {
        match &mut self.target {
            Target::Raw(files) => {
                let kept = files.record(log, time_ms, text);
                self.note(kept);
                if let Some(tap) = &mut self.tap {
                    tap.records.push(record);
                }
            }
            Target::Events(_) => match weft_saas_map::map_record(&record, text) {
                Ok(event) => self.event(event),
                Err(error) => self.note::<()>(Err(SimulateError::Decode(error.to_string()))),
            },
        }
    }

    /// Writes out raw inputs, or delivers events, from before `end_ms`, the midnight that ends a UTC day; nothing earlier may follow.
    /// `None` for all there is.
    pub fn flush_before(&mut self, end_ms: Option<i64>, deliver: Deliver<'_>) -> Result<(), SimulateError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        match &mut self.target {
            Target::Raw(files) => files.flush_before(end_ms),
            Target::Events(buffer) => buffer.deliver_before(end_ms, deliver),
        }
    }

    /// Writes the directory.
    pub fn directory(&mut self, text: &[u8]) -> Result<(), SimulateError> {
        match &mut self.target {
            Target::Raw(files) => files.directory(text),
            Target::Events(_) => Ok(()),
        }
    }

    /// What was written so far.
    pub fn summary(&self) -> Summary {
        match &self.target {
            Target::Raw(files) => Summary { raw_bytes: files.bytes, ..self.totals },
            Target::Events(buffer) => Summary { events: buffer.count, ..self.totals },
        }
    }
}
