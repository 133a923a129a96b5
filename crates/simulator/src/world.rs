//! Everything a simulated day needs, in one place: the company, the web, the plans of the day and the outputs.

use crate::changes::{Changes, State};
use crate::company::Company;
use crate::correspondents::Correspondents;
use crate::output::Output;
use crate::schedule::{DayPlan, Trip};
use crate::tls::Shapes;
use crate::truth::LookAlike;
use crate::web::Web;
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// The state of the simulation.
#[derive(Debug)]
pub struct World {
    pub seed: u64,
    pub days: u32,
    pub company: Company,
    pub web: Web,
    pub correspondents: Correspondents,
    pub trips: Vec<Trip>,
    pub changes: Changes,
    /// Plans of the day being simulated.
    pub plans: Vec<DayPlan>,
    /// Members of each department.
    pub groups: Vec<Vec<usize>>,
    pub out: Output,
    pub network: NetworkState,
    pub look_alikes: Vec<LookAlike>,
}

impl World {
    /// Whether a person is in the company, neither on a trip nor on holiday, and works by day on `day`.
    pub fn is_around(&self, person: usize, day: u32) -> bool {
        self.company.people.get(person).is_some_and(|known| known.hours.0 < 12 * 60)
            && self.changes.state(person, day) == State::Working
            && !self.trips.iter().any(|trip| trip.person == person && (trip.first_day..=trip.last_day).contains(&day))
    }

    /// `hour:minute` on `day` in the time zone of the home office.
    pub fn local(&self, day: u32, hour: i64, minute: i64) -> i64 {
        self.company.midnight(usize::MAX, day) + hour * HOUR_MS + minute * MINUTE_MS
    }
}

/// What the network remembers from day to day.
#[derive(Debug, Default)]
pub struct NetworkState {
    /// Present address of each device.
    pub addresses: Vec<Option<Ipv4Addr>>,
    /// Who holds an address and until when (ms).
    pub leases: BTreeMap<Ipv4Addr, (usize, i64)>,
    /// How many ephemeral ports each device has used.
    pub ports: Vec<u16>,
    /// For each device the names it has resolved: until when (us) and to what.
    pub resolved: Vec<HashMap<String, (i64, Ipv4Addr), FixedState>>,
    /// What the connections of each TLS client look like.
    pub shapes: Shapes,
    /// Whether the server has forgotten all leases before the coming day.
    pub forgets_leases: bool,
    /// Lease time in seconds.
    pub lease_s: u32,
}

/// A page that a person opens because of something read.
#[derive(Clone, Debug)]
pub struct Visit {
    pub time_ms: i64,
    pub person: usize,
    pub host: String,
}

/// A mail that a person of the company sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub time_ms: i64,
    pub person: usize,
    pub subject: String,
    pub message_id: String,
}
