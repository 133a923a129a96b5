//! What the rules have seen so far: open windows, each rule's calibration, and the day that is open. Hour by hour facts and indicators go
//! in, matches come out as indicators.

use crate::file::CorrelationType;
use crate::rule::{Rule, RuleSet, Slot, Source};
use crate::window::{Arrival, Id, Match, Window};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weft_baselines::calibration::tie_of;
use weft_baselines::{Calibration, surprise_bits};
use weft_indicators::{Context, Fact, FactKind, Settings};
use weft_model::held::of_table;
use weft_model::{Bits, DAY_MS, Domain, Entity, EntityKind, EventRef, EventTime, EventUid, HOUR_MS, Indicator, IndicatorUid, SmolStr, Why};

/// Groups that one rule holds; new ones beyond are not followed, and counted.
const MAX_GROUPS: usize = 50_000;
/// Entities of a day that one rule remembers.
const MAX_TODAY: usize = 200_000;
/// Events of an indicator, and of a match that another rule looks at.
const MAX_EVENTS: usize = 1024;
const MAX_PASSED_ON: usize = 64;
/// Entity-days a table needs before its rule may speak, as for models.
const MIN_CALIBRATED: u64 = 100;
/// Days without an event of anybody that still count as silence, as for models.
const MAX_SILENT_DAYS: i64 = 4;

/// The values of a group.
pub(crate) type Key = Vec<SmolStr>;

/// One rule's memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) calibration: Calibration,
    /// Highest score of each entity seen today.
    pub(crate) today: HashMap<SmolStr, f64>,
    pub(crate) windows: HashMap<Key, (Vec<Entity>, Domain, Window)>,
    pub(crate) open: HashMap<Key, Open>,
}

/// A group that matched on the open day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Open {
    events: BTreeSet<EventRef>,
    /// The best score with what it was measured from.
    best: f64,
    kept: Option<Indicator>,
}

/// Everything the rules learned. Cloning it is how a provisional look ahead is taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    #[serde(skip)]
    rules: Arc<RuleSet>,
    #[serde(skip)]
    settings: Settings,
    memory: Vec<Memory>,
    /// Rules that speak or that one of these looks at, and the event rules of each kind of fact among their sources.
    #[serde(skip)]
    needed: Arc<Needed>,
    first_day: Option<i64>,
    day: Option<i64>,
    /// Events of groups that found no room.
    refused: u64,
}

#[derive(Debug, Default)]
struct Needed {
    rules: Vec<bool>,
    by_kind: BTreeMap<FactKind, Vec<usize>>,
    any_kind: Vec<usize>,
    models: BTreeMap<String, usize>,
}

/// Something that a source says.
#[derive(Clone)]
struct Hit<'a> {
    at: EventTime,
    id: Id,
    fact: Option<&'a Fact>,
    entities: Cow<'a, [Entity]>,
    events: Vec<EventRef>,
    domain: Domain,
}

/// The matches of a group within one step: the first, the one with the best score, and all they rest on.
struct Matched {
    score: f64,
    first: Match,
    found: Match,
    entities: Vec<Entity>,
    domain: Domain,
    events: Vec<EventRef>,
}

impl State {
    /// A cold start.
    pub fn new(rules: Arc<RuleSet>, settings: Settings) -> Self {
        let memory = || Memory {
            calibration: Calibration::new(settings.lag_days),
            today: HashMap::default(),
            windows: HashMap::default(),
            open: HashMap::default(),
        };
        let memory = rules.rules.iter().map(|_| memory()).collect();
        let needed = Arc::new(Needed::of(&rules));
        Self { rules, settings, memory, needed, first_day: None, day: None, refused: 0 }
    }

    /// What was learned so far.
    pub(crate) fn earlier(memory: Vec<Memory>, [first_day, day]: [Option<i64>; 2], refused: u64) -> Self {
        Self { memory, first_day, day, refused, ..Self::new(Arc::default(), Settings::default()) }
    }

