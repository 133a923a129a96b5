//! Findings of other products as indicators: one for each (rule, entity, day), weighed by the vendor's severity and by how common the
//! rule is here. Works from the first alert on; needs no calibration table. Must not know the formats of products.

use crate::context::Context;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use weft_model::{Bits, DetectionFinding, Entity, EntityKind, Event, EventRef, EventUid, Indicator, IndicatorUid, SmolStr, Why};

/// Bits of each OCSF severity (unknown, informational, low, medium, high, critical, fatal): how rarely a day of an entity may see an
/// ordinary alert of it, set by hand (medium: one entity-day in 256). History can only lower them.
const PRIOR_BITS: [f64; 7] = [6.0, 4.0, 6.0, 8.0, 11.0, 14.0, 14.0];
/// Less surprise than this is not kept, in bits.
const KEEP_BITS: f64 = 2.0;
/// Only what lies above is evidence, as of our own models.
const EVIDENCE_BITS: f64 = 4.0;
/// Entity-days that the prior counts for against the organisation's history of a rule.
const PRIOR_ENTITY_DAYS: f64 = 100.0;
/// Days that the organisation's rate counts for against an entity's own history of a rule.
const ORGANISATION_DAYS: f64 = 10.0;
/// Days of history; one bit each.
const HISTORY_DAYS: i64 = 30;
/// Rules with a history, and entities in one; beyond it they share the history of the last.
const MAX_RULES: usize = 50_000;
const MAX_ENTITIES: usize = 50_000;
/// Alerts remembered by their product's id, so that an update or a second report counts once.
const MAX_SEEN: usize = 500_000;
/// Events and entities of one indicator.
const MAX_EVENTS: usize = 1024;
const MAX_LISTED: usize = 32;

/// One rule's history: for each entity the days on which it fired, bit 0 being today.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    days: HashMap<SmolStr, u32>,
    entity_days: u64,
}

/// What is kept of a (rule, entity) on the open day.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    count: u64,
    severity: u8,
    events: BTreeSet<EventRef>,
    entities: BTreeSet<Entity>,
    kept: Option<Indicator>,
}

/// History of all rules and the open day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    rules: HashMap<SmolStr, History>,
    open: HashMap<(SmolStr, SmolStr), Open>,
    seen: HashMap<EventUid, i64>,
    related: BTreeMap<IndicatorUid, BTreeSet<EventUid>>,
    first_day: Option<i64>,
    day: Option<i64>,
}

/// Surprise and what it is made of.
struct Weighed {
    prior: f64,
    after_organisation: f64,
    bits: f64,
    others: u64,
    entity_days: u64,
    own_days: u32,
    days: u64,
}

