//! Events made directly, without raw inputs: kept sorted by (time, uid) until their day is over. Frames that are given nevertheless go
//! through the decoder.
//!
//! Must not know who makes an event.

use crate::SimulateError;
use crate::capture;
use crate::spill::Spill;
use std::path::PathBuf;
use weft_model::Event;
use weft_model::time::HOUR_MS;
use weft_net_decode::{Decoder, Limits};

/// An event out of frames has the time of its first packet, and comes at most this much later: a flow is split after an hour, and ends
/// after ten silent minutes.
const DECODER_LAG_MS: i64 = 2 * HOUR_MS;

/// Takes an encoded event (`weft_wire::decode_event` reads it) and its time.
pub type Deliver<'a> = &'a mut dyn FnMut(i64, &[u8]) -> Result<(), SimulateError>;

/// Events not yet delivered.
#[derive(Debug)]
pub struct EventBuffer {
    events: Spill,
    /// Frames by time in microseconds.
    frames: Spill,
    decoder: Decoder,
    sequence: u128,
    line: Vec<u8>,
    /// Events taken so far.
    pub count: u64,
}

impl EventBuffer {
    /// Temporary files go to `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            events: Spill::new(folder.clone(), 1_000),
            frames: Spill::new(folder, 1_000_000),
            decoder: Decoder::new(Limits::default()),
            sequence: 0,
            line: Vec::new(),
            count: 0,
        }
    }

    /// Takes one event.
    pub fn event(&mut self, event: Event) -> std::io::Result<()> {
        self.count += 1;
        let (time, rank) = (event.time.0, u128::from_be_bytes(event.uid.0));
        self.line.clear();
        weft_wire::append_event(event, &mut self.line);
        self.events.push(time, rank, &self.line)
    }

    /// Takes one frame.
    pub fn frame(&mut self, time_us: i64, original_len: u32, frame: &[u8]) -> std::io::Result<()> {
        self.sequence += 1;
        self.line.clear();
        capture::packet(&mut self.line, time_us, original_len, frame);
        self.frames.push(time_us, self.sequence, &self.line)
    }

    /// Delivers what is certain to be complete before `end_ms`, and forgets it; everything when there is no end.
    pub fn deliver_before(&mut self, end_ms: Option<i64>, deliver: Deliver<'_>) -> Result<(), SimulateError> {
        let mut decoded = Vec::new();
        let (frames, decoder) = (&mut self.frames, &mut self.decoder);
        frames.drain(end_ms.map_or(i64::MAX, |end_ms| end_ms * 1_000), &mut |time_us, packet| {
            let Some((original_len, frame)) = capture::parse(packet) else { return Ok(()) };
            decoder
                .packet(1, time_us * 1_000, frame, original_len, &mut |event| decoded.push(event))
                .map_err(|error| SimulateError::Decode(error.to_string()))
        })?;
        if end_ms.is_none() {
            decoder.finish(&mut |event| decoded.push(event));
        }
        for event in decoded {
            self.event(event)?;
        }
        self.events.drain(end_ms.map_or(i64::MAX, |end_ms| end_ms - DECODER_LAG_MS), deliver)
    }
}
