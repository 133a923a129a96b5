//! A log to events.

use crate::error::LogReadError;
use crate::lines::Lines;
use std::io::Read;
use weft_log_map::{Format, Line, LogMapper};
use weft_runtime::{Kind, Reject, Sink, TextReader};

/// The format of the kinds that are network logs.
pub fn format_of(kind: Kind) -> Option<Format> {
    Some(match kind {
        Kind::ZeekTsv => Format::ZeekTsv,
        Kind::ZeekJson => Format::ZeekJson,
        Kind::SuricataEve => Format::SuricataEve,
        Kind::CiscoAsa => Format::CiscoAsa,
        Kind::SecureAccessCsv => Format::SecureAccessCsv,
        _ => return None,
    })
}

/// Reads a log of `format`, in UTF-8 (with or without byte order mark) or UTF-16. A line that gives no event, or is longer than
/// [`MAX_LINE_BYTES`](crate::MAX_LINE_BYTES), is rejected with a reason, and reading goes on with the next one. Headers and
/// comments are no records.
///
/// # Errors
/// The input fails; the lines before that were delivered.
pub fn read_log(input: &mut dyn Read, format: Format, sink: &mut dyn Sink) -> Result<(), LogReadError> {
    let mut text = TextReader::new(input);
    let mut lines = Lines::new(&mut text);
    let mut mapper = LogMapper::new(format);
    let ended = loop {
        if sink.stopped() {
            return Ok(());
        }
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break Ok(()),
            Err(source) => break Err(source),
        };
        let mapped = if line.is_cut {
            Err("record_too_large")
        } else {
            mapper.line(line.bytes, &mut |event| sink.event(event)).map_err(|error| error.reason())
        };
        match mapped {
            Ok(Line::Other) => {}
            Ok(Line::Record) => sink.read(),
            Err(reason) => {
                sink.read();
                sink.reject(Reject { reason, position: line.position, raw: line.bytes });
            }
        }
    };
    mapper.finish(&mut |event| sink.event(event));
    ended.map_err(|source| LogReadError::Read { position: lines.position(), source })
}
