//! What an analyst decides about an incident: given, listed, undone. The correlator heeds it at its next look.

use crate::error::{ApiError, Problem};
use crate::input::{JsonBody, Uid};
use crate::session::SignedIn;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use weft_store::{Decision, IncidentRow, Store, StoreError, Verdict, VerdictKind, VerdictRow};

/// What can be decided.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictName {
    /// This incident and `other` are one.
    Link,
    /// `indicators` do not belong here.
    KeepApart,
    /// It is an attack; its parts stay together.
    Confirm,
    /// It is none; it is closed as it stands and nothing joins it.
    Dismiss,
}

/// A verdict to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerdictRequest {
    kind: VerdictName,
    /// The other incident's uid, for `link`.
    other: Option<String>,
    /// Uids of members, for `keep_apart`.
    #[serde(default)]
    indicators: Vec<String>,
}

/// A verdict that stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerdictItem {
    id: i64,
    time_ms: i64,
    user: String,
    /// `link`, `keep_apart`, `confirm`, `dismiss`, `close`.
    kind: String,
    /// Pairs of indicators that belong together (`link`) or do not (`keep_apart`).
    pairs: Vec<Vec<String>>,
    /// How many members the incident had then.
    members: usize,
}

impl From<VerdictRow> for VerdictItem {
    fn from(row: VerdictRow) -> Self {
        let verdict = row.verdict;
        Self {
            id: row.id,
            time_ms: verdict.time_ms,
            user: verdict.user,
            kind: verdict.kind.as_str().to_owned(),
            pairs: verdict.pairs.into_iter().map(|(a, b)| vec![a, b]).collect(),
            members: verdict.members.len(),
        }
    }
}

fn strings(row: &IncidentRow, pointer: &str, name: Option<&str>) -> Vec<String> {
    let value: Value = serde_json::from_str(&row.json).unwrap_or_default();
    let items = value.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| name.map_or(Some(item), |name| item.get(name))?.as_str().map(str::to_owned)).collect()
}

/// The uids of an incident's indicators, the earliest first.
pub(crate) fn members(row: &IncidentRow) -> Vec<String> {
    strings(row, "/unmapped/weft/indicators", Some("uid"))
}

/// The verdicts that stand on an incident or on one that became part of it.
pub(crate) fn standing(store: &Store, row: &IncidentRow) -> Result<Vec<VerdictRow>, StoreError> {
    let mut found = Vec::new();
    for uid in strings(row, "/unmapped/weft/merged_from", None).into_iter().chain([row.uid.clone()]) {
        found.extend(store.standing_verdicts(Some(&uid))?);
    }
    found.sort_by_key(|row| row.id);
    Ok(found)
}

