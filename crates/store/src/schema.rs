//! The tables and their history. A change of the tables is a new entry of `MIGRATIONS`; an entry that was released is never edited.

use crate::error::StoreError;
use rusqlite::Connection;

/// Each entry takes the schema one version further; the version is kept in `PRAGMA user_version`.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE incident (
        uid TEXT PRIMARY KEY, json TEXT NOT NULL, title TEXT NOT NULL, score REAL NOT NULL, severity_id INTEGER NOT NULL,
        start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, domains TEXT NOT NULL, revision INTEGER NOT NULL, status TEXT NOT NULL,
        indicators INTEGER NOT NULL, search TEXT NOT NULL) STRICT;
    CREATE INDEX incident_by_score ON incident (score DESC, end_ms DESC, uid);
    CREATE TABLE redirect (old TEXT PRIMARY KEY, new TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE evidence (uid TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
    CREATE TABLE decision (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, kind TEXT NOT NULL, incident TEXT NOT NULL, text TEXT NOT NULL) STRICT;
    CREATE INDEX decision_by_incident ON decision (incident, id);
    CREATE TABLE user (name TEXT PRIMARY KEY, password_hash TEXT) STRICT, WITHOUT ROWID;
    CREATE TABLE session (token_hash BLOB PRIMARY KEY, user TEXT NOT NULL, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE login_link (token_hash BLOB PRIMARY KEY, user TEXT NOT NULL, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
", "
    ALTER TABLE incident ADD COLUMN verdict_id INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE verdict (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, incident TEXT NOT NULL,
        pairs TEXT NOT NULL, members TEXT NOT NULL, undone_ms INTEGER) STRICT;
    CREATE INDEX verdict_by_incident ON verdict (incident, id);
"];

/// The schema this version writes.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// Brings `connection` to [`SCHEMA_VERSION`], each step in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    if !(0..=SCHEMA_VERSION).contains(&found) {
        return Err(StoreError::TooNew { found, known: SCHEMA_VERSION });
    }
    for (index, step) in MIGRATIONS.iter().enumerate() {
        let reaches = index as i64 + 1;
        // Immediate: two processes opening one new file must not both run the step; the second sees the version of the first.
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if version(&transaction)? < reaches {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", reaches)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
