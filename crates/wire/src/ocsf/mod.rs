//! OCSF 1.8.0 JSON: events both ways, indicators (Detection Finding) and incidents (Incident Finding) out.
//!
//! Every class file holds the mapping of one class in both directions. What OCSF has no attribute for, or what its types refuse
//! (an address that is none, a method that is not in its list), is found by comparison and kept as a patch under `unmapped.weft`:
//! so the attributes are always valid, and nothing is ever lost.

mod account_change;
mod api;
mod attack;
mod authentication;
mod detection_finding;
mod dhcp;
mod dns;
mod email;
mod entity_management;
mod file_hosting;
mod format;
mod http;
mod incident;
mod indicator;
mod network;
mod node;
mod object;
mod patch;
mod record;
mod severity;
mod weft;

use crate::error::WireError;
use node::Node;
use record::{Class, Record};
use serde_json::Value;
use weft_model::{Body, Event, EventTime, EventUid, Metadata};

pub use incident::incident_to_ocsf;
pub use indicator::indicator_to_ocsf;
pub use node::MAX_LIST;
pub use severity::severity_of_score;

/// The OCSF version that is written.
pub const OCSF_VERSION: &str = "1.8.0";

/// `event` as a valid OCSF 1.8.0 object of its class. One event always gives the same value.
pub fn event_to_ocsf(event: &Event) -> Value {
    match &event.body {
        Body::Email(body) => write(event, body.as_ref()),
        Body::Authentication(body) => write(event, body.as_ref()),
        Body::AccountChange(body) => write(event, body.as_ref()),
        Body::EntityManagement(body) => write(event, body.as_ref()),
        Body::Api(body) => write(event, body.as_ref()),
        Body::FileHosting(body) => write(event, body.as_ref()),
        Body::Network(body) => write(event, body.as_ref()),
        Body::Http(body) => write(event, body.as_ref()),
        Body::Dns(body) => write(event, body.as_ref()),
        Body::Dhcp(body) => write(event, body.as_ref()),
        Body::Finding(body) => write(event, body.as_ref()),
    }
}

/// The event that an OCSF object says. Attributes that the model has no place for are ignored, so records of other producers are
/// welcome; a `metadata.uid` that is not one of ours is hashed with the product's name.
///
/// # Errors
/// No `class_uid`, `time` or `metadata.uid`; a class outside the eleven; an attribute of the wrong type or range; a list longer than
/// [`MAX_LIST`]; an `unmapped.weft` that does not fit the class.
pub fn event_from_ocsf(value: &Value) -> Result<Event, WireError> {
    let record = Node::new(value);
    let class_uid = record.at("class_uid").number::<i64>("class_uid", "a class number")?;
    let class_uid = class_uid.ok_or(WireError::Missing { field: "class_uid" })?;
    let body = match class_uid {
        4009 => Body::Email(Box::new(read(record)?)),
        3002 => Body::Authentication(Box::new(read(record)?)),
        3001 => Body::AccountChange(Box::new(read(record)?)),
        3004 => Body::EntityManagement(Box::new(read(record)?)),
        6003 => Body::Api(Box::new(read(record)?)),
        6006 => Body::FileHosting(Box::new(read(record)?)),
        4001 => Body::Network(Box::new(read(record)?)),
        4002 => Body::Http(Box::new(read(record)?)),
        4003 => Body::Dns(Box::new(read(record)?)),
        4004 => Body::Dhcp(Box::new(read(record)?)),
        2004 => Body::Finding(Box::new(read(record)?)),
        _ => return Err(WireError::UnknownClass { class_uid }),
    };
    let time = record.at("time").number("time", "milliseconds since 1970")?.ok_or(WireError::Missing { field: "time" })?;
    let metadata = record.at("metadata");
    let product = metadata.at("product").at("name").owned("metadata.product.name")?.unwrap_or_default();
    let uid = metadata.at("uid").text("metadata.uid")?.ok_or(WireError::Missing { field: "metadata.uid" })?;
    let uid = uid.parse().unwrap_or_else(|_| EventUid::of_record(&product, uid));
    Ok(Event {
        uid,
        time: EventTime(time),
        metadata: Metadata {
            product,
            log_name: metadata.at("log_name").owned("metadata.log_name")?.unwrap_or_default(),
            original_uid: metadata.at("original_event_uid").owned("metadata.original_event_uid")?,
        },
        raw_data: record.at("raw_data").owned("raw_data")?,
        body,
    })
}

fn write<C: Class>(event: &Event, body: &C) -> Value {
    let mut record = Record::new(C::UID, C::NAME);
    record.metadata("uid", event.uid.to_string());
    record.metadata("log_name", event.metadata.log_name.as_str());
    record.metadata_option("original_event_uid", event.metadata.original_uid.as_deref());
    record.product(&event.metadata.product);
    record.set("time", event.time.0);
    record.severity(1, "Informational");
    record.option("raw_data", event.raw_data.as_deref());
    body.write(&mut record);
    let mut value = record.finish();
    // What a reader of the attributes alone would get; what it lacks goes beside them.
    let restored = C::read(Node::new(&value)).unwrap_or_default();
    if let (Ok(restored), Ok(full)) = (serde_json::to_value(&restored), serde_json::to_value(body))
        && let Some(lost) = patch::diff(&restored, &full)
        && let Some(object) = value.as_object_mut()
    {
        object.insert("unmapped".to_owned(), serde_json::json!({ "weft": lost }));
    }
    value
}

fn read<C: Class>(record: Node<'_>) -> Result<C, WireError> {
    let body = C::read(record)?;
    let Some(lost) = record.at("unmapped").at("weft").value() else { return Ok(body) };
    let wrong = |detail: String| WireError::Unmapped { class_uid: C::UID, detail };
    let mut full = serde_json::to_value(&body).map_err(|error| wrong(error.to_string()))?;
    patch::apply(&mut full, lost).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_value(full).map_err(|error| wrong(error.to_string()))
}