    /// What was written of the state of these rules, ready to go on; `None` when it is of others.
    pub fn restored(mut self, rules: Arc<RuleSet>, settings: Settings) -> Option<Self> {
        self.needed = Arc::new(Needed::of(&rules));
        let is_of_these = self.memory.len() == rules.rules.len();
        (self.rules, self.settings) = (rules, settings);
        is_of_these.then_some(self)
    }

    /// Takes the facts of one hour, in (time, uid) order, and the models' indicators that it made or changed; hours must not go back.
    /// `hour` is any time in it. Returns new indicators and new versions of the open day's (same uid).
    pub fn step(&mut self, context: Context<'_>, hour: EventTime, facts: &[Fact], indicators: &[Indicator]) -> Vec<Indicator> {
        if !self.needed.rules.contains(&true) {
            return Vec::new();
        }
        let start = EventTime(hour.hour() * HOUR_MS);
        self.start_day(start.day(), context);
        let rules = self.rules.clone();
        let mut hits = self.hits(&rules, hour.hour(), facts, indicators);
        let mut out = Vec::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            if !self.needed.rules.get(index).is_some_and(|needed| *needed) {
                continue;
            }
            let matched = self.matches(index, rule, start, &hits);
            if self.needed.passes_on(&rules, index) {
                let said = matched.iter().flat_map(|(key, matched)| said(rule, key, matched)).collect();
                hits.insert(Source::Rule(index), said);
            }
            if rule.speaks {
                out.extend(matched.into_iter().filter_map(|(key, matched)| self.speak(index, rule, start.day(), key, matched)));
            }
        }
        out
    }

    /// Calibrated entity-days behind each rule that speaks, by its name.
    pub fn calibrated(&self) -> BTreeMap<String, u64> {
        let all = self.rules.rules.iter().zip(&self.memory);
        all.filter(|(rule, _)| rule.speaks).map(|(rule, memory)| (rule.name(), memory.calibration.n())).collect()
    }

    /// Bytes that they take, near enough.
    pub fn bytes(&self) -> usize {
        let of = |memory: &Memory| of_table(&memory.today) + of_table(&memory.windows) + of_table(&memory.open);
        self.memory.iter().map(of).sum()
    }

    /// Events that were not followed because their rule held too many groups.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// What each source says in this hour.
    fn hits<'a>(&self, rules: &RuleSet, hour: i64, facts: &'a [Fact], indicators: &'a [Indicator]) -> BTreeMap<Source, Vec<Hit<'a>>> {
        let mut hits: BTreeMap<Source, Vec<Hit<'a>>> = BTreeMap::new();
        for fact in facts {
            let of_kind = self.needed.by_kind.get(&fact.kind).into_iter().flatten();
            for place in of_kind.chain(&self.needed.any_kind) {
                if rules.events.get(*place).is_some_and(|rule| rule.detection.matches(fact)) {
                    let hit = Hit {
                        at: fact.event.time,
                        id: fact.event.uid.0,
                        fact: Some(fact),
                        entities: Cow::Borrowed(&fact.entities),
                        events: vec![fact.event],
                        domain: fact.kind.domain(),
                    };
                    hits.entry(Source::Event(*place)).or_default().push(hit);
                }
            }
        }
        for indicator in indicators {
            let Some(place) = self.needed.models.get(&indicator.model) else { continue };
            // What is new in it this hour.
            let events: Vec<EventRef> =
                indicator.events.iter().filter(|event| event.time.hour() == hour).take(MAX_PASSED_ON).copied().collect();
            let at = events.first().map_or(indicator.end_time, |event| event.time);
            let entities = Cow::Borrowed(indicator.entities.as_slice());
            let hit = Hit { at, id: indicator.uid.0, fact: None, entities, events, domain: indicator.domain };
            hits.entry(Source::Model(*place)).or_default().push(hit);
        }
        hits
    }

    /// The matches of one rule, by group.
    fn matches(&mut self, index: usize, rule: &Rule, start: EventTime, hits: &BTreeMap<Source, Vec<Hit<'_>>>) -> BTreeMap<Key, Matched> {
        let mut matched: BTreeMap<Key, Matched> = BTreeMap::new();
        let Some(memory) = self.memory.get_mut(index) else { return matched };
        if rule.kind == CorrelationType::Absence || rule.bounds.is_upper() {
            // Into a map with an order, so the table's own does not show.
            for (key, (entities, domain, window)) in &mut memory.windows {
                if let Some(found) = window.pass(rule, start) {
                    add(&mut matched, rule, key.clone(), entities.clone(), *domain, found);
                }
            }
            memory.windows.retain(|_, (.., window)| !window.is_over(rule, start));
        }
        let (mut arrivals, mut is_swept): (Vec<(usize, &Hit<'_>)>, bool) = (Vec::new(), false);
        for (base, source) in rule.sources.iter().enumerate() {
            arrivals.extend(hits.get(source).into_iter().flatten().map(|hit| (base, hit)));
        }
        arrivals.sort_by_key(|(base, hit)| (hit.at, hit.id, Reverse(*base)));
        for (base, hit) in arrivals {
            let Some((key, entities)) = group(rule, base, hit) else { continue };
            let Some(id) = counted(rule, base, hit) else { continue };
            let external = entities.first().filter(|entity| !entity.kind.is_internal());
            if let Some(entity) = external.filter(|entity| memory.today.len() < MAX_TODAY || memory.today.contains_key(&entity.key)) {
                memory.today.entry(entity.key.clone()).or_insert(0.0);
            }
            if memory.windows.len() >= MAX_GROUPS && !memory.windows.contains_key(&key) {
                // Once an hour there is a look for room; a flood must not pay for one at each event.
                if !std::mem::replace(&mut is_swept, true) {
                    memory.windows.retain(|_, (.., window)| !window.is_over(rule, hit.at));
                }
                if memory.windows.len() >= MAX_GROUPS {
                    self.refused += 1;
                    continue;
                }
            }
            let fresh = || (entities.clone(), hit.domain, Window::new(rule));
            let (.., domain, window) = memory.windows.entry(key.clone()).or_insert_with(fresh);
            *domain = hit.domain;
            if let Some(found) = window.add(rule, &Arrival { base, at: hit.at, id, events: &hit.events }) {
                add(&mut matched, rule, key, entities, hit.domain, found);
            }
        }
        matched
    }

    /// Scores the matches of a group, updates the open day, and returns the indicator when it is worth keeping.
    fn speak(&mut self, index: usize, rule: &Rule, day: i64, key: Key, matched: Matched) -> Option<Indicator> {
        let keep_bits = self.settings.keep_bits;
        let memory = self.memory.get_mut(index)?;
        let keeper = matched.entities.first()?;
        if memory.today.len() < MAX_TODAY || memory.today.contains_key(&keeper.key) {
            let best = memory.today.entry(keeper.key.clone()).or_insert(0.0);
            *best = best.max(matched.score);
        }
        let open = memory.open.entry(key.clone()).or_default();
        for event in &matched.events {
            if open.events.len() < MAX_EVENTS {
                open.events.insert(*event);
            }
        }
        let day_bytes = day.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![rule.title.as_bytes(), &day_bytes];
        parts.extend(key.iter().map(|part| part.as_bytes()));
        let uid = IndicatorUid::of("sigma", &parts);
        let value = memory.calibration.p_value(matched.score, tie_of(&uid.0));
        let bits = surprise_bits(value.p, value.n).min(rule.level.ceiling_bits());
        if value.n >= MIN_CALIBRATED && bits >= keep_bits && matched.score > open.best {
            open.best = matched.score;
            let silent = memory.calibration.p_value(0.0, 1e-9);
            let days = (silent.p * (silent.n + 1) as f64) as u64;
            open.kept = Some(build(rule, &matched, uid, bits, value.p, (days, value.n), keep_bits));
        }
        let mut kept = open.kept.clone()?;
        kept.events = open.events.iter().copied().collect();
        kept.time = kept.events.first().map_or(kept.time, |event| event.time);
        kept.end_time = kept.events.last().map_or(kept.end_time, |event| event.time);
        open.kept = Some(kept.clone());
        Some(kept)
    }

    fn start_day(&mut self, day: i64, context: Context<'_>) {
        let first = *self.first_day.get_or_insert(day);
        let Some(before) = self.day.replace(day).filter(|before| *before != day) else { return };
        let is_unobserved = day - before > MAX_SILENT_DAYS;
        if is_unobserved {
            self.first_day = Some(day);
        }
        let (people, devices) = context.graph.internal_counts();
        let now = EventTime(day * DAY_MS);
        for (rule, memory) in self.rules.rules.iter().zip(&mut self.memory) {
            let known = match rule.keeper() {
                EntityKind::Person | EntityKind::Account => people,
                EntityKind::Device => devices,
                _ => 0,
            };
            for closing in before..(if is_unobserved { before + 1 } else { day }) {
                let today = std::mem::take(&mut memory.today);
                let silent = known.saturating_sub(today.len()) as u64;
                if rule.speaks && closing >= first + self.settings.warm_up_days {
                    memory.calibration.add_day(closing, today.into_values(), silent);
                }
            }
            memory.open.clear();
            if is_unobserved {
                memory.windows.values_mut().for_each(|(.., window)| window.lose_sight());
            }
            if rule.kind != CorrelationType::Absence && !rule.bounds.is_upper() {
                memory.windows.retain(|_, (.., window)| !window.is_over(rule, now));
            }
            memory.calibration.start_day(day);
        }
    }
}

impl Needed {
    fn of(rules: &RuleSet) -> Self {
        let mut needed = Self { rules: rules.rules.iter().map(|rule| rule.speaks).collect(), ..Self::default() };
        let mut events = BTreeSet::new();
        // Each rule looks at earlier ones only.
        for (index, rule) in rules.rules.iter().enumerate().rev() {
            if !needed.rules.get(index).is_some_and(|needed| *needed) {
                continue;
            }
            for source in &rule.sources {
                match source {
                    Source::Event(place) => _ = events.insert(*place),
                    Source::Model(place) => needed.models.extend(rules.models.get(*place).map(|name| (name.clone(), *place))),
                    Source::Rule(place) => needed.rules.get_mut(*place).into_iter().for_each(|needed| *needed = true),
                }
            }
        }
        for place in events {
            match rules.events.get(place).and_then(|rule| rule.kind) {
                Some(kind) => needed.by_kind.entry(kind).or_default().push(place),
                None => needed.any_kind.push(place),
            }
        }
        needed
    }

    fn passes_on(&self, rules: &RuleSet, index: usize) -> bool {
        let others = rules.rules.iter().zip(&self.rules).skip(index + 1);
        others.filter(|(_, needed)| **needed).any(|(rule, _)| rule.sources.contains(&Source::Rule(index)))
    }
}

/// The group an event belongs to, and the entities that tell it apart; none when a field is absent.
fn group(rule: &Rule, base: usize, hit: &Hit<'_>) -> Option<(Key, Vec<Entity>)> {
    let (mut key, mut entities) = (Vec::new(), Vec::new());
    for slot in rule.group_by.get(base)? {
        let (value, entity) = value(*slot, hit)?;
        key.push(value);
        entities.extend(entity.filter(|entity| !entities.contains(entity)));
    }
    Some((key, entities))
}

/// What is counted: the event, or the value of the field.
fn counted(rule: &Rule, base: usize, hit: &Hit<'_>) -> Option<Id> {
    match rule.value.get(base)? {
        Some(slot) => value(*slot, hit).map(|(value, _)| EventUid::of("value", &[value.as_bytes()]).0),
        None => Some(hit.id),
    }
}

fn value(slot: Slot, hit: &Hit<'_>) -> Option<(SmolStr, Option<Entity>)> {
    let of = |entity: &Entity| (entity.key.clone(), Some(entity.clone()));
    match slot {
        Slot::Field(field) => hit.fact?.get(field).map(|value| (value.clone(), None)),
        Slot::Actor => hit.fact?.actor().map(of),
        Slot::Entity(kind) => {
            let kin = match kind {
                EntityKind::Person => EntityKind::Account,
                EntityKind::Domain => EntityKind::Host,
                EntityKind::Host => EntityKind::Domain,
                _ => kind,
            };
            let first = |kind| hit.entities.iter().find(|entity| entity.kind == kind);
            first(kind).or_else(|| first(kin)).map(of)
        }
    }
}

/// The first and the best match as what another rule looks at: what follows the one need not follow the other.
fn said(rule: &Rule, key: &Key, matched: &Matched) -> Vec<Hit<'static>> {
    let hit = |found: &Match| {
        let at = found.at.0.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![rule.title.as_bytes(), &at];
        parts.extend(key.iter().map(|part| part.as_bytes()));
        Hit {
            at: found.at,
            id: EventUid::of("match", &parts).0,
            fact: None,
            entities: Cow::Owned(matched.entities.clone()),
            events: found.events.iter().take(MAX_PASSED_ON).copied().collect(),
            domain: matched.domain,
        }
    };
    let last = (matched.found.at != matched.first.at).then(|| hit(&matched.found));
    std::iter::once(hit(&matched.first)).chain(last).collect()
}

