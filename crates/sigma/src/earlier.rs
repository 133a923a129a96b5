//! The state of rules as snapshots before version 4 hold it: with tables of calibration that list every score.

use crate::state::{Key, Memory, Open, State};
use crate::window::Window;
use foldhash::HashMap;
use serde::Deserialize;
use weft_baselines::earlier::DenseCalibration;
use weft_model::{Domain, Entity, SmolStr};

/// A [`State`] of then; it becomes one of now.
#[derive(Deserialize)]
pub struct EarlierState {
    memory: Vec<EarlierMemory>,
    first_day: Option<i64>,
    day: Option<i64>,
    refused: u64,
}

#[derive(Deserialize)]
struct EarlierMemory {
    calibration: DenseCalibration,
    today: HashMap<SmolStr, f64>,
    windows: HashMap<Key, (Vec<Entity>, Domain, Window)>,
    open: HashMap<Key, Open>,
}

impl From<EarlierState> for State {
    fn from(earlier: EarlierState) -> Self {
        let memory = |EarlierMemory { calibration, today, windows, open }| Memory { calibration: calibration.into(), today, windows, open };
        Self::earlier(earlier.memory.into_iter().map(memory).collect(), [earlier.first_day, earlier.day], earlier.refused)
    }
}
