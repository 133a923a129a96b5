//! What the models have learned so far: per-feature baselines, per-model calibration, and the day that is open.

use crate::context::Context;
use crate::fact::{Fact, FactKind};
use crate::model::{FeatureKind, Model, ModelSet};
use crate::scorer;
use crate::suppression::{Hits, Suppression};
use crate::tally::Tally;
use foldhash::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weft_baselines::association::CoRecipients;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::{Calibration, Categories, HourOfWeek, Volume};
use weft_model::{DAY_MS, Entity, EntityKind, EventRef, EventTime, Indicator, SmolStr};

/// Distinct texts remembered; a flood beyond it shares one number.
const MAX_NAMES: usize = 4_000_000;
/// Entities with baselines of their own per feature; beyond it the peer group speaks.
const MAX_ENTITIES: usize = 200_000;
/// (Entity, subject) pairs of a model whose times are remembered, at most 2 KiB each.
pub(crate) const MAX_TIMED: usize = 50_000;
/// Pairs of people met together that a feature remembers (16 bytes each), and how long, in seconds.
const MAX_PAIRS: u32 = 500_000;
const PAIR_HALF_LIFE_S: i64 = 90 * 86_400;
/// Events an indicator lists; more are counted in its sentence only.
pub const MAX_EVENTS: usize = 4096;
/// Entities an indicator lists.
pub const MAX_LISTED_ENTITIES: usize = 32;
/// Days without a single fact of anybody that still count as silence; a longer gap was not observed, and learning starts anew behind
/// it (one undated message must not make twenty years of silence the norm).
const MAX_SILENT_DAYS: i64 = 4;

/// How indicators are kept and learned.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Surprise below this is not kept, in bits. The default keeps about one indicator a person and day by chance with 70 models.
    pub keep_bits: f64,
    /// Days before an entity-day joins its calibration table.
    pub lag_days: i64,
    /// Days at the start that teach baselines but not calibration: everything is new then.
    pub warm_up_days: i64,
    /// Whether every closed day is tallied for a check of the calibration; only evaluations ask for it.
    pub tally: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keep_bits: 6.0, lag_days: 3, warm_up_days: 3, tally: false }
    }
}

/// Texts as numbers; numbers never leave this crate, so their order does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    by_text: HashMap<SmolStr, u32>,
    texts: Vec<SmolStr>,
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<SmolStr>::deserialize(deserializer)?;
        let by_text = texts.iter().enumerate().map(|(number, text)| (text.clone(), number as u32)).collect();
        Ok(Self { by_text, texts })
    }
}

impl Names {
    pub(crate) fn number(&mut self, text: &SmolStr) -> u32 {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        if self.texts.len() >= MAX_NAMES {
            return u32::MAX;
        }
        let number = self.texts.len() as u32;
        self.by_text.insert(text.clone(), number);
        self.texts.push(text.clone());
        number
    }
    pub(crate) fn known(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }
    pub(crate) fn text(&self, number: u32) -> Option<&SmolStr> {
        self.texts.get(number as usize)
    }
}

/// One estimator on three levels.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Levels<T> {
    own: HashMap<u32, T>,
    peer: HashMap<u32, T>,
    pub(crate) organisation: T,
}

impl<T: Default> Levels<T> {
    /// Most specific first; a missing level is `None`.
    pub(crate) fn get(&self, own: Option<u32>, peer: Option<u32>) -> [Option<&T>; 3] {
        [own.and_then(|own| self.own.get(&own)), peer.and_then(|peer| self.peer.get(&peer)), Some(&self.organisation)]
    }
    fn each(&mut self, own: Option<u32>, peer: Option<u32>, mut add: impl FnMut(&mut T)) {
        if let Some(own) = own.filter(|own| self.own.len() < MAX_ENTITIES || self.own.contains_key(own)) {
            add(self.own.entry(own).or_default());
        }
        if let Some(peer) = peer.filter(|peer| self.peer.len() < MAX_ENTITIES || self.peer.contains_key(peer)) {
            add(self.peer.entry(peer).or_default());
        }
        add(&mut self.organisation);
    }
}

