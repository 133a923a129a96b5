//! What can go wrong while tables are loaded, and what the operator should merely know. Knows no file system beyond paths.

use std::path::PathBuf;

/// A table or file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// The bytes are not a MaxMind DB.
    #[error("the {table} table is not a readable MMDB file; fetch it again or replace it")]
    Mmdb {
        table: &'static str,
        #[source]
        source: maxminddb::MaxMindDbError,
    },
    /// A MaxMind DB without the fields that this table needs.
    #[error("the {table} table has none of the fields {fields}; give a database of that kind")]
    Fields { table: &'static str, fields: &'static str },
    /// A file exists and cannot be read.
    #[error("cannot read {}; check its permissions", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A file is larger than any table of its kind.
    #[error("{} has more than {limit} bytes; is it the right file?", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    /// A range for the table writer that ends before it starts, or mixes address families.
    #[error("the range {first} to {last} is not a range of one address family")]
    Range { first: std::net::IpAddr, last: std::net::IpAddr },
    /// The table being written outgrew the format.
    #[error("the table has more entries than the MMDB format can address")]
    Overflow,
}

/// What a [`Note`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A table is missing: its answers stay unknown.
    Missing,
    /// Lines of a list or feed were refused.
    Refused,
}

/// Something the operator should know; never an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    /// A sentence that says what is missing or refused, and what to do.
    pub text: String,
}
