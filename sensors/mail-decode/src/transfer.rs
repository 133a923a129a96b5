//! Undoes content transfer encodings (RFC 2045 section 6) and character sets, tolerantly. Must not know what the bytes are.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;

/// Decodes `body`; an unknown encoding leaves it as it is, and broken base64 or quoted-printable gives what can be read, as mail
/// clients do. The result is never longer than the body plus a few bytes.
pub(crate) fn decode<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        "base64" => Cow::Owned(base64_decode(body).unwrap_or_else(|| loose_base64(body))),
        "quoted-printable" => Cow::Owned(quoted_printable_decode(body).unwrap_or_else(|| loose_quoted_printable(body))),
        _ => Cow::Borrowed(body),
    }
}

/// Whether this encoding changes bytes.
pub(crate) fn is_encoding(encoding: &str) -> bool {
    matches!(encoding, "base64" | "quoted-printable")
}

/// Text in the declared character set, else UTF-8 with replacement characters.
pub(crate) fn text(bytes: &[u8], charset: Option<&str>) -> String {
    match charset.filter(|name| !name.is_empty()).and_then(|name| charset_decoder(name.trim().as_bytes())) {
        Some(decoder) => decoder(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn loose_base64(body: &[u8]) -> Vec<u8> {
    let kept: Vec<u8> = body
        .iter()
        .filter_map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => Some(*byte),
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            _ => None,
        })
        .collect();
    base64_decode(&kept).unwrap_or_default()
}

fn loose_quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'=' {
            out.push(*byte);
            continue;
        }
        match tail {
            [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] => rest = after,
            [high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'='),
            },
            _ => out.push(b'='),
        }
    }
    out
}

/// Value of a hexadecimal digit.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_give_what_can_be_read() {
        assert_eq!(decode(b"aGVs\r\nbG8=", "base64").as_ref(), b"hello");
        assert_eq!(decode(b"aGVs*!bG8", "base64").as_ref(), b"hello");
        assert_eq!(decode(b"a=3Db=\r\nc", "quoted-printable").as_ref(), b"a=bc");
        assert_eq!(decode(b"100=% =C3=A9 a=\nb =", "quoted-printable").as_ref(), "100=% é ab =".as_bytes());
        assert_eq!(decode(b"as is", "8bit").as_ref(), b"as is");
    }

    #[test]
    fn character_sets() {
        assert_eq!(text(b"\x93quoted\x94", Some("windows-1252")), "“quoted”");
        assert_eq!(text("é".as_bytes(), Some("utf-8")), "é");
        assert_eq!(text(b"\xff", Some("no-such-set")), "\u{fffd}");
    }
}
