//! From a cluster of indicators to an incident that a person can read.

use crate::engine::Engine;
use crate::{decide, exposure, investigate, recommend, role, title};
use std::collections::BTreeSet;
use weft_model::{Contribution, Incident, IncidentUid, Indicator, Link, Narrative, TimelineEntry};
use weft_narrative::{Feed, Setting};
use weft_stitcher::{Cluster, Evidence, Stitching, share_evidence};

/// An indicator this surprising can give an incident its uid and is asked about, in bits.
pub(crate) const CORE_BITS: f64 = 8.0;
/// Events a timeline entry lists; the indicator lists them all.
const MAX_ENTRY_EVENTS: usize = 50;

/// The incident of a cluster, when its evidence is enough for one.
pub(crate) fn incident(engine: &Engine, cluster: &Cluster, stitching: &Stitching<'_>, indicators: &[Indicator]) -> Option<Incident> {
    let members: Vec<&Indicator> = cluster.members.iter().filter_map(|index| indicators.get(*index)).collect();
    let shares = share_evidence(&members);
    let evidence = Evidence::of(&members, &shares);
    let alert = engine.knowledge.alert;
    if !alert.is_incident(evidence) {
        return None;
    }
    let core = members.iter().find(|indicator| indicator.bits.value() >= CORE_BITS).or(members.first())?;
    let roles = role::Roles::of(engine, &members);
    let bait = investigate::led_by_mail(engine, &members);
    let exposed = exposure::exposed(engine, &members, &roles, &bait);
    let found = investigate::investigate(engine, &members, &roles, &bait);
    let mut timeline: Vec<TimelineEntry> = members.iter().map(|indicator| entry(indicator)).chain(found).collect();
    timeline.sort_by(|a, b| (a.time, &a.indicator, &a.text).cmp(&(b.time, &b.indicator, &b.text)));
    let domains: BTreeSet<_> = timeline.iter().map(|entry| entry.domain).collect();
    let tactics: BTreeSet<_> = members.iter().flat_map(|indicator| indicator.tactics.iter().cloned()).collect();
    let mut links: Vec<Link> = cluster.links.iter().filter_map(|link| named(link, indicators)).collect();
    links.sort_by(|a, b| (a.from, a.to, &a.via).cmp(&(b.from, b.to, &b.via)));
    let start = members.iter().map(|indicator| indicator.time).min()?;
    let end =
        timeline.iter().flat_map(|entry| entry.events.iter().map(|event| event.time)).chain(members.iter().map(|i| i.end_time)).max()?;
    let decisions = decide::log(core, cluster, &stitching.refused(cluster), indicators);
    let mut incident = Incident {
        uid: IncidentUid::of("incident", &[&core.uid.0]),
        title: String::new(),
        title_ja: String::new(),
        search_aliases: Vec::new(),
        start,
        end,
        score: alert.score(evidence),
        evidence_bits: evidence.all,
        domains: domains.into_iter().collect(),
        tactics: tactics.into_iter().collect(),
        recommended: recommend::recommend(engine, &members, &roles, &exposed),
        iocs: roles.iocs(engine, &members),
        entities: roles.into_entities(engine),
        exposed,
        contributions: members
            .into_iter()
            .zip(shares)
            .map(|(indicator, evidence_bits)| Contribution { indicator: indicator.clone(), evidence_bits })
            .collect(),
        links,
        decisions,
        timeline,
        narrative: Narrative::default(),
        coverage: engine.silences.of(start, end),
        revision: 1,
        merged_from: Vec::new(),
    };
    let (title, aliases) = title::title(engine, &incident);
    (incident.title, incident.title_ja, incident.search_aliases) = (title.en, title.ja, aliases);
    let indicators = incident.contributions.iter().map(|contribution| &contribution.indicator);
    let whole_day = indicators.filter(|one| role::speaks_of_whole_day(engine, one)).map(|one| one.uid).collect();
    incident.narrative = weft_narrative::narrate(&incident, &Setting { whole_day, feeds: feeds(engine, &incident) });
    Some(incident)
}

/// What the operator's feeds say about the incident's indicators of compromise: explanation, never a condition.
fn feeds(engine: &Engine, incident: &Incident) -> Vec<Feed> {
    let enricher = &engine.knowledge.enricher;
    let mut notes = Vec::new();
    for ioc in &incident.iocs {
        if let Some(registered) = enricher.domain_age_feed(&ioc.value) {
            notes.push(Feed::Age { what: ioc.value.clone(), day: weft_narrative::time_text::day(registered) });
        }
        if let Some(reason) = enricher.reputation(&ioc.value) {
            notes.push(Feed::Listed { what: ioc.value.clone(), reason: reason.to_string() });
        }
    }
    notes.dedup();
    notes
}

fn entry(indicator: &Indicator) -> TimelineEntry {
    TimelineEntry {
        time: indicator.time,
        domain: indicator.domain,
        text: indicator.title.clone(),
        text_ja: indicator.title_ja.clone(),
        question: None,
        indicator: Some(indicator.uid),
        events: indicator.events.iter().take(MAX_ENTRY_EVENTS).copied().collect(),
    }
}

fn named(link: &weft_stitcher::Weight, indicators: &[Indicator]) -> Option<Link> {
    Some(Link {
        from: indicators.get(link.from)?.uid,
        to: indicators.get(link.to)?.uid,
        via: link.via.clone(),
        bits: weft_model::Bits::new(link.bits),
        reason: link.reason.clone(),
    })
}
