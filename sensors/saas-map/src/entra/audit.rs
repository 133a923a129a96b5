//! Directory audits: who changed which directory object, and how.

use super::{View, status};
use crate::account;
use crate::address;
use crate::change::{Change, Modified};
use crate::field::{self, as_text, get, list, str_at, text};
use serde_json::Value;
use weft_model::{Actor, Body, User};

/// Bytes of a property value that are looked at before it is cut for the event.
const MAX_VALUE_BYTES: usize = 256 * 1024;

/// One directory change.
pub fn body(view: &View<'_>) -> Body {
    let record = view.inner;
    let initiator = get(record, "initiatedBy");
    let by_user = initiator.and_then(|by| get(by, "user"));
    let by_app = initiator.and_then(|by| get(by, "app"));
    let caller = view.envelope.and_then(|envelope| str_at(envelope, "callerIpAddress"));
    let targets: Vec<&Value> = list(record, "targetResources").collect();
    let is_user = |target: &&&Value| str_at(target, "type").is_none_or(|kind| kind.eq_ignore_ascii_case("user"));
    let target = targets.iter().find(|target| !is_user(target)).or_else(|| targets.first());
    let outcome = str_at(record, "result").or_else(|| view.envelope.and_then(|envelope| str_at(envelope, "resultType")));
    Change {
        operation: operation(view),
        service_name: text(record, "loggedByService").unwrap_or_else(|| super::PRODUCT.to_owned()),
        actor: Actor {
            user: by_user.map(user_of).filter(|user| *user != User::default()),
            session: None,
            app_name: by_app
                .and_then(|app| text(app, "displayName").or_else(|| text(app, "servicePrincipalName")).or_else(|| text(app, "appId"))),
        },
        src_endpoint: address::endpoint([by_user.and_then(|user| str_at(user, "ipAddress")), caller]),
        status: status(outcome),
        target_user: targets.iter().find(is_user).map(|target| user_of(target)).filter(|user| *user != User::default()),
        target_name: target
            .and_then(|target| text(target, "displayName").or_else(|| text(target, "userPrincipalName")).or_else(|| text(target, "id"))),
        reason: text(record, "resultReason").or_else(|| view.text("resultDescription")),
        user_agent: text(record, "userAgent").or_else(|| detail(record, "User-Agent")),
        properties: targets
            .iter()
            .flat_map(|target| list(target, "modifiedProperties"))
            .filter_map(property)
            .take(field::MAX_ITEMS)
            .collect(),
    }
    .into_body()
}

fn operation(view: &View<'_>) -> String {
    // As recorded: the name may end in a space, which `text` would trim.
    let named = get(view.inner, "activityDisplayName").and_then(Value::as_str);
    let operation = named.or_else(|| view.envelope.and_then(|envelope| get(envelope, "operationName")).and_then(Value::as_str));
    field::cut(operation.unwrap_or_default(), field::MAX_TEXT_BYTES).to_owned()
}

fn user_of(identity: &Value) -> User {
    let mut user = account::user(str_at(identity, "userPrincipalName"));
    if user.name.is_none() {
        user.name = text(identity, "displayName");
    }
    user.uid = text(identity, "id").or(user.uid);
    user
}

fn property(item: &Value) -> Option<Modified> {
    let value = |key: &str| get(item, key).map(|value| as_text(value, MAX_VALUE_BYTES)).unwrap_or_default();
    Some(Modified::new(str_at(item, "displayName")?, &value("oldValue"), &value("newValue")))
}

fn detail(record: &Value, key: &str) -> Option<String> {
    list(record, "additionalDetails").find(|item| str_at(item, "key") == Some(key)).and_then(|item| text(item, "value"))
}
