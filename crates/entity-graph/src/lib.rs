//! Who was this, as of then: identity bindings with validity intervals, and which internal entity touched which external one.
//!
//! Pure state that folds facts in any order within the caller's step; it must not know how events are decoded, scored or stored.

pub mod aliases;
pub mod bindings;
pub mod correspondents;
mod earlier;
pub mod graph;
pub mod groups;
mod names;
pub mod neighbours;
pub mod notes;
pub mod sharing;
mod ties;
pub mod touches;

pub use aliases::Aliases;
pub use bindings::{Binding, Bindings, Confidence};
pub use correspondents::{Correspondents, LookAlike};
pub use earlier::EarlierGraph;
pub use graph::{CONTACT_BYTES, EntityGraph};
pub use groups::Groups;
pub use neighbours::Neighbour;
pub use notes::Notes;
pub use sharing::Sharing;
pub use touches::{Contact, Followers, Touch, Touches};
