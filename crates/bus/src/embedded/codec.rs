//! The stored form of a record, version 1. Big-endian, lengths before content; the topic is not part of it:
//!
//! `u8 version | u32 key length | key | u16 header count | (u16 name length | name | u32 value length | value)* | value to the end`

use crate::record::{MAX_HEADERS, Record};

const VERSION: u8 = 1;

/// Why stored bytes are no record.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CodecError {
    #[error("format version {0} is unknown")]
    Version(u8),
    #[error("the record is cut short")]
    Truncated,
    #[error("a header is not UTF-8")]
    HeaderText,
    #[error("too many headers")]
    Headers,
}

/// Encodes a record that passed [`Record::check`], whose limits fit the length fields.
pub(super) fn encode(record: &Record) -> Vec<u8> {
    let headers: usize = record.headers.iter().map(|(name, value)| name.len() + value.len() + 6).sum();
    let mut out = Vec::with_capacity(7 + record.key.len() + headers + record.value.len());
    out.push(VERSION);
    out.extend_from_slice(&(record.key.len() as u32).to_be_bytes());
    out.extend_from_slice(&record.key);
    out.extend_from_slice(&(record.headers.len() as u16).to_be_bytes());
    for (name, value) in &record.headers {
        out.extend_from_slice(&(name.len() as u16).to_be_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(value.as_bytes());
    }
    out.extend_from_slice(&record.value);
    out
}

/// Decodes what [`encode`] wrote; any bytes are safe.
pub(super) fn decode(topic: &str, bytes: &[u8]) -> Result<Record, CodecError> {
    let mut rest = bytes;
    let version = take(&mut rest, 1)?.first().copied().ok_or(CodecError::Truncated)?;
    if version != VERSION {
        return Err(CodecError::Version(version));
    }
    let key_length = u32::from_be_bytes(array(&mut rest)?) as usize;
    let key = take(&mut rest, key_length)?.to_vec();
    let count = usize::from(u16::from_be_bytes(array(&mut rest)?));
    if count > MAX_HEADERS {
        return Err(CodecError::Headers);
    }
    let mut headers = Vec::with_capacity(count);
    for _ in 0..count {
        let name_length = usize::from(u16::from_be_bytes(array(&mut rest)?));
        let name = text(take(&mut rest, name_length)?)?;
        let value_length = u32::from_be_bytes(array(&mut rest)?) as usize;
        headers.push((name, text(take(&mut rest, value_length)?)?));
    }
    Ok(Record { topic: topic.to_owned(), key, value: rest.to_vec(), headers })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], CodecError> {
    let (taken, left) = rest.split_at_checked(length).ok_or(CodecError::Truncated)?;
    *rest = left;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], CodecError> {
    take(rest, N)?.try_into().map_err(|_| CodecError::Truncated)
}

fn text(bytes: &[u8]) -> Result<String, CodecError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| CodecError::HeaderText)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Record {
        Record {
            topic: "t".into(),
            key: b"k".to_vec(),
            value: b"vv".to_vec(),
            headers: vec![("h".into(), "é".into()), (String::new(), String::new())],
        }
    }

    /// The bytes are on users' disks: a change here needs a new version beside this one.
    #[test]
    fn version_1_is_fixed() {
        let golden = b"\x01\0\0\0\x01k\0\x02\0\x01h\0\0\0\x02\xc3\xa9\0\0\0\0\0\0vv";
        assert_eq!(encode(&sample()), golden);
        assert_eq!(decode("t", golden), Ok(sample()));
        assert_eq!(decode("t", b"\x02"), Err(CodecError::Version(2)));
    }

    #[test]
    fn every_cut_before_the_value_is_noticed() {
        let bytes = encode(&sample());
        for end in 0..bytes.len() - 2 {
            assert_eq!(decode("t", &bytes[..end]), Err(CodecError::Truncated), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn decode_inverts_encode(key: Vec<u8>, value: Vec<u8>, headers in proptest::collection::vec(any::<(String, String)>(), 0..5)) {
            let record = Record { topic: "t".into(), key, value, headers };
            prop_assert_eq!(decode("t", &encode(&record)), Ok(record));
        }

        #[test]
        fn any_bytes_are_safe(bytes: Vec<u8>) {
            if let Ok(record) = decode("t", &bytes) {
                prop_assert_eq!(encode(&record), bytes);
            }
        }
    }
}
