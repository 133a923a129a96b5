//! Mail files to events: single messages (.eml), mbox files and Maildir folders, read in bounded memory.
//!
//! The shell around `weft-mail-decode`: it reads bytes and hands on what the decoder makes of them. It must not know what is in a
//! message, nor watch anything: a watched Maildir is the runtime's folder watch over the files of `new/` and `cur/`.

mod error;
mod maildir;
mod mbox;
mod message;

pub use error::IngestError;
pub use maildir::{MAX_MAILDIR_MESSAGES, maildir_messages};
pub use mbox::read_mbox;
pub use message::read_message;
