//! Signing in by password or one-time link, signing out, and who am I.

use crate::cookie;
use crate::error::{ApiError, AuthError, Problem};
use crate::input::JsonBody;
use crate::password::{self, MAX_PASSWORD_BYTES};
use crate::session::{self, SESSION_MS, SignedIn};
use crate::state::AppState;
use crate::token::Token;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};
use utoipa::ToSchema;

/// Longest user name that is looked up.
const MAX_USER_BYTES: usize = 128;

/// A user name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginRequest {
    #[schema(max_length = 128)]
    user: String,
    #[schema(format = Password, max_length = 1024)]
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: String,
    /// When the session ends.
    expires_ms: i64,
}

impl From<&SignedIn> for Me {
    fn from(signed_in: &SignedIn) -> Self {
        Self { user: signed_in.user.clone(), expires_ms: signed_in.expires_ms }
    }
}

/// Signs in with a password; five attempts a user name in 15 minutes.
#[utoipa::path(post, path = "/api/v1/login", tag = "sign-in", request_body = LoginRequest, responses(
    (status = 200, description = "signed in; the session cookie is set", body = Me),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn login(State(state): State<AppState>, JsonBody(request): JsonBody<LoginRequest>) -> Result<Response, ApiError> {
    if request.user.is_empty() || request.user.len() > MAX_USER_BYTES || request.password.len() > MAX_PASSWORD_BYTES {
        return Err(ApiError::WrongCredentials);
    }
    let now_ms = state.now_ms();
    let attempt = state.login_limit.lock().unwrap_or_else(PoisonError::into_inner).attempt(&request.user, now_ms);
    attempt.map_err(|retry_after_s| ApiError::TooManyAttempts { retry_after_s })?;

    let permit = Arc::clone(&state.password_checks).acquire_owned().await.map_err(|error| ApiError::internal(&error))?;
    let store = Arc::clone(&state.store);
    let user = request.user.clone();
    let checked = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let known = store.get_user(&request.user)?;
        if password::verify(&request.password, known.and_then(|user| user.password_hash).as_deref()) {
            session::open(&store, &request.user, now_ms).map(Some)
        } else {
            Ok::<_, AuthError>(None)
        }
    });
    let signed_in = match checked.await {
        Ok(Ok(found)) => found.ok_or(ApiError::WrongCredentials)?,
        Ok(Err(error)) => return Err(ApiError::internal(&error)),
        Err(error) => return Err(ApiError::internal(&error)),
    };
    state.login_limit.lock().unwrap_or_else(PoisonError::into_inner).succeeded(&user);
    tracing::info!(user, "signed in with a password");
    let set_cookie = cookie::write(Some(&signed_in.token), SESSION_MS, state.config.secure_cookie);
    Ok(([(header::SET_COOKIE, set_cookie)], Json(Me::from(&signed_in))).into_response())
}

/// Signs out.
#[utoipa::path(post, path = "/api/v1/logout", tag = "sign-in", security(("session" = [])), responses(
    (status = 204, description = "signed out; the cookie is taken away"),
    (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn logout(State(state): State<AppState>, Extension(signed_in): Extension<SignedIn>) -> Result<Response, ApiError> {
    let hash = signed_in.token.hash();
    state.blocking(move |store| store.delete_session(&hash)).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::write(None, 0, state.config.secure_cookie))]).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", tag = "sign-in", security(("session" = [])), responses(
    (status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn me(Extension(signed_in): Extension<SignedIn>) -> Json<Me> {
    Json(Me::from(&signed_in))
}

/// `GET /login?token=...`: uses up a sign-in link, sets the cookie and goes to the page. Not in the OpenAPI document: it is for browsers.
pub(crate) async fn open_link(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let query = request.uri().query().unwrap_or_default();
    let token = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    // Programs that look at a link before a person opens it ask with HEAD: that must not use it up.
    let (Some(text), &Method::GET) = (token, request.method()) else {
        return crate::page::file(&state, request.uri()).await;
    };
    let (token, now_ms) = (Token::parse(text), state.now_ms());
    let session = session::find(&state, cookie::read(request.headers())).await?;
    let opened = state
        .blocking(move |store| {
            let Some(token) = token else { return Ok(None) };
            let Some(login) = store.take_login_link(&token.hash(), now_ms)? else { return Ok(None) };
            Ok(Some(session::open(store, &login.user, now_ms)))
        })
        .await?;
    match opened {
        Some(Ok(signed_in)) => {
            tracing::info!(user = signed_in.user, "signed in with a link");
            let set_cookie = cookie::write(Some(&signed_in.token), SESSION_MS, state.config.secure_cookie);
            Ok(([(header::SET_COOKIE, set_cookie)], Redirect::to("/")).into_response())
        }
        Some(Err(error)) => Err(ApiError::internal(&error)),
        // Opening the link again in the browser that used it is no reason to complain.
        None if session.is_some() => Ok(Redirect::to("/").into_response()),
        None => Ok(Redirect::to("/?signin=used").into_response()),
    }
}
