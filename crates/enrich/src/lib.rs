//! What is known about an address or a domain without asking anybody: country, network, registrable domain, kind of platform.
//!
//! Pure look-ups over tables given as bytes and lists given as text. This crate must not know events, entities or baselines, must
//! never send a query anywhere, and reads no clock. The one exception to "no IO" is `load.rs`, which opens the operator's files.
//! Everything here *explains*: no detection may depend on a feed or a list being present.

pub mod address;
pub mod country;
pub mod domain;
pub mod enricher;
pub mod error;
pub mod feed;
pub mod list;
pub mod load;
pub mod mmdb;
pub mod mmdb_write;
pub mod ranges;

pub use address::{CountryCode, IpInfo, is_private};
pub use country::distance_km;
pub use domain::{DomainInfo, Platform};
pub use enricher::{Builder, Enricher};
pub use error::{EnrichError, Note, NoteKind};
pub use list::ListKind;
pub use load::{load, load_with_feeds};
