//! Reading what a client sends, with problem details for what cannot be read. It must not know what the values mean.

use crate::error::ApiError;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

/// Longest id in an address.
const MAX_UID_BYTES: usize = 128;

/// The query string.
pub(crate) struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|error| ApiError::BadRequest(error.body_text()))
    }
}

/// The id at the end of an address.
pub(crate) struct Uid(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Uid {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(uid) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::BadRequest("the id is not readable text".into()))?;
        if uid.len() > MAX_UID_BYTES {
            return Err(ApiError::BadRequest(format!("an id has at most {MAX_UID_BYTES} bytes")));
        }
        Ok(Self(uid))
    }
}

/// A JSON body, at most as long as the router's body limit.
pub(crate) struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| ApiError::BadRequest(format!("the body does not fit: {error}")))
    }
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::TooLarge
    } else {
        ApiError::BadRequest("the body broke off".into())
    }
}
