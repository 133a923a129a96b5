//! What can go wrong in the store. It must not know HTTP.

/// An operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused; the chain says why.
    #[error("the database refused the operation")]
    Sqlite(#[from] rusqlite::Error),
    /// The file or its folder cannot be made.
    #[error("cannot create the database file {path}: check that the folder exists and is writable")]
    Create {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// The file belongs to a later version of Weft.
    #[error("the database has schema {found}, this weft knows up to {known}: use the newer weft, or another file")]
    TooNew { found: i64, known: i64 },
    /// A value that the caller must correct.
    #[error("{0}")]
    Invalid(String),
}

impl StoreError {
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }
}
