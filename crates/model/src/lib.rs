//! The vocabulary of Weft: events, entities, indicators, incidents, typed ids and event time.
//!
//! Values only. This crate must not know where a value comes from (no decoder, no IO, no clock) nor how it is
//! serialised on a wire (`weft-wire` does that); serde names follow OCSF 1.8.0 attribute names.

pub mod activity;
pub mod bits;
pub mod directory;
pub mod entity;
pub mod event;
pub mod finding;
pub mod held;
pub mod id;
pub mod incident;
pub mod indicator;
pub mod object;
pub mod time;

pub use activity::{
    AccountChange, AccountChangeKind, ApiActivity, AuthProtocol, Authentication, AuthenticationKind, DhcpActivity, DhcpKind, DnsActivity,
    EmailActivity, EmailDirection, EntityManagement, EntityManagementKind, FileHosting, FileHostingKind, HttpActivity, NetworkActivity,
};
pub use bits::Bits;
pub use directory::{Directory, Person};
pub use entity::{Entity, EntityKind};
pub use event::{Body, Domain, Event, EventRef, Metadata};
pub use finding::{DetectionFinding, Involved, InvolvedKind};
pub use id::{EventUid, IncidentUid, IndicatorUid};
pub use incident::{
    Act, Clause, Contribution, Coverage, Decision, DecisionKind, ExposedPerson, Exposure, Incident, IncidentEntity, Ioc, Link, Narrative,
    Recommended, Text, TimelineEntry,
};
pub use indicator::{Indicator, Why};
pub use object::{Actor, Answer, Attachment, EmailAuth, Endpoint, Link as MailLink, Session, Status, Tls, Traffic, User};
pub use smol_str::{SmolStr, format_smolstr};
pub use time::{DAY_MS, EventTime, HOUR_MS, MINUTE_MS};
