//! Checks that a scenario makes sense before anything is simulated: every name is known, every number in its range.

use super::{Role, Scenario, SendersRole, SourceOf, Start, Story};
use crate::country::country;
use crate::play::{Need, placeholders};
use std::collections::BTreeSet;

const MAX_STORIES: usize = 64;
const MAX_STEPS: usize = 200;
const MAX_ACTIONS: usize = 200;
/// The last day of the longest simulation.
const MAX_DAY: u32 = 399;

impl Scenario {
    /// # Errors
    /// The first mistake, with story, step and action.
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(problem) = self.organisation.problem().or_else(|| self.delivery.problem()) {
            return Err(problem);
        }
        let mut ids = BTreeSet::new();
        let harmless: Vec<&Story> = self.look_alikes.iter().filter_map(|plan| plan.story()).collect();
        if self.attacks.len() + self.look_alikes.len() > MAX_STORIES {
            return Err(format!("at most {MAX_STORIES} attacks and look-alikes"));
        }
        for (number, plan) in self.look_alikes.iter().enumerate() {
            if let Some(problem) = plan.problem(self.minimum_days) {
                return Err(format!("look_alikes[{number}]: {problem}"));
            }
        }
        for story in self.attacks.iter().chain(harmless) {
            if !ids.insert(&story.id) {
                return Err(format!("{}: the id is used twice", story.id));
            }
            story.check(self.minimum_days).map_err(|reason| format!("{}: {reason}", story.id))?;
        }
        Ok(())
    }
}

impl Story {
    pub(crate) fn check(&self, days: u32) -> Result<(), String> {
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            return Err(format!("needs 1 to {MAX_STEPS} steps"));
        }
        for (name, role) in &self.cast {
            self.check_role(role).map_err(|reason| format!("cast: {name}: {reason}"))?;
        }
        let mut earlier = BTreeSet::new();
        for step in &self.steps {
            let say = |reason: String| format!("step {}: {reason}", step.id);
            if step.actions.is_empty() || step.actions.len() > MAX_ACTIONS {
                return Err(say(format!("needs 1 to {MAX_ACTIONS} actions")));
            }
            if let Some(day) = step.days.iter().find(|day| **day >= days.min(MAX_DAY)) {
                return Err(say(format!("day {day} is not within minimum_days ({days}); the first day is 0")));
            }
            let start = match &step.start {
                Start::Time(_) => None,
                Start::Arrival { of, .. } => Some(Need::People(of)),
                Start::After { step, .. } => Some(Need::Step(step)),
            };
            if let Some(need) = start {
                self.check_need(need, &earlier).map_err(say)?;
            }
            for (number, action) in step.actions.iter().enumerate() {
                let say = |reason: String| format!("step {}: action {}: {reason}", step.id, number + 1);
                for need in action.needs() {
                    self.check_need(need, &earlier).map_err(say)?;
                }
                for text in action.texts() {
                    self.check_text(text).map_err(say)?;
                }
            }
            if !earlier.insert(step.id.as_str()) {
                return Err(say("the id is used twice".to_owned()));
            }
        }
        Ok(())
    }

    fn check_role(&self, role: &Role) -> Result<(), String> {
        let host = |name: &str| self.check_need(Need::Host(name), &BTreeSet::new());
        let block = |text: &str| match crate::play::block(text) {
            Some(_) => Ok(()),
            None => Err(format!("{text:?} is no address block from /8 to /30")),
        };
        match role {
            Role::Person(_) | Role::People(_) => Ok(()),
            Role::Sender(sender) | Role::Senders(SendersRole { each: sender, .. }) => {
                sender.of.iter().try_for_each(|of| self.check_need(Need::Writer(of), &BTreeSet::new()))?;
                [&sender.name, &sender.address, &sender.domain].into_iter().flatten().try_for_each(|text| self.check_text(text))
            }
            Role::Host(role) => {
                role.same_address_as.iter().try_for_each(|name| host(name))?;
                role.place.iter().try_for_each(|place| block(&place.block))?;
                role.names.iter().try_for_each(|text| self.check_text(text))
            }
            Role::Client(client) => match &client.from {
                SourceOf::At(name) => host(name),
                SourceOf::DeskOf(name) => self.check_need(Need::Person(name), &BTreeSet::new()),
                SourceOf::Places(places) if places.is_empty() => Err("places is empty".to_owned()),
                SourceOf::Places(places) => places.iter().try_for_each(|place| block(&place.block)),
                SourceOf::Country(lines) if country(&lines.code).is_none() => Err(format!("unknown country {:?}", lines.code)),
                SourceOf::Pool(_) | SourceOf::Country(_) => Ok(()),
            },
        }
    }

    fn check_need(&self, need: Need<'_>, steps: &BTreeSet<&str>) -> Result<(), String> {
        let (name, fits, kind) = match need {
            Need::Step(name) => (name, steps.contains(name), "earlier step"),
            Need::Person(name) => (name, matches!(self.cast.get(name), Some(Role::Person(_))), "person of the cast"),
            Need::People(name) => (name, matches!(self.cast.get(name), Some(Role::Person(_) | Role::People(_))), "person of the cast"),
            Need::Writer(name) => {
                let writes = matches!(self.cast.get(name), Some(Role::Person(_) | Role::Sender(_) | Role::Senders(_)));
                (name, writes, "sender of the cast")
            }
            Need::Host(name) => (name, matches!(self.cast.get(name), Some(Role::Host(_))), "host of the cast"),
            Need::Client(name) => (name, matches!(self.cast.get(name), Some(Role::Client(_))), "client of the cast"),
        };
        if fits { Ok(()) } else { Err(format!("{name:?} is no {kind}")) }
    }

    fn check_text(&self, text: &str) -> Result<(), String> {
        for name in placeholders(text)? {
            let (head, part) = name.split_once(['.', ':']).unwrap_or((name, ""));
            let mailbox = crate::play::PARTS.contains(&part);
            let known = match head {
                "token" | "digits" | "letters" => part.is_empty() || part.parse::<usize>().is_ok(),
                "company" => part.is_empty() || part == "domain",
                "recipient" | "writer" => mailbox,
                role => match self.cast.get(role) {
                    Some(Role::Person(_) | Role::Sender(_)) => mailbox,
                    Some(Role::Host(_)) => part.is_empty(),
                    _ => false,
                },
            };
            if !known {
                return Err(format!("unknown placeholder {{{name}}}"));
            }
        }
        Ok(())
    }
}
