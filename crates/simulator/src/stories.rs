//! Everything that a scenario adds to the ordinary days of a company: its attacks and its look-alikes.

use crate::SimulateError;
use crate::look_alike::LookAlikes;
use crate::mail_day::MailDay;
use crate::play::{Play, Taken};
use crate::scenario::Scenario;
use crate::truth::{Attack, LookAlike};
use crate::world::World;
use std::collections::BTreeSet;

/// The stories while they run.
#[derive(Debug)]
pub struct Stories {
    attacks: Vec<Play>,
    look_alikes: LookAlikes,
}

impl Stories {
    /// Draws who takes part.
    ///
    /// # Errors
    /// When the company has nobody for a role.
    pub fn prepare(scenario: &Scenario, world: &mut World) -> Result<Self, SimulateError> {
        let mut taken = Taken::default();
        let attacks: Result<Vec<Play>, _> = scenario.attacks.iter().map(|story| Play::prepare(story.clone(), &mut taken, world)).collect();
        Ok(Self { attacks: attacks?, look_alikes: LookAlikes::prepare(&scenario.look_alikes, &mut taken, world)? })
    }

    /// Who must be at the office on which day.
    pub fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.attacks.iter().flat_map(Play::forced).chain(self.look_alikes.forced()).collect()
    }

    /// Changes the plans of `day`, before anything of it happens.
    pub fn plans(&mut self, day: u32, world: &mut World) {
        self.look_alikes.plans(day, world);
    }

    /// Adds to the ordinary mail of `day`, whose links people may open.
    ///
    /// # Errors
    /// A failed write.
    pub fn mail(&mut self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        self.look_alikes.mail(day, world, mail)
    }

    /// Plays the steps of `day`; the ordinary day is already written.
    ///
    /// # Errors
    /// A failed write, or a record that the decoders cannot read.
    pub fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        self.look_alikes.day(day, world)?;
        self.attacks.iter_mut().try_for_each(|play| play.day(day, world))
    }

    /// The attacks and look-alikes with their evidence.
    pub fn into_truth(self) -> (Vec<Attack>, Vec<LookAlike>) {
        (self.attacks.into_iter().map(Play::into_truth).collect(), self.look_alikes.into_truth())
    }
}
