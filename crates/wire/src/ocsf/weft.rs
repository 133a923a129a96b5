//! What OCSF has no attribute for: the objects under `unmapped.weft` of findings and incidents
//! (`schemas/weft/incident.schema.json`). Lists keep the order of the model; times are milliseconds UTC; uids of events are hex.

use super::object::put;
use serde_json::{Map, Value, json};
use weft_model::{
    Bits, Clause, Contribution, Coverage, Decision, EventRef, ExposedPerson, Incident, IncidentEntity, Indicator, Link, Narrative,
    Recommended, Text, TimelineEntry, Why,
};

/// `unmapped.weft` of an incident.
pub(super) fn incident(incident: &Incident) -> Value {
    let contributions = incident.contributions.iter();
    json!({
        "title_ja": incident.title_ja,
        "score": finite(incident.score),
        "evidence_bits": bits(incident.evidence_bits),
        "domains": incident.domains,
        "tactics": incident.tactics,
        "entities": incident.entities.iter().map(entity).collect::<Vec<_>>(),
        "exposed": incident.exposed.iter().map(exposed).collect::<Vec<_>>(),
        "indicators": contributions.map(contribution).collect::<Vec<_>>(),
        "links": incident.links.iter().map(link).collect::<Vec<_>>(),
        "decisions": incident.decisions.iter().map(decision).collect::<Vec<_>>(),
        "timeline": incident.timeline.iter().map(timeline_entry).collect::<Vec<_>>(),
        "narrative": narrative(&incident.narrative),
        "iocs": incident.iocs.iter().map(|ioc| {
            json!({ "type": ioc.kind, "value": ioc.value, "role": ioc.role, "first_seen": ioc.first_seen.0 })
        }).collect::<Vec<_>>(),
        "coverage": incident.coverage.iter().map(coverage).collect::<Vec<_>>(),
        "recommended": incident.recommended.iter().map(recommended).collect::<Vec<_>>(),
        "search_aliases": incident.search_aliases,
        "revision": incident.revision,
        "merged_from": incident.merged_from.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn contribution(contribution: &Contribution) -> Value {
    indicator(&contribution.indicator, contribution.evidence_bits)
}

/// An indicator; `evidence` is its share in an incident, or its own evidence outside one.
pub(super) fn indicator(indicator: &Indicator, evidence: Bits) -> Value {
    json!({
        "uid": indicator.uid.to_string(),
        "model": indicator.model,
        "family": indicator.family,
        "domain": indicator.domain.as_str(),
        "time": indicator.time.0,
        "end_time": indicator.end_time.0,
        "bits": bits(indicator.bits),
        "evidence_bits": bits(evidence),
        "p": probability(indicator.p),
        "score": indicator.score.min(100),
        "title": indicator.title,
        "title_ja": indicator.title_ja,
        "entities": indicator.entities.iter().map(weft_model::Entity::uid).collect::<Vec<_>>(),
        "techniques": indicator.techniques,
        "tactics": indicator.tactics,
        "event_uids": event_uids(&indicator.events),
        "why": indicator.why.iter().map(why).collect::<Vec<_>>(),
    })
}

fn why(why: &Why) -> Value {
    json!({
        "feature": why.feature,
        "observed": why.observed,
        "expected": why.expected,
        "n": why.n,
        "peer": why.peer,
        "bits": bits(why.bits),
    })
}

fn entity(part: &IncidentEntity) -> Value {
    json!({
        "uid": part.entity.uid(),
        "kind": part.entity.kind.as_str(),
        "name": part.name,
        "role": part.role,
        "aliases": part.aliases,
    })
}

fn text(text: &Text) -> Value {
    json!({ "en": text.en, "ja": text.ja })
}

fn narrative(narrative: &Narrative) -> Value {
    json!({
        "en": narrative.en,
        "ja": narrative.ja,
        "clauses": narrative.clauses.iter().map(clause).collect::<Vec<_>>(),
        "recipient": text(&narrative.recipient),
    })
}

fn clause(clause: &Clause) -> Value {
    let mut object = Map::new();
    put(&mut object, "time", clause.time.map(|time| time.0));
    put(&mut object, "text", Some(text(&clause.text)));
    put(&mut object, "indicator_uids", Some(clause.indicators.iter().map(ToString::to_string).collect::<Vec<_>>()));
    put(&mut object, "event_uids", Some(event_uids(&clause.events)));
    Value::Object(object)
}

fn exposed(person: &ExposedPerson) -> Value {
    json!({
        "uid": person.entity.uid(),
        "name": person.name,
        "is_patient_zero": person.is_patient_zero,
        "acts": person.acts.iter().map(|exposure| {
            json!({ "act": exposure.act.as_str(), "time": exposure.time.0, "event_uid": exposure.event.uid.to_string() })
        }).collect::<Vec<_>>(),
    })
}

fn link(link: &Link) -> Value {
    json!({
        "from": link.from.to_string(),
        "to": link.to.to_string(),
        "via": link.via.uid(),
        "bits": bits(link.bits),
        "reason": link.reason,
    })
}

fn decision(decision: &Decision) -> Value {
    let mut object = Map::new();
    put(&mut object, "kind", Some(decision.kind.as_str()));
    put(&mut object, "time", Some(decision.time.0));
    put(&mut object, "indicator_uid", Some(decision.indicator.to_string()));
    put(&mut object, "other_uid", decision.other.map(|uid| uid.to_string()));
    put(&mut object, "via", decision.via.as_ref().map(weft_model::Entity::uid));
    put(&mut object, "bits", Some(bits(decision.bits)));
    put(&mut object, "text", Some(decision.text.as_str()));
    Value::Object(object)
}

fn timeline_entry(entry: &TimelineEntry) -> Value {
    let mut object = Map::new();
    put(&mut object, "time", Some(entry.time.0));
    put(&mut object, "domain", Some(entry.domain.as_str()));
    put(&mut object, "text", Some(entry.text.as_str()));
    put(&mut object, "text_ja", Some(entry.text_ja.as_str()));
    put(&mut object, "question", entry.question.as_ref().map(text));
    put(&mut object, "indicator_uid", entry.indicator.map(|uid| uid.to_string()));
    put(&mut object, "event_uids", Some(event_uids(&entry.events)));
    Value::Object(object)
}

fn coverage(coverage: &Coverage) -> Value {
    json!({ "domain": coverage.domain.as_str(), "start": coverage.start.0, "end": coverage.end.0, "text": coverage.text })
}

fn recommended(recommended: &Recommended) -> Value {
    json!({
        "action": recommended.action,
        "target": recommended.target,
        "text": recommended.text,
        "text_ja": recommended.text_ja,
        "reason": text(&recommended.reason),
        "effect": text(&recommended.effect),
        "mode": recommended.mode,
    })
}

fn event_uids(events: &[EventRef]) -> Vec<String> {
    events.iter().map(|event| event.uid.to_string()).collect()
}

/// Bits as the model prints them: a number with at most three decimals.
fn bits(bits: Bits) -> Value {
    json!(bits)
}

/// A score; JSON has no not-a-number.
fn finite(score: f64) -> f64 {
    if score.is_finite() { score.clamp(0.0, 100.0) } else { 0.0 }
}

/// A p-value; not a number says nothing, which is 1.
fn probability(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}
