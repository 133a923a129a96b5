//! Directory changes in the Unified Audit Log (record type 8, workload AzureActiveDirectory).

use super::{Common, identity, object_id};
use crate::account;
use crate::change::{Change, Modified};
use crate::field::{self, MAX_TEXT_BYTES, as_text, cut, pair, str_at};
use serde_json::Value;
use weft_model::{Body, User};

/// Bytes of a property value that are looked at before it is cut for the event.
const MAX_VALUE_BYTES: usize = 256 * 1024;

/// A directory object was changed.
pub fn body(record: &Value, common: Common) -> Body {
    let target_user = target_user(record);
    // Identity type 1 is a name; the object id of a role or group change is the member's address.
    let target_name = identity(record, "Target", 1).or_else(|| str_at(record, "ObjectId").filter(|id| !account::is_nobody(id)));
    let reason = ["resultReason", "ResultReason", "resultDescription"].iter().find_map(|name| pair(record, "ExtendedProperties", name));
    Change {
        target_name: target_name.map(|name| cut(name, MAX_TEXT_BYTES).to_owned()),
        target_user,
        reason: reason.map(|reason| cut(reason, MAX_TEXT_BYTES).to_owned()),
        properties: field::list(record, "ModifiedProperties").filter_map(property).collect(),
        service_name: common.workload,
        operation: common.operation,
        actor: common.actor,
        src_endpoint: common.src_endpoint,
        status: common.status,
        user_agent: common.user_agent,
    }
    .into_body()
}

fn property(item: &Value) -> Option<Modified> {
    let value = |key: &str| field::get(item, key).map(|value| as_text(value, MAX_VALUE_BYTES)).unwrap_or_default();
    Some(Modified::new(str_at(item, "Name")?, &value("OldValue"), &value("NewValue")))
}

fn target_user(record: &Value) -> Option<User> {
    let address = identity(record, "Target", 5).or_else(|| str_at(record, "ObjectId")).and_then(account::address)?;
    let uid = object_id(record, "Target").map(str::to_lowercase);
    Some(User { email_addr: Some(address), uid, ..User::default() })
}