/// The baseline behind one feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Baseline {
    Categories(Levels<Categories>),
    Volume(Levels<Volume>),
    Hours(Levels<HourOfWeek>),
    Together(Box<CoRecipients>),
    /// The feature reads the graph or other indicators.
    None,
}

/// What is known of one (entity, subject) on the open day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Open {
    pub(crate) count: u64,
    pub(crate) distinct: BTreeMap<usize, BTreeSet<SmolStr>>,
    /// Values of ordered features as they came, each once in a row.
    pub(crate) sequence: BTreeMap<usize, Vec<SmolStr>>,
    pub(crate) events: BTreeSet<EventRef>,
    pub(crate) entities: BTreeSet<Entity>,
    pub(crate) peer: Option<u32>,
    pub(crate) kept: Option<Indicator>,
}

/// A surprise that another model may follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recent {
    pub(crate) at: EventTime,
    pub(crate) bits: f64,
    /// The address it came from.
    pub(crate) source: Option<Entity>,
}

/// Times of one (entity, subject) over days.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Times {
    Contacts(Contacts),
    Fixed(FixedTime),
}

/// The times behind features that look at when facts come, by (entity, subject) and place of the feature, with the day last seen.
pub(crate) type TimesBySubject = HashMap<(SmolStr, SmolStr), BTreeMap<usize, (i64, Times)>>;

/// One model's memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModelState {
    pub(crate) calibration: Calibration,
    pub(crate) baselines: Vec<Baseline>,
    /// Highest score of each active entity today.
    pub(crate) today: HashMap<SmolStr, f64>,
    pub(crate) open: HashMap<(SmolStr, SmolStr), Open>,
    /// Recent surprises of an entity, for models that follow this one.
    pub(crate) recent: HashMap<SmolStr, Vec<Recent>>,
    pub(crate) times: TimesBySubject,
}

/// Everything learned. Cloning it is how a provisional look ahead is taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    #[serde(skip)]
    pub(crate) models: Arc<ModelSet>,
    #[serde(skip)]
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    pub(crate) memory: Vec<ModelState>,
    /// How often each suppression was met, in their order.
    pub(crate) hits: Vec<Hits>,
    first_day: Option<i64>,
    day: Option<i64>,
    #[serde(skip)]
    tallies: Vec<Tally>,
}

impl State {
    /// A cold start.
    pub fn new(models: Arc<ModelSet>, settings: Settings) -> Self {
        let memory = models
            .models
            .iter()
            .map(|model| ModelState {
                calibration: Calibration::new(settings.lag_days),
                baselines: model.features.iter().map(|feature| baseline(&feature.measure)).collect(),
                today: HashMap::default(),
                open: HashMap::default(),
                recent: HashMap::default(),
                times: HashMap::default(),
            })
            .collect();
        let hits = vec![Hits::default(); models.suppressions.len()];
        Self { models, settings, names: Names::default(), memory, hits, first_day: None, day: None, tallies: Vec::new() }
    }

    /// What was written of the state of these models, ready to go on; `None` when it is of others.
    pub fn restored(mut self, models: Arc<ModelSet>, settings: Settings) -> Option<Self> {
        let is_of_these = self.memory.len() == models.models.len()
            && self.hits.len() == models.suppressions.len()
            && models.models.iter().zip(&self.memory).all(|(model, memory)| model.features.len() == memory.baselines.len());
        (self.models, self.settings) = (models, settings);
        for memory in &mut self.memory {
            memory.calibration = std::mem::replace(&mut memory.calibration, Calibration::new(0)).restored();
        }
        is_of_these.then_some(self)
    }

