//! What the store promises, on a real file and in memory.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use weft_store::{Decision, IncidentRow, IncidentStatus, ListQuery, Login, MAX_SESSIONS_PER_USER, Store, StoreError, Verdict, VerdictKind};

fn incident(uid: &str, score: f64, title: &str, domains: &[&str]) -> IncidentRow {
    let json = serde_json::json!({
        "class_uid": 2005, "metadata": {"uid": uid}, "desc": title, "status_id": 1, "severity_id": 4, "start_time": 10, "end_time": 20,
        "unmapped": {"weft": {"score": score, "domains": domains, "revision": 1, "indicators": [{"title": "Größe 100%"}, {}]}}
    });
    IncidentRow::from_ocsf(&json.to_string()).unwrap()
}

fn uids(store: &Store, query: &ListQuery) -> Vec<String> {
    store.list_summaries(query).unwrap().rows.into_iter().map(|row| row.uid).collect()
}

#[test]
fn an_incident_comes_back_as_it_was_stored() {
    let store = Store::in_memory().unwrap();
    let row = incident("a1", 97.25, "Possible hijack", &["email", "saas"]);
    store.put_incident(&row).unwrap();
    assert_eq!(store.get_incident("a1").unwrap(), Some(row.clone()));
    assert_eq!(store.list_incidents(&ListQuery::default()).unwrap(), vec![row]);
    assert_eq!(store.list_summaries(&ListQuery::default()).unwrap().rows[0].indicators, 2);
}

#[test]
fn filters_narrow_the_list_and_pages_cover_it_once() {
    let store = Store::in_memory().unwrap();
    for (number, domain) in ["email", "saas", "network"].into_iter().cycle().take(30).enumerate() {
        store.put_incident(&incident(&format!("u{number:02}"), number as f64, &format!("Title {number}"), &[domain])).unwrap();
    }
    let all = uids(&store, &ListQuery::default());
    assert_eq!((all.len(), all[0].as_str()), (30, "u29"), "the highest score comes first");
    let mut paged = Vec::new();
    for offset in [0, 7, 14, 21, 28] {
        paged.extend(uids(&store, &ListQuery { limit: 7, offset, ..ListQuery::default() }));
    }
    assert_eq!(paged, all);
    assert_eq!(uids(&store, &ListQuery { domain: Some("saas".into()), ..ListQuery::default() }).len(), 10);
    assert_eq!(uids(&store, &ListQuery { min_score: Some(28.0), ..ListQuery::default() }), ["u29", "u28"]);
    assert_eq!(uids(&store, &ListQuery { text: Some("TITLE 17".into()), ..ListQuery::default() }), ["u17"]);
    assert_eq!(uids(&store, &ListQuery { text: Some("größe 100%".into()), ..ListQuery::default() }).len(), 30);
    assert!(uids(&store, &ListQuery { text: Some("severity_id".into()), ..ListQuery::default() }).is_empty(), "member names are not text");
    assert!(uids(&store, &ListQuery { text: Some("%".repeat(9)), ..ListQuery::default() }).is_empty(), "no wildcards");
    store.set_status("u17", IncidentStatus::Closed).unwrap();
    assert_eq!(uids(&store, &ListQuery { status: Some(IncidentStatus::Closed), ..ListQuery::default() }), ["u17"]);
}

#[test]
fn the_analysts_status_survives_a_new_revision_and_shows_in_the_json() {
    let store = Store::in_memory().unwrap();
    store.put_incident(&incident("a", 60.0, "First", &[])).unwrap();
    assert!(store.set_status("a", IncidentStatus::InProgress).unwrap());
    store.put_incident(&incident("a", 80.5, "Second", &[])).unwrap();
    let row = store.get_incident("a").unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.status), ("Second", IncidentStatus::InProgress));
    let json: serde_json::Value = serde_json::from_str(&row.json).unwrap();
    assert_eq!((json["status_id"].as_i64(), json["status"].as_str()), (Some(2), Some("In Progress")));
    assert_eq!(json["unmapped"]["weft"]["score"].as_f64(), Some(80.5));
    assert!(!store.set_status("nobody", IncidentStatus::Closed).unwrap());
}

