//! The embedded bus: a durable log in a folder, for one process. It must not know what the records mean.
//!
//! Every topic is one totally ordered log with a size limit; a group's position is the offset behind its last commit.
//! `publish` returns after an fdatasync, so records survive both a kill and a power cut.

mod codec;
mod log;
mod subscriber;

pub use log::{Retention, TopicStats};

use crate::bus::{Bus, Publisher, Subscriber};
use crate::error::BusError;
use crate::record::Record;
use log::Log;
use std::path::Path;
use std::sync::Arc;
use subscriber::EmbeddedSubscriber;

/// A bus within this process, kept in a folder. Clones share the folder.
#[derive(Clone)]
pub struct EmbeddedBus {
    log: Arc<Log>,
}

impl EmbeddedBus {
    /// Opens or creates the bus in `dir`, recovering what an earlier process left there, however it ended.
    ///
    /// # Errors
    /// [`BusError::InUse`] when another process has it open; storage errors; [`BusError::Corrupt`].
    pub fn open(dir: &Path, retention: Retention) -> Result<Self, BusError> {
        Ok(Self { log: Arc::new(Log::open(dir, retention)?) })
    }

    /// Appends `records` (see [`Publisher::publish`]).
    ///
    /// # Errors
    /// An illegal record, or a storage error.
    pub fn publish(&self, records: Vec<Record>) -> Result<(), BusError> {
        self.log.publish(records)
    }

    /// Every topic with its offsets and size, by name.
    pub fn topics(&self) -> Vec<TopicStats> {
        self.log.stats()
    }

    /// The offset from which `group` goes on reading `topic`; `None` when it never committed.
    ///
    /// # Errors
    /// An illegal name, or a storage error.
    pub fn committed(&self, group: &str, topic: &str) -> Result<Option<u64>, BusError> {
        self.log.committed(group, topic)
    }
}

impl Publisher for EmbeddedBus {
    fn publish(&self, records: Vec<Record>) -> Result<(), BusError> {
        self.log.publish(records)
    }
}

impl Bus for EmbeddedBus {
    fn publisher(&self) -> Result<Box<dyn Publisher>, BusError> {
        Ok(Box::new(self.clone()))
    }

    /// One live subscriber per group and topic: a second one is refused with [`BusError::GroupBusy`] until the first is dropped.
    fn subscriber(&self, group: &str, topics: &[&str]) -> Result<Box<dyn Subscriber>, BusError> {
        Ok(Box::new(EmbeddedSubscriber::open(Arc::clone(&self.log), group, topics)?))
    }
}
