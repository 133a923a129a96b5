//! The simulation from start to end: draws the company, lives its days, plays the attack, writes the truth.

use crate::calendar::{self, START_MS};
use crate::changes::Changes;
use crate::company::Company;
use crate::correspondents::{Correspondents, Vendor};
use crate::delivery::ClockErrors;
use crate::event_buffer::{Deliver, EventBuffer};
use crate::event_files::EventFiles;
use crate::mail_day::MailDay;
use crate::output::{Output, Target};
use crate::raw_files::{RawFiles, io};
use crate::rng::Rng;
use crate::scenario::{About, EMBEDDED, Scenario};
use crate::schedule;
use crate::stories::Stories;
use crate::truth::{LookAlike, Truth};
use crate::web::Web;
use crate::world::{NetworkState, World};
use crate::{Options, SimulateError, Summary};
use std::collections::BTreeSet;
use std::path::Path;
use weft_model::time::{DAY_MS, MINUTE_MS};
use weft_model::{Directory, Event};

const MAX_PEOPLE: u32 = 20_000;
const MAX_DAYS: u32 = 400;

/// Names that [`simulate`] takes, beside paths of scenario files and their folders.
pub fn scenarios() -> Vec<&'static str> {
    EMBEDDED.iter().map(|(name, _)| *name).collect()
}

/// What is known of a scenario, by its name or path.
///
/// # Errors
/// An unknown name, or a file that cannot be read or is not valid.
pub fn about(scenario: &str) -> Result<About, SimulateError> {
    Ok(Scenario::load(scenario)?.about())
}