    /// Scores the facts of one hour against everything before that hour, then learns them. `facts` must be in (time, uid) order
    /// and within the hour; hours must not go back. Returns new indicators and new versions of the open day's (same uid).
    pub fn step(&mut self, context: Context<'_>, facts: &[Fact]) -> Vec<Indicator> {
        let Some(first) = facts.first() else { return Vec::new() };
        self.start_day(first.event.time.day(), context);
        let models = self.models.clone();
        let mut indicators = Vec::new();
        let mut by_kind: BTreeMap<FactKind, Vec<&Fact>> = BTreeMap::new();
        for fact in facts {
            by_kind.entry(fact.kind).or_default().push(fact);
        }
        let mut groups = Vec::new();
        for (index, model) in models.models.iter().enumerate() {
            let found = scorer::group(model, by_kind.get(&model.on).map_or(&[], Vec::as_slice));
            for group in &found {
                indicators.extend(scorer::score(self, index, model, context, group));
            }
            groups.push(found);
        }
        for (index, (model, found)) in models.models.iter().zip(&groups).enumerate() {
            for group in found {
                self.learn(index, model, group);
            }
        }
        indicators
    }

    /// The suppressions with how often each was met.
    pub fn suppressed(&self) -> impl Iterator<Item = (&Suppression, Hits)> {
        self.models.suppressions.iter().zip(self.hits.iter().copied())
    }

    /// Counts the suppressions that cover what was just scored; true when one of them keeps it silent.
    pub(crate) fn is_suppressed(&mut self, model: &Model, fact: &Fact) -> bool {
        let mut is_silent = false;
        for (suppression, hits) in self.models.suppressions.iter().zip(&mut self.hits) {
            if suppression.covers(model, fact) {
                let has_expired = suppression.has_expired(fact.event.time);
                let count = if has_expired { &mut hits.expired } else { &mut hits.silenced };
                *count += 1;
                is_silent |= !has_expired;
            }
        }
        is_silent
    }

    /// Whether a suppression keeps silent an indicator that is no model's: by its name and its entities alone. Counts as for models.
    pub fn is_silenced(&mut self, indicator: &Indicator) -> bool {
        let mut is_silent = false;
        for (suppression, hits) in self.models.suppressions.iter().zip(&mut self.hits) {
            if suppression.covers_indicator(indicator) {
                let has_expired = suppression.has_expired(indicator.time);
                let count = if has_expired { &mut hits.expired } else { &mut hits.silenced };
                *count += 1;
                is_silent |= !has_expired;
            }
        }
        is_silent
    }

    /// Calibrated entity-days behind each model, by model name: how much the p-values rest on.
    pub fn calibrated(&self) -> BTreeMap<String, u64> {
        self.models.models.iter().zip(&self.memory).map(|(model, memory)| (model.name.clone(), memory.calibration.n())).collect()
    }

