//! What the models have learned so far: per-feature baselines, per-model calibration, and the day that is open.

use crate::context::Context;
use crate::fact::{Fact, FactKind};
use crate::lesson::{Lesson, Lessons, Level, MAX_OF_HOUR, Place};
use crate::model::{FeatureKind, Model, ModelSet};
use crate::scorer;
use crate::suppression::{Hits, Suppression};
use crate::tally::Tally;
use foldhash::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weft_baselines::association::CoRecipients;
use weft_baselines::drift::{ChangePoint, FULL, parts, update_weight};
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::topics::Topics;
use weft_baselines::{Categories, HourOfWeek, PeerCalibration, Volume, surprise_bits};
use weft_model::{DAY_MS, Entity, EntityKind, EventRef, EventTime, Indicator, IndicatorUid, SmolStr};

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
/// Days for which what is learned of an entity and subject goes with the last indicator on them.
const SUSPECT_DAYS: i64 = 7;
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
    /// Whether an entity's own habits take surprising things in slowly. Off until an attack's victims are told from the intruder
    /// (docs/adr/0013-weights-and-peer-classes.md).
    pub slow_surprise: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keep_bits: 6.0, lag_days: 3, warm_up_days: 3, tally: false, slow_surprise: false }
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
    pub(crate) fn all(&mut self, change: impl FnMut(&mut T)) {
        self.own.values_mut().chain(self.peer.values_mut()).chain([&mut self.organisation]).for_each(change);
    }
    /// Most specific first; a missing level is `None`.
    pub(crate) fn get(&self, own: Option<u32>, peer: Option<u32>) -> [Option<&T>; 3] {
        [own.and_then(|own| self.own.get(&own)), peer.and_then(|peer| self.peer.get(&peer)), Some(&self.organisation)]
    }
    pub(crate) fn at(&mut self, level: Level, mut add: impl FnMut(&mut T)) {
        match level {
            Level::Own(own) => {
                if self.own.len() < MAX_ENTITIES || self.own.contains_key(&own) {
                    add(self.own.entry(own).or_default());
                }
            }
            Level::Others(peer) => {
                if let Some(peer) = peer.filter(|peer| self.peer.len() < MAX_ENTITIES || self.peer.contains_key(peer)) {
                    add(self.peer.entry(peer).or_default());
                }
                add(&mut self.organisation);
            }
        }
    }
}

/// Where something is learned and with which weight, in 64ths. A surprise changes an entity's own habits slowly. What happens here at all is
/// another question, which peer group and organisation answer as it is: what many begin to do is soon usual, and one entity alone moves little.
fn levels(own: Option<u32>, peer: Option<u32>, parts: i32) -> impl Iterator<Item = (Level, i32)> {
    own.map(|own| (Level::Own(own), parts)).into_iter().chain([(Level::Others(peer), FULL)])
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
    Topics(Box<Topics>),
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
    /// The day's surprise so far, whatever the tie-break: what is learned of the day as a whole is learned with its weight.
    pub(crate) bits: f64,
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
    pub(crate) calibration: PeerCalibration,
    pub(crate) baselines: Vec<Baseline>,
    /// Highest score of each active entity today.
    pub(crate) today: HashMap<SmolStr, f64>,
    pub(crate) open: HashMap<(SmolStr, SmolStr), Open>,
    /// Recent surprises of an entity, for models that follow this one.
    pub(crate) recent: HashMap<SmolStr, Vec<Recent>>,
    pub(crate) times: TimesBySubject,
    /// Entities that may be changing their role, or are learning it.
    pub(crate) changes: HashMap<SmolStr, ChangePoint>,
    /// The last indicator on an (entity, subject), and its day: what is learned of it afterwards, as it becomes usual, goes with it.
    pub(crate) suspects: HashMap<(SmolStr, SmolStr), (IndicatorUid, i64)>,
}

