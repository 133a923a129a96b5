//! The configuration: one TOML file, overridden by the environment, unknown fields refused, checked before anything starts.
//!
//! This crate must not know what the values are used for, open anything but the file it is given, or read the process's environment
//! itself: the shell hands it in.

pub mod config;
pub mod environment;
pub mod error;
pub mod load;
pub mod schema;
pub mod validate;

pub use config::{Alert, Bus, BusKind, Config, Enrich, EventsFormat, Lake, Listen, Mode, Rephrase, RephraseLanguage, Sources, State};
pub use error::ConfigError;
pub use schema::{json_schema, reference};
