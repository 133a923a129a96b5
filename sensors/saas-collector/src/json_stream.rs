//! Cuts a stream of bytes into JSON records: JSON Lines, objects one after the other (pretty-printed or not), a top-level array,
//! and the wrappers `{"value": [...]}` (Microsoft Graph) and `{"records": [...]}` (Azure). Memory stays under the record cap
//! whatever the stream holds, and a damaged record costs only itself. Must not know what a record means.

use crate::resync::{Damage, resync};
use serde_json::Value;
use std::io::{self, Read};
use std::ops::Range;

/// Largest record in bytes.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
/// Deepest nesting of arrays and objects within a record.
pub const MAX_DEPTH: usize = 64;
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes of a record that is too large that are kept for the dead letter.
const KEPT_BYTES: usize = 64 * 1024;
/// Keys whose array holds the records, unless the object is a record itself.
const WRAPPER_KEYS: &[&[u8]] = &[b"value", b"records", b"Records", b"Value"];
const RECORD_KEYS: [&[u8]; 8] = [b"Id", b"id", b"CreationTime", b"Operation", b"AuditData", b"auditData", b"time", b"category"];

/// One piece of the stream.
#[derive(Debug)]
pub struct Piece {
    /// Offset of its first byte in the stream.
    pub position: u64,
    /// Where [`JsonStream::bytes`] finds it, until the next piece is asked for.
    pub range: Range<usize>,
    /// The record, or why there is none.
    pub record: Result<Value, &'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Array,
    /// The array of a wrapper; behind it follows the rest of the wrapper.
    Wrapped,
}

/// What became of a `{`.
enum Scan {
    Piece(Piece),
    /// It was a wrapper, whose array has begun.
    Wrapper,
}

/// Pulls records out of a reader.
pub struct JsonStream<'a> {
    input: &'a mut dyn Read,
    /// A window on the stream; `base` is the offset of its first byte.
    window: Vec<u8>,
    base: u64,
    at: usize,
    has_ended: bool,
    containers: Vec<Container>,
    wrapper_keys: &'static [&'static [u8]],
}

impl<'a> JsonStream<'a> {
    /// Starts at the current place of `input`, which must give UTF-8.
    pub fn new(input: &'a mut dyn Read) -> Self {
        Self::with_wrapper(input, WRAPPER_KEYS)
    }
    /// [`Self::new`], with the records of a wrapper under one of other keys.
    pub fn with_wrapper(input: &'a mut dyn Read, wrapper_keys: &'static [&'static [u8]]) -> Self {
        Self { input, window: Vec::new(), base: 0, at: 0, has_ended: false, containers: Vec::new(), wrapper_keys }
    }
    /// How far the stream was read, in bytes.
    pub fn position(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }
    /// The bytes of the last piece.
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.window.get(range).unwrap_or_default()
    }

