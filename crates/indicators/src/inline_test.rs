//! The tests that a model file carries: a made-up history of facts, one event, and how surprising it must be.

use crate::context::Context;
use crate::error::ModelError;
use crate::fact::{Fact, Shared};
use crate::field::Field;
use crate::model::{FeatureKind, Model, ModelSet};
use crate::outside::Outside;
use crate::state::{Recent, Settings, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_enrich::Enricher;
use weft_entity_graph::{EntityGraph, Touch};
use weft_model::{DAY_MS, Directory, Entity, EntityKind, EventRef, EventTime, EventUid, HOUR_MS, MINUTE_MS, SmolStr};

/// Fields of a fact as a test writes them; `repeat` gives the fact that often (`{i}` in a value is its number, `{entity}` and `{day}`
/// count these), `amount` its amount, `at_minutes` the minutes after ten o'clock at which it comes (`"0 10 20"`), and `only` the one
/// entity that shows it.
type Fields = BTreeMap<String, String>;

/// One test of one model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InlineTest {
    pub name: String,
    pub history: History,
    pub event: Fields,
    /// Surprise, in bits, of an indicator of the model that this one follows, an hour before the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preceded_by_bits: Option<f64>,
    pub expect: Expect,
}

/// What of a fact is no field.
const CONTROLS: [&str; 4] = ["repeat", "amount", "at_minutes", "only"];

/// Every entity shows every fact once a day, at ten o'clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub days: i64,
    pub entities: u32,
    pub facts: Vec<Fields>,
}

/// Bounds on the indicator's surprise; no indicator is 0 bits.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_bits: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bits: Option<f64>,
}

/// How a test went.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub bits: f64,
    pub passed: bool,
}

impl InlineTest {
    /// Runs this test against `model`, with the priors and the followed models of `shipped`. Errors when a field is unknown.
    pub fn run(&self, model: &Model, shipped: &ModelSet) -> Result<Outcome, ModelError> {
        let leaders = model.features.iter().filter_map(|feature| {
            let after = feature.measure.after()?;
            shipped.models.iter().find(|other| other.name == after.model).cloned()
        });
        let set = ModelSet { models: leaders.chain([model.clone()]).collect(), priors: shipped.priors.clone(), suppressions: Vec::new() };
        let mut state = State::new(Arc::new(set), Settings { keep_bits: 0.0, ..Settings::default() });
        let mut graph = EntityGraph::default();
        let (directory, enricher) = (Directory::default(), Enricher::builder().build());
        // All of them are there, though some show nothing.
        for entity in (0..self.history.entities).filter(|_| model.entity.is_internal()) {
            graph.known(model.entity, &SmolStr::new(keeper(model, entity).as_str()));
        }
        for day in 0..self.history.days {
            let mut facts = Vec::new();
            for entity in 0..self.history.entities {
                for fields in &self.history.facts {
                    facts.extend(self.facts(model, fields, entity, EventTime(day * DAY_MS + 10 * HOUR_MS))?);
                }
            }
            step(&mut state, &mut graph, &directory, &enricher, &facts);
        }
        let at = EventTime(self.history.days * DAY_MS + 10 * HOUR_MS);
        let facts = self.facts(model, &self.event, 0, at)?;
        if let (Some(bits), Some(leader), Some(fact)) = (self.preceded_by_bits, state.memory.first_mut(), facts.first()) {
            let who = fact.actor().map_or("", |actor| actor.key.as_str());
            leader.recent.entry(SmolStr::new(who)).or_default().push(Recent { at: at.plus_ms(-HOUR_MS), bits, source: None });
        }
        let bits = step(&mut state, &mut graph, &directory, &enricher, &facts);
        let passed = self.expect.min_bits.is_none_or(|min| bits >= min) && self.expect.max_bits.is_none_or(|max| bits <= max);
        Ok(Outcome { bits, passed })
    }

