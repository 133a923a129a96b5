//! Reads one message (.eml, a Maildir file).

use crate::error::IngestError;
use std::io::Read;
use weft_mail_decode::limits::MAX_MESSAGE_BYTES;
use weft_runtime::sink::{Reject, Sink};

/// Reads `input` to its end as one raw message: one record, then one event or one reject (`empty_message`, `no_header`,
/// `oversized_message` beyond 64 MiB).
///
/// # Errors
/// [`IngestError::Read`] when the input fails; nothing was counted then.
pub fn read_message(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), IngestError> {
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more.
    input.take(MAX_MESSAGE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    deliver(&bytes, 0, sink);
    Ok(())
}

/// Hands one message to the sink.
pub(crate) fn deliver(message: &[u8], position: u64, sink: &mut dyn Sink) {
    sink.read();
    match weft_mail_decode::decode(message) {
        Ok(event) => sink.event(event),
        Err(error) => sink.reject(Reject { reason: error.reason(), position, raw: message }),
    }
}
