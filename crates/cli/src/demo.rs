//! `weft demo`: a simulated company under attack, from raw inputs to the page.

use crate::args::{Demo, Replay};
use crate::exit::{Code, usage};
use crate::{clock, print, replay, serve, simulate};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use weft_runtime::{Report, SourceReport};
use weft_simulator::Options;
use weft_store::Store;

/// Runs the command.
pub fn run(options: &Demo) -> anyhow::Result<Code> {
    let once = options.once || std::env::var("WEFT_DEMO_ONCE").is_ok_and(|value| value == "1") || !std::io::stdin().is_terminal();
    let temporary = tempfile::Builder::new().prefix("weft-demo-").tempdir().context("cannot make a temporary folder; set TMPDIR")?;
    let raw = options.keep.clone().unwrap_or_else(|| temporary.path().join("company"));
    let mut out = std::io::stdout();
    writeln!(
        out,
        "Making a company of {} people with {} days of mail, audit records and packets (seed {}) ...",
        options.people, options.days, options.seed
    )?;
    let scenario =
        Options { scenario: "case-a".into(), seed: options.seed, people: options.people, days: options.days, ..Options::default() };
    let made = simulate::write(&scenario, &raw)?;
    writeln!(
        out,
        "{} mails, {} audit records, {} packets, {} MB. Analysing them ...",
        made.mails,
        made.audit_records,
        made.packets,
        made.raw_bytes / 1_000_000
    )?;
    let replayed = replay::replay(&Replay::of(vec![raw.join("raw")]))?;
    for incident in &replayed.incidents {
        print::incident(&mut out, incident, weft_narrative::Lang::En, false)?;
    }
    print::summary(&mut out, &replayed.report, replayed.progress, replayed.incidents.len())?;
    if replayed.incidents.is_empty() {
        return Err(anyhow::anyhow!("the attack was not found: please report this with the seed {}", options.seed));
    }
    if once {
        return Ok(Code::Done);
    }
    let store = Arc::new(Store::in_memory()?);
    for incident in &replayed.incidents {
        serve::put(&store, &replayed.store, incident)?;
    }
    store.set_meta("status", &serde_json::to_string(&by_folder(&replayed.report))?)?;
    let stop = serve::stop_on_signal()?;
    serve::runtime()?.block_on(async {
        let listener = serve::bind(options.listen).await.map_err(|error| usage(format!("{error:#} with --listen 127.0.0.1:0")))?;
        let link = weft_api::create_login_link(&store, "demo", clock::now_ms())?;
        writeln!(out, "\nOpen the incident (you are signed in by this link): http://{}{link}\nCtrl-C ends.", listener.local_addr()?)?;
        serve::serve(listener, store.clone(), stop).await
    })?;
    Ok(Code::Done)
}

/// The report with one line a folder: the page need not list nine thousand mails.
fn by_folder(report: &Report) -> Report {
    let mut folders: BTreeMap<String, SourceReport> = BTreeMap::new();
    for source in &report.sources {
        let folder = Path::new(&source.name)
            .parent()
            .and_then(Path::parent)
            .map_or_else(|| source.name.clone(), |folder| folder.display().to_string());
        let sum = folders.entry(folder.clone()).or_insert_with(|| SourceReport::new(folder));
        sum.add(source);
    }
    Report { sources: folders.into_values().collect(), ..report.clone() }
}