impl ModelState {
    /// Surprise of a score whatever the tie-break, in bits; nothing surprises before the model may speak.
    pub(crate) fn sure_bits(&self, class: Option<u32>, raw: f64) -> f64 {
        let value = self.calibration.p_value(class, raw, 1.0);
        if value.n >= scorer::MIN_CALIBRATED { surprise_bits(value.p, value.n).min(raw) } else { 0.0 }
    }
    /// The weight, in 64ths, with which an hour or day of that surprise is learned.
    pub(crate) fn weight(&self, entity: &SmolStr, day: i64, bits: f64) -> i32 {
        parts(self.changes.get(entity).map_or_else(|| update_weight(bits), |change| change.weight(day, bits)))
    }
    /// The indicator that what is learned of an (entity, subject) on `day` goes with, if there is one.
    fn suspect(&mut self, key: &(SmolStr, SmolStr), kept: Option<IndicatorUid>, day: i64) -> Option<IndicatorUid> {
        if let Some(uid) = kept {
            self.suspects.insert(key.clone(), (uid, day));
        }
        kept.or_else(|| self.suspects.get(key).map(|(uid, _)| *uid))
    }
    /// Takes the day's surprises into account: is anybody's role another one?
    fn watch_for_change(&mut self, classes: &Classes, day: i64) {
        let mut changes = std::mem::take(&mut self.changes);
        for (entity, raw) in &self.today {
            let bits = self.sure_bits(classes.of(entity), *raw);
            if let Some(change) = changes.get_mut(entity) {
                change.day(day, bits);
            } else if changes.len() < MAX_ENTITIES {
                let mut change = ChangePoint::default();
                change.day(day, bits);
                if !change.is_idle(day) {
                    changes.insert(entity.clone(), change);
                }
            }
        }
        changes.retain(|entity, change| {
            if !self.today.contains_key(entity) {
                change.day(day, 0.0);
            }
            !change.is_idle(day)
        });
        self.changes = changes;
    }
}

/// The peer class of each known person, account and device, as its facts last said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Classes {
    by_entity: HashMap<SmolStr, (u32, bool)>,
}