impl Findings {
    /// Takes the findings of one hour with their entities, in (time, uid) order; hours must not go back. Scores against everything
    /// before the hour, then learns it. Returns new indicators and new versions of the open day's (same uid).
    pub fn step(&mut self, context: Context<'_>, findings: &[(&Event, &DetectionFinding, Vec<Entity>)]) -> Vec<Indicator> {
        let Some((first, ..)) = findings.first() else { return Vec::new() };
        let day = first.time.day();
        self.start_day(day);
        let mut changed: BTreeSet<(SmolStr, SmolStr)> = BTreeSet::new();
        for (event, finding, entities) in findings {
            let is_new = finding.alert_uid.is_empty() || self.is_new(event.uid, day);
            let Some(primary) = entities.first().filter(|_| is_new) else { continue };
            let rule = format!("{}/{}", event.metadata.product, finding.rule_uid.as_ref().unwrap_or(&finding.rule));
            let key: (SmolStr, SmolStr) = (SmolStr::new(&rule), SmolStr::new(&primary.key));
            let open = self.open.entry(key.clone()).or_insert_with(|| Open {
                count: 0,
                severity: 0,
                events: BTreeSet::new(),
                entities: BTreeSet::new(),
                kept: None,
            });
            open.count += 1;
            if open.events.len() < MAX_EVENTS {
                open.events.insert(event.reference());
            }
            for entity in entities {
                if open.entities.len() < MAX_LISTED {
                    open.entities.insert(entity.clone());
                }
            }
            if open.kept.is_none() || finding.severity > open.severity {
                open.severity = open.severity.max(finding.severity);
                let weighed = weigh(self.rules.get(&key.0), &key.1, context, open.severity, day, self.first_day.unwrap_or(day));
                let family = format!("finding/{rule}");
                let uid = IndicatorUid::of("finding", &[key.0.as_bytes(), key.1.as_bytes(), &day.to_be_bytes()]);
                open.kept = Some(build(event, finding, uid, family, primary, open.severity, &weighed));
            }
            if let Some(kept) = &mut open.kept {
                let (known, new) = (&mut kept.techniques, &finding.techniques);
                known.extend(new.iter().filter(|id| !known.contains(id)).cloned().collect::<Vec<_>>());
                kept.end_time = kept.end_time.max(finding.last_seen).max(event.time);
                if !finding.related.is_empty() {
                    self.related.entry(kept.uid).or_default().extend(&finding.related);
                }
            }
            changed.insert(key);
        }
        let indicators = changed.iter().filter_map(|key| self.open.get(key)?.finished()).collect();
        changed.into_iter().for_each(|key| self.learn(key));
        indicators
    }

    /// Events of ours that findings rest on, by the finding's indicator.
    pub fn related(&self) -> &BTreeMap<IndicatorUid, BTreeSet<EventUid>> {
        &self.related
    }

    fn is_new(&mut self, uid: EventUid, day: i64) -> bool {
        if self.seen.contains_key(&uid) {
            return false;
        }
        if self.seen.len() < MAX_SEEN {
            self.seen.insert(uid, day);
        }
        true
    }

    fn start_day(&mut self, day: i64) {
        self.first_day.get_or_insert(day);
        let Some(before) = self.day.replace(day).filter(|before| *before != day) else { return };
        let shift = u32::try_from(day - before).unwrap_or(u32::MAX);
        self.open.clear();
        self.seen.retain(|_, seen| day - *seen <= HISTORY_DAYS);
        self.rules.retain(|_, history| {
            // Bits above the history fall off at the left.
            history.days.retain(|_, days| {
                *days = days.checked_shl(shift).unwrap_or(0) & ((1 << HISTORY_DAYS) - 1);
                *days != 0
            });
            history.entity_days = history.days.values().map(|days| u64::from(days.count_ones())).sum();
            !history.days.is_empty()
        });
    }

    fn learn(&mut self, (rule, entity): (SmolStr, SmolStr)) {
        if self.rules.len() >= MAX_RULES && !self.rules.contains_key(&rule) {
            return;
        }
        let history = self.rules.entry(rule).or_default();
        if history.days.len() >= MAX_ENTITIES && !history.days.contains_key(&entity) {
            return;
        }
        let days = history.days.entry(entity).or_insert(0);
        if *days & 1 == 0 {
            *days |= 1;
            history.entity_days += 1;
        }
    }
}

impl Open {
    /// The indicator with all events and entities, when it is worth keeping.
    fn finished(&self) -> Option<Indicator> {
        let mut indicator = self.kept.clone().filter(|kept| kept.bits.value() >= KEEP_BITS)?;
        let primary = indicator.entities.first().cloned();
        indicator.entities.extend(self.entities.iter().filter(|entity| Some(*entity) != primary.as_ref()).cloned());
        indicator.events = self.events.iter().copied().collect();
        if self.count > 1 {
            indicator.title = format!("{} ({} alerts)", indicator.title, self.count);
        }
        Some(indicator)
    }
}

