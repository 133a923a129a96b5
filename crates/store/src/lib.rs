//! What the service remembers in one SQLite file: incidents, evidence, the decision log, users, sessions, cursors.
//!
//! Synchronous: async callers run it on a blocking thread. It must not know how an incident is found, scored or shown; JSON goes in
//! and comes out as it was, but for the status an analyst set. It reads no clock: every instant is an argument (milliseconds UTC).

mod account;
mod change;
mod decision;
mod error;
mod evidence;
mod incident;
mod query;
mod schema;
mod setting;
mod status;
mod store;
mod verdict;

pub use account::{Login, MAX_LOGIN_LINKS_PER_USER, MAX_SESSIONS_PER_USER, TokenHash, User};
pub use change::Change;
pub use decision::{Decision, DecisionRow};
pub use error::StoreError;
pub use evidence::MAX_EVIDENCE_BYTES;
pub use incident::{IncidentRow, MAX_INCIDENT_BYTES};
pub use query::{IncidentSummary, ListQuery, MAX_LIMIT, MAX_TEXT_BYTES, Page};
pub use schema::SCHEMA_VERSION;
pub use status::IncidentStatus;
pub use store::Store;
pub use verdict::{MAX_PARTS, MAX_STANDING, Verdict, VerdictKind, VerdictRow};
