//! A salesperson travels: signs in from a country never seen for the account, from the hotel and over a VPN, registers a number for text
//! messages there, and forwards mail while away.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::address;
use crate::audit::{Auditor, EXCHANGE, Session};
use crate::country::{COUNTRIES, Country, country};
use crate::mime;
use crate::output::Log;
use crate::play::Taken;
use crate::rng::Rng;
use crate::schedule::Trip;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::EntityKind;
use weft_model::time::{DAY_MS, MINUTE_MS};

/// The journey.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traveller {
    pub department: Option<String>,
    /// A workday after the first week when absent.
    pub first_day: Option<u32>,
    /// Two days after the first when absent.
    pub last_day: Option<u32>,
    /// ISO 3166-1 alpha-2; drawn, and never the person's own, when absent.
    pub country: Option<String>,
}

impl Kind for Traveller {
    fn name(&self) -> &str {
        "traveller"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(first_day) = who::first_day(self.first_day, 3, world, &mut rng, |_| true) else { return Ok(None) };
        let last_day = self.last_day.unwrap_or(first_day + 2).max(first_day);
        // Without a wish somebody who sells.
        let sales = world.company.people.iter().any(|person| world.company.department(person) == "Sales");
        let department = self.department.as_deref().or(sales.then_some("Sales"));
        let person = who::person(id, department, first_day..=last_day, taken, world, &mut rng)?;
        let own = world.company.country(person);
        let abroad: Vec<&Country> = COUNTRIES.iter().filter(|known| known.code != own.code).collect();
        let there = self.country.as_deref().and_then(country).or_else(|| rng.pick(&abroad).copied()).unwrap_or(own);
        let (city, region) = there.cities.first().copied().unwrap_or_default();
        let ip = address::draw(there.hotel, &mut rng);
        world.trips.push(Trip { person, first_day, last_day, ip, city, region, country: there.code });
        let mut note = Note::new(id, "traveller", &["saas", "email"]);
        note.person(world, person);
        note.add(EntityKind::Ip, &ip.to_string());
        note.cover(world.company.midnight(person, first_day), world.company.midnight(person, last_day) + DAY_MS);
        Ok(Some(Box::new(Running { person, first_day, last_day, id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let unknown = self.country.as_ref().filter(|code| country(code).is_none()).map(|code| format!("unknown country {code:?}"));
        let problem = who::department_problem(self.department.as_ref()).or(unknown);
        let before = self.last_day.is_some_and(|last| self.first_day.is_none_or(|first| first > last));
        let problem = problem.or_else(|| before.then(|| "last_day needs a first_day that is not after it".to_owned()));
        problem.or_else(|| who::day_problem("first_day", self.first_day.max(self.last_day), days))
    }
}

#[derive(Debug)]
struct Running {
    person: usize,
    first_day: u32,
    last_day: u32,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        if !(self.first_day..=self.last_day).contains(&day) {
            return Ok(());
        }
        let person = self.person;
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let Some(plan) = world.plans.get(person).cloned() else { return Ok(()) };
        let Some(hotel) = world.desk_session(person, &plan, &mut rng) else { return Ok(()) };
        let arrives = day == self.first_day;
        self.note.tap(world, |note, world| {
            if arrives {
                arrive(world, person, &hotel, plan.start_ms, &mut rng);
            }
            if arrives || rng.chance(0.6) {
                // The hotel's network blocks something: the evening's work goes over a VPN.
                let Some((block, country, city, region)) = rng.pick(address::VPN).copied() else { return Ok(()) };
                let location = (city.to_owned(), region.to_owned(), country.to_owned());
                let session = Session { id: rng.uuid(), ip: address::draw(&[block], &mut rng), location, ..hotel };
                note.add(EntityKind::Ip, &session.ip.to_string());
                work(world, person, &session, plan.end_ms - rng.range(10, 150) * MINUTE_MS, &mut rng);
            }
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}

/// The first sign-in is asked for a second factor; then a number for text messages is registered and mail goes to a colleague.
fn arrive(world: &mut World, person: usize, session: &Session, start_ms: i64, rng: &mut Rng) {
    let colleague = world.colleagues(person, 1, rng).first().copied().unwrap_or_default();
    let colleague = world.mailbox(colleague).address;
    let company = &world.company;
    let Some(known) = company.people.get(person) else { return };
    let auditor = Auditor { company, person: known };
    let out = &mut world.out;
    let mut at = start_ms - rng.range(5, 40) * MINUTE_MS;
    let (number, name) = ("50076", "UserStrongAuthClientAuthNRequired");
    out.record(Log::Unified, at, auditor.sign_in(at, session, &EXCHANGE, Some((number, name)), rng));
    let reason = "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.";
    out.record(Log::SignIns, at, auditor.graph_sign_in(at, session, &EXCHANGE, Some((50_076, reason)), rng));
    at += rng.range(12_000, 40_000);
    out.record(Log::Unified, at, auditor.sign_in(at, session, &EXCHANGE, None, rng));
    out.record(Log::SignIns, at, auditor.prompted_sign_in(at, session, &EXCHANGE, true, rng));
    // A prepaid card bought at the airport.
    at += rng.range(3, 25) * MINUTE_MS;
    let reason = "User registered Mobile Phone SMS";
    let record = auditor.graph_audit(at, "User registered security info", reason, rng.chance(0.6).then_some(session.ip), rng);
    out.record(Log::DirectoryAudits, at, record);
    at += rng.range(2_000, 20_000);
    let record = auditor.strong_authentication(at, rng.chance(0.3).then_some(session.ip), &[6], &[5, 6], rng);
    out.record(Log::Unified, at, record);
    at += rng.range(2, 30) * MINUTE_MS;
    let parameters = [("Identity", known.mail.as_str()), ("AutoReplyState", "Scheduled"), ("ExternalAudience", "All")];
    out.record(Log::Unified, at, auditor.cmdlet(at, session, "Set-MailboxAutoReplyConfiguration", &known.mail, &parameters, rng));
    at += rng.range(30_000, 4 * MINUTE_MS);
    let name = rng.word(&["Out of office", "OOO", "Travel", "away"]);
    let rule = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("ForwardTo", colleague.as_str()),
        ("Name", name),
        ("StopProcessingRules", "False"),
    ];
    let rule: Vec<(String, String)> = rule.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    out.record(Log::Unified, at, auditor.new_inbox_rule(at, session, name, &rule, rng));
}

/// An hour's work over a session.
fn work(world: &mut World, person: usize, session: &Session, start_ms: i64, rng: &mut Rng) {
    let company = &world.company;
    let Some(known) = company.people.get(person) else { return };
    let auditor = Auditor { company, person: known };
    let out = &mut world.out;
    out.record(Log::Unified, start_ms, auditor.sign_in(start_ms, session, &EXCHANGE, None, rng));
    out.record(Log::SignIns, start_ms, auditor.graph_sign_in(start_ms, session, &EXCHANGE, None, rng));
    let mut at = start_ms;
    for _ in 0..2 + rng.below(6) {
        at += rng.range(20_000, 9 * MINUTE_MS);
        let ids: Vec<String> = (0..1 + rng.below(9)).map(|_| mime::exchange_id(rng)).collect();
        out.record(Log::Unified, at, auditor.mail_items_accessed(at, session, &ids, rng));
        let file = format!("offer {}.pdf", rng.range(100, 999));
        out.record(Log::Unified, at + 9_000, auditor.file(at + 9_000, session, "FileDownloaded", &file, rng));
    }
}
