//! Microsoft 365 Unified Audit Log. Source of the format: Microsoft, "Office 365 Management Activity API schema".

mod application;
mod cmdlet;
mod directory;
mod file;
mod mailbox;
mod sign_in;

use crate::error::MapError;
use crate::field::{self, MAX_TEXT_BYTES, cut, str_at, text};
use crate::{Mapped, account, address, instant};
use serde_json::Value;
use weft_model::{Actor, ApiActivity, Body, Endpoint, EntityManagement, EntityManagementKind, Event, Session, Status, User};

/// Whether this is a record of the Unified Audit Log: it names an operation, and a workload or record type.
pub fn is_record(record: &Value) -> bool {
    record.get("Operation").is_some_and(Value::is_string)
        && ["CreationTime", "Workload", "RecordType"].iter().any(|key| record.get(*key).is_some())
}

/// Maps one record; every operation becomes an event.
pub fn map(record: &Value, raw: &str) -> Result<Event, MapError> {
    let time = instant::time_of(record, &["CreationTime", "CreationDate"])?;
    let common = Common::of(record);
    let log_name = common.workload.clone();
    let mapped = Mapped { time, product: "Microsoft 365", log_name, body: body(record, common) };
    let id = text(record, "Id").or_else(|| text(record, "Identity"));
    Ok(crate::event("m365", record, id, raw, mapped))
}

/// What every class takes from a record.
struct Common {
    operation: String,
    workload: String,
    status: Status,
    src_endpoint: Endpoint,
    actor: Actor,
    user_agent: Option<String>,
}

impl Common {
    fn of(record: &Value) -> Self {
        // The operation's name is kept as recorded, trailing period and spaces included.
        let operation = record.get("Operation").and_then(Value::as_str).unwrap_or_default();
        let ips = ["ClientIP", "ClientIPAddress", "ActorIpAddress"].map(|key| str_at(record, key));
        Self {
            operation: cut(operation, MAX_TEXT_BYTES).to_owned(),
            workload: text(record, "Workload").unwrap_or_else(|| "Microsoft 365".to_owned()),
            status: status(record),
            src_endpoint: address::endpoint(ips),
            actor: Actor {
                user: Some(user(record)).filter(|user| *user != User::default()),
                session: session(record),
                app_name: application::of_actor(record),
            },
            user_agent: user_agent(record),
        }
    }
    fn api(self, service_name: String, resources: Vec<String>) -> Body {
        Body::Api(Box::new(ApiActivity {
            operation: self.operation,
            service_name,
            actor: self.actor,
            status: self.status,
            src_endpoint: self.src_endpoint,
            user_agent: self.user_agent,
            resources,
        }))
    }
    fn entity(self, kind: EntityManagementKind, entity_type: String, entity_name: String, parameters: Vec<(String, String)>) -> Body {
        Body::EntityManagement(Box::new(EntityManagement {
            kind,
            operation: self.operation,
            actor: self.actor,
            entity_type,
            entity_name: cut(&entity_name, MAX_TEXT_BYTES).to_owned(),
            status: self.status,
            src_endpoint: self.src_endpoint,
            parameters: crate::change::sorted(parameters),
        }))
    }
}

fn body(record: &Value, common: Common) -> Body {
    let operation = common.operation.clone();
    match operation.as_str() {
        "UserLoggedIn" | "UserLoginFailed" => return sign_in::body(record, common),
        "UpdateInboxRules" => return cmdlet::inbox_rules_from_outlook(record, common),
        _ => {}
    }
    if cmdlet::is_cmdlet(&operation) {
        return cmdlet::body(record, common);
    }
    if common.workload == "AzureActiveDirectory" || matches!(field::number(record, "RecordType"), Some(8)) {
        return directory::body(record, common);
    }
    if let Some(kind) = file::kind(&operation) {
        return file::body(record, common, kind);
    }
    if let Some((kind, entity_type)) = membership(&operation) {
        let names = ["TeamName", "ItemName", "TargetUserOrGroupName", "ObjectId"];
        let name = names.iter().find_map(|key| text(record, key)).unwrap_or_default();
        let parameters = members(record);
        return common.entity(kind, entity_type.to_owned(), name, parameters);
    }
    if common.workload == "Exchange" {
        return mailbox::body(record, common);
    }
    let resources =
        ["ObjectId", "ItemName", "SiteUrl", "TeamName", "ChannelName", "AlertId", "Name"].iter().filter_map(|key| text(record, key));
    let mut resources: Vec<String> = resources.filter(|resource| !account::is_nobody(resource)).collect();
    resources.dedup();
    let service = common.workload.clone();
    common.api(service, resources)
}

