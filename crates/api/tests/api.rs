//! The API over a real listener: incidents, evidence, live changes, the page, and the generated contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod support;

use std::time::Duration;
use support::start;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use weft_store::Decision;

#[tokio::test]
async fn pages_of_the_list_cover_every_incident_once() {
    let service = start(|_| {}).await;
    for number in 0..23 {
        service.put(&format!("u{number:02}"), f64::from(number) * 4.0);
    }
    let cookie = service.sign_in().await;
    let mut seen = Vec::new();
    for offset in [0, 10, 20] {
        let page = service.get(&format!("/api/v1/incidents?limit=10&offset={offset}"), &cookie).await.json();
        assert_eq!(page["total"], 23);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["uid"].as_str().unwrap().to_owned()));
    }
    let expected: Vec<String> = (0..23).rev().map(|number| format!("u{number:02}")).collect();
    assert_eq!(seen, expected);
    let strong = service.get("/api/v1/incidents?min_score=80&domain=saas&status=new&q=title%20OF", &cookie).await.json();
    assert_eq!(strong["total"], 3);
    assert_eq!(strong["items"][0]["domains"], serde_json::json!(["email", "saas"]));
    assert_eq!(service.get("/api/v1/incidents?domain=network", &cookie).await.json()["total"], 0);
    for bad in ["limit=0", "limit=501", "limit=x", "offset=-1", "status=gone", "domain=phone", "min_score=a", "nonsense=1"] {
        service.get(&format!("/api/v1/incidents?{bad}"), &cookie).await.is_problem(400);
    }
}

