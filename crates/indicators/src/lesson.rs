//! What kept indicators taught, so that analysts' verdicts can change its weight afterwards: exactly, and reversibly. A verdict acts from
//! the day after it was given on, so that state stays a pure fold over hours and verdicts, whenever and in whatever order they come.

use crate::profile::{Estimator, Profiles};
use crate::rates::Shown;
use crate::state::{Baseline, Levels, ModelState, Names, State};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_baselines::drift::{FULL, Ledger, Verdict};
use weft_model::held::of_table;
use weft_model::{Entity, EventTime, Indicator, IndicatorUid, SmolStr};

/// Things learned that can still be judged; the oldest become final first.
const MAX_LESSONS: u32 = 100_000;
/// Things learned from one entity and subject within an hour that can be judged.
pub(crate) const MAX_OF_HOUR: usize = 256;

/// What an analyst said of some indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// When it was said, and when it was taken back.
    pub since: EventTime,
    pub until: Option<EventTime>,
    pub verdict: Verdict,
    pub indicators: Vec<IndicatorUid>,
}

impl Judgement {
    fn stands_on(&self, day: i64) -> bool {
        self.since.day() < day && self.until.is_none_or(|until| until.day() >= day)
    }
    fn changes_between(&self, before: i64, day: i64) -> bool {
        self.stands_on(before) != self.stands_on(day)
    }
}

/// Where a lesson is kept: the levels of a feature.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) feature: usize,
    pub(crate) level: Level,
}

/// The entity's own habits, or those of its peer group and the organisation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Level {
    Own(u32),
    Others(Option<u32>),
}

/// One thing that a model learned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Lesson {
    Value(Place, u32),
    Amount(Place, u64),
    Hour(Place, usize),
    /// People met together, and when (seconds).
    Together(usize, Vec<u32>, i64),
    /// What somebody was written to about, or wrote.
    Topic(usize, u32, SmolStr),
    /// Somebody touched something that was new to them.
    Touched(SmolStr, Entity),
    /// The highest score of an entity, of a class, on a day.
    Day(i64, Option<u32>, f64),
    /// How many there were on a day.
    Count(Place, u64, i64),
}

/// What analysts said, and what it is said of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lessons {
    ledger: Ledger<(usize, Lesson)>,
    #[serde(skip)]
    judgements: Arc<Vec<Judgement>>,
    /// Verdicts that act, by key.
    acting: BTreeMap<u64, Verdict>,
    #[serde(skip)]
    heeded: Option<(i64, Arc<Vec<Judgement>>)>,
    /// External entities that somebody touched in a confirmed incident for the first time: that makes them no habit.
    condemned: HashMap<(SmolStr, Entity), u32>,
}

impl Default for Lessons {
    fn default() -> Self {
        Self {
            ledger: Ledger::new(MAX_LESSONS),
            judgements: Arc::default(),
            acting: BTreeMap::new(),
            heeded: None,
            condemned: HashMap::default(),
        }
    }
}

fn key(uid: &IndicatorUid) -> u64 {
    let mut word = [0u8; 8];
    word.iter_mut().zip(uid.0).for_each(|(to, from)| *to = from);
    u64::from_le_bytes(word)
}

impl Lessons {
    /// Bytes that they take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.ledger.bytes() + of_table(&self.condemned)
    }
    /// `model` learned this from the facts behind an indicator, with a weight in 64ths.
    pub(crate) fn remember(&mut self, uid: &IndicatorUid, model: usize, lesson: Lesson, parts: i32) {
        self.ledger.remember(key(uid), (model, lesson), parts);
    }
    pub(crate) fn judge(&mut self, judgements: Arc<Vec<Judgement>>) {
        self.judgements = judgements;
    }
    /// Whether an entity is known to somebody only from a confirmed incident.
    pub(crate) fn is_condemned(&self, who: &SmolStr, entity: &Entity) -> bool {
        !self.condemned.is_empty() && self.condemned.contains_key(&(who.clone(), entity.clone()))
    }
    /// The changes that the verdicts standing on `day` ask for.
    fn due(&mut self, day: i64) -> Vec<((usize, Lesson), i32)> {
        let before = self.heeded.replace((day, self.judgements.clone()));
        let is_same = |(earlier, known): &(i64, Arc<Vec<Judgement>>)| {
            Arc::ptr_eq(known, &self.judgements) && !known.iter().any(|judgement| judgement.changes_between(*earlier, day))
        };
        if before.as_ref().is_some_and(is_same) {
            return Vec::new();
        }
        let standing = self.judgements.iter().filter(|judgement| judgement.stands_on(day));
        let wanted: BTreeMap<u64, Verdict> = standing.flat_map(|j| j.indicators.iter().map(|uid| (key(uid), j.verdict))).collect();
        let withdrawn = self.acting.keys().filter(|key| !wanted.contains_key(*key)).map(|key| (*key, Verdict::None));
        let news = wanted.iter().filter(|(key, verdict)| self.acting.get(*key) != Some(*verdict)).map(|(key, verdict)| (*key, *verdict));
        let changes: BTreeMap<u64, Verdict> = withdrawn.chain(news).collect();
        self.acting = wanted;
        self.ledger.judge(&changes)
    }
}

