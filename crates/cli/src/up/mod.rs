//! `weft up`: watched folders and interfaces in; incidents in the page, the store and on the bus out.
//!
//! ```text
//!  collector (folders) ─┐                                        ┌─> event store, lake
//!  capture (interfaces) ┴─> bus: weft.events.v1 ──> correlator ──┤
//!                                                                └─> incidents: store + page, bus: findings, incidents
//! ```
//!
//! Everything read is published, and the people it names are in the store, before its cursor moves; everything consumed is in the event
//! store before the group commits: a kill at any moment loses nothing. A restart goes on from the newest snapshot of the analysis and the
//! events behind it, or rebuilds the analysis from the event store; one that is stopped meanwhile says nothing.

mod collector;
mod consumer;
mod incidents;
mod people;
mod record;
mod rephraser;
mod snapshots;
#[cfg(test)]
mod tests;
mod verdicts;

use crate::args::Up;
use crate::exit::{Code, configuration};
use crate::{clock, knowledge, serve};
use anyhow::Context;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use weft_bus::{Bus, EmbeddedBus, EventStore, Retention};
use weft_config::{BusKind, Config};
use weft_model::Person;
use weft_store::Store;

/// What the threads tell each other.
#[derive(Debug, Default)]
pub struct Shared {
    /// Set by SIGINT, SIGTERM, a failure, or the end of input under `--until-idle`.
    pub stop: Arc<AtomicBool>,
    /// Scans of the watched folders in a row that found nothing new.
    pub quiet_scans: AtomicU64,
}

/// Runs the command.
pub fn run(options: &Up) -> anyhow::Result<Code> {
    let config = Config::load(options.config.as_deref(), std::env::vars())?;
    if config.sources.watch.is_empty() && config.sources.interfaces.is_empty() {
        return Err(configuration("nothing to do: name folders under sources.watch or interfaces under sources.interfaces in weft.toml"));
    }
    let runtime = serve::runtime()?;
    let listener =
        runtime.block_on(serve::bind(config.listen.address)).map_err(|error| configuration(format!("{error:#} (listen.address)")))?;
    // Mail and audit records lie there: nobody else may read it.
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir);
    made.with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))?;
    let bus = open_bus(&config)?;
    let events = EventStore::open(&config.data_dir.join("events"))?;
    let store = Arc::new(Store::open(config.data_dir.join("weft.db"))?);
    let loaded = knowledge::load_configured(&config, false)?;
    let people = config.directory.as_deref().map(collector::read_directory_file).transpose()?.unwrap_or_default();
    let shared = Shared { stop: serve::stop_on_signal()?, ..Shared::default() };
    tell_link(&store, &config, listener.local_addr()?)?;

    let (send_people, receive_people) = mpsc::channel::<Vec<Person>>();
    let (stop, served) = (shared.stop.clone(), store.clone());
    let server = runtime.spawn(serve::serve(listener, served, stop));
    let done = std::thread::scope(|scope| {
        let (shared, config, bus, stored) = (&shared, &config, bus.as_ref(), store.as_ref());
        let collector = scope.spawn(move || stopping(shared, collector::run(config, bus, stored, shared, &send_people)));
        let captures = collector::captures(scope, config, bus, shared);
        let consumer = consumer::Consumer { config, bus, events: &events, store: &store, shared, until_idle: options.until_idle };
        let consumed = stopping(shared, consumer.run(loaded, people, &receive_people));
        let mut results = vec![consumed, joined(collector)];
        results.extend(captures.into_iter().map(joined));
        results.into_iter().collect::<anyhow::Result<Vec<()>>>()
    });
    shared.stop.store(true, Ordering::Relaxed);
    let served = runtime.block_on(server);
    done?;
    served.context("the page's server broke off")??;
    Ok(Code::Done)
}

/// A part that fails stops the others.
fn stopping(shared: &Shared, result: anyhow::Result<()>) -> anyhow::Result<()> {
    if result.is_err() {
        shared.stop.store(true, Ordering::Relaxed);
    }
    result
}

fn joined(handle: std::thread::ScopedJoinHandle<'_, anyhow::Result<()>>) -> anyhow::Result<()> {
    handle.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a sensor broke off")))
}

fn open_bus(config: &Config) -> anyhow::Result<Box<dyn Bus>> {
    match config.bus.kind {
        BusKind::Embedded => Ok(Box::new(EmbeddedBus::open(&config.data_dir.join("bus"), Retention::default())?)),
        BusKind::Kafka => open_kafka(config),
    }
}

#[cfg(feature = "kafka")]
fn open_kafka(config: &Config) -> anyhow::Result<Box<dyn Bus>> {
    let kafka = weft_bus_kafka::KafkaConfig {
        brokers: config.bus.brokers.join(","),
        topic_prefix: config.bus.topic_prefix.clone(),
        client_id: "weft".to_owned(),
        extra: config.bus.properties.clone(),
    };
    Ok(Box::new(weft_bus_kafka::KafkaBus::connect(kafka)?))
}

#[cfg(not(feature = "kafka"))]
fn open_kafka(_: &Config) -> anyhow::Result<Box<dyn Bus>> {
    Err(configuration("bus.kind is kafka, but this build has no Kafka client: build with `--features kafka`, or set it to embedded"))
}

/// A fresh sign-in link goes to the terminal, or to a file that only the owner may read: never to a log.
fn tell_link(store: &Store, config: &Config, address: std::net::SocketAddr) -> anyhow::Result<()> {
    let link = format!("http://{address}{}", weft_api::create_login_link(store, "admin", clock::now_ms())?);
    let mut out = std::io::stdout();
    if out.is_terminal() {
        writeln!(out, "weft is up. Sign in with this link (once, 24 h): {link}\nCtrl-C ends.")?;
    } else {
        let path = config.data_dir.join("login-link");
        write_private(&path, &link).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "weft is up on http://{address}; a sign-in link is in {}", path.display())?;
    }
    Ok(())
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    // A new file each time: an existing one could have wider rights.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")
}
