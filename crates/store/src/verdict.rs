//! What analysts decided about incidents: reversible, in their order, with the members as they were. It must not know how stitching
//! heeds it.

use crate::error::StoreError;
use crate::incident::{check_uid, resolve, write_state};
use crate::status::IncidentStatus;
use crate::store::Store;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// Most verdicts that stand at a time; more are refused until some are undone.
pub const MAX_STANDING: usize = 10_000;
/// Most pairs or members of one verdict.
pub const MAX_PARTS: usize = 20_000;

/// The kinds of verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Two incidents are one.
    Link,
    /// Some indicators do not belong to the incident.
    KeepApart,
    /// It is an attack: its members stay together.
    Confirm,
    /// It is none: it stays as it is, closed, and nothing joins it.
    Dismiss,
    /// The work on it is done; what comes later reopens it.
    Close,
}

impl VerdictKind {
    const ALL: [Self; 5] = [Self::Link, Self::KeepApart, Self::Confirm, Self::Dismiss, Self::Close];

    /// The name in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::KeepApart => "keep_apart",
            Self::Confirm => "confirm",
            Self::Dismiss => "dismiss",
            Self::Close => "close",
        }
    }
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A verdict to be kept. Uids are of indicators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub time_ms: i64,
    pub user: String,
    pub kind: VerdictKind,
    pub incident: String,
    /// For [`VerdictKind::Link`] and [`VerdictKind::KeepApart`].
    pub pairs: Vec<(String, String)>,
    /// The incident's members, for the others.
    pub members: Vec<String>,
}

/// A kept verdict with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictRow {
    pub id: i64,
    pub verdict: Verdict,
    /// When it was undone, if it was.
    pub undone_ms: Option<i64>,
}

impl Store {
    /// Keeps a verdict and gives its number; sets status and OCSF verdict of the incident as the kind says.
    ///
    /// # Errors
    /// It has too many parts, or too many stand already.
    pub fn put_verdict(&self, verdict: &Verdict) -> Result<i64, StoreError> {
        check_uid(&verdict.incident)?;
        if verdict.pairs.len() > MAX_PARTS || verdict.members.len() > MAX_PARTS {
            return Err(StoreError::invalid(format!("a verdict has at most {MAX_PARTS} parts")));
        }
        let id = self.with(|connection| {
            let transaction = connection.transaction()?;
            let standing: i64 = transaction.query_row("SELECT count(*) FROM verdict WHERE undone_ms IS NULL", [], |row| row.get(0))?;
            if standing >= MAX_STANDING as i64 {
                return Err(StoreError::invalid(format!("{MAX_STANDING} verdicts stand already; undo some")));
            }
            let json = |value: &serde_json::Value| value.to_string();
            transaction.execute(
                "INSERT INTO verdict (time_ms, user, kind, incident, pairs, members) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    verdict.time_ms,
                    verdict.user,
                    verdict.kind.as_str(),
                    verdict.incident,
                    json(&serde_json::json!(verdict.pairs)),
                    json(&serde_json::json!(verdict.members))
                ],
            )?;
            let id = transaction.last_insert_rowid();
            match verdict.kind {
                VerdictKind::Dismiss => write_state(&transaction, &verdict.incident, Some(IncidentStatus::Closed), Some(1))?,
                VerdictKind::Confirm => write_state(&transaction, &verdict.incident, None, Some(2))?,
                VerdictKind::Close | VerdictKind::Link | VerdictKind::KeepApart => {}
            }
            transaction.commit()?;
            Ok(id)
        })?;
        self.announce(&verdict.incident);
        Ok(id)
    }

    /// Takes a verdict back; `None` when there is no such verdict or it was undone before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn undo_verdict(&self, id: i64, time_ms: i64) -> Result<Option<VerdictRow>, StoreError> {
        let row = self.with(|connection| {
            let transaction = connection.transaction()?;
            let undone =
                transaction.execute("UPDATE verdict SET undone_ms = ?2 WHERE id = ?1 AND undone_ms IS NULL", params![id, time_ms])?;
            if undone == 0 {
                return Ok(None);
            }
            let row = transaction.query_row("SELECT * FROM verdict WHERE id = ?1", [id], read)?;
            if let Some(live) = resolve(&transaction, &row.verdict.incident)? {
                match row.verdict.kind {
                    VerdictKind::Dismiss => write_state(&transaction, &live, Some(IncidentStatus::New), Some(0))?,
                    VerdictKind::Confirm => write_state(&transaction, &live, None, Some(0))?,
                    VerdictKind::Close | VerdictKind::Link | VerdictKind::KeepApart => {}
                }
            }
            transaction.commit()?;
            Ok(Some(row))
        })?;
        if let Some(row) = &row {
            self.announce(&row.verdict.incident);
        }
        Ok(row)
    }

    /// Verdicts that stand, in the order they were given; of one incident (as it was named then) or of all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn standing_verdicts(&self, incident: Option<&str>) -> Result<Vec<VerdictRow>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM verdict WHERE undone_ms IS NULL AND (?1 IS NULL OR incident = ?1) ORDER BY id LIMIT 10000",
            )?;
            Ok(statement.query_map([incident], read)?.collect::<Result<_, _>>()?)
        })
    }

    /// The latest verdicts on whether something was an attack, undone ones too, in the order they were given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn judgements(&self) -> Result<Vec<VerdictRow>, StoreError> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM verdict WHERE kind IN ('confirm', 'dismiss') ORDER BY id DESC LIMIT 10000")?;
            let mut rows = statement.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
            rows.reverse();
            Ok(rows)
        })
    }

    /// A number that changes with every verdict given or undone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn verdict_version(&self) -> Result<i64, StoreError> {
        self.with(|connection| version(connection))
    }
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT count(*) + count(undone_ms) FROM verdict")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn read(row: &Row<'_>) -> rusqlite::Result<VerdictRow> {
    let kind = VerdictKind::parse(&row.get::<_, String>("kind")?).ok_or(rusqlite::Error::InvalidQuery)?;
    let verdict = Verdict {
        time_ms: row.get("time_ms")?,
        user: row.get("user")?,
        kind,
        incident: row.get("incident")?,
        pairs: serde_json::from_str(&row.get::<_, String>("pairs")?).unwrap_or_default(),
        members: serde_json::from_str(&row.get::<_, String>("members")?).unwrap_or_default(),
    };
    Ok(VerdictRow { id: row.get("id")?, verdict, undone_ms: row.get("undone_ms")? })
}
