//! A fact: what one event says about one entity, in the fields that models name.

use serde::Deserialize;
use std::sync::Arc;
use weft_model::{Domain, Entity, EntityKind, EventRef};

/// The kinds of fact a model can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
pub enum FactKind {
    /// A message reached an internal recipient; one fact a recipient and linked domain (one without link when it has none).
    #[serde(rename = "email.inbound")]
    EmailInbound,
    /// An internal person sent a message; one fact a linked domain (one without link when it has none).
    #[serde(rename = "email.sent")]
    EmailSent,
    /// A sign-in, successful or not.
    #[serde(rename = "saas.logon")]
    SaasLogon,
    /// An account was changed: password, second factor, state.
    #[serde(rename = "saas.account")]
    SaasAccount,
    /// An inbox rule was created or changed.
    #[serde(rename = "saas.rule")]
    SaasRule,
    /// Any other operation in a service.
    #[serde(rename = "saas.operation")]
    SaasOperation,
    /// A device resolved or contacted an external host.
    #[serde(rename = "net.contact")]
    NetContact,
    /// A device's flow to an external address, with its volume.
    #[serde(rename = "net.flow")]
    NetFlow,
}

impl FactKind {
    /// The domain that facts of this kind belong to.
    pub fn domain(self) -> Domain {
        match self {
            Self::EmailInbound | Self::EmailSent => Domain::Email,
            Self::SaasLogon | Self::SaasAccount | Self::SaasRule | Self::SaasOperation => Domain::Saas,
            Self::NetContact | Self::NetFlow => Domain::Network,
        }
    }
}

/// Names of the fields a fact may carry; a model that names another is refused.
pub const FIELDS: &[&str] = &[
    "acquaintance",
    "app",
    "as_org",
    "asn",
    "auth_factor",
    "authentication",
    "change",
    "country",
    "device",
    "domain",
    "host",
    "ip",
    "ip_scope",
    "link_domain",
    "link_relation",
    "link_tld",
    "network_kind",
    "operation",
    "person",
    "platform",
    "rule_actions",
    "rule_folder",
    "rule_name",
    "rule_name_shape",
    "sender",
    "sender_relation",
    "status",
    "subject",
    "tld",
    "url",
    "user_agent",
];

/// What one event says about one entity.
#[derive(Clone, Debug)]
pub struct Fact {
    pub kind: FactKind,
    pub event: EventRef,
    /// Text fields by name (see [`FIELDS`]); absent means unknown.
    pub fields: Vec<(&'static str, Arc<str>)>,
    /// An amount (bytes sent), for volume features.
    pub amount: u64,
    /// Everybody and everything it speaks of.
    pub entities: Vec<Entity>,
    /// The peer group of the person or of the device's owner.
    pub peer: Option<Arc<str>>,
}

impl Fact {
    /// The field's value.
    pub fn get(&self, field: &str) -> Option<&Arc<str>> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value)
    }
    /// The first entity of a kind.
    pub fn entity(&self, kind: EntityKind) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.kind == kind)
    }
    /// The internal person, account or device whose behaviour is judged first.
    pub fn actor(&self) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.kind.is_internal())
    }
}
