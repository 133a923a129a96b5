//! The bus between the stages: publish and subscribe traits, the embedded durable log that implements them, and the
//! time-ordered, deduplicated store of events.
//!
//! Both are at-least-once: a record is processed again after a crash, never lost, and content-hash ids make the second
//! time harmless. This crate must not know Kafka (`weft-bus-kafka` implements the same traits), nor what a record's value
//! means; only the event store decodes, through `weft-wire`.

pub mod bus;
pub mod embedded;
pub mod error;
pub mod event_store;
pub mod name;
pub mod record;

pub use bus::{Bus, Publisher, Subscriber};
pub use embedded::{EmbeddedBus, Retention, TopicStats};
pub use error::BusError;
pub use event_store::{EventRange, EventStore, Inserted};
pub use record::Record;
