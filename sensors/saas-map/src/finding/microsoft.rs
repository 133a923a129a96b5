//! Microsoft security alerts: the SecurityAlert table of Sentinel and Log Analytics, `alerts_v2` of Microsoft Graph and the alerts of
//! the Defender API. Sources: Microsoft, "SecurityAlert" (Azure Monitor tables), resource types `alert` and `alertEvidence` of Graph.

use super::{MAX_ATTACKS, event, is_technique, microsoft_entity, severity, span, tactic};
use crate::error::MapError;
use crate::field::{get, list, str_at, text};
use crate::instant;
use serde_json::Value;
use std::borrow::Cow;
use weft_model::{DetectionFinding, Event};

/// Longest text of entities that is parsed a second time, in bytes.
const MAX_NESTED_BYTES: usize = 1 << 20;

/// Whether this is an alert: it has a severity and an id of one of the three shapes.
pub fn is_record(record: &Value) -> bool {
    let has = |key: &str| get(record, key).is_some();
    let is_sentinel = has("AlertSeverity") && (has("SystemAlertId") || has("VendorOriginalId"));
    let is_graph = has("severity") && has("title") && (has("serviceSource") || has("providerAlertId") || has("detectionSource"));
    is_sentinel || is_graph
}

/// Maps one alert. Its time is that of its first activity, so that it stands beside the events it is about.
pub fn map(record: &Value, raw: &str) -> Result<Event, MapError> {
    const FIRST: [&str; 7] =
        ["StartTime", "firstActivityDateTime", "firstEventTime", "createdDateTime", "alertCreationTime", "TimeGenerated", "eventDateTime"];
    const LAST: [&str; 3] = ["EndTime", "lastActivityDateTime", "lastEventTime"];
    let first = instant::time_of(record, &FIRST)?;
    let (first_seen, last_seen) = span(first, instant::time_of(record, &LAST).ok());
    let extended = nested(record, "ExtendedProperties");
    let title = one_of(record, &["DisplayName", "title", "AlertName"]).unwrap_or_default();
    let rule = one_of(record, &["AlertName", "title"]).unwrap_or_else(|| title.clone());
    let rule_uid = text(record, "detectorId").or_else(|| text(extended.as_ref()?, "DetectorId")).or_else(|| text(record, "AlertType"));
    let product = one_of(record, &["ProductName", "serviceSource", "detectionSource", "ProviderName"]);
    let alert_uid = one_of(record, &["VendorOriginalId", "providerAlertId", "id", "SystemAlertId"]).unwrap_or_default();
    let mut involved = Vec::new();
    for key in ["Entities", "evidence"] {
        if let Some(entities) = nested(record, key) {
            microsoft_entity::involve_all(entities.as_array().map_or(&[][..], Vec::as_slice), &mut involved);
        }
    }
    let mut techniques: Vec<String> = ["Techniques", "mitreTechniques"].iter().flat_map(|key| words(record, key)).collect();
    techniques.retain(|id| is_technique(id));
    techniques.truncate(MAX_ATTACKS);
    let tactics = ["Tactics", "category"].iter().flat_map(|key| words(record, key)).filter_map(|word| tactic(&word)).take(MAX_ATTACKS);
    let finding = DetectionFinding {
        alert_uid,
        title,
        rule,
        rule_uid,
        severity: one_of(record, &["AlertSeverity", "severity"]).map_or(0, |word| severity(&word)),
        confidence: None,
        techniques,
        tactics: tactics.collect(),
        first_seen,
        last_seen,
        involved,
        related: Vec::new(),
    };
    Ok(event(product.unwrap_or_else(|| "Microsoft security alerts".to_owned()), "SecurityAlert", record, finding, raw))
}

fn one_of(record: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| text(record, key))
}

/// A value that some exports write as JSON inside a text.
fn nested<'a>(record: &'a Value, key: &str) -> Option<Cow<'a, Value>> {
    match get(record, key)? {
        Value::String(text) if text.len() <= MAX_NESTED_BYTES => serde_json::from_str(text).ok().map(Cow::Owned),
        Value::String(_) => None,
        other => Some(Cow::Borrowed(other)),
    }
}

/// A list of words: a JSON list, the same as text, or a text with commas.
fn words(record: &Value, key: &str) -> Vec<String> {
    let of_list = |items: &[Value]| items.iter().take(MAX_ATTACKS).filter_map(|item| item.as_str().map(str::to_owned)).collect();
    match nested(record, key).as_deref() {
        Some(Value::Array(items)) => of_list(items),
        Some(_) => Vec::new(),
        None if get(record, key).is_some_and(Value::is_array) => list(record, key).filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        None => str_at(record, key).into_iter().flat_map(|text| text.split(',')).take(MAX_ATTACKS).map(|w| w.trim().to_owned()).collect(),
    }
}
