//! Tables as snapshots before version 4 hold them: every score had a place in them, whether or not it occurred.

use crate::calibration::Calibration;
use serde::Deserialize;
use std::collections::VecDeque;

/// A [`Calibration`] of then; it becomes one of now.
#[derive(Clone, Debug, Deserialize)]
pub struct DenseCalibration {
    table: Dense,
    waiting: VecDeque<(i64, Vec<u16>, u64)>,
    lag_days: i64,
}

#[derive(Clone, Debug, Deserialize)]
struct Dense {
    bins: Vec<u32>,
    #[serde(rename = "above")]
    _above: Vec<u64>,
    #[serde(rename = "total")]
    _total: u64,
}

impl From<DenseCalibration> for Calibration {
    fn from(dense: DenseCalibration) -> Self {
        let bins = dense.table.bins.into_iter().zip(0..).filter(|(count, _)| *count > 0);
        Self::of(bins.map(|(count, place)| (place, count)).collect(), dense.waiting, dense.lag_days)
    }
}
