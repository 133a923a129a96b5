//! What the binary decides for the API.

use std::path::PathBuf;
use std::sync::Arc;

/// How the API behaves; [`ApiConfig::new`] gives what a service on the loopback address needs.
#[derive(Clone)]
pub struct ApiConfig {
    /// The clock: milliseconds since the Unix epoch, UTC. Sessions end and limits count by it.
    pub now_ms: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Serve the page from this folder instead of the embedded one (for work on the page).
    pub public_dir_override: Option<PathBuf>,
    /// Host names besides the loopback ones under which browsers may reach this service, lower case, without port.
    pub allowed_hosts: Vec<String>,
    /// Set when a proxy in front speaks TLS: marks the cookie `Secure`.
    pub secure_cookie: bool,
}

impl ApiConfig {
    /// Embedded page, loopback names only, cookie over plain HTTP.
    pub fn new(now_ms: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self { now_ms, public_dir_override: None, allowed_hosts: Vec::new(), secure_cookie: false }
    }
}
