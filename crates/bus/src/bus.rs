//! The three traits every transport implements. Synchronous: a stage owns its thread, and a queue is bounded by the call that fills it.

use crate::error::BusError;
use crate::record::Record;
use std::time::Duration;

/// Appends records to topics.
pub trait Publisher: Send + Sync {
    /// Appends `records` in order; they are durable when this returns `Ok`. After an error some of them may have been appended: publish
    /// all of them again (readers meet duplicates, never gaps).
    ///
    /// # Errors
    /// Any record that is illegal by [`Record::check`] refuses the whole call before anything is appended; else the transport's error.
    fn publish(&self, records: Vec<Record>) -> Result<(), BusError>;
}

/// Reads topics as one member of a consumer group, from the group's last commit on; a new group starts at the oldest record kept.
pub trait Subscriber: Send {
    /// Waits at most `timeout` for records and returns up to `max` of them, in order within a topic's key; empty when none came.
    /// A record that cannot be read is skipped with a logged reason.
    ///
    /// # Errors
    /// When the transport fails for good; what an outage delays is not an error.
    fn poll(&mut self, max: usize, timeout: Duration) -> Result<Vec<Record>, BusError>;

    /// Says that everything polled so far is processed: after a restart the group goes on behind it.
    ///
    /// # Errors
    /// When the position could not be kept; the records are then delivered again after a restart.
    fn commit(&mut self) -> Result<(), BusError>;
}

/// A transport.
pub trait Bus: Send + Sync {
    /// A publisher; cheap, and usable from many threads.
    ///
    /// # Errors
    /// When the transport cannot be reached.
    fn publisher(&self) -> Result<Box<dyn Publisher>, BusError>;

    /// A new member of `group` that reads `topics`; topics need not exist yet.
    ///
    /// # Errors
    /// An illegal group or topic name, or a transport that cannot be reached.
    fn subscriber(&self, group: &str, topics: &[&str]) -> Result<Box<dyn Subscriber>, BusError>;
}
