//! Where profiles go that do not fit into memory. Knows no disk and no profile: bytes under a name.

use std::fmt::Debug;

/// A failure of the place that profiles are spilled to.
#[derive(Debug, thiserror::Error)]
#[error("cannot reach the spilled profiles")]
pub struct SpillError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The place: the embedded store, in production.
pub trait Spill: Debug + Send + Sync {
    /// Keeps the bytes under the name, replacing what was there.
    ///
    /// # Errors
    /// The place cannot be reached.
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), SpillError>;
    /// The bytes kept last under the name.
    ///
    /// # Errors
    /// The place cannot be reached.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SpillError>;
    /// Makes what was put outlast a crash.
    ///
    /// # Errors
    /// The place cannot be reached.
    fn sync(&self) -> Result<(), SpillError>;
}
