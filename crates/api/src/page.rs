//! The page: files embedded from ui/dist, or read from a folder. Addresses that are no file get index.html, whose script routes them.

use crate::error::ApiError;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::path::Path;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Built;

const INDEX: &str = "index.html";

/// Answers every address that no route takes.
pub(crate) async fn serve_page(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Err(ApiError::NotFound("such part of the API"));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::MethodNotAllowed);
    }
    file(&state, request.uri()).await
}

/// The file of this address, or index.html.
pub(crate) async fn file(state: &AppState, uri: &Uri) -> Result<Response, ApiError> {
    let name = uri.path().trim_start_matches('/');
    if is_plain(name)
        && let Some(bytes) = read(state, name).await
    {
        return Ok(respond(name, bytes));
    }
    // A missing script must not be answered with HTML.
    if name.starts_with("assets/") {
        return Err(ApiError::NotFound("such file"));
    }
    read(state, INDEX).await.map(|bytes| respond(INDEX, bytes)).ok_or(ApiError::NotFound("page: run make build"))
}

/// Relative, without dot segments or anything that needs decoding: so it cannot leave the folder.
fn is_plain(name: &str) -> bool {
    let is_plain_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    !name.is_empty() && name.bytes().all(is_plain_byte) && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

async fn read(state: &AppState, name: &str) -> Option<Cow<'static, [u8]>> {
    match &state.config.public_dir_override {
        None => Built::get(name).map(|file| file.data),
        Some(folder) => tokio::fs::read(folder.join(Path::new(name))).await.ok().map(Cow::Owned),
    }
}

fn respond(name: &str, bytes: Cow<'static, [u8]>) -> Response {
    let body = match bytes {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    // Names under assets/ hold a hash of their content.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, HeaderValue::from_static(cache))];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn no_name_leaves_the_folder() {
        for name in ["assets/index-B1.js", "icon.svg"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "../a", "a/../b", "a//b", ".git/config", "a/.env", "%2e%2e/a", "a\\b", "c:/a", "a\0"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
