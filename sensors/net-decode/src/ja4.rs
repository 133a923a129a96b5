//! JA4, the TLS client fingerprint (FoxIO, BSD 3-Clause part: <https://github.com/FoxIO-LLC/ja4>, `technical_details/JA4.md`).

use crate::tls::{ClientHello, is_grease};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What JA4 writes for the hash of an empty list.
const EMPTY_HASH: &str = "000000000000";

/// The fingerprint; `transport` is `t` for TCP and `q` for QUIC.
pub fn ja4(hello: &ClientHello<'_>, transport: char) -> String {
    let mut ciphers: Vec<u16> = hello.cipher_suites().filter(|value| !is_grease(*value)).collect();
    let mut extensions: Vec<u16> = hello.extensions().map(|(kind, _)| kind).filter(|value| !is_grease(*value)).collect();
    let name = if hello.has_server_name() { 'd' } else { 'i' };
    let [first, last] = alpn_ends(hello.alpn().next());
    let mut fingerprint =
        format!("{transport}{}{name}{:02}{:02}{first}{last}_", version(hello.version()), ciphers.len().min(99), extensions.len().min(99));
    ciphers.sort_unstable();
    fingerprint.push_str(&hash(&list(ciphers.into_iter())));
    fingerprint.push('_');
    // Server name and ALPN are in the first part already.
    extensions.retain(|kind| !matches!(kind, 0 | 16));
    extensions.sort_unstable();
    let mut last_part = list(extensions.into_iter());
    let algorithms = list(hello.signature_algorithms().filter(|value| !is_grease(*value)));
    if !last_part.is_empty() && !algorithms.is_empty() {
        last_part.push('_');
        last_part.push_str(&algorithms);
    }
    fingerprint.push_str(&hash(&last_part));
    fingerprint
}

fn version(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    }
}

/// First and last character of the first ALPN name; of its hexadecimal form when either is not alphanumeric.
fn alpn_ends(name: Option<&[u8]>) -> [char; 2] {
    let Some((&first, &last)) = name.and_then(|name| Some((name.first()?, name.last()?))) else { return ['0', '0'] };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(first), char::from(last)];
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 0x0f)]
}

/// Four hexadecimal digits each, with commas.
fn list(values: impl Iterator<Item = u16>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(',');
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{value:04x}");
    }
    text
}

/// The first twelve hexadecimal digits of the SHA-256.
fn hash(text: &str) -> String {
    if text.is_empty() {
        return EMPTY_HASH.to_owned();
    }
    let digest = Sha256::digest(text.as_bytes());
    let mut hex = String::with_capacity(12);
    for byte in digest.iter().take(6) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the specification.
    #[test]
    fn hashes_as_in_the_specification() {
        let ciphers = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9";
        assert_eq!(hash(ciphers), "8daaf6152771");
        let rest = "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601";
        assert_eq!(hash(rest), "e5627efa2ab1");
        assert_eq!(hash(""), EMPTY_HASH);
    }

    #[test]
    fn alpn_ends_as_in_the_specification() {
        assert_eq!(alpn_ends(Some(b"h2")), ['h', '2']);
        assert_eq!(alpn_ends(Some(b"http/1.1")), ['h', '1']);
        assert_eq!(alpn_ends(Some(b"x")), ['x', 'x']);
        assert_eq!(alpn_ends(Some(&[0xab])), ['a', 'b']);
        assert_eq!(alpn_ends(Some(&[0x30, 0xab])), ['3', 'b']);
        assert_eq!(alpn_ends(None), ['0', '0']);
    }
}
