//! What the pipeline says of itself: sources, counts, watermark. Written by the pipeline, passed through.

use crate::error::{ApiError, Problem};
use crate::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where the pipeline keeps its report.
const META_NAME: &str = "status";

/// The pipeline's report; every part may be missing.
#[derive(Serialize, Deserialize, ToSchema)]
#[allow(dead_code, reason = "documents the contract; the stored text is passed through")]
pub(crate) struct StatusReport {
    #[serde(default)]
    sources: Vec<SourceStatus>,
    /// Event time up to which incidents are final, milliseconds UTC.
    watermark_ms: Option<i64>,
}

/// One source.
#[derive(Serialize, Deserialize, ToSchema)]
#[allow(dead_code, reason = "documents the contract")]
pub(crate) struct SourceStatus {
    name: String,
    /// Records read, events made of them, records refused.
    read: u64,
    events: u64,
    dead_letter: u64,
    /// Refused records by reason.
    #[serde(default)]
    by_reason: BTreeMap<String, u64>,
}

/// What the pipeline has read so far.
#[utoipa::path(get, path = "/api/v1/status", tag = "service", security(("session" = [])), responses(
    (status = 200, body = StatusReport), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn status(State(state): State<AppState>) -> Result<Response, ApiError> {
    let json = state.blocking(|store| store.get_meta(META_NAME)).await?.unwrap_or_else(|| r#"{"sources":[]}"#.to_owned());
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}
