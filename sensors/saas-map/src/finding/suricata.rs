//! Suricata EVE records of type `alert` (Suricata user guide, "EVE JSON Format"). The other types belong to the network log reader.

use super::{event, involve, is_technique, span, tactic};
use crate::error::MapError;
use crate::field::{get, list, number, str_at, text};
use crate::instant;
use serde_json::Value;
use weft_model::{DetectionFinding, Event, InvolvedKind};

/// Whether this is an alert of Suricata.
pub fn is_record(record: &Value) -> bool {
    str_at(record, "event_type") == Some("alert") && get(record, "alert").is_some_and(Value::is_object)
}

/// Maps one alert. Suricata numbers severities from 1, the highest; `signature_severity` of the rule's metadata goes before it.
pub fn map(record: &Value, raw: &str) -> Result<Event, MapError> {
    let (first_seen, last_seen) = span(instant::time_of(record, &["timestamp"])?, None);
    let alert = get(record, "alert").ok_or(MapError::UnknownShape)?;
    let of_rule = metadata(alert, "signature_severity").next().map_or(0, super::severity);
    let severity = match (of_rule, number(alert, "severity")) {
        (1.., _) => of_rule,
        (_, Some(1)) => 4,
        (_, Some(2)) => 3,
        (_, Some(3)) => 2,
        (_, Some(4)) => 1,
        _ => 0,
    };
    let mut involved = Vec::new();
    for key in ["src_ip", "dest_ip"] {
        let ip = str_at(record, key).and_then(|ip| crate::address::parse(ip)?.ip);
        involve(InvolvedKind::Ip, ip.map(|ip| ip.to_string()), &mut involved);
    }
    let name = |object: &str, key: &str| get(record, object).and_then(|object| str_at(object, key)).map(str::to_lowercase);
    involve(InvolvedKind::Domain, name("http", "hostname"), &mut involved);
    involve(InvolvedKind::Domain, name("tls", "sni"), &mut involved);
    let query = get(record, "dns").and_then(|dns| list(dns, "query").find_map(|query| str_at(query, "rrname")));
    involve(InvolvedKind::Domain, query.map(str::to_lowercase), &mut involved);
    let signature = text(alert, "signature").unwrap_or_default();
    let finding = DetectionFinding {
        alert_uid: String::new(),
        title: signature.clone(),
        rule: signature,
        rule_uid: number(alert, "signature_id").map(|id| format!("{}:{id}", number(alert, "gid").unwrap_or(1))),
        severity,
        confidence: None,
        techniques: metadata(alert, "mitre_technique_id").filter(|id| is_technique(id)).map(str::to_owned).collect(),
        tactics: metadata(alert, "mitre_tactic_name").filter_map(tactic).collect(),
        first_seen,
        last_seen,
        involved,
        related: Vec::new(),
    };
    Ok(event("Suricata".to_owned(), "alert", record, finding, raw))
}

/// Values of the rule's metadata under `key`.
fn metadata<'a>(alert: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    get(alert, "metadata").into_iter().flat_map(move |metadata| list(metadata, key)).filter_map(Value::as_str)
}
