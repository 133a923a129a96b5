//! A look-alike told as a story in the attacks' vocabulary.

use super::{Harmless, Kind};
use crate::SimulateError;
use crate::play::{Play, Taken};
use crate::scenario::Story;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A harmless story.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmlessStory {
    /// Its name in the truth, such as `phishing-exercise`.
    pub kind: String,
    pub story: Story,
}

impl Kind for HarmlessStory {
    fn name(&self) -> &str {
        &self.kind
    }
    fn prepare(&self, _id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        Ok(Some(running(&self.kind, self.story.clone(), taken, world)?))
    }
    fn problem(&self, _days: u32) -> Option<String> {
        None
    }
}

/// A story that starts.
pub fn running(kind: &str, story: Story, taken: &mut Taken, world: &mut World) -> Result<Box<dyn Harmless>, SimulateError> {
    Ok(Box::new(Running { kind: kind.to_owned(), play: Play::prepare(story, taken, world)? }))
}

#[derive(Debug)]
struct Running {
    kind: String,
    play: Play,
}

impl Harmless for Running {
    fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.play.forced()
    }
    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        self.play.day(day, world)
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        let mut told = self.play.into_truth();
        // A step in which nobody did anything, such as a link that nobody followed, has no time.
        told.steps.retain(|step| !step.evidence.is_empty());
        let span = (told.steps.iter().map(|step| step.start).min()?, told.steps.iter().map(|step| step.end).max()?);
        let domains: BTreeSet<&str> = told.steps.iter().map(|step| step.domain.as_str()).collect();
        let entities: BTreeSet<String> = told.steps.iter().flat_map(|step| step.entities.clone()).collect();
        let domains: Vec<&str> = domains.into_iter().collect();
        Some(LookAlike::new(told.id, &self.kind, span, &domains, entities.into_iter().collect()))
    }
}
