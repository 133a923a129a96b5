//! An incident in plain sentences, each clause resting on indicators.
//!
//! Pure: reads a finished incident and compiles text; it must not look anything up or decide anything.

pub mod clause;
pub mod english;
pub mod time_text;

pub use clause::Clause;
pub use english::{clauses, narrate};
