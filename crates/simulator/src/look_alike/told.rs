//! The kinds that need no more than the attacks' vocabulary: each is a story with gaps that the parameters fill.

use super::{Harmless, Kind, story, who};
use crate::SimulateError;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::{Count, Story, invalid};
use crate::world::World;
use serde::Deserialize;

/// A sanctioned exercise of an awareness vendor: the lure comes from a look-alike of the company's own domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhishingExercise {
    /// A workday after the first week when absent.
    pub day: Option<u32>,
    /// How many people get it.
    pub people: Count,
    /// Share of them who click.
    pub clicks: f64,
}

impl Default for PhishingExercise {
    fn default() -> Self {
        Self { day: None, people: Count::of(1_000_000), clicks: 0.25 }
    }
}

/// An internal mailbox writes to hundreds of customers, and a platform writes in the company's name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MarketingSend {
    /// A workday after the first week when absent.
    pub day: Option<u32>,
    pub department: Option<String>,
    /// Messages to people outside.
    pub messages: Count,
}

impl Default for MarketingSend {
    fn default() -> Self {
        Self { day: None, department: None, messages: Count { least: 300, most: 600 } }
    }
}

/// The last payments of a quarter: urgent approvals, changed bank details, a new payee, remittances to many.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentRun {
    /// A workday after the first week when absent.
    pub day: Option<u32>,
    pub department: String,
    /// Payees who are told.
    pub payees: Count,
}

impl Default for PaymentRun {
    fn default() -> Self {
        Self { day: None, department: "Finance".to_owned(), payees: Count { least: 60, most: 140 } }
    }
}

/// A count as a scenario file writes it.
fn text(count: Count) -> String {
    format!("{}..{}", count.least, count.most)
}

/// `template` with its gaps `$name` filled.
fn fill(id: &str, template: &str, gaps: &[(&str, String)]) -> Result<Story, SimulateError> {
    let mut text = template.to_owned();
    for (name, value) in gaps {
        text = text.replace(&format!("${name}"), value);
    }
    serde_saphyr::from_str(&text).map_err(|error| invalid(id, error.to_string()))
}

/// A filled story that starts, when the simulation holds it.
fn play(
    (id, kind): (&str, &str),
    template: &str,
    day: Option<u32>,
    gaps: &[(&str, String)],
    taken: &mut Taken,
    world: &mut World,
) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
    let mut rng = Rng::new(world.seed, &format!("{id}/day"));
    let Some(day) = who::first_day(day, 1, world, &mut rng, |_| true) else { return Ok(None) };
    let gaps = [gaps, &[("id", id.to_owned()), ("day", day.to_string())]].concat();
    Ok(Some(story::running(kind, fill(id, template, &gaps)?, taken, world)?))
}

impl Kind for PhishingExercise {
    fn name(&self) -> &str {
        "phishing-exercise"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let gaps = [("people", text(self.people)), ("clicks", self.clicks.to_string())];
        play((id, self.name()), include_str!("phishing_exercise.yaml"), self.day, &gaps, taken, world)
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::day_problem("day", self.day, days).or_else(|| who::share_problem("clicks", self.clicks))
    }
}

impl Kind for MarketingSend {
    fn name(&self) -> &str {
        "marketing-send"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        // A small company has no such department: then whoever does it there.
        let department = self.department.as_deref().unwrap_or("Marketing");
        let exists = world.company.people.iter().any(|person| world.company.department(person) == department);
        let who = if exists || self.department.is_some() { format!("department: {department}") } else { "works: day".to_owned() };
        let gaps = [("who", who), ("messages", text(self.messages))];
        play((id, self.name()), include_str!("marketing_send.yaml"), self.day, &gaps, taken, world)
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::department_problem(self.department.as_ref()).or_else(|| who::day_problem("day", self.day, days))
    }
}

impl Kind for PaymentRun {
    fn name(&self) -> &str {
        "payment-run"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let gaps = [("department", self.department.clone()), ("payees", text(self.payees))];
        play((id, self.name()), include_str!("payment_run.yaml"), self.day, &gaps, taken, world)
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::department_problem(Some(&self.department)).or_else(|| who::day_problem("day", self.day, days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_is_filled_and_the_stories_are_valid() {
        let gaps: Vec<(&str, String)> = [
            ("id", "x"),
            ("day", "9"),
            ("people", "3"),
            ("clicks", "0.5"),
            ("who", "department: Marketing"),
            ("messages", "5..9"),
            ("department", "Finance"),
            ("payees", "5"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
        for template in [include_str!("phishing_exercise.yaml"), include_str!("marketing_send.yaml"), include_str!("payment_run.yaml")] {
            let story = fill("x", template, &gaps).unwrap();
            assert_eq!((story.id.as_str(), story.check(10)), ("x", Ok(())));
        }
    }
}
