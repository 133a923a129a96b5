//! What the models have learned so far: per-feature baselines, per-model calibration, and the day that is open.

use crate::context::Context;
use crate::day::{DAY_BYTES, DayCounts};
use crate::fact::Fact;
use crate::learn::{Learning, close};
use crate::lesson::Lessons;
use crate::model::{FeatureKind, Model, ModelSet};
use crate::open::{Coded, Open};
use crate::plan::Plan;
use crate::profile::{Estimator, ProfileCounts, Profiles};
use crate::rates::Rates;
use crate::scorer::{self, Group};
use crate::suppression::{Hits, Suppression};
use crate::tally::Tally;
use foldhash::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use weft_baselines::association::CoRecipients;
use weft_baselines::drift::{ChangePoint, FULL, parts, update_weight};
use weft_baselines::fan_out::Distinct;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::spill::{Spill, SpillError};
use weft_baselines::topics::Topics;
use weft_baselines::{Categories, HourOfWeek, PeerCalibration, Volume, surprise_bits};
use weft_model::held::{of_list, of_table};
use weft_model::{Entity, EntityKind, EventTime, Indicator, IndicatorUid, SmolStr};

/// Distinct texts remembered; a flood beyond it shares one number.
const MAX_NAMES: usize = 4_000_000;
/// Peer groups with baselines of their own per feature, and entities watched for a change of role.
pub(crate) const MAX_ENTITIES: usize = 200_000;
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

/// Whoever has no profile, or was not looked for yet.
const NO_PROFILE: u32 = u32::MAX;
/// The number of every text beyond [`MAX_NAMES`].
const NO_NUMBER: u32 = u32::MAX;

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

/// Texts as numbers; numbers never leave this crate, so their order does not matter, but for which people of a large set are looked at (those
/// with the smallest hashes of numbers, `association.rs`).
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
            return NO_NUMBER;
        }
        let number = self.texts.len() as u32;
        self.by_text.insert(text.clone(), number);
        self.texts.push(text.clone());
        number
    }
    pub(crate) fn known(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SmolStr> {
        self.texts.iter()
    }
    pub(crate) fn text(&self, number: u32) -> Option<&SmolStr> {
        self.texts.get(number as usize)
    }
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
    fn bytes(&self) -> usize {
        of_table(&self.by_text) + of_list(&self.texts)
    }
    pub(crate) fn clear(&mut self) {
        self.by_text.clear();
        self.texts.clear();
    }
}

/// One estimator on three levels; the entity's own is in its profile.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Levels<T> {
    /// Where in profiles.
    pub(crate) place: u32,
    pub(crate) peer: HashMap<u32, T>,
    pub(crate) organisation: T,
}

impl<T: Estimator> Levels<T> {
    fn at(place: u32) -> Self {
        Self { place, peer: HashMap::default(), organisation: T::default() }
    }
    /// Most specific first; a missing level is `None`.
    pub(crate) fn get<'a>(&'a self, profiles: &'a Profiles, own: Option<u32>, peer: Option<u32>) -> [Option<&'a T>; 3] {
        [own.and_then(|own| profiles.get(own, self.place)), peer.and_then(|peer| self.peer.get(&peer)), Some(&self.organisation)]
    }
    /// Changes what is known of the entity with this profile.
    pub(crate) fn own(&self, profiles: &mut Profiles, own: u32, add: impl FnOnce(&mut T)) {
        profiles.change(own, self.place, add);
    }
    /// Changes what is known of its peer group and of the organisation.
    pub(crate) fn others(&mut self, peer: Option<u32>, add: impl Fn(&mut T)) {
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
    Topics(Box<Topics>),
    Counts(Rates),
}

impl Baseline {
    /// Bytes of what is known of others.
    fn bytes(&self) -> usize {
        fn of<T: Estimator>(levels: &Levels<T>) -> usize {
            of_table(&levels.peer) + levels.peer.values().chain([&levels.organisation]).map(T::heap_bytes).sum::<usize>()
        }
        match self {
            Self::Categories(levels) => of(levels),
            Self::Volume(levels) => of(levels),
            Self::Hours(levels) => of(levels),
            Self::Counts(rates) => rates.bytes(),
            Self::Together(together) => together.bytes(),
            Self::Topics(topics) => topics.bytes(),
            Self::None => 0,
        }
    }
}

