//! Who played which part: the compromised account, exposed devices, the infrastructure behind it.

use crate::engine::Engine;
use std::collections::{BTreeMap, BTreeSet};
use weft_indicators::FeatureKind;
use weft_indicators::model::ROLES;
use weft_model::{Entity, EntityKind, EventTime, IncidentEntity, Indicator, Ioc};

/// An external entity that more of the organisation knew before is no indicator of compromise.
const MAX_PREVALENCE: f64 = 0.05;

/// Families whose subject is the account itself.
fn is_account_family(family: &str) -> bool {
    family.starts_with("saas-") || family == "email-outbound"
}

/// The part of every entity.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    parts: BTreeMap<Entity, &'static str>,
}

impl Roles {
    pub(crate) fn of(engine: &Engine, members: &[&Indicator]) -> Self {
        let compromised = accounts(members);
        let mut parts = BTreeMap::new();
        for indicator in members {
            // A breadth says nothing of any single place.
            let points_outside = !speaks_of_whole_day(engine, indicator);
            for entity in &indicator.entities {
                if !points_outside && is_outside(entity.kind) {
                    continue;
                }
                let Some(part) = part(engine, indicator, entity, &compromised, start(members)) else { continue };
                // The graver part wins.
                let known = parts.entry(entity.clone()).or_insert(part);
                if rank(part) < rank(known) {
                    *known = part;
                }
            }
        }
        Self { parts }
    }

    /// Entities with this part.
    pub(crate) fn with(&self, part: &str) -> Vec<&Entity> {
        self.parts.iter().filter(|(_, known)| **known == part).map(|(entity, _)| entity).collect()
    }

    pub(crate) fn into_entities(self, engine: &Engine) -> Vec<IncidentEntity> {
        self.parts
            .into_iter()
            .map(|(entity, part)| {
                let person = engine.knowledge.directory.person(&entity.key).filter(|_| entity.kind == EntityKind::Person);
                let mut aliases: Vec<String> = person
                    .into_iter()
                    .flat_map(|(_, p)| {
                        [
                            p.mail.to_lowercase(),
                            p.user_principal_name.to_lowercase(),
                            p.object_id.clone(),
                            p.device_host_name.to_lowercase(),
                        ]
                    })
                    .filter(|alias| !alias.is_empty())
                    .collect();
                aliases.sort();
                aliases.dedup();
                IncidentEntity { name: display_name(engine, &entity.key), role: part.to_owned(), aliases, entity }
            })
            .collect()
    }

    pub(crate) fn iocs(&self, engine: &Engine, members: &[&Indicator]) -> Vec<Ioc> {
        let mut iocs: Vec<Ioc> = self
            .parts
            .iter()
            .filter_map(|(entity, part)| {
                let kind = match entity.kind {
                    EntityKind::Domain | EntityKind::Host => "domain",
                    EntityKind::Ip => "ip",
                    EntityKind::Url => "url",
                    EntityKind::Sender => "sender",
                    _ => return None,
                };
                let first_seen = engine.graph.touches(entity).map_or(start(members), weft_entity_graph::Touches::first_seen);
                Some(Ioc { kind: kind.to_owned(), value: entity.key.to_string(), role: (*part).to_owned(), first_seen })
            })
            .collect();
        iocs.sort();
        iocs
    }
}

/// The person's name in the directory, else the key itself.
pub(crate) fn display_name(engine: &Engine, key: &str) -> String {
    let person = engine.knowledge.directory.person(key).map(|(_, person)| person.display_name.as_str());
    person.filter(|name| !name.is_empty()).unwrap_or(key).to_owned()
}

/// Whether the indicator is about all that a person or device did on a day (from how many networks, to how many recipients): such a one
/// says nothing of any single address, message or hour.
pub(crate) fn speaks_of_whole_day(engine: &Engine, indicator: &Indicator) -> bool {
    let model = engine.knowledge.models.models.iter().find(|model| model.name == indicator.model);
    model.is_some_and(|model| {
        let is_breadth = model.features.iter().any(|feature| matches!(feature.measure, FeatureKind::Distinct(_)));
        matches!(model.subject.name(), "person" | "device") && (is_breadth || model.conditions.is_empty())
    })
}

