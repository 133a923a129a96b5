//! The tests that a rule carries: a made-up history of events, some events, and how surprising the rule must find them.

use crate::rule::{Rule, RuleSet};
use crate::state::State;
use serde::de::IntoDeserializer;
use serde::de::value::Error as NameError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_enrich::Enricher;
use weft_entity_graph::EntityGraph;
use weft_indicators::inline_test::{Expect, Outcome as ModelOutcome};
use weft_indicators::{Context, Fact, FactKind, Field, Outside, Settings, Shared};
use weft_model::{
    Bits, DAY_MS, Directory, Domain, Entity, EntityKind, EventRef, EventTime, EventUid, HOUR_MS, Indicator, IndicatorUid, MINUTE_MS,
    SmolStr,
};

/// An event as a test writes it: `fact` names its kind, or `model` a model that spoke; the rest are fields. `repeat` gives it that often,
/// a second apart, `at_minutes` the minutes after ten o'clock at which it comes (`"0 10 20"`), `only` the one entity that shows it,
/// `amount` its amount. `{i}`, `{entity}` and `{day}` in a value are numbers.
type Fields = BTreeMap<String, String>;

/// What of an event is no field.
const CONTROLS: [&str; 6] = ["fact", "model", "repeat", "at_minutes", "only", "amount"];
/// Events, entities and days of a test.
const MAX_REPEAT: u64 = 2000;
const MAX_ENTITIES: u32 = 1000;
const MAX_DAYS: i64 = 60;

/// How a test went.
pub type Outcome = ModelOutcome;

/// One test of one rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InlineTest {
    pub name: String,
    /// Every entity shows every event once a day.
    pub history: History,
    /// On the day after, to the first entity.
    pub events: Vec<Fields>,
    pub expect: Expect,
}

/// The days before.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub days: i64,
    pub entities: u32,
    #[serde(default)]
    pub events: Vec<Fields>,
}

/// What a source says in a test.
enum Said {
    Fact(Box<Fact>),
    Model(Box<Indicator>),
}

impl Said {
    fn at(&self) -> EventRef {
        match self {
            Self::Fact(fact) => fact.event,
            Self::Model(indicator) => {
                indicator.events.first().copied().unwrap_or(EventRef { time: indicator.time, uid: EventUid([0; 16]) })
            }
        }
    }
}

impl InlineTest {
    /// Runs this test of `rule`, which is one of `set`. Errors name what is wrong in the test.
    pub fn run(&self, rule: &Rule, set: &RuleSet) -> Result<Outcome, String> {
        if self.history.days > MAX_DAYS || self.history.entities > MAX_ENTITIES {
            return Err(format!("test `{}`: at most {MAX_DAYS} days and {MAX_ENTITIES} entities", self.name));
        }
        let mut set = set.clone();
        set.rules.iter_mut().for_each(|other| other.speaks = other.title == rule.title);
        let mut state = State::new(Arc::new(set), Settings { keep_bits: 0.0, ..Settings::default() });
        let mut graph = EntityGraph::default();
        let keeper = rule.keeper();
        for entity in (0..self.history.entities).filter(|_| keeper.is_internal()) {
            graph.known(keeper, &SmolStr::new(name(keeper, entity)));
        }
        for day in 0..self.history.days {
            // A day on which nothing happens is a day, too.
            step(&mut state, &graph, EventTime(day * DAY_MS), &[], &[]);
            let mut said = Vec::new();
            for entity in 0..self.history.entities {
                for fields in &self.history.events {
                    self.say(rule, fields, entity, day, &mut said)?;
                }
            }
            run(&mut state, &graph, said);
        }
        let (day, mut said) = (self.history.days, Vec::new());
        for fields in &self.events {
            self.say(rule, fields, 0, day, &mut said)?;
        }
        let bits = run(&mut state, &graph, said);
        // The hours pass, so that what did not follow is missed, as long as the day lasts or the rule waits.
        let after = EventTime(day * DAY_MS + 11 * HOUR_MS + rule.timespan_ms);
        let bits = bits.max(step(&mut state, &graph, after, &[], &[]));
        let passed = self.expect.min_bits.is_none_or(|min| bits >= min) && self.expect.max_bits.is_none_or(|max| bits <= max);
        Ok(Outcome { bits, passed })
    }

    fn say(&self, rule: &Rule, fields: &Fields, entity: u32, day: i64, out: &mut Vec<Said>) -> Result<(), String> {
        let number = |name: &str, default: u64| fields.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        if number("only", u64::from(entity)) != u64::from(entity) {
            return Ok(());
        }
        let minutes: Vec<i64> =
            fields.get("at_minutes").into_iter().flat_map(|text| text.split(' ')).filter_map(|m| m.parse().ok()).collect();
        let repeat = number("repeat", 1).min(MAX_REPEAT);
        let start = EventTime(day * DAY_MS + 10 * HOUR_MS);
        for minute in if minutes.is_empty() { vec![0] } else { minutes } {
            for i in 0..repeat {
                let at = start.plus_ms(minute * MINUTE_MS + i as i64 * 1000);
                out.push(self.one(rule, fields, (entity, day, i), at)?);
            }
        }
        Ok(())
    }

