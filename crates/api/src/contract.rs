//! The incident's JSON as the API promises it: OCSF 1.8.0 Incident Finding (2005), ours under `unmapped.weft`. Types for the OpenAPI
//! document and for readers of the JSON; the API itself passes the stored text through.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// OCSF 1.8.0 Incident Finding; OCSF attributes besides these may be present.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentFinding {
    /// 2005.
    pub class_uid: i64,
    pub metadata: IncidentMetadata,
    /// Title.
    pub desc: String,
    pub activity_id: i64,
    /// 1 new, 2 in progress, 3 on hold, 4 resolved, 5 closed.
    pub status_id: i64,
    pub severity_id: i64,
    /// Milliseconds UTC.
    pub start_time: i64,
    pub end_time: i64,
    pub unmapped: Unmapped,
}

/// OCSF metadata.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentMetadata {
    /// The incident's uid.
    pub uid: String,
}

/// What OCSF has no attribute for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Unmapped {
    pub weft: WeftIncident,
}

/// Everything of ours about an incident.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WeftIncident {
    /// The title in Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_ja: Option<String>,
    /// 0 to 100, 50 at the alert threshold.
    pub score: f64,
    /// The sum of `indicators[].evidence_bits`, exactly.
    pub evidence_bits: f64,
    /// `email`, `saas`, `network`.
    pub domains: Vec<String>,
    /// ATT&CK tactics, short names.
    pub tactics: Vec<String>,
    pub entities: Vec<Entity>,
    /// Whom the attack reached and how far, by first act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Vec<ExposedPerson>>,
    pub indicators: Vec<Contribution>,
    pub links: Vec<IncidentLink>,
    /// Why what is in the incident is in it, and the strongest of what is not, in the order of deciding.
    #[serde(default)]
    pub decisions: Vec<StitchDecision>,
    pub timeline: Vec<TimelineEntry>,
    pub narrative: Narrative,
    pub iocs: Vec<Ioc>,
    pub coverage: Vec<Coverage>,
    pub recommended: Vec<Recommended>,
    /// 1 in final output, counting up while provisional.
    pub revision: i64,
    pub merged_from: Vec<String>,
    /// Other names analysts may search for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_aliases: Option<Vec<String>>,
}

/// Somebody or something with a part in the incident.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Entity {
    /// `kind:key`.
    pub uid: String,
    pub kind: String,
    pub name: String,
    pub role: String,
    pub aliases: Vec<String>,
}

/// One indicator and its share of the evidence.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Contribution {
    pub uid: String,
    /// Path-like model name.
    pub model: String,
    pub domain: String,
    pub time: i64,
    /// `-log2 p`, capped; the sum of `why[].bits`, exactly.
    pub bits: f64,
    /// Its share of the incident's evidence.
    pub evidence_bits: f64,
    /// Calibrated p-value.
    pub p: f64,
    /// 0 to 100, for display.
    pub score: f64,
    pub title: String,
    /// The title in Japanese; empty where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_ja: Option<String>,
    /// Entity uids.
    pub entities: Vec<String>,
    /// ATT&CK technique ids.
    pub techniques: Vec<String>,
    pub event_uids: Vec<String>,
    pub why: Vec<Why>,
}

/// One feature's share in an indicator's surprise.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Why {
    pub feature: String,
    pub observed: String,
    pub expected: String,
    /// Observations behind the expectation.
    pub n: u64,
    /// Where the expectation comes from: the entity itself, a peer group, the organisation, the shipped prior.
    pub peer: String,
    pub bits: f64,
}

/// Why two indicators belong together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentLink {
    /// Indicator uids.
    pub from: String,
    pub to: String,
    /// Uid of the shared entity.
    pub via: String,
    pub bits: f64,
    pub reason: String,
}

/// One decision of the stitching.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StitchDecision {
    /// `opened`, `joined`, `merged`, `refused`, `split`.
    pub kind: String,
    pub time: i64,
    /// What was decided on; outside the incident when refused or split.
    pub indicator_uid: String,
    /// The member it was weighed against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_uid: Option<String>,
    /// Uid of the shared entity that weighs most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// The weight all in all; for the opening indicator its surprise.
    pub bits: f64,
    pub text: String,
}

/// One line of the story.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    pub time: i64,
    pub domain: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_ja: Option<String>,
    /// Of what the investigation found: the question that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator_uid: Option<String>,
    pub event_uids: Vec<String>,
}

/// A text in both languages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Text {
    pub en: String,
    pub ja: String,
}

/// A sentence of the story with what it rests on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Clause {
    /// Absent in the assessment before and after the story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    pub text: Text,
    pub indicator_uids: Vec<String>,
    pub event_uids: Vec<String>,
}

/// Somebody whom the attack reached.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExposedPerson {
    /// `kind:key`.
    pub uid: String,
    pub name: String,
    /// The first whom it reached further than the mailbox.
    pub is_patient_zero: bool,
    /// The first act of each kind.
    pub acts: Vec<ExposureAct>,
}

/// How far somebody got.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExposureAct {
    /// `received`, `opened`, `clicked`, `replied`, `entered`.
    pub act: String,
    pub time: i64,
    pub event_uid: String,
}

/// The story in both languages: as one text, and clause by clause.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Narrative {
    pub en: String,
    pub ja: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clauses: Option<Vec<Clause>>,
    /// In plain words for somebody who got the mail; empty when the incident holds no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Text>,
}

/// An indicator of compromise.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ioc {
    /// `domain`, `ip`, `url`, `sender`.
    #[serde(rename = "type")]
    pub kind: String,
    pub value: String,
    pub role: String,
    pub first_seen: i64,
}

/// What a sensor did not see while the incident ran.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    pub domain: String,
    pub start: i64,
    pub end: i64,
    pub text: String,
}

/// What should be done, or would have been.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Recommended {
    pub action: String,
    pub target: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_ja: Option<String>,
    /// What of the incident speaks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// What it is expected to change, and what it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Text>,
    /// `would_have` in passive mode.
    pub mode: String,
}
