//! Incidents as rows: the OCSF JSON beside the columns that lists are sorted and filtered by. It must not know how they are shown.

use crate::error::StoreError;
use crate::status::IncidentStatus;
use crate::store::Store;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

/// Most bytes of an incident's JSON.
pub const MAX_INCIDENT_BYTES: usize = 16 << 20;
/// Most bytes kept for text search.
const MAX_SEARCH_BYTES: usize = 256 << 10;
/// Deepest JSON that is searched; deeper parts are kept but not found by text.
const MAX_SEARCH_DEPTH: u32 = 32;
/// Most redirects followed; merges build chains, one link a merge.
const MAX_REDIRECTS: u32 = 64;
/// Longest uid in bytes; ours have 32.
pub(crate) const MAX_UID_BYTES: usize = 128;

/// One incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentRow {
    /// `metadata.uid`.
    pub uid: String,
    /// OCSF Incident Finding (class 2005) on one line.
    pub json: String,
    pub title: String,
    /// 0 to 100, 50 at the alert threshold.
    pub score: f64,
    /// OCSF severity, 0 to 6 or 99.
    pub severity_id: i64,
    /// Milliseconds UTC.
    pub start_ms: i64,
    pub end_ms: i64,
    /// `email`, `saas`, `network`, joined by commas.
    pub domains: String,
    /// Counts up while the incident is provisional.
    pub revision: i64,
    /// Taken for a new incident only: what an analyst set survives later revisions.
    pub status: IncidentStatus,
}

impl IncidentRow {
    /// Reads the columns out of an incident's OCSF JSON (`metadata.uid`, `desc`, `unmapped.weft` ...).
    ///
    /// # Errors
    /// The text is no JSON object, or `metadata.uid` or `unmapped.weft` is missing.
    pub fn from_ocsf(json: &str) -> Result<Self, StoreError> {
        let value = parse(json)?;
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
        let uid = text("/metadata/uid").ok_or_else(|| StoreError::invalid("the incident has no metadata.uid"))?;
        let weft = value.pointer("/unmapped/weft").ok_or_else(|| StoreError::invalid("the incident has no unmapped.weft"))?;
        let domains: Vec<&str> = weft.get("domains").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        Ok(Self {
            uid: uid.to_owned(),
            title: text("/desc").or_else(|| text("/finding_info_list/0/title")).unwrap_or("untitled incident").to_owned(),
            score: weft.get("score").and_then(Value::as_f64).unwrap_or(0.0),
            severity_id: number("/severity_id").unwrap_or(0),
            start_ms: number("/start_time").unwrap_or(0),
            end_ms: number("/end_time").unwrap_or(0),
            domains: domains.join(","),
            revision: weft.get("revision").and_then(Value::as_i64).unwrap_or(1),
            status: number("/status_id").and_then(IncidentStatus::from_ocsf_id).unwrap_or_default(),
            json: json.to_owned(),
        })
    }

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            uid: row.get("uid")?,
            json: row.get("json")?,
            title: row.get("title")?,
            score: row.get("score")?,
            severity_id: row.get("severity_id")?,
            start_ms: row.get("start_ms")?,
            end_ms: row.get("end_ms")?,
            domains: row.get("domains")?,
            revision: row.get("revision")?,
            status: IncidentStatus::parse(&row.get::<_, String>("status")?).unwrap_or_default(),
        })
    }
}

