//! The simulation from start to end: draws the company, lives its days, plays the attack, writes the truth.

use crate::calendar::{self, START_MS};
use crate::case_a::Play;
use crate::changes::Changes;
use crate::company::Company;
use crate::correspondents::{Correspondents, Vendor};
use crate::mail_day::MailDay;
use crate::organisation::Organisation;
use crate::output::Output;
use crate::rng::Rng;
use crate::scenario;
use crate::schedule;
use crate::truth::{LookAlike, Truth};
use crate::web::Web;
use crate::world::{NetworkState, World};
use crate::{Options, SimulateError, Summary};
use std::collections::BTreeSet;
use std::path::Path;
use weft_model::time::{DAY_MS, MINUTE_MS};

// The office network is a /22 with a pool of 744 leases.
const MAX_PEOPLE: u32 = 500;
const MAX_DAYS: u32 = 120;

/// Names that [`simulate`] takes.
pub fn scenarios() -> &'static [&'static str] {
    &["case-a", "benign-month"]
}

/// Writes `out/raw` and `out/truth.json`; `progress` gets (days done, days in all).
///
/// # Errors
/// An unknown scenario, options out of range, `out/raw` not empty, or a failed write.
pub fn simulate(options: &Options, out: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary, SimulateError> {
    if !scenarios().contains(&options.scenario.as_str()) {
        return Err(SimulateError::UnknownScenario(options.scenario.clone()));
    }
    if !(8..=MAX_PEOPLE).contains(&options.people) || !(1..=MAX_DAYS).contains(&options.days) {
        return Err(SimulateError::Options(format!("people must be 8 to {MAX_PEOPLE} and days 1 to {MAX_DAYS}")));
    }
    let case = if options.scenario == "case-a" { Some(scenario::case_a()?) } else { None };
    if let Some(case) = case.as_ref().filter(|case| options.days < case.minimum_days) {
        return Err(SimulateError::Options(format!("{} needs at least {} days", case.name, case.minimum_days)));
    }
    let platforms = scenario::benign()?.sharing_platforms;
    let mut world = found(options, out)?;
    let mut play = case.map(|case| Play::prepare(case, &mut world));
    let forced = play.as_ref().map(Play::forced).unwrap_or_default();
    let launch = launch(&mut world);
    for day in 0..options.days {
        live(day, &platforms, &forced, launch.as_ref(), &mut world)?;
        if let Some(play) = &mut play {
            play.day(day, &mut world)?;
        }
        // Where the day starts before UTC's, the next day still writes into this one.
        world.out.flush_through(i64::from(day) - i64::from(world.company.is_ahead_of_utc()))?;
        progress(u64::from(day) + 1, u64::from(options.days));
    }
    world.out.flush_through(i64::MAX / DAY_MS)?;
    let attacks = play.map(Play::into_truth).transpose()?.into_iter().collect();
    let mut look_alikes = std::mem::take(&mut world.look_alikes);
    look_alikes.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    let truth = Truth { scenario: options.scenario.clone(), seed: options.seed, attacks, look_alikes };
    let path = out.join("truth.json");
    let io = |source| SimulateError::Io { path: path.clone(), source };
    let mut text = serde_json::to_vec_pretty(&truth).map_err(|error| io(error.into()))?;
    text.push(b'\n');
    std::fs::write(&path, text).map_err(io)?;
    let (mails, audit_records, packets, raw_bytes) = world.out.totals();
    Ok(Summary { mails, audit_records, packets, raw_bytes })
}

/// Draws the company and writes its directory.
fn found(options: &Options, out: &Path) -> Result<World, SimulateError> {
    let seed = options.seed;
    let end_ms = START_MS + i64::from(options.days) * DAY_MS;
    let late = options.late.then(|| Rng::new(seed, "late"));
    let output = Output::create(out, end_ms, late)?;
    let mut company = Company::new(seed, options.people, &Organisation::default());
    let mut web = Web::new(seed, options.people);
    let mut rng = Rng::new(seed, "favourites");
    for person in &mut company.people {
        person.favourites = web.habits(&mut rng);
    }
    let correspondents = Correspondents::new(seed, &company, &mut web);
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
        out: output,
        network,
        look_alikes: Vec::new(),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in world.company.directory() {
        writer.serialize(row).map_err(|error| SimulateError::Options(error.to_string()))?;
    }
    let text = writer.into_inner().map_err(|error| SimulateError::Options(error.to_string()))?;
    world.out.directory(&text)?;
    note_look_alikes(&mut world);
    Ok(world)
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
    launch: Option<&(u32, Vendor)>,
    world: &mut World,
) -> Result<(), SimulateError> {
    world.plans = schedule::plan(&world.company, &world.trips, &world.changes, world.seed, day, forced);
    let mut mail: MailDay = world.mail_day(day, platforms)?;
    if let Some((_, vendor)) = launch.filter(|(on, _)| *on == day) {
        let mut rng = Rng::new(world.seed, "launch mails");
        let at = world.company.midnight(0, day) + vendor.minute * MINUTE_MS;
        world.newsletter(vendor, at, 0.2, &mut mail, &mut rng)?;
    }
    world.office_day(day, &mail.sent);
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
