//! Topics and group positions on disk. Each topic is a keyspace `offset -> record`; one more keyspace holds the topics'
//! offsets and sizes and the groups' commits, written in the same atomic batch as the records they describe.

use super::codec::{self, CodecError};
use crate::error::BusError;
use crate::name::{check_group, check_topic};
use crate::record::Record;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Topics one embedded bus may have; each costs up to [`MEMTABLE_BYTES`] of memory.
pub const MAX_TOPICS: usize = 64;
/// Memory a topic's newest records may take before they go to a table file.
const MEMTABLE_BYTES: u64 = 8 * 1024 * 1024;
/// Memory for blocks read from table files, all topics together.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// Disk that the write-ahead journals may take.
const JOURNAL_BYTES: u64 = 128 * 1024 * 1024;
/// Bytes of records written in one atomic batch; a larger publish takes several.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Records that retention removes in one batch, so that a lowered limit is reached step by step.
const TRIM_RECORDS: u64 = 65_536;
/// What a record costs in a topic's size beside its encoded bytes: its offset.
const OFFSET_BYTES: u64 = 8;

/// How much of a topic is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Encoded bytes of records a topic keeps at most: the oldest go first, read or not. One publish may exceed it until the next.
    pub bytes_per_topic: u64,
}

impl Default for Retention {
    /// 1 GiB a topic.
    fn default() -> Self {
        Self { bytes_per_topic: 1024 * 1024 * 1024 }
    }
}

/// One topic as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicStats {
    pub topic: String,
    /// Offset of the oldest record kept, and of the next one to come; their difference is the number of records.
    pub first: u64,
    pub next: u64,
    /// Encoded bytes of the records kept.
    pub bytes: u64,
}

#[derive(Clone)]
struct Topic {
    keyspace: Keyspace,
    first: u64,
    next: u64,
    bytes: u64,
}

/// What a reader needs of a topic: where it begins and ends at this moment.
pub(super) struct Extent {
    pub(super) keyspace: Keyspace,
    pub(super) first: u64,
    pub(super) next: u64,
}

struct State {
    topics: BTreeMap<String, Topic>,
    /// (group, topic) pairs with a live subscriber.
    taken: BTreeSet<(String, String)>,
}

pub(super) struct Log {
    db: Database,
    meta: Keyspace,
    retention: Retention,
    state: Mutex<State>,
    published: Condvar,
}