impl State {
    /// From the day after each was given on, what was learned heeds these.
    pub fn judge(&mut self, judgements: Arc<Vec<Judgement>>) {
        self.lessons.judge(judgements);
    }

    /// The days of these indicators count no longer: what they told of turned out to be everybody's, which says nothing of one.
    pub fn withdraw(&mut self, indicators: &[Indicator]) {
        let keys = indicators.iter().map(|indicator| key(&indicator.uid)).collect();
        for ((model, lesson), parts) in self.lessons.ledger.withdraw(&keys, |(_, lesson)| matches!(lesson, Lesson::Day(..))) {
            let learned = (&mut self.profiles, &self.names);
            if let Some(memory) = self.memory.get_mut(model) {
                memory.relearn(learned, &lesson, parts);
            }
        }
        for indicator in indicators {
            let model = self.models.models.iter().position(|model| model.name == indicator.model);
            if let (Some(judged), Some(model)) = (indicator.entities.first(), model) {
                let tally = self.tallies.iter_mut().find(|tally| tally.model == model && tally.day == indicator.time.day());
                tally.into_iter().for_each(|tally| tally.leave_out(&judged.key));
            }
        }
    }

    /// Lets the verdicts that stand on `day` act.
    pub(crate) fn heed(&mut self, day: i64) {
        for ((model, lesson), parts) in self.lessons.due(day) {
            match (lesson, self.memory.get_mut(model)) {
                (Lesson::Touched(who, entity), _) => {
                    let times = self.lessons.condemned.entry((who, entity)).or_default();
                    *times = times.saturating_add_signed(-parts.signum());
                }
                (lesson, Some(memory)) => memory.relearn((&mut self.profiles, &self.names), &lesson, parts),
                (_, None) => {}
            }
        }
        self.lessons.condemned.retain(|_, times| *times > 0);
    }
}

impl ModelState {
    fn relearn(&mut self, learned: (&mut Profiles, &Names), lesson: &Lesson, parts: i32) {
        match lesson {
            Lesson::Value(place, value) => {
                if let Some(Baseline::Categories(levels)) = self.baselines.get_mut(place.feature) {
                    at(levels, learned, place.level, |level| level.add(*value, parts));
                }
            }
            Lesson::Amount(place, amount) => {
                if let Some(Baseline::Volume(levels)) = self.baselines.get_mut(place.feature) {
                    at(levels, learned, place.level, |level| level.add(*amount, parts));
                }
            }
            Lesson::Count(place, amount, day) => {
                if let Some(Baseline::Counts(rates)) = self.baselines.get_mut(place.feature) {
                    let (profiles, names) = learned;
                    let shown = |peer| Shown { peer, day: *day, amount: *amount };
                    match place.level {
                        Level::Own(own) => {
                            let own = profile(profiles, names, own);
                            own.into_iter().for_each(|own| rates.relearn_own(profiles, own, shown(None), parts));
                        }
                        Level::Others(peer) => rates.relearn_others(shown(peer), parts),
                    }
                }
            }
            Lesson::Hour(place, hour) => {
                if let Some(Baseline::Hours(levels)) = self.baselines.get_mut(place.feature) {
                    at(levels, learned, place.level, |level| level.add(*hour, parts));
                }
            }
            Lesson::Together(feature, met, at_s) => {
                if let Some(Baseline::Together(together)) = self.baselines.get_mut(*feature) {
                    together.learn(met, *at_s, f64::from(parts) / f64::from(FULL));
                }
            }
            Lesson::Topic(feature, whose, subject) => {
                if let (Some(Baseline::Topics(topics)), Some(topic)) = (self.baselines.get_mut(*feature), weft_topic::embed(subject)) {
                    topics.learn(*whose, &topic.0, parts);
                }
            }
            Lesson::Day(day, class, score) => self.calibration.retract(*class, *day, *score, parts > 0),
            Lesson::Touched(..) => {}
        }
    }
}

/// The number of the profile of an entity with this name's number.
fn profile(profiles: &mut Profiles, names: &Names, own: u32) -> Option<u32> {
    names.text(own).and_then(|owner| profiles.number(owner))
}

fn at<T: Estimator>(levels: &mut Levels<T>, (profiles, names): (&mut Profiles, &Names), level: Level, change: impl Fn(&mut T)) {
    match level {
        Level::Own(own) => {
            let own = profile(profiles, names, own);
            own.into_iter().for_each(|own| levels.own(profiles, own, &change));
        }
        Level::Others(peer) => levels.others(peer, change),
    }
}
