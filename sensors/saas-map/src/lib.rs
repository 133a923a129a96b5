//! Audit records of SaaS providers to events: JSON in, one event out, one module a provider. Pure: must not know files, streams,
//! clocks or the network, and never panics whatever the record holds.

mod account;
mod address;
mod change;
mod entra;
mod error;
mod factor;
mod field;
pub mod finding;
mod instant;
mod m365;
mod message_trace;
mod operation;

pub use error::MapError;

use serde_json::Value;
use weft_model::{Body, Event, EventTime, EventUid, Metadata};

/// Bytes of the raw record kept in an event.
const MAX_RAW_BYTES: usize = 64 * 1024;

/// Maps one audit record, recognising the provider by the record's shape: Microsoft 365 Unified Audit Log (also inside the
/// `AuditData` of an export), Microsoft Entra sign-in and audit logs (Microsoft Graph shape, and the shape of diagnostic settings
/// and Event Hubs). Every record of these shapes becomes an event; operations without a class of their own keep their name in an
/// API Activity. Alerts of other products ([`finding`]) and the Exchange message trace are read too. `raw` is the record as read; at most 64 KiB of it are kept.
///
/// # Errors
/// The record has no known shape, or no usable time; [`MapError::reason`] names it.
pub fn map_record(record: &Value, raw: &str) -> Result<Event, MapError> {
    if !record.is_object() {
        return Err(MapError::NotAnObject);
    }
    if m365::is_record(record) {
        return m365::map(record, raw);
    }
    match record.get("AuditData").or_else(|| record.get("auditData")) {
        Some(Value::String(text)) => {
            let inner: Value = serde_json::from_str(text).map_err(|_| MapError::BadAuditData)?;
            if m365::is_record(&inner) { m365::map(&inner, text) } else { Err(MapError::BadAuditData) }
        }
        Some(inner) if m365::is_record(inner) => m365::map(inner, raw),
        Some(_) => Err(MapError::BadAuditData),
        None if message_trace::is_record(record) => message_trace::map(record, raw),
        None => finding::map(record, raw).unwrap_or_else(|| entra::map(record, raw)),
    }
}

/// What a provider module found out about a record.
struct Mapped {
    time: EventTime,
    product: &'static str,
    log_name: String,
    body: Body,
}

/// Puts the parts together. The id is the provider's record id, or the canonical JSON of a record that has none.
fn event(provider: &str, record: &Value, record_id: Option<String>, raw: &str, mapped: Mapped) -> Event {
    let uid = match &record_id {
        Some(id) => EventUid::of_record(provider, id),
        None => EventUid::of_record(provider, &weft_wire::to_canonical_string(record)),
    };
    let raw_data = (!raw.is_empty()).then(|| field::cut(raw, MAX_RAW_BYTES).to_owned());
    let metadata = Metadata { product: mapped.product.to_owned(), log_name: mapped.log_name, original_uid: record_id };
    Event { uid, time: mapped.time, metadata, raw_data, body: mapped.body }
}
