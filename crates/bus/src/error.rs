//! What can go wrong on a bus or in the event store, each with what to do about it.

use std::error::Error;
use std::path::{Path, PathBuf};

/// An error of a transport or of the event store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BusError {
    #[error("cannot {doing}: check space, permissions and health of the disk, then restart")]
    Storage {
        doing: &'static str,
        #[source]
        source: Box<fjall::Error>,
    },
    #[error("{path} is in use by another process: stop that one or choose another folder")]
    InUse { path: PathBuf },
    #[error("{kind} name {name:?} is not legal: use 1 to 249 of a-z A-Z 0-9 . _ -")]
    Name { kind: &'static str, name: String },
    #[error("a record for {topic} has {found} {what}, {max} are allowed: split or shorten it")]
    RecordTooLarge { topic: String, what: &'static str, found: usize, max: usize },
    #[error("there are {max} topics already: remove the bus folder's unused topics or use Kafka")]
    TooManyTopics { max: usize },
    #[error("group {group} already reads {topic} in this process: drop that subscriber first or choose another group")]
    GroupBusy { group: String, topic: String },
    #[error("{what} is damaged: restore the folder from a backup, or remove it and replay the input")]
    Corrupt { what: String },
    #[error("stored {what} cannot be decoded: it was written by a newer version or is damaged")]
    Decode {
        what: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A remote transport's failure; `hint` says what to check.
    #[error("cannot {doing}: {hint}")]
    Broker {
        doing: String,
        hint: String,
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl BusError {
    /// For `map_err` around a storage call: what was being done when it failed.
    pub(crate) fn storage(doing: &'static str) -> impl FnOnce(fjall::Error) -> Self {
        move |source| Self::Storage { doing, source: Box::new(source) }
    }

    /// The same for opening a folder, where a lock held by another process has its own message.
    pub(crate) fn opening(path: &Path) -> impl FnOnce(fjall::Error) -> Self {
        move |source| match source {
            fjall::Error::Locked => Self::InUse { path: path.to_path_buf() },
            source => Self::Storage { doing: "open the store's folder", source: Box::new(source) },
        }
    }
}
