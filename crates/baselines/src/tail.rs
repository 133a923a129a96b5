//! The far end of a table of scores: how likely a score is beyond what the table holds. Must not know what a score means.
//!
//! A rank alone cannot say less than one in as many as there are observations, however far the score lies beyond them all. Excesses over a
//! high threshold are exponential, or nearly so (Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3,
//! 1975), and scores are logarithms. With a Gamma prior on the rate the predictive tail is a Lomax law, generalised Pareto again, whose
//! heaviness says how few observations it rests on.

use crate::calibration::Bin;

/// Excesses that the tail is fitted to: a fiftieth of the observations, within these.
const MIN_EXCESSES: u64 = 16;
const MAX_EXCESSES: u64 = 200;
const SHARE: u64 = 50;
/// Observations above a score from which its rank alone speaks.
const RANKED: u64 = 10;
/// The prior: as many excesses as this, of this mean in bits. A single valid tail probability has a mean excess of 1.44 bits, sums of
/// several have more.
const PRIOR_EXCESSES: f64 = 2.0;
const PRIOR_MEAN: f64 = 2.0;

/// A fitted tail, in bins of `width` bits.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tail {
    /// The bin from which on the tail speaks, and how many observations lie above it.
    from: usize,
    above: u64,
    /// The bin above which the excesses lie that it was fitted to.
    threshold: usize,
    /// Shape, and scale in bins.
    shape: f64,
    scale: f64,
}

impl Tail {
    /// Of the bins that hold something, lowest first, each `width` bits wide.
    pub fn fit(bins: &[Bin], total: u64, width: f64) -> Self {
        let wanted = (total / SHARE).clamp(MIN_EXCESSES, MAX_EXCESSES);
        let first_with_at_most = |limit: u64| -> usize {
            match bins.get(bins.partition_point(|bin| bin.above > limit)) {
                Some(bin) if total > limit => bin.place.into(),
                _ => 0,
            }
        };
        // Silence is no score: how far the first score ever may lie from it nobody knows, so the tail begins at the lowest score at least.
        let Some(lowest) = bins.iter().find(|bin| bin.place > 0 && bin.count > 0).map(|bin| usize::from(bin.place)) else {
            return Self::default();
        };
        let (threshold, from) = (first_with_at_most(wanted).max(lowest), first_with_at_most(RANKED).max(lowest));
        let (mut excesses, mut sum) = (0.0, 0.0);
        for bin in bins.iter().filter(|bin| usize::from(bin.place) > threshold) {
            excesses += f64::from(bin.count);
            // The middle of the bin.
            sum += f64::from(bin.count) * ((usize::from(bin.place) - threshold) as f64 - 0.5);
        }
        let from = from.max(threshold);
        Self {
            from,
            above: bins.iter().filter(|bin| usize::from(bin.place) > from).map(|bin| u64::from(bin.count)).sum(),
            threshold,
            shape: PRIOR_EXCESSES + excesses,
            scale: PRIOR_EXCESSES * PRIOR_MEAN / width + sum,
        }
    }

    /// How many of `total + 1` observations are expected beyond a place `u` in (0, 1) of the way down from the top of bin `index`; `None`
    /// where ranks speak.
    pub fn beyond(&self, index: usize, u: f64) -> Option<f64> {
        if index <= self.from || self.shape <= 0.0 {
            return None;
        }
        let (top, bottom) = (self.survival(index), self.survival(index - 1));
        Some((self.above + 1) as f64 * (top + u * (bottom - top)) / self.survival(self.from))
    }

    /// The predictive chance that an excess ends above the bin.
    fn survival(&self, index: usize) -> f64 {
        let excess = (index - self.threshold) as f64;
        (self.scale / (self.scale + excess)).powf(self.shape)
    }
}