impl Store {
    /// Writes an incident; an earlier one of the same uid is replaced, but for its status. A redirect from this uid ends: it lives again.
    ///
    /// # Errors
    /// The JSON is no object, is over [`MAX_INCIDENT_BYTES`], or the score is not a number.
    pub fn put_incident(&self, row: &IncidentRow) -> Result<(), StoreError> {
        check_uid(&row.uid)?;
        if !row.score.is_finite() {
            return Err(StoreError::invalid("the incident's score is not a finite number"));
        }
        let value = parse(&row.json)?;
        let indicators = value.pointer("/unmapped/weft/indicators").and_then(Value::as_array).map_or(0, Vec::len);
        let search = searchable(&row.title, &value);
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let kept = stored_status(&transaction, &row.uid)?;
            let status = kept.unwrap_or(row.status);
            let verdict: Option<i64> =
                transaction.query_row("SELECT verdict_id FROM incident WHERE uid = ?1", [&row.uid], |row| row.get(0)).optional()?;
            transaction.execute(
                "INSERT OR REPLACE INTO incident
                 (uid, json, title, score, severity_id, start_ms, end_ms, domains, revision, status, indicators, search)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    row.uid,
                    row.json,
                    row.title,
                    row.score,
                    row.severity_id,
                    row.start_ms,
                    row.end_ms,
                    row.domains,
                    row.revision,
                    status.as_str(),
                    i64::try_from(indicators).unwrap_or(i64::MAX),
                    search
                ],
            )?;
            if kept.is_some_and(|kept| kept != row.status) {
                write_status(&transaction, &row.uid, status)?;
            }
            if verdict.is_some_and(|verdict| verdict != 0) {
                write_state(&transaction, &row.uid, None, verdict)?;
            }
            transaction.execute("DELETE FROM redirect WHERE old = ?1", [&row.uid])?;
            Ok(transaction.commit()?)
        })?;
        self.announce(&row.uid);
        Ok(())
    }

    /// The incident of this uid, or the one it was merged into.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_incident(&self, uid: &str) -> Result<Option<IncidentRow>, StoreError> {
        self.with(|connection| {
            let Some(live) = resolve(connection, uid)? else { return Ok(None) };
            let mut statement = connection.prepare_cached("SELECT * FROM incident WHERE uid = ?1")?;
            Ok(statement.query_row([live], IncidentRow::read).optional()?)
        })
    }

    /// From now on `old` means `new`. The old incident is removed; its status moves on when nobody has touched the new one yet.
    ///
    /// # Errors
    /// The two are the same, or not uids.
    pub fn put_redirect(&self, old: &str, new: &str) -> Result<(), StoreError> {
        check_uid(old)?;
        check_uid(new)?;
        if old == new {
            return Err(StoreError::invalid("an incident cannot redirect to itself"));
        }
        self.with(|connection| {
            let transaction = connection.transaction()?;
            // The target never redirects itself, so redirects cannot form a ring.
            transaction.execute("DELETE FROM redirect WHERE old = ?1", [new])?;
            transaction.execute("INSERT OR REPLACE INTO redirect (old, new) VALUES (?1, ?2)", [old, new])?;
            let old_status = stored_status(&transaction, old)?;
            if let (Some(was), Some(IncidentStatus::New)) = (old_status, stored_status(&transaction, new)?)
                && was != IncidentStatus::New
            {
                write_status(&transaction, new, was)?;
            }
            transaction.execute("DELETE FROM incident WHERE uid = ?1", [old])?;
            Ok(transaction.commit()?)
        })?;
        self.announce(new);
        Ok(())
    }

    /// Removes an incident (not its evidence, which others may share). True when there was one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn delete_incident(&self, uid: &str) -> Result<bool, StoreError> {
        let removed = self.with(|connection| Ok(connection.execute("DELETE FROM incident WHERE uid = ?1", [uid])?))? > 0;
        if removed {
            self.announce(uid);
        }
        Ok(removed)
    }

    /// Sets the status, in the row and in the JSON (`status_id`, `status`); follows redirects. False when there is no such incident.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_status(&self, uid: &str, status: IncidentStatus) -> Result<bool, StoreError> {
        let live = self.with(|connection| {
            let transaction = connection.transaction()?;
            let live = resolve(&transaction, uid)?;
            if let Some(live) = &live {
                write_status(&transaction, live, status)?;
            }
            transaction.commit()?;
            Ok(live)
        })?;
        if let Some(live) = &live {
            self.announce(live);
        }
        Ok(live.is_some())
    }
}

