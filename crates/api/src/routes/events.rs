//! Evidence: one event, raw record included.

use crate::error::{ApiError, Problem};
use crate::input::Uid;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// One event as OCSF 1.8.0 JSON with its `raw_data`, when an incident rests on it.
#[utoipa::path(get, path = "/api/v1/events/{uid}", tag = "evidence", params(("uid" = String, Path, description = "the event's uid")),
    security(("session" = [])), responses(
    (status = 200, description = "an OCSF event of any class", body = Object),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn one(State(state): State<AppState>, Uid(uid): Uid) -> Result<Response, ApiError> {
    let json = state.blocking(move |store| store.get_evidence(&uid)).await?.ok_or(ApiError::NotFound("such event"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}
