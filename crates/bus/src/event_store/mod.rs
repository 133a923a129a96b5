//! The event store: every event once, in time order, in a folder. What a re-scoring or an investigation reads back.
//!
//! It must not judge events nor know where they come from. The outcome of any sequence of inserts depends on the set of
//! events only: one (time, uid) keeps the smallest of the encoded values that arrived under it.

mod key;
mod range;

pub use range::EventRange;

use crate::error::BusError;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use key::EventKey;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use weft_model::{Event, EventRef, EventTime};
use weft_wire::MAX_EVENT_BYTES;

/// Memory the newest events may take before they go to a table file.
const MEMTABLE_BYTES: u64 = 16 * 1024 * 1024;
/// Memory for blocks read from table files.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// Disk that the write-ahead journals may take.
const JOURNAL_BYTES: u64 = 128 * 1024 * 1024;
/// Events and bytes in one atomic batch.
const BATCH_EVENTS: usize = 4_096;
const BATCH_BYTES: usize = 8 * 1024 * 1024;

const COUNT: &[u8] = b"count";

/// What an insert found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Events the store did not hold.
    pub new: u64,
    /// Events it held already, or that came twice in this call.
    pub duplicate: u64,
}

/// Events on disk, ordered by (time, uid). Usable from many threads; one process a folder.
pub struct EventStore {
    db: Database,
    events: Keyspace,
    meta: Keyspace,
    /// Number of events; its lock also makes look-up and insert one step.
    count: Mutex<u64>,
}

