//! A content delivery network that nobody has seen serves parts of sites that everybody opens, from one day to the next.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::play::Taken;
use crate::rng::Rng;
use crate::traffic::Load;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::EntityKind;

/// The network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cdn {
    /// First day; a workday after the first week when absent.
    pub day: Option<u32>,
    /// Days until sites leave it again; to the end when absent.
    pub days: Option<u32>,
    /// Connections of a person on a day at the office, on average.
    pub connections: f64,
}

impl Default for Cdn {
    fn default() -> Self {
        Self { day: None, days: None, connections: 8.0 }
    }
}

impl Kind for Cdn {
    fn name(&self) -> &str {
        "cdn"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(first) = who::first_day(self.day, 1, world, &mut rng, |_| true) else { return Ok(None) };
        let domain = world.web.fresh(&mut rng, 0.6);
        // One name a customer, as such networks have them.
        let hosts: Vec<String> = (0..3).map(|_| format!("{}.{domain}", rng.hex(14))).collect();
        let mut note = Note::new(id, "cdn", &["network"]);
        note.add(EntityKind::Domain, &domain);
        for address in hosts.iter().flat_map(|host| world.web.lookup(host).addresses) {
            note.add(EntityKind::Ip, &address.to_string());
        }
        let end = self.days.map_or(world.days, |days| first + days);
        Ok(Some(Box::new(Running { days: first..end, connections: self.connections, hosts, id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = (!(0.1..=200.0).contains(&self.connections)).then(|| "connections must be 0.1 to 200".to_owned());
        let problem = problem.or_else(|| who::range_problem("days", self.days?, 1..=400));
        problem.or_else(|| who::day_problem("day", self.day, days))
    }
}

#[derive(Debug)]
struct Running {
    days: std::ops::Range<u32>,
    connections: f64,
    hosts: Vec<String>,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        if !self.days.contains(&day) {
            return Ok(());
        }
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let (hosts, connections) = (&self.hosts, self.connections);
        self.note.tap(world, |_, world| {
            for person in 0..world.plans.len() {
                let Some(plan) = world.plans.get(person).filter(|plan| plan.at_office()).cloned() else { continue };
                for _ in 0..rng.poisson(connections) {
                    let (at, load) = (plan.moment(&mut rng), Load::page(&mut rng));
                    if let Some(host) = rng.pick(hosts) {
                        world.connect(person, at * 1000 + rng.range(0, 1_000), host, load, &mut rng);
                    }
                }
            }
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