/// Counts beyond what the rule asks for are rarer: an eighth of a bit more surprise is told apart by the calibration.
fn score(rule: &Rule, found: &Match) -> f64 {
    match rule.kind {
        CorrelationType::EventCount | CorrelationType::ValueCount if !rule.bounds.is_upper() => {
            1.0 + (found.count as f64 / rule.bounds.least() as f64).log2().max(0.0)
        }
        _ => 1.0,
    }
}

fn add(matched: &mut BTreeMap<Key, Matched>, rule: &Rule, key: Key, entities: Vec<Entity>, domain: Domain, found: Match) {
    let score = score(rule, &found);
    let events = found.events.clone();
    match matched.get_mut(&key) {
        None => _ = matched.insert(key, Matched { score, first: found.clone(), found, entities, domain, events }),
        Some(known) => {
            if known.events.len() < MAX_EVENTS {
                known.events.extend(events);
            }
            if score > known.score {
                (known.score, known.found) = (score, found);
            }
        }
    }
}

/// `days`: entity-days on which the rule matched, of all that count.
fn build(rule: &Rule, matched: &Matched, uid: IndicatorUid, bits: f64, p: f64, days: (u64, u64), keep_bits: f64) -> Indicator {
    let bits = Bits::new(bits);
    let about: Vec<&str> = matched.entities.iter().map(|entity| entity.key.as_str()).collect();
    let about = about.join(", ");
    let (count, span) = (matched.found.count, &rule.timespan);
    let observed = match rule.kind {
        CorrelationType::EventCount => format!("{count} events within {span}"),
        CorrelationType::ValueCount => format!("{count} different values of {} within {span}", rule.field),
        CorrelationType::Temporal => format!("{count} of {} rules within {span}", rule.bases.len()),
        CorrelationType::TemporalOrdered => format!("{} rules in their order within {span}", rule.bases.len()),
        CorrelationType::Absence => format!("what must follow did not within {span}"),
    };
    Indicator {
        uid,
        model: rule.name(),
        family: format!("sigma/{}", rule.title),
        domain: matched.domain,
        time: matched.found.at,
        end_time: matched.found.at,
        bits,
        evidence: Bits::new((bits.value() - keep_bits).max(0.0)),
        p,
        score: (100.0 * (1.0 - (-bits.value() / 8.0).exp2())).round() as u8,
        title: format!("{}: {about}", rule.title),
        title_ja: if rule.title_ja.is_empty() { String::new() } else { format!("{}：{about}", rule.title_ja) },
        entities: matched.entities.clone(),
        techniques: rule.techniques.clone(),
        tactics: rule.tactics.clone(),
        events: Vec::new(),
        why: vec![Why {
            feature: "rule".to_owned(),
            observed,
            expected: format!("the rule matched on {} of {} entity-days; level {}", days.0, days.1, rule.level.as_str()),
            n: days.1,
            peer: "organisation".to_owned(),
            bits,
        }],
    }
}
