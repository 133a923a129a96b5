//! Listening, and stopping without waiting for pages that stay open.

use axum::Router;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long requests under way may take to finish after `shutdown`; event streams never finish by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// Serves `router` until `shutdown` completes, then gives requests under way two seconds.
///
/// # Errors
/// Those of the listener.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let wait = |mut stopping: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is a stop as well.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(wait(stopping)).into_future();
    tokio::pin!(server);
    tokio::select! {
        result = &mut server => return result,
        () = shutdown => { let _ = stop.send(true); }
    }
    tokio::select! {
        result = &mut server => result,
        () = tokio::time::sleep(GRACE) => Ok(()),
    }
}
