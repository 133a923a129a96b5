//! Live changes as server-sent events (WHATWG HTML, section 9.2). It says which incident changed; the page asks for the rest.

use crate::error::{ApiError, Problem};
use crate::session::SignedIn;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, sleep_until};
use weft_store::Change;

/// What a stream holds while it is open.
struct Listener {
    state: AppState,
    signed_in: SignedIn,
    changes: Receiver<Change>,
    ends_at: Instant,
    greeted: bool,
    _permit: OwnedSemaphorePermit,
}

/// Server-sent events: `incident` with `{"sequence", "uid"}` for each change, `resync` when some were missed. Ends with the session.
#[utoipa::path(get, path = "/api/v1/stream", tag = "incidents", security(("session" = [])), responses(
    (status = 200, description = "an event stream", content_type = "text/event-stream", body = String),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 503, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn stream(
    State(state): State<AppState>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let permit = Arc::clone(&state.streams).try_acquire_owned().map_err(|_| ApiError::Busy)?;
    let left_ms = u64::try_from(signed_in.expires_ms.saturating_sub(state.now_ms())).unwrap_or(0);
    let listener = Listener {
        changes: state.store.subscribe(),
        ends_at: Instant::now() + Duration::from_millis(left_ms),
        greeted: false,
        state,
        signed_in,
        _permit: permit,
    };
    Ok(Sse::new(unfold(listener, next)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    if !listener.greeted {
        // The page asks for everything on this, and so misses nothing between its first request and this stream.
        listener.greeted = true;
        return Some((Ok(Event::default().event("resync").data("{}")), listener));
    }
    let change = tokio::select! {
        change = listener.changes.recv() => change,
        () = sleep_until(listener.ends_at) => return None,
    };
    // Signing out elsewhere, or a new password, ends the stream as well.
    let token = listener.signed_in.token.clone();
    crate::session::find(&listener.state, Some(token)).await.ok().flatten()?;
    let event = match change {
        Ok(change) => {
            let data = serde_json::json!({ "sequence": change.sequence, "uid": change.incident });
            Event::default().event("incident").data(data.to_string())
        }
        Err(RecvError::Lagged(_)) => Event::default().event("resync").data("{}"),
        Err(RecvError::Closed) => return None,
    };
    Some((Ok(event), listener))
}
