//! Splits a message or MIME part into header fields and body (RFC 5322 section 2.2). Must not know what any field means.

use crate::limits::{MAX_FIELD_BYTES, MAX_FIELDS, MAX_HEADER_BYTES};
use memchr::memchr;

/// Bytes of a field name beyond which a line is no header (RFC 5322 sets none; the longest in use have about 60).
const MAX_FIELD_NAME_BYTES: usize = 128;

/// One header field, undecoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub name: &'a [u8],
    /// Everything after the colon, folded lines and the final line end included.
    pub value: &'a [u8],
}

/// A header block and what follows it.
#[derive(Debug)]
pub(crate) struct Headers<'a> {
    /// In the order of the message: the topmost first.
    pub fields: Vec<Field<'a>>,
    /// The header block without the empty line that ends it.
    pub block: &'a [u8],
    /// What follows the first empty line.
    pub body: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Splits at the first empty line. Lines that are no field (a quoted mbox separator, text without a colon) are passed over.
    pub(crate) fn split(entity: &'a [u8]) -> Self {
        let mut fields: Vec<Field<'a>> = Vec::new();
        let (mut block, mut body): (&[u8], &[u8]) = (entity, &[]);
        // Name and value range of the field being read.
        let mut open: Option<(&'a [u8], usize, usize)> = None;
        let mut start = 0;
        while let Some(line) = line_at(entity, start) {
            let end = start.saturating_add(line.len());
            if line == b"\n" || line == b"\r\n" {
                block = entity.get(..start).unwrap_or_default();
                body = entity.get(end..).unwrap_or_default();
                break;
            }
            if start < MAX_HEADER_BYTES {
                if matches!(line.first(), Some(b' ' | b'\t')) {
                    open = open.map(|(name, from, _)| (name, from, end));
                } else {
                    close(&mut fields, entity, open.take());
                    open = field_name(line).map(|(name, after)| (name, start.saturating_add(after), end));
                }
            }
            start = end;
        }
        close(&mut fields, entity, open.take());
        Self { fields, block, body }
    }

    /// The topmost field of this name (lower case).
    pub(crate) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Every field of this name (lower case), topmost first.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl DoubleEndedIterator<Item = &'a [u8]> + 's {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name.as_bytes())).map(|f| f.value)
    }

    /// Whether a field of this name (lower case) is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }
}

fn close<'a>(fields: &mut Vec<Field<'a>>, entity: &'a [u8], open: Option<(&'a [u8], usize, usize)>) {
    let Some((name, from, to)) = open else { return };
    if fields.len() < MAX_FIELDS {
        let to = to.min(from.saturating_add(MAX_FIELD_BYTES));
        fields.push(Field { name, value: entity.get(from..to).unwrap_or_default() });
    }
}

/// The line that begins at `start`, with its line end; `None` at the end.
pub(crate) fn line_at(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    rest.get(..end)
}

/// Name of the field on this line and where its value begins.
fn field_name(line: &[u8]) -> Option<(&[u8], usize)> {
    let colon = memchr(b':', line.get(..line.len().min(MAX_FIELD_NAME_BYTES)).unwrap_or_default())?;
    let name = line.get(..colon)?.trim_ascii_end();
    let valid = !name.is_empty() && name.iter().all(|byte| (33..=126).contains(byte));
    valid.then_some((name, colon + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_fields_stay_whole_and_junk_is_passed_over() {
        let headers = Headers::split(b"From someone Thu Sep 19 17:52:00 2002\r\nSubject : a\r\n b\r\n>From x\r\nTo: c\r\n\r\nbody: x\r\n");
        let got: Vec<_> = headers.fields.iter().map(|f| (f.name, f.value)).collect();
        assert_eq!(got, [(&b"Subject"[..], &b" a\r\n b\r\n"[..]), (b"To", b" c\r\n")]);
        assert_eq!(headers.body, b"body: x\r\n");
    }

    #[test]
    fn a_part_may_have_no_header() {
        let headers = Headers::split(b"\nbody\n");
        assert!(headers.fields.is_empty());
        assert_eq!(headers.body, b"body\n");
    }

    #[test]
    fn caps_hold_and_the_body_is_still_found() {
        let mut message = b"X: y\n".repeat(MAX_FIELDS + 5);
        message.extend(b"\nbody");
        let headers = Headers::split(&message);
        assert_eq!(headers.fields.len(), MAX_FIELDS);
        assert_eq!(headers.body, b"body");
        let long = [b"X: ".as_slice(), &vec![b'a'; 2 * MAX_FIELD_BYTES], b"\nTo: a\n\nb"].concat();
        let headers = Headers::split(&long);
        assert_eq!(headers.first("x").map(<[u8]>::len), Some(MAX_FIELD_BYTES));
        assert_eq!(headers.body, b"b");
    }
}