#[tokio::test]
async fn an_incident_is_given_as_stored_and_its_status_can_be_set() {
    let service = start(|_| {}).await;
    service.put("a", 80.0);
    let cookie = service.sign_in().await;
    let stored = service.store.get_incident("a").unwrap().unwrap().json;
    let reply = service.get("/api/v1/incidents/a", &cookie).await;
    assert_eq!((reply.body.as_str(), reply.header("content-type")), (stored.as_str(), "application/json"));

    let changed = service.write("PATCH", "/api/v1/incidents/a", &cookie, r#"{"status":"closed"}"#).await;
    assert_eq!((changed.status, changed.json()["status_id"].as_i64()), (200, Some(5)));
    assert_eq!(service.get("/api/v1/incidents?status=closed", &cookie).await.json()["total"], 1);
    let log = service.get("/api/v1/incidents/a/decisions", &cookie).await.json();
    assert_eq!((log[0]["text"].as_str(), log[0]["time_ms"].as_i64()), (Some("ann set the status to closed"), Some(1_000_000)));

    for body in ["", "{", r#"{"status":"gone"}"#, r#"{"status":"new","score":1}"#, "[]"] {
        service.write("PATCH", "/api/v1/incidents/a", &cookie, body).await.is_problem(400);
    }
    service.write("PATCH", "/api/v1/incidents/none", &cookie, r#"{"status":"new"}"#).await.is_problem(404);
    service.get("/api/v1/incidents/none", &cookie).await.is_problem(404);
    service.get("/api/v1/incidents/none/decisions", &cookie).await.is_problem(404);
    service.get(&format!("/api/v1/incidents/{}", "a".repeat(200)), &cookie).await.is_problem(400);
    service.get("/api/v1/incidents/%ff", &cookie).await.is_problem(400);
}

#[tokio::test]
async fn a_merged_incident_is_found_under_its_old_address() {
    let service = start(|_| {}).await;
    service.put("old", 60.0);
    service.put("new", 80.0);
    service
        .store
        .append_decision(&Decision { time_ms: 1, kind: "merged".into(), incident: "new".into(), text: "with old".into() })
        .unwrap();
    service.store.put_redirect("old", "new").unwrap();
    let cookie = service.sign_in().await;
    assert_eq!(service.get("/api/v1/incidents/old", &cookie).await.json()["metadata"]["uid"], "new");
    assert_eq!(service.get("/api/v1/incidents/old/decisions", &cookie).await.json()[0]["text"], "with old");
}

#[tokio::test]
async fn a_verdict_is_given_listed_and_undone() {
    let service = start(|_| {}).await;
    let put = |uid: &str, indicators: &[&str]| {
        let indicators: Vec<_> = indicators.iter().map(|uid| serde_json::json!({"uid": uid})).collect();
        let json = serde_json::json!({"metadata": {"uid": uid}, "unmapped": {"weft": {"score": 60.0, "indicators": indicators}}});
        service.store.put_incident(&weft_store::IncidentRow::from_ocsf(&json.to_string()).unwrap()).unwrap();
    };
    put("a", &["i1", "i2", "i3"]);
    put("b", &["i4"]);
    let cookie = service.sign_in().await;
    let path = "/api/v1/incidents/a/verdicts";
    let apart = service.write("POST", path, &cookie, r#"{"kind":"keep_apart","indicators":["i2"]}"#).await;
    assert_eq!((apart.status, &apart.json()["pairs"]), (201, &serde_json::json!([["i2", "i1"], ["i2", "i3"]])));
    let link = service.write("POST", path, &cookie, r#"{"kind":"link","other":"b"}"#).await.json();
    assert_eq!(link["pairs"], serde_json::json!([["i1", "i4"]]));
    let dismissed = service.write("POST", path, &cookie, r#"{"kind":"dismiss"}"#).await.json();
    assert_eq!(dismissed["members"], 3);
    let stored = service.get("/api/v1/incidents/a", &cookie).await.json();
    assert_eq!((stored["status_id"].as_i64(), stored["verdict_id"].as_i64()), (Some(5), Some(1)));
    assert_eq!(service.get(path, &cookie).await.json().as_array().unwrap().len(), 3);
    let undo = format!("/api/v1/verdicts/{}", dismissed["id"]);
    assert_eq!(service.write("DELETE", &undo, &cookie, "").await.status, 204);
    service.write("DELETE", &undo, &cookie, "").await.is_problem(404);
    let item = service.get("/api/v1/incidents?q=untitled", &cookie).await.json()["items"].clone();
    assert_eq!(item[0]["lifecycle"], "reopened");
    let kinds =
        |rows: serde_json::Value| rows.as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(kinds(service.get(path, &cookie).await.json()), ["keep_apart", "link"]);

    service.write("PATCH", "/api/v1/incidents/a", &cookie, r#"{"status":"resolved"}"#).await;
    assert_eq!(kinds(service.get(path, &cookie).await.json()), ["keep_apart", "link", "close"]);
    service.write("PATCH", "/api/v1/incidents/a", &cookie, r#"{"status":"in_progress"}"#).await;
    assert_eq!(kinds(service.get(path, &cookie).await.json()), ["keep_apart", "link"]);
    for body in
        [r#"{"kind":"link"}"#, r#"{"kind":"link","other":"a"}"#, r#"{"kind":"keep_apart","indicators":["i9"]}"#, r#"{"kind":"guess"}"#]
    {
        service.write("POST", path, &cookie, body).await.is_problem(400);
    }
    service.write("POST", "/api/v1/incidents/none/verdicts", &cookie, r#"{"kind":"confirm"}"#).await.is_problem(404);
    service.get(path, "").await.is_problem(401);
}

#[tokio::test]
async fn evidence_and_status_are_passed_through() {
    let service = start(|_| {}).await;
    let cookie = service.sign_in().await;
    service.store.put_evidence("e1", r#"{"class_uid":4009,"raw_data":"Subject: <b>"}"#).unwrap();
    assert_eq!(service.get("/api/v1/events/e1", &cookie).await.body, r#"{"class_uid":4009,"raw_data":"Subject: <b>"}"#);
    service.get("/api/v1/events/e2", &cookie).await.is_problem(404);
    assert_eq!(service.get("/api/v1/status", &cookie).await.json(), serde_json::json!({"sources": []}));
    service.store.set_meta("status", r#"{"sources":[{"name":"email","read":3}]}"#).unwrap();
    assert_eq!(service.get("/api/v1/status", &cookie).await.json()["sources"][0]["read"], 3);
}

#[tokio::test]
async fn a_live_page_hears_of_a_change_and_does_not_hold_up_the_end() {
    let mut service = start(|_| {}).await;
    let cookie = service.sign_in().await;
    let mut socket = TcpStream::connect(service.address).await.unwrap();
    let request = format!("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    read_until(&mut socket, &mut text, "event: resync").await;
    assert!(text.contains("text/event-stream"), "{text}");
    service.put("a", 70.0);
    read_until(&mut socket, &mut text, "\"uid\":\"a\"").await;
    assert!(text.contains("event: incident"), "{text}");

    service.stop.take().unwrap().send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), service.ended).await;
    ended.expect("the service ends although a page is open").unwrap().unwrap();
}

#[tokio::test]
async fn signing_out_ends_the_live_page() {
    let service = start(|_| {}).await;
    let cookie = service.sign_in().await;
    let mut socket = TcpStream::connect(service.address).await.unwrap();
    socket
        .write_all(format!("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut text = String::new();
    read_until(&mut socket, &mut text, "event: resync").await;
    assert_eq!(service.write("POST", "/api/v1/logout", &cookie, "").await.status, 204);
    service.put("a", 70.0);
    let mut rest = String::new();
    socket.read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("\"uid\""), "{rest}");
}

async fn read_until(socket: &mut TcpStream, text: &mut String, wanted: &str) {
    let mut buffer = [0u8; 4096];
    while !text.contains(wanted) {
        let read = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut buffer)).await.expect("an event within 20 s").unwrap();
        assert!(read > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

#[tokio::test]
async fn the_page_is_served_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public");
    std::fs::create_dir_all(public.join("assets")).unwrap();
    std::fs::write(public.join("index.html"), "<!doctype html>the page").unwrap();
    std::fs::write(public.join("assets/a-1.js"), "1").unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let service = start(|config| config.public_dir_override = Some(public)).await;
    for path in ["/", "/incidents/abc", "/login", "/../secret", "/%2e%2e/secret", "/assets/../../secret"] {
        let reply = service.get(path, "").await;
        assert!(!reply.body.contains("secret"), "{path}: {reply:?}");
    }
    let page = service.get("/incidents/abc", "").await;
    assert_eq!((page.status, page.body.as_str(), page.header("cache-control")), (200, "<!doctype html>the page", "no-cache"));
    let script = service.get("/assets/a-1.js", "").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.header("cache-control").contains("immutable"));
    service.get("/assets/gone.js", "").await.is_problem(404);
    service.get("/api/v2/incidents", "").await.is_problem(404);
    service.write("POST", "/", "", "{}").await.is_problem(405);
    service.write("DELETE", "/api/v1/health", "", "").await.is_problem(405);
}

#[tokio::test]
async fn the_embedded_page_is_there() {
    let service = start(|_| {}).await;
    let page = service.get("/", "").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.body.contains("Weft"));
}

/// `UPDATE=1 cargo test -p weft-api` rewrites the file; the page's types are then made anew by `npm run types` in ui/.
#[test]
fn the_committed_contract_is_the_generated_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/api/openapi.json");
    let generated = weft_api::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "schemas/api/openapi.json is out of date: UPDATE=1 cargo test -p weft-api, then npm run types in ui/");
}

#[tokio::test]
async fn the_contract_is_served() {
    let service = start(|_| {}).await;
    let served = service.get("/api/openapi.json", "").await.json();
    assert_eq!(served, serde_json::to_value(weft_api::openapi()).unwrap());
    assert!(served["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", served["openapi"]);
}

#[test]
fn the_sample_incident_keeps_the_contract_and_its_parts_add_up() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/fixtures/incident.json");
    let finding: weft_api::IncidentFinding = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let weft = finding.unmapped.weft;
    let thousandths = |bits: f64| (bits * 1000.0).round() as i64;
    assert_eq!(weft.indicators.iter().map(|part| thousandths(part.evidence_bits)).sum::<i64>(), thousandths(weft.evidence_bits));
    assert!(!weft.indicators.is_empty());
    for indicator in &weft.indicators {
        assert_eq!(indicator.why.iter().map(|why| thousandths(why.bits)).sum::<i64>(), thousandths(indicator.bits), "{}", indicator.title);
    }
}
