//! A new program asks its maker every five minutes, on many devices, for as long as they are on the network.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::names;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::Lag;
use crate::tls::Client;
use crate::traffic::Load;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::EntityKind;
use weft_model::time::MINUTE_MS;

/// The program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoftwareUpdates {
    /// First day; a workday after the first week when absent.
    pub day: Option<u32>,
    /// To the end when absent.
    pub days: Option<u32>,
    /// Share of people's devices that have it; at least one has.
    pub share: f64,
    /// Between two requests.
    pub period: Lag,
}

impl Default for SoftwareUpdates {
    fn default() -> Self {
        Self { day: None, days: Some(5), share: 0.25, period: Lag { least_ms: 5 * MINUTE_MS, most_ms: 5 * MINUTE_MS } }
    }
}

impl Kind for SoftwareUpdates {
    fn name(&self) -> &str {
        "software-updates"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(first) = who::first_day(self.day, 1, world, &mut rng, |_| true) else { return Ok(None) };
        let mut devices: Vec<usize> = (0..world.company.people.len()).collect();
        rng.shuffle(&mut devices);
        devices.truncate(((devices.len() as f64 * self.share) as usize).max(1));
        let domain = world.web.fresh(&mut rng, 0.2);
        let host = format!("{}.{domain}", rng.word(names::AGENTS));
        let mut note = Note::new(id, "software-updates", &["network"]);
        note.add(EntityKind::Domain, &domain);
        let days = first..self.days.map_or(world.days, |days| first + days);
        Ok(Some(Box::new(Running { days, devices, host, period_ms: self.period.draw(&mut rng), id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = (self.period.least_ms < 1_000).then(|| "period must be at least 1s".to_owned());
        let problem = problem.or_else(|| who::share_problem("share", self.share)).or_else(|| who::day_problem("day", self.day, days));
        problem.or_else(|| who::range_problem("days", self.days?, 1..=400))
    }
}

#[derive(Debug)]
struct Running {
    days: std::ops::Range<u32>,
    devices: Vec<usize>,
    host: String,
    period_ms: i64,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        if !self.days.contains(&day) {
            return Ok(());
        }
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let (devices, host, period_ms) = (&self.devices, &self.host, self.period_ms);
        self.note.tap(world, |note, world| {
            for device in devices {
                let Some((start, end)) = world.presence(day, *device) else { continue };
                note.device(world, *device);
                let mut at = start + rng.range(10_000, 10_000 + period_ms);
                while at < end {
                    let load = Load::poll(&mut rng);
                    world.connect_as(*device, Client::Schannel, at * 1000 + rng.range(0, 900_000), (host, load), &mut rng);
                    at += period_ms;
                }
            }
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
