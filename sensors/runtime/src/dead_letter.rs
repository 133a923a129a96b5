//! The dead-letter file: every record that could not become an event, with its reason, for a person to look at. Must not decide
//! what is bad.

use base64::Engine;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Bytes of a bad record that are kept.
pub const MAX_RAW_BYTES: usize = 64 * 1024;
/// Bytes that the file may grow to; what comes later is only counted.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    reason: &'a str,
    position: u64,
    /// Bytes of the record as it was, before it was cut.
    raw_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
}

/// What a dead-letter file holds at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeadLetterSummary {
    /// Records in the file.
    pub written: u64,
    /// Records left out because the file was full.
    pub overflow: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Writes JSON Lines of `{source, reason, position, raw_bytes, raw | raw_base64}`.
#[derive(Debug)]
pub struct DeadLetters {
    file: BufWriter<File>,
    max_bytes: u64,
    summary: DeadLetterSummary,
}

impl DeadLetters {
    /// Creates or empties the file.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::create_with_cap(path, MAX_FILE_BYTES)
    }
    /// As [`DeadLetters::create`], with another cap in bytes.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create_with_cap(path: &Path, max_bytes: u64) -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(File::create(path)?), max_bytes, summary: DeadLetterSummary::default() })
    }
    /// Appends one record: at most [`MAX_RAW_BYTES`] of it, as text when that is UTF-8, else in base64. A record that would not fit
    /// under the cap is only counted.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn write(&mut self, source: &str, reason: &str, position: u64, raw: &[u8]) -> io::Result<()> {
        let kept = raw.get(..MAX_RAW_BYTES).unwrap_or(raw);
        let text = text_of(kept, kept.len() < raw.len());
        let raw_base64 = text.is_none().then(|| base64::engine::general_purpose::STANDARD.encode(kept));
        let line = Line { source, reason, position, raw_bytes: raw.len() as u64, raw: text, raw_base64 };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        let size = self.summary.bytes.saturating_add(bytes.len() as u64);
        if size > self.max_bytes {
            self.summary.overflow = self.summary.overflow.saturating_add(1);
            return Ok(());
        }
        self.file.write_all(&bytes)?;
        self.summary.bytes = size;
        self.summary.written = self.summary.written.saturating_add(1);
        Ok(())
    }
    /// What was written so far.
    pub fn summary(&self) -> DeadLetterSummary {
        self.summary
    }
    /// Puts everything on disk.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn finish(mut self) -> io::Result<DeadLetterSummary> {
        self.file.flush()?;
        Ok(self.summary)
    }
}

/// The bytes as text; a character cut in two at the end of a shortened record is left out.
fn text_of(kept: &[u8], is_cut: bool) -> Option<&str> {
    match std::str::from_utf8(kept) {
        Ok(text) => Some(text),
        Err(error) if is_cut && error.error_len().is_none() => {
            kept.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok())
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn lines(path: &Path) -> Vec<Value> {
        std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn text_stays_text_and_bytes_become_base64() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dead.jsonl");
        let mut letters = DeadLetters::create(&path).unwrap();
        letters.write("a.json", "bad_json", 7, "{\"naïve".as_bytes()).unwrap();
        letters.write("b.pcap", "truncated_packet", 24, b"\xFF\x00").unwrap();
        // The cap falls inside a two-byte character.
        let long = format!("x{}", "é".repeat(MAX_RAW_BYTES));
        letters.write("c", "record_too_large", 0, long.as_bytes()).unwrap();
        assert_eq!(letters.finish().unwrap().written, 3);
        let lines = lines(&path);
        assert_eq!(lines[0]["raw"], "{\"naïve");
        assert_eq!(lines[0]["position"], 7);
        assert_eq!(lines[1]["raw_base64"], "/wA=");
        assert_eq!(lines[2]["raw"].as_str().unwrap().len(), MAX_RAW_BYTES - 1);
        assert_eq!(lines[2]["raw_bytes"], long.len());
    }

    #[test]
    fn a_full_file_counts_what_it_leaves_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dead.jsonl");
        let mut letters = DeadLetters::create_with_cap(&path, 300).unwrap();
        for position in 0..10 {
            letters.write("a", "bad_json", position, b"{").unwrap();
        }
        let summary = letters.finish().unwrap();
        assert_eq!(summary.written + summary.overflow, 10);
        assert_eq!(summary.written as usize, lines(&path).len());
        assert!(summary.overflow > 0 && summary.bytes <= 300);
    }
}
