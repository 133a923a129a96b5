//! The event: one normalised record of one of the three domains.

use crate::activity::{
    AccountChange, ApiActivity, Authentication, DhcpActivity, DnsActivity, EmailActivity, EntityManagement, FileHosting, HttpActivity,
    NetworkActivity,
};
use crate::finding::DetectionFinding;
use crate::id::EventUid;
use crate::time::EventTime;
use serde::{Deserialize, Serialize};

/// The three domains that Weft weaves together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    Email,
    Saas,
    Network,
}

impl Domain {
    /// `email`, `saas` or `network`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Saas => "saas",
            Self::Network => "network",
        }
    }
}

/// Where a record comes from. Never a file path or a host name of the reader: the same record read twice is the same event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The product that wrote the record: `Microsoft 365`, `Microsoft Entra ID`, `Weft network sensor`, `Weft mail ingestor`.
    pub product: String,
    /// The log within the product: `Exchange`, `SignInLogs`, `pcap`, `message`.
    pub log_name: String,
    /// The provider's own id of the record, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_uid: Option<String>,
}

/// One normalised record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub uid: EventUid,
    /// When it happened, by the record.
    pub time: EventTime,
    pub metadata: Metadata,
    /// The raw record as text: the audit JSON, or a message's header block; at most 64 KiB, absent for packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_data: Option<String>,
    pub body: Body,
}

/// A pointer to an event, ordered as the analysis orders events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventRef {
    pub time: EventTime,
    pub uid: EventUid,
}

/// The class-specific part of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    Email(Box<EmailActivity>),
    Authentication(Box<Authentication>),
    AccountChange(Box<AccountChange>),
    EntityManagement(Box<EntityManagement>),
    Api(Box<ApiActivity>),
    FileHosting(Box<FileHosting>),
    Network(Box<NetworkActivity>),
    Http(Box<HttpActivity>),
    Dns(Box<DnsActivity>),
    Dhcp(Box<DhcpActivity>),
    Finding(Box<DetectionFinding>),
}

impl Body {
    /// The OCSF class number.
    pub fn class_uid(&self) -> u32 {
        match self {
            Self::Email(_) => 4009,
            Self::Authentication(_) => 3002,
            Self::AccountChange(_) => 3001,
            Self::EntityManagement(_) => 3004,
            Self::Api(_) => 6003,
            Self::FileHosting(_) => 6006,
            Self::Network(_) => 4001,
            Self::Http(_) => 4002,
            Self::Dns(_) => 4003,
            Self::Dhcp(_) => 4004,
            Self::Finding(_) => 2004,
        }
    }
}

impl Event {
    /// This event's place in the order of analysis.
    pub fn reference(&self) -> EventRef {
        EventRef { time: self.time, uid: self.uid }
    }

    /// The domain it belongs to; Kerberos tickets and NTLM are seen on the network.
    pub fn domain(&self) -> Domain {
        match &self.body {
            Body::Email(_) => Domain::Email,
            Body::Finding(finding) => finding.domain(),
            Body::Network(_) | Body::Http(_) | Body::Dns(_) | Body::Dhcp(_) => Domain::Network,
            Body::Authentication(a) if a.kind == crate::AuthenticationKind::AuthenticationTicket || a.auth_protocol.is_some() => {
                Domain::Network
            }
            Body::Authentication(_) | Body::AccountChange(_) | Body::EntityManagement(_) | Body::Api(_) | Body::FileHosting(_) => {
                Domain::Saas
            }
        }
    }
}
