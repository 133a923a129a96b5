//! Who was this, as of then: identity bindings with validity intervals, and which internal entity touched which external one.
//!
//! Pure state that folds facts in any order within the caller's step; it must not know how events are decoded, scored or stored.

pub mod aliases;
pub mod bindings;
pub mod correspondents;
pub mod graph;
pub mod touches;

pub use aliases::Aliases;
pub use bindings::Bindings;
pub use correspondents::{Correspondents, LookAlike};
pub use graph::EntityGraph;
pub use touches::{Contact, Followers, Touch, Touches};