    fn one(&self, rule: &Rule, fields: &Fields, (entity, day, i): (u32, i64, u64), at: EventTime) -> Result<Said, String> {
        let unknown = |what: &str, name: &str| format!("test `{}` names the unknown {what} `{name}`", self.name);
        let kind: Option<FactKind> = match fields.get("fact") {
            Some(name) => {
                let read: Result<FactKind, NameError> = FactKind::deserialize(name.as_str().into_deserializer());
                Some(read.map_err(|_| unknown("kind of fact", name))?)
            }
            None => None,
        };
        let usual = match kind {
            Some(kind) if kind.domain() == Domain::Network => EntityKind::Device,
            None => rule.keeper(),
            _ => EntityKind::Person,
        };
        let (mut values, mut entities) = (Vec::new(), Vec::new());
        if !fields.contains_key(usual.as_str()) && usual.is_internal() && kind != Some(FactKind::EmailMessage) {
            let who = name(usual, entity);
            values.extend(Field::named(usual.as_str()).map(|field| (field, SmolStr::new(&who))));
            entities.push(Entity::new(usual, who.as_str()));
        }
        for (name, value) in fields.iter().filter(|(name, _)| !CONTROLS.contains(&name.as_str())) {
            let value = value.replace("{i}", &i.to_string()).replace("{entity}", &entity.to_string()).replace("{day}", &day.to_string());
            let field = Field::named(name).ok_or_else(|| unknown("field", name))?;
            let kind = match name.as_str() {
                "person" => Some(EntityKind::Person),
                "device" => Some(EntityKind::Device),
                "sender" => Some(EntityKind::Sender),
                "ip" => Some(EntityKind::Ip),
                "domain" | "link_domain" => Some(EntityKind::Domain),
                "host" => Some(EntityKind::Host),
                "url" => Some(EntityKind::Url),
                "session" => Some(EntityKind::Session),
                "campaign" => Some(EntityKind::Campaign),
                "rule_name" => Some(EntityKind::InboxRule),
                _ => None,
            };
            entities.extend(kind.map(|kind| Entity::new(kind, value.as_str())));
            values.push((field, SmolStr::new(&value)));
        }
        let source =
            fields.get("fact").or(fields.get("model")).ok_or_else(|| format!("test `{}`: an event lacks `fact` or `model`", self.name))?;
        let uid = EventUid::of("inline", &[source.as_bytes(), &entity.to_be_bytes(), &at.0.to_be_bytes(), &i.to_be_bytes()]);
        let event = EventRef { time: at, uid };
        let amount = fields.get("amount").and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(match kind {
            Some(kind) => {
                let (fields, entities) = (values.into(), entities.into());
                Said::Fact(Box::new(Fact { kind, event, fields, amount, shared: Shared::default(), entities, peer: None }))
            }
            None => Said::Model(Box::new(spoken(source, event, entities))),
        })
    }
}

/// An indicator of a model.
fn spoken(model: &str, event: EventRef, entities: Vec<Entity>) -> Indicator {
    Indicator {
        uid: IndicatorUid(event.uid.0),
        model: model.to_owned(),
        family: model.to_owned(),
        domain: Domain::Saas,
        time: event.time,
        end_time: event.time,
        bits: Bits::new(8.0),
        evidence: Bits::default(),
        p: 0.004,
        score: 50,
        title: String::new(),
        title_ja: String::new(),
        entities,
        techniques: Vec::new(),
        tactics: Vec::new(),
        events: vec![event],
        why: Vec::new(),
    }
}

fn name(kind: EntityKind, entity: u32) -> String {
    format!("{}-{entity}", kind.as_str())
}

/// Hour by hour; the most surprising indicator's bits.
fn run(state: &mut State, graph: &EntityGraph, mut said: Vec<Said>) -> f64 {
    said.sort_by_key(Said::at);
    let mut hours: BTreeMap<i64, (Vec<Fact>, Vec<Indicator>)> = BTreeMap::new();
    for one in said {
        let (facts, indicators) = hours.entry(one.at().time.hour()).or_default();
        match one {
            Said::Fact(fact) => facts.push(*fact),
            Said::Model(indicator) => indicators.push(*indicator),
        }
    }
    let steps = hours.into_iter().map(|(hour, (facts, indicators))| step(state, graph, EventTime(hour * HOUR_MS), &facts, &indicators));
    steps.fold(0.0, f64::max)
}

fn step(state: &mut State, graph: &EntityGraph, hour: EventTime, facts: &[Fact], indicators: &[Indicator]) -> f64 {
    let (directory, enricher) = (Directory::default(), Enricher::builder().build());
    let found =
        state.step(Context { graph, directory: &directory, enricher: &enricher, outside: &Outside::default() }, hour, facts, indicators);
    found.iter().map(|indicator| indicator.bits.value()).fold(0.0, f64::max)
}
