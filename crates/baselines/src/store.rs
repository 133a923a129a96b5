//! Profiles of entities in memory under a hard cap of bytes; what does not fit is spilled. Knows no disk (that is `Spill`) and no profile.
//!
//! Admission and eviction are `quick_cache`'s Clock-PRO (Jiang, Chen and Zhang, "CLOCK-Pro", USENIX ATC 2005): an entity seen once passes through
//! a small cold part and cannot push out one that was seen again. Only uses in another epoch (say, hour) count as seen again, so that a flood of
//! entities with some events each stays cold, too. Results do not depend on what is resident.

use crate::snapshot::{SnapshotError, decode, encode};
use quick_cache::unsync::Cache;
use quick_cache::{Lifecycle, Weighter};
use serde::{Serialize, de::DeserializeOwned};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;

/// Bytes of bookkeeping an entity, added to its own.
const OVERHEAD: usize = 96;

/// What is known of one entity.
pub trait Profile: Serialize + DeserializeOwned + Default {
    /// Version byte of its bytes.
    const VERSION: u8;
    /// Bytes it occupies, heap included.
    fn bytes(&self) -> usize;
}

/// Where profiles go that do not fit: the embedded store, in production.
pub trait Spill {
    /// Its failure.
    type Error: std::error::Error + 'static;
    /// Keeps the bytes under the key, replacing what was there.
    fn put(&mut self, key: u128, bytes: Vec<u8>) -> Result<(), Self::Error>;
    /// The bytes kept last under the key.
    fn get(&mut self, key: u128) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// A failed access. The profile at hand is not changed by one that fails to load; one that fails to spill is lost and counted.
#[derive(Debug, thiserror::Error)]
pub enum StoreError<E: std::error::Error + 'static> {
    #[error("cannot reach the spilled profiles")]
    Spill(#[source] E),
    #[error("cannot read or write a profile")]
    Snapshot(#[from] SnapshotError),
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreCounts {
    pub hits: u64,
    pub misses: u64,
    pub spilled: u64,
    pub reloaded: u64,
}

#[derive(Clone)]
struct Bytes;

/// A profile in memory and the epoch of the use that last counted.
struct Resident<P> {
    profile: P,
    epoch: u32,
}

impl<P: Profile> Weighter<u128, Resident<P>> for Bytes {
    fn weight(&self, _: &u128, resident: &Resident<P>) -> u64 {
        (resident.profile.bytes() + OVERHEAD) as u64
    }
}

struct Evicted<P>(PhantomData<P>);

impl<P> Lifecycle<u128, Resident<P>> for Evicted<P> {
    type RequestState = Vec<(u128, P)>;
    fn begin_request(&self) -> Self::RequestState {
        Vec::new()
    }
    fn on_evict(&self, evicted: &mut Self::RequestState, key: u128, resident: Resident<P>) {
        evicted.push((key, resident.profile));
    }
}

/// The bounded store. Keys are hashes of entity ids.
pub struct EntityStore<P: Profile> {
    resident: Cache<u128, Resident<P>, Bytes, BuildHasherDefault<DefaultHasher>, Evicted<P>>,
    counts: StoreCounts,
}

impl<P: Profile> EntityStore<P> {
    /// Holds at most `cap_bytes`, about `expected` profiles.
    pub fn new(cap_bytes: u64, expected: usize) -> Self {
        let resident = Cache::with(expected, cap_bytes, Bytes, BuildHasherDefault::default(), Evicted(PhantomData));
        Self { resident, counts: StoreCounts::default() }
    }
    /// Runs `act` on the profile of `key`: resident, reloaded or fresh. `epoch` numbers the stretch of event time of this use.
    ///
    /// # Errors
    /// The spill fails or holds bytes of another version.
    pub fn with<S: Spill, R>(
        &mut self,
        key: u128,
        epoch: u32,
        spill: &mut S,
        act: impl FnOnce(&mut P) -> R,
    ) -> Result<R, StoreError<S::Error>> {
        if self.resident.peek(&key).is_some_and(|resident| resident.epoch != epoch) {
            // This get is what counts as a use; the peeks do not.
            self.resident.get_mut(&key).into_iter().for_each(|mut resident| resident.epoch = epoch);
        }
        let (result, resident) = if let Some(mut resident) = self.resident.peek_mut(&key) {
            self.counts.hits += 1;
            let result = act(&mut resident.profile);
            drop(resident);
            if self.resident.weight() <= self.resident.capacity() {
                return Ok(result);
            }
            // It has grown over the cap: coming in again makes room.
            let Some((_, resident)) = self.resident.remove(&key) else { return Ok(result) };
            (result, resident)
        } else {
            self.counts.misses += 1;
            let mut profile = match spill.get(key).map_err(StoreError::Spill)? {
                Some(bytes) => {
                    self.counts.reloaded += 1;
                    decode(P::VERSION, &bytes)?
                }
                None => P::default(),
            };
            (act(&mut profile), Resident { profile, epoch })
        };
        for (key, profile) in self.resident.insert_with_lifecycle(key, resident) {
            self.counts.spilled += 1;
            spill.put(key, encode(P::VERSION, &profile)?).map_err(StoreError::Spill)?;
        }
        Ok(result)
    }
    /// Whether the profile of `key` is in memory; does not count as a use.
    pub fn is_resident(&self, key: u128) -> bool {
        self.resident.peek(&key).is_some()
    }
    /// All resident profiles, in no order: for snapshots, sort by key.
    pub fn iter(&self) -> impl Iterator<Item = (u128, &P)> {
        self.resident.iter().map(|(key, resident)| (*key, &resident.profile))
    }
    /// Profiles in memory.
    pub fn len(&self) -> usize {
        self.resident.len()
    }
    /// Whether none is in memory.
    pub fn is_empty(&self) -> bool {
        self.resident.is_empty()
    }
    /// Bytes in memory, at most the cap.
    pub fn bytes(&self) -> u64 {
        self.resident.weight()
    }
    /// What happened so far.
    pub fn counts(&self) -> StoreCounts {
        self.counts
    }
}