impl Classes {
    /// The class of an entity that belongs to one.
    pub(crate) fn of(&self, entity: &SmolStr) -> Option<u32> {
        self.by_entity.get(entity).map(|(class, _)| *class)
    }
    pub(crate) fn learn(&mut self, entity: &SmolStr, class: u32, is_device: bool) {
        if let Some(known) = self.by_entity.get_mut(entity) {
            *known = (class, is_device);
        } else if self.by_entity.len() < MAX_ENTITIES {
            self.by_entity.insert(entity.clone(), (class, is_device));
        }
    }
    /// Members of each class that are devices, or are none.
    fn sizes(&self, devices: bool) -> BTreeMap<u32, u64> {
        let mut sizes = BTreeMap::new();
        self.by_entity
            .values()
            .filter(|(_, is_device)| *is_device == devices)
            .for_each(|(class, _)| *sizes.entry(*class).or_insert(0) += 1);
        sizes
    }
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
    pub(crate) lessons: Lessons,
    pub(crate) classes: Classes,
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
                calibration: PeerCalibration::new(settings.lag_days),
                baselines: model.features.iter().map(|feature| baseline(&feature.measure)).collect(),
                today: HashMap::default(),
                open: HashMap::default(),
                recent: HashMap::default(),
                times: HashMap::default(),
                changes: HashMap::default(),
                suspects: HashMap::default(),
            })
            .collect();
        let hits = vec![Hits::default(); models.suppressions.len()];
        Self {
            models,
            settings,
            names: Names::default(),
            memory,
            hits,
            lessons: Lessons::default(),
            classes: Classes::default(),
            first_day: None,
            day: None,
            tallies: Vec::new(),
        }
    }

    /// What was learned so far, of a time that knew no lessons and classes.
    pub(crate) fn earlier(names: Names, memory: Vec<ModelState>, hits: Vec<Hits>, [first_day, day]: [Option<i64>; 2]) -> Self {
        let mut state = Self::new(Arc::default(), Settings::default());
        (state.names, state.memory, state.hits, state.first_day, state.day) = (names, memory, hits, first_day, day);
        state
    }

    /// What was written of the state of these models, ready to go on; `None` when it is of others.
    pub fn restored(mut self, models: Arc<ModelSet>, settings: Settings) -> Option<Self> {
        let is_of_these = self.memory.len() == models.models.len()
            && self.hits.len() == models.suppressions.len()
            && models.models.iter().zip(&self.memory).all(|(model, memory)| model.features.len() == memory.baselines.len());
        (self.models, self.settings) = (models, settings);
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
            let mut found = scorer::group(model, by_kind.get(&model.on).map_or(&[], Vec::as_slice));
            for group in found.iter_mut().filter(|group| group.is_judged) {
                indicators.extend(scorer::score(self, index, model, context, group));
            }
            groups.push(found);
        }
        for (index, (model, found)) in models.models.iter().zip(&groups).enumerate() {
            for group in found {
                self.learn(index, model, context, group);
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
        let sizes = [false, true].map(|is_device| self.classes.sizes(is_device));
        let [classes_of_people, classes_of_devices] = &sizes;
        let none = BTreeMap::new();
        for closing in open..(if is_unobserved { open + 1 } else { day }) {
            for (index, (model, memory)) in self.models.models.iter().zip(&mut self.memory).enumerate() {
                if self.settings.slow_surprise {
                    memory.watch_for_change(&self.classes, closing);
                }
                let is_counted = closing >= first + self.settings.warm_up_days;
                close(memory, index, model, &mut self.names, (&self.classes, &mut self.lessons), (closing, is_counted));
                let today = std::mem::take(&mut memory.today);
                let (known, members) = match model.entity {
                    EntityKind::Person | EntityKind::Account => (people, classes_of_people),
                    EntityKind::Device => (devices, classes_of_devices),
                    _ => (0, &none),
                };
                let class = |entity: &SmolStr| self.classes.of(entity).filter(|_| model.entity.is_internal());
                let silent = known.saturating_sub(today.len()) as u64;
                let mut silent_members = members.clone();
                for class in today.keys().filter_map(class) {
                    silent_members.entry(class).and_modify(|silent| *silent = silent.saturating_sub(1));
                }
                if self.settings.tally && memory.calibration.n() >= scorer::MIN_CALIBRATED {
                    let mut silence: BTreeMap<Option<u32>, u64> = silent_members.iter().map(|(class, n)| (Some(*class), *n)).collect();
                    silence.insert(None, silent.saturating_sub(silence.values().sum()));
                    let scores = today.iter().map(|(entity, score)| (entity, class(entity), *score));
                    self.tallies.push(Tally::of(&model.family, closing, &memory.calibration, scores, &silence));
                }
                if is_counted {
                    let scores = today.iter().map(|(entity, score)| (class(entity), *score));
                    memory.calibration.add_day(closing, scores, silent, &silent_members);
                }
                let horizon = EventTime((closing - 7) * weft_model::DAY_MS);
                memory.suspects.retain(|_, (_, last)| closing - *last < SUSPECT_DAYS);
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
        self.heed(day);
    }

    fn learn(&mut self, index: usize, model: &Model, context: Context<'_>, group: &scorer::Group<'_>) {
        let own = model.has_habits().then(|| self.names.number(&group.entity));
        let Some(memory) = self.memory.get_mut(index) else { return };
        let (parts, day) = (group.parts, group.facts.first().map_or(0, |fact| fact.event.time.day()));
        let goes_with = memory.suspect(&(group.entity.clone(), group.subject.clone()), group.kept, day);
        let mut learned = Vec::new();
        let mut note = |lesson: Lesson, parts: i32| {
            if goes_with.is_some() && learned.len() < MAX_OF_HOUR {
                learned.push((lesson, parts));
            }
        };
        for (position, feature) in model.features.iter().enumerate() {
            // A burst teaches a value once an hour: two thousand mails with one link do not make everything else rare.
            let mut taught = BTreeSet::new();
            for fact in &group.facts {
                let peer = fact.peer.as_ref().map(|peer| self.names.number(peer));
                match (memory.baselines.get_mut(position), &feature.measure) {
                    (Some(Baseline::Categories(known)), FeatureKind::Novelty(field)) => {
                        if let Some(value) = fact.get(*field).filter(|value| taught.insert((*value).clone())) {
                            let number = self.names.number(value);
                            for (level, parts) in levels(own, peer, parts) {
                                known.at(level, |c| c.add(number, parts));
                                note(Lesson::Value(Place { feature: position, level }, number), parts);
                            }
                        }
                    }
                    (Some(Baseline::Hours(known)), _) => {
                        let hour = fact.event.time.hour_of_week();
                        for (level, parts) in levels(own, peer, parts) {
                            known.at(level, |h| h.add(hour, parts));
                            note(Lesson::Hour(Place { feature: position, level }, hour), parts);
                        }
                    }
                    (Some(Baseline::Volume(known)), FeatureKind::Volume(_)) => {
                        for (level, parts) in levels(own, peer, parts) {
                            known.at(level, |v| v.add(fact.amount, parts));
                            note(Lesson::Amount(Place { feature: position, level }, fact.amount), parts);
                        }
                    }
                    (Some(Baseline::Topics(topics)), FeatureKind::Topic(kind)) => {
                        let Some((subject, topic)) = scorer::topic(fact) else { continue };
                        for whose in scorer::kindred(*kind, fact) {
                            let whose = self.names.number(&SmolStr::new(&whose.key));
                            topics.learn(whose, &topic.0, parts);
                            note(Lesson::Topic(position, whose, subject.clone()), parts);
                        }
                    }
                    (_, FeatureKind::Rarity(kind)) if goes_with.is_some() => {
                        let touched = scorer::kin(*kind, fact).zip(fact.actor());
                        if let Some((entity, actor)) = touched.filter(|(entity, _)| !scorer::knows(&self.lessons, context, fact, entity)) {
                            note(Lesson::Touched(SmolStr::new(&actor.key), entity.clone()), FULL);
                        }
                    }
                    _ => {}
                }
            }
        }
        for (lesson, parts) in learned {
            goes_with.iter().for_each(|uid| self.lessons.remember(uid, index, lesson.clone(), parts));
        }
    }
}

/// Learns the day's counts and forgets its open subjects. With the day comes whether its scores join the calibration.
fn close(memory: &mut ModelState, index: usize, model: &Model, names: &mut Names, learned: (&Classes, &mut Lessons), day: (i64, bool)) {
    let (classes, lessons) = learned;
    let (closing, is_counted) = day;
    let mut closed: Vec<_> = std::mem::take(&mut memory.open).into_iter().collect();
    // Learned in one order, whatever the order of the table.
    closed.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for strongest in closed.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
        // The entity's highest score of the day goes with its strongest indicator.
        let kept = strongest.iter().filter_map(|((entity, _), open)| open.kept.as_ref().map(|kept| (kept.bits, kept.uid, entity)));
        if let Some((_, uid, entity)) = kept.max().filter(|_| is_counted) {
            let score = memory.today.get(entity).copied().unwrap_or(0.0);
            lessons.remember(&uid, index, Lesson::Day(closing, classes.of(entity).filter(|_| model.entity.is_internal()), score), FULL);
        }
    }
    for (key, open) in closed {
        let goes_with = memory.suspect(&key, open.kept.as_ref().map(|kept| kept.uid), closing);
        let (entity, _) = key;
        let own = model.has_habits().then(|| names.number(&entity));
        let parts = memory.weight(&entity, closing, open.bits);
        let mut note = |lesson: Lesson, parts: i32| goes_with.iter().for_each(|uid| lessons.remember(uid, index, lesson.clone(), parts));
        for (position, feature) in model.features.iter().enumerate() {
            if let Some(Baseline::Together(together)) = memory.baselines.get_mut(position) {
                let met: Vec<u32> = open.distinct.get(&position).into_iter().flatten().map(|who| names.number(who)).collect();
                let at_s = closing * DAY_MS / 1000;
                together.learn(&met, at_s, 1.0);
                note(Lesson::Together(position, met, at_s), FULL);
            }
            let amount = match &feature.measure {
                FeatureKind::Count(_) => open.count,
                FeatureKind::Distinct(_) => open.distinct.get(&position).map_or(0, |set| set.len() as u64),
                _ => continue,
            };
            if let Some(Baseline::Volume(known)) = memory.baselines.get_mut(position) {
                for (level, parts) in levels(own, open.peer, parts) {
                    known.at(level, |v| v.add(amount, parts));
                    note(Lesson::Amount(Place { feature: position, level }, amount), parts);
                }
            }
        }
    }
}

fn baseline(measure: &FeatureKind) -> Baseline {
    match measure {
        FeatureKind::Novelty(_) => Baseline::Categories(Levels::default()),
        FeatureKind::Count(_) | FeatureKind::Distinct(_) | FeatureKind::Volume(_) => Baseline::Volume(Levels::default()),
        FeatureKind::Association(_) => Baseline::Together(Box::new(CoRecipients::new(MAX_PAIRS, PAIR_HALF_LIFE_S))),
        FeatureKind::Topic(_) => Baseline::Topics(Box::default()),
        FeatureKind::HourOfWeek(_) => Baseline::Hours(Levels::default()),
        FeatureKind::Rarity(_)
        | FeatureKind::Ordered(_)
        | FeatureKind::Periodicity(_)
        | FeatureKind::FixedTime(_)
        | FeatureKind::After(_)
        | FeatureKind::SoonAfter(_) => Baseline::None,
    }
}
