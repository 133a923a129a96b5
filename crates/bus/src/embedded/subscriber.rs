//! One reader of the embedded log: positions in memory, commits on disk.

use super::log::{Extent, Log, decode_record};
use crate::bus::Subscriber;
use crate::error::BusError;
use crate::name::{check_group, check_topic};
use crate::record::Record;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of values one poll returns at most (and one record more).
const POLL_BYTES: usize = 32 * 1024 * 1024;

pub(super) struct EmbeddedSubscriber {
    log: Arc<Log>,
    group: String,
    /// Topic and the next offset to read.
    positions: Vec<(String, u64)>,
    /// What the last commit said.
    committed: Vec<(String, u64)>,
    /// The topic that is read first in the next poll, so that a busy one does not starve the others.
    turn: usize,
}

impl EmbeddedSubscriber {
    pub(super) fn open(log: Arc<Log>, group: &str, topics: &[&str]) -> Result<Self, BusError> {
        check_group(group)?;
        topics.iter().try_for_each(|topic| check_topic(topic))?;
        let topics: BTreeSet<&str> = topics.iter().copied().collect();
        log.take(group, &topics)?;
        let positions = topics.iter().map(|topic| (topic.to_string(), 0)).collect();
        // From here on dropping the subscriber releases the topics, whatever fails.
        let mut subscriber = Self { log, group: group.to_owned(), positions, committed: Vec::new(), turn: 0 };
        for (topic, next) in &mut subscriber.positions {
            *next = subscriber.log.committed(group, topic)?.unwrap_or(0);
        }
        let extents = subscriber.log.wait(&subscriber.positions, Duration::ZERO);
        for ((topic, next), extent) in subscriber.positions.iter_mut().zip(extents) {
            let end = extent.map_or(0, |extent| extent.next);
            if *next > end {
                tracing::warn!(
                    group,
                    topic = topic.as_str(),
                    committed = *next,
                    end,
                    "the log is shorter than the group's position: reading on from its end"
                );
                *next = end;
            }
        }
        subscriber.committed.clone_from(&subscriber.positions);
        Ok(subscriber)
    }

    /// Reads from one topic into `out`; the new position.
    fn read(&self, topic: &str, at: u64, extent: &Extent, max: usize, bytes: &mut usize, out: &mut Vec<Record>) -> Result<u64, BusError> {
        let mut next = at.max(extent.first);
        if next >= extent.next {
            return Ok(next);
        }
        let mut expected = at;
        for entry in extent.keyspace.range(next.to_be_bytes()..extent.next.to_be_bytes()) {
            if out.len() >= max || *bytes >= POLL_BYTES {
                break;
            }
            let (key, value) = entry.into_inner().map_err(BusError::storage("read records"))?;
            let (offset, record) = decode_record(topic, &key, &value);
            let offset = offset.ok_or_else(|| BusError::Corrupt { what: format!("topic {topic}") })?;
            if offset > expected {
                let records = offset - expected;
                tracing::warn!(
                    group = self.group.as_str(),
                    topic,
                    records,
                    reason = "retention",
                    "records were removed before they were read"
                );
            }
            next = offset.saturating_add(1);
            expected = next;
            match record {
                Ok(record) => {
                    *bytes = bytes.saturating_add(record.value.len());
                    out.push(record);
                }
                Err(error) => tracing::error!(topic, offset, reason = %error, "a stored record is skipped"),
            }
        }
        Ok(next)
    }
}

impl Subscriber for EmbeddedSubscriber {
    fn poll(&mut self, max: usize, timeout: Duration) -> Result<Vec<Record>, BusError> {
        let mut out = Vec::new();
        if max == 0 || self.positions.is_empty() {
            return Ok(out);
        }
        let extents = self.log.wait(&self.positions, timeout);
        // Positions move only when the whole poll worked: a record must not be passed over because a later read failed.
        let mut positions = self.positions.clone();
        let mut bytes = 0;
        let count = positions.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            if let (Some((topic, at)), Some(Some(extent))) = (positions.get_mut(index), extents.get(index))
                && extent.next > *at
            {
                *at = self.read(topic, *at, extent, max, &mut bytes, &mut out)?;
            }
        }
        self.positions = positions;
        self.turn = (self.turn + 1) % count;
        Ok(out)
    }

    fn commit(&mut self) -> Result<(), BusError> {
        let moved: Vec<_> =
            self.positions.iter().zip(&self.committed).filter(|(now, then)| now != then).map(|(now, _)| now.clone()).collect();
        if !moved.is_empty() {
            self.log.commit(&self.group, &moved)?;
            self.committed.clone_from(&self.positions);
        }
        Ok(())
    }
}

impl Drop for EmbeddedSubscriber {
    fn drop(&mut self) {
        let topics = std::mem::take(&mut self.positions).into_iter().map(|(topic, _)| topic);
        self.log.release(&self.group, topics);
    }
}