/// Sets status and OCSF verdict, whichever is given.
pub(crate) fn write_state(
    connection: &Connection,
    uid: &str,
    status: Option<IncidentStatus>,
    verdict_id: Option<i64>,
) -> Result<(), rusqlite::Error> {
    if let Some(status) = status {
        write_status(connection, uid, status)?;
    }
    if let Some(verdict_id) = verdict_id {
        connection.execute("UPDATE incident SET verdict_id = ?2 WHERE uid = ?1", params![uid, verdict_id])?;
        write_verdict(connection, uid)?;
    }
    Ok(())
}

/// Puts the row's verdict into the JSON (OCSF 1.8.0 `verdict_id`: 1 false positive, 2 true positive), or takes it out.
fn write_verdict(connection: &Connection, uid: &str) -> Result<(), rusqlite::Error> {
    connection.execute(
        "UPDATE incident SET json = CASE verdict_id
           WHEN 1 THEN json_set(json, '$.verdict_id', 1, '$.verdict', 'False Positive')
           WHEN 2 THEN json_set(json, '$.verdict_id', 2, '$.verdict', 'True Positive')
           ELSE json_remove(json, '$.verdict_id', '$.verdict') END WHERE uid = ?1",
        params![uid],
    )?;
    Ok(())
}

fn write_status(connection: &Connection, uid: &str, status: IncidentStatus) -> Result<(), rusqlite::Error> {
    // json_set keeps the order of the members and the text of the numbers: everything else stays as it was stored.
    connection.execute(
        "UPDATE incident SET status = ?2, json = json_set(json, '$.status_id', ?3, '$.status', ?4) WHERE uid = ?1",
        params![uid, status.as_str(), status.ocsf_id(), status.ocsf_caption()],
    )?;
    Ok(())
}

fn stored_status(connection: &Connection, uid: &str) -> Result<Option<IncidentStatus>, rusqlite::Error> {
    let mut statement = connection.prepare_cached("SELECT status FROM incident WHERE uid = ?1")?;
    let text: Option<String> = statement.query_row([uid], |row| row.get(0)).optional()?;
    Ok(text.map(|text| IncidentStatus::parse(&text).unwrap_or_default()))
}

/// The uid under which the incident lives now, if it does.
pub(crate) fn resolve(connection: &Connection, uid: &str) -> Result<Option<String>, rusqlite::Error> {
    let mut current = uid.to_owned();
    for _ in 0..MAX_REDIRECTS {
        if stored_status(connection, &current)?.is_some() {
            return Ok(Some(current));
        }
        let mut statement = connection.prepare_cached("SELECT new FROM redirect WHERE old = ?1")?;
        match statement.query_row([&current], |row| row.get(0)).optional()? {
            Some(next) => current = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

pub(crate) fn check_uid(uid: &str) -> Result<(), StoreError> {
    if uid.is_empty() || uid.len() > MAX_UID_BYTES || uid.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(StoreError::invalid(format!("a uid has 1 to {MAX_UID_BYTES} bytes and no control characters")));
    }
    Ok(())
}

fn parse(json: &str) -> Result<Value, StoreError> {
    if json.len() > MAX_INCIDENT_BYTES {
        return Err(StoreError::invalid(format!("the incident's JSON has {} bytes, at most {MAX_INCIDENT_BYTES} are kept", json.len())));
    }
    match serde_json::from_str(json) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(StoreError::invalid("the incident's JSON is not an object")),
        Err(error) => Err(StoreError::invalid(format!("the incident's JSON cannot be read: {error}"))),
    }
}

/// Every text value, lower case: what the search box looks through. Member names are left out, else every incident holds "score".
fn searchable(title: &str, value: &Value) -> String {
    let mut text = title.to_lowercase();
    collect(value, MAX_SEARCH_DEPTH, &mut text);
    text
}

fn collect(value: &Value, depth: u32, out: &mut String) {
    if depth == 0 || out.len() >= MAX_SEARCH_BYTES {
        return;
    }
    match value {
        Value::String(text) => {
            out.push('\n');
            let room = MAX_SEARCH_BYTES.saturating_sub(out.len());
            out.extend(text.chars().take(room).flat_map(char::to_lowercase));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth - 1, out)),
        Value::Object(members) => members.values().for_each(|item| collect(item, depth - 1, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