#[test]
fn a_merged_incident_is_found_under_its_old_uid_and_keeps_its_status() {
    let store = Store::in_memory().unwrap();
    for uid in ["a", "b", "c"] {
        store.put_incident(&incident(uid, 60.0, uid, &[])).unwrap();
    }
    store.set_status("a", IncidentStatus::InProgress).unwrap();
    store.put_redirect("a", "b").unwrap();
    store.put_redirect("b", "c").unwrap();
    let found = store.get_incident("a").unwrap().unwrap();
    assert_eq!((found.uid.as_str(), found.status), ("c", IncidentStatus::InProgress));
    assert_eq!(uids(&store, &ListQuery::default()), ["c"]);
    // The first uid becomes the remaining one after all: no ring.
    store.put_redirect("c", "a").unwrap();
    assert_eq!(store.get_incident("b").unwrap(), None);
    store.put_incident(&incident("a", 70.0, "a", &[])).unwrap();
    assert_eq!(store.get_incident("b").unwrap().unwrap().uid, "a");
    assert!(matches!(store.put_redirect("a", "a"), Err(StoreError::Invalid(_))));
}

#[test]
fn listeners_hear_of_changes() {
    let store = Store::in_memory().unwrap();
    let mut listener = store.subscribe();
    store.put_incident(&incident("a", 60.0, "a", &[])).unwrap();
    store.set_status("a", IncidentStatus::Closed).unwrap();
    store.delete_incident("a").unwrap();
    assert!(!store.delete_incident("a").unwrap());
    let heard: Vec<u64> = std::iter::from_fn(|| listener.try_recv().ok()).map(|change| change.sequence).collect();
    assert_eq!(heard, [1, 2, 3]);
}

