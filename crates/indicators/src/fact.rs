//! A fact: what one event says about one entity, in the fields that models name.

use crate::field::Field;
use crate::outside::{Address, Host};
use serde::Deserialize;
use smallvec::SmallVec;
use std::sync::Arc;
use weft_model::{Domain, Entity, EntityKind, EventRef, SmolStr};

/// The kinds of fact a model can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
pub enum FactKind {
    /// A message reached an internal recipient; one fact a recipient and linked domain (one without link when it has none).
    #[serde(rename = "email.inbound")]
    EmailInbound,
    /// A message from outside, once whatever the number of its recipients; judged by its sender.
    #[serde(rename = "email.message")]
    EmailMessage,
    /// A stranger's unasked message reached an internal recipient; one fact a trait that others may share: a kind of attached file, a
    /// linked site.
    #[serde(rename = "email.trait")]
    EmailTrait,
    /// The same; one fact a word of the subject.
    #[serde(rename = "email.word")]
    EmailWord,
    /// A message with attachments reached an internal recipient; one fact a type of attachment.
    #[serde(rename = "email.attachment")]
    EmailAttachment,
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
    /// Something else was set: a role, an application, a mailbox permission, a transport rule.
    #[serde(rename = "saas.change")]
    SaasChange,
    /// A file was opened, downloaded, shared, deleted ...
    #[serde(rename = "saas.file")]
    SaasFile,
    /// Any other operation in a service.
    #[serde(rename = "saas.operation")]
    SaasOperation,
    /// A device resolved or contacted an external host.
    #[serde(rename = "net.contact")]
    NetContact,
    /// A device's flow to an external address, with its volume.
    #[serde(rename = "net.flow")]
    NetFlow,
    /// A device's flow to an external address, whatever its volume, with its duration.
    #[serde(rename = "net.connection")]
    NetConnection,
    /// A device's flow to an internal address.
    #[serde(rename = "net.internal")]
    NetInternal,
    /// A device asked for an external name, answered or not, with the length of what stands before the registrable domain.
    #[serde(rename = "net.query")]
    NetQuery,
    /// A device fetched a file over plain HTTP.
    #[serde(rename = "net.download")]
    NetDownload,
}

impl FactKind {
    /// The domain that facts of this kind belong to.
    pub fn domain(self) -> Domain {
        match self {
            Self::EmailInbound | Self::EmailMessage | Self::EmailTrait | Self::EmailWord | Self::EmailAttachment | Self::EmailSent => {
                Domain::Email
            }
            Self::SaasLogon | Self::SaasAccount | Self::SaasRule | Self::SaasChange | Self::SaasFile | Self::SaasOperation => Domain::Saas,
            Self::NetContact | Self::NetFlow | Self::NetConnection | Self::NetInternal | Self::NetQuery | Self::NetDownload => {
                Domain::Network
            }
        }
    }
}

/// What the tables say of the address and the host of a fact: these fields are not copied, most facts speak of the same few.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    pub(crate) address: Option<Arc<Address>>,
    pub(crate) host: Option<Arc<Host>>,
}

const IP: Field = Field::of("ip");
const IP_SCOPE: Field = Field::of("ip_scope");
const COUNTRY: Field = Field::of("country");
const ASN: Field = Field::of("asn");
const AS_ORG: Field = Field::of("as_org");
const NETWORK_KIND: Field = Field::of("network_kind");
const SOURCE_NETWORK: Field = Field::of("source_network");
const HOST: Field = Field::of("host");
const DOMAIN: Field = Field::of("domain");
const PLATFORM: Field = Field::of("platform");

impl Shared {
    /// The field's value, when it is one of these.
    fn get(&self, field: Field) -> Option<&SmolStr> {
        match field {
            IP | IP_SCOPE | COUNTRY | ASN | AS_ORG | NETWORK_KIND | SOURCE_NETWORK => {
                let address = self.address.as_ref()?;
                match field {
                    IP => Some(&address.text),
                    IP_SCOPE => Some(&address.scope),
                    COUNTRY => address.country.as_ref(),
                    ASN => address.asn.as_ref(),
                    AS_ORG => address.as_org.as_ref(),
                    NETWORK_KIND => address.network_kind.as_ref(),
                    _ => address.neighbourhood.as_ref(),
                }
            }
            HOST | DOMAIN | PLATFORM => {
                let host = self.host.as_ref()?;
                match field {
                    HOST => Some(&host.name),
                    DOMAIN => Some(&host.registrable),
                    _ => host.platform.as_ref(),
                }
            }
            _ => None,
        }
    }
}

/// Most facts have no more fields, and speak of no more entities: those need no memory of their own.
pub type Fields = SmallVec<[(Field, SmolStr); 8]>;
pub type Entities = SmallVec<[Entity; 4]>;

/// What one event says about one entity.
#[derive(Clone, Debug)]
pub struct Fact {
    pub kind: FactKind,
    pub event: EventRef,
    /// Text fields; an absent one is unknown.
    pub fields: Fields,
    pub shared: Shared,
    /// An amount for volume features: bytes sent, seconds, recipients, letters, by the kind.
    pub amount: u64,
    /// Everybody and everything it speaks of.
    pub entities: Entities,
    /// The peer group of the person or of the device's owner.
    pub peer: Option<SmolStr>,
}

impl Fact {
    /// The field's value.
    pub fn get(&self, field: Field) -> Option<&SmolStr> {
        self.shared.get(field).or_else(|| self.fields.iter().find(|(known, _)| *known == field).map(|(_, value)| value))
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
