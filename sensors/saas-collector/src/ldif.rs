//! LDIF (RFC 2849) to entries: folded lines, comments, base64. Memory stays under the entry cap, a damaged entry costs only itself, and
//! `:<` references are never followed. Must not know what an attribute means.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::io::{self, BufRead, Read};

/// Largest entry in bytes: photographs are some 100 KB.
const MAX_ENTRY_BYTES: usize = 1 << 20;
/// Attribute values of one entry; a large group has thousands of members.
const MAX_VALUES: usize = 100_000;
/// Writers differ in padding.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Attribute names in lower case, without options (`;lang-ja`), and their values in the order of the entry.
pub(crate) type Values = Vec<(String, Vec<u8>)>;

/// One entry as it stands in the file.
pub(crate) struct Entry {
    /// Offset of its first byte.
    pub position: u64,
    /// Its bytes, or their beginning when it is too large.
    pub raw: Vec<u8>,
    /// What it says, or why that cannot be read.
    pub values: Result<Values, &'static str>,
}

/// Cuts a file into entries.
pub(crate) struct LdifReader<R> {
    input: R,
    position: u64,
}

impl<R: BufRead> LdifReader<R> {
    pub fn new(input: R) -> Self {
        Self { input, position: 0 }
    }
    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next entry; comments and the version alone are none. `None` at the end.
    ///
    /// # Errors
    /// The input fails.
    pub fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        loop {
            let start = self.position;
            let (mut raw, mut is_too_large, mut has_ended) = (Vec::new(), false, false);
            let (mut is_line_start, mut is_blank) = (true, true);
            // An entry ends with an empty line; a line is read in pieces, so that it cannot grow beyond the cap either.
            while !has_ended {
                let from = raw.len();
                let count = self.input.by_ref().take(8 * 1024).read_until(b'\n', &mut raw)?;
                self.position = self.position.saturating_add(count as u64);
                has_ended = count == 0;
                let piece = raw.get(from..).unwrap_or_default();
                let ends_line = piece.ends_with(b"\n");
                if is_line_start && matches!(piece, b"\n" | b"\r\n") {
                    break;
                }
                is_blank &= is_line_start && (piece.starts_with(b"#") || piece.starts_with(b"version:")) || piece.is_empty();
                is_line_start = ends_line;
                if raw.len() > MAX_ENTRY_BYTES {
                    is_too_large = true;
                    raw.truncate(MAX_ENTRY_BYTES);
                }
            }
            if raw.trim_ascii().is_empty() || is_blank {
                if has_ended {
                    return Ok(None);
                }
                continue;
            }
            raw.truncate(MAX_ENTRY_BYTES);
            let values = if is_too_large { Err("record_too_large") } else { parse(&raw) };
            return Ok(Some(Entry { position: start, raw, values }));
        }
    }
}

/// The attributes of one entry.
fn parse(entry: &[u8]) -> Result<Values, &'static str> {
    let mut values = Values::new();
    for line in unfold(entry) {
        if line.starts_with(b"#") || line.is_empty() {
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or("bad_ldif")?;
        let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon.saturating_add(1)..).unwrap_or_default());
        let name = name.split(|byte| *byte == b';').next().unwrap_or_default();
        let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte));
        let name = std::str::from_utf8(name).ok().filter(|_| is_name).ok_or("bad_ldif")?.to_ascii_lowercase();
        let value = match value.split_first() {
            Some((b':', encoded)) => BASE64.decode(encoded.trim_ascii()).map_err(|_| "bad_base64")?,
            // A reference to a file or address.
            Some((b'<', _)) => continue,
            _ => value.trim_ascii().to_vec(),
        };
        if name == "changetype" && !value.eq_ignore_ascii_case(b"add") {
            return Err("ldif_change");
        }
        if values.len() >= MAX_VALUES {
            return Err("record_too_large");
        }
        values.push((name, value));
    }
    if values.iter().any(|(name, _)| name == "dn") { Ok(values) } else { Err("bad_ldif") }
}

/// The lines of an entry; one that begins with a space goes on with the line before.
fn unfold(entry: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in entry.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.strip_prefix(b" "), lines.last_mut()) {
            (Some(rest), Some(before)) => before.extend_from_slice(rest),
            _ => lines.push(line.to_vec()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &[u8]) -> Vec<Result<Values, &'static str>> {
        let mut reader = LdifReader::new(text);
        std::iter::from_fn(|| reader.next_entry().unwrap()).map(|entry| entry.values).collect()
    }
    fn value(name: &str, value: &str) -> (String, Vec<u8>) {
        (name.to_owned(), value.as_bytes().to_vec())
    }

    #[test]
    fn the_forms_of_a_line() {
        let text = b"version: 1\n\n# who\ndn: cn=An\r\n n,dc=corp\r\nCN;lang-en:Ann\r\ndescription:: w6Q\nphoto:< file:///etc/passwd\n\n\n";
        assert_eq!(entries(text), [Ok(vec![value("dn", "cn=Ann,dc=corp"), value("cn", "Ann"), value("description", "ä")])]);
    }

    #[test]
    fn a_bad_entry_costs_only_itself() {
        let text =
            b"dn: a\nnonsense\n\ndn: b\nx:: !!\n\ndn: c\nchangetype: modify\nreplace: x\nx: y\n-\n\nmail: x\n\ndn: d\nchangetype: add";
        let found = entries(text);
        let reasons: Vec<_> = found.iter().filter_map(|entry| entry.as_ref().err().copied()).collect();
        assert_eq!(reasons, ["bad_ldif", "bad_base64", "ldif_change", "bad_ldif"]);
        assert_eq!(found.last(), Some(&Ok(vec![value("dn", "d"), value("changetype", "add")])));
    }

    #[test]
    fn an_endless_line_stays_under_the_cap() {
        let text = [b"dn: a\nx: ".as_slice(), &vec![b'x'; 3 * MAX_ENTRY_BYTES], b"\n\ndn: b\n"].concat();
        let mut reader = LdifReader::new(&text[..]);
        let large = reader.next_entry().unwrap().unwrap();
        assert_eq!((large.values, large.raw.len()), (Err("record_too_large"), MAX_ENTRY_BYTES));
        assert_eq!(reader.next_entry().unwrap().unwrap().values, Ok(vec![value("dn", "b")]));
    }
}
