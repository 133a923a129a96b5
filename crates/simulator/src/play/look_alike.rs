//! Harmless things that resemble attacks, played by name with parameters, or told as a story in the attacks' own vocabulary.
//!
//! Each notes in the truth when and for whom it may look wrong.

use super::{Play, Taken};
use crate::SimulateError;
use crate::address;
use crate::calendar;
use crate::correspondents::Vendor;
use crate::country::country;
use crate::mail_day::MailDay;
use crate::rng::Rng;
use crate::scenario::Story;
use crate::schedule::Trip;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::collections::BTreeSet;
use weft_model::time::{DAY_MS, MINUTE_MS};

/// What a scenario file may ask for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LookAlikePlan {
    /// Steps of the attacks' vocabulary that are harmless.
    Story(HarmlessStory),
    /// A new vendor writes to everybody.
    Newsletter(Newsletter),
    /// Somebody works from another country for some days.
    Traveller(Traveller),
}

/// A harmless story.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmlessStory {
    /// Its name in the truth, such as `phishing_exercise`.
    pub kind: String,
    pub story: Story,
}

/// A new vendor's newsletter to everybody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newsletter {
    /// A workday after the first week when absent.
    #[serde(default)]
    pub day: Option<u32>,
    /// Share of readers who open its link.
    #[serde(default = "fifth")]
    pub clicks: f64,
}

/// Somebody works from hotels in another country.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traveller {
    /// ISO 3166-1 alpha-2 code of a country that offices can be in.
    pub country: String,
    pub first_day: u32,
    pub last_day: u32,
}

fn fifth() -> f64 {
    0.2
}

impl LookAlikePlan {
    /// The story, when it is one.
    pub fn story(&self) -> Option<&Story> {
        match self {
            Self::Story(plan) => Some(&plan.story),
            Self::Newsletter(_) | Self::Traveller(_) => None,
        }
    }

    /// What is wrong with its parameters.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Traveller(trip) if country(&trip.country).is_none() => Some(format!("unknown country {:?}", trip.country)),
            Self::Traveller(trip) if trip.first_day > trip.last_day => Some("last_day is before first_day".to_owned()),
            Self::Newsletter(plan) if !(0.0..=1.0).contains(&plan.clicks) => Some("clicks must be 0 to 1".to_owned()),
            _ => None,
        }
    }
}

/// One look-alike while it runs.
#[derive(Debug)]
enum Running {
    Story { kind: String, play: Box<Play> },
    Newsletter { day: u32, clicks: f64, vendor: Vendor, stream: String },
}

/// The look-alikes of a scenario while they run.
#[derive(Debug, Default)]
pub struct LookAlikes(Vec<Running>);

impl LookAlikes {
    /// Draws who takes part, and notes in the truth what is already known.
    ///
    /// # Errors
    /// When the company has nobody for a role.
    pub fn prepare(plans: &[LookAlikePlan], taken: &mut Taken, world: &mut World) -> Result<Self, SimulateError> {
        let mut running = Vec::new();
        for (number, plan) in plans.iter().enumerate() {
            let stream = format!("look-alike/{number}");
            running.extend(match plan {
                LookAlikePlan::Story(plan) => {
                    Some(Running::Story { kind: plan.kind.clone(), play: Box::new(Play::prepare(plan.story.clone(), taken, world)?) })
                }
                LookAlikePlan::Newsletter(plan) => Some(newsletter(plan, stream, world)),
                LookAlikePlan::Traveller(plan) => {
                    travel(plan, &stream, taken, world);
                    None
                }
            });
        }
        Ok(Self(running))
    }

    /// Who must be at the office on which day.
    pub fn forced(&self) -> BTreeSet<(usize, u32)> {
        self.0
            .iter()
            .filter_map(|running| if let Running::Story { play, .. } = running { Some(play.forced()) } else { None })
            .flatten()
            .collect()
    }

