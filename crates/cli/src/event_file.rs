//! Reads files of Weft's own events (`weft simulate --events`). Must not judge events.

use crate::feed::Feed;
use std::io::{BufRead, BufReader, Read};
use weft_runtime::{Reject, Sink};
use weft_wire::MAX_EVENT_BYTES;

/// Reads every event of `source`; a bad one is counted, and after a bad length nothing more can be read.
pub fn read(source: &mut dyn Read, feed: &mut Feed<'_>) -> Result<(), (&'static str, String)> {
    let mut source = BufReader::new(source);
    let mut event = Vec::new();
    let mut position = 0;
    let broken = |error: std::io::Error| ("event_file_broken", error.to_string());
    while !feed.stopped() && !source.fill_buf().map_err(broken)?.is_empty() {
        let length = length(&mut source).ok_or_else(|| ("event_file_broken", format!("no length of an event at record {position}")))?;
        event.resize(length, 0);
        source.read_exact(&mut event).map_err(broken)?;
        feed.read();
        match weft_wire::decode_event(&event) {
            Ok(event) => feed.event(event),
            Err(error) => feed.reject(Reject { reason: error.reason(), position, raw: &event }),
        }
        position += 1;
    }
    Ok(())
}

/// A varint that an event's length may be.
fn length(source: &mut impl Read) -> Option<usize> {
    let mut length = 0usize;
    for place in 0..4 {
        let mut byte = [0u8];
        source.read_exact(&mut byte).ok()?;
        let [byte] = byte;
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return (length <= MAX_EVENT_BYTES).then_some(length);
        }
    }
    None
}
