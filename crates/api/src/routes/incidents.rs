//! Incidents: the list, one of them as OCSF JSON, and its status.

use crate::contract::IncidentFinding;
use crate::error::{ApiError, Problem};
use crate::input::{JsonBody, Params, Uid};
use crate::routes::verdicts;
use crate::session::SignedIn;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use weft_store::{Decision, IncidentStatus, IncidentSummary, ListQuery, MAX_LIMIT, Verdict, VerdictKind, VerdictRow};

/// Where an incident stands.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    New,
    InProgress,
    OnHold,
    Resolved,
    Closed,
}

impl From<Status> for IncidentStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::New => Self::New,
            Status::InProgress => Self::InProgress,
            Status::OnHold => Self::OnHold,
            Status::Resolved => Self::Resolved,
            Status::Closed => Self::Closed,
        }
    }
}

impl From<IncidentStatus> for Status {
    fn from(status: IncidentStatus) -> Self {
        match status {
            IncidentStatus::New => Self::New,
            IncidentStatus::InProgress => Self::InProgress,
            IncidentStatus::OnHold => Self::OnHold,
            IncidentStatus::Resolved => Self::Resolved,
            IncidentStatus::Closed => Self::Closed,
        }
    }
}

/// The three sources of evidence.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DomainName {
    Email,
    Saas,
    Network,
}

impl DomainName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Saas => "saas",
            Self::Network => "network",
        }
    }
}

/// Which incidents to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentFilter {
    /// Least score, 0 to 100; 50 is the alert threshold.
    min_score: Option<f64>,
    /// Only incidents with evidence of this domain.
    #[param(inline)]
    domain: Option<DomainName>,
    /// Text to be found in the title or anywhere in the incident, in any case.
    #[param(max_length = 256)]
    q: Option<String>,
    #[param(inline)]
    status: Option<Status>,
    /// Rows a page, 100 by default.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    offset: Option<u32>,
}

/// An incident as a list shows it.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentItem {
    uid: String,
    title: String,
    /// The title in Japanese; empty when the incident has none.
    title_ja: String,
    /// 0 to 100, 50 at the alert threshold.
    score: f64,
    /// OCSF severity.
    severity_id: i64,
    start_ms: i64,
    end_ms: i64,
    domains: Vec<String>,
    /// How many indicators it holds.
    indicators: u32,
    revision: i64,
    status: Status,
    /// What last happened to it: `new`, `growing`, `merged`, `split`, `closed`, `reopened`.
    lifecycle: String,
}

impl From<IncidentSummary> for IncidentItem {
    fn from(row: IncidentSummary) -> Self {
        Self {
            uid: row.uid,
            title: row.title,
            title_ja: row.title_ja,
            score: row.score,
            severity_id: row.severity_id,
            start_ms: row.start_ms,
            end_ms: row.end_ms,
            domains: row.domains.split(',').filter(|domain| !domain.is_empty()).map(str::to_owned).collect(),
            indicators: row.indicators,
            revision: row.revision,
            status: row.status.into(),
            lifecycle: row.lifecycle,
        }
    }
}

/// One page of the list, highest score first.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentPage {
    items: Vec<IncidentItem>,
    /// How many pass the filters in all.
    total: u64,
    limit: u32,
    offset: u32,
}

/// What can be changed of an incident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentChange {
    status: Status,
}

/// Lists incidents, highest score first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentFilter), security(("session" = [])), responses(
    (status = 200, body = IncidentPage),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(State(state): State<AppState>, Params(filter): Params<IncidentFilter>) -> Result<Json<IncidentPage>, ApiError> {
    let limit = filter.limit.unwrap_or(100);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::BadRequest(format!("limit is 1 to {MAX_LIMIT}")));
    }
    let offset = filter.offset.unwrap_or(0);
    let query = ListQuery {
        min_score: filter.min_score.filter(|score| score.is_finite()),
        domain: filter.domain.map(|domain| domain.as_str().to_owned()),
        text: filter.q,
        status: filter.status.map(IncidentStatus::from),
        limit,
        offset,
    };
    let page = state.blocking(move |store| store.list_summaries(&query)).await?;
    Ok(Json(IncidentPage { items: page.rows.into_iter().map(IncidentItem::from).collect(), total: page.total, limit, offset }))
}

/// One incident as OCSF 1.8.0 Incident Finding; the uid of a merged one gives the incident it went into.
#[utoipa::path(get, path = "/api/v1/incidents/{uid}", tag = "incidents", params(("uid" = String, Path, description = "metadata.uid")),
    security(("session" = [])), responses(
    (status = 200, body = IncidentFinding),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn one(State(state): State<AppState>, Uid(uid): Uid) -> Result<Response, ApiError> {
    let row = state.blocking(move |store| store.get_incident(&uid)).await?.ok_or(ApiError::NotFound("such incident"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], row.json).into_response())
}

/// Sets an incident's status and writes who did so into the decision log.
#[utoipa::path(patch, path = "/api/v1/incidents/{uid}", tag = "incidents", params(("uid" = String, Path, description = "metadata.uid")),
    request_body = IncidentChange, security(("session" = [])), responses(
    (status = 200, body = IncidentFinding),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn change(
    State(state): State<AppState>,
    Extension(signed_in): Extension<SignedIn>,
    Uid(uid): Uid,
    JsonBody(change): JsonBody<IncidentChange>,
) -> Result<Response, ApiError> {
    let time_ms = state.now_ms();
    let row = state
        .blocking(move |store| {
            let status = IncidentStatus::from(change.status);
            let Some(before) = store.get_incident(&uid)? else { return Ok(None) };
            let (was_done, is_done) = (is_done(before.status), is_done(status));
            if was_done && !is_done {
                let closing = |row: &VerdictRow| matches!(row.verdict.kind, VerdictKind::Close | VerdictKind::Dismiss);
                for row in verdicts::standing(store, &before)?.into_iter().filter(closing) {
                    store.undo_verdict(row.id, time_ms)?;
                }
            }
            store.set_status(&before.uid, status)?;
            if is_done && !was_done {
                // Its members now, so that what comes later is noticed.
                let members = verdicts::members(&before);
                let (user, incident) = (signed_in.user.clone(), before.uid.clone());
                store.put_verdict(&Verdict { time_ms, user, kind: VerdictKind::Close, incident, pairs: Vec::new(), members })?;
            }
            let kind = match (was_done, is_done) {
                (false, true) => "closed",
                (true, false) => "reopened",
                _ => "status",
            };
            let text = format!("{} set the status to {}", signed_in.user, status.as_str());
            store.append_decision(&Decision { time_ms, kind: kind.into(), incident: before.uid.clone(), text })?;
            store.get_incident(&before.uid)
        })
        .await?
        .ok_or(ApiError::NotFound("such incident"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], row.json).into_response())
}

/// Whether work on an incident of this status has ended.
fn is_done(status: IncidentStatus) -> bool {
    matches!(status, IncidentStatus::Resolved | IncidentStatus::Closed)
}
