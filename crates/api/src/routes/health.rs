//! Is the service up: for probes, without sign-in, so it tells nothing else.

use crate::error::{ApiError, Problem};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The service answers and its store can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the service works.
#[utoipa::path(get, path = "/api/v1/health", tag = "service", responses((status = 200, body = Health), (status = 500, body = Problem)))]
pub(crate) async fn health(State(state): State<AppState>) -> Result<Json<Health>, ApiError> {
    state.blocking(|store| store.get_meta("status").map(drop)).await?;
    Ok(Json(Health { status: "ok" }))
}
