//! Which of the versions of a spilled profile counts. The last two snapshots may be gone back to, so what they rest on stays in the spill beside
//! what was spilled later; and what a process spilled after its last snapshot counts for nobody once it has died. Knows no profile.
//!
//! An epoch is the time between two snapshots of one process; a spill numbers them in ascending order, over all processes.

use serde::{Deserialize, Serialize};
use weft_baselines::snapshot::{decode, encode};
use weft_baselines::spill::{Spill, SpillError};

/// Of the bytes under a name.
const VERSION: u8 = 1;
/// Where a spill keeps its latest epoch; nobody has this name.
const LATEST: &str = "";

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> SpillError {
    SpillError(Box::new(error))
}

/// The spill is not the one that a snapshot rests on.
#[derive(Debug, thiserror::Error)]
#[error("the spilled profiles are older than the snapshot, or not its own")]
struct Foreign;

/// The epochs that a state descends from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Epochs {
    /// Of the processes before, from and to.
    before: Vec<(u32, u32)>,
    /// The first and the present one of this process; 0 without a spill.
    since: u32,
    now: u32,
    /// Those that the last two snapshots close; 0 for none.
    marks: [u32; 2],
}

impl Epochs {
    /// Begins the first epoch of a process, of which `is_needed` says that the spill must have earlier ones.
    pub(crate) fn begin(&mut self, spill: &dyn Spill, is_needed: bool) -> Result<(), SpillError> {
        let latest = match spill.get(LATEST)? {
            Some(bytes) => decode::<u32>(VERSION, &bytes).map_err(failed)?,
            None => 0,
        };
        if is_needed && latest < self.now {
            return Err(failed(Foreign));
        }
        if self.now > 0 {
            self.before.push((self.since, self.now));
            self.marks = [self.marks[1], self.now];
        }
        self.since = latest.max(self.now) + 1;
        self.enter(spill, self.since)
    }
    /// A snapshot was written.
    pub(crate) fn mark(&mut self, spill: &dyn Spill) -> Result<(), SpillError> {
        self.marks = [self.marks[1], self.now];
        self.enter(spill, self.now + 1)
    }
    fn enter(&mut self, spill: &dyn Spill, epoch: u32) -> Result<(), SpillError> {
        self.now = epoch;
        spill.put(LATEST, encode(VERSION, &epoch).map_err(failed)?)
    }
    /// Whether what was spilled then is what this state learned. A look ahead may meet what was spilled since: that is the same.
    fn sees(&self, epoch: u32) -> bool {
        epoch >= self.since || self.before.iter().any(|(from, to)| (*from..=*to).contains(&epoch))
    }
}

/// The versions of one profile, the newest last, each with its epoch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Versions(Vec<(u32, Vec<u8>)>);

impl Versions {
    pub(crate) fn read(spill: &dyn Spill, name: &str) -> Result<Self, SpillError> {
        let bytes = spill.get(name)?;
        bytes.map_or(Ok(Self::default()), |bytes| decode(VERSION, &bytes).map_err(failed))
    }
    pub(crate) fn write(&self, spill: &dyn Spill, name: &str) -> Result<(), SpillError> {
        spill.put(name, encode(VERSION, self).map_err(failed)?)
    }
    /// The one that counts.
    pub(crate) fn newest(&self, epochs: &Epochs) -> Option<&[u8]> {
        self.0.iter().rev().find(|(epoch, _)| epochs.sees(*epoch)).map(|(_, bytes)| bytes.as_slice())
    }
    /// Adds the newest, and drops all that no snapshot rests on.
    pub(crate) fn add(&mut self, epochs: &Epochs, bytes: Vec<u8>) {
        self.0.retain(|(epoch, _)| epochs.sees(*epoch));
        let closing = |mark: u32| self.0.iter().map(|(epoch, _)| *epoch).filter(|epoch| *epoch <= mark).max();
        let needed = epochs.marks.map(closing);
        self.0.retain(|(epoch, _)| needed.contains(&Some(*epoch)));
        self.0.push((epochs.now, bytes));
    }
}
