//! Objects that several event classes share, with OCSF 1.8.0 attribute names. Absent means unknown, never a guess.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One end of a connection, or where an action came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Host name as the record gives it (lower case), e.g. a DHCP host name or a TLS server name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// `aa:bb:cc:dd:ee:ff`, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
}

impl Endpoint {
    /// An endpoint known by its address only.
    pub fn from_ip(ip: IpAddr) -> Self {
        Self { ip: Some(ip), ..Self::default() }
    }
}

/// An account as a record names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login name or display name, as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address or user principal name, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_addr: Option<String>,
    /// The provider's stable id (Entra object id, Exchange user key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Windows or Kerberos domain (realm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

impl User {
    /// A user known by address or user principal name; the address is lower-cased.
    pub fn from_email(address: &str) -> Self {
        Self { email_addr: Some(address.to_lowercase()), ..Self::default() }
    }
}

/// Who acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Application or service principal name, when a program acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
}

/// A sign-in session as the provider numbers it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub uid: String,
}

/// Whether the attempted action worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    #[default]
    Unknown,
    Success,
    Failure,
}

/// Bytes and packets, `out` from the source (initiator) to the destination, `in` the other way. Bytes are IP bytes on the wire
/// (from the IP length field), not captured bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    pub bytes_out: u64,
    pub bytes_in: u64,
    pub packets_out: u64,
    pub packets_in: u64,
}

/// What a TLS ClientHello shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// Server name indication, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// JA4 client fingerprint (FoxIO, BSD-licensed part).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ja4: Option<String>,
    /// Highest version offered, `1.3`, `1.2` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Application protocols offered, e.g. `h2`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alpn: Vec<String>,
}

/// One resource record of a DNS answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `A`, `AAAA`, `CNAME` ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Address or name, as text.
    pub rdata: String,
    /// Seconds.
    pub ttl: u32,
}

/// A link in a message: where it goes and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The target as written, at most 2,048 bytes; never resolved or fetched.
    pub url: String,
    /// Host of the target, lower case, IDNA ASCII form; empty when the target has none (`mailto:`).
    pub host: String,
    /// The visible text of the anchor, trimmed, at most 256 characters; empty for a bare URL in text.
    pub text: String,
}

/// An attachment, described by its content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    /// MIME type the message declares.
    pub mime_type: String,
    /// MIME type its leading bytes show, when known (`application/x-iso9660-image`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_type: Option<String>,
    /// Decoded size in bytes.
    pub size: u64,
    /// BLAKE3 of the decoded bytes, hex.
    pub hash: String,
}

/// The receiving server's authentication verdicts (RFC 8601), lower case (`pass`, `fail`, `none` ...).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailAuth {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim_domain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<String>,
}
