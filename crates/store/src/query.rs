//! Listing incidents: filters, order and pages. It must not know HTTP.

use crate::error::StoreError;
use crate::incident::IncidentRow;
use crate::status::IncidentStatus;
use crate::store::Store;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, params_from_iter};

/// Most rows of one page.
pub const MAX_LIMIT: u32 = 500;
/// Longest search text in bytes; the rest is cut off.
pub const MAX_TEXT_BYTES: usize = 256;

/// What to list. Absent filters let everything pass; order is by score, then latest end, then uid.
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery {
    pub min_score: Option<f64>,
    /// `email`, `saas` or `network`.
    pub domain: Option<String>,
    /// Found in the title or any text of the incident, in any case.
    pub text: Option<String>,
    pub status: Option<IncidentStatus>,
    /// At most [`MAX_LIMIT`].
    pub limit: u32,
    pub offset: u32,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self { min_score: None, domain: None, text: None, status: None, limit: 100, offset: 0 }
    }
}

/// An incident without its JSON, as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentSummary {
    pub uid: String,
    pub title: String,
    /// The title in Japanese; empty when the incident has none.
    pub title_ja: String,
    pub score: f64,
    pub severity_id: i64,
    pub start_ms: i64,
    pub end_ms: i64,
    pub domains: String,
    pub revision: i64,
    pub status: IncidentStatus,
    /// How many indicators it holds.
    pub indicators: u32,
    /// What last happened to it, by the decision log: `new`, `growing`, `merged`, `split`, `closed`, `reopened`.
    pub lifecycle: String,
}

/// Some rows and how many there are in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub rows: Vec<IncidentSummary>,
    pub total: u64,
}

impl Store {
    /// Incidents with their JSON.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list_incidents(&self, query: &ListQuery) -> Result<Vec<IncidentRow>, StoreError> {
        self.with(|connection| {
            let (filter, values) = filter(query);
            let mut statement = connection.prepare(&paged("*", &filter, query))?;
            Ok(statement.query_map(params_from_iter(values), IncidentRow::read)?.collect::<Result<_, _>>()?)
        })
    }

    /// One page of incidents without their JSON, and the number that pass the filters.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list_summaries(&self, query: &ListQuery) -> Result<Page, StoreError> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let (filter, values) = filter(query);
            let total: i64 =
                transaction.query_row(&format!("SELECT count(*) FROM incident{filter}"), params_from_iter(&values), |row| row.get(0))?;
            let columns =
                "uid, title, json ->> '$.unmapped.weft.title_ja' AS title_ja, score, severity_id, start_ms, end_ms, domains, revision, status, indicators, COALESCE((SELECT CASE kind
                 WHEN 'changed' THEN 'growing' WHEN 'opened' THEN 'new' ELSE kind END FROM decision WHERE decision.incident = incident.uid
                 AND kind IN ('opened', 'changed', 'merged', 'split', 'closed', 'reopened') ORDER BY id DESC LIMIT 1), 'new') AS lifecycle";
            let rows = {
                let mut statement = transaction.prepare(&paged(columns, &filter, query))?;
                statement.query_map(params_from_iter(&values), summary)?.collect::<Result<_, _>>()?
            };
            transaction.commit()?;
            Ok(Page { rows, total: u64::try_from(total).unwrap_or(0) })
        })
    }
}

fn paged(columns: &str, filter: &str, query: &ListQuery) -> String {
    let limit = query.limit.min(MAX_LIMIT);
    format!("SELECT {columns} FROM incident{filter} ORDER BY score DESC, end_ms DESC, uid LIMIT {limit} OFFSET {}", query.offset)
}

fn filter(query: &ListQuery) -> (String, Vec<SqlValue>) {
    let mut conditions = Vec::new();
    let mut values = Vec::new();
    if let Some(least) = query.min_score {
        conditions.push("score >= ?");
        values.push(SqlValue::Real(least));
    }
    if let Some(domain) = &query.domain {
        conditions.push("instr(',' || domains || ',', ',' || ? || ',') > 0");
        values.push(SqlValue::Text(domain.clone()));
    }
    if let Some(status) = query.status {
        conditions.push("status = ?");
        values.push(SqlValue::Text(status.as_str().to_owned()));
    }
    let text = query.text.as_deref().map(str::trim).unwrap_or_default();
    if !text.is_empty() {
        // instr, not LIKE: the text is looked for as it is, with no wildcards to escape.
        conditions.push("instr(search, ?) > 0");
        let mut cut = text.len().min(MAX_TEXT_BYTES);
        while !text.is_char_boundary(cut) {
            cut = cut.saturating_sub(1);
        }
        values.push(SqlValue::Text(text.get(..cut).unwrap_or_default().to_lowercase()));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    (filter, values)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<IncidentSummary> {
    Ok(IncidentSummary {
        uid: row.get("uid")?,
        title: row.get("title")?,
        title_ja: row.get::<_, Option<String>>("title_ja")?.unwrap_or_default(),
        score: row.get("score")?,
        severity_id: row.get("severity_id")?,
        start_ms: row.get("start_ms")?,
        end_ms: row.get("end_ms")?,
        domains: row.get("domains")?,
        revision: row.get("revision")?,
        status: IncidentStatus::parse(&row.get::<_, String>("status")?).unwrap_or_default(),
        indicators: row.get("indicators")?,
        lifecycle: row.get("lifecycle")?,
    })
}
