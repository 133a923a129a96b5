//! Entra ID Protection: risk detections and risky users, bare (Microsoft Graph `riskDetection`, `riskyUser`) or in the envelope of
//! diagnostic settings.

use super::{event, involve, severity, span};
use crate::account::{address, is_guid};
use crate::error::MapError;
use crate::field::{get, str_at, text};
use crate::instant;
use serde_json::Value;
use weft_model::{DetectionFinding, Event, InvolvedKind};

/// The record without its envelope and whether it is a detection (else a risky user); `None` when it is neither.
pub fn view(record: &Value) -> Option<(&Value, bool)> {
    let inner = get(record, "properties").filter(|inner| inner.is_object()).unwrap_or(record);
    let has = |key: &str| get(inner, key).is_some();
    if has("riskLevel") && (has("riskEventType") || has("riskType")) {
        return Some((inner, true));
    }
    (has("riskLevel") && has("riskLastUpdatedDateTime")).then_some((inner, false))
}

/// Maps a detection or a risky user.
pub fn map(record: &Value, inner: &Value, is_detection: bool, raw: &str) -> Result<Event, MapError> {
    const TIMES: [&str; 4] = ["activityDateTime", "detectedDateTime", "riskLastUpdatedDateTime", "lastUpdatedDateTime"];
    let first = instant::time_of(inner, &TIMES).or_else(|error| instant::time_of(record, &["time"]).map_err(|_| error))?;
    let (first_seen, last_seen) = span(first, None);
    let kind = ["riskEventType", "riskType"].iter().find_map(|key| text(inner, key)).filter(|_| is_detection);
    let mut involved = Vec::new();
    let upn = str_at(inner, "userPrincipalName").and_then(address);
    let uid = if is_detection { text(inner, "userId") } else { text(inner, "id") };
    let uid = uid.map(|id| if is_guid(&id) { id.to_lowercase() } else { id });
    involve(InvolvedKind::User, upn.into_iter().chain(uid.clone()), &mut involved);
    let ip = str_at(inner, "ipAddress").or_else(|| str_at(record, "callerIpAddress"));
    involve(InvolvedKind::Ip, ip.and_then(|ip| crate::address::parse(ip)?.ip).map(|ip| ip.to_string()), &mut involved);
    let (tactic, technique) = attack(kind.as_deref().unwrap_or_default());
    let alert_uid = match (is_detection, text(inner, "id")) {
        (true, id) => id.unwrap_or_default(),
        // The state of a user is another one whenever it was updated.
        (false, id) => id.map(|id| format!("risky-user {id} {}", first.0)).unwrap_or_default(),
    };
    let level = str_at(inner, "riskLevel").unwrap_or_default();
    let finding = DetectionFinding {
        alert_uid,
        title: kind.as_ref().map_or_else(|| format!("User at {level} risk"), |kind| format!("Risk detection: {kind}")),
        rule: kind.unwrap_or_else(|| "riskyUser".to_owned()),
        rule_uid: None,
        severity: severity(level),
        confidence: None,
        techniques: technique.into_iter().map(str::to_owned).collect(),
        tactics: tactic.into_iter().map(str::to_owned).collect(),
        first_seen,
        last_seen,
        involved,
        related: Vec::new(),
    };
    let log_name = if is_detection { "RiskDetections" } else { "RiskyUsers" };
    Ok(event("Microsoft Entra ID Protection".to_owned(), log_name, record, finding, raw))
}

/// Tactic and technique that a detection's name stands for (Microsoft, "What are risk detections?").
fn attack(kind: &str) -> (Option<&'static str>, Option<&'static str>) {
    match kind {
        "passwordSpray" => (Some("credential-access"), Some("T1110.003")),
        "leakedCredentials" => (Some("credential-access"), Some("T1589.001")),
        "suspiciousInboxForwarding" => (Some("collection"), Some("T1114.003")),
        "mcasSuspiciousInboxManipulationRules" => (Some("defense-evasion"), Some("T1564.008")),
        "anomalousToken" | "tokenIssuerAnomaly" | "attemptedPrtAccess" => (Some("credential-access"), Some("T1528")),
        "" => (None, None),
        _ => (Some("initial-access"), Some("T1078.004")),
    }
}
