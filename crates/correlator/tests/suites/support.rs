//! Reading any input of the corpus and taking events through the analysis.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft_correlator::{Engine, Knowledge};
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::{Directory, Event, EventUid, Indicator};
use weft_runtime::{Collected, Kind, discover, open};
use weft_stitcher::{Alert, share_evidence};

/// False incidents per 1,000 people and day that the operator allows.
pub const BUDGET: f64 = 0.1;

/// A part of the corpus; none, and a note, when there is no corpus at all. A part that is missing from a corpus fails the suite.
pub fn corpus(below: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("WEFT_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if !root.is_dir() {
        eprintln!("not run: WEFT_CORPUS is absent");
        return None;
    }
    let path = root.join(below);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
}

/// What the files below some paths held.
#[derive(Default)]
pub struct Inputs {
    pub read: u64,
    pub events: Vec<Event>,
    /// Files without a reader, and records that are no event.
    pub skipped: usize,
    pub rejected: usize,
}

pub fn read_all(paths: &[PathBuf]) -> Inputs {
    let mut all = Inputs::default();
    for input in discover(paths).unwrap() {
        if input.skip_reason().is_some() {
            all.skipped += 1;
            continue;
        }
        let Ok(mut source) = open(&input) else {
            all.skipped += 1;
            continue;
        };
        let sink = read(input.kind, &mut *source);
        all.read += sink.read;
        all.rejected += sink.rejects.len();
        all.events.extend(sink.events);
    }
    all
}

/// One input; what comes behind damage is lost.
pub fn read(kind: Kind, source: &mut dyn std::io::Read) -> Collected {
    let mut sink = Collected::default();
    let done = match kind {
        Kind::Pcap | Kind::PcapNg => weft_net_sensor::read_capture(source, weft_net_sensor::Limits::default(), &mut sink).is_ok(),
        Kind::Message => weft_mail_ingestor::read_message(source, &mut sink).is_ok(),
        Kind::SaasJson => weft_saas_collector::read_json(source, &mut sink).is_ok(),
        Kind::SaasCsv => weft_saas_collector::read_csv(source, &mut sink).is_ok(),
        other => weft_log_collector::read_log(source, weft_log_collector::format_of(other).unwrap(), &mut sink).is_ok(),
    };
    if !done {
        sink.rejects.push(("broken", 0));
    }
    sink
}

/// A cold engine with the shipped models and the corpus's table of countries.
pub fn engine(directory: Directory) -> Engine {
    let countries = std::fs::read(corpus("enrichment/ip/geo-whois-asn-country.mmdb").unwrap()).unwrap();
    let enricher = Enricher::builder().country_mmdb(countries).unwrap().build();
    Engine::new(Knowledge {
        directory: Arc::new(directory),
        enricher: Arc::new(enricher),
        models: Arc::new(builtin().unwrap()),
        rules: Arc::new(weft_sigma::builtin(&builtin().unwrap()).unwrap().active(false)),
        alert: Alert::from_budget(BUDGET),
        settings: Settings::default(),
    })
}

/// Hands events to the engine in order, hour by hour.
pub fn learn(engine: &mut Engine, mut events: Vec<Event>) {
    events.sort_by_key(Event::reference);
    events.dedup_by_key(|event| event.uid);
    events.chunk_by(|a, b| a.time.hour() == b.time.hour()).for_each(|hour| engine.hour(hour));
}

/// Groups of indicators that stitching keeps together, whatever their evidence, the strongest first: evidence in bits and members.
pub fn episodes(engine: &Engine) -> Vec<(f64, Vec<Indicator>)> {
    let (indicators, clusters) = engine.stitched();
    let mut episodes: Vec<(f64, Vec<Indicator>)> = clusters
        .iter()
        .map(|cluster| {
            let members: Vec<&Indicator> = cluster.members.iter().map(|index| &indicators[*index]).collect();
            (share_evidence(&members).iter().map(|bits| bits.value()).sum(), members.into_iter().cloned().collect())
        })
        .collect();
    episodes.sort_by(|a, b| b.0.total_cmp(&a.0));
    episodes
}

/// How many indicators each model gave.
pub fn by_model(indicators: &[Indicator]) -> BTreeMap<&str, usize> {
    let mut models = BTreeMap::new();
    indicators.iter().for_each(|indicator| *models.entry(indicator.model.as_str()).or_default() += 1);
    models
}

/// The events that indicators rest on.
pub fn evidence<'a>(indicators: impl IntoIterator<Item = &'a Indicator>) -> BTreeSet<EventUid> {
    indicators.into_iter().flat_map(|indicator| indicator.events.iter().map(|event| event.uid)).collect()
}
