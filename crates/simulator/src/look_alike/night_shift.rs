//! People who work by day take the red-eye shift for some nights.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::Count;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::collections::BTreeSet;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// The shift.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NightShift {
    pub department: Option<String>,
    pub people: Count,
    /// Evening of the first shift; a workday after the first week when absent.
    pub first_day: Option<u32>,
    /// Shifts one after the other.
    pub nights: u32,
}

impl Default for NightShift {
    fn default() -> Self {
        Self { department: None, people: Count { least: 1, most: 2 }, first_day: None, nights: 3 }
    }
}

impl Kind for NightShift {
    fn name(&self) -> &str {
        "night-shift"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        // The last shift ends on the day after.
        let Some(first) = who::first_day(self.first_day, self.nights + 1, world, &mut rng, |_| true) else { return Ok(None) };
        let days = first..first + self.nights;
        let mut people = BTreeSet::new();
        for _ in 0..self.people.draw(&mut rng) {
            people.insert(who::person(id, self.department.as_deref(), first..=first + self.nights, taken, world, &mut rng)?);
        }
        Ok(Some(Box::new(Running { days, people, id: id.to_owned(), note: Note::new(id, "night-shift", &["email", "saas", "network"]) })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = who::department_problem(self.department.as_ref()).or_else(|| who::day_problem("first_day", self.first_day, days));
        let problem = problem.or_else(|| who::range_problem("people", self.people.most, 1..=1_000));
        problem.or_else(|| who::range_problem("nights", self.nights, 1..=60))
    }
}

#[derive(Debug)]
struct Running {
    days: std::ops::Range<u32>,
    people: BTreeSet<usize>,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.people.iter().flat_map(|person| self.days.clone().map(|day| (*person, day))).collect()
    }
    fn plans(&mut self, day: u32, world: &mut World) {
        for person in self.people.iter().filter(|_| self.days.contains(&day)) {
            let mut rng = Rng::new(world.seed, &format!("{}/{day}/{person}", self.id));
            let evening = world.company.midnight(*person, day) + 22 * HOUR_MS + rng.range(-20, 25) * MINUTE_MS;
            let Some(plan) = world.plans.get_mut(*person) else { continue };
            (plan.start_ms, plan.end_ms) = (evening, evening + 8 * HOUR_MS + rng.range(-20, 40) * MINUTE_MS);
            plan.lunch_ms = (evening + 4 * HOUR_MS, evening + 4 * HOUR_MS + rng.range(20, 45) * MINUTE_MS);
            let span = (plan.start_ms, plan.end_ms);
            self.note.cover(span.0, span.1);
            self.note.person(world, *person);
            self.note.device(world, *person);
        }
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
