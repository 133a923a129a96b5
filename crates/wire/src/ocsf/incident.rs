//! An incident as OCSF Incident Finding (2005) with the profile `incident`.

use super::attack::attacks;
use super::indicator::{PRODUCT, finding_info};
use super::record::Record;
use super::severity::{severity_of_score, whole};
use super::weft;
use serde_json::{Value, json};
use weft_model::Incident;

/// `incident` as a valid Incident Finding. `time` is the end of the incident (event time: nothing here reads a clock), severity and
/// confidence follow the score, the activity is "create" for revision 1 and "update" after, and a new incident belongs to nobody.
/// Lists keep the order of the model.
pub fn incident_to_ocsf(incident: &Incident) -> Value {
    let mut record = Record::new(2005, "Incident Finding");
    record.activity(if incident.revision <= 1 { (1, "Create") } else { (2, "Update") });
    record.metadata("uid", incident.uid.to_string());
    record.metadata("profiles", json!(["incident"]));
    record.product(PRODUCT);
    let (severity_id, severity) = severity_of_score(incident.score);
    record.severity(severity_id, severity);
    record.status((1, "New"));
    record.set("confidence_score", whole(incident.score));
    record.set("desc", incident.title.as_str());
    record.set("time", incident.end.0);
    record.set("start_time", incident.start.0);
    record.set("end_time", incident.end.0);
    let indicators = || incident.contributions.iter().map(|contribution| &contribution.indicator);
    record.set("finding_info_list", indicators().map(finding_info).collect::<Vec<_>>());
    record.set("attacks", attacks(indicators().flat_map(|indicator| &indicator.techniques), &incident.tactics));
    record.set("assignee_group", json!({ "name": "unassigned" }));
    record.set("unmapped", json!({ "weft": weft::incident(incident) }));
    record.finish()
}