/// Inserts into an ordered list without repetition; whether it was new.
pub(crate) fn insert_ordered<T: Ord>(list: &mut Vec<T>, value: T) -> bool {
    if list.last().is_none_or(|last| *last < value) {
        list.push(value);
        return true;
    }
    match list.binary_search(&value) {
        Ok(_) => false,
        Err(place) => {
            list.insert(place, value);
            true
        }
    }
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

impl Times {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Contacts(contacts) => contacts.heap_bytes(),
            Self::Fixed(fixed) => fixed.heap_bytes(),
        }
    }
}

/// The times behind features that look at when facts come, by (entity, subject) and place of the feature, with the day last seen.
pub(crate) type TimesBySubject = HashMap<(SmolStr, SmolStr), Vec<(usize, (i64, Times))>>;

fn times_bytes(times: &TimesBySubject) -> usize {
    let lists = times.values().map(|list| of_list(list) + list.iter().map(|(_, (_, times))| times.heap_bytes()).sum::<usize>());
    of_table(times) + lists.sum::<usize>()
}

/// One model's memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModelState {
    pub(crate) calibration: PeerCalibration,
    pub(crate) baselines: Vec<Baseline>,
    /// Highest score of each active entity today, by its number of the day.
    pub(crate) today: HashMap<u32, f64>,
    /// The open day by entity and subject, both by their numbers of the day.
    pub(crate) open: HashMap<(u32, u32), Open>,
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
    pub(crate) fn suspect(&mut self, key: [&SmolStr; 2], kept: Option<IndicatorUid>, day: i64) -> Option<IndicatorUid> {
        let key = || (key[0].clone(), key[1].clone());
        if let Some(uid) = kept {
            self.suspects.insert(key(), (uid, day));
        }
        kept.or_else(|| if self.suspects.is_empty() { None } else { self.suspects.get(&key()).map(|(uid, _)| *uid) })
    }
    /// Takes the day's surprises into account: is anybody's role another one?
    fn watch_for_change(&mut self, classes: &Classes, day: i64, texts: &Names) {
        let mut changes = std::mem::take(&mut self.changes);
        for (entity, raw) in &self.today {
            let Some(entity) = texts.text(*entity) else { continue };
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
            if !texts.known(entity).is_some_and(|entity| self.today.contains_key(&entity)) {
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
    /// The class by which a model that judges this kind compares the entity; of what is outside there is none.
    pub(crate) fn compared(&self, kind: EntityKind, entity: &SmolStr) -> Option<u32> {
        self.of(entity).filter(|_| kind.is_internal())
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

/// By model, entity and subject, and place of the feature.
pub type Counted = Vec<(usize, (u32, u32), Vec<(usize, Distinct)>)>;

/// Everything learned. Cloning it is how a provisional look ahead is taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    #[serde(skip)]
    pub(crate) models: Arc<ModelSet>,
    #[serde(skip)]
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    /// Entities and subjects of the open day, and where each one's profile is (at most, see [`NO_PROFILE`]).
    pub(crate) texts: Names,
    #[serde(skip)]
    pub(crate) profile_of: Vec<u32>,
    /// The entities of this hour's facts, one after the other.
    #[serde(skip)]
    pub(crate) coded: Vec<Coded>,
    pub(crate) profiles: Profiles,
    pub(crate) memory: Vec<ModelState>,
    #[serde(skip)]
    pub(crate) plan: Arc<Plan>,
    /// How often each suppression was met, in their order.
    pub(crate) hits: Vec<Hits>,
    pub(crate) lessons: Lessons,
    pub(crate) classes: Classes,
    pub(crate) first_day: Option<i64>,
    pub(crate) day: Option<i64>,
    #[serde(skip)]
    pub(crate) tallies: Vec<Tally>,
    /// The cap of the open day in bytes.
    #[serde(skip, default = "usual_day")]
    pub(crate) day_bytes: usize,
    #[serde(skip)]
    pub(crate) day_counts: DayCounts,
}

fn usual_day() -> usize {
    DAY_BYTES
}

impl State {
    /// A cold start.
    pub fn new(models: Arc<ModelSet>, settings: Settings) -> Self {
        let mut places = 0..;
        let memory = models
            .models
            .iter()
            .map(|model| ModelState {
                calibration: PeerCalibration::new(settings.lag_days),
                baselines: model.features.iter().zip(&mut places).map(|(feature, place)| baseline(&feature.measure, place)).collect(),
                today: HashMap::default(),
                open: HashMap::default(),
                recent: HashMap::default(),
                times: HashMap::default(),
                changes: HashMap::default(),
                suspects: HashMap::default(),
            })
            .collect();
        let hits = vec![Hits::default(); models.suppressions.len()];
        let plan = Arc::new(Plan::of(&models.models));
        Self {
            models,
            settings,
            names: Names::default(),
            texts: Names::default(),
            profile_of: Vec::new(),
            coded: Vec::new(),
            profiles: Profiles::default(),
            memory,
            plan,
            hits,
            lessons: Lessons::default(),
            classes: Classes::default(),
            first_day: None,
            day: None,
            tallies: Vec::new(),
            day_bytes: DAY_BYTES,
            day_counts: DayCounts::default(),
        }
    }

    /// How many different values the open day has seen; written apart, files up to version 5 have lists in the state.
    pub fn counted(&self) -> Counted {
        let of = |(index, memory): (usize, &ModelState)| -> Counted {
            let counting = memory.open.iter().filter(|(_, open)| !open.all_counted().is_empty());
            counting.map(|(key, open)| (index, *key, open.all_counted().to_vec())).collect()
        };
        self.memory.iter().enumerate().flat_map(of).collect()
    }

    /// What was written of the state of these models, with what was counted, ready to go on; `None` when it is of others.
    pub fn restored(mut self, models: Arc<ModelSet>, settings: Settings, counted: Counted) -> Option<Self> {
        let is_of_these = self.memory.len() == models.models.len()
            && self.hits.len() == models.suppressions.len()
            && models.models.iter().zip(&self.memory).all(|(model, memory)| model.features.len() == memory.baselines.len());
        let day = self.day.unwrap_or(0);
        for (model, memory) in models.models.iter().zip(&mut self.memory) {
            for ((place, feature), known) in (0..).zip(&model.features).zip(&mut memory.baselines) {
                if let FeatureKind::Distinct(_) = feature.measure {
                    memory.open.values_mut().for_each(|open| open.count_listed(place));
                }
                // Before version 6 counts of a day were kept as amounts.
                if let (FeatureKind::Count(_) | FeatureKind::Distinct(_), Baseline::Volume(levels)) = (&feature.measure, &known) {
                    *known = Baseline::Counts(Rates::of_amounts(levels, day));
                }
            }
        }
        for (index, key, counted) in counted {
            let open = self.memory.get_mut(index).and_then(|memory| memory.open.get_mut(&key));
            if let Some(open) = open {
                open.set_counted(counted);
            }
        }
        self.plan = Arc::new(Plan::of(&models.models));
        (self.models, self.settings) = (models, settings);
        self.profiles.number_anew();
        is_of_these.then_some(self)
    }

    /// Scores the facts of one hour against everything before that hour, then learns them. `facts` must be in (time, uid) order
    /// and within the hour; hours must not go back. Returns new indicators and new versions of the open day's (same uid).
    pub fn step(&mut self, context: Context<'_>, facts: &[Fact]) -> Vec<Indicator> {
        let Some(first) = facts.first() else { return Vec::new() };
        self.start_day(first.event.time.day(), context);
        self.start_hour(first.event.time.hour());
        let models = self.models.clone();
        let mut indicators = Vec::new();
        let mut groups = self.group(&models, facts);
        for (index, (model, found)) in models.models.iter().zip(&mut groups).enumerate() {
            for group in found.iter_mut().filter(|group| group.is_judged) {
                indicators.extend(scorer::score(self, index, model, context, group));
                // Within the hour, too: a flood of new entities may come in one.
                self.make_room();
            }
        }
        for (index, (model, found)) in models.models.iter().zip(&groups).enumerate() {
            for group in found {
                self.learn(index, model, context, group);
                self.make_room();
            }
        }
        indicators
    }

    fn start_hour(&mut self, hour: i64) {
        self.profiles.start_hour(u32::try_from(hour).unwrap_or(0));
        self.keep_day_small();
        self.make_room();
    }

    /// Keeps the profiles under their cap.
    pub(crate) fn make_room(&mut self) {
        if self.profiles.exceeds() {
            self.profiles.make_room();
            self.profile_of.iter_mut().for_each(|place| *place = NO_PROFILE);
        }
    }

    /// For each model the facts that it applies to by entity and subject, in the order in which each first appears.
    fn group<'a>(&mut self, models: &ModelSet, facts: &'a [Fact]) -> Vec<Vec<Group<'a>>> {
        let plan = self.plan.clone();
        let mut groups: Vec<Vec<Group<'a>>> = models.models.iter().map(|_| Vec::new()).collect();
        let mut places: Vec<HashMap<(u32, u32, bool), u32>> = models.models.iter().map(|_| HashMap::default()).collect();
        self.coded.clear();
        for fact in facts {
            let from = self.coded.len() as u32;
            let mut is_coded = false;
            // One fact is asked for the same few texts by several models.
            let mut asked: [(Option<&SmolStr>, u32); 4] = [(None, 0); 4];
            let mut place = 0;
            let mut number = |texts: &mut Names, text: &'a SmolStr| {
                if let Some((_, known)) = asked.iter().find(|(known, _)| known.is_some_and(|known| std::ptr::eq(known, text))) {
                    return *known;
                }
                let number = texts.number(text);
                asked.get_mut(place % 4).into_iter().for_each(|slot| *slot = (Some(text), number));
                place += 1;
                number
            };
            for index in plan.models(fact) {
                let (Some(model), Some(found), Some(places)) = (models.models.get(index), groups.get_mut(index), places.get_mut(index))
                else {
                    continue;
                };
                let Some((entity, subject)) = scorer::keeper(model, fact).zip(fact.get(model.subject)) else { continue };
                let key = (number(&mut self.texts, &entity.key), number(&mut self.texts, subject));
                if key.0.max(key.1) == NO_NUMBER {
                    self.profiles.refuse();
                    continue;
                }
                if !std::mem::replace(&mut is_coded, true) {
                    self.coded.extend(fact.entities.iter().map(|entity| Coded::of(entity, &mut self.texts)));
                }
                let is_judged = model.judged.iter().all(|condition| condition.holds(fact));
                match places.entry((key.0, key.1, is_judged)) {
                    Entry::Occupied(place) => {
                        found.get_mut(*place.get() as usize).into_iter().for_each(|group| group.more.push((fact, from)));
                    }
                    Entry::Vacant(place) => {
                        place.insert(found.len() as u32);
                        found.push(Group {
                            key,
                            entity: &entity.key,
                            subject,
                            first: fact,
                            from,
                            more: Vec::new(),
                            is_judged,
                            parts: FULL,
                            kept: None,
                        });
                    }
                }
            }
        }
        groups
    }

    /// The number of an entity's profile, if it has one.
    pub(crate) fn own(&mut self, model: &Model, group: &Group<'_>) -> Option<u32> {
        if !model.has_habits() {
            return None;
        }
        let at = group.key.0 as usize;
        if let Some(known) = self.profile_of.get(at).filter(|place| **place != NO_PROFILE) {
            return Some(*known);
        }
        let found = self.profiles.known(group.entity)?;
        if at < self.texts.len() {
            self.profile_of.resize(self.texts.len(), NO_PROFILE);
            self.profile_of.get_mut(at).into_iter().for_each(|place| *place = found);
        }
        Some(found)
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
                    memory.watch_for_change(&self.classes, closing, &self.texts);
                }
                let is_counted = closing >= first + self.settings.warm_up_days;
                let learning = Learning {
                    names: &mut self.names,
                    texts: &self.texts,
                    profiles: &mut self.profiles,
                    classes: &self.classes,
                    lessons: &mut self.lessons,
                };
                let open = std::mem::take(&mut memory.open);
                close(memory, index, model, learning, open, (closing, is_counted));
                let today = std::mem::take(&mut memory.today);
                let (known, members) = match model.entity {
                    EntityKind::Person | EntityKind::Account => (people, classes_of_people),
                    EntityKind::Device => (devices, classes_of_devices),
                    _ => (0, &none),
                };
                let class = |entity: &u32| self.classes.compared(model.entity, self.texts.text(*entity)?);
                // Of some the day ended before.
                let (early, early_by_class) = memory.calibration.handed_in(closing);
                let silent = (known.saturating_sub(today.len()) as u64).saturating_sub(early);
                let mut silent_members = members.clone();
                for (class, active) in today.keys().filter_map(class).map(|class| (class, 1)).chain(early_by_class) {
                    silent_members.entry(class).and_modify(|silent| *silent = silent.saturating_sub(active));
                }
                if self.settings.tally && memory.calibration.n() >= scorer::MIN_CALIBRATED {
                    let mut silence: BTreeMap<Option<u32>, u64> = silent_members.iter().map(|(class, n)| (Some(*class), *n)).collect();
                    silence.insert(None, silent.saturating_sub(silence.values().sum()));
                    let scores =
                        today.iter().filter_map(|(entity, score)| self.texts.text(*entity).map(|text| (text, class(entity), *score)));
                    self.tallies.push(Tally::of((index, &model.family), closing, &memory.calibration, scores, &silence));
                }
                if is_counted {
                    let scores = today.iter().map(|(entity, score)| (class(entity), *score));
                    memory.calibration.add_day(closing, scores, silent, &silent_members);
                }
                let horizon = EventTime((closing - 7) * weft_model::DAY_MS);
                memory.suspects.retain(|_, (_, last)| closing - *last < SUSPECT_DAYS);
                memory.times.retain(|_, times| {
                    times.iter().any(|(_, (last, times))| closing - last <= if matches!(times, Times::Fixed(_)) { 32 } else { 3 })
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
        if day != open {
            self.texts.clear();
            self.profile_of.clear();
        }
        self.heed(day);
    }

    /// What holds memory, and about how many bytes.
    pub fn held(&self) -> Vec<(&'static str, usize)> {
        let of_all = |of: fn(&ModelState) -> usize| self.memory.iter().map(of).sum::<usize>();
        vec![
            ("names", self.names.bytes()),
            ("profiles", self.profiles.bytes()),
            ("texts of the day", self.texts.bytes() + of_list(&self.profile_of) + of_list(&self.coded)),
            ("open", of_all(|memory| of_table(&memory.open) + memory.open.values().map(Open::heap_bytes).sum::<usize>())),
            ("highest of the day", of_all(|memory| of_table(&memory.today))),
            ("recent", of_all(|memory| of_table(&memory.recent) + memory.recent.values().map(of_list).sum::<usize>())),
            ("times", of_all(|memory| times_bytes(&memory.times))),
            ("lessons", self.lessons.bytes()),
            ("suspects", of_all(|memory| of_table(&memory.suspects) + of_table(&memory.changes))),
            ("calibration", of_all(|memory| memory.calibration.bytes())),
            ("levels", of_all(|memory| memory.baselines.iter().map(Baseline::bytes).sum())),
            ("classes", of_table(&self.classes.by_entity)),
        ]
    }
    /// What became of the profiles of entities.
    pub fn profiles(&self) -> ProfileCounts {
        self.profiles.counts()
    }
    /// Whether an entity's profile is in memory.
    pub fn has_profile(&self, entity: &str) -> bool {
        self.profiles.resident(entity).is_some()
    }
    /// From now on profiles of entities take at most so many bytes of memory; of more the least seen go to the spill, and results do not depend on
    /// it. Without a spill they are forgotten.
    ///
    /// # Errors
    /// The spill cannot be reached, or lacks what was spilled before.
    pub fn cap(&mut self, bytes: usize, spill: Option<Arc<dyn Spill>>) -> Result<(), SpillError> {
        self.profiles.cap(bytes, spill)
    }
    /// Makes sure that what is spilled outlasts the process, for a snapshot that rests on it.
    ///
    /// # Errors
    /// The spill cannot be reached.
    pub fn sync_spill(&self) -> Result<(), SpillError> {
        self.profiles.sync()
    }
    /// A snapshot of this state was written, and the one before the last is gone: what only that one rested on may go.
    ///
    /// # Errors
    /// The spill cannot be reached.
    pub fn snapshot_written(&mut self) -> Result<(), SpillError> {
        self.profiles.mark()
    }
}

fn baseline(measure: &FeatureKind, place: u32) -> Baseline {
    match measure {
        FeatureKind::Novelty(_) => Baseline::Categories(Levels::at(place)),
        FeatureKind::Count(_) | FeatureKind::Distinct(_) => Baseline::Counts(Rates::at(place)),
        FeatureKind::Volume(_) => Baseline::Volume(Levels::at(place)),
        FeatureKind::Association(_) => Baseline::Together(Box::new(CoRecipients::new(MAX_PAIRS, PAIR_HALF_LIFE_S))),
        FeatureKind::Topic(_) => Baseline::Topics(Box::default()),
        FeatureKind::HourOfWeek(_) => Baseline::Hours(Levels::at(place)),
        FeatureKind::Rarity(_)
        | FeatureKind::Ordered(_)
        | FeatureKind::Periodicity(_)
        | FeatureKind::FixedTime(_)
        | FeatureKind::After(_)
        | FeatureKind::SoonAfter(_) => Baseline::None,
    }
}
