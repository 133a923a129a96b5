//! Everything that leaves as OCSF is valid OCSF 1.8.0 by the schema itself, and the committed JSON Schemas are those of the package.
//! Runs Python from the environment that `make setup` makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test helpers fail by panicking")]

mod samples;
mod strategy;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use weft_model::{Contribution, Domain, Indicator};
use weft_wire::{event_to_ocsf, incident_to_ocsf, indicator_to_ocsf, to_canonical_string};

/// Generated events of each class that are validated beside the samples.
const GENERATED_PER_CLASS: usize = 100;

fn scripts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../integration-tests/ocsf")
}

/// `${WEFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weft}/venv/bin/python`, as `make setup` has it.
fn python() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("WEFT_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("weft")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/weft")))
        .expect("HOME is not set");
    let python = cache.join("venv/bin/python");
    assert!(python.exists(), "{} is absent: run make setup", python.display());
    python
}

fn run(script: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(python())
        .arg(scripts().join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // The script prints little before it has read everything, but a full pipe must not hang the test.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    output
}

fn all(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn extreme_indicators() -> Vec<Indicator> {
    let full = samples::indicator("full", Domain::Saas, 15.003);
    let nothing = Indicator {
        p: f64::NAN,
        score: 255,
        entities: vec![],
        techniques: vec![],
        tactics: vec![],
        events: vec![],
        why: vec![],
        bits: weft_model::Bits(0),
        ..full.clone()
    };
    let sub = Indicator { techniques: vec!["".into(), ".".into(), "T1".into()], score: 0, p: -1.0, ..full.clone() };
    vec![full, nothing, sub]
}

#[test]
fn everything_is_valid_ocsf() {
    let mut lines = Vec::new();
    let events: Vec<_> = samples::events().into_iter().chain(samples::variants()).collect();
    lines.extend(events.iter().map(event_to_ocsf));
    let mut runner = TestRunner::deterministic();
    for body in strategy::bodies() {
        let events = strategy::event(body);
        for _ in 0..GENERATED_PER_CLASS {
            lines.push(event_to_ocsf(&events.new_tree(&mut runner).unwrap().current()));
        }
    }
    lines.extend(extreme_indicators().iter().map(indicator_to_ocsf));
    lines.push(incident_to_ocsf(&samples::incident()));
    lines.push(incident_to_ocsf(&samples::empty_incident()));
    let mut odd = samples::incident();
    odd.contributions =
        extreme_indicators().into_iter().map(|indicator| Contribution { indicator, evidence_bits: weft_model::Bits(0) }).collect();
    odd.evidence_bits = weft_model::Bits(0);
    lines.push(incident_to_ocsf(&odd));
    let count = lines.len();
    let input: String = lines.iter().map(|value| to_canonical_string(value) + "\n").collect();
    let output = run("validate.py", &[], &input);
    assert!(output.status.success(), "{}", all(&output));
    assert!(all(&output).starts_with(&format!("{count} records, 0 invalid")), "{}", all(&output));
}

#[test]
fn the_validator_refuses_what_is_wrong() {
    let good = incident_to_ocsf(&samples::incident());
    let mut cases = vec![String::new(), "not json".to_owned(), "{}".to_owned()];
    for (pointer, value) in [
        ("/class_uid", serde_json::json!(1)),
        ("/metadata/profiles", serde_json::json!([])),
        ("/metadata", serde_json::json!({ "version": "1.8.0", "product": { "name": "x" }, "uid": "x" })),
        ("/severity_id", serde_json::json!(7)),
        ("/unmapped/weft/evidence_bits", serde_json::json!(31.416)),
        ("/unmapped/weft/indicators/0/why/0/bits", serde_json::json!(0.0)),
        ("/unmapped/weft/indicators/0/event_uids/0", serde_json::json!("xyz")),
        ("/unmapped/weft/links/0/from", serde_json::json!(1)),
        ("/unmapped/weft/timeline/0", serde_json::json!({})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        cases.push(to_canonical_string(&bad));
    }
    let mut finding = indicator_to_ocsf(&samples::indicator("x", Domain::Saas, 1.0));
    *finding.pointer_mut("/unmapped/weft/p").unwrap() = serde_json::json!(2);
    cases.push(to_canonical_string(&finding));
    for case in cases {
        let output = run("validate.py", &[], &case);
        assert_eq!(output.status.code(), Some(1), "accepted {case}: {}", all(&output));
    }
}

#[test]
fn committed_schemas_are_those_of_the_package() {
    let output = run("generate.py", &["--check"], "");
    assert!(output.status.success(), "{}", all(&output));
}
