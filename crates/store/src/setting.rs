//! Two small tables of text by name: what the service tells about itself (`meta`), and how far each source was read (`cursor`).

use crate::error::StoreError;
use crate::store::Store;
use rusqlite::{OptionalExtension, params};

impl Store {
    /// A value of `meta`, such as `status`, the pipeline's report as JSON.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.with(|connection| Ok(connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()?))
    }

    /// Sets a value of `meta`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", params![name, value])?;
            Ok(())
        })
    }

    /// How far the source `name` was read; the text is the source's own.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.with(|connection| Ok(connection.query_row("SELECT value FROM cursor WHERE name = ?1", [name], |row| row.get(0)).optional()?))
    }

    /// Keeps how far the source `name` was read.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_cursor(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.execute("INSERT OR REPLACE INTO cursor (name, value) VALUES (?1, ?2)", params![name, value])?;
            Ok(())
        })
    }
}
