//! Detection models as data: events become facts, models score facts against baselines, calibrated scores become indicators.
//!
//! Pure and synchronous. This crate must not know where events come from, how incidents are formed, or what time it is.

pub mod builtin;
pub mod condition;
pub mod context;
mod earlier;
pub mod error;
pub mod extract;
pub mod fact;
pub mod field;
pub mod finding;
pub mod inline_test;
mod japanese;
mod lesson;
pub mod model;
mod outside;
pub mod prior;
pub mod scorer;
pub mod state;
pub mod suppression;
pub mod tally;
pub mod template;

pub use builtin::builtin;
pub use context::Context;
pub use earlier::EarlierState;
pub use error::ModelError;
pub use extract::{Extracted, Extractor};
pub use fact::{Fact, FactKind};
pub use field::Field;
pub use finding::Findings;
pub use lesson::Judgement;
pub use model::{Feature, FeatureKind, Model, ModelSet};
pub use outside::Outside;
pub use state::{Settings, State};
pub use suppression::{Hits, Suppression};
pub use tally::Tally;
pub use weft_baselines::drift::Verdict;
