//! Scoring a scenario from its name to its floors, and a backtest of a change of models.

use crate::support::{folder, simulation, weft};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_scenario_is_simulated_and_scored_against_floors() {
    let folder = folder();
    let (page, floors) = (folder.path().join("report.html"), folder.path().join("floors.yaml"));
    std::fs::write(&floors, "scenarios: {benign-month: {at_least: {look_alikes_quiet: 1.1}}}").unwrap();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/benign-month");
    let ran = weft(
        [OsStr::new("eval"), scenario.as_ref(), "--people".as_ref(), "12".as_ref(), "--days".as_ref(), "9".as_ref(), "--json".as_ref()]
            .into_iter()
            .chain([OsStr::new("--seeds"), "3,4".as_ref(), "--html".as_ref(), page.as_ref(), "--floors".as_ref(), floors.as_ref()]),
    );
    // No share is above 1: this floor is always broken.
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("BELOW THE FLOOR: look_alikes_quiet of benign-month"), "{}", ran.stderr);
    let found = json(&ran.stdout);
    let seeds: Vec<u64> = found["scenarios"].as_array().unwrap().iter().map(|one| one["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds, [3, 4]);
    let total = &found["total"];
    assert_eq!((total["attacks"].as_u64(), total["steps_share"].as_f64()), (Some(0), Some(1.0)));
    assert!(total["person_days"].as_u64().unwrap() >= 2 * 12 * 9, "{total}");
    assert!(found["scenarios"][0]["events"].as_u64().unwrap() > 1000, "{found}");
    assert_eq!(total["rivals"].as_array().unwrap().len(), 5);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("weft eval") && !page.contains("<script"), "{page}");
}

#[test]
fn a_backtest_says_which_incidents_a_model_carries() {
    let raw = simulation().join("raw");
    let ran = weft([
        "models".as_ref(),
        "backtest".as_ref(),
        raw.as_os_str(),
        "--json".as_ref(),
        "--without".as_ref(),
        "Device/Suspicious Domain".as_ref(),
    ]);
    let found = json(&ran.done());
    assert!(found["before"]["incidents"].as_u64().unwrap() >= 1, "{found:#}");
    let differences = &found["differences"];
    let reasons = [&differences["changed"], &differences["gone"]].map(|list| list.to_string()).concat();
    assert!(reasons.contains("Device/Suspicious Domain ("), "{found:#}");
    let unknown = weft(["models".as_ref(), "backtest".as_ref(), raw.as_os_str(), "--without".as_ref(), "no such model".as_ref()]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}
