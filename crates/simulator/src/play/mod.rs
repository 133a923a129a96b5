//! Plays stories: draws the cast, runs the steps of each day through the world's own mail, audit and network, notes what they touch.
//!
//! One file a domain holds its actions. An action writes only through [`World`], so whatever output the world has gets it, and the
//! evidence of a step is what the project's decoders make of it. Must not hold any name of a case.

mod account;
mod attachment;
mod cast;
mod fill;
mod mail;
mod network;
mod reading;
mod saas;
mod scan;
mod stage;

pub use cast::{Taken, block};
pub use fill::{PARTS, placeholders};

use crate::SimulateError;
use crate::rng::Rng;
use crate::scenario::{Anchor, Lag, Start, StepPlan, Story, invalid};
use crate::truth::{self, Attack, Step, TruthEntity};
use crate::world::World;
use cast::Cast;
use serde::Deserialize;
use stage::{Delivery, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can happen in a step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Time passes.
    Wait(Lag),
    Send(mail::Send),
    Open(reading::Open),
    Reply(reading::Reply),
    Visit(network::Visit),
    Follow(network::Follow),
    Upload(network::Upload),
    Beacon(network::Beacon),
    Lookup(network::Lookup),
    Scan(scan::Scan),
    SignIn(saas::SignIn),
    ReadMail(saas::ReadMail),
    AddFactor(saas::AddFactor),
    InboxRule(saas::InboxRule),
    Cmdlet(saas::Cmdlet),
    Files(saas::Files),
    DeleteMail(saas::DeleteMail),
    ChangePassword(account::ChangePassword),
    ChangeRole(account::ChangeRole),
    Consent(account::Consent),
}

