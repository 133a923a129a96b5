//! What can be wrong with a file of rules.

/// A rule that cannot be used. The message names file, place and field.
#[derive(Debug, thiserror::Error)]
pub enum SigmaError {
    #[error("{file}: not a valid Sigma rule")]
    Yaml {
        file: String,
        #[source]
        source: Box<serde_saphyr::Error>,
    },
    /// `place` is the field with the fields around it, as in `correlation.timespan`.
    #[error("{file}: rule `{title}`: {place}: {what}")]
    Field { file: String, title: String, place: String, what: String },
    #[error("{file}: {what}")]
    File { file: String, what: String },
}

/// What is wrong in one field; the file and the rule are added where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: String,
    pub what: String,
}

impl Fault {
    /// Something wrong at `place`.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}
