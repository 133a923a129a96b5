//! The lines of the decision log: English as stitching wrote them, Japanese made of the same parts.

use crate::speech::{Arg, Lang, say};
use weft_model::{Decision, DecisionKind, Incident, IndicatorUid, Text};

/// Longest part of a title that a sentence repeats, in characters.
const MAX_TITLE: usize = 80;

/// One line in both languages.
pub fn decision(incident: &Incident, line: &Decision) -> Text {
    let what = japanese_title(incident, line.indicator).unwrap_or_else(|| quoted(&line.text));
    let other = line.other.and_then(|uid| japanese_title(incident, uid)).unwrap_or_default();
    let via = line.via.as_ref().map(ToString::to_string).unwrap_or_default();
    let bits = line.bits.value();
    let bits = if line.kind == DecisionKind::Opened { format!("{bits:.1}") } else { format!("{bits:+.1}") };
    let key = match line.kind {
        DecisionKind::Opened => "decision-opened",
        DecisionKind::Joined | DecisionKind::Merged => "decision-joined",
        DecisionKind::Refused => "decision-refused",
        DecisionKind::Split => "decision-split",
    };
    let args = [("what", Arg::Name(&what)), ("other", Arg::Name(&other)), ("via", Arg::Name(&via)), ("bits", Arg::Name(&bits))];
    Text { en: line.text.clone(), ja: say(key, &args).ja }
}

fn japanese_title(incident: &Incident, uid: IndicatorUid) -> Option<String> {
    let one = incident.contributions.iter().map(|part| &part.indicator).find(|one| one.uid == uid)?;
    Some(Lang::Ja.choose(&one.title, &one.title_ja).chars().take(MAX_TITLE).collect())
}

/// What stands first between quotation marks: of what was kept out the incident holds no more.
fn quoted(text: &str) -> String {
    text.split_once('\u{201c}')
        .and_then(|(_, rest)| rest.split_once('\u{201d}'))
        .map_or_else(|| text.to_owned(), |(title, _)| title.to_owned())
}
