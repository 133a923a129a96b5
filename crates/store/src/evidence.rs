//! Events kept because an incident rests on them: OCSF JSON by event uid, raw record included.

use crate::error::StoreError;
use crate::incident::check_uid;
use crate::store::Store;
use rusqlite::OptionalExtension;

/// Most bytes of one event's JSON.
pub const MAX_EVIDENCE_BYTES: usize = 1 << 20;

impl Store {
    /// Keeps one event; the same uid again replaces it.
    ///
    /// # Errors
    /// The uid or the JSON is not acceptable (see [`MAX_EVIDENCE_BYTES`]).
    pub fn put_evidence(&self, uid: &str, json: &str) -> Result<(), StoreError> {
        self.put_evidence_batch([(uid, json)])
    }

    /// Keeps many events in one transaction: all or none.
    ///
    /// # Errors
    /// One of them is not acceptable; then none is kept.
    pub fn put_evidence_batch<'a>(&self, events: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), StoreError> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            {
                let mut statement = transaction.prepare_cached("INSERT OR REPLACE INTO evidence (uid, json) VALUES (?1, ?2)")?;
                for (uid, json) in events {
                    check_uid(uid)?;
                    check_json(uid, json)?;
                    statement.execute([uid, json])?;
                }
            }
            Ok(transaction.commit()?)
        })
    }

    /// The event's OCSF JSON, when it was kept.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_evidence(&self, uid: &str) -> Result<Option<String>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT json FROM evidence WHERE uid = ?1")?;
            Ok(statement.query_row([uid], |row| row.get(0)).optional()?)
        })
    }
}

fn check_json(uid: &str, json: &str) -> Result<(), StoreError> {
    if json.len() > MAX_EVIDENCE_BYTES {
        return Err(StoreError::invalid(format!("event {uid} has {} bytes, at most {MAX_EVIDENCE_BYTES} are kept", json.len())));
    }
    // A whole value, not IgnoredAny: only building one limits the depth, which readers of the page rely on.
    serde_json::from_str::<serde_json::Value>(json)
        .map(drop)
        .map_err(|error| StoreError::invalid(format!("event {uid} is not JSON: {error}")))
}
