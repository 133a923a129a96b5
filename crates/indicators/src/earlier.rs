//! The state of models as snapshots before version 5 hold it: an entity's habits a feature and not in one profile, the open day by names; and before
//! version 4 without weights, lessons and classes.

use crate::lesson::Lessons;
use crate::model::ModelSet;
use crate::open::{Coded, Open};
use crate::profile::{Estimator, Part, Profiles};
use crate::state::{Baseline, Classes, Levels, MAX_EVENTS, ModelState, Names, Recent, Settings, State, TimesBySubject};
use crate::suppression::Hits;
use foldhash::HashMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weft_baselines::association::CoRecipients;
use weft_baselines::drift::ChangePoint;
use weft_baselines::earlier::DenseCalibration;
use weft_baselines::topics::Topics;
use weft_baselines::{Categories, HourOfWeek, PeerCalibration, Volume};
use weft_model::{Entity, EventRef, Indicator, IndicatorUid, SmolStr};

/// A [`State`] of versions 1 to 3; it becomes one of now.
#[derive(Deserialize)]
pub struct UnweightedState(EarlierState<DenseCalibration, (), (), ()>);
/// A [`State`] of version 4; it becomes one of now.
#[derive(Deserialize)]
pub struct ByFeatureState(EarlierState<PeerCalibration, f64, Changing, (Lessons, Classes)>);

type Suspects = HashMap<(SmolStr, SmolStr), (IndicatorUid, i64)>;
type Changing = (HashMap<SmolStr, ChangePoint>, Suspects);

/// A [`State`] of then, with what some versions have in places where others have nothing.
#[derive(Deserialize)]
struct EarlierState<C, B, M, S> {
    names: Names,
    memory: Vec<EarlierModel<C, B, M>>,
    hits: Vec<Hits>,
    more: S,
    first_day: Option<i64>,
    day: Option<i64>,
}

#[derive(Deserialize)]
struct EarlierModel<C, B, M> {
    calibration: C,
    baselines: Vec<EarlierBaseline>,
    today: HashMap<SmolStr, f64>,
    open: HashMap<(SmolStr, SmolStr), EarlierOpen<B>>,
    recent: HashMap<SmolStr, Vec<Recent>>,
    times: TimesBySubject,
    more: M,
}

#[derive(Deserialize)]
enum EarlierBaseline {
    Categories(EarlierLevels<Categories>),
    Volume(EarlierLevels<Volume>),
    Hours(EarlierLevels<HourOfWeek>),
    Together(Box<CoRecipients>),
    None,
    Topics(Box<Topics>),
}

#[derive(Deserialize)]
struct EarlierLevels<T> {
    own: HashMap<u32, T>,
    peer: HashMap<u32, T>,
    organisation: T,
}

#[derive(Deserialize)]
struct EarlierOpen<B> {
    count: u64,
    distinct: BTreeMap<usize, BTreeSet<SmolStr>>,
    sequence: BTreeMap<usize, Vec<SmolStr>>,
    events: BTreeSet<EventRef>,
    entities: BTreeSet<Entity>,
    peer: Option<u32>,
    bits: B,
    kept: Option<Indicator>,
}

impl<T> EarlierLevels<T> {
    /// What was counted whole becomes 64ths.
    fn divide(&mut self, divide: impl FnMut(&mut T)) {
        self.own.values_mut().chain(self.peer.values_mut()).chain([&mut self.organisation]).for_each(divide);
    }
}

impl EarlierBaseline {
    fn divide(&mut self) {
        match self {
            Self::Categories(levels) => levels.divide(Categories::divide),
            Self::Volume(levels) => levels.divide(Volume::divide),
            Self::Hours(levels) => levels.divide(HourOfWeek::divide),
            Self::Together(_) | Self::Topics(_) | Self::None => {}
        }
    }
}

/// What goes into parts of the state of now that all models share.
struct Shared {
    names: Names,
    texts: Names,
    profiles: Profiles,
    /// The place of the next feature.
    place: u32,
}

