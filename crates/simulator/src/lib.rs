//! Organisations and attacks as raw inputs: capture files, messages, audit logs and a directory, with the truth beside them.
//!
//! One seed always gives the same bytes. Must not know how anything is detected, and reads no clock.

mod account_change;
mod address;
mod admin_records;
mod admin_work;
mod attachment;
mod audit;
mod bounce;
mod calendar;
mod capture;
mod changes;
mod company;
mod conversation;
mod correspondents;
mod country;
mod delivery;
mod dhcp;
mod dns;
mod event_buffer;
mod event_files;
mod graph;
mod kerberos;
mod look_alike;
mod mail_bulk;
mod mail_day;
mod mail_meetings;
mod mime;
mod names;
mod network_day;
mod office_work;
mod organisation;
mod output;
mod packet;
mod play;
mod rare_acts;
mod raw_files;
mod rng;
mod scenario;
mod schedule;
mod sign_ins;
mod simulate;
mod spill;
mod stories;
mod systems;
mod tally;
mod texts;
mod tls;
mod traffic;
mod truth;
mod web;
mod world;

pub use delivery::{Clocks, Delivery, Late};
pub use scenario::{About, Lag};
pub use simulate::{Simulation, about, scenarios, simulate, simulate_events};
pub use truth::{Attack, LookAlike, Step, Truth, TruthEntity};

use std::path::PathBuf;

/// What to simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// One of [`scenarios`], or the path of a scenario file or its folder.
    pub scenario: String,
    pub seed: u64,
    /// 8 to 20,000.
    pub people: u32,
    /// 1 to 400; at least what the scenario needs.
    pub days: u32,
    /// Goes before what the scenario says of delivery.
    pub delivery: Delivery,
}

impl Default for Options {
    fn default() -> Self {
        Self { scenario: "case-a".to_owned(), seed: 1, people: 60, days: 21, delivery: Delivery::default() }
    }
}

impl Options {
    /// The instant at which the last day ends, in milliseconds UTC.
    fn end_ms(&self) -> i64 {
        calendar::START_MS + i64::from(self.days) * weft_model::time::DAY_MS
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub mails: u64,
    /// Unified Audit Log and Entra records together.
    pub audit_records: u64,
    /// Frames; what is made directly as events has none.
    pub packets: u64,
    pub raw_bytes: u64,
    /// Events made without raw inputs.
    pub events: u64,
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    #[error("unknown scenario {0:?}; name the path of a scenario.yaml or one of: {names}", names = scenarios().join(", "))]
    UnknownScenario(String),
    #[error("{0}")]
    Options(String),
    #[error("{0} is not empty; choose another output folder or remove it")]
    NotEmpty(PathBuf),
    #[error("cannot write {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot use a temporary file; set TMPDIR to a folder with room")]
    Temporary(#[from] std::io::Error),
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("scenario {name}: {reason}")]
    Scenario { name: String, reason: String },
    #[error("a simulated record is not readable by the decoders: {0}")]
    Decode(String),
}
