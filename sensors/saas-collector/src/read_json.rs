//! A JSON source to events.

use crate::error::CollectError;
use crate::json_stream::JsonStream;
use std::io::Read;
use weft_runtime::{Reject, Sink, TextReader};

/// Reads audit records: JSON Lines, a top-level array, `{"value": [...]}` or `{"records": [...]}`, or objects one after the other,
/// in UTF-8 (with or without byte order mark) or UTF-16. A record that is damaged, larger than
/// [`MAX_RECORD_BYTES`](crate::MAX_RECORD_BYTES), nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH) or of no known shape is
/// rejected with a reason, and reading goes on with the next one.
///
/// # Errors
/// The input fails; the records before that were delivered.
pub fn read_json(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), CollectError> {
    let mut text = TextReader::new(input);
    let mut stream = JsonStream::new(&mut text);
    while !sink.stopped() {
        let piece = match stream.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(source) => return Err(CollectError::Read { position: stream.position(), source }),
        };
        sink.read();
        let raw = stream.bytes(piece.range);
        let result = piece.record.and_then(|record| {
            let text = String::from_utf8_lossy(raw);
            weft_saas_map::map_record(&record, &text).map_err(|error| error.reason())
        });
        match result {
            Ok(event) => sink.event(event),
            Err(reason) => sink.reject(Reject { reason, position: piece.position, raw }),
        }
    }
    Ok(())
}
