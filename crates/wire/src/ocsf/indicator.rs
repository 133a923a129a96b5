//! An indicator as OCSF Detection Finding (2004), and as the `finding_info` of an incident.

use super::attack::attacks;
use super::object::UNKNOWN;
use super::record::Record;
use super::severity::severity_of_score;
use super::weft;
use serde_json::{Value, json};
use weft_model::{EventRef, Indicator, Why};

/// The product that findings and incidents come from.
pub(super) const PRODUCT: &str = "Weft";
/// `analytic.type_id`: behavioural.
const BEHAVIORAL: u8 = 2;

/// `indicator` as a valid Detection Finding: expected against observed as `anomaly_analyses`, all of it under `unmapped.weft`, where
/// `evidence_bits` is the indicator's own evidence. `is_alert` is false: only incidents ask for attention.
pub fn indicator_to_ocsf(indicator: &Indicator) -> Value {
    let mut record = Record::new(2004, "Detection Finding");
    record.activity((1, "Create"));
    record.metadata("uid", indicator.uid.to_string());
    record.product(PRODUCT);
    let score = f64::from(indicator.score);
    let (severity_id, severity) = severity_of_score(score);
    record.severity(severity_id, severity);
    record.set("confidence_score", indicator.score.min(100));
    record.set("is_alert", false);
    record.set("time", indicator.time.0);
    record.set("start_time", indicator.time.0);
    record.set("end_time", indicator.end_time.0);
    record.set("finding_info", finding_info(indicator));
    record.set("anomaly_analyses", json!([anomaly_analysis(indicator)]));
    record.set("unmapped", json!({ "weft": weft::indicator(indicator, indicator.evidence) }));
    record.finish()
}

/// What an incident says of each of its indicators in OCSF's words.
pub(super) fn finding_info(indicator: &Indicator) -> Value {
    let related: Vec<Value> = indicator.events.iter().map(related_event).collect();
    let analytic = json!({ "name": indicator.model, "category": indicator.family, "type_id": BEHAVIORAL, "type": "Behavioral" });
    json!({
        "uid": indicator.uid.to_string(),
        "title": indicator.title,
        "analytic": analytic,
        "attacks": attacks(&indicator.techniques, &indicator.tactics),
        "data_sources": [indicator.domain.as_str()],
        "first_seen_time": indicator.time.0,
        "last_seen_time": indicator.end_time.0,
        "related_events_count": related.len(),
        "related_events": related,
    })
}

fn related_event(event: &EventRef) -> Value {
    json!({ "uid": event.uid.to_string(), "first_seen_time": event.time.0 })
}

fn anomaly_analysis(indicator: &Indicator) -> Value {
    let mut targets: Vec<Value> =
        indicator.entities.iter().map(|entity| json!({ "name": entity.key, "type": entity.kind.as_str() })).collect();
    if targets.is_empty() {
        targets.push(json!({ "name": UNKNOWN }));
    }
    json!({
        "analysis_targets": targets,
        "anomalies": indicator.why.iter().map(anomaly).collect::<Vec<_>>(),
        "baselines": indicator.why.iter().map(baseline).collect::<Vec<_>>(),
    })
}

fn anomaly(why: &Why) -> Value {
    json!({ "observation_parameter": why.feature, "observations": [{ "value": why.observed }] })
}

fn baseline(why: &Why) -> Value {
    json!({
        "observation_parameter": why.feature,
        "observation_type": why.peer,
        "observations": [{ "value": why.expected, "count": why.n }],
    })
}
