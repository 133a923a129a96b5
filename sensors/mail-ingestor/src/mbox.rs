//! Reads mbox files (RFC 4155) as a stream, in the mboxo and mboxrd dialects. Memory is bounded by one message.
//!
//! A message begins with a `From ` line at the start of the file or after an empty line, when that line names a time (`hh:mm`): so a
//! sentence that begins with "From" inside an unquoted body does not split a message. `>From ` at the start of a line loses one `>`,
//! as mboxrd writes it; for mboxo that is the best guess there is. Content-Length (mboxcl) is not believed.

use crate::error::IngestError;
use crate::message::deliver;
use std::io::{BufRead, BufReader, Read};
use weft_mail_decode::limits::MAX_MESSAGE_BYTES;
use weft_runtime::sink::{Reject, Sink};

/// Bytes read at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Bytes of a `From ` line in which the time is looked for.
const MAX_FROM_LINE_BYTES: usize = 1 << 10;
/// Bytes of an oversized message that are handed on with its reject.
const MAX_REJECT_BYTES: usize = 64 << 10;

/// Reads every message of an mbox file. Positions are byte offsets of the `From ` lines. What stands before the first one is
/// rejected as `not_mbox`, a message beyond 64 MiB as `oversized_message`, and reading goes on.
///
/// # Errors
/// [`IngestError::Read`] when the input fails; complete messages before that place were handed on.
pub fn read_mbox(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), IngestError> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut message = Message::default();
    let (mut line, mut offset, mut after_empty) = (Vec::new(), 0u64, true);
    while let Some(length) = next_line(&mut input, &mut line)? {
        if after_empty && is_separator(&line) {
            message.finish(sink);
            if sink.stopped() {
                return Ok(());
            }
            message = Message { position: offset, is_mail: true, ..Message::default() };
            message.push(&line, length);
        } else {
            message.push(unquoted(&line), length);
        }
        after_empty = matches!(line.as_slice(), b"\n" | b"\r\n");
        offset = offset.saturating_add(length);
    }
    message.finish(sink);
    Ok(())
}

/// The message being collected, separator included: the decoder takes its time from it when the header has none.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
    position: u64,
    /// Whether it began with a `From ` line.
    is_mail: bool,
    is_oversized: bool,
}

impl Message {
    /// Appends a line of which `length` bytes were read, of which `line` keeps the beginning.
    fn push(&mut self, line: &[u8], length: u64) {
        let is_whole = usize::try_from(length).is_ok_and(|length| length <= line.len().saturating_add(1));
        if self.is_oversized || !is_whole || self.bytes.len().saturating_add(line.len()) > MAX_MESSAGE_BYTES {
            self.is_oversized = true;
            self.bytes.truncate(MAX_REJECT_BYTES);
        } else {
            self.bytes.extend_from_slice(line);
        }
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        if self.is_oversized || (!self.is_mail && !self.bytes.trim_ascii().is_empty()) {
            let reason = if self.is_oversized { "oversized_message" } else { "not_mbox" };
            let raw = self.bytes.get(..self.bytes.len().min(MAX_REJECT_BYTES)).unwrap_or_default();
            sink.read();
            sink.reject(Reject { reason, position: self.position, raw });
        } else if self.is_mail {
            deliver(&self.bytes, self.position, sink);
        }
    }
}

/// Reads a line with its end into `line`, at most [`MAX_MESSAGE_BYTES`] of it, and returns how many bytes it has in all; `None` at
/// the end of the input.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Option<u64>> {
    line.clear();
    let mut length = 0u64;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((length > 0).then_some(length));
        }
        let end = memchr::memchr(b'\n', available);
        let used = end.map_or(available.len(), |at| at + 1);
        let room = MAX_MESSAGE_BYTES.saturating_sub(line.len());
        line.extend_from_slice(available.get(..used.min(room)).unwrap_or_default());
        input.consume(used);
        length = length.saturating_add(used as u64);
        if end.is_some() {
            return Ok(Some(length));
        }
    }
}

