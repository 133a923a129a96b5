//! Entities: what an indicator speaks of and what links indicators.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// The kinds of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A person of the organisation (mailbox and SaaS accounts are aliases of it).
    Person,
    /// An account or mailbox that the directory does not know.
    Account,
    Device,
    /// An address outside a binding.
    Ip,
    /// A registrable domain.
    Domain,
    /// A full host name below a shared platform, or a host worth naming.
    Host,
    Url,
    /// An external mail address.
    Sender,
    Message,
    /// What messages of one wave have in common: the words of their subject without names and numbers.
    Campaign,
    Session,
    File,
    InboxRule,
}

impl EntityKind {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Account => "account",
            Self::Device => "device",
            Self::Ip => "ip",
            Self::Domain => "domain",
            Self::Host => "host",
            Self::Url => "url",
            Self::Sender => "sender",
            Self::Message => "message",
            Self::Campaign => "campaign",
            Self::Session => "session",
            Self::File => "file",
            Self::InboxRule => "inbox_rule",
        }
    }
    /// Whether it belongs to the organisation.
    pub fn is_internal(self) -> bool {
        matches!(self, Self::Person | Self::Device | Self::Account)
    }
}

/// One entity by kind and canonical key (lower-case address, host name, IP text, URL).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entity {
    pub kind: EntityKind,
    pub key: SmolStr,
}

impl Entity {
    pub fn new(kind: EntityKind, key: impl Into<SmolStr>) -> Self {
        Self { kind, key: key.into() }
    }
    /// `kind:key`, the uid in incident JSON.
    pub fn uid(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.key)
    }
}
