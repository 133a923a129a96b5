//! An incident: indicators of several domains woven into one story.

use crate::bits::Bits;
use crate::entity::Entity;
use crate::event::{Domain, EventRef};
use crate::id::{IncidentUid, IndicatorUid};
use crate::indicator::Indicator;
use crate::time::EventTime;
use serde::{Deserialize, Serialize};

/// An indicator's share of the incident's evidence; shares sum to the incident's `evidence_bits` exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    pub indicator: Indicator,
    pub evidence_bits: Bits,
}

/// Why two indicators belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub from: IndicatorUid,
    pub to: IndicatorUid,
    /// The shared entity that weighs most.
    pub via: Entity,
    pub bits: Bits,
    pub reason: String,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// An indicator began the incident.
    Opened,
    /// One indicator came to others.
    Joined,
    /// Two groups became one.
    Merged,
    /// Something near was kept out: what it shares does not outweigh chance.
    Refused,
    /// It would have joined, but an analyst keeps it apart.
    Split,
}

impl DecisionKind {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Merged => "merged",
            Self::Refused => "refused",
            Self::Split => "split",
        }
    }
}

/// One line of the decision log: why something is in the incident or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub kind: DecisionKind,
    /// Of `indicator`.
    pub time: EventTime,
    /// What was decided on; for a refusal it is not in the incident.
    pub indicator: IndicatorUid,
    /// The member it was weighed against; none for the one that opened the incident.
    pub other: Option<IndicatorUid>,
    /// The shared entity that weighs most.
    pub via: Option<Entity>,
    /// The weight all in all, for the opening indicator its surprise.
    pub bits: Bits,
    pub text: String,
}

/// A text in both languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text {
    pub en: String,
    pub ja: String,
}

/// One line of the incident's story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub time: EventTime,
    pub domain: Domain,
    pub text: String,
    /// The same in Japanese; empty where there is none.
    #[serde(default)]
    pub text_ja: String,
    pub indicator: Option<IndicatorUid>,
    /// Of what the investigation found: the question that found it.
    #[serde(default)]
    pub question: Option<Text>,
    pub events: Vec<EventRef>,
}

/// An entity with its part in the incident (`compromised account`, `victim device`, `attacker infrastructure`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentEntity {
    pub entity: Entity,
    pub name: String,
    pub role: String,
    pub aliases: Vec<String>,
}

/// An indicator of compromise for export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ioc {
    /// `domain`, `ip`, `url`, `sender`.
    #[serde(rename = "type")]
    pub kind: String,
    pub value: String,
    /// `unusual sign-in source`, `possible C2 endpoint`, `phishing link`, `phishing sender`.
    pub role: String,
    pub first_seen: EventTime,
}

/// What a sensor did not see while the incident ran.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Coverage {
    pub domain: Domain,
    pub start: EventTime,
    pub end: EventTime,
    pub text: String,
}

/// An action that would be taken; nothing is carried out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recommended {
    /// One of the actions of `weft_narrative`'s texts: `block_connections`, `disable_account`, `revoke_sessions` ...
    pub action: String,
    pub target: String,
    pub text: String,
    /// The text in Japanese.
    #[serde(default)]
    pub text_ja: String,
    /// Why: what of the incident speaks for it.
    #[serde(default)]
    pub reason: Text,
    /// What it is expected to change, and what it costs.
    #[serde(default)]
    pub effect: Text,
    /// `would_have` in passive mode.
    pub mode: String,
}

/// A sentence of the narrative with what it rests on; without evidence it speaks of the incident as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// When it happened; absent in the assessment before and after the story.
    pub time: Option<EventTime>,
    pub text: Text,
    pub indicators: Vec<IndicatorUid>,
    pub events: Vec<EventRef>,
}

/// The story in both languages: the clauses, and all of them as one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrative {
    pub en: String,
    pub ja: String,
    #[serde(default)]
    pub clauses: Vec<Clause>,
    /// In plain words for somebody who got the mail; empty when the incident holds no mail.
    #[serde(default)]
    pub recipient: Text,
}

/// How far a person got with what the attack sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A mail of the attack reached the mailbox.
    Received,
    /// The mail was opened, as far as an audit log tells.
    Opened,
    /// A device of the person contacted what the mail leads to.
    Clicked,
    /// The person answered the mail.
    Replied,
    /// An unusual sign-in to the account followed the click.
    Entered,
}

impl Act {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Replied => "replied",
            Self::Entered => "entered",
        }
    }
}

/// A first act of one kind with the event that shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exposure {
    pub act: Act,
    pub time: EventTime,
    pub event: EventRef,
}

/// A person whom the attack reached, with the first act of each kind in the order of [`Act`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedPerson {
    pub entity: Entity,
    pub name: String,
    /// The first whom it reached further than the mailbox.
    pub is_patient_zero: bool,
    pub acts: Vec<Exposure>,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub uid: IncidentUid,
    pub title: String,
    /// The title in Japanese.
    #[serde(default)]
    pub title_ja: String,
    /// Other names analysts may search for.
    pub search_aliases: Vec<String>,
    pub start: EventTime,
    pub end: EventTime,
    /// 0 to 100, 50 at the alert threshold.
    pub score: f64,
    pub evidence_bits: Bits,
    pub domains: Vec<Domain>,
    pub tactics: Vec<String>,
    pub entities: Vec<IncidentEntity>,
    /// Who got it and how far, by first act; bounded, the people who got furthest kept.
    #[serde(default)]
    pub exposed: Vec<ExposedPerson>,
    pub contributions: Vec<Contribution>,
    pub links: Vec<Link>,
    /// In the order of deciding; the strongest refusals come last.
    pub decisions: Vec<Decision>,
    pub timeline: Vec<TimelineEntry>,
    pub narrative: Narrative,
    pub iocs: Vec<Ioc>,
    pub coverage: Vec<Coverage>,
    pub recommended: Vec<Recommended>,
    /// 1 in final output; counts up while provisional.
    pub revision: u32,
    pub merged_from: Vec<IncidentUid>,
}
