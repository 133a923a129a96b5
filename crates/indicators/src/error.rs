//! What can be wrong with a model file.

/// A model or prior file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("{file}: not a valid model; see `weft models show` for the shape")]
    Yaml {
        file: String,
        #[source]
        source: Box<serde_saphyr::Error>,
    },
    #[error("{file}: {what}")]
    Invalid { file: String, what: String },
}
