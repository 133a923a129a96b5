//! Zeek's tab-separated logs: the header says the separator, what unset and empty look like, and the fields. A header may come
//! again in the middle (joined or rotated logs). Must not know what fields mean.

use super::Log;
use super::fields::Fields;
use crate::error::LogError;
use crate::event::Out;
use crate::mapper::Line;
use memchr::{memchr, memchr_iter};
use std::borrow::Cow;
use std::ops::Range;

/// Most fields of a log (Zeek's widest has about 40).
const MAX_FIELDS: usize = 512;
/// Most members of a set or vector that are looked at.
const MAX_MEMBERS: usize = 256;

/// Reads one source.
#[derive(Debug)]
pub(crate) struct ZeekTsv {
    separator: u8,
    set_separator: u8,
    unset: Vec<u8>,
    empty: Vec<u8>,
    /// Outer: no header yet. Inner: a log that is not read.
    log: Option<Option<Log>>,
    fields: Vec<String>,
    /// Where the cells of the current row are; kept for its allocation.
    cells: Vec<Range<usize>>,
}

impl Default for ZeekTsv {
    fn default() -> Self {
        let (unset, empty) = (b"-".to_vec(), b"(empty)".to_vec());
        Self { separator: b'\t', set_separator: b',', unset, empty, log: None, fields: Vec::new(), cells: Vec::new() }
    }
}

impl ZeekTsv {
    pub(crate) fn line(&mut self, line: &[u8], out: Out<'_>) -> Result<Line, LogError> {
        if let Some(header) = line.strip_prefix(b"#") {
            return self.header(header).map(|()| Line::Other);
        }
        if self.fields.is_empty() {
            return Err(LogError::NoHeader);
        }
        let log = self.log.ok_or(LogError::NoHeader)?.ok_or(LogError::NoReader)?;
        self.cells.clear();
        let mut start = 0;
        for at in memchr_iter(self.separator, line).take(MAX_FIELDS) {
            self.cells.push(start..at);
            start = at.saturating_add(1);
        }
        self.cells.push(start..line.len());
        if self.cells.len() != self.fields.len() {
            return Err(LogError::FieldCount);
        }
        out(log.map(&Row { reader: self, line })?);
        Ok(Line::Record)
    }

    /// One header line without its `#`. The separator of `#separator` itself is a space (or a tab, by some converters).
    fn header(&mut self, header: &[u8]) -> Result<(), LogError> {
        let header = String::from_utf8_lossy(header);
        if let Some(value) = header.strip_prefix("separator") {
            *self = Self::default();
            self.separator = unescape(value.trim_matches([' ', '\t']).as_bytes()).first().copied().unwrap_or(b'\t');
            return Ok(());
        }
        let separator = char::from(self.separator);
        let (name, value) = header.split_once(separator).unwrap_or((&header, ""));
        match name {
            "set_separator" => self.set_separator = value.bytes().next().unwrap_or(b','),
            "empty_field" => self.empty = value.as_bytes().to_vec(),
            "unset_field" => self.unset = value.as_bytes().to_vec(),
            "path" => self.log = Some(Log::of_path(value)),
            "fields" => {
                self.fields = value.split(separator).take(MAX_FIELDS + 1).map(str::to_owned).collect();
                if value.is_empty() || self.fields.len() > MAX_FIELDS {
                    self.fields.clear();
                    return Err(LogError::BadHeader);
                }
            }
            // #open, #close, #types and comments say nothing that is needed.
            _ => {}
        }
        Ok(())
    }
}

struct Row<'a> {
    reader: &'a ZeekTsv,
    line: &'a [u8],
}

impl Row<'_> {
    fn cell(&self, name: &str) -> Option<&[u8]> {
        let place = self.reader.fields.iter().position(|field| field == name)?;
        let cell = self.line.get(self.reader.cells.get(place)?.clone())?;
        (cell != self.reader.unset.as_slice()).then_some(cell)
    }
    fn value<'b>(&self, cell: &'b [u8]) -> Cow<'b, str> {
        if cell == self.reader.empty.as_slice() {
            Cow::Borrowed("")
        } else if memchr(b'\\', cell).is_some() {
            Cow::Owned(String::from_utf8_lossy(&unescape(cell)).into_owned())
        } else {
            String::from_utf8_lossy(cell)
        }
    }
}

impl Fields for Row<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.cell(name).map(|cell| self.value(cell))
    }
    fn list(&self, name: &str) -> Vec<Cow<'_, str>> {
        let Some(cell) = self.cell(name).filter(|cell| *cell != self.reader.empty.as_slice()) else { return Vec::new() };
        let members = cell.split(|byte| *byte == self.reader.set_separator).take(MAX_MEMBERS);
        members.filter(|member| *member != self.reader.unset.as_slice()).map(|member| self.value(member)).collect()
    }
}

/// Zeek writes bytes that would break a row as `\xNN`, and a backslash as two.
fn unescape(cell: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, behind) {
            (b'\\', [b'\\', behind @ ..]) => {
                bytes.push(b'\\');
                rest = behind;
            }
            (b'\\', [b'x', high, low, behind @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let byte = hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0);
                bytes.push(u8::try_from(byte).unwrap_or(b'?'));
                rest = behind;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape(br"a\x09b\\x41\x4"), b"a\tb\\x41\\x4");
        assert_eq!(unescape(br"\"), b"\\");
    }
}