impl Log {
    pub(super) fn open(dir: &Path, retention: Retention) -> Result<Self, BusError> {
        let db =
            Database::builder(dir).cache_size(CACHE_BYTES).max_journaling_size(JOURNAL_BYTES).open().map_err(BusError::opening(dir))?;
        let meta =
            db.keyspace("meta", || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES)).map_err(BusError::opening(dir))?;
        let mut topics = BTreeMap::new();
        for entry in meta.prefix(TOPIC_PREFIX) {
            let (key, value) = entry.into_inner().map_err(BusError::storage("list the topics"))?;
            let damaged = || BusError::Corrupt { what: "the bus's list of topics".to_owned() };
            let name = key.strip_prefix(TOPIC_PREFIX).and_then(|name| std::str::from_utf8(name).ok()).ok_or_else(damaged)?;
            let (first, next, bytes) = decode_extent(&value).ok_or_else(damaged)?;
            topics.insert(name.to_owned(), Topic { keyspace: open_topic(&db, name)?, first, next, bytes });
        }
        Ok(Self { db, meta, retention, state: Mutex::new(State { topics, taken: BTreeSet::new() }), published: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state changes only after its batch is committed, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn publish(&self, records: Vec<Record>) -> Result<(), BusError> {
        for record in &records {
            record.check()?;
        }
        if records.is_empty() {
            return Ok(());
        }
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            self.append(&mut records)?;
            self.published.notify_all();
        }
        // Outside the lock: the journal is one file, so whatever a reader has seen and committed lies before what is synced here.
        self.db.persist(PersistMode::SyncData).map_err(BusError::storage("sync published records"))
    }

    /// Appends records until the iterator ends or the batch is full.
    fn append(&self, records: &mut impl Iterator<Item = Record>) -> Result<(), BusError> {
        let mut state = self.state();
        // Stated, because without it a batch may stay in this process's memory: `Buffer` hands it to the system, which a kill does not reach.
        let mut batch = self.db.batch().durability(Some(PersistMode::Buffer));
        let mut changed: BTreeMap<String, Topic> = BTreeMap::new();
        let mut batch_bytes = 0;
        while batch_bytes < BATCH_BYTES {
            let Some(record) = records.next() else { break };
            if !changed.contains_key(&record.topic) {
                let new = changed.keys().filter(|name| !state.topics.contains_key(*name)).count();
                let topic = match state.topics.get(&record.topic) {
                    Some(topic) => topic.clone(),
                    None if state.topics.len() + new >= MAX_TOPICS => return Err(BusError::TooManyTopics { max: MAX_TOPICS }),
                    None => Topic { keyspace: open_topic(&self.db, &record.topic)?, first: 0, next: 0, bytes: 0 },
                };
                changed.insert(record.topic.clone(), topic);
            }
            let Some(topic) = changed.get_mut(&record.topic) else { continue };
            let value = codec::encode(&record);
            batch_bytes += value.len();
            topic.bytes = topic.bytes.saturating_add(value.len() as u64 + OFFSET_BYTES);
            batch.insert(&topic.keyspace, topic.next.to_be_bytes(), value);
            topic.next += 1;
        }
        for (name, topic) in &mut changed {
            let stored = state.topics.get(name).map_or(0, |known| known.next);
            self.trim(&mut batch, topic, stored)?;
            batch.insert(&self.meta, topic_key(name), encode_extent(topic));
        }
        batch.commit().map_err(BusError::storage("append records"))?;
        state.topics.append(&mut changed);
        Ok(())
    }

    /// Removes the oldest records, of those already stored below `stored`, until the topic fits its limit.
    fn trim(&self, batch: &mut fjall::OwnedWriteBatch, topic: &mut Topic, stored: u64) -> Result<(), BusError> {
        if topic.bytes <= self.retention.bytes_per_topic || topic.first >= stored {
            return Ok(());
        }
        let end = stored.min(topic.first.saturating_add(TRIM_RECORDS));
        for entry in topic.keyspace.range(topic.first.to_be_bytes()..end.to_be_bytes()) {
            if topic.bytes <= self.retention.bytes_per_topic {
                break;
            }
            let (key, value) = entry.into_inner().map_err(BusError::storage("remove old records"))?;
            topic.bytes = topic.bytes.saturating_sub(value.len() as u64 + OFFSET_BYTES);
            topic.first = decode_offset(&key).map_or(topic.first, |offset| offset.saturating_add(1));
            batch.remove(&topic.keyspace, key);
        }
        Ok(())
    }

    /// Waits at most `timeout` until one of `positions` (topic, next offset to read) has something behind it; then where every topic stands.
    pub(super) fn wait(&self, positions: &[(String, u64)], timeout: Duration) -> Vec<Option<Extent>> {
        let quiet = |state: &mut State| !positions.iter().any(|(name, at)| state.topics.get(name).is_some_and(|topic| topic.next > *at));
        let (state, _) = self.published.wait_timeout_while(self.state(), timeout, quiet).unwrap_or_else(PoisonError::into_inner);
        let extent = |topic: &Topic| Extent { keyspace: topic.keyspace.clone(), first: topic.first, next: topic.next };
        positions.iter().map(|(name, _)| state.topics.get(name).map(extent)).collect()
    }

    pub(super) fn stats(&self) -> Vec<TopicStats> {
        let stats =
            |(name, topic): (&String, &Topic)| TopicStats { topic: name.clone(), first: topic.first, next: topic.next, bytes: topic.bytes };
        self.state().topics.iter().map(stats).collect()
    }

    pub(super) fn committed(&self, group: &str, topic: &str) -> Result<Option<u64>, BusError> {
        check_group(group)?;
        check_topic(topic)?;
        let stored = self.meta.get(group_key(group, topic)).map_err(BusError::storage("read a group's position"))?;
        Ok(stored.and_then(|bytes| decode_offset(&bytes)))
    }

    pub(super) fn commit(&self, group: &str, positions: &[(String, u64)]) -> Result<(), BusError> {
        let mut batch = self.db.batch().durability(Some(PersistMode::Buffer));
        for (topic, next) in positions {
            batch.insert(&self.meta, group_key(group, topic), next.to_be_bytes());
        }
        batch.commit().map_err(BusError::storage("keep a group's position"))
    }

    /// Marks the group as reading these topics; all or none.
    pub(super) fn take(&self, group: &str, topics: &BTreeSet<&str>) -> Result<(), BusError> {
        let mut state = self.state();
        let pair = |topic: &&str| (group.to_owned(), (*topic).to_owned());
        if let Some((group, topic)) = topics.iter().map(pair).find(|pair| state.taken.contains(pair)) {
            return Err(BusError::GroupBusy { group, topic });
        }
        state.taken.extend(topics.iter().map(pair));
        Ok(())
    }

    pub(super) fn release(&self, group: &str, topics: impl Iterator<Item = String>) {
        let mut state = self.state();
        for topic in topics {
            state.taken.remove(&(group.to_owned(), topic));
        }
    }
}

const TOPIC_PREFIX: &[u8] = b"topic/";

fn open_topic(db: &Database, name: &str) -> Result<Keyspace, BusError> {
    db.keyspace(&format!("topic.{name}"), || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES))
        .map_err(BusError::storage("open a topic"))
}

fn topic_key(name: &str) -> Vec<u8> {
    [TOPIC_PREFIX, name.as_bytes()].concat()
}

/// Neither name can hold a slash.
fn group_key(group: &str, topic: &str) -> Vec<u8> {
    ["group/", group, "/", topic].concat().into_bytes()
}

fn encode_extent(topic: &Topic) -> Vec<u8> {
    [topic.first, topic.next, topic.bytes].iter().flat_map(|n| n.to_be_bytes()).collect()
}

fn decode_extent(bytes: &[u8]) -> Option<(u64, u64, u64)> {
    let (first, rest) = bytes.split_first_chunk::<8>()?;
    let (next, rest) = rest.split_first_chunk::<8>()?;
    let size: [u8; 8] = rest.try_into().ok()?;
    let (first, next) = (u64::from_be_bytes(*first), u64::from_be_bytes(*next));
    (first <= next).then_some((first, next, u64::from_be_bytes(size)))
}

pub(super) fn decode_offset(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// Reads one stored record; a key that is no offset counts as cut short.
pub(super) fn decode_record(topic: &str, key: &[u8], value: &[u8]) -> (Option<u64>, Result<Record, CodecError>) {
    (decode_offset(key), codec::decode(topic, value))
}
