//! One raw message (RFC 5322 with MIME) becomes one Email Activity event.
//!
//! Pure: bytes in, value out; no clock, no network (a link is never followed, a wrapped link is unwrapped by its text alone), no
//! panic. Every size, depth and count is capped in [`limits`]; what lies beyond a cap is left out, never guessed. This crate must
//! not know where a message came from (file, mbox, Maildir) nor whose it is: direction and people are enrichment's part.
//!
//! The walk over the MIME tree is our own, so that caps hold before anything is allocated; header fields, transfer encodings and
//! character sets are decoded by `mail-parser`, HTML by `lol_html`, URLs by `url`, attachment types by `file-format`.

mod address;
mod attachment;
mod auth;
mod automatic;
mod error;
mod field;
mod header;
mod instant;
pub mod limits;
mod link;
mod message;
mod origin;
mod part;
mod transfer;

pub use error::DecodeError;
pub use message::decode;
