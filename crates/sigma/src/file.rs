//! The shape of a file: one YAML document a rule (Sigma specification 2.0, sigmahq.io), with tests and Japanese texts of ours. Checks
//! the shape and the caps only.

use crate::error::SigmaError;
use crate::inline_test::InlineTest;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of a file, and rules in it.
pub const MAX_FILE: usize = 1 << 20;
pub const MAX_DOCUMENTS: usize = 256;
/// Bytes of a title.
const MAX_TITLE: usize = 256;

/// One rule as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub title: String,
    #[serde(default)]
    pub id: Option<String>,
    /// By which a correlation may refer to it.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub level: Level,
    #[serde(default)]
    pub description: String,
    /// `attack.t1110` and `attack.credential-access` become technique and tactic.
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub logsource: Option<LogSource>,
    #[serde(default)]
    pub detection: Option<Node>,
    #[serde(default)]
    pub correlation: Option<Correlation>,
    /// Texts in Japanese; not part of Sigma.
    #[serde(default)]
    pub ja: Option<Japanese>,
    /// Not part of Sigma.
    #[serde(default)]
    pub tests: Vec<InlineTest>,
    #[serde(default, rename = "author")]
    _author: Option<IgnoredAny>,
    #[serde(default, rename = "date")]
    _date: Option<IgnoredAny>,
    #[serde(default, rename = "modified")]
    _modified: Option<IgnoredAny>,
    #[serde(default, rename = "references")]
    _references: Option<IgnoredAny>,
    #[serde(default, rename = "falsepositives")]
    _false_positives: Option<IgnoredAny>,
    #[serde(default, rename = "fields")]
    _fields: Option<IgnoredAny>,
    #[serde(default, rename = "license")]
    _license: Option<IgnoredAny>,
    #[serde(default, rename = "taxonomy")]
    _taxonomy: Option<IgnoredAny>,
    #[serde(default, rename = "related")]
    _related: Option<IgnoredAny>,
    #[serde(default, rename = "scope")]
    _scope: Option<IgnoredAny>,
    #[serde(default, rename = "custom")]
    _custom: Option<IgnoredAny>,
}

/// How mature a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Stable,
    #[default]
    Test,
    /// Runs with the models on trial only.
    Experimental,
    /// Never runs.
    Deprecated,
    /// Never runs.
    Unsupported,
}

/// How grave a match is: the ceiling of its surprise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Informational,
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

impl Level {
    /// The most that a match can say, in bits: the ceilings of other products' findings (`weft_indicators::finding`).
    pub fn ceiling_bits(self) -> f64 {
        match self {
            Self::Informational => 4.0,
            Self::Low => 6.0,
            Self::Medium => 8.0,
            Self::High => 11.0,
            Self::Critical => 14.0,
        }
    }
    /// The word of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What an event rule reads: `product` is `weft` (or absent), `category` a kind of fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSource {
    #[serde(default)]
    pub product: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default, rename = "definition")]
    _definition: Option<IgnoredAny>,
}

/// Texts in Japanese.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Japanese {
    pub title: String,
    #[serde(default)]
    pub description: String,
}

/// The types of correlation; `absence` is ours, the others are Sigma's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrelationType {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    /// The first rule matches and the second does not within the timespan.
    Absence,
}

/// The correlation section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Correlation {
    #[serde(rename = "type")]
    pub kind: CorrelationType,
    pub rules: OneOrMany,
    #[serde(default)]
    pub group_by: OneOrMany,
    pub timespan: String,
    #[serde(default)]
    pub condition: Option<Bounds>,
    #[serde(default)]
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub generate: bool,
}

/// Bounds of a count; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub gt: Option<u64>,
    #[serde(default)]
    pub gte: Option<u64>,
    #[serde(default)]
    pub lt: Option<u64>,
    #[serde(default)]
    pub lte: Option<u64>,
    #[serde(default)]
    pub eq: Option<u64>,
    #[serde(default)]
    pub neq: Option<u64>,
}

/// A text or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |node| match node {
            Node::Text(text) => Ok(text),
            _ => Err(D::Error::custom("expected a text or a list of texts")),
        };
        match Node::deserialize(deserializer)? {
            Node::List(list) => list.into_iter().map(text).collect::<Result<_, _>>().map(Self),
            one => text(one).map(|text| Self(vec![text])),
        }
    }
}

/// Any YAML below `detection`, with numbers and truth values as their texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Map(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, a list or a map")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Text(value.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
                Node::deserialize(deserializer)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut list = Vec::new();
                while let Some(node) = seq.next_element()? {
                    list.push(node);
                }
                Ok(Node::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, Node>()? {
                    entries.push(entry);
                }
                Ok(Node::Map(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Whether a YAML file holds Sigma rules, by its keys; `false` too for what is no YAML.
pub fn is_sigma(text: &str) -> bool {
    let is_key = |line: &str| line.starts_with("correlation:") || line.starts_with("detection:");
    text.len() <= MAX_FILE && text.lines().any(is_key)
}

/// The rules of one file; `file` names it in errors.
pub fn parse(file: &str, text: &str) -> Result<Vec<Document>, SigmaError> {
    let refuse = |what: String| SigmaError::File { file: file.to_owned(), what };
    if text.len() > MAX_FILE {
        return Err(refuse(format!("is larger than {MAX_FILE} bytes")));
    }
    let documents: Vec<Document> =
        serde_saphyr::from_multiple(text).map_err(|source| SigmaError::Yaml { file: file.to_owned(), source: Box::new(source) })?;
    if documents.is_empty() || documents.len() > MAX_DOCUMENTS {
        return Err(refuse(format!("holds {} rules; 1 to {MAX_DOCUMENTS} are allowed", documents.len())));
    }
    for document in &documents {
        let field = |place: &str, what: &str| {
            let title: String = document.title.chars().take(80).collect();
            SigmaError::Field { file: file.to_owned(), title, place: place.to_owned(), what: what.to_owned() }
        };
        if document.title.trim().is_empty() || document.title.len() > MAX_TITLE {
            return Err(field("title", "must have 1 to 256 bytes"));
        }
        if document.title.contains(char::is_control) {
            return Err(field("title", "must be one line"));
        }
        if document.detection.is_some() == document.correlation.is_some() {
            return Err(field("detection", "a rule has either a detection or a correlation"));
        }
    }
    Ok(documents)
}
