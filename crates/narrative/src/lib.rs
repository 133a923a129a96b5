//! An incident in plain sentences of two languages, each clause with the evidence it rests on.
//!
//! Pure: reads a finished incident and compiles text; it must not look anything up or decide anything. The texts stand in `text/*.ftl`.

pub mod attack;
pub mod decision;
pub mod mail;
pub mod speech;
pub mod story;
pub mod time_text;

pub use attack::{Attack, attacks, title, title_of};
pub use decision::decision;
pub use speech::{Arg, Lang, can_say, list, name, say};
pub use story::{Feed, Setting, narrate, whole};
