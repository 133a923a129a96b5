//! Records on the topics: keys, values and headers as the contracts say.

use anyhow::bail;
use serde_json::{Value, json};
use weft_bus::Record;
use weft_config::EventsFormat;
use weft_model::{Event, EventTime, Incident, Indicator};
use weft_store::IncidentRow;
use weft_wire::{CloudEvent, Kind, topic};

fn record(topic: &str, key: String, value: Vec<u8>, head: CloudEvent<'_>) -> Record {
    let headers = head.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Record { topic: topic.to_owned(), key: key.into_bytes(), value, headers }
}

fn text(value: &Value) -> Vec<u8> {
    weft_wire::to_canonical_string(value).into_bytes()
}

/// An event in the configured encoding.
pub fn event(tenant: &str, format: EventsFormat, event: &Event) -> Record {
    let (kind, value) = match format {
        EventsFormat::Protobuf => (Kind::EventProtobuf, weft_wire::encode_event(event)),
        EventsFormat::OcsfJson => (Kind::EventJson, text(&weft_wire::event_to_ocsf(event))),
    };
    let id = event.uid.to_string();
    let source = format!("/weft/{tenant}/{}", event.domain().as_str());
    record(topic::EVENTS, weft_wire::event_key(tenant, event.uid), value, CloudEvent { kind, id: &id, source: &source, time: event.time })
}

/// An event from its record, whichever encoding its `content-type` names.
pub fn parse_event(record: &Record) -> anyhow::Result<Event> {
    match record.header("content-type") {
        Some(weft_wire::CONTENT_TYPE_OCSF_JSON) => Ok(weft_wire::event_from_ocsf(&serde_json::from_slice(&record.value)?)?),
        Some(weft_wire::CONTENT_TYPE_PROTOBUF) | None => Ok(weft_wire::decode_event(&record.value)?),
        Some(other) => bail!("unknown content-type {other:?}"),
    }
}

/// A finding (OCSF 2004).
pub fn finding(tenant: &str, indicator: &Indicator) -> Record {
    // An indicator grows while its day is open: each state is an event of its own.
    let id = format!("{}/{}/{}", indicator.uid, indicator.events.len(), indicator.bits.0);
    let source = format!("/weft/{tenant}/correlator");
    let head = CloudEvent { kind: Kind::Finding, id: &id, source: &source, time: indicator.time };
    record(topic::FINDINGS, weft_wire::finding_key(tenant), text(&weft_wire::indicator_to_ocsf(indicator)), head)
}

/// An incident (OCSF 2005), `json` being its stored text.
pub fn incident(tenant: &str, incident: &Incident, json: &str) -> Record {
    let id = format!("{}/{}", incident.uid, incident.revision);
    let source = format!("/weft/{tenant}/correlator");
    let head = CloudEvent { kind: Kind::Incident, id: &id, source: &source, time: incident.end };
    record(topic::INCIDENTS, weft_wire::incident_key(tenant, incident.uid), json.as_bytes().to_vec(), head)
}

/// An incident as stored, whose status or verdict (`state`) changed and nothing else.
pub fn restated(tenant: &str, uid: weft_model::IncidentUid, row: &IncidentRow, state: &str) -> Record {
    let id = format!("{uid}/{}/{state}", row.revision);
    let source = format!("/weft/{tenant}/correlator");
    let head = CloudEvent { kind: Kind::Incident, id: &id, source: &source, time: EventTime(row.end_ms) };
    record(topic::INCIDENTS, weft_wire::incident_key(tenant, uid), row.json.as_bytes().to_vec(), head)
}

/// The last word on an incident that is no more: closed, and merged into `successor` when there is one.
pub fn gone(tenant: &str, uid: weft_model::IncidentUid, last: &str, successor: Option<weft_model::IncidentUid>) -> anyhow::Result<Record> {
    let mut value: Value = serde_json::from_str(last)?;
    let time = EventTime(value.get("end_time").and_then(Value::as_i64).unwrap_or(0));
    if let Some(object) = value.as_object_mut() {
        object.insert("activity_id".into(), json!(3));
        object.insert("activity_name".into(), json!("Close"));
        object.insert("type_uid".into(), json!(200_503));
        object.insert("type_name".into(), json!("Incident Finding: Close"));
        object.insert("status_id".into(), json!(5));
        object.insert("status".into(), json!("Closed"));
    }
    if let Some(weft) = value.pointer_mut("/unmapped/weft").and_then(Value::as_object_mut) {
        weft.insert("redirect".into(), successor.map_or(Value::Null, |uid| json!(uid.to_string())));
    }
    let (id, source) = (format!("{uid}/closed"), format!("/weft/{tenant}/correlator"));
    let head = CloudEvent { kind: Kind::Incident, id: &id, source: &source, time };
    Ok(record(topic::INCIDENTS, weft_wire::incident_key(tenant, uid), text(&value), head))
}

/// A record that could not be read, with the reason.
pub fn dead_letter(tenant: &str, bad: &Record, reason: &str) -> Record {
    let key = String::from_utf8_lossy(&bad.key).into_owned();
    let value = json!({ "topic": bad.topic, "reason": reason, "bytes": bad.value.len() });
    let source = format!("/weft/{tenant}/correlator");
    let head = CloudEvent { kind: Kind::DeadLetter, id: &key, source: &source, time: EventTime(0) };
    record(topic::DEAD_LETTERS, key.clone(), text(&value), head)
}
