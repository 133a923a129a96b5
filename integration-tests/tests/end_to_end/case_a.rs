//! Case A in a small company: what is found, and that every number of it can be opened.

use crate::support::{Replay, folder, json_lines, plain, simulation, validate_ocsf, weft};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ffi::OsStr;

fn truth() -> Value {
    serde_json::from_str(&std::fs::read_to_string(simulation().join("truth.json")).unwrap()).unwrap()
}

fn incidents() -> Vec<Value> {
    let incidents = json_lines(&plain().stdout);
    assert!(!incidents.is_empty(), "nothing was found");
    incidents
}

fn ours(incident: &Value) -> &Value {
    &incident["unmapped"]["weft"]
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is no list"))
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// Every event that an incident names.
fn events(incident: &Value) -> BTreeSet<String> {
    let weft = ours(incident);
    list(weft, "indicators").iter().chain(list(weft, "timeline")).flat_map(|part| strings(&part["event_uids"])).collect()
}

/// Every event that the attack's inputs give.
fn evidence(truth: &Value) -> BTreeSet<String> {
    let [attack] = &list(truth, "attacks")[..] else { panic!("case A is one attack") };
    list(attack, "steps").iter().flat_map(|step| strings(&step["evidence"])).collect()
}

/// The incident that holds evidence of the attack; there must be one and only one.
fn attack(incidents: &[Value]) -> &Value {
    let evidence = evidence(&truth());
    let mut found = incidents.iter().filter(|incident| !events(incident).is_disjoint(&evidence));
    let first = found.next().expect("the attack was not found");
    assert!(found.next().is_none(), "the attack is split over several incidents");
    first
}

#[test]
fn one_incident_of_three_domains_holds_every_step() {
    let incidents = incidents();
    let incident = attack(&incidents);
    assert_eq!(strings(&ours(incident)["domains"]), ["email", "network", "saas"].map(String::from).into());
    let held = events(incident);
    let truth = truth();
    let mut required = Vec::new();
    for step in list(&truth["attacks"][0], "steps").iter().filter(|step| step["required"] == true) {
        assert!(!strings(&step["evidence"]).is_disjoint(&held), "step {} is not in the incident: {}", step["id"], step["text"]);
        required.push(step["id"].as_str().unwrap());
    }
    assert_eq!(required, ["1", "2", "3", "4", "5", "6", "7"]);
    assert!(incidents.len() <= 2, "{} incidents", incidents.len());
    assert!(ours(incident)["score"].as_f64().unwrap() >= 50.0, "below the alert threshold: {}", ours(incident)["score"]);
}

#[test]
fn hardly_anything_benign_is_inside() {
    let (incidents, evidence) = (incidents(), evidence(&truth()));
    let held = events(attack(&incidents));
    let benign = held.difference(&evidence).count();
    assert!(benign * 50 <= held.len(), "{benign} of {} events are no part of the attack", held.len());
}

#[test]
fn the_incident_reads_as_a_story() {
    let incidents = incidents();
    let (incident, truth) = (attack(&incidents), truth());
    let weft = ours(incident);
    let times: Vec<i64> = list(weft, "timeline").iter().map(|entry| entry["time"].as_i64().unwrap()).collect();
    assert!(times.len() >= 7 && times.is_sorted(), "{times:?}");
    let steps = list(&truth["attacks"][0], "steps");
    let bound = |name: &'static str| steps.iter().map(move |step| step[name].as_i64().unwrap());
    let (first, last) = (bound("start").min().unwrap(), bound("end").max().unwrap());
    let day = 24 * 3_600_000;
    assert!(times.iter().all(|time| (first - day..=last + day).contains(time)), "a line lies far from the attack: {times:?}");
    assert!(list(weft, "timeline").iter().all(|entry| !entry["text"].as_str().unwrap().is_empty()));
    assert!(!incident["desc"].as_str().unwrap().is_empty() && !list(weft, "recommended").is_empty());
    let victim = truth["attacks"][0]["entities"].as_array().unwrap().iter().find(|entity| entity["kind"] == "person").unwrap();
    let english = weft["narrative"]["en"].as_str().unwrap();
    assert!(english.contains(victim["name"].as_str().unwrap()), "the narrative does not name the victim: {english}");
    // A replay is final.
    assert_eq!((&weft["revision"], &weft["merged_from"]), (&json!(1), &json!([])));
}

#[test]
fn the_story_is_told_in_both_languages_with_its_evidence() {
    let is_japanese = |text: &Value| text.as_str().unwrap_or_default().chars().any(|c| ('\u{3041}'..='\u{9fff}').contains(&c));
    let incidents = incidents();
    let weft = ours(attack(&incidents));
    assert!(is_japanese(&weft["title_ja"]) && is_japanese(&weft["narrative"]["ja"]) && is_japanese(&weft["narrative"]["recipient"]["ja"]));
    let clauses = list(&weft["narrative"], "clauses");
    assert!(clauses.iter().all(|clause| is_japanese(&clause["text"]["ja"])), "{clauses:#?}");
    // Every indicator is told, every clause of the story rests on something.
    let told: BTreeSet<String> = clauses.iter().flat_map(|clause| strings(&clause["indicator_uids"])).collect();
    let all: BTreeSet<String> = list(weft, "indicators").iter().map(|one| one["uid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, all);
    let dated = || clauses.iter().filter(|clause| clause["time"].is_i64());
    assert!(dated().count() >= 7);
    assert!(dated().all(|clause| !list(clause, "indicator_uids").is_empty() || !list(clause, "event_uids").is_empty()));
    for entry in list(weft, "timeline") {
        assert!(is_japanese(&entry["text_ja"]), "{entry}");
        assert_eq!(entry["indicator_uid"].is_null(), !entry["question"].is_null(), "what was found carries its question: {entry}");
    }
    for action in list(weft, "recommended") {
        assert!(
            is_japanese(&action["text_ja"]) && is_japanese(&action["reason"]["ja"]) && is_japanese(&action["effect"]["ja"]),
            "{action}"
        );
    }
}

#[test]
fn patient_zero_and_who_followed_are_named() {
    let (incidents, truth) = (incidents(), truth());
    let weft = ours(attack(&incidents));
    let entities = list(&truth["attacks"][0], "entities");
    let victim = entities.iter().find(|entity| entity["kind"] == "person").unwrap();
    let exposed = list(weft, "exposed");
    let acts = |person: &Value| list(person, "acts").iter().map(|act| act["act"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    let zero: Vec<&Value> = exposed.iter().filter(|person| person["is_patient_zero"] == true).collect();
    let [zero] = &zero[..] else { panic!("one patient zero: {exposed:#?}") };
    assert_eq!(zero["uid"], victim["id"]);
    assert!(acts(zero).is_superset(&["clicked".to_owned(), "entered".to_owned()].into()), "{zero}");
    // As many as the devices that reached the attack's places, each person once.
    let devices = entities.iter().filter(|entity| entity["kind"] == "device").count();
    let clicked = exposed.iter().filter(|person| acts(person).contains("clicked")).count();
    assert!(clicked <= devices && clicked + 1 >= devices, "{clicked} of {devices} devices");
    assert!(exposed.iter().any(|person| acts(person) == ["received".to_owned()].into()), "nobody only received");
}

#[test]
fn every_number_opens_and_adds_up() {
    let thousandths = |value: &Value| (value.as_f64().expect("a number") * 1000.0).round() as i64;
    for incident in incidents() {
        let weft = ours(&incident);
        let indicators = list(weft, "indicators");
        let parts: i64 = indicators.iter().map(|indicator| thousandths(&indicator["evidence_bits"])).sum();
        assert_eq!(parts, thousandths(&weft["evidence_bits"]), "the indicators do not add up to the incident");
        for indicator in indicators {
            let why = list(indicator, "why");
            assert!(!why.is_empty() && !strings(&indicator["event_uids"]).is_empty(), "{} cannot be opened", indicator["model"]);
            let bits: i64 = why.iter().map(|part| thousandths(&part["bits"])).sum();
            assert_eq!(bits, thousandths(&indicator["bits"]), "{} does not add up", indicator["model"]);
            let p = indicator["p"].as_f64().unwrap();
            assert!(p > 0.0 && p <= 1.0, "{} has p {p}", indicator["model"]);
        }
        // What the page links to is there.
        let uids: BTreeSet<&str> = indicators.iter().map(|indicator| indicator["uid"].as_str().unwrap()).collect();
        let named = list(weft, "timeline").iter().filter_map(|entry| entry["indicator_uid"].as_str());
        let linked = list(weft, "links").iter().flat_map(|link| [&link["from"], &link["to"]]).filter_map(Value::as_str);
        let dangling: Vec<&str> = named.chain(linked).filter(|uid| !uids.contains(uid)).collect();
        assert!(dangling.is_empty(), "no such indicator: {dangling:?}");
    }
}

#[test]
fn incidents_and_findings_are_valid_ocsf() {
    let valid = validate_ocsf(&plain().stdout);
    assert_eq!(valid.code, Some(0), "{}{}", valid.stdout, valid.stderr);
    assert!(valid.stdout.contains("{2005:"), "{}", valid.stdout);
    let folder = folder();
    let findings = folder.path().join("findings.jsonl");
    let raw = simulation().join("raw");
    let again = weft([OsStr::new("replay"), "--json".as_ref(), "--findings".as_ref(), findings.as_ref(), raw.as_ref()]).done();
    assert!(again == plain().stdout, "writing the findings changed the incidents");
    let findings = std::fs::read_to_string(findings).unwrap();
    let valid = validate_ocsf(&findings);
    assert_eq!(valid.code, Some(0), "{}{}", valid.stdout, valid.stderr);
    // What an incident rests on is among the findings.
    let known: BTreeSet<String> =
        json_lines(&findings).iter().map(|finding| ours(finding)["uid"].as_str().unwrap_or_default().to_owned()).collect();
    for incident in incidents() {
        assert!(list(ours(&incident), "indicators").iter().all(|indicator| known.contains(indicator["uid"].as_str().unwrap())));
    }
}

#[test]
fn eval_says_what_the_truth_says() {
    let ran = weft([OsStr::new("eval"), simulation().as_ref(), "--json".as_ref()]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr));
    assert_eq!(ran.code, Some(0), "{json:#}");
    let total = &json["total"];
    assert_eq!((&total["attacks"], &total["found_once"], &total["fragments"]), (&json!(1), &json!(1), &json!(0)), "{json:#}");
    assert_eq!(total["steps_share"], json!(1.0));
    assert_eq!(total["false_incidents"].as_u64().unwrap() as usize, incidents().len() - 1);
}

#[test]
fn a_quiet_fortnight_before_the_attack_is_quiet() {
    let raw = simulation().join("raw");
    // The attack starts on the fifteenth day, 18 March; files of the days before it, and the directory.
    let is_before = |path: &std::path::Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name == "directory.csv" || (0..14).any(|day| name.contains(&format!("2024-03-{:02}", 4 + day)))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&raw).unwrap() {
        let path = entry.unwrap().path();
        let entries =
            if path.is_dir() { std::fs::read_dir(&path).unwrap().map(|inner| inner.unwrap().path()).collect() } else { vec![path] };
        paths.extend(entries.into_iter().filter(|path| is_before(path)));
    }
    assert!(paths.len() > 14 * 3, "{paths:?}");
    let quiet = Replay::of(&paths);
    assert!(quiet.sources().values().map(|source| source.events).sum::<u64>() > 10_000);
    assert_eq!(json_lines(&quiet.stdout).iter().map(|incident| incident["desc"].clone()).collect::<Vec<_>>(), Vec::<Value>::new());
}
