//! Harmless things that resemble attacks, played by name with parameters, or told as a story in the attacks' own vocabulary.
//!
//! One file a kind. Each notes in the truth when, where and for whom it may look wrong. Must not know of any attack.

mod backup;
mod cdn;
mod dhcp_reshuffle;
mod mailbox_migration;
mod new_employee;
mod newsletter;
mod night_shift;
mod note;
mod software_updates;
mod story;
mod told;
mod traveller;
mod vpn_rollout;
mod who;

use crate::SimulateError;
use crate::mail_day::MailDay;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::{Count, Story, invalid};
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// What a scenario file may ask for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LookAlikePlan {
    /// Steps of the attacks' vocabulary that are harmless.
    Story(Box<story::HarmlessStory>),
    /// Several of the kinds below, drawn from the seed.
    Any(Any),
    Traveller(traveller::Traveller),
    NewEmployee(new_employee::NewEmployee),
    Newsletter(newsletter::Newsletter),
    PhishingExercise(told::PhishingExercise),
    VpnRollout(vpn_rollout::VpnRollout),
    Cdn(cdn::Cdn),
    MarketingSend(told::MarketingSend),
    MailboxMigration(mailbox_migration::MailboxMigration),
    Backup(backup::Backup),
    DhcpReshuffle(dhcp_reshuffle::DhcpReshuffle),
    NightShift(night_shift::NightShift),
    PaymentRun(told::PaymentRun),
    SoftwareUpdates(software_updates::SoftwareUpdates),
}

/// Several look-alikes, each kind at most once, without parameters.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Any {
    pub count: Count,
}

/// A plan that can be played.
trait Kind {
    /// Its name in the truth.
    fn name(&self) -> &str;
    /// Draws who takes part and when; `None` when the simulation is too short for it.
    ///
    /// # Errors
    /// When the company has nobody for it.
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError>;
    /// What is wrong with the parameters, when a simulation lasts `days` days.
    fn problem(&self, days: u32) -> Option<String>;
}

/// One look-alike while it runs.
trait Harmless: fmt::Debug {
    /// Who must be at the office on which day.
    fn forced(&self) -> BTreeSet<(usize, u32)> {
        BTreeSet::new()
    }
    /// Changes the plans or the network of `day`, before anything of it happens.
    fn plans(&mut self, _day: u32, _world: &mut World) {}
    /// Adds to the mail of `day`, before the office suite and the network; `mail` takes what is sent and the links that people open.
    fn mail(&mut self, _day: u32, _world: &mut World, _mail: &mut MailDay) -> Result<(), SimulateError> {
        Ok(())
    }
    /// Adds to `day`, after the ordinary day.
    fn day(&mut self, _day: u32, _world: &mut World) -> Result<(), SimulateError> {
        Ok(())
    }
    /// What it was, for the truth; `None` when nothing of it fell into the simulation.
    fn into_truth(self: Box<Self>) -> Option<LookAlike>;
}

impl LookAlikePlan {
    /// The story, when it is one.
    pub fn story(&self) -> Option<&Story> {
        if let Self::Story(plan) = self { Some(&plan.story) } else { None }
    }

    /// What is wrong with the parameters, when a simulation lasts `days` days.
    pub fn problem(&self, days: u32) -> Option<String> {
        self.kind().and_then(|kind| Some(format!("{}: {}", kind.name(), kind.problem(days)?)))
    }

    fn kind(&self) -> Option<&dyn Kind> {
        Some(match self {
            Self::Any(_) => return None,
            Self::Story(plan) => plan.as_ref(),
            Self::Traveller(plan) => plan,
            Self::NewEmployee(plan) => plan,
            Self::Newsletter(plan) => plan,
            Self::PhishingExercise(plan) => plan,
            Self::VpnRollout(plan) => plan,
            Self::Cdn(plan) => plan,
            Self::MarketingSend(plan) => plan,
            Self::MailboxMigration(plan) => plan,
            Self::Backup(plan) => plan,
            Self::DhcpReshuffle(plan) => plan,
            Self::NightShift(plan) => plan,
            Self::PaymentRun(plan) => plan,
            Self::SoftwareUpdates(plan) => plan,
        })
    }

