//! Serves the page over incidents, prints a signed-in link on standard output and runs until standard input ends.
//!
//! For work on the page and its browser test: `cargo run -p weft-api --example serve_sample [-- PORT] [OPTIONS]`. Without options it serves
//! the sample in ui/fixtures. `--incidents FILE` serves what `weft replay --json` wrote, `--events FILE` the events behind it (one JSON object:
//! uid to event; without it the page says that they were not kept), `--empty` nothing.
#![allow(clippy::print_stdout, reason = "the link is this program's output")]
#![allow(clippy::indexing_slicing, reason = "writing members of a JSON object, as serde_json offers it")]
#![allow(clippy::disallowed_methods, reason = "the binary gives the clock")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::AsyncReadExt;
use weft_api::{ApiConfig, create_login_link, router, serve, set_password};
use weft_store::{Decision, IncidentRow, IncidentStatus, Store};

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Uid, title, score, domains, how many days before the main one, status.
type Lesser = (&'static str, &'static str, f64, &'static [&'static str], i64, IncidentStatus);

/// Lesser incidents, so that the list is one.
const OTHERS: [Lesser; 4] = [
    ("sample-b", "Possible takeover of a supplier's mailbox", 83.2, &["email", "network"], 3, IncidentStatus::InProgress),
    ("sample-c", "Possible password guessing against 3 accounts", 61.0, &["saas"], 6, IncidentStatus::New),
    ("sample-d", "Unsolicited disk images by mail <script>alert(1)</script>", 55.4, &["email"], 9, IncidentStatus::Closed),
    ("sample-e", "Regular small uploads at night", 31.7, &["network"], 11, IncidentStatus::New),
];

fn fill_from(store: &Store, incidents: &Path) -> Result<(), Box<dyn Error>> {
    for line in std::fs::read_to_string(incidents)?.lines().filter(|line| !line.trim().is_empty()) {
        store.put_incident(&IncidentRow::from_ocsf(line)?)?;
    }
    Ok(())
}

fn fill_events(store: &Store, events: &Path) -> Result<(), Box<dyn Error>> {
    let events: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(events)?)?;
    for (uid, event) in &events {
        store.put_evidence(uid, &event.to_string())?;
    }
    Ok(())
}

fn fill(store: &Store) -> Result<(), Box<dyn Error>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/fixtures");
    let mut incident: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(fixtures.join("incident.json"))?)?;
    let main = IncidentRow::from_ocsf(&incident.to_string())?;
    store.put_incident(&main)?;
    fill_events(store, &fixtures.join("events.json"))?;
    for (kind, text) in [
        ("opened", "sign-in from 203.0.113.91 one minute after a device of the same person reached it"),
        ("joined", "3 mails with the link: 11.4 bits via the host"),
        ("joined", "8 devices on the same new domain: 10.3 bits via the address"),
        ("refused", "a forwarding rule of another account: 0.4 bits, under the prior"),
    ] {
        store.append_decision(&Decision { time_ms: main.end_ms, kind: kind.into(), incident: main.uid.clone(), text: text.into() })?;
    }
    store.set_meta("status", r#"{"sources":[{"name":"email","read":2260,"events":2260,"dead_letter":0},{"name":"saas","read":20480,"events":20478,"dead_letter":2,"by_reason":{"not json":2}},{"name":"network","read":402113,"events":311204,"dead_letter":0}]}"#)?;
    for (uid, title, score, domains, days, status) in OTHERS {
        let shift = days * 24 * 60 * 60 * 1000;
        if let Some(weft) = incident.pointer_mut("/unmapped/weft") {
            weft["score"] = score.into();
            weft["domains"] = domains.into();
        }
        incident["desc"] = title.into();
        incident["metadata"]["uid"] = uid.into();
        incident["status_id"] = status.ocsf_id().into();
        let mut row = IncidentRow::from_ocsf(&incident.to_string())?;
        row.start_ms = main.start_ms - shift;
        row.end_ms = main.end_ms - shift;
        store.put_incident(&row)?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = arguments.iter().find_map(|text| text.parse::<u16>().ok()).unwrap_or(0);
    let store = Arc::new(Store::in_memory()?);
    let option = |name: &str| arguments.iter().skip_while(|text| *text != name).nth(1).map(Path::new);
    match option("--incidents") {
        Some(incidents) => fill_from(&store, incidents)?,
        None if arguments.iter().any(|text| text == "--empty") => {}
        None => fill(&store)?,
    }
    if let Some(events) = option("--events") {
        fill_events(&store, events)?;
    }
    set_password(&store, "analyst", "a long sample password")?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let mut config = ApiConfig::new(Arc::new(now_ms));
    // So that the page can be rebuilt without rebuilding this.
    config.public_dir_override = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist"));
    println!("http://{}{}", listener.local_addr()?, create_login_link(&store, "analyst", now_ms())?);
    let stop = async {
        let mut rest = Vec::new();
        let _ = tokio::io::stdin().read_to_end(&mut rest).await;
    };
    Ok(serve(listener, router(store, config), stop).await?)
}
