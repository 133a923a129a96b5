//! The fields that a fact may carry, by number: models name them a thousand times an hour.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// In order.
const FIELDS: &[&str] = &[
    "absence",
    "account_change",
    "account_kind",
    "acquaintance",
    "app",
    "as_org",
    "asn",
    "attachment",
    "attachment_class",
    "attachment_fit",
    "attachment_type",
    "auth_factor",
    "authentication",
    "automatic",
    "by",
    "campaign",
    "change",
    "company",
    "country",
    "device",
    "domain",
    "familiarity",
    "file_action",
    "file_type",
    "forward_domain",
    "forward_scope",
    "host",
    "impersonated",
    "impersonation",
    "internal_host",
    "ip",
    "ip_scope",
    "ja4",
    "label_shape",
    "link_domain",
    "link_host",
    "link_relation",
    "link_text",
    "link_tld",
    "look_alike",
    "look_alike_of",
    "named",
    "network_kind",
    "object",
    "object_name",
    "operation",
    "other_source",
    "person",
    "platform",
    "port",
    "presence",
    "prior_contact",
    "protocol",
    "query",
    "query_result",
    "recipient_kind",
    "reply_to",
    "rule_actions",
    "rule_folder",
    "rule_name",
    "rule_name_shape",
    "second_factor",
    "sender",
    "sender_domain",
    "sender_kind",
    "sender_relation",
    "sender_standing",
    "service",
    "session",
    "source_network",
    "status",
    "status_reason",
    "subject",
    "subject_name",
    "tld",
    "trait",
    "url",
    "user_agent",
    "word",
];

/// One of the fields; a model that names another is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(u8);

/// The field of this name, at compile time: `field!("country")`.
#[macro_export]
macro_rules! field {
    ($name:literal) => {
        const { $crate::Field::of($name) }
    };
}

impl Field {
    /// The field of this name; for constants, where an unknown one fails to compile.
    ///
    /// # Panics
    /// There is no such field.
    #[allow(clippy::panic, clippy::indexing_slicing, reason = "evaluated by the compiler only")]
    pub const fn of(name: &str) -> Self {
        let mut number = 0;
        while number < FIELDS.len() {
            let (known, wanted) = (FIELDS[number].as_bytes(), name.as_bytes());
            let mut place = 0;
            while place < known.len() && place < wanted.len() && known[place] == wanted[place] {
                place += 1;
            }
            if place == known.len() && place == wanted.len() {
                return Self(number as u8);
            }
            number += 1;
        }
        panic!("unknown field")
    }
    /// The field of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        FIELDS.binary_search(&name).ok().map(|number| Self(number as u8))
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        FIELDS.get(usize::from(self.0)).copied().unwrap_or_default()
    }
    /// All names, for a message.
    pub fn names() -> String {
        FIELDS.join(", ")
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format!("unknown field `{name}`; known are {}", Self::names())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_name() {
        assert!(FIELDS.is_sorted() && FIELDS.len() <= 256);
        assert!(FIELDS.iter().all(|name| Field::named(name).is_some_and(|field| field.name() == *name)));
        assert_eq!(Some(field!("country")), Field::named("country"));
        assert_eq!(Field::named("nothing"), None);
    }
}
