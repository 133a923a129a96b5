//! A new backup job: a server sends much data to a host that nobody has seen, every night.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::company::DeviceKind;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::Count;
use crate::tls::Client;
use crate::traffic::Load;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::EntityKind;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// The job.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// First night; a workday after the first week when absent.
    pub day: Option<u32>,
    /// To the end when absent.
    pub nights: Option<u32>,
    /// A night; the first one, a full copy, is five times as large.
    pub megabytes: Count,
}

impl Default for Backup {
    fn default() -> Self {
        Self { day: None, nights: None, megabytes: Count { least: 400, most: 1_500 } }
    }
}

impl Kind for Backup {
    fn name(&self) -> &str {
        "backup"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(first) = who::first_day(self.day, 1, world, &mut rng, |_| true) else { return Ok(None) };
        let company = &world.company;
        let servers =
            company.devices.iter().enumerate().filter(|(index, device)| device.kind == DeviceKind::Server && *index != company.backup);
        let servers: Vec<usize> = servers.map(|(index, _)| index).collect();
        let device = rng.pick(&servers).copied().unwrap_or(company.backup);
        let domain = world.web.fresh(&mut rng, 0.2);
        let host = format!("{}.{domain}", rng.word(&["s3", "ingest", "vault", "upload"]));
        let mut note = Note::new(id, "backup", &["network"]);
        note.device(world, device);
        note.add(EntityKind::Domain, &domain);
        let days = first..self.nights.map_or(world.days, |nights| first + nights);
        let minute = rng.range(0, 4 * 60);
        Ok(Some(Box::new(Running { days, device, host, minute, megabytes: self.megabytes, id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = who::range_problem("megabytes", self.megabytes.most, 1..=100_000);
        let problem = problem.or_else(|| who::range_problem("nights", self.nights?, 1..=400));
        problem.or_else(|| who::day_problem("day", self.day, days))
    }
}

#[derive(Debug)]
struct Running {
    days: std::ops::Range<u32>,
    device: usize,
    host: String,
    /// After 22:00.
    minute: i64,
    megabytes: Count,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        if !self.days.contains(&day) {
            return Ok(());
        }
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let full = if day == self.days.start { 5 } else { 1 };
        let at = world.local(day, 0, 0) + 22 * HOUR_MS + self.minute * MINUTE_MS + rng.range(0, 4 * MINUTE_MS);
        let up = u64::from(self.megabytes.draw(&mut rng)) * 1_000_000 * full + rng.below(1_000_000);
        let (device, host) = (self.device, &self.host);
        self.note.tap(world, |_, world| {
            world.connect_as(device, Client::OpenSsl, at * 1000, (host, Load { up, down: 60_000, exchanges: 6 }), &mut rng);
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
