//! One struct per OCSF 1.8.0 class that Weft emits.

use crate::object::{Actor, Answer, Attachment, EmailAuth, Endpoint, Link, Session, Status, Tls, Traffic, User};
use crate::time::EventTime;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Network Activity (4001): one flow in both directions; `src_endpoint` is the initiator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkActivity {
    pub src_endpoint: Endpoint,
    pub dst_endpoint: Endpoint,
    /// IANA protocol number (6 TCP, 17 UDP).
    pub protocol_num: u8,
    /// Community ID v1, seed 0.
    pub community_uid: String,
    pub traffic: Traffic,
    /// First and last packet.
    pub start_time: EventTime,
    pub end_time: EventTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Application protocol as recognised (`tls`, `http`, `ssh`, `quic`), when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
}

/// HTTP Activity (4002): one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpActivity {
    pub src_endpoint: Endpoint,
    pub dst_endpoint: Endpoint,
    pub http_method: String,
    /// Value of the Host header, lower case, without port.
    pub host: String,
    /// Request target as sent, at most 2,048 bytes.
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Response status, when the response was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
}

/// DNS Activity (4003): a query with its answer when both were seen; `src_endpoint` is the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsActivity {
    pub src_endpoint: Endpoint,
    pub dst_endpoint: Endpoint,
    /// Name asked for, lower case, without the final dot.
    pub hostname: String,
    /// `A`, `AAAA`, `MX` ...
    pub query_type: String,
    pub answers: Vec<Answer>,
    /// RFC 1035 response code; absent when no response was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rcode: Option<u8>,
}

/// What a DHCP message does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DhcpKind {
    #[default]
    Other,
    Discover,
    Offer,
    Request,
    Ack,
    Nak,
    Release,
}

/// DHCP Activity (4004). An `Ack` binds `mac` (and `hostname`) to `leased_ip` for `lease_s`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhcpActivity {
    pub kind: DhcpKind,
    pub src_endpoint: Endpoint,
    pub dst_endpoint: Endpoint,
    pub transaction_uid: u32,
    /// Client hardware address, `aa:bb:cc:dd:ee:ff`.
    pub mac: String,
    /// Option 12, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_ip: Option<IpAddr>,
    /// Lease time in seconds (option 51).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_s: Option<u32>,
}

/// What an authentication record says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticationKind {
    #[default]
    Logon,
    Logoff,
    /// A Kerberos ticket-granting ticket was asked for (AS-REQ).
    AuthenticationTicket,
}

/// The protocol by which an account proved itself, where the record names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthProtocol {
    Ntlm,
    Kerberos,
}

/// Authentication (3002).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    pub kind: AuthenticationKind,
    /// Set for what was seen on the wire: NTLM, whose `src_endpoint.hostname` is the computer's own name for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_protocol: Option<AuthProtocol>,
    pub user: User,
    pub status: Status,
    /// The provider's reason or error code, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<String>,
    pub src_endpoint: Endpoint,
    /// The service signed in to (`Office 365 Exchange Online`), or the Kerberos realm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The client application (`Outlook Web App`, `Browser`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Whether a second factor was used; absent when the record does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountChangeKind {
    #[default]
    Other,
    Create,
    Enable,
    PasswordChange,
    PasswordReset,
    Disable,
    Delete,
    AttachPolicy,
    DetachPolicy,
    Lock,
    MfaEnable,
    MfaDisable,
    Unlock,
}

/// Account Change (3001): `user` is the account changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChange {
    pub kind: AccountChangeKind,
    /// The provider's operation name, unchanged (`User registered security info`).
    pub operation: String,
    pub user: User,
    pub actor: Actor,
    pub status: Status,
    pub src_endpoint: Endpoint,
    /// The kind of second factor, lower case (`authenticator app with code`, `phone`), for MFA changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_factor: Option<String>,
}

/// What happened to a managed entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityManagementKind {
    #[default]
    Other,
    Create,
    Read,
    Update,
    Delete,
}

/// Entity Management (3004): an object such as an inbox rule, a group or an application was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityManagement {
    pub kind: EntityManagementKind,
    /// The provider's operation name, unchanged (`New-InboxRule`).
    pub operation: String,
    pub actor: Actor,
    /// `Inbox Rule`, `Group`, `Application`, `Mailbox` ...
    pub entity_type: String,
    /// Name of the object as recorded.
    pub entity_name: String,
    pub status: Status,
    pub src_endpoint: Endpoint,
    /// Parameters as recorded, sorted by name; values at most 1,024 bytes, at most 64 of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
}

/// API Activity (6003): every operation that has no class of its own keeps its name here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiActivity {
    /// The provider's operation name, unchanged.
    pub operation: String,
    /// Workload or service (`Exchange`, `MicrosoftTeams`).
    pub service_name: String,
    pub actor: Actor,
    pub status: Status,
    pub src_endpoint: Endpoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// What was acted on (mailbox, site, object id), as recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// What happened to a hosted file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileHostingKind {
    #[default]
    Other,
    Upload,
    Download,
    Update,
    Delete,
    Rename,
    Copy,
    Move,
    Share,
    Unshare,
    Open,
    Preview,
}

/// File Hosting Activity (6006).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHosting {
    pub kind: FileHostingKind,
    pub operation: String,
    /// `OneDrive`, `SharePoint`.
    pub service_name: String,
    pub actor: Actor,
    pub status: Status,
    pub src_endpoint: Endpoint,
    pub file_name: String,
    /// Full path or URL of the file as recorded.
    pub file_path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// Which way a message went, judged by the domains of the directory; unknown without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmailDirection {
    #[default]
    Unknown,
    Inbound,
    Outbound,
    Internal,
}

/// Email Activity (4009): one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailActivity {
    /// Decoders leave this `Unknown`; enrichment with the directory sets it.
    pub direction: EmailDirection,
    /// Message-ID without angle brackets; empty when the message has none.
    pub message_uid: String,
    /// Header From: address, lower case, and display name.
    pub from: String,
    pub from_name: String,
    /// Envelope sender (Return-Path), when recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// To and Cc addresses, lower case, in order, at most 1,000 together.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// Envelope recipients (Delivered-To, X-Original-To), when recorded.
    pub smtp_to: Vec<String>,
    pub subject: String,
    /// Message-IDs this message answers (In-Reply-To, References), at most 32.
    pub in_reply_to: Vec<String>,
    /// Address the message first came from, by the header chain (X-Originating-IP, else the earliest public Received hop).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_ip: Option<IpAddr>,
    pub auth: EmailAuth,
    /// At most 200.
    pub links: Vec<Link>,
    /// At most 100.
    pub attachments: Vec<Attachment>,
    /// True for an automatic reply, a delivery report or a mailing list message (RFC 3834, 3464, 2369).
    pub is_automatic: bool,
    /// Bytes of the whole message.
    pub size: u64,
}