impl EventStore {
    /// Opens or creates the store in `dir`, recovering what an earlier process left there, however it ended.
    ///
    /// # Errors
    /// [`BusError::InUse`] when another process has it open; storage errors; [`BusError::Corrupt`].
    pub fn open(dir: &Path) -> Result<Self, BusError> {
        let db =
            Database::builder(dir).cache_size(CACHE_BYTES).max_journaling_size(JOURNAL_BYTES).open().map_err(BusError::opening(dir))?;
        let keyspace = |name| db.keyspace(name, || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES));
        let events = keyspace("events").map_err(BusError::opening(dir))?;
        let meta = keyspace("meta").map_err(BusError::opening(dir))?;
        let count = match meta.get(COUNT).map_err(BusError::opening(dir))? {
            None => 0,
            Some(bytes) => {
                let bytes =
                    <[u8; 8]>::try_from(bytes.as_ref()).map_err(|_| BusError::Corrupt { what: "the event store's count".to_owned() })?;
                u64::from_be_bytes(bytes)
            }
        };
        Ok(Self { db, events, meta, count: Mutex::new(count) })
    }

    /// Inserts events in any order, with any repetition. Survives a kill of this process once it returns; a power cut only after
    /// [`EventStore::persist`]. After an error a part may be inserted: insert all of them again.
    ///
    /// # Errors
    /// [`BusError::RecordTooLarge`] or a storage error.
    pub fn insert(&self, events: &[Event]) -> Result<Inserted, BusError> {
        self.insert_encoded(events.iter().map(|event| (event.reference(), weft_wire::encode_event(event))))
    }

    /// Inserts events already encoded by `weft_wire::encode_event`; what is not so encoded is found when it is read.
    ///
    /// # Errors
    /// As [`EventStore::insert`].
    pub fn insert_encoded(&self, events: impl IntoIterator<Item = (EventRef, Vec<u8>)>) -> Result<Inserted, BusError> {
        let mut total = Inserted::default();
        let mut batch: Vec<(EventKey, Vec<u8>)> = Vec::new();
        let mut bytes = 0usize;
        for (reference, value) in events {
            if value.len() > MAX_EVENT_BYTES {
                let topic = format!("event {}", reference.uid);
                return Err(BusError::RecordTooLarge { topic, what: "bytes", found: value.len(), max: MAX_EVENT_BYTES });
            }
            bytes = bytes.saturating_add(value.len());
            batch.push((EventKey::new(reference), value));
            if batch.len() >= BATCH_EVENTS || bytes >= BATCH_BYTES {
                self.insert_batch(&mut batch, &mut total)?;
                bytes = 0;
            }
        }
        self.insert_batch(&mut batch, &mut total)?;
        Ok(total)
    }

    fn insert_batch(&self, batch: &mut Vec<(EventKey, Vec<u8>)>, total: &mut Inserted) -> Result<(), BusError> {
        if batch.is_empty() {
            return Ok(());
        }
        // Sorted, the smallest value of a key comes first and wins; neighbours also hit the same blocks.
        batch.sort_unstable();
        let mut count = self.count();
        let mut writes = self.db.batch().durability(Some(PersistMode::Buffer));
        let (mut new, mut duplicate) = (0, 0);
        let mut last: Option<EventKey> = None;
        for (key, value) in batch.drain(..) {
            if last.replace(key) == Some(key) {
                duplicate += 1;
                continue;
            }
            match self.events.get(key.bytes()).map_err(BusError::storage("look an event up"))? {
                Some(known) => {
                    duplicate += 1;
                    if value.as_slice() < known.as_ref() {
                        writes.insert(&self.events, key.bytes(), value);
                    }
                }
                None => {
                    new += 1;
                    writes.insert(&self.events, key.bytes(), value);
                }
            }
        }
        let after = count.saturating_add(new);
        writes.insert(&self.meta, COUNT, after.to_be_bytes());
        writes.commit().map_err(BusError::storage("insert events"))?;
        *count = after;
        total.new += new;
        total.duplicate += duplicate;
        Ok(())
    }

    fn count(&self) -> MutexGuard<'_, u64> {
        // The number changes only after its batch is committed, so a panic elsewhere leaves it right.
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events there are.
    pub fn len(&self) -> u64 {
        *self.count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event at `reference`, when the store holds it.
    ///
    /// # Errors
    /// A storage error, or [`BusError::Decode`].
    pub fn get(&self, reference: EventRef) -> Result<Option<Event>, BusError> {
        let stored = self.events.get(EventKey::new(reference).bytes()).map_err(BusError::storage("look an event up"))?;
        stored.map(|value| range::decode(reference, &value)).transpose()
    }

    /// Events with `from <= time < to` in (time, uid) order, as the store is now; later inserts do not show. Also runs backwards.
    pub fn range(&self, from: EventTime, to: EventTime) -> EventRange {
        EventRange::new(&self.db, &self.events, from, Some(to))
    }

    /// All events in (time, uid) order.
    pub fn all(&self) -> EventRange {
        EventRange::new(&self.db, &self.events, EventTime(i64::MIN), None)
    }

    /// Times of the first and the last event; `None` when there is none.
    ///
    /// # Errors
    /// A storage error.
    pub fn time_bounds(&self) -> Result<Option<(EventTime, EventTime)>, BusError> {
        let time = |entry: fjall::Guard| {
            let key = entry.key().map_err(BusError::storage("read the first or last event"))?;
            EventKey::parse(&key).map(|reference| reference.time)
        };
        match (self.events.first_key_value(), self.events.last_key_value()) {
            (Some(first), Some(last)) => Ok(Some((time(first)?, time(last)?))),
            _ => Ok(None),
        }
    }

    /// Removes every event before `time`; how many.
    ///
    /// # Errors
    /// A storage error; some may be gone then.
    pub fn remove_before(&self, time: EventTime) -> Result<u64, BusError> {
        let mut removed = 0u64;
        let end = EventKey::first_of(time);
        let mut keys = self.events.range(..end.bytes()).map(fjall::Guard::key);
        loop {
            let mut count = self.count();
            let mut writes = self.db.batch().durability(Some(PersistMode::Buffer));
            for key in keys.by_ref().take(BATCH_EVENTS) {
                writes.remove(&self.events, key.map_err(BusError::storage("remove old events"))?);
            }
            if writes.is_empty() {
                return Ok(removed);
            }
            let gone = writes.len() as u64;
            let after = count.saturating_sub(gone);
            writes.insert(&self.meta, COUNT, after.to_be_bytes());
            writes.commit().map_err(BusError::storage("remove old events"))?;
            *count = after;
            removed = removed.saturating_add(gone);
        }
    }

    /// Makes everything inserted so far survive a power cut.
    ///
    /// # Errors
    /// A storage error.
    pub fn persist(&self) -> Result<(), BusError> {
        self.db.persist(PersistMode::SyncAll).map_err(BusError::storage("sync the event store"))
    }
}