/// Chance that a day of this entity sees the rule, from broad to narrow, each level backing off to the one before:
/// `p_organisation = (k + 100 p_severity) / (N + 100)`, k of the N entity-days of others in 30 days having seen it;
/// `p = (d + 10 p_organisation) / (D + 10)`, d of the entity's own D days before today. Bits are `-log2 p`, at most the severity's.
fn weigh(rule: Option<&History>, entity: &SmolStr, context: Context<'_>, severity: u8, day: i64, first_day: i64) -> Weighed {
    let prior = PRIOR_BITS.get(usize::from(severity)).copied().unwrap_or(PRIOR_BITS[0]);
    let own = rule.and_then(|rule| rule.days.get(entity)).copied().unwrap_or(0);
    let others = rule.map_or(0, |rule| rule.entity_days).saturating_sub(u64::from(own.count_ones()));
    let own_days = (own & !1).count_ones();
    let days = (day - first_day).clamp(0, HISTORY_DAYS - 1) as u64;
    let (people, devices) = context.graph.internal_counts();
    let entity_days = (people.max(devices).saturating_sub(1) as u64).saturating_mul(days + 1);
    let level = |bits: f64| bits.clamp(0.0, prior);
    let organisation = (others as f64 + PRIOR_ENTITY_DAYS * (-prior).exp2()) / (entity_days as f64 + PRIOR_ENTITY_DAYS);
    let after_organisation = level(-organisation.log2());
    let own = (f64::from(own_days) + ORGANISATION_DAYS * (-after_organisation).exp2()) / (days as f64 + ORGANISATION_DAYS);
    Weighed { prior, after_organisation, bits: level(-own.log2()), others, entity_days, own_days, days }
}

fn build(
    event: &Event,
    finding: &DetectionFinding,
    uid: IndicatorUid,
    family: String,
    primary: &Entity,
    severity: u8,
    weighed: &Weighed,
) -> Indicator {
    let bits = Bits::new(weighed.bits);
    let prior = Bits::new(weighed.prior);
    let after = Bits::new(weighed.after_organisation);
    let why = |feature: &str, observed: String, expected: &str, n: u64, peer: &str, bits: Bits| Why {
        feature: feature.to_owned(),
        observed,
        expected: expected.to_owned(),
        n,
        peer: peer.to_owned(),
        bits,
    };
    let severities = ["unknown", "informational", "low", "medium", "high", "critical", "fatal"];
    let word = severities.get(usize::from(severity)).copied().unwrap_or("unknown");
    let others = format!("the rule fired on {} entity-days of others in {HISTORY_DAYS} days", weighed.others);
    let own = format!("the rule fired here on {} of the {} days before", weighed.own_days, weighed.days);
    Indicator {
        uid,
        model: format!("{}{}/{}", weft_model::indicator::FINDING, event.metadata.product, finding.rule),
        family,
        domain: finding.domain(),
        time: event.time,
        end_time: finding.last_seen.max(event.time),
        bits,
        evidence: Bits::new((bits.value() - EVIDENCE_BITS).max(0.0)),
        p: (-bits.value()).exp2(),
        score: (100.0 * (1.0 - (-bits.value() / 8.0).exp2())).round() as u8,
        title: format!("{}: {}", event.metadata.product, if finding.title.is_empty() { &finding.rule } else { &finding.title }),
        title_ja: String::new(),
        entities: vec![primary.clone()],
        techniques: finding.techniques.clone(),
        tactics: finding.tactics.clone(),
        events: Vec::new(),
        why: vec![
            why("severity", format!("severity {word} by the product"), "shipped prior of the severity", 0, "prior", prior),
            why("rule_rate", others, "rare rules", weighed.entity_days, "organisation", after - prior),
            why("own_rate", own, "a rule new to the entity", weighed.days, "self", bits - after),
        ],
    }
}