    /// Adds to the mail of `day`, before the rest of the ordinary day; `mail` takes the links that people open.
    ///
    /// # Errors
    /// A failed write.
    pub fn mail(&self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        for running in &self.0 {
            if let Running::Newsletter { day: on, clicks, vendor, stream } = running
                && *on == day
            {
                let mut rng = Rng::new(world.seed, stream);
                let at = world.local(day, 0, 0) + vendor.minute * MINUTE_MS;
                world.newsletter(vendor, at, *clicks, mail, &mut rng)?;
            }
        }
        Ok(())
    }

    /// Plays the steps of `day`; the ordinary day is already written.
    ///
    /// # Errors
    /// A failed write, or a record that the decoders cannot read.
    pub fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        for running in &mut self.0 {
            if let Running::Story { play, .. } = running {
                play.day(day, world)?;
            }
        }
        Ok(())
    }

    /// What the stories were, for the truth.
    pub fn into_truth(self) -> Vec<LookAlike> {
        let stories = self.0.into_iter().filter_map(|running| match running {
            Running::Story { kind, play } => Some((kind, play.into_truth())),
            Running::Newsletter { .. } => None,
        });
        stories
            .map(|(kind, told)| {
                let start = told.steps.iter().map(|step| step.start).min().unwrap_or_default();
                let end = told.steps.iter().map(|step| step.end).max().unwrap_or_default();
                let domains: BTreeSet<&str> = told.steps.iter().map(|step| step.domain.as_str()).collect();
                let domains: Vec<&str> = domains.into_iter().collect();
                let entities = told.entities.iter().map(|entity| entity.id.clone()).collect();
                LookAlike::new(told.id.clone(), &kind, (start, end), &domains, entities)
            })
            .collect()
    }
}

fn newsletter(plan: &Newsletter, stream: String, world: &mut World) -> Running {
    let mut rng = Rng::new(world.seed, &format!("{stream}/vendor"));
    let days: Vec<u32> = (8..world.days).filter(|day| !calendar::is_weekend(*day)).collect();
    let day = plan.day.or_else(|| rng.pick(&days).copied()).unwrap_or_default();
    let domain = world.web.fresh(&mut rng, 0.2);
    let readers = (0..world.company.people.len()).collect();
    let vendor = Vendor::draw(domain, Vec::new(), readers, &mut rng);
    let at = world.local(day, 0, 0) + vendor.minute * MINUTE_MS;
    let entities = vec![format!("sender:news@{}", vendor.domain), format!("domain:{}", vendor.domain)];
    let span = (at, at + 8 * 60 * MINUTE_MS);
    world.look_alikes.push(LookAlike::new(format!("newsletter-{day}"), "newsletter", span, &["email", "network"], entities));
    Running::Newsletter { day, clicks: plan.clicks, vendor, stream }
}

/// Sends somebody abroad who plays no role and is around on those days; the plans of the days follow from the trip.
fn travel(plan: &Traveller, stream: &str, taken: &mut Taken, world: &mut World) {
    let mut rng = Rng::new(world.seed, stream);
    let Some(to) = country(&plan.country) else { return };
    let days = plan.first_day..=plan.last_day;
    let people: Vec<usize> = (0..world.company.people.len())
        .filter(|person| !taken.contains(person) && world.company.country(*person).code != to.code)
        .filter(|person| days.clone().all(|day| world.is_around(*person, day)))
        .collect();
    let Some(person) = rng.pick(&people).copied() else { return };
    taken.insert(person);
    let (city, region) = rng.pick(to.cities).copied().unwrap_or_default();
    let ip = address::draw(to.hotel, &mut rng);
    world.trips.push(Trip { person, first_day: plan.first_day, last_day: plan.last_day, ip, city, region, country: to.code });
    let span = (world.company.midnight(person, plan.first_day), world.company.midnight(person, plan.last_day) + DAY_MS);
    let who = world.company.people.get(person).map(|known| format!("person:{}", known.mail)).unwrap_or_default();
    let id = format!("traveller-{person}-{}", plan.first_day);
    world.look_alikes.push(LookAlike::new(id, "traveller", span, &["saas"], vec![who, format!("ip:{ip}")]));
}
