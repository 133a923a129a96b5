//! Audit files to events: streams of JSON or CSV are cut into records, each record is mapped, bad ones get a named reason and the
//! stream goes on. Must not know what a record means (`weft-saas-map` does) nor where the bytes come from.

mod error;
mod json_stream;
mod ldif;
mod people;
mod read_csv;
mod read_directory;
mod read_json;
mod read_ldif;
mod read_scim;
mod resync;
mod rows;

pub use error::CollectError;
pub use json_stream::{MAX_DEPTH, MAX_RECORD_BYTES};
pub use read_csv::read_csv;
pub use read_directory::read_directory;
pub use read_json::read_json;
pub use read_ldif::read_ldif;
pub use read_scim::read_scim;
