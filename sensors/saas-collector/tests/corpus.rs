//! Public audit records, when they are there: every record becomes an event, and the fields agree with what others read in them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout, reason = "test helpers may fail loudly")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weft_model::{AccountChangeKind, Body, Event, InvolvedKind, Status};
use weft_runtime::{Collected, Kind, discover, open};
use weft_saas_collector::read_json;

fn corpus(part: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("WEFT_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!("not run: WEFT_CORPUS is absent");
    None
}

fn read_all(path: &Path) -> Collected {
    let mut sink = Collected::default();
    let inputs = discover(&[path.to_path_buf()]).unwrap();
    assert!(!inputs.is_empty());
    for input in inputs.iter().filter(|input| input.kind == Kind::SaasJson) {
        read_json(&mut *open(input).unwrap(), &mut sink).unwrap();
    }
    sink
}

fn classes(events: &[Event]) -> BTreeMap<u32, usize> {
    let mut classes = BTreeMap::new();
    for event in events {
        *classes.entry(event.body.class_uid()).or_default() += 1;
    }
    classes
}

fn operation(body: &Body) -> &str {
    match body {
        Body::AccountChange(change) => &change.operation,
        Body::EntityManagement(change) => &change.operation,
        Body::Api(activity) => &activity.operation,
        Body::FileHosting(file) => &file.operation,
        _ => "",
    }
}

#[test]
fn unified_audit_log_of_an_exercise() {
    let Some(path) = corpus("saas/invictus_ual") else { return };
    let started = std::time::Instant::now();
    let found = read_all(&path);
    println!("{:.0} records a second on one core", 3114.0 / started.elapsed().as_secs_f64());
    assert_eq!((found.read, found.events.len(), found.rejects.len()), (3114, 3114, 0));
    let mut uids: Vec<_> = found.events.iter().map(|event| event.uid).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 3114, "every record has its own id");
    println!("classes {:?}", classes(&found.events));

    let logons = |wanted: Status| found.events.iter().filter(|e| matches!(&e.body, Body::Authentication(a) if a.status == wanted)).count();
    assert_eq!((logons(Status::Success), logons(Status::Failure)), (171, 98));
    let rules: Vec<_> = found
        .events
        .iter()
        .filter_map(|event| match &event.body {
            Body::EntityManagement(change) if change.operation == "New-InboxRule" => Some(change),
            _ => None,
        })
        .collect();
    assert_eq!(rules.len(), 2);
    for rule in rules {
        assert_eq!(rule.entity_type, "Inbox Rule");
        assert_eq!(rule.parameters.iter().find(|(name, _)| name == "Name").map(|(_, value)| value), Some(&rule.entity_name));
        assert!(rule.parameters.is_sorted() && rule.src_endpoint.ip.is_some());
        assert!(rule.actor.user.as_ref().is_some_and(|user| user.email_addr.is_some()));
    }
    let kinds: Vec<_> =
        found.events.iter().filter_map(|e| if let Body::AccountChange(a) = &e.body { Some(a.kind) } else { None }).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == AccountChangeKind::PasswordReset).count(), 2);
    // One demand for a second factor, told twice: as an operation of its own and as an update of the user; later withdrawn.
    assert_eq!(kinds.iter().filter(|kind| **kind == AccountChangeKind::MfaEnable).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == AccountChangeKind::MfaDisable).count(), 1);
    let files = found.events.iter().filter(|event| matches!(event.body, Body::FileHosting(_))).count();
    assert!(files >= 60, "{files}");
}