/// Writes `out/raw` and `out/truth.json`; `progress` gets (days done, days in all).
///
/// # Errors
/// An unknown scenario, options out of range, `out/raw` not empty, or a failed write.
pub fn simulate(options: &Options, out: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary, SimulateError> {
    let scenario = checked(options)?;
    let delivery = (scenario.delivery.clone(), Rng::new(options.seed, "delivery"));
    let files = RawFiles::create(out, options.end_ms(), delivery)?;
    let mut simulation = Simulation::found(options, scenario, Target::Raw(Box::new(files)))?;
    let text = simulation.directory_csv()?;
    simulation.world.out.directory(&text)?;
    let (truth, summary) = simulation.live_all(&mut |_, _| Ok(()), progress)?;
    truth.write(&out.join("truth.json"))?;
    Ok(summary)
}

/// Writes `out/events`, `out/directory.csv` and `out/truth.json`: the events of [`Simulation::run`] as Protobuf, one file a day;
/// `progress` gets (days done, days in all). Temporary files go to `out`.
///
/// # Errors
/// An unknown scenario, options out of range, `out/events` not empty, or a failed write.
pub fn simulate_events(options: &Options, out: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary, SimulateError> {
    let scenario = checked(options)?;
    let mut files = EventFiles::create(out)?;
    let simulation = Simulation::found(options, scenario, Target::Events(Box::new(EventBuffer::new(out.to_owned()))))?;
    let path = out.join("directory.csv");
    std::fs::write(&path, simulation.directory_csv()?).map_err(io(&path))?;
    let (truth, summary) = simulation.live_all(&mut |time_ms, event| files.write(time_ms, event), progress)?;
    files.finish()?;
    truth.write(&out.join("truth.json"))?;
    Ok(summary)
}

/// The scenario, when the options suit it.
fn checked(options: &Options) -> Result<Scenario, SimulateError> {
    let mut scenario = Scenario::load(&options.scenario)?;
    scenario.delivery = scenario.delivery.with(&options.delivery);
    if let Some(problem) = scenario.delivery.problem() {
        return Err(SimulateError::Options(problem));
    }
    if !(8..=MAX_PEOPLE).contains(&options.people) || !(1..=MAX_DAYS).contains(&options.days) {
        return Err(SimulateError::Options(format!("people must be 8 to {MAX_PEOPLE} and days 1 to {MAX_DAYS}")));
    }
    if options.days < scenario.minimum_days || options.people < scenario.minimum_people {
        let (name, people, days) = (&scenario.name, scenario.minimum_people, scenario.minimum_days);
        return Err(SimulateError::Options(format!("{name} needs at least {days} days and {people} people")));
    }
    Ok(scenario)
}

/// A scenario as events, made without writing raw inputs. They equal what the decoders make of the raw inputs of [`simulate`].
#[derive(Debug)]
pub struct Simulation {
    options: Options,
    scenario: Scenario,
    stories: Stories,
    launch: Option<(u32, Vendor)>,
    world: World,
}

impl Simulation {
    /// Draws the company. Temporary files go to the system's folder for them.
    ///
    /// # Errors
    /// An unknown scenario, or options out of range.
    pub fn new(options: &Options) -> Result<Self, SimulateError> {
        Self::found(options, checked(options)?, Target::Events(Box::new(EventBuffer::new(std::env::temp_dir()))))
    }

    fn found(options: &Options, scenario: Scenario, target: Target) -> Result<Self, SimulateError> {
        let mut world = found(options, &scenario, Output::new(target, options.end_ms()));
        let stories = Stories::prepare(&scenario, &mut world)?;
        let launch = launch(&mut world);
        Ok(Self { options: options.clone(), scenario, stories, launch, world })
    }

    fn directory_csv(&self) -> Result<Vec<u8>, SimulateError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in self.world.company.directory() {
            writer.serialize(row).map_err(|error| SimulateError::Options(error.to_string()))?;
        }
        writer.into_inner().map_err(|error| SimulateError::Options(error.to_string()))
    }

    /// The company's directory.
    pub fn directory(&self) -> Directory {
        Directory::new(self.world.company.directory())
    }

    /// Lives all days and hands on the events in (time, uid) order, day by day; `progress` gets (days done, days in all).
    ///
    /// # Errors
    /// A temporary file that cannot be written or read.
    pub fn run(self, deliver: &mut dyn FnMut(Event), progress: &mut dyn FnMut(u64, u64)) -> Result<Truth, SimulateError> {
        let mut decode = |_: i64, bytes: &[u8]| {
            deliver(weft_wire::decode_event(bytes).map_err(|error| SimulateError::Decode(error.to_string()))?);
            Ok(())
        };
        Ok(self.live_all(&mut decode, progress)?.0)
    }

    /// As [`Self::run`], handing on the events as `weft_wire::encode_event` gives them.
    ///
    /// # Errors
    /// A temporary file that cannot be written or read.
    pub fn run_encoded(self, deliver: &mut dyn FnMut(&[u8]), progress: &mut dyn FnMut(u64, u64)) -> Result<Truth, SimulateError> {
        let mut hand_on = |_: i64, bytes: &[u8]| {
            deliver(bytes);
            Ok(())
        };
        Ok(self.live_all(&mut hand_on, progress)?.0)
    }

    fn live_all(mut self, deliver: Deliver<'_>, progress: &mut dyn FnMut(u64, u64)) -> Result<(Truth, Summary), SimulateError> {
        let world = &mut self.world;
        let forced = self.stories.forced();
        for day in 0..self.options.days {
            live(day, &self.scenario.sharing_platforms, &forced, (self.launch.as_ref(), &mut self.stories), world)?;
            self.stories.day(day, world)?;
            // What comes late is written with the last day; where the day starts before UTC's or a clock is slow, the next day still
            // writes into this one.
            let open = i64::from(world.company.is_ahead_of_utc()) + i64::from(world.out.is_any_clock_slow());
            let end_ms = START_MS + (i64::from(day) + 1 - open) * DAY_MS;
            world.out.flush_before((day + 1 < self.options.days).then_some(end_ms), deliver)?;
            progress(u64::from(day) + 1, u64::from(self.options.days));
        }
        let (attacks, harmless) = self.stories.into_truth();
        let mut look_alikes = std::mem::take(&mut world.look_alikes);
        look_alikes.extend(harmless);
        look_alikes.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        let truth = Truth { scenario: self.scenario.name, seed: self.options.seed, attacks, look_alikes };
        Ok((truth, world.out.summary()))
    }
}

/// Draws the company and everything around it.
fn found(options: &Options, scenario: &Scenario, mut out: Output) -> World {
    let seed = options.seed;
    let mut company = Company::new(seed, options.people, &scenario.organisation);
    out.set_clocks(ClockErrors::draw(&scenario.delivery.clocks, seed, company.networks.len()));
    let mut web = Web::new(seed, options.people);
    web.search(&company.realm);
    let mut rng = Rng::new(seed, "favourites");
    for person in &mut company.people {
        person.favourites = web.habits(&mut rng);
    }
    let correspondents = Correspondents::new(seed, &company, scenario.organisation.correspondents_per_person, &mut web);
    let changes = Changes::new(&company, seed, options.days);
    let trips = schedule::trips(&company, seed, options.days);
    let lease_s = *rng.pick(&[8, 10, 12, 24]).unwrap_or(&12) * 3_600;
    let network = NetworkState { lease_s, ..NetworkState::default() };
    let mut world = World {
        seed,
        days: options.days,
        company,
        web,
        correspondents,
        trips,
        changes,
        plans: Vec::new(),
        groups: Vec::new(),
        out,
        network,
        look_alikes: Vec::new(),
    };
    note_look_alikes(&mut world);
    world
}

/// The harmless things that last: trips, the night shift, the backup.
fn note_look_alikes(world: &mut World) {
    let person = |index: usize| world.company.people.get(index).map(|person| format!("person:{}", person.mail)).unwrap_or_default();
    let end_ms = world.out.end_ms();
    let mut found = Vec::new();
    for trip in &world.trips {
        let kind = if trip.country == world.company.country(trip.person).code { "traveller" } else { "traveller_abroad" };
        let span = (world.company.midnight(trip.person, trip.first_day), world.company.midnight(trip.person, trip.last_day) + DAY_MS);
        found.push(LookAlike::new(
            format!("trip-{}", trip.person),
            kind,
            span,
            &["saas"],
            vec![person(trip.person), format!("ip:{}", trip.ip)],
        ));
    }
    for (index, known) in world.company.people.iter().enumerate().filter(|(_, known)| known.hours.0 >= 12 * 60) {
        let id = format!("night-{}", known.login);
        found.push(LookAlike::new(id, "night_shift", (START_MS, end_ms), &["saas", "network", "email"], vec![person(index)]));
    }
    if let Some(device) = world.company.devices.get(world.company.backup) {
        let entity = format!("device:{}", device.host.to_lowercase());
        found.push(LookAlike::new("backup".to_owned(), "nightly_backup", (START_MS, end_ms), &["network"], vec![entity]));
    }
    world.look_alikes.extend(found);
}

/// A newsletter of a new vendor to everybody, on a workday after the first week.
fn launch(world: &mut World) -> Option<(u32, Vendor)> {
    let mut rng = Rng::new(world.seed, "launch");
    let days: Vec<u32> = (8..world.days).filter(|day| !calendar::is_weekend(*day)).collect();
    let day = *rng.pick(&days)?;
    let domain = world.web.fresh(&mut rng, 0.2);
    let readers = (0..world.company.people.len()).collect();
    let vendor = Vendor::draw(domain, Vec::new(), readers, &mut rng);
    let at = world.company.midnight(0, day) + vendor.minute * MINUTE_MS;
    let entities = vec![format!("sender:news@{}", vendor.domain), format!("domain:{}", vendor.domain)];
    let span = (at, at + 8 * 60 * MINUTE_MS);
    world.look_alikes.push(LookAlike::new("new-newsletter".to_owned(), "new_vendor_newsletter", span, &["email", "network"], entities));
    Some((day, vendor))
}

/// One ordinary day.
fn live(
    day: u32,
    platforms: &[String],
    forced: &BTreeSet<(usize, u32)>,
    (launch, stories): (Option<&(u32, Vendor)>, &mut Stories),
    world: &mut World,
) -> Result<(), SimulateError> {
    world.begin_day(day);
    world.plans = schedule::plan(&world.company, &world.trips, &world.changes, world.seed, day, forced);
    stories.plans(day, world);
    let mut mail: MailDay = world.mail_day(day, platforms)?;
    if let Some((_, vendor)) = launch.filter(|(on, _)| *on == day) {
        let mut rng = Rng::new(world.seed, "launch mails");
        let at = world.company.midnight(0, day) + vendor.minute * MINUTE_MS;
        world.newsletter(vendor, at, 0.2, &mut mail, &mut rng)?;
    }
    stories.mail(day, world, &mut mail)?;
    world.office_day(day, &mail.sent);
    world.admin_day(day);
    let mut visits = mail.visits;
    for platform in platforms {
        // Platforms are also visited without any mail.
        let mut rng = Rng::new(world.seed, &format!("platform/{day}/{platform}"));
        for person in 0..world.company.people.len() {
            if let Some(plan) = world.plans.get(person).filter(|plan| plan.at_office())
                && rng.chance(0.04)
            {
                visits.push(crate::world::Visit { time_ms: plan.moment(&mut rng), person, host: platform.clone() });
            }
        }
    }
    world.network_day(day, &visits);
    Ok(())
}
