//! Profiles of entities that do not fit into memory, in a folder of their own. Must not know what a profile is.

use fjall::config::{PartitioningPolicy, PinningPolicy};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use std::path::Path;
use weft_baselines::spill::{Spill, SpillError};

/// Blocks kept in memory, and what is written before it is sorted into files, in bytes.
const CACHE_BYTES: u64 = 16 << 20;
const JOURNAL_BYTES: u64 = 64 << 20;
const MEMTABLE_BYTES: u64 = 16 << 20;

/// The folder.
pub struct SpilledProfiles {
    profiles: Keyspace,
    db: Database,
}

impl std::fmt::Debug for SpilledProfiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpilledProfiles")
    }
}

fn failed(source: impl std::error::Error + Send + Sync + 'static) -> SpillError {
    SpillError(Box::new(source))
}

impl SpilledProfiles {
    /// Makes the folder anew, for a cold start; whatever is there is deleted.
    ///
    /// # Errors
    /// The folder cannot be emptied or made.
    pub fn create(dir: &Path) -> Result<Self, SpillError> {
        if dir.exists() {
            std::fs::remove_dir_all(dir).map_err(failed)?;
        }
        Self::open(dir)
    }
    /// Opens the folder that a snapshot rests on.
    ///
    /// # Errors
    /// The folder cannot be read or made.
    pub fn open(dir: &Path) -> Result<Self, SpillError> {
        let db = Database::builder(dir).cache_size(CACHE_BYTES).max_journaling_size(JOURNAL_BYTES).open().map_err(failed)?;
        // Most that are asked for were never spilled: what says so (10 bits a profile) stays in memory, or a flood would read it again and again.
        let options = || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(MEMTABLE_BYTES)
                .filter_block_partitioning_policy(PartitioningPolicy::all(false))
                .filter_block_pinning_policy(PinningPolicy::all(true))
                .index_block_partitioning_policy(PartitioningPolicy::all(false))
                .index_block_pinning_policy(PinningPolicy::all(true))
        };
        let profiles = db.keyspace("profiles", options).map_err(failed)?;
        Ok(Self { profiles, db })
    }
}

/// Before every name, so that none is empty.
const BEFORE: u8 = b':';

fn key(name: &str) -> Vec<u8> {
    [&[BEFORE], name.as_bytes()].concat()
}

impl Spill for SpilledProfiles {
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), SpillError> {
        self.profiles.insert(key(name), bytes).map_err(failed)
    }
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        Ok(self.profiles.get(key(name)).map_err(failed)?.map(|bytes| bytes.to_vec()))
    }
    fn sync(&self) -> Result<(), SpillError> {
        self.db.persist(PersistMode::SyncAll).map_err(failed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_latest_bytes_are_read_back_until_it_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("profiles");
        let spill = SpilledProfiles::create(&folder).unwrap();
        spill.put("ann", vec![1]).unwrap();
        spill.put("ann", vec![2, 3]).unwrap();
        assert_eq!(spill.get("ann").unwrap(), Some(vec![2, 3]));
        assert_eq!(spill.get("bob").unwrap(), None);
        spill.put("", vec![4]).unwrap();
        spill.sync().unwrap();
        drop(spill);
        let spill = SpilledProfiles::open(&folder).unwrap();
        assert_eq!((spill.get("ann").unwrap(), spill.get("").unwrap()), (Some(vec![2, 3]), Some(vec![4])));
        drop(spill);
        assert_eq!(SpilledProfiles::create(&folder).unwrap().get("ann").unwrap(), None);
    }
}
