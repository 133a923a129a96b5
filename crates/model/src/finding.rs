//! Detection Finding (2004): an alert that another product raised. Must not know which product writes it in which form.

use crate::event::Domain;
use crate::id::EventUid;
use crate::time::EventTime;
use serde::{Deserialize, Serialize};

/// What somebody or something named by a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvolvedKind {
    /// Anything else; it is shown and links nothing.
    #[default]
    Other,
    /// A person's or service's account, or a mailbox.
    User,
    /// A computer, by host name.
    Device,
    Ip,
    Domain,
    Url,
    /// A file, by hash where one is given, else by name.
    File,
    /// The address a mail came from.
    Sender,
    /// A mail, by Message-ID.
    Message,
    /// A cloud application, by name.
    App,
    Process,
}

/// Somebody or something that a finding names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Involved {
    pub kind: InvolvedKind,
    /// Best name: mail address or user principal name, host name, address text, URL, hash. At most 2,048 bytes.
    pub name: String,
    /// Other names of the same (object id, security identifier, `domain\user`, file name), at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl Involved {
    /// One known by a single name.
    pub fn new(kind: InvolvedKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), aliases: Vec::new() }
    }
}

/// Detection Finding (2004). The product is the event's `metadata.product`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectionFinding {
    /// The product's id of the alert; empty when it has none.
    pub alert_uid: String,
    pub title: String,
    /// Name of the rule or analytic, and its id where it has one. Never empty in a finding that a reader made.
    pub rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_uid: Option<String>,
    /// `severity_id` of OCSF: 0 unknown, 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal.
    pub severity: u8,
    /// 0 to 100, when the product says how sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// ATT&CK technique ids (`T1566.002`), at most 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// Short names of ATT&CK tactics (`initial-access`), at most 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tactics: Vec<String>,
    /// First and last activity the alert is about.
    pub first_seen: EventTime,
    pub last_seen: EventTime,
    /// At most 256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub involved: Vec<Involved>,
    /// Events of ours that the alert rests on, at most 256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<EventUid>,
}

impl DetectionFinding {
    /// The domain of its subject: email when it names a mail or a sender; network when it names a computer, process or file, or nothing
    /// but addresses and names of hosts; else (an account, an application) SaaS.
    pub fn domain(&self) -> Domain {
        use InvolvedKind::{App, Device, File, Message, Process, Sender, User};
        let names = |kinds: &[InvolvedKind]| self.involved.iter().any(|one| kinds.contains(&one.kind));
        if names(&[Message, Sender]) {
            Domain::Email
        } else if names(&[Device, Process, File]) || !names(&[User, App]) {
            Domain::Network
        } else {
            Domain::Saas
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_gives_the_domain() {
        let of = |kinds: &[InvolvedKind]| {
            let involved = kinds.iter().map(|kind| Involved::new(*kind, "x")).collect();
            DetectionFinding { involved, ..DetectionFinding::default() }.domain()
        };
        assert_eq!(of(&[InvolvedKind::User, InvolvedKind::Message]), Domain::Email);
        assert_eq!(of(&[InvolvedKind::User, InvolvedKind::Device]), Domain::Network);
        assert_eq!(of(&[InvolvedKind::Ip]), Domain::Network);
        assert_eq!(of(&[InvolvedKind::User, InvolvedKind::Ip]), Domain::Saas);
    }
}