/// The verdicts that stand on an incident, in the order they were given.
#[utoipa::path(get, path = "/api/v1/incidents/{uid}/verdicts", tag = "incidents",
    params(("uid" = String, Path, description = "metadata.uid")), security(("session" = [])), responses(
    (status = 200, body = Vec<VerdictItem>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(State(state): State<AppState>, Uid(uid): Uid) -> Result<Json<Vec<VerdictItem>>, ApiError> {
    let rows = state
        .blocking(move |store| store.get_incident(&uid)?.map(|row| standing(store, &row)).transpose())
        .await?
        .ok_or(ApiError::NotFound("such incident"))?;
    Ok(Json(rows.into_iter().map(VerdictItem::from).collect()))
}

/// Gives a verdict; later evidence honours it until it is undone.
#[utoipa::path(post, path = "/api/v1/incidents/{uid}/verdicts", tag = "incidents",
    params(("uid" = String, Path, description = "metadata.uid")), request_body = VerdictRequest, security(("session" = [])), responses(
    (status = 201, body = VerdictItem),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn give(
    State(state): State<AppState>,
    Extension(signed_in): Extension<SignedIn>,
    Uid(uid): Uid,
    JsonBody(request): JsonBody<VerdictRequest>,
) -> Result<(StatusCode, Json<VerdictItem>), ApiError> {
    let time_ms = state.now_ms();
    let given = state
        .blocking(move |store| {
            let Some(row) = store.get_incident(&uid)? else { return Ok(Err(ApiError::NotFound("such incident"))) };
            let own = members(&row);
            let (kind, pairs, text) = match request.kind {
                VerdictName::Link => {
                    let other = request.other.as_deref().map(|other| store.get_incident(other)).transpose()?.flatten();
                    let Some(other) = other.filter(|other| other.uid != row.uid) else {
                        return Ok(Err(ApiError::BadRequest("other must be the uid of another incident".into())));
                    };
                    let pair = own.first().cloned().zip(members(&other).first().cloned());
                    (VerdictKind::Link, pair.into_iter().collect(), format!("says that this and {} are one", other.uid))
                }
                VerdictName::KeepApart => {
                    let (out, rest): (Vec<String>, Vec<String>) = own.iter().cloned().partition(|uid| request.indicators.contains(uid));
                    if out.is_empty() || rest.is_empty() {
                        return Ok(Err(ApiError::BadRequest("indicators must name some members of the incident, not all".into())));
                    }
                    let text = format!("says that {} of {} indicators do not belong here", out.len(), own.len());
                    let pairs = out.iter().flat_map(|out| rest.iter().map(|rest| (out.clone(), rest.clone()))).collect();
                    (VerdictKind::KeepApart, pairs, text)
                }
                VerdictName::Confirm => (VerdictKind::Confirm, Vec::new(), "confirmed it as an attack".to_owned()),
                VerdictName::Dismiss => (VerdictKind::Dismiss, Vec::new(), "dismissed it".to_owned()),
            };
            if pairs.len() > weft_store::MAX_PARTS || own.len() > weft_store::MAX_PARTS {
                return Ok(Err(ApiError::BadRequest("the incident is too large for this".into())));
            }
            let members = if matches!(kind, VerdictKind::Confirm | VerdictKind::Dismiss) { own } else { Vec::new() };
            let verdict = Verdict { time_ms, user: signed_in.user.clone(), kind, incident: row.uid.clone(), pairs, members };
            let id = store.put_verdict(&verdict)?;
            let log = if kind == VerdictKind::Dismiss { "closed" } else { "verdict" };
            let text = format!("{} {text}", signed_in.user);
            store.append_decision(&Decision { time_ms, kind: log.into(), incident: row.uid, text })?;
            Ok(Ok(VerdictItem::from(VerdictRow { id, verdict, undone_ms: None })))
        })
        .await??;
    Ok((StatusCode::CREATED, Json(given)))
}

/// Undoes a verdict.
#[utoipa::path(delete, path = "/api/v1/verdicts/{id}", tag = "incidents", params(("id" = String, Path, description = "a verdict's id")),
    security(("session" = [])), responses(
    (status = 204),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn undo(
    State(state): State<AppState>,
    Extension(signed_in): Extension<SignedIn>,
    Uid(id): Uid,
) -> Result<StatusCode, ApiError> {
    let id: i64 = id.parse().map_err(|_| ApiError::BadRequest("a verdict's id is a number".into()))?;
    let time_ms = state.now_ms();
    state
        .blocking(move |store| {
            let Some(row) = store.undo_verdict(id, time_ms)? else { return Ok(None) };
            let incident = store.get_incident(&row.verdict.incident)?.map_or(row.verdict.incident, |live| live.uid);
            let is_closing = matches!(row.verdict.kind, VerdictKind::Dismiss | VerdictKind::Close);
            let text = format!("{} undid: {}", signed_in.user, row.verdict.kind.as_str());
            let kind = if is_closing { "reopened" } else { "verdict" };
            store.append_decision(&Decision { time_ms, kind: kind.into(), incident, text }).map(Some)
        })
        .await?
        .ok_or(ApiError::NotFound("such verdict that stands"))?;
    Ok(StatusCode::NO_CONTENT)
}
