//! What was found against what is true: attacks, look-alikes, false incidents, the grouping, the p-values; with rivals beside.
//!
//! Pure: incidents, indicators and the truth in, figures and their table and report out. It must not know how inputs are made, how
//! the pipeline works, or where anything is written.

pub mod agreement;
pub mod backtest;
pub mod calibration;
pub mod case;
pub mod delay;
pub mod explain;
pub mod floors;
pub mod html;
pub mod outcome;
mod plot;
pub mod poisson;
pub mod rivals;
pub mod scenario;
pub mod table;
pub mod truth;

pub use calibration::Calibrated;
pub use case::Case;
pub use delay::{AttackDetail, Version};
pub use floors::{Floors, FloorsError};
pub use outcome::Outcome;
pub use scenario::{Evaluation, Observed, ScenarioResult};
pub use truth::Truth;
