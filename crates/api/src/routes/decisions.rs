//! The decision log of one incident: why it opened, what joined it, who changed it.

use crate::error::{ApiError, Problem};
use crate::input::Uid;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weft_store::MAX_LIMIT;

/// One decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecisionItem {
    id: i64,
    time_ms: i64,
    /// `opened`, `joined`, `refused`, `merged`, `status` ...
    kind: String,
    text: String,
}

/// The first 500 decisions of an incident, in the order they were logged.
#[utoipa::path(get, path = "/api/v1/incidents/{uid}/decisions", tag = "incidents",
    params(("uid" = String, Path, description = "metadata.uid")), security(("session" = [])), responses(
    (status = 200, body = Vec<DecisionItem>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(State(state): State<AppState>, Uid(uid): Uid) -> Result<Json<Vec<DecisionItem>>, ApiError> {
    let rows = state
        .blocking(move |store| {
            let Some(incident) = store.get_incident(&uid)? else { return Ok(None) };
            store.list_decisions(Some(&incident.uid), 0, MAX_LIMIT).map(Some)
        })
        .await?
        .ok_or(ApiError::NotFound("such incident"))?;
    let item = |row: weft_store::DecisionRow| DecisionItem {
        id: row.id,
        time_ms: row.decision.time_ms,
        kind: row.decision.kind,
        text: row.decision.text,
    };
    Ok(Json(rows.into_iter().map(item).collect()))
}