    /// The next record or bad piece; `None` at the end.
    ///
    /// # Errors
    /// The input fails.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        loop {
            if self.at >= CHUNK_BYTES {
                self.forget(self.at);
            }
            let Some(byte) = self.peek(self.at)? else { return Ok(None) };
            match byte {
                // The record separator of RFC 7464 and a byte order mark between joined files stand for nothing; a stray closing
                // brace belongs to a record that was already rejected.
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1E | b'}' | 0xEF | 0xBB | 0xBF => self.at += 1,
                b'[' => {
                    if self.containers.len() < MAX_DEPTH {
                        self.containers.push(Container::Array);
                    }
                    self.at += 1;
                }
                b']' => {
                    self.at += 1;
                    if self.containers.pop() == Some(Container::Wrapped) {
                        self.skip_rest_of_wrapper()?;
                    }
                }
                b'{' => {
                    if let Scan::Piece(piece) = self.object()? {
                        return Ok(Some(piece));
                    }
                }
                _ => return self.garbage().map(Some),
            }
        }
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

    /// Drops the first `count` bytes of the window.
    fn forget(&mut self, count: usize) {
        let count = count.min(self.window.len());
        self.window.drain(..count);
        self.base = self.base.saturating_add(count as u64);
        self.at = self.at.saturating_sub(count);
    }

    /// Scans one object from its brace, checking no more than what finds its end: strings, nesting, and whether an opening brace may
    /// stand where it stands. The last shows at once that the record before it was cut off.
    fn object(&mut self) -> io::Result<Scan> {
        let start = self.at;
        let mut object = ObjectScan::new(start, self.wrapper_keys);
        let mut at = start;
        loop {
            if object.in_string && !object.is_escaped {
                // Most bytes of a record stand in strings: skip to the next one that matters.
                let rest = self.window.get(at..).unwrap_or_default();
                at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n')).unwrap_or(rest.len());
                if at - start > MAX_RECORD_BYTES {
                    return self.oversized(start, at, object).map(Scan::Piece);
                }
            }
            let Some(byte) = self.peek(at)? else {
                return self.broken(start, at, "truncated_record").map(Scan::Piece);
            };
            match object.step(byte, at, &self.window) {
                Step::Go => {}
                Step::Broken => return self.broken(start, at, "bad_json").map(Scan::Piece),
                Step::Wrapper => {
                    self.containers.push(Container::Wrapped);
                    self.at = at + 1;
                    return Ok(Scan::Wrapper);
                }
                Step::Done => return self.complete(start, at + 1, object.is_too_deep).map(Scan::Piece),
            }
            at += 1;
            if at - start > MAX_RECORD_BYTES {
                return self.oversized(start, at, object).map(Scan::Piece);
            }
        }
    }

    fn complete(&mut self, start: usize, end: usize, is_too_deep: bool) -> io::Result<Piece> {
        let bytes = self.window.get(start..end).unwrap_or_default();
        if is_too_deep {
            self.at = end;
            return Ok(self.piece(start, end, Err("nested_too_deep")));
        }
        // Bytes that are not UTF-8 are replaced: one odd byte in a subject must not cost the record.
        let parsed = match serde_json::from_slice::<Value>(bytes) {
            Err(_) if std::str::from_utf8(bytes).is_err() => serde_json::from_str(&String::from_utf8_lossy(bytes)),
            other => other,
        };
        match parsed {
            Ok(record) => {
                self.at = end;
                Ok(self.piece(start, end, Ok(record)))
            }
            Err(_) => self.broken(start, end.saturating_sub(1), "bad_json"),
        }
    }

    /// Rejects a damaged record and goes on where the next one seems to begin.
    fn broken(&mut self, start: usize, failed_at: usize, reason: &'static str) -> io::Result<Piece> {
        // The rest of the line belongs to it: read on to the line's end.
        let limit = start.saturating_add(MAX_RECORD_BYTES);
        let end = loop {
            let window_end = self.window.len().min(limit);
            let damage =
                Damage { start, failed_at, is_first: self.base == 0, has_ended: self.has_ended, in_array: !self.containers.is_empty() };
            if let Some(found) = resync(self.window.get(..window_end).unwrap_or_default(), damage) {
                break found;
            }
            if self.has_ended || self.window.len() >= limit {
                break window_end;
            }
            self.fill()?;
        };
        let end = end.max(start.saturating_add(1));
        self.at = end;
        // A record cut off by the end of the file, and one cut off by the next record, are told apart from other damage.
        let reason = if reason == "truncated_record" && end < failed_at { "bad_json" } else { reason };
        Ok(self.piece(start, end, Err(reason)))
    }

    /// Goes on to the end of a record that is too large, keeping its beginning only.
    fn oversized(&mut self, start: usize, at: usize, mut object: ObjectScan) -> io::Result<Piece> {
        let position = self.base.saturating_add(start as u64);
        let kept = self.window.get(start..start.saturating_add(KEPT_BYTES)).unwrap_or_default().to_vec();
        // A record on one line ends with its line, whatever its braces say.
        let is_one_line = !object.has_line_feed;
        object.is_record = true;
        self.at = at;
        loop {
            if self.at >= CHUNK_BYTES {
                self.forget(self.at);
            }
            let Some(byte) = self.peek(self.at)? else { break };
            let step = if byte == b'\n' && is_one_line { Step::Broken } else { object.step(byte, self.at, &self.window) };
            match step {
                Step::Go | Step::Wrapper => self.at += 1,
                Step::Broken if byte == b'{' => break,
                Step::Broken | Step::Done => {
                    self.at += 1;
                    break;
                }
            }
        }
        // The kept bytes take the place of what was read, so that the piece can be looked at.
        self.forget(self.at);
        let length = kept.len();
        self.base = self.base.saturating_sub(length as u64);
        self.window.splice(..0, kept);
        self.at = length;
        Ok(Piece { position, range: 0..length, record: Err("record_too_large") })
    }

    /// Something that is no object: to the end of the line, or of the array item.
    fn garbage(&mut self) -> io::Result<Piece> {
        let start = self.at;
        let in_array = !self.containers.is_empty();
        let mut at = start;
        let mut in_string = false;
        while let Some(byte) = self.peek(at)? {
            match byte {
                b'"' => in_string = !in_string,
                b'\n' => break,
                b',' | b']' if in_array && !in_string => break,
                _ => {}
            }
            at += 1;
            if at - start >= MAX_RECORD_BYTES {
                break;
            }
        }
        self.at = at;
        Ok(self.piece(start, at, Err(if in_array { "not_an_object" } else { "bad_json" })))
    }

    /// Behind the array of a wrapper: other keys (`@odata.nextLink`) up to its closing brace. A brace that cannot stand there begins
    /// the next record.
    fn skip_rest_of_wrapper(&mut self) -> io::Result<()> {
        let mut rest = ObjectScan::new(self.at, self.wrapper_keys);
        rest.depth = 1;
        rest.kinds = 1;
        rest.is_record = true;
        rest.before = b']';
        loop {
            if self.at >= CHUNK_BYTES {
                self.forget(self.at);
            }
            let Some(byte) = self.peek(self.at)? else { return Ok(()) };
            match rest.step(byte, self.at, &self.window) {
                Step::Go => self.at += 1,
                Step::Done => {
                    self.at += 1;
                    return Ok(());
                }
                Step::Broken | Step::Wrapper => return Ok(()),
            }
        }
    }

    fn piece(&self, start: usize, end: usize, record: Result<Value, &'static str>) -> Piece {
        Piece { position: self.base.saturating_add(start as u64), range: start..end, record }
    }
}

