//! Alerts of other products against labels that others made (`WEFT_CORPUS`): clusters of Microsoft alerts alone and among noise, and four
//! organisations' IDS alerts. Prints its figures; the floors are what was measured and may only rise.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "test helpers may fail loudly")]

#[path = "corpus/measure.rs"]
mod measure;
#[path = "corpus/noise.rs"]
mod noise;

use measure::{Figures, any_shared_entity, measure, peak_rss_mb};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use weft_correlator::{Engine, Knowledge};
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::{DAY_MS, Directory, Event, EventUid, Incident, Indicator};
use weft_saas_map::map_record;
use weft_stitcher::Alert;

/// Noise findings a day, and seeds of their generator.
const NOISE_A_DAY: usize = 1000;
const SEEDS: [u64; 5] = [11, 12, 13, 14, 15];

fn corpus(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WEFT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
        .join(below);
    if !root.is_dir() {
        eprintln!("not run: WEFT_CORPUS is absent");
        return None;
    }
    Some(root)
}

/// An engine that has seen the events.
fn analysed(mut events: Vec<Event>) -> Engine {
    events.sort_by_key(Event::reference);
    events.dedup_by_key(|event| event.uid);
    let mut engine = Engine::new(Knowledge {
        directory: Arc::new(Directory::default()),
        enricher: Arc::new(Enricher::builder().build()),
        models: Arc::new(builtin().unwrap()),
        rules: Arc::new(weft_sigma::builtin(&builtin().unwrap()).unwrap().active(false)),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    });
    events.chunk_by(|a, b| a.time.hour() == b.time.hour()).for_each(|hour| engine.hour(hour));
    engine
}

/// The group of each event: its incident; none for an event in no incident.
fn incident_of(incidents: &[Incident]) -> HashMap<EventUid, usize> {
    let events = incidents.iter().enumerate().flat_map(|(index, incident)| {
        incident.contributions.iter().flat_map(move |c| c.indicator.events.iter().map(move |event| (event.uid, index)))
    });
    events.collect()
}

/// The same for clusters, whatever their evidence.
fn cluster_of(engine: &Engine) -> HashMap<EventUid, usize> {
    let (indicators, clusters) = engine.stitched();
    let mut groups = HashMap::new();
    for (index, cluster) in clusters.iter().enumerate() {
        for member in &cluster.members {
            groups.extend(indicators[*member].events.iter().map(|event| (event.uid, index)));
        }
    }
    groups
}

/// Microsoft alerts with their incident's number.
fn excytin() -> Option<(Vec<Event>, BTreeMap<EventUid, String>)> {
    let folder = corpus("stitch/excytin")?;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let labels: BTreeMap<String, String> = read("labels_alert_to_incident.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(alert, incident)| (alert.to_owned(), incident.to_owned()))
        .collect();
    let (mut events, mut labelled) = (Vec::new(), BTreeMap::new());
    for line in read("alerts.jsonl").lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let event = map_record(&record, line).unwrap();
        labelled.insert(event.uid, labels[record["SystemAlertId"].as_str().unwrap()].clone());
        events.push(event);
    }
    assert_eq!((events.len(), labelled.len()), (51, 51), "every alert is an event of its own");
    Some((events, labelled))
}

fn run(name: &str, events: Vec<Event>, labels: &BTreeMap<EventUid, String>) -> Figures {
    let start = Instant::now();
    let count = events.len();
    let naive = measure(labels, &any_shared_entity(&events));
    let engine = analysed(events);
    let incidents = engine.incidents();
    let clusters = measure(labels, &cluster_of(&engine));
    let figures = measure(labels, &incident_of(&incidents));
    let ours: BTreeSet<usize> = labels.keys().filter_map(|uid| incident_of(&incidents).get(uid).copied()).collect();
    let largest = incidents.iter().map(|incident| incident.contributions.len()).max().unwrap_or(0);
    eprintln!(
        "{name}: {count} findings, {} indicators, {:.1} s, {} incidents, {} of noise only, the largest of {largest} indicators",
        engine.indicators().len(),
        start.elapsed().as_secs_f64(),
        incidents.len(),
        incidents.len() - ours.len()
    );
    eprintln!("  incidents          {figures}");
    eprintln!("  clusters           {clusters}");
    eprintln!("  any shared entity  {naive}");
    if std::env::var_os("WEFT_EXPLAIN").is_some() {
        explain(&engine, &incidents, labels);
    }
    figures
}

