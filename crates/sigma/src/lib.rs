//! Sigma rules: event rules over facts, and correlations (event and value counts, temporal, ordered, absence) over event rules,
//! detection models and other correlations. A match becomes a calibrated indicator.
//!
//! Pure and synchronous: hours of facts and indicators go in, indicators come out. Must not know where rules are kept, how incidents
//! form, or what time it is.

pub mod builtin;
pub mod condition;
pub mod detection;
mod earlier;
pub mod error;
pub mod file;
pub mod inline_test;
pub mod rule;
pub mod state;
pub mod window;

pub use builtin::builtin;
pub use earlier::EarlierState;
pub use error::SigmaError;
pub use inline_test::{InlineTest, Outcome};
pub use rule::{Rule, RuleSet};
pub use state::State;
