//! Typed ids: the first 128 bits of a BLAKE3 hash over length-prefixed content, written as 32 hex digits.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Bytes that are put together before they are hashed.
const SHORT: usize = 512;

/// Hashes `parts` under a domain-separating `label`; parts are length-prefixed, so `["ab","c"]` and `["a","bc"]` differ.
pub fn content_hash(label: &str, parts: &[&[u8]]) -> [u8; 16] {
    let all = || std::iter::once(label.as_bytes()).chain(parts.iter().copied());
    let total: usize = all().map(|part| 8 + part.len()).sum();
    let digest = if total <= SHORT {
        // One piece is hashed faster than many.
        let mut whole = Vec::with_capacity(total);
        for part in all() {
            whole.extend_from_slice(&(part.len() as u64).to_le_bytes());
            whole.extend_from_slice(part);
        }
        blake3::hash(&whole)
    } else {
        let mut hasher = blake3::Hasher::new();
        for part in all() {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize()
    };
    let mut out = [0u8; 16];
    for (to, from) in out.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    out
}

/// The text is not 32 hex digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a uid of 32 hex digits")]
pub struct ParseUidError;

fn parse_hex(text: &str) -> Result<[u8; 16], ParseUidError> {
    if text.len() != 32 {
        return Err(ParseUidError);
    }
    u128::from_str_radix(text, 16).map(u128::to_be_bytes).map_err(|_| ParseUidError)
}

macro_rules! uid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        /// 32 hex digits in text formats, 16 bytes in others.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; 16]>::deserialize(deserializer).map(Self)
                }
            }
        }

        impl $name {
            /// The id of the content `parts` under `label` (see [`content_hash`]).
            pub fn of(label: &str, parts: &[&[u8]]) -> Self {
                Self(content_hash(label, parts))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
        impl std::str::FromStr for $name {
            type Err = ParseUidError;
            fn from_str(text: &str) -> Result<Self, ParseUidError> {
                parse_hex(text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = ParseUidError;
            fn try_from(text: String) -> Result<Self, ParseUidError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(uid: $name) -> String {
                uid.to_string()
            }
        }
    };
}

uid!(
    /// One event, whatever file or broker it came through and however often.
    EventUid
);
uid!(
    /// One indicator: a model, the entity-day it speaks of and its subject.
    IndicatorUid
);
uid!(
    /// One incident: the hash of its earliest core indicator.
    IncidentUid
);

impl EventUid {
    /// A message: its bytes with line ends folded to LF and trailing line ends removed, so .eml, mbox and Maildir agree.
    pub fn of_message(message: &[u8]) -> Self {
        let mut folded = Vec::with_capacity(message.len());
        let mut rest = message;
        // Reading from a slice cannot fail.
        while std::io::BufRead::read_until(&mut rest, b'\n', &mut folded).is_ok_and(|length| length > 0) {
            if folded.ends_with(b"\r\n") {
                folded.truncate(folded.len() - 2);
                folded.push(b'\n');
            }
        }
        while folded.last() == Some(&b'\n') {
            folded.pop();
        }
        Self::of("mail", &[&folded])
    }

    /// An audit record: the provider's own record id under the provider's name (`m365`, `entra`).
    pub fn of_record(provider: &str, record_id: &str) -> Self {
        Self::of("record", &[provider.as_bytes(), record_id.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_survives_its_text_form() {
        let uid = EventUid::of_record("m365", "42");
        assert_eq!(uid.to_string().parse::<EventUid>(), Ok(uid));
        assert!("zz".parse::<EventUid>().is_err());
    }

    #[test]
    fn a_message_is_the_same_with_other_line_ends() {
        assert_eq!(EventUid::of_message(b"a: b\r\n\r\nc\r\n"), EventUid::of_message(b"a: b\n\nc\n\n"));
        assert_ne!(EventUid::of_message(b"a: b\n\nc"), EventUid::of_message(b"a: b\n\nd"));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(content_hash("x", &[b"ab", b"c"]), content_hash("x", &[b"a", b"bc"]));
    }
}
