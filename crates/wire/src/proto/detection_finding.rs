//! Detection Finding (2004).

use super::object::narrow;
use super::v1;
use crate::error::WireError;
use weft_model::{DetectionFinding, EventTime, EventUid, Involved, InvolvedKind};

/// Kinds and their numbers; a number of a later version is `Other`.
const KINDS: [(InvolvedKind, v1::InvolvedKind); 11] = [
    (InvolvedKind::Other, v1::InvolvedKind::Other),
    (InvolvedKind::User, v1::InvolvedKind::User),
    (InvolvedKind::Device, v1::InvolvedKind::Device),
    (InvolvedKind::Ip, v1::InvolvedKind::Ip),
    (InvolvedKind::Domain, v1::InvolvedKind::Domain),
    (InvolvedKind::Url, v1::InvolvedKind::Url),
    (InvolvedKind::File, v1::InvolvedKind::File),
    (InvolvedKind::Sender, v1::InvolvedKind::Sender),
    (InvolvedKind::Message, v1::InvolvedKind::Message),
    (InvolvedKind::App, v1::InvolvedKind::App),
    (InvolvedKind::Process, v1::InvolvedKind::Process),
];

pub(super) fn encode(finding: DetectionFinding) -> v1::DetectionFinding {
    let involved = finding.involved.into_iter().map(|one| v1::Involved {
        kind: KINDS.iter().find(|(kind, _)| *kind == one.kind).map_or(0, |(_, id)| i32::from(*id)),
        name: one.name,
        aliases: one.aliases,
    });
    v1::DetectionFinding {
        alert_uid: finding.alert_uid,
        title: finding.title,
        rule: finding.rule,
        rule_uid: finding.rule_uid,
        severity_id: u32::from(finding.severity),
        confidence_score: finding.confidence.map(u32::from),
        techniques: finding.techniques,
        tactics: finding.tactics,
        first_seen_time: finding.first_seen.0,
        last_seen_time: finding.last_seen.0,
        involved: involved.collect(),
        related_event_uids: finding.related.iter().map(|uid| uid.0.to_vec()).collect(),
    }
}

pub(super) fn decode(finding: v1::DetectionFinding) -> Result<DetectionFinding, WireError> {
    let uid = |bytes: Vec<u8>| {
        let uid: [u8; 16] =
            bytes.as_slice().try_into().map_err(|_| WireError::Invalid { field: "related_event_uids", expected: "16 bytes" })?;
        Ok(EventUid(uid))
    };
    let involved = finding.involved.into_iter().map(|one| Involved {
        kind: KINDS.iter().find(|(_, id)| i32::from(*id) == one.kind).map_or(InvolvedKind::Other, |(kind, _)| *kind),
        name: one.name,
        aliases: one.aliases,
    });
    Ok(DetectionFinding {
        alert_uid: finding.alert_uid,
        title: finding.title,
        rule: finding.rule,
        rule_uid: finding.rule_uid,
        severity: narrow(finding.severity_id, "severity_id", "0 to 255")?,
        confidence: finding.confidence_score.map(|score| narrow(score, "confidence_score", "0 to 255")).transpose()?,
        techniques: finding.techniques,
        tactics: finding.tactics,
        first_seen: EventTime(finding.first_seen_time),
        last_seen: EventTime(finding.last_seen_time),
        involved: involved.collect(),
        related: finding.related_event_uids.into_iter().map(uid).collect::<Result<_, WireError>>()?,
    })
}
