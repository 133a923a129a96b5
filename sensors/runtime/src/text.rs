//! Text as UTF-8, whatever its byte order mark says: Windows tools write UTF-16, and PowerShell does so by default.
//! Must not know what the text means.

use std::io::{self, Read};

/// How many raw bytes of UTF-16 are turned at once.
const CHUNK_BYTES: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Unknown,
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// Reads UTF-8 out of UTF-8 (with or without byte order mark) or UTF-16 (with a mark, or without one when the text starts with
/// `{`, `[` or another ASCII character). Unpaired surrogates become U+FFFD; bytes that are not UTF-8 pass unchanged.
pub struct TextReader<R> {
    inner: R,
    encoding: Encoding,
    /// Bytes ready to be handed out, from `out_at` on.
    out: Vec<u8>,
    out_at: usize,
    /// A raw byte whose partner is still to come.
    odd: Option<u8>,
    /// A high surrogate whose partner is still to come.
    high: Option<u16>,
    ended: bool,
}

impl<R: Read> TextReader<R> {
    /// Wraps `inner`; nothing is read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, encoding: Encoding::Unknown, out: Vec::new(), out_at: 0, odd: None, high: None, ended: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        let mut start = Vec::with_capacity(4);
        self.inner.by_ref().take(4).read_to_end(&mut start)?;
        let (encoding, mark) = match start.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
            [a, 0, b, 0] if a.is_ascii_graphic() && *b != 0 => (Encoding::Utf16Le, 0),
            [0, a, 0, b] if a.is_ascii_graphic() && *b != 0 => (Encoding::Utf16Be, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.encoding = encoding;
        let rest = start.get(mark..).unwrap_or_default();
        match encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => self.push_utf16(rest),
            Encoding::Utf8 | Encoding::Unknown => self.out.extend_from_slice(rest),
        }
        Ok(())
    }

    fn push_unit(&mut self, unit: u16) {
        let mut units = [0u16; 2];
        let pair: &[u16] = match self.high.take() {
            Some(high) => {
                units = [high, unit];
                &units
            }
            None if (0xD800..0xDC00).contains(&unit) => {
                self.high = Some(unit);
                return;
            }
            None => {
                units[0] = unit;
                &units[..1]
            }
        };
        let mut utf8 = [0u8; 4];
        let decoded: Vec<char> = char::decode_utf16(pair.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        for character in decoded {
            self.out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
    }

    fn push_utf16(&mut self, raw: &[u8]) {
        for byte in raw {
            match self.odd.take() {
                None => self.odd = Some(*byte),
                Some(first) => {
                    let pair = [first, *byte];
                    let unit = if self.encoding == Encoding::Utf16Be { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
                    // The common case costs one comparison: ASCII outside any surrogate pair.
                    match u8::try_from(unit) {
                        Ok(ascii) if ascii < 0x80 && self.high.is_none() => self.out.push(ascii),
                        _ => self.push_unit(unit),
                    }
                }
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.out_at = 0;
        let mut raw = vec![0u8; CHUNK_BYTES];
        while self.out.is_empty() && !self.ended {
            let count = self.inner.read(&mut raw)?;
            if count == 0 {
                self.ended = true;
                if self.high.take().is_some() || self.odd.take().is_some() {
                    self.out.extend_from_slice("\u{FFFD}".as_bytes());
                }
            }
            self.push_utf16(raw.get(..count).unwrap_or_default());
        }
        Ok(())
    }
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Unknown {
            self.begin()?;
        }
        if self.out_at >= self.out.len() {
            if self.encoding == Encoding::Utf8 {
                return self.inner.read(buffer);
            }
            self.fill()?;
        }
        let ready = self.out.get(self.out_at..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(ready) {
            *to = *from;
        }
        self.out_at = self.out_at.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        TextReader::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "{\"name\":\"Zoë 😀\"}\r\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
        assert_eq!(read(text.as_bytes()), text);
        assert_eq!(read(&marked(b"\xEF\xBB\xBF", text.as_bytes())), text);
        assert_eq!(read(&marked(b"\xFF\xFE", &le)), text);
        assert_eq!(read(&marked(b"\xFE\xFF", &be)), text);
        assert_eq!(read(&le), text);
        assert_eq!(read(&be), text);
    }

    #[test]
    fn half_a_character_at_the_end_is_replaced() {
        assert_eq!(read(b"\xFF\xFEa\0\x3d\xd8"), "a\u{FFFD}");
        assert_eq!(read(b"\xFF\xFEa\0b"), "a\u{FFFD}");
        assert_eq!(read(b""), "");
    }
}