fn is_outside(kind: EntityKind) -> bool {
    matches!(kind, EntityKind::Ip | EntityKind::Domain | EntityKind::Host | EntityKind::Url | EntityKind::Sender)
}

/// Whether the keeper of the indicator used the address before the incident: its own habit is nothing of the attacker's.
pub(crate) fn is_own_habit(engine: &Engine, indicator: &Indicator, entity: &Entity, start: EventTime) -> bool {
    let (from, to) = (start.plus_ms(-30 * weft_model::DAY_MS), start.plus_ms(-weft_model::DAY_MS));
    let Some(keeper) = indicator.entities.first().filter(|keeper| keeper.kind.is_internal()) else { return false };
    engine.graph.touches(entity).is_some_and(|touches| touches.touched_by(&keeper.key, from, to))
}

pub(crate) fn start(members: &[&Indicator]) -> EventTime {
    members.iter().map(|indicator| indicator.time).min().unwrap_or_default()
}

/// The people whose accounts carry most of the account evidence: those with at least half as much as the first.
fn accounts(members: &[&Indicator]) -> BTreeSet<Entity> {
    let mut bits: BTreeMap<&Entity, i64> = BTreeMap::new();
    for indicator in members.iter().filter(|indicator| is_account_family(&indicator.family)) {
        if let Some(keeper) = indicator.entities.first().filter(|entity| matches!(entity.kind, EntityKind::Person | EntityKind::Account)) {
            *bits.entry(keeper).or_default() += indicator.evidence.0;
        }
    }
    let most = bits.values().copied().max().unwrap_or(0);
    bits.into_iter().filter(|(_, bits)| *bits * 2 >= most && *bits > 0).map(|(entity, _)| entity.clone()).collect()
}

/// Whether hardly anybody here knew the entity before the incident.
pub(crate) fn is_rare(engine: &Engine, entity: &Entity, start: EventTime) -> bool {
    let Some(touches) = engine.graph.touches(entity) else { return true };
    let before = touches.touchers(start.plus_ms(-30 * weft_model::DAY_MS), start.plus_ms(-weft_model::DAY_MS));
    let (people, devices) = engine.graph.internal_counts();
    before as f64 <= MAX_PREVALENCE * people.max(devices).max(1) as f64 && before <= 3
}

fn was_mailed(engine: &Engine, entity: &Entity) -> bool {
    let contacts = engine.graph.touches(entity).and_then(weft_entity_graph::Touches::contacts).unwrap_or_default();
    contacts.iter().any(|touch| touch.domain == weft_model::Domain::Email)
}

fn part(engine: &Engine, indicator: &Indicator, entity: &Entity, compromised: &BTreeSet<Entity>, start: EventTime) -> Option<&'static str> {
    let role = || engine.knowledge.models.role(&indicator.model, entity.kind);
    Some(match entity.kind {
        EntityKind::Person | EntityKind::Account if compromised.contains(entity) => "compromised account",
        EntityKind::Person | EntityKind::Account => role().unwrap_or("exposed person"),
        EntityKind::Device => {
            let owner = engine.knowledge.directory.owner_of(&entity.key);
            let is_victim = owner.is_some_and(|owner| compromised.contains(&Entity::new(EntityKind::Person, owner)));
            if is_victim { "device of the compromised account" } else { "exposed device" }
        }
        EntityKind::InboxRule => "inbox rule",
        EntityKind::Session => "session",
        EntityKind::Message | EntityKind::Campaign | EntityKind::File => return None,
        // A rule does not say what part an outsider plays; the models that share it do.
        _ if indicator.is_rule() => return None,
        // Outside: only what the organisation did not know.
        _ if !is_rare(engine, entity, start) || is_own_habit(engine, indicator, entity, start) => return None,
        EntityKind::Sender => role().unwrap_or("phishing sender"),
        EntityKind::Url => role().unwrap_or("phishing link"),
        EntityKind::Ip | EntityKind::Domain | EntityKind::Host => match role().unwrap_or("unusual sign-in source") {
            // Where a mail led is bait; what only the devices know is what the bait was for.
            "possible C2 endpoint" if was_mailed(engine, entity) => "phishing link",
            role => role,
        },
    })
}

/// The graver the part, the lower the number.
fn rank(part: &str) -> usize {
    ROLES.iter().position(|role| *role == part).unwrap_or(ROLES.len())
}
