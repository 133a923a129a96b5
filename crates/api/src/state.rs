//! What every handler shares: the store, the configuration, and the caps on costly work.

use crate::config::ApiConfig;
use crate::error::ApiError;
use crate::login_limit::LoginLimit;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use weft_store::{Store, StoreError};

/// Password checks at once; each takes 19 MiB and tens of milliseconds.
const MAX_PASSWORD_CHECKS: usize = 2;
/// Live pages (event streams) at once.
const MAX_STREAMS: usize = 64;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    pub store: Arc<Store>,
    pub config: Arc<ApiConfig>,
    pub login_limit: Arc<Mutex<LoginLimit>>,
    pub password_checks: Arc<Semaphore>,
    pub streams: Arc<Semaphore>,
}

impl AppState {
    pub fn new(store: Arc<Store>, config: ApiConfig) -> Self {
        Self {
            store,
            config: Arc::new(config),
            login_limit: Arc::new(Mutex::new(LoginLimit::default())),
            password_checks: Arc::new(Semaphore::new(MAX_PASSWORD_CHECKS)),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
        }
    }

    pub fn now_ms(&self) -> i64 {
        (self.config.now_ms)()
    }

    /// Runs work that waits for the disk away from the async threads.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => Ok(result?),
            Err(error) => Err(ApiError::internal(&error)),
        }
    }
}