/// What a name in an action must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need<'a> {
    Person(&'a str),
    /// One person or several.
    People(&'a str),
    /// An outside sender or a person.
    Writer(&'a str),
    Host(&'a str),
    Client(&'a str),
    /// An earlier step.
    Step(&'a str),
}

/// One kind of action.
trait Part {
    /// Does it at `stage.now_ms` and moves that to when it is over.
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError>;
    /// Names of the cast and of steps that it uses.
    fn needs(&self) -> Vec<Need<'_>>;
    /// Texts with placeholders.
    fn texts(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Part for Lag {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        stage.now_ms += self.draw(&mut stage.rng);
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        Vec::new()
    }
}

impl Action {
    fn part(&self) -> &dyn Part {
        match self {
            Self::Wait(part) => part,
            Self::Send(part) => part,
            Self::Open(part) => part,
            Self::Reply(part) => part,
            Self::Visit(part) => part,
            Self::Follow(part) => part,
            Self::Upload(part) => part,
            Self::Beacon(part) => part,
            Self::Lookup(part) => part,
            Self::Scan(part) => part,
            Self::SignIn(part) => part,
            Self::ReadMail(part) => part,
            Self::AddFactor(part) => part,
            Self::InboxRule(part) => part,
            Self::Cmdlet(part) => part,
            Self::Files(part) => part,
            Self::DeleteMail(part) => part,
            Self::ChangePassword(part) => part,
            Self::ChangeRole(part) => part,
            Self::Consent(part) => part,
        }
    }
    /// Names of the cast and of steps that it uses.
    pub fn needs(&self) -> Vec<Need<'_>> {
        self.part().needs()
    }
    /// Texts with placeholders.
    pub fn texts(&self) -> Vec<&str> {
        self.part().texts()
    }
}

/// A story while it runs.
#[derive(Debug)]
pub struct Play {
    story: Story,
    cast: Cast,
    /// Days of each step.
    days: Vec<Vec<u32>>,
    /// Start and end of the steps played, by id.
    played: BTreeMap<String, (i64, i64)>,
    deliveries: BTreeMap<String, Vec<Delivery>>,
    entities: Vec<TruthEntity>,
    steps: BTreeMap<usize, Step>,
}

impl Play {
    /// Draws the cast and fixes the addresses of its hosts.
    ///
    /// # Errors
    /// When the company has nobody for a role.
    pub fn prepare(story: Story, taken: &mut Taken, world: &mut World) -> Result<Self, SimulateError> {
        let cast = Cast::draw(&story, taken, world)?;
        let mut last = vec![0];
        let days = story
            .steps
            .iter()
            .map(|step| {
                if !step.days.is_empty() {
                    last.clone_from(&step.days);
                }
                last.clone()
            })
            .collect();
        Ok(Self { story, cast, days, played: BTreeMap::new(), deliveries: BTreeMap::new(), entities: Vec::new(), steps: BTreeMap::new() })
    }

    /// Who must be at the office on which day.
    pub fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.cast.forced(&self.story)
    }

    /// Plays the steps of local day `day`; the ordinary day is already written.
    ///
    /// # Errors
    /// A failed write, or a record that the decoders cannot read.
    pub fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        for index in 0..self.story.steps.len() {
            if self.days.get(index).is_some_and(|days| days.contains(&day)) {
                self.step(index, day, world)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, index: usize, day: u32, world: &mut World) -> Result<(), SimulateError> {
        let Some(plan) = self.story.steps.get(index) else { return Ok(()) };
        let mut rng = Rng::new(world.seed, &format!("{}/{}/{day}", self.story.id, plan.id));
        let start = self.start(plan, day, world, &mut rng)?;
        if !plan.ordinary {
            world.out.begin_tap();
        }
        let mut stage = Stage::new(world, &self.cast, &self.deliveries, (rng, start));
        for action in &plan.actions {
            action.part().play(&mut stage)?;
        }
        let (end, touched, delivered) = stage.end();
        self.played.insert(plan.id.clone(), (start, end));
        self.deliveries.entry(plan.id.clone()).or_default().extend(delivered);
        if plan.ordinary {
            return Ok(());
        }
        let (first, last, uids) = truth::evidence(&world.out.end_tap())?;
        let step = self.steps.entry(index).or_insert_with(|| Step {
            id: plan.id.clone(),
            text: plan.text.clone(),
            domain: plan.domain.as_str().to_owned(),
            start: first,
            end: last,
            entities: Vec::new(),
            evidence: Vec::new(),
            required: plan.required,
        });
        step.start = step.start.min(first);
        step.end = step.end.max(last);
        let evidence: BTreeSet<String> = step.evidence.drain(..).chain(uids).collect();
        step.evidence = evidence.into_iter().collect();
        for entity in touched {
            if !step.entities.contains(&entity.id) {
                step.entities.push(entity.id.clone());
            }
            if self.entities.iter().all(|known| known.id != entity.id) {
                self.entities.push(entity);
            }
        }
        Ok(())
    }

    fn start(&self, plan: &StepPlan, day: u32, world: &World, rng: &mut Rng) -> Result<i64, SimulateError> {
        Ok(match &plan.start {
            Start::Time(clock) => world.local(day, 0, 0) + clock.draw(rng),
            Start::Arrival { of, delay } => {
                let person = self.cast.person(of)?;
                let arrived = world.plans.get(person).map_or_else(|| world.local(day, 9, 0), |plan| plan.start_ms);
                arrived + delay.draw(rng)
            }
            Start::After { step, delay, since } => {
                let missing = || invalid(&self.story.id, format!("step {}: step {step} was not played before it", plan.id));
                let (start, end) = self.played.get(step).ok_or_else(missing)?;
                (if *since == Anchor::Start { *start } else { *end }) + delay.draw(rng)
            }
        })
    }

    /// The attack with its evidence.
    pub fn into_truth(self) -> Attack {
        let (id, title) = (self.story.id, self.story.title);
        Attack { id, title, entities: self.entities, steps: self.steps.into_values().collect() }
    }
}
