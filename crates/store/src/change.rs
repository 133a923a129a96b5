//! Word that an incident changed, for live pages. It must not know who listens.

/// An incident was written, removed or redirected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Counts every change since this store was opened, from 1.
    pub sequence: u64,
    /// The incident's uid (for a redirect: the uid that remains).
    pub incident: String,
}
