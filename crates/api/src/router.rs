//! All routes in one place, open and signed-in, and the OpenAPI document that follows from them.

use crate::config::ApiConfig;
use crate::error::ApiError;
use crate::routes::{decisions, events, health, incidents, login, status, stream, verdicts};
use crate::state::AppState;
use crate::{guard, page, session};
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router, middleware};
use std::sync::Arc;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use weft_store::Store;

/// Longest body of a request.
const MAX_BODY_BYTES: usize = 64 << 10;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Weft",
        version = "1",
        description = "Incidents woven from weak deviations of email, SaaS and network. Times are milliseconds since the Unix epoch, UTC. \
            Errors are RFC 9457 problem details. Writes need content-type: application/json.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&CookieScheme)
)]
struct Document;

struct CookieScheme;

impl Modify for CookieScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme =
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("weft_session", "set by signing in; lasts 12 hours")));
        document.components.get_or_insert_default().add_security_scheme("session", scheme);
    }
}

fn open_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health::health)).routes(routes!(login::login))
}

fn signed_in_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(login::logout))
        .routes(routes!(login::me))
        .routes(routes!(incidents::list))
        .routes(routes!(incidents::one, incidents::change))
        .routes(routes!(decisions::list))
        .routes(routes!(verdicts::list, verdicts::give))
        .routes(routes!(verdicts::undo))
        .routes(routes!(events::one))
        .routes(routes!(status::status))
        .routes(routes!(stream::stream))
}

/// The OpenAPI 3.1 document of the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Document::openapi()).merge(open_routes()).merge(signed_in_routes()).into_openapi()
}

/// API and page over `store`; hand it to [`crate::serve`].
pub fn router(store: Arc<Store>, config: ApiConfig) -> Router {
    let state = AppState::new(store, config);
    let document = Arc::new(openapi());
    let signed_in: Router<AppState> = signed_in_routes().into();
    let open: Router<AppState> = open_routes().into();
    Router::new()
        .merge(signed_in.route_layer(middleware::from_fn_with_state(state.clone(), session::require)))
        .merge(open)
        .route("/api/openapi.json", get(move || async move { Json((*document).clone()) }))
        .route("/login", get(login::open_link))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .fallback(page::serve_page)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}
