//! How surprising is this: novelty of a category, counts and volumes, hour of the week, and the conformal calibration that turns
//! any score into a p-value and into evidence.
//!
//! Every estimator backs off from the entity to its peer group, the organisation and a shipped prior. This crate must not know what
//! an event or a model is; values are interned numbers, time is an argument.

pub mod association;
pub mod calibration;
pub mod counts;
pub mod decay;
pub mod drift;
pub mod earlier;
pub mod evidence;
pub mod fan_out;
pub mod fixed_time;
pub mod hour_of_week;
pub mod novelty;
pub mod order;
pub mod periodicity;
pub mod snapshot;
pub mod special;
pub mod spill;
mod tail;
pub mod topics;
pub mod volume;

pub use calibration::{Calibration, PValue, PeerCalibration};
pub use evidence::surprise_bits;
pub use hour_of_week::HourOfWeek;
pub use novelty::{Categories, Novelty, NoveltyParams, novelty};
pub use order::ascents_tail;
pub use volume::{Volume, volume_tail};