enum Step {
    Go,
    Done,
    Broken,
    Wrapper,
}

/// The state of the scan of one object.
struct ObjectScan {
    wrapper_keys: &'static [&'static [u8]],
    depth: usize,
    /// One bit a level below [`MAX_DEPTH`], lowest last: 1 for an object, 0 for an array.
    kinds: u64,
    /// The last byte that was neither white space nor within a string.
    before: u8,
    in_string: bool,
    is_escaped: bool,
    /// Where the last key of the outermost level began and ended.
    string_start: usize,
    string_end: usize,
    /// A key was seen that only records have: no wrapper any more.
    is_record: bool,
    is_too_deep: bool,
    has_line_feed: bool,
    /// Wrappers name their array early; keys are looked up in the window up to here only.
    wrapper_until: usize,
}

impl ObjectScan {
    fn new(start: usize, wrapper_keys: &'static [&'static [u8]]) -> Self {
        Self {
            wrapper_keys,
            depth: 0,
            kinds: 0,
            before: 0,
            in_string: false,
            is_escaped: false,
            string_start: 0,
            string_end: 0,
            is_record: false,
            is_too_deep: false,
            has_line_feed: false,
            wrapper_until: start.saturating_add(8 * 1024),
        }
    }

    fn step(&mut self, byte: u8, at: usize, window: &[u8]) -> Step {
        if self.in_string {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'\\' {
                self.is_escaped = true;
            } else if byte == b'"' {
                self.in_string = false;
                self.string_end = at;
                self.before = b'"';
            } else if byte == b'\n' {
                // RFC 8259 section 7: control characters are escaped, so the string was cut off.
                return Step::Broken;
            }
            return Step::Go;
        }
        match byte {
            b' ' | b'\t' | b'\r' => return Step::Go,
            b'\n' => {
                self.has_line_feed = true;
                return Step::Go;
            }
            b'"' => {
                self.in_string = true;
                self.string_start = at.saturating_add(1);
                return Step::Go;
            }
            b'{' | b'[' => {
                if self.depth > 0 && !self.may_open() {
                    return Step::Broken;
                }
                if byte == b'[' && self.depth == 1 && self.before == b':' && self.is_wrapper_key(at, window) {
                    return Step::Wrapper;
                }
                self.depth = self.depth.saturating_add(1);
                if self.depth > MAX_DEPTH {
                    self.is_too_deep = true;
                } else {
                    self.kinds = (self.kinds << 1) | u64::from(byte == b'{');
                }
            }
            b'}' | b']' => {
                if self.depth <= MAX_DEPTH {
                    if (self.kinds & 1 == 1) != (byte == b'}') {
                        return Step::Broken;
                    }
                    self.kinds >>= 1;
                }
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Step::Done;
                }
            }
            b':' if self.depth == 1 && !self.is_record && at < self.wrapper_until => {
                let key = window.get(self.string_start..self.string_end).unwrap_or_default();
                self.is_record = RECORD_KEYS.contains(&key);
            }
            _ => {}
        }
        self.before = byte;
        Step::Go
    }

    /// An object or array may open behind a colon, and within an array behind its bracket or a comma.
    fn may_open(&self) -> bool {
        match self.before {
            b':' => true,
            b'[' => true,
            b',' => self.depth > MAX_DEPTH || self.kinds & 1 == 0,
            _ => false,
        }
    }

    fn is_wrapper_key(&self, at: usize, window: &[u8]) -> bool {
        !self.is_record
            && at < self.wrapper_until
            && self.wrapper_keys.contains(&window.get(self.string_start..self.string_end).unwrap_or_default())
    }
}
