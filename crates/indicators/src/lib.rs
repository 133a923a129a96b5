//! Detection models as data: events become facts, models score facts against baselines, calibrated scores become indicators.
//!
//! Pure and synchronous. This crate must not know where events come from, how incidents are formed, or what time it is.

pub mod builtin;
pub mod condition;
pub mod context;
mod day;
mod earlier;
mod epoch;
pub mod error;
pub mod extract;
pub mod fact;
pub mod field;
pub mod finding;
pub mod inline_test;
mod japanese;
mod learn;
mod lesson;
pub mod model;
mod open;
mod outside;
mod plan;
pub mod prior;
mod profile;
mod rates;
pub mod scorer;
pub mod state;
pub mod suppression;
pub mod tally;
pub mod template;

pub use builtin::builtin;
pub use context::Context;
pub use day::{DAY_BYTES, DayCounts};
pub use earlier::{ByFeatureState, UnweightedState};
pub use error::ModelError;
pub use extract::{Extracted, Extractor};
pub use fact::{Entities, Fact, FactKind, Fields, Shared};
pub use field::Field;
pub use finding::Findings;
pub use lesson::Judgement;
pub use model::{Feature, FeatureKind, Model, ModelSet};
pub use outside::Outside;
pub use profile::{PROFILE_BYTES, ProfileCounts};
pub use state::{Counted, Settings, State};
pub use suppression::{Hits, Suppression};
pub use tally::Tally;
pub use weft_baselines::drift::Verdict;