/// Where every labelled alert went, and what else is in their incidents.
fn explain(engine: &Engine, incidents: &[Incident], labels: &BTreeMap<EventUid, String>) {
    let (of_incident, of_cluster) = (incident_of(incidents), cluster_of(engine));
    let named = |one: &Indicator| one.entities.iter().map(ToString::to_string).collect::<Vec<_>>();
    let is_labelled = |one: &Indicator| one.events.iter().any(|event| labels.contains_key(&event.uid));
    for incident in incidents.iter().filter(|incident| incident.contributions.iter().any(|c| is_labelled(&c.indicator))) {
        let others = incident.contributions.iter().filter(|c| !is_labelled(&c.indicator));
        let told = others.map(|c| format!("{} {:?}", c.indicator.title, named(&c.indicator)));
        eprintln!("    beside the labelled in {:?}: {:?}", incident.title, told.collect::<Vec<_>>());
        incident.decisions.iter().for_each(|decision| eprintln!("      {decision:?}"));
    }
    for indicator in engine.indicators() {
        for event in indicator.events.iter().filter(|event| labels.contains_key(&event.uid)) {
            eprintln!(
                "    {} incident {:?} cluster {:?} {} {:.1} bits {} {:?}",
                labels[&event.uid],
                of_incident.get(&event.uid),
                of_cluster.get(&event.uid),
                indicator.time.to_rfc3339(),
                indicator.bits.value(),
                indicator.title,
                named(&indicator)
            );
        }
    }
}

#[test]
fn microsoft_alerts_become_their_incidents() {
    let Some((events, labels)) = excytin() else { return };
    let alone = run("excytin alone", events.clone(), &labels);
    assert!(alone.f1 >= FLOOR_ALONE, "{alone}");
    let among_noise = SEEDS.map(|seed| {
        let mut mixed = events.clone();
        mixed.extend(noise::noise(seed, NOISE_A_DAY, &events));
        run(&format!("excytin with noise, seed {seed}"), mixed, &labels).f1
    });
    let mean = among_noise.iter().sum::<f64>() / among_noise.len() as f64;
    eprintln!("excytin with noise: mean F1 {mean:.3}");
    assert!(mean >= FLOOR_AMONG_NOISE, "{mean:.3}");
}

const FLOOR_ALONE: f64 = 0.88;
const FLOOR_AMONG_NOISE: f64 = 0.83;

/// A row's event and the attack phase it belongs to, if any.
fn ait_rows(path: &Path) -> (Vec<Event>, HashMap<EventUid, String>) {
    let output = std::process::Command::new("xz").arg("-dc").arg(path).output().unwrap();
    assert!(output.status.success());
    let (mut events, mut phases) = (Vec::new(), HashMap::new());
    for line in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
        // Only the name may hold commas: it is quoted then.
        let (time, rest) = line.split_once(',').unwrap();
        let cells: Vec<&str> = rest.rsplitn(6, ',').collect();
        let [_, phase, short, host, ip, name] = cells[..] else { unreachable!("{line}") };
        let name = name.trim_matches('"').replace("\"\"", "\"");
        let event = map_record(&serde_json::json!({"time": time, "name": name, "ip": ip, "host": host, "short": short}), "").unwrap();
        if phase != "false_positive" {
            phases.insert(event.uid, phase.to_owned());
        }
        events.push(event);
    }
    (events, phases)
}

#[test]
fn alerts_of_four_organisations() {
    let Some(folder) = corpus("stitch/ait-ads") else { return };
    for (name, floor) in [("russellmitchell", 3), ("shaw", 3), ("fox", 5), ("wilson", 7)] {
        let (events, phases) = ait_rows(&folder.join(format!("{name}.csv.xz")));
        let rows = events.len();
        let start = Instant::now();
        let days = (events.last().unwrap().time.since(events[0].time) as f64 / DAY_MS as f64).max(1.0);
        let engine = analysed(events);
        let incidents = engine.incidents();
        let seconds = start.elapsed().as_secs_f64();
        let all: BTreeSet<&String> = phases.values().collect();
        let of: Vec<BTreeSet<&String>> = incidents
            .iter()
            .map(|incident| {
                let events = incident.contributions.iter().flat_map(|c| &c.indicator.events);
                events.filter_map(|event| phases.get(&event.uid)).collect()
            })
            .collect();
        let covered: BTreeSet<&&String> = of.iter().flatten().collect();
        let most = of.iter().map(BTreeSet::len).max().unwrap_or(0);
        let false_incidents = of.iter().filter(|phases| phases.is_empty()).count();
        eprintln!(
            "ait-ads {name}: {rows} alerts in {days:.1} days, {} indicators, {} incidents, {} of {} phases covered ({most} by one incident), \
             {:.2} false incidents a day, {seconds:.1} s, peak {} MB",
            engine.indicators().len(),
            incidents.len(),
            covered.len(),
            all.len(),
            false_incidents as f64 / days,
            peak_rss_mb()
        );
        eprintln!("  not covered: {:?}", all.iter().filter(|phase| !covered.contains(phase)).collect::<Vec<_>>());
        assert!(covered.len() >= floor, "{name}: {covered:?}");
    }
}
