//! Snapshots: going on from one is as if nothing had happened; damage, other versions and other knowledge are refused by name; files of
//! every version that was ever written are still read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod history;

use expect_test::expect_file;
use history::{history, knowledge};
use proptest::prelude::*;
use std::sync::Arc;
use weft_correlator::{Knowledge, Pipeline, SnapshotError, SpilledProfiles, snapshot};
use weft_indicators::{Model, ModelSet};
use weft_model::{Event, EventTime, HOUR_MS};

fn pushed(knowledge: Knowledge, events: &[Event]) -> Pipeline {
    let mut pipeline = Pipeline::live(knowledge);
    events.iter().cloned().for_each(|event| pipeline.push(event));
    pipeline
}

fn written(pipeline: &Pipeline, knowledge: &Knowledge) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot::write(pipeline, snapshot::fingerprint(knowledge), &mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8], knowledge: &Knowledge) -> Result<Pipeline, SnapshotError> {
    snapshot::read(&mut &bytes[..], knowledge.clone(), snapshot::fingerprint(knowledge))
}

/// Reads `bytes` and gives the events that the snapshot does not hold.
fn gone_on(bytes: &[u8], knowledge: &Knowledge, events: &[Event]) -> Pipeline {
    let mut pipeline = read(bytes, knowledge).unwrap();
    let from = EventTime(pipeline.first_open_hour().saturating_mul(HOUR_MS));
    events.iter().filter(|event| event.time >= from).cloned().for_each(|event| pipeline.push(event));
    pipeline
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn going_on_is_as_if_nothing_had_happened(cut in 1usize..1400) {
        let (events, knowledge) = (history(17), knowledge());
        let mut whole = pushed(knowledge.clone(), &events);
        let half = pushed(knowledge.clone(), &events[..cut.min(events.len())]);
        let mut pipeline = gone_on(&written(&half, &knowledge), &knowledge, &events);
        prop_assert_eq!(pipeline.progress(), whole.progress());
        prop_assert_eq!(pipeline.provisional(), whole.provisional());
        let (one, two) = (pipeline.finish().0, whole.finish().0);
        prop_assert_eq!(one.indicators(), two.indicators());
        prop_assert_eq!(one.calibrated(), two.calibrated());
    }
}

/// Hardly any profile fits; the process dies twice, after more was spilled than its last snapshot knows.
#[test]
fn a_tight_cap_and_crashes_change_nothing() {
    const CAP: usize = 4_000;
    let (events, knowledge) = (history(17), knowledge());
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("profiles");
    let mut pipeline = Pipeline::live(knowledge.clone());
    pipeline.cap_profiles(CAP, Some(Arc::new(SpilledProfiles::create(&folder).unwrap()))).unwrap();
    let mut bytes = Vec::new();
    let mut from = EventTime(i64::MIN);
    for (saved, died) in [(500, 800), (700, 1_200), (1_000, events.len())] {
        for (place, event) in events.iter().enumerate().take(died).filter(|(_, event)| event.time >= from) {
            pipeline.push(event.clone());
            if place == saved {
                bytes = written(&pipeline, &knowledge);
                pipeline.snapshot_written().unwrap();
            }
        }
        if died < events.len() {
            drop(pipeline);
            pipeline = read(&bytes, &knowledge).unwrap();
            pipeline.cap_profiles(CAP, Some(Arc::new(SpilledProfiles::open(&folder).unwrap()))).unwrap();
            from = EventTime(pipeline.first_open_hour() * HOUR_MS);
        }
    }
    let counts = pipeline.profiles();
    assert!(counts.spilled > 100 && counts.reloaded > 100 && counts.forgotten == 0, "{counts:?}");
    let mut roomy = pushed(knowledge, &events);
    assert_eq!(pipeline.provisional(), roomy.provisional());
    let (one, two) = (pipeline.finish().0, roomy.finish().0);
    assert_eq!(one.indicators(), two.indicators());
    assert!(!one.indicators().is_empty());
}

#[test]
fn what_cannot_be_used_says_why() {
    let knowledge = knowledge();
    let events = history(12);
    let sound = written(&pushed(knowledge.clone(), &events), &knowledge);
    let refused = |bytes: &[u8]| read(bytes, &knowledge).err().unwrap().to_string();
    assert_eq!(refused(b""), "not a snapshot of the analysis");
    assert_eq!(refused(&sound[1..]), "not a snapshot of the analysis");
    for at in (36..sound.len()).step_by(sound.len() / 50) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        assert!(refused(&bytes).starts_with("the snapshot is damaged"), "at {at}");
        assert!(refused(&sound[..at]).starts_with("the snapshot is damaged"), "cut at {at}");
    }
    let mut moved = sound.clone();
    moved[30] ^= 1;
    assert!(refused(&moved).starts_with("the snapshot is damaged"), "the hour of the header is checked too");
    let mut newer = sound.clone();
    newer[8] = 200;
    assert!(refused(&newer).starts_with("snapshot version 200"));
    let mut others = knowledge.clone();
    others.settings.lag_days += 1;
    assert!(matches!(read(&sound, &others), Err(SnapshotError::OtherKnowledge)));
    let mut others = knowledge.clone();
    others.models = Arc::new(ModelSet { models: others.models.models[1..].to_vec(), ..(*others.models).clone() });
    assert!(matches!(read(&sound, &others), Err(SnapshotError::OtherKnowledge)));
}

/// Models of this test alone, so that the golden files outlive changes of the shipped ones.
fn two_models() -> Knowledge {
    let model = |file: &str, text: &str| Model::parse(file, text).unwrap();
    let models = vec![model("domain", include_str!("snapshot/domain.yaml")), model("source", include_str!("snapshot/source.yaml"))];
    Knowledge { models: Arc::new(ModelSet::new(models, Vec::new()).unwrap()), ..knowledge() }
}

/// A file of every version, as it was written then, is still read and leads to the same end. Set `WEFT_WRITE_GOLDEN` to write the present
/// version's, once.
#[test]
fn files_of_every_version_are_read() {
    let (knowledge, events) = (two_models(), history(17));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot");
    let half = pushed(knowledge.clone(), &events[..events.len() * 3 / 4]);
    let newest = folder.join(format!("v{}.weft-state", snapshot::VERSION));
    if std::env::var_os("WEFT_WRITE_GOLDEN").is_some() && !newest.exists() {
        std::fs::write(&newest, written(&half, &knowledge)).unwrap();
    }
    for version in snapshot::OLDEST..=snapshot::VERSION {
        let bytes = std::fs::read(folder.join(format!("v{version}.weft-state"))).unwrap();
        // The files keep the fingerprint of their day.
        let fingerprint: [u8; 16] = bytes[12..28].try_into().unwrap();
        let mut pipeline = snapshot::read(&mut &bytes[..], knowledge.clone(), fingerprint).unwrap();
        let from = EventTime(pipeline.first_open_hour() * HOUR_MS);
        events.iter().filter(|event| event.time >= from).cloned().for_each(|event| pipeline.push(event));
        let end = pipeline.finish().0;
        expect_file![folder.join(format!("v{version}.expected.json"))].assert_eq(&serde_json::to_string_pretty(&end.indicators()).unwrap());
    }
}
