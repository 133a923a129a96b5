//! Incidents as text for a terminal.

use std::io::{self, Write};
use weft_correlator::Progress;
use weft_model::{Act, Domain, EventTime, Incident};
use weft_narrative::Lang;
use weft_runtime::report::Report;

/// Timeline lines shown; the page and `--json` have them all.
const MAX_LINES: usize = 40;
/// Exposed people shown.
const MAX_PEOPLE: usize = 15;

/// Control characters and direction marks of hostile input must not reach the terminal.
pub fn clean(text: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect()
}

fn clock(at: EventTime) -> String {
    at.to_rfc3339().get(5..16).unwrap_or_default().replace('T', " ")
}

/// One incident: title, score, narrative, whom it reached, timeline in three columns, actions with their reason; with
/// `explain` the decision log, too.
pub fn incident(out: &mut dyn Write, incident: &Incident, lang: Lang, explain: bool) -> io::Result<()> {
    let words = if lang == Lang::Ja { &JA } else { &EN };
    let choose = |en, ja| clean(lang.choose(en, ja));
    writeln!(out, "\n{}", "=".repeat(100))?;
    writeln!(out, "{}  {}", words.incident, choose(&incident.title, &incident.title_ja))?;
    let domains: Vec<&str> = incident.domains.iter().map(|domain| domain.as_str()).collect();
    writeln!(
        out,
        "{} {:.0} / 100 ({} {})   {} - {}   {}",
        words.score,
        incident.score,
        incident.evidence_bits.value(),
        words.bits,
        incident.start.to_rfc3339(),
        incident.end.to_rfc3339(),
        domains.join(", ")
    )?;
    writeln!(out)?;
    for paragraph in lang.choose(&incident.narrative.en, &incident.narrative.ja).lines() {
        writeln!(out, "{}", clean(paragraph))?;
    }
    if !incident.exposed.is_empty() {
        writeln!(out, "\n{}", words.exposed)?;
    }
    for person in incident.exposed.iter().take(MAX_PEOPLE) {
        let acts: Vec<String> =
            person.acts.iter().map(|exposure| format!("{} {}", words.act(exposure.act), clock(exposure.time))).collect();
        let mark = if person.is_patient_zero { "1" } else { " " };
        writeln!(out, "  {mark} {}: {}", clean(&person.name), acts.join(", "))?;
    }
    rest(out, words, incident.exposed.len(), MAX_PEOPLE)?;
    writeln!(out, "\n{}", words.timeline)?;
    for entry in incident.timeline.iter().take(MAX_LINES) {
        let lane = match entry.domain {
            Domain::Email => "E    ",
            Domain::Saas => "  S  ",
            Domain::Network => "    N",
        };
        let mark = if entry.indicator.is_none() { "*" } else { " " };
        writeln!(out, "  {}  {lane} {mark} {}", clock(entry.time), choose(&entry.text, &entry.text_ja))?;
    }
    rest(out, words, incident.timeline.len(), MAX_LINES)?;
    writeln!(out, "\n{}", words.recommended)?;
    for action in &incident.recommended {
        writeln!(out, "  {}{}", words.would_have, choose(&action.text, &action.text_ja))?;
        if !lang.of(&action.reason).is_empty() {
            writeln!(out, "      {} {}", clean(lang.of(&action.reason)), clean(lang.of(&action.effect)))?;
        }
    }
    let recipient = lang.of(&incident.narrative.recipient);
    if !recipient.is_empty() {
        writeln!(out, "\n{}\n  {}", words.recipient, clean(recipient))?;
    }
    if explain {
        writeln!(out, "\n{}", words.decisions)?;
        for decision in &incident.decisions {
            let text = weft_narrative::decision(incident, decision);
            writeln!(out, "  {:<8} {}", decision.kind.as_str(), clean(lang.of(&text)))?;
        }
    }
    writeln!(out, "{}", "=".repeat(100))
}

fn rest(out: &mut dyn Write, words: &Words, count: usize, most: usize) -> io::Result<()> {
    if count > most { writeln!(out, "  ... {} {}", count - most, words.more) } else { Ok(()) }
}

/// The frame around an incident's own texts.
struct Words {
    incident: &'static str,
    score: &'static str,
    bits: &'static str,
    exposed: &'static str,
    acts: [(Act, &'static str); 5],
    timeline: &'static str,
    recommended: &'static str,
    would_have: &'static str,
    recipient: &'static str,
    decisions: &'static str,
    more: &'static str,
}

impl Words {
    fn act(&self, act: Act) -> &'static str {
        self.acts.iter().find(|(known, _)| *known == act).map_or("", |(_, word)| word)
    }
}

const EN: Words = Words {
    incident: "INCIDENT",
    score: "score",
    bits: "bits of evidence; 50 is the alert threshold",
    exposed: "EXPOSED (1 = patient zero)",
    acts: [
        (Act::Received, "received"),
        (Act::Opened, "opened"),
        (Act::Clicked, "contacted the site"),
        (Act::Replied, "answered"),
        (Act::Entered, "account used by somebody else"),
    ],
    timeline: "TIMELINE (UTC)   E = email, S = SaaS, N = network; * = found by the investigation",
    recommended: "RECOMMENDED (passive mode: nothing was done)",
    would_have: "would have: ",
    recipient: "FOR WHO GOT THE MAIL",
    decisions: "DECISIONS (bits above 0 join)",
    more: "more (see the page, or --json)",
};

const JA: Words = Words {
    incident: "インシデント",
    score: "スコア",
    bits: "ビットの証拠。50 が警告の基準",
    exposed: "影響を受けた人（1 = 最初の被害者）",
    acts: [
        (Act::Received, "受信"),
        (Act::Opened, "開封"),
        (Act::Clicked, "サイトに接続"),
        (Act::Replied, "返信"),
        (Act::Entered, "アカウントの第三者利用"),
    ],
    timeline: "タイムライン（UTC）   E = メール、S = SaaS、N = ネットワーク、* = 調査で見つかったもの",
    recommended: "推奨する対応（受動モードのため未実施）",
    would_have: "・",
    recipient: "メールの受信者向け",
    decisions: "判断の記録（0 ビットを超えると結び付く）",
    more: "件（ページまたは --json を参照）",
};

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
