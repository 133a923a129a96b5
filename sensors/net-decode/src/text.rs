//! Text from the wire: capped in length, lossy in encoding, lower-cased where names do not depend on case.

/// Longest host name or user name kept, in bytes (RFC 1035 allows 253 for a host name).
pub(crate) const MAX_NAME: usize = 255;

/// At most `max` leading bytes as text; invalid UTF-8 is replaced.
pub(crate) fn lossy(bytes: &[u8], max: usize) -> String {
    String::from_utf8_lossy(bytes.get(..max).unwrap_or(bytes)).into_owned()
}

/// A name: at most [`MAX_NAME`] bytes, invalid UTF-8 replaced, lower case.
pub(crate) fn name(bytes: &[u8]) -> String {
    let mut text = lossy(bytes, MAX_NAME);
    if text.is_ascii() {
        text.make_ascii_lowercase();
        text
    } else {
        text.to_lowercase()
    }
}

/// `aa:bb:cc:dd:ee:ff` of at most 16 bytes.
pub(crate) fn mac(bytes: &[u8]) -> String {
    let parts: Vec<String> = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    parts.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_capped_lossy_and_lower_case() {
        assert_eq!(name(b"ExAmple.ORG"), "example.org");
        assert_eq!(name("ÄÖ.example".as_bytes()), "äö.example");
        assert_eq!(name(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(name(&[b'X'; 1000]).len(), MAX_NAME);
        assert_eq!(mac(&[0, 0x1b, 0xff, 1, 2, 3]), "00:1b:ff:01:02:03");
    }
}