#[test]
fn a_simulated_company() {
    let Some(path) = corpus("multidomain/tshirt/cloud") else { return };
    let audit = read_all(&path.join("microsoft/office_audit.json.zst"));
    assert_eq!((audit.read, audit.events.len()), (6019, 6019));
    let files = audit.events.iter().filter(|event| matches!(event.body, Body::FileHosting(_))).count();
    // All but 1,445 records are of files: Teams messages, meetings, members and teams.
    assert_eq!(files, 6019 - 1445);
    let sign_ins = read_all(&path.join("entraid/entraid_signin.json.zst"));
    assert_eq!((sign_ins.read, sign_ins.events.len()), (6215, 6215));
    let count = |wanted| sign_ins.events.iter().filter(|e| matches!(&e.body, Body::Authentication(a) if a.status == wanted)).count();
    assert_eq!((count(Status::Success), count(Status::Failure)), (4908 + 1105, 41 + 161));
    let changes = read_all(&path.join("entraid/entraid_audit.json.zst"));
    assert_eq!((changes.read, changes.events.len()), (639, 639));
    let enabled: Vec<_> = changes
        .events
        .iter()
        .filter_map(|event| match &event.body {
            Body::AccountChange(change) if change.kind == AccountChangeKind::MfaEnable => Some(change.auth_factor.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(enabled, vec![Some("authenticator app".to_owned()); 2]);
    let risks = read_all(&path.join("entraid/entraid_risk_detection.json.zst"));
    assert_eq!((risks.read, classes(&risks.events)), (64, BTreeMap::from([(2004, 64)])));
    // The message trace: nine rows are acts at a mailbox, without a sender, and go to dead letters.
    let trace = read_all(&path.join("microsoft/exchange_message_trace.json.zst"));
    assert_eq!((trace.read, trace.rejects.len(), classes(&trace.events)), (15_801, 9, BTreeMap::from([(4009, 15_792)])));
}

/// Agreement with the fields that an independent parser expects of the same record.
#[derive(Default)]
struct Score {
    records: usize,
    fields: BTreeMap<&'static str, (usize, usize)>,
    misses: Vec<String>,
}

impl Score {
    fn compare(&mut self, file: &str, field: &'static str, expected: Option<&str>, found: &[Option<&str>]) {
        let Some(expected) = expected.filter(|text| !text.is_empty()) else { return };
        let (hits, total) = self.fields.entry(field).or_default();
        *total += 1;
        if found
            .iter()
            .flatten()
            .any(|found| found.trim().trim_end_matches('.').eq_ignore_ascii_case(expected.trim().trim_end_matches('.')))
        {
            *hits += 1;
        } else {
            self.misses.push(format!("{file}: {field} {expected:?} found {found:?}"));
        }
    }
}

fn pairs(folder: &Path) -> Score {
    let mut score = Score::default();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let pair: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let message = pair["input"]["message"].as_str().unwrap();
        let mut sink = Collected::default();
        read_json(&mut message.as_bytes(), &mut sink).unwrap();
        let Some(event) = sink.events.first() else {
            score.misses.push(format!("{name}: {:?}", sink.rejects));
            continue;
        };
        score.records += 1;
        let (user, actor, ip, status) = match &event.body {
            Body::Authentication(a) => (Some(&a.user), None, a.src_endpoint.ip, a.status),
            Body::AccountChange(a) => (a.actor.user.as_ref(), Some(&a.actor), a.src_endpoint.ip, a.status),
            Body::EntityManagement(a) => (a.actor.user.as_ref(), Some(&a.actor), a.src_endpoint.ip, a.status),
            Body::Api(a) => (a.actor.user.as_ref(), Some(&a.actor), a.src_endpoint.ip, a.status),
            Body::FileHosting(a) => (a.actor.user.as_ref(), Some(&a.actor), a.src_endpoint.ip, a.status),
            _ => (None, None, None, Status::Unknown),
        };
        let expected = &pair["expected"];
        // A risk is a finding: it names its subject and address, and its rule is what the other parser calls the reason.
        if let Body::Finding(finding) = &event.body {
            let of = |kind| finding.involved.iter().filter(move |one| one.kind == kind);
            let users: Vec<_> = of(InvolvedKind::User).map(|one| Some(one.name.as_str())).collect();
            let ips: Vec<_> = of(InvolvedKind::Ip).map(|one| Some(one.name.as_str())).collect();
            // Its subject's address is blanked out in these records, the object id is not.
            score.compare(&name, "user", expected["user"]["id"].as_str(), &users);
            score.compare(&name, "ip", expected["source"]["ip"].as_str(), &ips);
            score.compare(&name, "rule", expected["event"]["reason"].as_str(), &[Some(finding.rule.as_str())]);
            continue;
        }
        let names = [
            user.and_then(|u| u.email_addr.as_deref()),
            user.and_then(|u| u.name.as_deref()),
            user.and_then(|u| u.uid.as_deref()),
            actor.and_then(|a| a.app_name.as_deref()),
        ];
        // Alerts name their subject as the user; the record itself is written by the service.
        if expected["user"]["id"].is_string() {
            score.compare(&name, "user", expected["user"]["name"].as_str().or(expected["user"]["email"].as_str()), &names);
        }
        score.compare(&name, "ip", expected["source"]["ip"].as_str(), &[ip.map(|ip| ip.to_string()).as_deref()]);
        if !matches!(event.body, Body::Authentication(_)) {
            score.compare(&name, "operation", expected["event"]["action"].as_str(), &[Some(operation(&event.body))]);
        }
        // A record without an outcome is counted as a success there, and left open here.
        if status != Status::Unknown {
            let found = if status == Status::Success { "success" } else { "failure" };
            score.compare(&name, "outcome", expected["event"]["outcome"].as_str(), &[Some(found)]);
        }
    }
    println!("{}: {} records, {:?}", folder.display(), score.records, score.fields);
    score.misses.iter().for_each(|miss| println!("  {miss}"));
    score
}

fn check_pairs(folder: &str, records: usize, floors: &[(&str, usize)]) {
    let Some(path) = corpus(folder) else { return };
    let score = pairs(&path);
    assert!(score.records >= records, "{folder}: {} of at least {records} records", score.records);
    for (field, floor) in floors {
        let (hits, _) = score.fields.get(field).copied().unwrap_or_default();
        assert!(hits >= *floor, "{folder}: {field} agrees {hits} times, at least {floor} wanted: {:#?}", score.misses);
    }
}

#[test]
fn fields_agree_with_an_independent_parser() {
    check_pairs("saas/sekoia/Office 365/o365/tests", 42, &[("user", 31), ("ip", 18), ("operation", 40), ("outcome", 25)]);
    check_pairs("saas/sekoia/Azure/azure-ad/tests", 16, &[("user", 13), ("ip", 12), ("rule", 3), ("operation", 8), ("outcome", 11)]);
    check_pairs(
        "saas/sekoia/Microsoft/microsoft-entraid-graphapi/tests",
        41,
        &[("user", 2), ("ip", 2), ("operation", 40), ("outcome", 40)],
    );
}
