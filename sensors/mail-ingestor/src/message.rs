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

#[cfg(test)]
mod tests {
    use super::*;
    use weft_runtime::sink::Collected;

    fn read(mut input: impl Read) -> Collected {
        let mut sink = Collected::default();
        read_message(&mut input, &mut sink).unwrap();
        sink
    }

    #[test]
    fn one_record_one_outcome() {
        let sink = read(&b"Subject: x\r\n\r\nbody"[..]);
        assert_eq!((sink.read, sink.events.len(), sink.rejects.len()), (1, 1, 0));
        assert_eq!(read(&b""[..]).rejects, [("empty_message", 0)]);
        assert_eq!(read(&b"no mail"[..]).rejects, [("no_header", 0)]);
        assert_eq!(read(std::io::repeat(b'x')).rejects, [("oversized_message", 0)]);
    }

    #[test]
    fn a_failing_input_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("gone"))
            }
        }
        let mut sink = Collected::default();
        assert!(matches!(read_message(&mut Broken, &mut sink), Err(IngestError::Read(_))));
        let cut = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        assert_eq!(IngestError::Read(cut).reason(), "truncated_file");
        assert_eq!(sink.read, 0);
    }
}