    /// Tallies of the days closed so far, of models that may speak; none unless [`Settings::tally`] is set.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    fn start_day(&mut self, day: i64, context: Context<'_>) {
        let first = *self.first_day.get_or_insert(day);
        let Some(open) = self.day.replace(day) else { return };
        let is_unobserved = day - open > MAX_SILENT_DAYS;
        if is_unobserved {
            self.first_day = Some(day);
        }
        let (people, devices) = context.graph.internal_counts();
        for closing in open..(if is_unobserved { open + 1 } else { day }) {
            for (model, memory) in self.models.models.iter().zip(&mut self.memory) {
                let today = std::mem::take(&mut memory.today);
                let known = match model.entity {
                    EntityKind::Person | EntityKind::Account => people,
                    EntityKind::Device => devices,
                    _ => 0,
                };
                let silent = known.saturating_sub(today.len()) as u64;
                if self.settings.tally && memory.calibration.n() >= scorer::MIN_CALIBRATED {
                    self.tallies.push(Tally::of(&model.family, closing, &memory.calibration, &today, silent));
                }
                if closing >= first + self.settings.warm_up_days {
                    memory.calibration.add_day(closing, today.into_values(), silent);
                }
                close(memory, model, &mut self.names, closing);
                let horizon = EventTime((closing - 7) * weft_model::DAY_MS);
                memory.times.retain(|_, times| {
                    times.values().any(|(last, times)| closing - last <= if matches!(times, Times::Fixed(_)) { 32 } else { 3 })
                });
                memory.recent.retain(|_, list| {
                    list.retain(|recent| recent.at >= horizon);
                    !list.is_empty()
                });
            }
        }
        for memory in &mut self.memory {
            memory.calibration.start_day(day);
        }
    }

    fn learn(&mut self, index: usize, model: &crate::model::Model, group: &scorer::Group<'_>) {
        let own = model.has_habits().then(|| self.names.number(&group.entity));
        let Some(memory) = self.memory.get_mut(index) else { return };
        for (position, feature) in model.features.iter().enumerate() {
            // A burst teaches a value once an hour: two thousand mails with one link do not make everything else rare.
            let mut taught = BTreeSet::new();
            for fact in &group.facts {
                let peer = fact.peer.as_ref().map(|peer| self.names.number(peer));
                match (memory.baselines.get_mut(position), &feature.measure) {
                    (Some(Baseline::Categories(levels)), FeatureKind::Novelty(field)) => {
                        if let Some(value) = fact.get(*field).filter(|value| taught.insert((*value).clone())) {
                            let number = self.names.number(value);
                            levels.each(own, peer, |c| c.add(number));
                        }
                    }
                    (Some(Baseline::Hours(levels)), _) => levels.each(own, peer, |h| h.add(fact.event.time.hour_of_week())),
                    (Some(Baseline::Volume(levels)), FeatureKind::Volume(_)) => levels.each(own, peer, |v| v.add(fact.amount)),
                    _ => {}
                }
            }
        }
    }
}

/// Learns the day's counts and forgets its open subjects.
fn close(memory: &mut ModelState, model: &Model, names: &mut Names, closing: i64) {
    let mut closed: Vec<_> = std::mem::take(&mut memory.open).into_iter().collect();
    // Learned in one order, whatever the order of the table.
    closed.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for ((entity, _), open) in closed {
        let own = model.has_habits().then(|| names.number(&entity));
        for (position, feature) in model.features.iter().enumerate() {
            if let Some(Baseline::Together(together)) = memory.baselines.get_mut(position) {
                let met: Vec<u32> = open.distinct.get(&position).into_iter().flatten().map(|who| names.number(who)).collect();
                together.learn(&met, closing * DAY_MS / 1000, 1.0);
            }
            let amount = match &feature.measure {
                FeatureKind::Count(_) => open.count,
                FeatureKind::Distinct(_) => open.distinct.get(&position).map_or(0, |set| set.len() as u64),
                _ => continue,
            };
            if let Some(Baseline::Volume(levels)) = memory.baselines.get_mut(position) {
                levels.each(own, open.peer, |v| v.add(amount));
            }
        }
    }
}

fn baseline(measure: &FeatureKind) -> Baseline {
    match measure {
        FeatureKind::Novelty(_) => Baseline::Categories(Levels::default()),
        FeatureKind::Count(_) | FeatureKind::Distinct(_) | FeatureKind::Volume(_) => Baseline::Volume(Levels::default()),
        FeatureKind::Association(_) => Baseline::Together(Box::new(CoRecipients::new(MAX_PAIRS, PAIR_HALF_LIFE_S))),
        FeatureKind::HourOfWeek(_) => Baseline::Hours(Levels::default()),
        FeatureKind::Rarity(_)
        | FeatureKind::Ordered(_)
        | FeatureKind::Periodicity(_)
        | FeatureKind::FixedTime(_)
        | FeatureKind::After(_)
        | FeatureKind::SoonAfter(_) => Baseline::None,
    }
}
