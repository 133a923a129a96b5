//! Reads inputs with the sensor that their kind asks for.

use crate::event_file;
use crate::feed::{Feed, Forward};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use weft_bus::EventStore;
use weft_correlator::pipeline::QUEUE;
use weft_model::{Event, EventRef, Person};
use weft_runtime::report::SourceReport;
use weft_runtime::{DeadLetters, Input, Kind, Reject, Sink};

/// Readers at work at once.
const READERS: usize = 2;

/// What was read.
#[derive(Debug, Default)]
pub struct Ingested {
    pub sources: Vec<SourceReport>,
    pub people: Vec<Person>,
}

/// Reads one opened input into `feed`.
pub fn read(input: &Input, source: &mut dyn Read, feed: &mut Feed<'_>) {
    let ended: Result<(), (&'static str, String)> = match input.kind {
        Kind::Pcap | Kind::PcapNg => weft_net_sensor::read_capture(source, weft_net_decode::Limits::default(), feed)
            .map_err(|error| (error.reason(), error.to_string())),
        Kind::Message => weft_mail_ingestor::read_message(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::Mbox => weft_mail_ingestor::read_mbox(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::SaasJson => weft_saas_collector::read_json(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::SaasCsv | Kind::AlertCsv => weft_saas_collector::read_csv(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::Directory => weft_saas_collector::read_directory(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::DirectoryLdif => weft_saas_collector::read_ldif(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::DirectoryScim => weft_saas_collector::read_scim(source, feed).map_err(|error| (error.reason(), error.to_string())),
        Kind::ZeekTsv | Kind::ZeekJson | Kind::SuricataEve | Kind::CiscoAsa | Kind::SecureAccessCsv => {
            let format = weft_log_collector::format_of(input.kind);
            format
                .map_or(Ok(()), |format| weft_log_collector::read_log(source, format, feed))
                .map_err(|error| (error.reason(), error.to_string()))
        }
        Kind::Events => event_file::read(source, feed),
        Kind::NoReader | Kind::Truth | Kind::Unknown | Kind::Empty => Ok(()),
    };
    if let Err((reason, text)) = ended {
        tracing::warn!(source = input.name, reason, "{text}");
        feed.reject(Reject { reason, position: 0, raw: b"" });
    }
    feed.flush();
}

/// Reads an opened input, or counts why it is not read.
pub fn read_or_skip(input: &Input, source: &mut dyn Read, feed: &mut Feed<'_>) {
    match input.skip_reason() {
        // The truth beside a simulation is not part of the input at all.
        Some(_) if input.kind == Kind::Truth => {}
        Some(reason) => feed.reject(Reject { reason, position: 0, raw: b"" }),
        None => read(input, source, feed),
    }
}

/// Opens and reads one input; what cannot be read is counted under its reason.
pub fn read_input(
    input: &Input,
    dead_letters: Option<&Mutex<DeadLetters>>,
    stop: &AtomicBool,
    forward: &mut Forward<'_>,
) -> anyhow::Result<(SourceReport, Vec<Person>)> {
    let mut pass = |batch| (forward)(batch);
    let mut feed = Feed::new(&input.name, dead_letters, stop, &mut pass);
    if input.skip_reason().is_some() {
        read_or_skip(input, &mut std::io::empty(), &mut feed);
    } else {
        match weft_runtime::open(input) {
            Ok(mut source) => read(input, &mut source, &mut feed),
            Err(error) => {
                tracing::warn!(source = input.name, %error, "cannot open the input");
                feed.reject(Reject { reason: weft_runtime::OpenError::reason_of(&error), position: 0, raw: b"" });
            }
        }
    }
    match feed.failure.take() {
        Some(failure) => Err(failure),
        None => Ok((feed.report, feed.people)),
    }
}

/// Reads all inputs into the event store, on several threads behind one bounded queue.
pub fn read_all(
    inputs: &[Input],
    store: &EventStore,
    dead_letters: Option<&Mutex<DeadLetters>>,
    stop: &AtomicBool,
) -> anyhow::Result<Ingested> {
    let progress = bar(inputs.len() as u64, "reading");
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, SourceReport, Vec<Person>)>> = Mutex::new(Vec::new());
    let (send, receive) = sync_channel::<Vec<(EventRef, Vec<u8>)>>(QUEUE);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let writer = scope.spawn(move || -> anyhow::Result<()> {
            for batch in receive {
                store.insert_encoded(batch)?;
            }
            store.persist()?;
            Ok(())
        });
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (send, next, results, progress) = (send.clone(), &next, &results, &progress);
                scope.spawn(move || -> anyhow::Result<()> {
                    let mut forward = |batch: Vec<Event>| {
                        let encode = |event: Event| {
                            let (reference, mut bytes) = (event.reference(), Vec::new());
                            weft_wire::append_event(event, &mut bytes);
                            (reference, bytes)
                        };
                        let encoded = batch.into_iter().map(encode).collect();
                        send.send(encoded).map_err(|_| anyhow::anyhow!("the event store stopped"))
                    };
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(input) = inputs.get(index) else { return Ok(()) };
                        let (report, people) = read_input(input, dead_letters, stop, &mut forward)?;
                        results.lock().unwrap_or_else(PoisonError::into_inner).push((index, report, people));
                        progress.inc(1);
                    }
                })
            })
            .collect();
        drop(send);
        let read: Vec<_> = readers.into_iter().map(|reader| reader.join()).collect();
        match writer.join() {
            Ok(done) => done?,
            Err(_) => anyhow::bail!("the event store's writer broke off"),
        }
        for reader in read {
            match reader {
                Ok(done) => done?,
                Err(_) => anyhow::bail!("a reader broke off"),
            }
        }
        Ok(())
    })?;
    progress.finish_and_clear();
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, ..)| *index);
    let mut ingested = Ingested::default();
    for (_, report, people) in results {
        ingested.sources.push(report);
        ingested.people.extend(people);
    }
    Ok(ingested)
}

/// A progress bar on standard error; nothing when that is no terminal.
pub fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {human_pos}/{human_len} {elapsed} (about {eta} left)");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}
