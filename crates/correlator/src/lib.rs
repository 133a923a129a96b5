//! The pipeline: events in, incidents out. `pipeline.rs` names every stage and queue.
//!
//! Pure but for the event store that the pipeline reads and the folder of profiles that do not fit into memory; it must not know sensors,
//! servers or brokers.

pub mod assemble;
mod coverage;
mod decide;
pub mod engine;
pub mod error;
pub mod exposure;
pub mod investigate;
pub mod memory;
mod once;
pub mod pipeline;
pub mod recommend;
pub mod role;
pub mod shuffle;
pub mod snapshot;
pub mod spill;
pub mod title;
pub mod window;

pub use engine::{Engine, Knowledge};
pub use error::CorrelatorError;
pub use pipeline::{Pipeline, Progress};
pub use shuffle::Shuffle;
pub use snapshot::SnapshotError;
pub use spill::SpilledProfiles;
pub use weft_entity_graph::CONTACT_BYTES;
pub use window::{Inserted, LATENESS_MS, Window};
