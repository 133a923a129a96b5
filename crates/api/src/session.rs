//! Sessions and one-time sign-in links: who a request comes from. It must not know passwords.

use crate::cookie;
use crate::error::{ApiError, AuthError};
use crate::state::AppState;
use crate::token::Token;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use weft_store::{Login, Store};

/// A session lasts 12 hours.
pub const SESSION_MS: i64 = 12 * 60 * 60 * 1000;
/// A sign-in link may be opened once within 24 hours.
pub const LOGIN_LINK_MS: i64 = 24 * 60 * 60 * 1000;

/// The signed-in user of a request; handlers behind [`require`] find it among the extensions.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub user: String,
    pub expires_ms: i64,
    pub token: Token,
}

/// Makes a sign-in link for `user` (added when unknown) and gives its path and query, `/login?token=...`. Only a hash is stored.
///
/// # Errors
/// The store refuses the name, or there are no random bytes.
pub fn create_login_link(store: &Store, user: &str, now_ms: i64) -> Result<String, AuthError> {
    store.ensure_user(user)?;
    let token = Token::random()?;
    let login = Login { user: user.to_owned(), expires_ms: now_ms.saturating_add(LOGIN_LINK_MS) };
    store.put_login_link(&token.hash(), &login, now_ms)?;
    Ok(format!("/login?token={}", token.as_str()))
}

/// Opens a session for `user`.
pub(crate) fn open(store: &Store, user: &str, now_ms: i64) -> Result<SignedIn, AuthError> {
    let token = Token::random()?;
    let login = Login { user: user.to_owned(), expires_ms: now_ms.saturating_add(SESSION_MS) };
    store.put_session(&token.hash(), &login, now_ms)?;
    Ok(SignedIn { user: login.user, expires_ms: login.expires_ms, token })
}

/// The session of a request's cookie, when it is a good one.
pub(crate) async fn find(state: &AppState, token: Option<Token>) -> Result<Option<SignedIn>, ApiError> {
    let Some(token) = token else { return Ok(None) };
    let (hash, now_ms) = (token.hash(), state.now_ms());
    let login = state.blocking(move |store| store.get_session(&hash, now_ms)).await?;
    Ok(login.map(|login| SignedIn { user: login.user, expires_ms: login.expires_ms, token }))
}

/// Middleware: lets only signed-in requests through.
pub(crate) async fn require(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let signed_in = find(&state, cookie::read(request.headers())).await?.ok_or(ApiError::NotSignedIn)?;
    request.extensions_mut().insert(signed_in);
    Ok(next.run(request).await)
}
