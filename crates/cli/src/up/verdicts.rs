//! The analysts' standing verdicts as constraints of stitching and of learning, and which closed incidents grew.

use std::collections::BTreeSet;
use weft_indicators::{Judgement, Verdict};
use weft_model::{EventTime, Incident, IndicatorUid};
use weft_stitcher::Constraints;
use weft_store::{Decision, IncidentStatus, Store, VerdictKind};

/// What stands, for stitching. A uid that cannot be read binds nothing.
pub fn constraints(store: &Store) -> anyhow::Result<Constraints> {
    let mut constraints = Constraints::default();
    for row in store.standing_verdicts(None)? {
        let verdict = row.verdict;
        let pairs = verdict.pairs.iter().filter_map(|(a, b)| a.parse().ok().zip(b.parse().ok()));
        let members: Vec<IndicatorUid> = verdict.members.iter().filter_map(|uid| uid.parse().ok()).collect();
        match verdict.kind {
            VerdictKind::Link => constraints.together.extend(pairs),
            VerdictKind::KeepApart => constraints.apart.extend(pairs),
            VerdictKind::Confirm => {
                constraints.together.extend(members.iter().zip(members.iter().skip(1)).map(|(a, b)| (*a, *b)));
            }
            VerdictKind::Dismiss => constraints.frozen.push(members.into_iter().collect()),
            VerdictKind::Close => {}
        }
    }
    Ok(constraints)
}

/// What analysts said was an attack or none, for what the models learn.
pub fn judgements(store: &Store) -> anyhow::Result<Vec<Judgement>> {
    let judgement = |row: weft_store::VerdictRow| Judgement {
        since: EventTime(row.verdict.time_ms),
        until: row.undone_ms.map(EventTime),
        verdict: if row.verdict.kind == VerdictKind::Confirm { Verdict::Malicious } else { Verdict::Benign },
        indicators: row.verdict.members.iter().filter_map(|uid| uid.parse().ok()).collect(),
    };
    Ok(store.judgements()?.into_iter().map(judgement).collect())
}

/// A closed incident is not extended in silence: when `incident` holds more than it did when it was closed, it is open again, with a
/// note. `uids` are the incident's and those that became part of it.
pub fn reopen(store: &Store, incident: &Incident) -> anyhow::Result<()> {
    let uid = incident.uid.to_string();
    let is_done = |status| matches!(status, IncidentStatus::Resolved | IncidentStatus::Closed);
    if !store.get_incident(&uid)?.is_some_and(|row| is_done(row.status)) {
        return Ok(());
    }
    let uids: Vec<String> = incident.merged_from.iter().map(ToString::to_string).chain([uid.clone()]).collect();
    let mut closing = Vec::new();
    for uid in &uids {
        closing.extend(store.standing_verdicts(Some(uid))?.into_iter().filter(|row| row.verdict.kind == VerdictKind::Close));
    }
    if closing.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<&str> = closing.iter().flat_map(|row| row.verdict.members.iter().map(String::as_str)).collect();
    let news: Vec<&str> = incident
        .contributions
        .iter()
        .filter(|part| !known.contains(part.indicator.uid.to_string().as_str()))
        .map(|part| part.indicator.title.as_str())
        .collect();
    let Some(first) = news.first() else { return Ok(()) };
    for row in &closing {
        store.undo_verdict(row.id, incident.end.0)?;
    }
    store.set_status(&uid, IncidentStatus::New)?;
    let first: String = first.chars().take(200).collect();
    let text = format!("{} indicators joined since it was closed, the first: {first}", news.len());
    store.append_decision(&Decision { time_ms: incident.end.0, kind: "reopened".into(), incident: uid, text })?;
    Ok(())
}
