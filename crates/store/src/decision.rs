//! The decision log: why an incident opened, what joined it, who closed it. Append only.

use crate::error::StoreError;
use crate::query::MAX_LIMIT;
use crate::store::Store;
use rusqlite::{Row, params};

/// Longest text of one decision in bytes; longer ones are refused, so that a log line stays a line.
const MAX_DECISION_BYTES: usize = 8 << 10;

/// A decision to be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Event time, or for an analyst's act the time of the act; milliseconds UTC.
    pub time_ms: i64,
    /// `opened`, `joined`, `refused`, `merged`, `status` ...
    pub kind: String,
    /// The incident's uid.
    pub incident: String,
    pub text: String,
}

/// A logged decision with its number; numbers only grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    pub id: i64,
    pub decision: Decision,
}

impl Store {
    /// Appends one decision and gives its number.
    ///
    /// # Errors
    /// The text is over 8 KiB.
    pub fn append_decision(&self, decision: &Decision) -> Result<i64, StoreError> {
        if decision.text.len() > MAX_DECISION_BYTES {
            return Err(StoreError::invalid(format!("a decision's text has at most {MAX_DECISION_BYTES} bytes")));
        }
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("INSERT INTO decision (time_ms, kind, incident, text) VALUES (?1, ?2, ?3, ?4)")?;
            Ok(statement.insert(params![decision.time_ms, decision.kind, decision.incident, decision.text])?)
        })
    }

    /// Decisions in the order they were logged, of one incident or (with `None`) of all, after the number `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list_decisions(&self, incident: Option<&str>, after: i64, limit: u32) -> Result<Vec<DecisionRow>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, time_ms, kind, incident, text FROM decision WHERE id > ?1 AND (?2 IS NULL OR incident = ?2) ORDER BY id LIMIT ?3",
            )?;
            Ok(statement.query_map(params![after, incident, limit.min(MAX_LIMIT)], read)?.collect::<Result<_, _>>()?)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let decision = Decision { time_ms: row.get(1)?, kind: row.get(2)?, incident: row.get(3)?, text: row.get(4)? };
    Ok(DecisionRow { id: row.get(0)?, decision })
}
