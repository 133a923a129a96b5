//! The DHCP server forgets its leases in a night: devices come back with addresses that were others' the day before.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::play::Taken;
use crate::rng::Rng;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::time::{DAY_MS, MINUTE_MS};

/// The reshuffle.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DhcpReshuffle {
    /// A workday after the first week when absent.
    pub day: Option<u32>,
}

impl Kind for DhcpReshuffle {
    fn name(&self) -> &str {
        "dhcp-reshuffle"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(day) = who::first_day(self.day, 1, world, &mut rng, |_| true) else { return Ok(None) };
        Ok(Some(Box::new(Running { day, note: Note::new(id, "dhcp-reshuffle", &["network"]) })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::day_problem("day", self.day, days)
    }
}

#[derive(Debug)]
struct Running {
    day: u32,
    note: Note,
}

impl Harmless for Running {
    fn plans(&mut self, day: u32, world: &mut World) {
        if day != self.day {
            return;
        }
        world.network.forgets_leases = true;
        for device in 0..world.company.devices.len() {
            if world.company.devices.get(device).is_some_and(|known| known.fixed.is_none())
                && let Some((start, end)) = world.presence(day, device)
            {
                self.note.device(world, device);
                self.note.cover(start - MINUTE_MS, end.min(start + DAY_MS));
            }
        }
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