    /// Every kind that has a name, without parameters.
    fn all() -> Vec<Self> {
        vec![
            Self::Traveller(Default::default()),
            Self::NewEmployee(Default::default()),
            Self::Newsletter(Default::default()),
            Self::PhishingExercise(Default::default()),
            Self::VpnRollout(Default::default()),
            Self::Cdn(Default::default()),
            Self::MarketingSend(Default::default()),
            Self::MailboxMigration(Default::default()),
            Self::Backup(Default::default()),
            Self::DhcpReshuffle(Default::default()),
            Self::NightShift(Default::default()),
            Self::PaymentRun(Default::default()),
            Self::SoftwareUpdates(Default::default()),
        ]
    }
}

/// The look-alikes of a scenario while they run.
#[derive(Debug, Default)]
pub struct LookAlikes(Vec<Box<dyn Harmless>>);

impl LookAlikes {
    /// Draws who takes part in what is planned.
    ///
    /// # Errors
    /// When the company has nobody for a role, or the simulation is too short.
    pub fn prepare(plans: &[LookAlikePlan], taken: &mut Taken, world: &mut World) -> Result<Self, SimulateError> {
        let mut running = Vec::new();
        for (number, plan) in plans.iter().enumerate() {
            if let LookAlikePlan::Any(any) = plan {
                let mut rng = Rng::new(world.seed, &format!("any look-alikes/{number}"));
                let mut all = LookAlikePlan::all();
                rng.shuffle(&mut all);
                all.truncate(any.count.draw(&mut rng) as usize);
                for kind in all.iter().filter_map(LookAlikePlan::kind) {
                    running.extend(kind.prepare(&format!("{}-{number}", kind.name()), taken, world)?);
                }
            } else if let Some(kind) = plan.kind() {
                let id = format!("{}-{number}", kind.name());
                let short = || invalid(&id, "the simulation has too few days for it".to_owned());
                running.push(kind.prepare(&id, taken, world)?.ok_or_else(short)?);
            }
        }
        Ok(Self(running))
    }

    /// Who must be at the office on which day.
    pub fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.0.iter().flat_map(|running| running.forced()).collect()
    }

    /// Changes the plans of `day`.
    pub fn plans(&mut self, day: u32, world: &mut World) {
        self.0.iter_mut().for_each(|running| running.plans(day, world));
    }

    /// Adds to the mail of `day`.
    ///
    /// # Errors
    /// A failed write.
    pub fn mail(&mut self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        self.0.iter_mut().try_for_each(|running| running.mail(day, world, mail))
    }

    /// Adds to `day`, whose ordinary part is already written.
    ///
    /// # Errors
    /// A failed write, or a record that the decoders cannot read.
    pub fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        self.0.iter_mut().try_for_each(|running| running.day(day, world))
    }

    /// What they were.
    pub fn into_truth(self) -> Vec<LookAlike> {
        self.0.into_iter().filter_map(Harmless::into_truth).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_checked_and_mistakes_named() {
        let problem = |text: &str| serde_saphyr::from_str::<LookAlikePlan>(text).map(|plan| plan.problem(20));
        for plan in LookAlikePlan::all() {
            assert_eq!(plan.problem(20), None);
        }
        assert!(problem("traveller: {first_day: 20}").unwrap().unwrap().contains("first_day"));
        assert!(problem("traveller: {country: XX}").unwrap().unwrap().contains("XX"));
        assert!(problem("newsletter: {clicks: 1.5}").unwrap().unwrap().contains("clicks"));
        assert!(problem("payment_run: {department: Cooking}").unwrap().unwrap().contains("Cooking"));
        assert!(problem("backup: {nihgts: 3}").is_err());
    }
}
