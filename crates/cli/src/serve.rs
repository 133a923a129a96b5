//! Puts incidents and their evidence into the store and serves the page.

use anyhow::Context;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weft_api::ApiConfig;
use weft_bus::EventStore;
use weft_model::{EventRef, Incident};
use weft_store::{IncidentRow, Store};

/// Events of one incident whose raw record can be opened on the page.
const MAX_EVIDENCE: usize = 20_000;
/// Events written to the store at once.
const EVIDENCE_BATCH: usize = 500;

/// Writes one incident and the events it rests on.
pub fn put(store: &Store, events: &EventStore, incident: &Incident) -> anyhow::Result<String> {
    let json = weft_wire::to_canonical_string(&weft_wire::incident_to_ocsf(incident));
    let wanted: BTreeSet<EventRef> = incident
        .contributions
        .iter()
        .flat_map(|contribution| &contribution.indicator.events)
        .chain(incident.timeline.iter().flat_map(|entry| &entry.events))
        .copied()
        .take(MAX_EVIDENCE)
        .collect();
    let mut batch = Vec::new();
    for reference in wanted {
        if let Some(event) = events.get(reference)? {
            batch.push((event.uid.to_string(), weft_wire::to_canonical_string(&weft_wire::event_to_ocsf(&event))));
        }
        if batch.len() >= EVIDENCE_BATCH {
            store.put_evidence_batch(batch.iter().map(|(uid, json)| (uid.as_str(), json.as_str())))?;
            batch.clear();
        }
    }
    store.put_evidence_batch(batch.iter().map(|(uid, json)| (uid.as_str(), json.as_str())))?;
    store.put_incident(&IncidentRow::from_ocsf(&json)?)?;
    Ok(json)
}

/// Binds the page's address; a clear error when it is taken.
pub async fn bind(address: SocketAddr) -> anyhow::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another weft running? choose another address"))
}

/// Serves the API and the page until `stop` is set.
pub async fn serve(listener: tokio::net::TcpListener, store: Arc<Store>, stop: Arc<AtomicBool>) -> anyhow::Result<()> {
    let router = weft_api::router(store, ApiConfig::new(Arc::new(crate::clock::now_ms)));
    let shutdown = async move {
        while !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    weft_api::serve(listener, router, shutdown).await.context("the page's server broke off")
}

/// A flag that SIGINT and SIGTERM set. Spawns a thread that waits for them.
pub fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
                (Ok(mut interrupt), Ok(mut terminate)) => {
                    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
                }
                _ => std::future::pending::<()>().await,
            }
        });
        flag.store(true, Ordering::Relaxed);
    });
    Ok(stop)
}

/// A runtime for the API.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