/// Whether this line parts two messages: `From `, a sender, and a time of day.
fn is_separator(line: &[u8]) -> bool {
    let line = line.get(..line.len().min(MAX_FROM_LINE_BYTES)).unwrap_or_default();
    line.starts_with(b"From ")
        && !line.starts_with(b"From :") // the header field, oddly spaced
        && line.windows(4).any(|four| matches!(four, [a, b':', c, d] if a.is_ascii_digit() && c.is_ascii_digit() && d.is_ascii_digit()))
}

fn unquoted(line: &[u8]) -> &[u8] {
    let after = line.iter().position(|byte| *byte != b'>').unwrap_or(line.len());
    let is_quoted = after > 0 && line.get(after..).is_some_and(|rest| rest.starts_with(b"From "));
    if is_quoted { line.get(1..).unwrap_or_default() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::{Body, EventUid};
    use weft_runtime::sink::Collected;

    fn read(text: &str) -> Collected {
        let mut sink = Collected::default();
        read_mbox(&mut text.as_bytes(), &mut sink).unwrap();
        sink
    }

    fn subjects(sink: &Collected) -> Vec<&str> {
        sink.events.iter().map(|event| if let Body::Email(email) = &event.body { email.subject.as_str() } else { "?" }).collect()
    }

    const LINE: &str = "From ann@corp.example Thu Sep 19 17:52:00 2002\n";

    #[test]
    fn messages_are_parted_and_unquoted() {
        let text = format!("{LINE}Subject: one\n\n>From here\n>>From there\nFrom where?\n\n{LINE}Subject: two\n\nFrom me\n");
        let sink = read(&text);
        assert_eq!(subjects(&sink), ["one", "two"]);
        assert_eq!((sink.read, sink.rejects.len()), (2, 0));
        let plain = b"Subject: one\n\nFrom here\n>From there\nFrom where?\n";
        assert_eq!(sink.events[0].uid, EventUid::of_message(plain));
        assert_eq!(sink.events[0].time.to_rfc3339(), "2002-09-19T17:52:00Z");
    }

    #[test]
    fn a_sentence_is_no_separator() {
        let sink = read(&format!("{LINE}Subject: one\n\nHello\n\nFrom Monday on we are closed.\n"));
        assert_eq!(subjects(&sink), ["one"]);
    }

    #[test]
    fn junk_is_counted_with_its_place() {
        let sink = read(&format!("\njunk\n\n{LINE}\n\n{LINE}Subject: x\n\n"));
        assert_eq!(sink.rejects, [("not_mbox", 0), ("empty_message", 7)]);
        assert_eq!((subjects(&sink), sink.read), (vec!["x"], 3));
        assert_eq!(read("").read, 0);
    }

    /// Repeats a line without holding it.
    struct Endless {
        left: u64,
        line_ends: bool,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let size = buffer.len().min(usize::try_from(self.left).unwrap());
            buffer[..size].fill(b'x');
            if self.line_ends && size > 0 {
                buffer[size - 1] = b'\n';
            }
            self.left -= size as u64;
            Ok(size)
        }
    }

    #[test]
    fn an_endless_message_is_one_reject_and_reading_goes_on() {
        for line_ends in [true, false] {
            let head = format!("{LINE}Subject: big\n\n");
            let tail = format!("\n\n{LINE}Subject: after\n\nok\n");
            let body = Endless { left: MAX_MESSAGE_BYTES as u64 + 10_000_000, line_ends };
            let mut sink = Collected::default();
            read_mbox(&mut head.as_bytes().chain(body).chain(tail.as_bytes()), &mut sink).unwrap();
            assert_eq!(sink.rejects, [("oversized_message", 0)], "line ends: {line_ends}");
            assert_eq!(subjects(&sink), ["after"]);
        }
    }
}
