//! Cuts a CSV (RFC 4180) into rows under a size cap. A quote that is never closed costs its own line only. Must not know columns.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, Read};
use std::ops::Range;

/// Largest row in bytes: a record of 1 MiB whose quotes are doubled.
pub const MAX_ROW_BYTES: usize = 2 << 20;
/// Most columns of a row.
const MAX_COLUMNS: usize = 1024;
const CHUNK_BYTES: usize = 64 * 1024;

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Offset of its first byte.
    pub position: u64,
    /// Where [`Rows::bytes`] finds it, until the next row is asked for.
    pub range: Range<usize>,
    /// Its fields, or why it has none.
    pub fields: Result<Vec<String>, &'static str>,
    /// Whether the row goes over several lines.
    pub is_multi_line: bool,
}

/// Pulls rows out of a reader.
pub struct Rows<'a> {
    input: &'a mut dyn Read,
    window: Vec<u8>,
    base: u64,
    at: usize,
    has_ended: bool,
    delimiter: u8,
    parser: Reader,
    /// Where the last row began: [`Rows::retry_behind_first_line`] goes back to it.
    last_start: usize,
}

impl<'a> Rows<'a> {
    /// Starts at the current place of `input`, which must give UTF-8.
    pub fn new(input: &'a mut dyn Read) -> Self {
        Self { input, window: Vec::new(), base: 0, at: 0, has_ended: false, delimiter: b',', parser: Reader::new(), last_start: 0 }
    }
    /// How far the input was read, in bytes.
    pub fn position(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }
    /// The bytes of the last row.
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.window.get(range).unwrap_or_default()
    }

    /// Takes the delimiter that the next line has most of: comma, semicolon or tab.
    ///
    /// # Errors
    /// The input fails.
    pub fn detect_delimiter(&mut self) -> io::Result<()> {
        while !self.has_ended && !self.window.get(self.at..).unwrap_or_default().contains(&b'\n') && self.window.len() < MAX_ROW_BYTES {
            self.fill()?;
        }
        let line = self.window.get(self.at..).unwrap_or_default().split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |wanted: u8| line.iter().filter(|byte| **byte == wanted).count();
        self.delimiter = [b';', b'\t'].into_iter().filter(|d| count(*d) > count(b',')).max_by_key(|d| count(*d)).unwrap_or(b',');
        self.parser = ReaderBuilder::new().delimiter(self.delimiter).build();
        Ok(())
    }

    /// The next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// The input fails.
    pub fn next_row(&mut self) -> io::Result<Option<Row>> {
        if self.at >= CHUNK_BYTES {
            self.window.drain(..self.at);
            self.base = self.base.saturating_add(self.at as u64);
            self.at = 0;
        }
        while matches!(self.peek(self.at)?, Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        self.last_start = start;
        let mut at = start;
        let mut is_quoted = false;
        let mut is_multi_line = false;
        loop {
            match self.peek(at)? {
                None if at == start => return Ok(None),
                None => break,
                Some(b'"') => is_quoted = !is_quoted,
                Some(b'\n') if !is_quoted => break,
                Some(b'\n') => is_multi_line = true,
                Some(_) => {}
            }
            at += 1;
            if at - start > MAX_ROW_BYTES {
                // A quote never closed, or a giant: only its first line is lost.
                let end = self.first_line_end(start)?;
                self.at = end;
                let kept = start..end.min(start.saturating_add(MAX_ROW_BYTES));
                return Ok(Some(self.row(start, kept, Err("record_too_large"), false)));
            }
        }
        self.at = at;
        let fields = if is_quoted { Err("truncated_record") } else { self.parse(start..at) };
        Ok(Some(self.row(start, start..at, fields, is_multi_line)))
    }

    /// After a row of several lines turned out bad: goes on behind the first of them. Gives the range of that line.
    pub fn retry_behind_first_line(&mut self, row: &Row) -> Range<usize> {
        let bytes = self.window.get(row.range.clone()).unwrap_or_default();
        let length = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let end = self.last_start.saturating_add(length);
        self.at = end;
        self.last_start..end
    }

    fn row(&self, start: usize, range: Range<usize>, fields: Result<Vec<String>, &'static str>, is_multi_line: bool) -> Row {
        Row { position: self.base.saturating_add(start as u64), range, fields, is_multi_line }
    }

    fn first_line_end(&mut self, start: usize) -> io::Result<usize> {
        let mut at = start;
        while let Some(byte) = self.peek(at)? {
            if byte == b'\n' {
                return Ok(at);
            }
            at += 1;
            // A line without end is dropped as it comes; what remains of it becomes a row of its own.
            if at - start > MAX_ROW_BYTES.saturating_mul(2) {
                break;
            }
        }
        Ok(at)
    }

    fn parse(&mut self, range: Range<usize>) -> Result<Vec<String>, &'static str> {
        let input = self.window.get(range).unwrap_or_default();
        self.parser.reset();
        let mut output = vec![0u8; input.len().saturating_add(1)];
        let mut ends = vec![0usize; MAX_COLUMNS];
        let (mut read, mut written, mut fields) = (0usize, 0usize, 0usize);
        loop {
            let (result, r, w, e) = self.parser.read_record(
                input.get(read..).unwrap_or_default(),
                output.get_mut(written..).unwrap_or_default(),
                ends.get_mut(fields..).unwrap_or_default(),
            );
            read = read.saturating_add(r);
            written = written.saturating_add(w);
            fields = fields.saturating_add(e);
            match result {
                // Once more with no input: the end of the row.
                ReadRecordResult::InputEmpty if read >= input.len() && r == 0 => break,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputEndsFull => return Err("too_many_columns"),
                ReadRecordResult::OutputFull => return Err("bad_csv"),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let mut from = 0;
        let mut texts = Vec::with_capacity(fields);
        for end in ends.iter().take(fields) {
            texts.push(String::from_utf8_lossy(output.get(from..*end).unwrap_or_default()).into_owned());
            from = *end;
        }
        Ok(texts)
    }

    fn peek(&mut self, index: usize) -> io::Result<Option<u8>> {
        while index >= self.window.len() && !self.has_ended {
            self.fill()?;
        }
        Ok(self.window.get(index).copied())
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = self.window.len();
        self.window.resize(length.saturating_add(CHUNK_BYTES), 0);
        let space = self.window.get_mut(length..).unwrap_or_default();
        let result = loop {
            match self.input.read(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let count = *result.as_ref().unwrap_or(&0);
        self.window.truncate(length.saturating_add(count));
        self.has_ended = count == 0;
        result.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<Vec<String>, &'static str>> {
        let mut input = text.as_bytes();
        let mut rows = Rows::new(&mut input);
        rows.detect_delimiter().unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            all.push(row.fields);
        }
        all
    }

    fn ok(fields: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn quotes_lines_and_delimiters() {
        assert_eq!(rows("a,b\r\n\"x, \"\"y\"\"\",\"1\n2\"\r\n\r\nlast,"), [ok(&["a", "b"]), ok(&["x, \"y\"", "1\n2"]), ok(&["last", ""])]);
        assert_eq!(rows("a;b\nx;\"y;z\"\n"), [ok(&["a", "b"]), ok(&["x", "y;z"])]);
        assert_eq!(rows(""), []);
        assert_eq!(rows("a,b\nx,\"never closed\n"), [ok(&["a", "b"]), Err("truncated_record")]);
    }

    #[test]
    fn a_giant_row_costs_its_line() {
        let text = format!("a,b\n\"{}\nc,d\n", "x".repeat(MAX_ROW_BYTES + 10));
        assert_eq!(rows(&text), [ok(&["a", "b"]), Err("record_too_large"), ok(&["c", "d"])]);
    }
}
