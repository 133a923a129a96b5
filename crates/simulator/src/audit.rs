//! Records of the Microsoft 365 Unified Audit Log, in the shape of the Management Activity API schema.
//!
//! Must not know why somebody acts.

use crate::calendar::audit_time;
use crate::company::{Company, Employee};
use crate::rng::Rng;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

/// An application that people sign in to.
#[derive(Clone, Copy, Debug)]
pub struct App {
    pub id: &'static str,
    pub name: &'static str,
    /// The resource it asks for.
    pub resource: &'static str,
}

impl App {
    /// Display name of the resource.
    pub fn resource_name(&self) -> &'static str {
        match self.resource {
            "00000003-0000-0000-c000-000000000000" => "Microsoft Graph",
            resource if resource == EXCHANGE.id => EXCHANGE.name,
            _ => self.name,
        }
    }
}

/// Outlook and the web mail.
pub const EXCHANGE: App = App {
    id: "00000002-0000-0ff1-ce00-000000000000",
    name: "Office 365 Exchange Online",
    resource: "00000002-0000-0ff1-ce00-000000000000",
};
/// What people open.
pub const APPS: &[App] = &[
    EXCHANGE,
    App { id: "4765445b-32c6-49b0-83e6-1d93765276ca", name: "OfficeHome", resource: "4765445b-32c6-49b0-83e6-1d93765276ca" },
    App { id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams", resource: "00000003-0000-0000-c000-000000000000" },
    App { id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office", resource: "00000003-0000-0000-c000-000000000000" },
    App {
        id: "00000003-0000-0ff1-ce00-000000000000",
        name: "Office 365 SharePoint Online",
        resource: "00000003-0000-0ff1-ce00-000000000000",
    },
];
/// The phone's mail program.
pub const OUTLOOK_MOBILE: App =
    App { id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile", resource: "00000002-0000-0ff1-ce00-000000000000" };

/// A signed-in client.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub ip: Ipv4Addr,
    pub agent: String,
    pub os: &'static str,
    pub browser: &'static str,
    /// City, region, country.
    pub location: (String, String, String),
}

/// Writes records of one tenant.
#[derive(Clone, Copy, Debug)]
pub struct Auditor<'a> {
    pub company: &'a Company,
    pub person: &'a Employee,
}

impl Auditor<'_> {
    fn base(&self, at_ms: i64, operation: &str, kind: u32, workload: &str, rng: &mut Rng) -> Value {
        json!({
            "CreationTime": audit_time(at_ms), "Id": rng.uuid(), "Operation": operation, "OrganizationId": self.company.tenant_id,
            "RecordType": kind, "UserType": 0, "Version": 1, "Workload": workload, "UserId": self.person.mail,
        })
    }

    /// `UserLoggedIn`, or `UserLoginFailed` with the error number and its name.
    pub fn sign_in(&self, at_ms: i64, session: &Session, app: &App, failure: Option<(&str, &str)>, rng: &mut Rng) -> Value {
        let operation = if failure.is_some() { "UserLoginFailed" } else { "UserLoggedIn" };
        let base = self.base(at_ms, operation, 15, "AzureActiveDirectory", rng);
        let ip = session.ip.to_string();
        let mut record = merge(
            base,
            json!({
                "ResultStatus": if failure.is_some() { "Failed" } else { "Success" },
                "UserKey": self.person.object_id, "ClientIP": ip, "ObjectId": app.resource, "AzureActiveDirectoryEventType": 1,
                "ExtendedProperties": [
                    {"Name": "ResultStatusDetail", "Value": if failure.is_some() { "UserError" } else { "Redirect" }},
                    {"Name": "UserAgent", "Value": session.agent}, {"Name": "RequestType", "Value": "OAuth2:Authorize"}],
                "ModifiedProperties": [],
                "Actor": [{"ID": self.person.object_id, "Type": 0}, {"ID": self.person.mail, "Type": 5}],
                "ActorContextId": self.company.tenant_id, "ActorIpAddress": ip, "InterSystemsId": rng.uuid(), "IntraSystemId": rng.uuid(),
                "SupportTicketId": "", "Target": [{"ID": app.resource, "Type": 0}], "TargetContextId": self.company.tenant_id,
                "ApplicationId": app.id,
                "DeviceProperties": [
                    {"Name": "OS", "Value": session.os}, {"Name": "BrowserType", "Value": session.browser},
                    {"Name": "IsCompliantAndManaged", "Value": "False"}, {"Name": "SessionId", "Value": session.id}],
                "ErrorNumber": failure.map_or("0", |(number, _)| number),
            }),
        );
        if let (Some((_, name)), Some(object)) = (failure, record.as_object_mut()) {
            object.insert("LogonError".to_owned(), json!(name));
        }
        record
    }

    fn exchange(&self, at_ms: i64, operation: &str, kind: u32, session: &Session, rng: &mut Rng) -> Value {
        let base = self.base(at_ms, operation, kind, "Exchange", rng);
        let ip = session.ip.to_string();
        merge(
            base,
            json!({
                "ResultStatus": "Succeeded", "UserKey": self.person.user_key, "ClientIP": ip, "ClientIPAddress": ip,
                "AppId": EXCHANGE.id, "ClientInfoString": format!("Client=OWA;{};", session.agent), "ExternalAccess": false,
                "InternalLogonType": 0, "LogonType": 0, "LogonUserSid": self.person.sid, "MailboxGuid": self.person.mailbox_guid,
                "MailboxOwnerSid": self.person.sid, "MailboxOwnerUPN": self.person.mail, "OrganizationName": self.organisation(),
                "OriginatingServer": server(rng), "SessionId": session.id,
            }),
        )
    }

    fn organisation(&self) -> String {
        format!("{}.onmicrosoft.com", self.company.domain.split('.').next().unwrap_or_default())
    }

    /// `MailItemsAccessed` (bind) of the given messages.
    pub fn mail_items_accessed(&self, at_ms: i64, session: &Session, messages: &[String], rng: &mut Rng) -> Value {
        let items: Vec<Value> = messages.iter().map(|id| json!({"InternetMessageId": format!("<{id}>")})).collect();
        let folder = rng.token(FOLDER_ID, 40);
        let record = self.exchange(at_ms, "MailItemsAccessed", 50, session, rng);
        merge(
            record,
            json!({
                "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
                "Folders": [{"FolderItems": items, "Id": folder, "Path": "\\Inbox"}], "OperationCount": messages.len(),
            }),
        )
    }

    /// `Send` of one message.
    pub fn send(&self, at_ms: i64, session: &Session, message_id: &str, subject: &str, rng: &mut Rng) -> Value {
        let record = self.exchange(at_ms, "Send", 2, session, rng);
        merge(record, json!({"Item": {"Id": "Unknown", "InternetMessageId": format!("<{message_id}>"), "Subject": subject}}))
    }

    /// `MoveToDeletedItems`, `SoftDelete` or `HardDelete` of one message of a folder.
    pub fn delete(&self, at_ms: i64, session: &Session, (operation, folder): (&str, &str), rng: &mut Rng) -> Value {
        let (item, id) = (rng.token(FOLDER_ID, 60), rng.token(FOLDER_ID, 40));
        let record = self.exchange(at_ms, operation, 3, session, rng);
        let folder = json!({"Id": id, "Path": format!("\\{folder}")});
        merge(record, json!({"AffectedItems": [{"Id": item, "ParentFolder": folder}], "CrossMailboxOperation": false, "Folder": folder}))
    }

    /// `New-InboxRule` with its parameters in order.
    pub fn new_inbox_rule(&self, at_ms: i64, session: &Session, name: &str, parameters: &[(String, String)], rng: &mut Rng) -> Value {
        let base = self.base(at_ms, "New-InboxRule", 1, "Exchange", rng);
        let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        merge(
            base,
            json!({
                "ResultStatus": "True", "UserKey": self.person.user_key, "UserType": 2,
                "ClientIP": format!("{}:{}", session.ip, rng.range(20_000, 60_000)),
                "ObjectId": format!("NAMPR{:02}A{:03}.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{}/{}\\{name}", rng.below(20), rng.below(20), self.organisation(), self.person.login),
                "AppId": EXCHANGE.id, "ClientAppId": "", "ExternalAccess": false, "OrganizationName": self.organisation(),
                "OriginatingServer": server(rng), "Parameters": parameters, "SessionId": session.id,
            }),
        )
    }

    /// A file operation in SharePoint or OneDrive.
    pub fn file(&self, at_ms: i64, session: &Session, operation: &str, file: &str, rng: &mut Rng) -> Value {
        let personal = rng.chance(0.5);
        let tenant = self.company.domain.split('.').next().unwrap_or_default();
        let (workload, site) = if personal {
            ("OneDrive", format!("https://{tenant}-my.sharepoint.com/personal/{}/", self.person.mail.replace(['@', '.'], "_")))
        } else {
            ("SharePoint", format!("https://{tenant}.sharepoint.com/sites/{}/", self.company.department(self.person).replace(' ', "")))
        };
        let folder = if personal { "Documents" } else { "Shared Documents" };
        let base = self.base(at_ms, operation, 6, workload, rng);
        merge(
            base,
            json!({
                "UserKey": format!("i:0h.f|membership|{}@live.com", self.person.user_key.to_lowercase()), "ClientIP": session.ip.to_string(),
                "ObjectId": format!("{site}{folder}/{file}"), "CorrelationId": rng.uuid(), "EventSource": "SharePoint", "ItemType": "File",
                "ListId": rng.uuid(), "ListItemUniqueId": rng.uuid(), "Site": rng.uuid(), "UserAgent": session.agent, "WebId": rng.uuid(),
                "SourceFileExtension": file.rsplit('.').next().unwrap_or_default(), "SiteUrl": site, "SourceFileName": file,
                "SourceRelativeUrl": folder,
            }),
        )
    }

    /// A Teams operation.
    pub fn teams(&self, at_ms: i64, session: &Session, operation: &str, rng: &mut Rng) -> Value {
        let base = self.base(at_ms, operation, 25, "MicrosoftTeams", rng);
        merge(
            base,
            json!({
                "ResultStatus": "", "UserKey": self.person.object_id, "ClientIP": session.ip.to_string(), "ObjectId": "Unknown",
                "CommunicationType": rng.word(&["OneOnOne", "GroupChat", "Team"]), "ItemName": "", "ExtraProperties": [],
                "ChatThreadId": format!("19:{}@thread.v2", rng.hex(32)), "MessageId": format!("{}", at_ms),
            }),
        )
    }

    /// A directory operation on the own account; the client address is often missing in these.
    pub fn directory(&self, at_ms: i64, operation: &str, ip: Option<Ipv4Addr>, properties: Value, rng: &mut Rng) -> Value {
        let base = self.base(at_ms, operation, 8, "AzureActiveDirectory", rng);
        let mut record = merge(
            base,
            json!({
                "ResultStatus": "Success", "UserKey": format!("{}@{}", self.person.user_key, self.company.domain), "ObjectId": self.person.mail,
                "AzureActiveDirectoryEventType": 1,
                "ExtendedProperties": [{"Name": "additionalDetails", "Value": "{\"UserType\":\"Member\"}"}, {"Name": "extendedAuditEventCategory", "Value": "User"}],
                "ModifiedProperties": properties,
                "Actor": [{"ID": self.person.mail, "Type": 5}, {"ID": self.person.user_key, "Type": 3}, {"ID": format!("User_{}", self.person.object_id), "Type": 2}, {"ID": self.person.object_id, "Type": 2}, {"ID": "User", "Type": 2}],
                "ActorContextId": self.company.tenant_id, "InterSystemsId": rng.uuid(), "IntraSystemId": rng.uuid(), "SupportTicketId": "",
                "Target": [{"ID": format!("User_{}", self.person.object_id), "Type": 2}, {"ID": self.person.object_id, "Type": 2}, {"ID": "User", "Type": 2}, {"ID": self.person.mail, "Type": 5}, {"ID": self.person.user_key, "Type": 3}],
                "TargetContextId": self.company.tenant_id,
            }),
        );
        if let (Some(ip), Some(object)) = (ip, record.as_object_mut()) {
            object.insert("ClientIP".to_owned(), json!(ip.to_string()));
            object.insert("ActorIpAddress".to_owned(), json!(ip.to_string()));
        }
        record
    }

    /// `Update user.` in which the list of second factors changes; the numbers are those of `StrongAuthenticationMethod`.
    pub fn strong_authentication(&self, at_ms: i64, ip: Option<Ipv4Addr>, old: &[u32], new: &[u32], rng: &mut Rng) -> Value {
        let list = |methods: &[u32]| {
            let items: Vec<Value> =
                methods.iter().enumerate().map(|(index, kind)| json!({"MethodType": kind, "Default": index == 0})).collect();
            Value::Array(items).to_string()
        };
        let properties = json!([
            {"Name": "StrongAuthenticationMethod", "NewValue": list(new), "OldValue": list(old)},
            {"Name": "Included Updated Properties", "NewValue": "StrongAuthenticationMethod", "OldValue": ""},
            {"Name": "TargetId.UserType", "NewValue": "Member", "OldValue": ""}]);
        self.directory(at_ms, "Update user.", ip, properties, rng)
    }
}

const FOLDER_ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn server(rng: &mut Rng) -> String {
    format!(
        "{}PR{:02}MB{:04} (15.20.7386.{:03})\r\n",
        rng.word(&["DM6", "BN8", "CH2", "SA1"]),
        rng.below(20),
        rng.below(9_999),
        rng.below(40)
    )
}

/// `base` with the members of `more` added or replaced.
pub fn merge(mut base: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (base.as_object_mut(), more) {
        object.extend(more);
    }
    base
}
