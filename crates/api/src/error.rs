//! What a request may come to besides success, as RFC 9457 problem details. Causes are logged, never sent.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weft_store::StoreError;

/// Signing in, or preparing it, failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("the store refused")]
    Store(#[from] StoreError),
    #[error("the operating system gave no random bytes")]
    Random(#[from] getrandom::Error),
    #[error("{0}")]
    Password(String),
}

/// RFC 9457 problem details.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; stable.
    #[serde(rename = "type")]
    #[schema(example = "urn:weft:problem:not-found")]
    pub kind: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it.
    pub detail: String,
}

/// The service's errors; each maps to one status.
#[derive(Debug)]
pub(crate) enum ApiError {
    BadRequest(String),
    NotSignedIn,
    WrongCredentials,
    CrossSite,
    NotFound(&'static str),
    MethodNotAllowed,
    TooLarge,
    NotJson,
    WrongHost,
    TooManyAttempts { retry_after_s: u64 },
    Busy,
    Internal,
}

impl ApiError {
    /// Logs the chain of a failure inside the service and hides it from the client.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            cause = inner.source();
        }
        tracing::error!(error = %chain, "a request failed inside the service");
        Self::Internal
    }

    fn problem(&self) -> (StatusCode, &'static str, &'static str, String) {
        let say = |text: &str| text.to_owned();
        match self {
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail.clone()),
            Self::NotSignedIn => (
                StatusCode::UNAUTHORIZED,
                "not-signed-in",
                "Not signed in",
                say("sign in with a password, or open a sign-in link that weft prints"),
            ),
            Self::WrongCredentials => {
                (StatusCode::UNAUTHORIZED, "wrong-credentials", "Wrong user or password", say("check the user name and the password"))
            }
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "cross-site",
                "Request from another site",
                say("send writes from the page itself, or without an Origin header"),
            ),
            Self::NotFound(what) => {
                (StatusCode::NOT_FOUND, "not-found", "Not found", format!("there is no {what} here; check the address"))
            }
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
                say("see /api/openapi.json for what this address takes"),
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Body too large", say("send at most 64 KiB")),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "Not JSON",
                say("send writes with the header content-type: application/json"),
            ),
            Self::WrongHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "wrong-host",
                "Wrong host",
                say("use 127.0.0.1 or localhost, or add the host name to the configuration (api.allowed_hosts)"),
            ),
            Self::TooManyAttempts { retry_after_s } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-attempts",
                "Too many attempts",
                format!("wait {retry_after_s} seconds and try again"),
            ),
            Self::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", say("close other pages of this service, or try again in a moment"))
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", say("see the service's log")),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, kind, title, detail) = self.problem();
        let body = Problem { kind: format!("urn:weft:problem:{kind}"), title: title.to_owned(), status: status.as_u16(), detail };
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Self::TooManyAttempts { retry_after_s } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
        }
        response
    }
}
