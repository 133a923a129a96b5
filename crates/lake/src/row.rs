//! An event as a row: the columns a scan can compare, beside the whole event as Protobuf.

use std::net::IpAddr;
use weft_model::{AuthenticationKind, Body, Event, EventRef, User};
use weft_wire::WireError;

/// A column that [`crate::Scan::equals`] can compare. Absent values equal nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// 32 hex digits.
    Uid,
    /// `email`, `saas` or `network`.
    Domain,
    /// Who acted, or for account changes and sign-ins whose account it is: address, else name, else provider id; lower case.
    User,
    /// Initiator of a connection, client of a request, origin of a message.
    SrcIp,
    /// Responder; the leased address for DHCP.
    DstIp,
    /// The host asked for: DNS name, TLS server name or HTTP host; lower case.
    Hostname,
    /// Host name of the initiating device, where the record names it; lower case.
    Device,
    /// Header From address; lower case.
    EmailFrom,
    Subject,
    /// The provider's operation name; the method for HTTP, `Logon`, `Logoff` or `AuthenticationTicket` for sign-ins.
    Operation,
}

impl Column {
    /// In the order of the file's columns, behind `time` and `class_uid`.
    pub const ALL: [Self; 10] = [
        Self::Uid,
        Self::Domain,
        Self::User,
        Self::SrcIp,
        Self::DstIp,
        Self::Hostname,
        Self::Device,
        Self::EmailFrom,
        Self::Subject,
        Self::Operation,
    ];

    /// The column's name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uid => "uid",
            Self::Domain => "domain",
            Self::User => "user",
            Self::SrcIp => "src_ip",
            Self::DstIp => "dst_ip",
            Self::Hostname => "hostname",
            Self::Device => "device",
            Self::EmailFrom => "email_from",
            Self::Subject => "subject",
            Self::Operation => "operation",
        }
    }

    /// `value` as this column stores it: lower case where the column is, addresses in their canonical text.
    pub(crate) fn canonical(self, value: &str) -> String {
        match self {
            Self::Uid | Self::Domain | Self::User | Self::Hostname | Self::Device | Self::EmailFrom => value.to_lowercase(),
            Self::SrcIp | Self::DstIp => value.parse::<IpAddr>().map_or_else(|_| value.to_owned(), |ip| ip.to_string()),
            Self::Subject | Self::Operation => value.to_owned(),
        }
    }
}

/// One row of a part.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) reference: EventRef,
    pub(crate) class_uid: u32,
    /// In the order of [`Column::ALL`].
    pub(crate) columns: [Option<String>; 10],
    /// `weft_wire` Protobuf.
    pub(crate) event: Vec<u8>,
}

impl Row {
    pub(crate) fn of(event: &Event) -> Self {
        Self::new(event, weft_wire::encode_event(event))
    }

    /// The row of an event already stored, its bytes unchanged.
    ///
    /// # Errors
    /// When the bytes are no event.
    pub(crate) fn decode(bytes: Vec<u8>) -> Result<Self, WireError> {
        let event = weft_wire::decode_event(&bytes)?;
        Ok(Self::new(&event, bytes))
    }

    fn new(event: &Event, encoded: Vec<u8>) -> Self {
        let values = Values::of(&event.body);
        let columns = Column::ALL.map(|column| {
            let value = match column {
                Column::Uid => Some(event.uid.to_string()),
                Column::Domain => Some(event.domain().as_str().to_owned()),
                Column::User => values.user.map(str::to_owned),
                Column::SrcIp => values.src_ip.map(|ip| ip.to_string()),
                Column::DstIp => values.dst_ip.map(|ip| ip.to_string()),
                Column::Hostname => values.hostname.map(str::to_owned),
                Column::Device => values.device.map(str::to_owned),
                Column::EmailFrom => values.email_from.map(str::to_owned),
                Column::Subject => values.subject.map(str::to_owned),
                Column::Operation => values.operation.map(str::to_owned),
            };
            value.filter(|value| !value.is_empty()).map(|value| column.canonical(&value))
        });
        Self { reference: event.reference(), class_uid: event.body.class_uid(), columns, event: encoded }
    }

    /// Bytes this row takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.columns.iter().flatten().map(String::len).sum::<usize>() + self.event.len() + std::mem::size_of::<Self>()
    }

    pub(crate) fn column(&self, column: Column) -> Option<&str> {
        Column::ALL.iter().zip(&self.columns).find(|(known, _)| **known == column).and_then(|(_, value)| value.as_deref())
    }
}

