//! The HTTP API under /api/v1, local sign-in, and the page.
//!
//! An IO shell over `weft-store`: it must not know how incidents come about, and passes their JSON through as stored. It reads no clock of
//! its own: [`ApiConfig::now_ms`] is given by the binary. The contract is `schemas/api/openapi.json`, generated from this code.

mod config;
mod contract;
mod cookie;
mod error;
mod guard;
mod input;
mod login_limit;
mod page;
mod password;
mod router;
mod routes;
mod serve;
mod session;
mod state;
mod token;

pub use config::ApiConfig;
pub use contract::{
    Clause, Contribution, Coverage, Entity, ExposedPerson, ExposureAct, IncidentFinding, IncidentLink, IncidentMetadata, Ioc, Narrative,
    Recommended, Text, TimelineEntry, Unmapped, WeftIncident, Why,
};
pub use error::{AuthError, Problem};
pub use password::{MIN_PASSWORD_BYTES, set_password};
pub use router::{openapi, router};
pub use serve::serve;
pub use session::{LOGIN_LINK_MS, SESSION_MS, create_login_link};