    fn facts(&self, model: &Model, fields: &Fields, entity: u32, at: EventTime) -> Result<Vec<Fact>, ModelError> {
        let key = keeper(model, entity);
        let number = |name: &str, default: u64| fields.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        if number("only", u64::from(entity)) != u64::from(entity) {
            return Ok(Vec::new());
        }
        let minutes: Vec<i64> =
            fields.get("at_minutes").into_iter().flat_map(|text| text.split(' ')).filter_map(|m| m.parse().ok()).collect();
        let day = at.day();
        // The recipients of a message are told from who is judged.
        let of_people = model.features.iter().any(|feature| feature.measure == FeatureKind::Topic(EntityKind::Person));
        let fact = |index: u64| -> Result<Fact, ModelError> {
            let keeper = if model.entity == EntityKind::Device { "device" } else { "person" };
            let mut values: Vec<(Field, SmolStr)> = Field::named(keeper)
                .filter(|_| !fields.contains_key(keeper))
                .map(|field| (field, SmolStr::new(&key)))
                .into_iter()
                .collect();
            let mut entities = if model.entity.is_internal() { vec![Entity::new(model.entity, key.as_str())] } else { Vec::new() };
            for (name, value) in fields.iter().filter(|(name, _)| !CONTROLS.contains(&name.as_str())) {
                let Some(field) = Field::named(name) else {
                    let what = format!("test `{}` names the unknown field `{name}`", self.name);
                    return Err(ModelError::Invalid { file: model.name.clone(), what });
                };
                let value =
                    value.replace("{i}", &index.to_string()).replace("{entity}", &entity.to_string()).replace("{day}", &day.to_string());
                let kind = match field.name() {
                    "sender" => Some(EntityKind::Sender),
                    "ip" => Some(EntityKind::Ip),
                    "domain" | "link_domain" => Some(EntityKind::Domain),
                    "url" => Some(EntityKind::Url),
                    "device" => Some(EntityKind::Device),
                    "campaign" => Some(EntityKind::Campaign),
                    "person" if of_people => Some(EntityKind::Person),
                    _ => None,
                };
                entities.extend(kind.map(|kind| Entity::new(kind, value.as_str())));
                values.push((field, SmolStr::new(&value)));
            }
            let at = at.plus_ms(minutes.get(index as usize).map_or(0, |minutes| minutes * MINUTE_MS));
            let uid = EventUid::of("inline", &[key.as_bytes(), &at.0.to_le_bytes(), &index.to_le_bytes()]);
            Ok(Fact {
                kind: model.on,
                event: EventRef { time: at, uid },
                fields: values.into(),
                shared: Shared::default(),
                amount: number("amount", 0),
                entities: entities.into(),
                peer: None,
            })
        };
        (0..number("repeat", minutes.len().max(1) as u64).min(10_000)).map(fact).collect()
    }
}

fn keeper(model: &Model, entity: u32) -> String {
    format!("{}-{entity}", model.entity.as_str())
}

/// One hour: score, then let the graph learn the contacts. Returns the most surprising indicator's bits.
fn step(state: &mut State, graph: &mut EntityGraph, directory: &Directory, enricher: &Enricher, facts: &[Fact]) -> f64 {
    for fact in facts {
        if let Some(actor) = fact.actor() {
            graph.known(actor.kind, &SmolStr::new(&actor.key));
        }
    }
    let indicators = state.step(Context { graph, directory, enricher, outside: &Outside::default() }, facts);
    for fact in facts {
        let Some(actor) = fact.actor() else { continue };
        for entity in fact.entities.iter().filter(|entity| !entity.kind.is_internal()) {
            let touch = Touch {
                event: fact.event,
                domain: fact.kind.domain(),
                class_uid: 0,
                by: SmolStr::new(&actor.key),
                contact: weft_entity_graph::Contact::Use,
            };
            graph.touch(entity, touch);
        }
    }
    indicators.iter().map(|indicator| indicator.bits.value()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::InlineTest;
    use crate::builtin;

    #[test]
    fn every_test_in_every_shipped_model_passes() {
        let set = builtin().unwrap();
        let (mut ran, mut failed) = (0, Vec::new());
        for model in &set.models {
            for test in &model.tests {
                let outcome = test.run(model, &set).unwrap();
                ran += 1;
                if !outcome.passed {
                    failed.push(format!("{}: {}: {} bits", model.name, test.name, outcome.bits));
                }
            }
            let fires = |test: &&InlineTest| test.expect.min_bits.is_some();
            assert!(model.tests.iter().any(|test| fires(&test)), "{} has no test that fires", model.name);
            assert!(model.tests.iter().any(|test| !fires(&test)), "{} has no test that does not", model.name);
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
        assert!(ran >= 80, "only {ran} inline tests");
    }
}
