//! One file a resource.

pub(crate) mod decisions;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod incidents;
pub(crate) mod login;
pub(crate) mod status;
pub(crate) mod stream;
pub(crate) mod verdicts;