/// What a class has for the columns that differ by class.
#[derive(Default)]
struct Values<'a> {
    user: Option<&'a str>,
    src_ip: Option<IpAddr>,
    dst_ip: Option<IpAddr>,
    hostname: Option<&'a str>,
    device: Option<&'a str>,
    email_from: Option<&'a str>,
    subject: Option<&'a str>,
    operation: Option<&'a str>,
}

impl<'a> Values<'a> {
    fn of(body: &'a Body) -> Self {
        match body {
            Body::Email(mail) => {
                Self { src_ip: mail.origin_ip, email_from: Some(&mail.from), subject: Some(&mail.subject), ..Self::default() }
            }
            Body::Authentication(sign_in) => Self {
                user: name(&sign_in.user),
                src_ip: sign_in.src_endpoint.ip,
                device: sign_in.src_endpoint.hostname.as_deref(),
                operation: Some(match sign_in.kind {
                    AuthenticationKind::Logon => "Logon",
                    AuthenticationKind::Logoff => "Logoff",
                    AuthenticationKind::AuthenticationTicket => "AuthenticationTicket",
                }),
                ..Self::default()
            },
            Body::AccountChange(change) => Self {
                user: name(&change.user).or_else(|| change.actor.user.as_ref().and_then(name)),
                src_ip: change.src_endpoint.ip,
                device: change.src_endpoint.hostname.as_deref(),
                operation: Some(&change.operation),
                ..Self::default()
            },
            Body::EntityManagement(change) => Self {
                user: change.actor.user.as_ref().and_then(name),
                src_ip: change.src_endpoint.ip,
                device: change.src_endpoint.hostname.as_deref(),
                operation: Some(&change.operation),
                ..Self::default()
            },
            Body::Api(call) => Self {
                user: call.actor.user.as_ref().and_then(name),
                src_ip: call.src_endpoint.ip,
                device: call.src_endpoint.hostname.as_deref(),
                operation: Some(&call.operation),
                ..Self::default()
            },
            Body::FileHosting(file) => Self {
                user: file.actor.user.as_ref().and_then(name),
                src_ip: file.src_endpoint.ip,
                device: file.src_endpoint.hostname.as_deref(),
                operation: Some(&file.operation),
                ..Self::default()
            },
            Body::Network(flow) => Self {
                src_ip: flow.src_endpoint.ip,
                dst_ip: flow.dst_endpoint.ip,
                hostname: flow.tls.as_ref().and_then(|tls| tls.sni.as_deref()).or(flow.dst_endpoint.hostname.as_deref()),
                device: flow.src_endpoint.hostname.as_deref(),
                ..Self::default()
            },
            Body::Http(request) => Self {
                src_ip: request.src_endpoint.ip,
                dst_ip: request.dst_endpoint.ip,
                hostname: Some(&request.host),
                device: request.src_endpoint.hostname.as_deref(),
                operation: Some(&request.http_method),
                ..Self::default()
            },
            Body::Dns(query) => Self {
                src_ip: query.src_endpoint.ip,
                dst_ip: query.dst_endpoint.ip,
                hostname: Some(&query.hostname),
                device: query.src_endpoint.hostname.as_deref(),
                ..Self::default()
            },
            Body::Finding(finding) => {
                use weft_model::InvolvedKind as Kind;
                let first = |kind| finding.involved.iter().find(|one| one.kind == kind).map(|one| one.name.as_str());
                Self {
                    user: first(Kind::User),
                    src_ip: first(Kind::Ip).and_then(|ip| ip.parse().ok()),
                    hostname: first(Kind::Domain),
                    device: first(Kind::Device),
                    email_from: first(Kind::Sender),
                    subject: Some(&finding.title),
                    operation: Some(&finding.rule),
                    ..Self::default()
                }
            }
            Body::Dhcp(lease) => Self {
                src_ip: lease.src_endpoint.ip,
                dst_ip: lease.leased_ip.or(lease.dst_endpoint.ip),
                device: lease.hostname.as_deref().or(lease.src_endpoint.hostname.as_deref()),
                ..Self::default()
            },
        }
    }
}

fn name(user: &User) -> Option<&str> {
    user.email_addr.as_deref().or(user.name.as_deref()).or(user.uid.as_deref())
}
