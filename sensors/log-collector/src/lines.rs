//! Cuts a stream into lines under a size cap. Must not know what a line means.

use memchr::memchr;
use std::io::{self, Read};

/// Longest line in bytes.
pub const MAX_LINE_BYTES: usize = 1 << 20;
const CHUNK_BYTES: usize = 256 * 1024;

/// One line, until the next one is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Offset of its first byte.
    pub position: u64,
    /// Without its line feed; at most [`MAX_LINE_BYTES`].
    pub bytes: &'a [u8],
    /// It was longer: what follows up to the next line feed is passed over.
    pub is_cut: bool,
}

/// Pulls lines out of a reader; memory stays under twice the cap.
pub(crate) struct Lines<'a> {
    input: &'a mut dyn Read,
    window: Vec<u8>,
    base: u64,
    at: usize,
    has_ended: bool,
    /// Within a line that was too long.
    is_passing_over: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(input: &'a mut dyn Read) -> Self {
        Self { input, window: Vec::new(), base: 0, at: 0, has_ended: false, is_passing_over: false }
    }

    /// How far the stream was read, in bytes.
    pub(crate) fn position(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The input fails.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let rest = self.window.get(self.at..).unwrap_or_default();
            let (length, end) = match memchr(b'\n', rest) {
                Some(found) => (found, found.saturating_add(1)),
                None if rest.len() <= MAX_LINE_BYTES && !self.has_ended => {
                    self.forget(self.at);
                    self.fill()?;
                    continue;
                }
                None if rest.is_empty() => return Ok(None),
                None => (rest.len(), rest.len()),
            };
            let is_complete = end > length || self.has_ended;
            let start = self.at;
            self.at = start.saturating_add(end);
            // What follows the kept part of a line too long is passed over up to its end.
            if std::mem::replace(&mut self.is_passing_over, !is_complete) {
                continue;
            }
            let kept = start..start.saturating_add(length.min(MAX_LINE_BYTES));
            let position = self.base.saturating_add(start as u64);
            let bytes = self.window.get(kept).unwrap_or_default();
            return Ok(Some(Line { position, bytes, is_cut: length > MAX_LINE_BYTES }));
        }
    }

    fn forget(&mut self, count: usize) {
        self.window.drain(..count);
        self.base = self.base.saturating_add(count as u64);
        self.at = self.at.saturating_sub(count);
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = self.window.len();
        self.window.resize(length.saturating_add(CHUNK_BYTES), 0);
        let result = loop {
            match self.input.read(self.window.get_mut(length..).unwrap_or_default()) {
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

    fn lines(text: &[u8]) -> Vec<(u64, usize, bool)> {
        let mut input = text;
        let mut lines = Lines::new(&mut input);
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push((line.position, line.bytes.len(), line.is_cut));
        }
        all
    }

    #[test]
    fn lines_with_and_without_an_end() {
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"ab\n\nc"), [(0, 2, false), (3, 0, false), (4, 1, false)]);
        assert_eq!(lines(b"\n"), [(0, 0, false)]);
    }

    #[test]
    fn a_giant_costs_itself_and_no_memory() {
        for size in [MAX_LINE_BYTES, MAX_LINE_BYTES + 1, MAX_LINE_BYTES + CHUNK_BYTES, 5 * MAX_LINE_BYTES + 7] {
            let text = [b"a\n".as_slice(), &vec![b'x'; size], b"\nlast"].concat();
            let behind = size as u64 + 3;
            let expected = [(0, 1, false), (2, MAX_LINE_BYTES, size > MAX_LINE_BYTES), (behind, 4, false)];
            assert_eq!(lines(&text), expected, "{size}");
        }
        let mut endless = io::repeat(b'x').take(40 << 20);
        let mut lines = Lines::new(&mut endless);
        assert!(lines.next_line().unwrap().unwrap().is_cut);
        assert_eq!(lines.next_line().unwrap(), None);
        assert!(lines.window.capacity() <= 4 * MAX_LINE_BYTES);
    }
}