/// Groups of SharePoint and teams of Microsoft Teams.
fn membership(operation: &str) -> Option<(EntityManagementKind, &'static str)> {
    use EntityManagementKind::{Create, Delete, Update};
    Some(match operation {
        "AddedToGroup" | "RemovedFromGroup" | "GroupUpdated" => (Update, "Group"),
        "GroupAdded" => (Create, "Group"),
        "GroupRemoved" => (Delete, "Group"),
        "MemberAdded" | "MemberRemoved" | "MemberRoleChanged" => (Update, "Team"),
        "TeamCreated" => (Create, "Team"),
        "TeamDeleted" => (Delete, "Team"),
        "SiteCollectionAdminAdded" | "SiteCollectionAdminRemoved" | "PermissionLevelAdded" | "SharingPolicyChanged" => (Update, "Site"),
        "SiteCollectionCreated" => (Create, "Site"),
        _ => return None,
    })
}

fn members(record: &Value) -> Vec<(String, String)> {
    let members =
        field::list(record, "Members").filter_map(|member| text(member, "UPN").map(|upn| ("Member".to_owned(), upn.to_lowercase())));
    let targets = ["TargetUserOrGroupName", "TargetUserOrGroupType", "EventData"].into_iter();
    members.chain(targets.filter_map(|key| text(record, key).map(|value| (key.to_owned(), value)))).collect()
}

/// `ResultStatus` in its many words; a record without one (SharePoint, Teams) leaves the outcome open.
fn status(record: &Value) -> Status {
    if let Some(success) = record.get("IsSuccess").and_then(Value::as_bool) {
        return if success { Status::Success } else { Status::Failure };
    }
    match str_at(record, "ResultStatus").map(str::to_lowercase).as_deref() {
        Some("success" | "succeeded" | "true" | "partiallysucceeded") => Status::Success,
        Some("failed" | "failure" | "fail" | "false") => Status::Failure,
        _ => Status::Unknown,
    }
}

/// The acting user: `UserId`, completed by the address in the `Actor` list (identity type 5) when `UserId` is none.
fn user(record: &Value) -> User {
    let mut user = account::user(str_at(record, "UserId"));
    if user.email_addr.is_none() {
        user.email_addr = identity(record, "Actor", 5).and_then(account::address);
    }
    let key = str_at(record, "UserKey").filter(|key| !account::is_nobody(key) && Some(*key) != user.name.as_deref());
    let guid = object_id(record, "Actor");
    let uid = match (key, guid) {
        // A directory record repeats the address in its key; the object id is the better one.
        (Some(key), Some(guid)) if !account::is_guid(key) && user.email_addr.is_some() => Some(guid),
        (Some(key), _) => Some(key),
        (None, guid) => guid.filter(|_| user.email_addr.is_some()),
    };
    if let Some(uid) = uid {
        user.uid = Some(cut(uid, MAX_TEXT_BYTES).to_lowercase());
    }
    user
}

/// The pairs of identity type and id in `Actor` or `Target`.
fn identities<'a>(record: &'a Value, key: &str) -> impl Iterator<Item = (i64, &'a str)> {
    field::list(record, key).filter_map(|item| Some((field::number(item, "Type")?, str_at(item, "ID")?)))
}

fn identity<'a>(record: &'a Value, key: &str, identity_type: i64) -> Option<&'a str> {
    identities(record, key).find(|(kind, _)| *kind == identity_type).map(|(_, id)| id)
}

/// The directory's object id of the user in `Actor` or `Target`: `User_<guid>`, else a bare GUID of type 0 (sign-ins). Bare GUIDs of
/// other types may be those of an application.
fn object_id<'a>(record: &'a Value, key: &str) -> Option<&'a str> {
    let named = identities(record, key).find_map(|(_, id)| id.strip_prefix("User_").filter(|id| account::is_guid(id)));
    named.or_else(|| identity(record, key, 0).filter(|id| account::is_guid(id)))
}

/// The sign-in session, under the name each workload gives it; the same id links a sign-in to what was done in it.
fn session(record: &Value) -> Option<Session> {
    let uid = str_at(record, "SessionId")
        .or_else(|| field::pair(record, "DeviceProperties", "SessionId"))
        .or_else(|| record.get("AppAccessContext").and_then(|context| str_at(context, "AADSessionId")))
        .or_else(|| str_at(record, "UserSessionId"))?;
    Some(Session { uid: cut(uid, MAX_TEXT_BYTES).to_owned() })
}

fn user_agent(record: &Value) -> Option<String> {
    if let Some(agent) = text(record, "UserAgent").or_else(|| field::pair(record, "ExtendedProperties", "UserAgent").map(str::to_owned)) {
        return Some(cut(&agent, MAX_TEXT_BYTES).to_owned());
    }
    if let Some(details) = field::pair(record, "ExtendedProperties", "additionalDetails")
        && let Ok(details) = serde_json::from_str::<Value>(cut(details, 64 * 1024))
        && let Some(agent) = text(&details, "User-Agent")
    {
        return Some(agent);
    }
    // `Client=OWA;Mozilla/5.0 (...);` : what comes before is the protocol.
    let client = str_at(record, "ClientInfoString")?;
    let agent = client.find("Mozilla/").and_then(|at| client.get(at..)).unwrap_or(client);
    Some(cut(agent.trim_end_matches(';'), MAX_TEXT_BYTES).to_owned())
}
