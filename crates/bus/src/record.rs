//! A record: what a topic carries. Knows its limits, not its meaning.

use crate::error::BusError;
use crate::name::check_topic;

/// Bytes a record's value may have. Events stay far below; an incident with all its evidence may reach some of it.
pub const MAX_VALUE_BYTES: usize = 8 * 1024 * 1024;
/// Bytes a record's key may have.
pub const MAX_KEY_BYTES: usize = 4 * 1024;
/// Headers a record may have.
pub const MAX_HEADERS: usize = 64;
/// Bytes that names and values of all headers may have together.
pub const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Bytes the whole record may have, with room for a transport's framing.
pub const MAX_RECORD_BYTES: usize = MAX_VALUE_BYTES + MAX_KEY_BYTES + MAX_HEADER_BYTES + 4 * 1024;

/// One record of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub topic: String,
    /// Records of one key keep their order; empty means no key.
    pub key: Vec<u8>,
    pub value: Vec<u8>,
    /// In order; names may repeat.
    pub headers: Vec<(String, String)>,
}

impl Record {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Checks the topic's name and every limit of this module.
    ///
    /// # Errors
    /// [`BusError::Name`] or [`BusError::RecordTooLarge`].
    pub fn check(&self) -> Result<(), BusError> {
        check_topic(&self.topic)?;
        let header_bytes =
            self.headers.iter().fold(0usize, |sum, (name, value)| sum.saturating_add(name.len()).saturating_add(value.len()));
        let limits = [
            ("bytes of value", self.value.len(), MAX_VALUE_BYTES),
            ("bytes of key", self.key.len(), MAX_KEY_BYTES),
            ("headers", self.headers.len(), MAX_HEADERS),
            ("bytes of headers", header_bytes, MAX_HEADER_BYTES),
        ];
        match limits.into_iter().find(|(_, found, max)| found > max) {
            None => Ok(()),
            Some((what, found, max)) => Err(BusError::RecordTooLarge { topic: self.topic.clone(), what, found, max }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_checked_at_its_edge() {
        let record = |key: usize, value: usize, headers: usize, header: usize| Record {
            topic: "t".into(),
            key: vec![0; key],
            value: vec![0; value],
            headers: vec![(String::new(), "x".repeat(header)); headers],
        };
        assert!(record(MAX_KEY_BYTES, MAX_VALUE_BYTES, MAX_HEADERS, MAX_HEADER_BYTES / MAX_HEADERS).check().is_ok());
        assert!(record(MAX_KEY_BYTES + 1, 0, 0, 0).check().is_err());
        assert!(record(0, MAX_VALUE_BYTES + 1, 0, 0).check().is_err());
        assert!(record(0, 0, MAX_HEADERS + 1, 0).check().is_err());
        assert!(record(0, 0, 1, MAX_HEADER_BYTES + 1).check().is_err());
        assert!(Record::default().check().is_err(), "an empty topic is no topic");
    }
}