impl Shared {
    fn baseline(&mut self, earlier: EarlierBaseline) -> Baseline {
        let now = match earlier {
            EarlierBaseline::Categories(levels) => Baseline::Categories(self.levels(levels, Part::Categories)),
            EarlierBaseline::Volume(levels) => Baseline::Volume(self.levels(levels, Part::Volume)),
            EarlierBaseline::Hours(levels) => Baseline::Hours(self.levels(levels, Part::Hours)),
            EarlierBaseline::Together(together) => Baseline::Together(together),
            EarlierBaseline::None => Baseline::None,
            EarlierBaseline::Topics(topics) => Baseline::Topics(topics),
        };
        self.place += 1;
        now
    }
    fn levels<T: Estimator>(&mut self, earlier: EarlierLevels<T>, part: impl Fn(T) -> Part) -> Levels<T> {
        for (own, habits) in earlier.own {
            if let Some(owner) = self.names.text(own) {
                self.profiles.restore(owner, self.place, part(habits));
            }
        }
        Levels { place: self.place, peer: earlier.peer, organisation: earlier.organisation }
    }
    /// `bits` is the day's surprise so far.
    fn open<B>(&mut self, earlier: EarlierOpen<B>, bits: impl Fn(B, Option<&Indicator>) -> f64) -> Open {
        let bits = bits(earlier.bits, earlier.kept.as_ref());
        let count = u32::try_from(earlier.count).unwrap_or(u32::MAX);
        let mut open = Open::default();
        (open.count, open.peer, open.bits, open.kept) = (count, earlier.peer, bits, earlier.kept.map(Box::new));
        earlier.events.into_iter().for_each(|event| open.add_event(event, MAX_EVENTS));
        earlier.entities.iter().for_each(|entity| open.add_entity(Coded::of(entity, &mut self.texts), usize::MAX));
        for (position, values) in earlier.distinct {
            open.distinct_mut(position).into_iter().for_each(|known| known.extend(values.iter().cloned()));
        }
        for (position, values) in earlier.sequence {
            open.sequence_mut(position).into_iter().for_each(|known| known.extend(values.iter().cloned()));
        }
        open
    }
    fn model<C, B, M>(
        &mut self,
        earlier: EarlierModel<C, B, M>,
        calibration: impl Fn(C) -> PeerCalibration,
        bits: impl Fn(B, Option<&Indicator>) -> f64,
        more: impl Fn(M) -> Changing,
    ) -> ModelState {
        let (changes, suspects) = more(earlier.more);
        let mut number = |text: &SmolStr| self.texts.number(text);
        let today = earlier.today.iter().map(|(entity, score)| (number(entity), *score)).collect();
        let keyed: Vec<_> = earlier.open.into_iter().map(|((entity, subject), open)| ((number(&entity), number(&subject)), open)).collect();
        ModelState {
            calibration: calibration(earlier.calibration),
            baselines: earlier.baselines.into_iter().map(|baseline| self.baseline(baseline)).collect(),
            today,
            open: keyed.into_iter().map(|(key, open)| (key, self.open(open, &bits))).collect(),
            recent: earlier.recent,
            times: earlier.times,
            changes,
            suspects,
        }
    }
    fn state(self, memory: Vec<ModelState>, hits: Vec<Hits>, [first_day, day]: [Option<i64>; 2]) -> State {
        let mut state = State::new(Arc::new(ModelSet::default()), Settings::default());
        (state.names, state.texts, state.profiles) = (self.names, self.texts, self.profiles);
        (state.memory, state.hits, state.first_day, state.day) = (memory, hits, first_day, day);
        state
    }
}

impl<C, B, M, S> EarlierState<C, B, M, S> {
    fn shared(&mut self) -> Shared {
        Shared { names: std::mem::take(&mut self.names), texts: Names::default(), profiles: Profiles::default(), place: 0 }
    }
}

impl From<UnweightedState> for State {
    fn from(UnweightedState(mut earlier): UnweightedState) -> Self {
        earlier.memory.iter_mut().flat_map(|model| &mut model.baselines).for_each(EarlierBaseline::divide);
        let mut shared = earlier.shared();
        let calibration = |dense: DenseCalibration| PeerCalibration::without_classes(dense.into());
        // How surprising the day was so far, was not noted; of what was kept it is known.
        let bits = |(), kept: Option<&Indicator>| kept.map_or(0.0, |kept| kept.bits.value());
        let none = |()| (HashMap::default(), HashMap::default());
        let memory = earlier.memory.into_iter().map(|model| shared.model(model, calibration, bits, none)).collect();
        shared.state(memory, earlier.hits, [earlier.first_day, earlier.day])
    }
}

impl From<ByFeatureState> for State {
    fn from(ByFeatureState(mut earlier): ByFeatureState) -> Self {
        let mut shared = earlier.shared();
        let memory = earlier.memory.into_iter().map(|model| shared.model(model, |table| table, |bits, _| bits, |more| more)).collect();
        let mut state = shared.state(memory, earlier.hits, [earlier.first_day, earlier.day]);
        (state.lessons, state.classes) = earlier.more;
        state
    }
}
