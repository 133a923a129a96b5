//! The state of models as snapshots before version 4 hold it: without weights, lessons and classes.

use crate::state::{Baseline, ModelState, Names, Open, Recent, State, TimesBySubject};
use crate::suppression::Hits;
use foldhash::HashMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use weft_baselines::PeerCalibration;
use weft_baselines::earlier::DenseCalibration;
use weft_model::{Entity, EventRef, Indicator, SmolStr};

/// A [`State`] of then; it becomes one of now.
#[derive(Deserialize)]
pub struct EarlierState {
    names: Names,
    memory: Vec<EarlierModel>,
    hits: Vec<Hits>,
    first_day: Option<i64>,
    day: Option<i64>,
}

#[derive(Deserialize)]
struct EarlierModel {
    calibration: DenseCalibration,
    baselines: Vec<Baseline>,
    today: HashMap<SmolStr, f64>,
    open: HashMap<(SmolStr, SmolStr), EarlierOpen>,
    recent: HashMap<SmolStr, Vec<Recent>>,
    times: TimesBySubject,
}

#[derive(Deserialize)]
struct EarlierOpen {
    count: u64,
    distinct: BTreeMap<usize, BTreeSet<SmolStr>>,
    sequence: BTreeMap<usize, Vec<SmolStr>>,
    events: BTreeSet<EventRef>,
    entities: BTreeSet<Entity>,
    peer: Option<u32>,
    kept: Option<Indicator>,
}

impl From<EarlierState> for State {
    fn from(earlier: EarlierState) -> Self {
        let memory = earlier.memory.into_iter().map(ModelState::from).collect();
        Self::earlier(earlier.names, memory, earlier.hits, [earlier.first_day, earlier.day])
    }
}

impl From<EarlierModel> for ModelState {
    fn from(mut earlier: EarlierModel) -> Self {
        for baseline in &mut earlier.baselines {
            match baseline {
                Baseline::Categories(levels) => levels.all(|level| level.divide()),
                Baseline::Volume(levels) => levels.all(|level| level.divide()),
                Baseline::Hours(levels) => levels.all(|level| level.divide()),
                Baseline::Together(_) | Baseline::Topics(_) | Baseline::None => {}
            }
        }
        Self {
            calibration: PeerCalibration::without_classes(earlier.calibration.into()),
            baselines: earlier.baselines,
            today: earlier.today,
            open: earlier.open.into_iter().map(|(key, open)| (key, open.into())).collect(),
            recent: earlier.recent,
            times: earlier.times,
            changes: HashMap::default(),
            suspects: HashMap::default(),
        }
    }
}

impl From<EarlierOpen> for Open {
    fn from(earlier: EarlierOpen) -> Self {
        let EarlierOpen { count, distinct, sequence, events, entities, peer, kept } = earlier;
        // How surprising the day was so far, was not noted; of what was kept it is known.
        let bits = kept.as_ref().map_or(0.0, |kept| kept.bits.value());
        Self { count, distinct, sequence, events, entities, peer, bits, kept }
    }
}
