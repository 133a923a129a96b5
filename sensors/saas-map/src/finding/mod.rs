//! Alerts of other products to Detection Findings, one module a format. What a product or an analyst concluded later (status,
//! classification, incident number, labels of a data set) is no evidence and is not read.

mod ait;
mod microsoft;
mod microsoft_entity;
mod risk;
pub mod suricata;

use crate::error::MapError;
use crate::field::{MAX_PATH_BYTES, MAX_TEXT_BYTES, cut};
use serde_json::Value;
use weft_model::{Body, DetectionFinding, Event, EventTime, EventUid, Involved, InvolvedKind, Metadata};

/// Most things one finding names, and most names of one thing.
const MAX_INVOLVED: usize = 256;
const MAX_ALIASES: usize = 16;
/// Most techniques or tactics.
const MAX_ATTACKS: usize = 64;

/// Maps a record that is an alert: OCSF Detection Finding, Microsoft security alert (Sentinel table, Graph `alerts_v2`, Defender),
/// Entra ID risk detection or risky user, Suricata EVE alert, a row of an alert table. `None` when it is none of these.
pub fn map(record: &Value, raw: &str) -> Option<Result<Event, MapError>> {
    if record.get("class_uid").and_then(Value::as_i64) == Some(2004) {
        return Some(weft_wire::event_from_ocsf(record).map_err(|_| MapError::BadFinding));
    }
    if microsoft::is_record(record) {
        return Some(microsoft::map(record, raw));
    }
    if suricata::is_record(record) {
        return Some(suricata::map(record, raw));
    }
    if ait::is_record(record) {
        return Some(ait::map(record));
    }
    let (inner, is_detection) = risk::view(record)?;
    Some(risk::map(record, inner, is_detection, raw))
}

/// Severity in words (any case) as OCSF `severity_id`.
fn severity(word: &str) -> u8 {
    match word.to_ascii_lowercase().as_str() {
        "informational" | "info" | "none" | "hidden" => 1,
        "low" | "minor" => 2,
        "medium" | "major" => 3,
        "high" => 4,
        "critical" => 5,
        "fatal" => 6,
        _ => 0,
    }
}

/// `CredentialAccess`, `Credential Access` or `credential-access` as the short name of ATT&CK; `None` for words that are no tactic.
fn tactic(word: &str) -> Option<String> {
    let mut name = String::new();
    for letter in word.trim().chars().take(MAX_TEXT_BYTES) {
        if letter.is_ascii_uppercase() && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        name.push(if letter == ' ' || letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    let name = name.replace("--", "-");
    const TACTICS: [&str; 14] = [
        "reconnaissance",
        "resource-development",
        "initial-access",
        "execution",
        "persistence",
        "privilege-escalation",
        "defense-evasion",
        "credential-access",
        "discovery",
        "lateral-movement",
        "collection",
        "command-and-control",
        "exfiltration",
        "impact",
    ];
    TACTICS.contains(&name.as_str()).then_some(name)
}

/// Whether a text is an ATT&CK technique id (`T1566`, `T1566.002`).
fn is_technique(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('T') else { return false };
    let (number, sub) = rest.split_once('.').unwrap_or((rest, "000"));
    number.len() == 4 && sub.len() == 3 && number.bytes().chain(sub.bytes()).all(|byte| byte.is_ascii_digit())
}

/// Adds somebody or something once, by its first name; further names become aliases. Nothing without a name.
fn involve(kind: InvolvedKind, names: impl IntoIterator<Item = String>, involved: &mut Vec<Involved>) {
    let mut names = names.into_iter().map(|name| cut(name.trim(), MAX_PATH_BYTES / 2).to_owned()).filter(|name| !name.is_empty());
    let Some(name) = names.next() else { return };
    let mut aliases: Vec<String> = names.filter(|alias| *alias != name).collect();
    aliases.sort();
    aliases.dedup();
    aliases.truncate(MAX_ALIASES);
    if let Some(known) = involved.iter_mut().find(|known| known.kind == kind && known.name == name) {
        aliases.retain(|alias| !known.aliases.contains(alias));
        known.aliases.extend(aliases);
        known.aliases.truncate(MAX_ALIASES);
    } else if involved.len() < MAX_INVOLVED {
        involved.push(Involved { kind, name, aliases });
    }
}

/// The event of a finding. `alert_uid` is the id that the detecting product gave: the same alert reported through two products, or
/// again after an update, is one event. A record without one is known by its content.
fn event(product: String, log_name: &str, record: &Value, finding: DetectionFinding, raw: &str) -> Event {
    let uid = match finding.alert_uid.as_str() {
        "" => EventUid::of_record("finding", &weft_wire::to_canonical_string(record)),
        id => EventUid::of_record("alert", id),
    };
    let original_uid = (!finding.alert_uid.is_empty()).then(|| finding.alert_uid.clone());
    Event {
        uid,
        time: finding.first_seen,
        metadata: Metadata { product, log_name: log_name.to_owned(), original_uid },
        raw_data: (!raw.is_empty()).then(|| cut(raw, crate::MAX_RAW_BYTES).to_owned()),
        body: Body::Finding(Box::new(finding)),
    }
}

/// First and last activity, in order.
fn span(first: EventTime, last: Option<EventTime>) -> (EventTime, EventTime) {
    (first, last.filter(|last| *last > first).unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_attack() {
        assert_eq!(tactic("CredentialAccess").as_deref(), Some("credential-access"));
        assert_eq!(tactic(" Command and Control").as_deref(), Some("command-and-control"));
        assert_eq!(tactic("CommandAndControl").as_deref(), Some("command-and-control"));
        assert_eq!(tactic("Unknown"), None);
        assert!(is_technique("T1566.002") && is_technique("T1566") && !is_technique("T15") && !is_technique("TA0001"));
    }

    #[test]
    fn one_thing_is_named_once() {
        let mut involved = Vec::new();
        involve(InvolvedKind::User, ["a@b.example".to_owned(), "id-1".to_owned(), "id-1".to_owned()], &mut involved);
        involve(InvolvedKind::User, ["a@b.example".to_owned(), "id-2".to_owned()], &mut involved);
        involve(InvolvedKind::User, [" ".to_owned()], &mut involved);
        assert_eq!(involved.len(), 1);
        assert_eq!(involved[0].aliases, ["id-1", "id-2"]);
    }
}
