//! Incidents as text for a terminal.

use std::io::{self, Write};
use weft_correlator::Progress;
use weft_model::{Domain, EventTime, Incident};
use weft_runtime::report::Report;

/// Timeline lines shown; the page and `--json` have them all.
const MAX_LINES: usize = 40;

/// Control characters and direction marks of hostile input must not reach the terminal.
pub fn clean(text: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect()
}

fn clock(at: EventTime) -> String {
    at.to_rfc3339().get(5..16).unwrap_or_default().replace('T', " ")
}

/// One incident: title, score, narrative, timeline in three columns, actions; with `explain` the decision log, too.
pub fn incident(out: &mut dyn Write, incident: &Incident, explain: bool) -> io::Result<()> {
    writeln!(out, "\n{}", "=".repeat(100))?;
    writeln!(out, "INCIDENT  {}", clean(&incident.title))?;
    let domains: Vec<&str> = incident.domains.iter().map(|domain| domain.as_str()).collect();
    writeln!(
        out,
        "score {:.0} of 100 ({} bits of evidence; 50 is the alert threshold)   {} to {}   {}",
        incident.score,
        incident.evidence_bits.value(),
        incident.start.to_rfc3339(),
        incident.end.to_rfc3339(),
        domains.join(", ")
    )?;
    writeln!(out, "\n{}", clean(&incident.narrative.en))?;
    writeln!(out, "\nTIMELINE (UTC)   E = email, S = SaaS, N = network; * = found by the investigation")?;
    for entry in incident.timeline.iter().take(MAX_LINES) {
        let lane = match entry.domain {
            Domain::Email => "E    ",
            Domain::Saas => "  S  ",
            Domain::Network => "    N",
        };
        let mark = if entry.indicator.is_none() { "*" } else { " " };
        writeln!(out, "  {}  {lane} {mark} {}", clock(entry.time), clean(&entry.text))?;
    }
    if incident.timeline.len() > MAX_LINES {
        writeln!(out, "  ... and {} more (see the page, or --json)", incident.timeline.len() - MAX_LINES)?;
    }
    writeln!(out, "\nRECOMMENDED (passive mode: nothing was done)")?;
    for action in &incident.recommended {
        writeln!(out, "  would have: {}", clean(&action.text))?;
    }
    if explain {
        writeln!(out, "\nDECISIONS (bits above 0 join)")?;
        for decision in &incident.decisions {
            writeln!(out, "  {:<8} {}", decision.kind.as_str(), clean(&decision.text))?;
        }
    }
    writeln!(out, "{}", "=".repeat(100))
}

/// What was read and found.
pub fn summary(out: &mut dyn Write, report: &Report, progress: Progress, incidents: usize) -> io::Result<()> {
    let sum = |part: fn(&weft_runtime::report::SourceReport) -> u64| report.sources.iter().map(part).sum::<u64>();
    let (read, dead) = (sum(|s| s.read), sum(|s| s.dead_letter));
    let noun = if incidents == 1 { "incident" } else { "incidents" };
    writeln!(
        out,
        "{incidents} {noun}. {} events from {read} records in {} files, {dead} bad; {:.1} s ({:.0} events/s), {} MB peak.",
        progress.events,
        report.sources.len(),
        report.seconds,
        progress.events as f64 / report.seconds.max(1e-3),
        report.peak_rss_bytes / 1_000_000
    )
}
