//! Opening the file, and the one connection behind a lock. It must not know the tables.

use crate::change::Change;
use crate::error::StoreError;
use crate::schema;
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// How long a write waits for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Changes a slow listener may fall behind before it is told that it missed some.
const CHANGE_QUEUE: usize = 256;

/// The service's memory. Send and Sync; calls block for at most a few milliseconds of disk time, one at a time.
pub struct Store {
    connection: Mutex<Connection>,
    changes: broadcast::Sender<Change>,
    sequence: AtomicU64,
}

impl Store {
    /// Opens or creates the file at `path`, readable by its owner alone, and brings its tables up to date.
    ///
    /// # Errors
    /// The folder is missing or not writable, the file is no SQLite database, or a newer Weft wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        create_private(path).map_err(|source| StoreError::Create { path: path.display().to_string(), source })?;
        Self::prepare(Connection::open(path)?)
    }

    /// A store that ends with the process, for `weft demo` and tests.
    ///
    /// # Errors
    /// None is expected; SQLite's own are passed on.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // WAL with NORMAL: a power cut may lose the last transactions, never the file; the bus replays what was lost.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // The file may come from elsewhere: no functions run out of its schema.
        connection.pragma_update(None, "trusted_schema", false)?;
        schema::migrate(&mut connection)?;
        let (changes, _) = broadcast::channel(CHANGE_QUEUE);
        Ok(Self { connection: Mutex::new(connection), changes, sequence: AtomicU64::new(0) })
    }

    /// Hears of every change of an incident made through this `Store` from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Changes made through this `Store` since it was opened.
    pub fn change_count(&self) -> u64 {
        self.sequence.load(Ordering::Acquire)
    }

    pub(crate) fn announce(&self, incident: &str) {
        let sequence = self.sequence.fetch_add(1, Ordering::AcqRel).saturating_add(1);
        // An error only says that nobody listens.
        let _ = self.changes.send(Change { sequence, incident: incident.to_owned() });
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // A panic in another thread left at most an open transaction, which rusqlite rolled back while unwinding.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection)
    }
}

/// SQLite gives its side files the mode of the main file, so the mode set here covers them.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