#[test]
fn bad_input_is_refused_by_name() {
    let store = Store::in_memory().unwrap();
    let reason = |result: Result<(), StoreError>| result.unwrap_err().to_string();
    assert!(
        reason(store.put_incident(&IncidentRow { uid: "a".into(), json: "[".into(), ..IncidentRow::default() })).contains("cannot be read")
    );
    assert!(
        reason(store.put_incident(&IncidentRow { uid: "a".into(), json: "{}".into(), score: f64::NAN, ..IncidentRow::default() }))
            .contains("score")
    );
    assert!(reason(store.put_incident(&IncidentRow { json: "{}".into(), ..IncidentRow::default() })).contains("uid"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(reason(store.put_evidence("e", &deep)).contains("not JSON"));
    assert!(reason(store.put_evidence("e", &format!("\"{}\"", "x".repeat(2 << 20)))).contains("at most"));
    assert!(store.put_evidence_batch([("ok", "{}"), ("bad", "{")]).is_err());
    assert_eq!(store.get_evidence("ok").unwrap(), None, "all or none");
    assert!(reason(store.ensure_user("a\nb")).contains("user name"));
}

#[test]
fn the_file_keeps_everything_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weft.db");
    {
        let store = Store::open(&path).unwrap();
        store.put_incident(&incident("a", 60.0, "a", &[])).unwrap();
        store.put_evidence("e", r#"{"class_uid":4009}"#).unwrap();
        store.set_meta("status", "{}").unwrap();
        store.set_cursor("mail", "17").unwrap();
        store.put_user("ann", "$argon2id$...").unwrap();
        let opened = Decision { time_ms: 5, kind: "opened".into(), incident: "a".into(), text: "sign-in from a new place".into() };
        store.append_decision(&opened).unwrap();
        store.append_decision(&Decision { incident: "b".into(), ..opened }).unwrap();
    }
    let store = Store::open(&path).unwrap();
    assert!(store.get_incident("a").unwrap().is_some());
    assert_eq!(store.get_evidence("e").unwrap().as_deref(), Some(r#"{"class_uid":4009}"#));
    assert_eq!(store.get_meta("status").unwrap().as_deref(), Some("{}"));
    assert_eq!(store.get_cursor("mail").unwrap().as_deref(), Some("17"));
    assert_eq!(store.get_cursor("saas").unwrap(), None);
    assert_eq!(store.get_user("ann").unwrap().unwrap().password_hash.as_deref(), Some("$argon2id$..."));
    assert_eq!(store.list_decisions(Some("a"), 0, 10).unwrap().len(), 1);
    let all = store.list_decisions(None, 0, 10).unwrap();
    assert_eq!(store.list_decisions(None, all[0].id, 10).unwrap(), all[1..]);
    #[cfg(unix)]
    for name in ["weft.db", "weft.db-wal"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weft.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::TooNew { found: 999, .. })));
    assert!(matches!(Store::open(folder.path().join("none/weft.db")), Err(StoreError::Create { .. })));
}

#[test]
fn tokens_end_and_links_work_once() {
    let store = Store::in_memory().unwrap();
    let login = Login { user: "ann".into(), expires_ms: 100 };
    store.put_session(&[1; 32], &login, 0).unwrap();
    assert_eq!(store.get_session(&[1; 32], 99).unwrap(), Some(login.clone()));
    assert_eq!(store.get_session(&[1; 32], 100).unwrap(), None);
    store.delete_session(&[1; 32]).unwrap();
    assert_eq!(store.get_session(&[1; 32], 99).unwrap(), None);
    store.put_login_link(&[2; 32], &login, 0).unwrap();
    assert_eq!(store.take_login_link(&[2; 32], 50).unwrap(), Some(login.clone()));
    assert_eq!(store.take_login_link(&[2; 32], 50).unwrap(), None);
    store.put_login_link(&[3; 32], &login, 0).unwrap();
    assert_eq!(store.take_login_link(&[3; 32], 100).unwrap(), None, "too late");
    for number in 0..=MAX_SESSIONS_PER_USER as u8 {
        store.put_session(&[number; 32], &Login { expires_ms: 1000 + i64::from(number), ..login.clone() }, 0).unwrap();
    }
    assert_eq!(store.get_session(&[0; 32], 0).unwrap(), None, "the oldest made room");
    assert!(store.get_session(&[1; 32], 0).unwrap().is_some());
    store.put_user("ann", "new").unwrap();
    assert_eq!(store.get_session(&[1; 32], 0).unwrap(), None, "a new password ends the sessions");
}

#[test]
fn a_verdict_stands_until_it_is_undone() {
    let store = Store::in_memory().unwrap();
    store.put_incident(&incident("a", 60.0, "First", &[])).unwrap();
    let verdict = |kind| Verdict {
        time_ms: 5,
        user: "ann".into(),
        kind,
        incident: "a".into(),
        pairs: vec![("i1".into(), "i2".into())],
        members: vec!["i1".into(), "i2".into()],
    };
    let before = store.verdict_version().unwrap();
    let dismissed = store.put_verdict(&verdict(VerdictKind::Dismiss)).unwrap();
    let state = || {
        let row = store.get_incident("a").unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_str(&row.json).unwrap();
        (row.status, json["status_id"].as_i64(), json["verdict_id"].as_i64())
    };
    assert_eq!(state(), (IncidentStatus::Closed, Some(5), Some(1)));
    store.put_incident(&incident("a", 61.0, "Second", &[])).unwrap();
    assert_eq!(state(), (IncidentStatus::Closed, Some(5), Some(1)), "a later revision keeps it");
    assert_eq!(store.standing_verdicts(Some("a")).unwrap()[0].verdict, verdict(VerdictKind::Dismiss));
    assert_eq!(store.undo_verdict(dismissed, 9).unwrap().unwrap().undone_ms, Some(9));
    assert_eq!(state(), (IncidentStatus::New, Some(1), None));
    assert_eq!(store.undo_verdict(dismissed, 10).unwrap(), None, "only once");
    assert!(store.standing_verdicts(None).unwrap().is_empty());
    assert_eq!(store.verdict_version().unwrap(), before + 2);
}

#[test]
fn the_last_thing_that_happened_is_where_an_incident_stands() {
    let store = Store::in_memory().unwrap();
    store.put_incident(&incident("a", 60.0, "First", &[])).unwrap();
    let stands = || store.list_summaries(&ListQuery::default()).unwrap().rows[0].lifecycle.clone();
    assert_eq!(stands(), "new");
    for (kind, expected) in
        [("opened", "new"), ("changed", "growing"), ("status", "growing"), ("merged", "merged"), ("reopened", "reopened")]
    {
        store.append_decision(&Decision { time_ms: 1, kind: kind.into(), incident: "a".into(), text: String::new() }).unwrap();
        assert_eq!(stands(), expected);
    }
}