/// The indicator with the accounts it names as they are known now: an id whose address a later record told is the same account.
pub fn resolved(mut indicator: Indicator, context: Context<'_>) -> Indicator {
    if !indicator.is_finding() {
        return indicator;
    }
    let mut entities: Vec<Entity> = Vec::with_capacity(indicator.entities.len());
    for entity in indicator.entities {
        let entity = match entity.kind {
            EntityKind::Person | EntityKind::Account => crate::extract::resolve(context, &entity.key),
            _ => entity,
        };
        if !entities.contains(&entity) {
            entities.push(entity);
        }
    }
    indicator.entities = entities;
    indicator
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::Outside;
    use weft_enrich::Enricher;
    use weft_entity_graph::EntityGraph;
    use weft_model::{Body, DAY_MS, Directory, EventTime, Metadata};

    fn alert(id: &str, at: i64, severity: u8, device: &str) -> (Event, DetectionFinding, Vec<Entity>) {
        let finding = DetectionFinding {
            alert_uid: id.into(),
            title: "Odd".into(),
            rule: "odd".into(),
            severity,
            first_seen: EventTime(at),
            last_seen: EventTime(at),
            ..DetectionFinding::default()
        };
        let metadata = Metadata { product: "P".into(), ..Metadata::default() };
        let uid = EventUid::of_record("alert", id);
        let event = Event { uid, time: EventTime(at), metadata, raw_data: None, body: Body::Finding(Box::new(finding.clone())) };
        (event, finding, vec![Entity::new(EntityKind::Device, device)])
    }

    /// Bits of one alert after `history` days on which the rule fired on `devices` devices each.
    fn bits_after(history: i64, devices: usize, severity: u8, device: &str) -> Option<Indicator> {
        let mut graph = EntityGraph::default();
        (0..200).for_each(|i| graph.known(EntityKind::Device, &weft_model::format_smolstr!("d{i}")));
        let (directory, enricher) = (Directory::default(), Enricher::default());
        let context = Context { graph: &graph, directory: &directory, enricher: &enricher, outside: &Outside::default() };
        let mut findings = Findings::default();
        let mut step = |alerts: Vec<(Event, DetectionFinding, Vec<Entity>)>| {
            let borrowed: Vec<_> = alerts.iter().map(|(event, finding, entities)| (event, finding, entities.clone())).collect();
            findings.step(context, &borrowed)
        };
        for day in 0..history {
            step((0..devices).map(|i| alert(&format!("{day}-{i}"), day * DAY_MS + i as i64, severity, &format!("d{i}"))).collect());
        }
        step(vec![alert("last", history * DAY_MS, severity, device)]).pop()
    }

    #[test]
    fn a_fresh_tenant_goes_by_severity_and_a_noisy_rule_says_little() {
        let fresh = bits_after(0, 0, 4, "d1").unwrap();
        assert_eq!(fresh.bits, Bits::new(11.0));
        let others = bits_after(20, 50, 4, "d199").unwrap();
        assert!(others.bits < Bits::new(5.0), "{:?}", others.bits);
        assert_eq!(bits_after(20, 1, 4, "d0"), None, "every day the same");
        for indicator in [fresh, others] {
            assert_eq!(indicator.why.iter().map(|why| why.bits).sum::<Bits>(), indicator.bits);
        }
    }

    #[test]
    fn the_same_alert_counts_once() {
        let graph = EntityGraph::default();
        let (directory, enricher) = (Directory::default(), Enricher::default());
        let context = Context { graph: &graph, directory: &directory, enricher: &enricher, outside: &Outside::default() };
        let mut findings = Findings::default();
        let (one, updated, other) = (alert("a", 5, 3, "d"), alert("a", 9, 3, "d"), alert("b", 10, 3, "d"));
        let borrowed: Vec<_> = [&one, &updated, &other].map(|(event, finding, entities)| (event, finding, entities.clone())).into();
        let indicators = findings.step(context, &borrowed);
        assert_eq!(indicators.len(), 1);
        assert_eq!(indicators[0].events.len(), 2);
        assert!(findings.step(context, &borrowed).is_empty());
    }
}
