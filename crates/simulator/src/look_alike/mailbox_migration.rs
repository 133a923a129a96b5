//! Mailboxes move to a new system: the tool, with an administrator's account and from a data centre, makes rules and grants in each of them.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::address;
use crate::audit::{Auditor, EXCHANGE, Session};
use crate::mail_day::MailDay;
use crate::mime::{self, Letter, Mailbox, Route};
use crate::output::Log;
use crate::play::Taken;
use crate::rng::Rng;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::net::Ipv4Addr;
use weft_model::EntityKind;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// The migration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailboxMigration {
    /// First evening; a workday after the first week when absent.
    pub day: Option<u32>,
    /// Evenings over which the mailboxes are spread.
    pub evenings: u32,
    /// Share of mailboxes that move.
    pub share: f64,
}

impl Default for MailboxMigration {
    fn default() -> Self {
        Self { day: None, evenings: 2, share: 0.8 }
    }
}

impl Kind for MailboxMigration {
    fn name(&self) -> &str {
        "mailbox-migration"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(first) = who::first_day(self.day, self.evenings, world, &mut rng, |_| true) else { return Ok(None) };
        let has_it = world.company.people.iter().any(|person| world.company.department(person) == "Information Technology");
        let last = first + self.evenings - 1;
        let admin = who::person(id, has_it.then_some("Information Technology"), first..=last, taken, world, &mut rng)?;
        let mut evenings = vec![Vec::new(); self.evenings as usize];
        for person in 0..world.company.people.len() {
            let evening = rng.below(evenings.len() as u64) as usize;
            if rng.chance(self.share)
                && let Some(evening) = evenings.get_mut(evening)
            {
                evening.push(person);
            }
        }
        let tool = address::draw(address::HOSTING, &mut rng);
        let domain = world.web.fresh(&mut rng, 0.2);
        let mut note = Note::new(id, "mailbox-migration", &["email", "saas"]);
        note.person(world, admin);
        note.add(EntityKind::Ip, &tool.to_string());
        note.add(EntityKind::Domain, &domain);
        Ok(Some(Box::new(Running { first, admin, evenings, tool, domain, id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = who::day_problem("day", self.day, days).or_else(|| who::share_problem("share", self.share));
        problem.or_else(|| who::range_problem("evenings", self.evenings, 1..=30))
    }
}

#[derive(Debug)]
struct Running {
    first: u32,
    admin: usize,
    /// Whose mailboxes move on which evening.
    evenings: Vec<Vec<usize>>,
    tool: Ipv4Addr,
    domain: String,
    id: String,
    note: Note,
}

impl Running {
    fn tonight(&self, day: u32) -> Option<Vec<usize>> {
        self.evenings.get(day.checked_sub(self.first)? as usize).cloned()
    }
}

impl Harmless for Running {
    /// The maker of the tool tells each user that the mailbox has moved.
    fn mail(&mut self, day: u32, world: &mut World, _mail: &mut MailDay) -> Result<(), SimulateError> {
        let Some(people) = self.tonight(day) else { return Ok(()) };
        let mut rng = Rng::new(world.seed, &format!("{}/mail/{day}", self.id));
        let from = Mailbox::new("Migration status", &format!("notify@{}", self.domain));
        let server = (format!("mail.{}", self.domain), address::draw(address::MAIL_HOSTED, &mut rng));
        self.note.add(EntityKind::Sender, &from.address);
        self.note.tap(world, |_, world| {
            let mut at = world.local(day, 23, 0);
            for person in people {
                at += rng.range(500, 9_000);
                let route = Route::Inbound { server: server.clone(), client: Some(self.tool), results: ("pass", "pass", "pass") };
                let mut letter = Letter::new(at, from.clone(), vec![world.mailbox(person)], "Your mailbox has been moved", route);
                letter.message_id = mime::outside_id(from.address.split('@').next_back().unwrap_or_default(), at, &mut rng);
                letter.paragraphs = vec!["Your mailbox was moved tonight. Sign in again if Outlook asks for your password.".to_owned()];
                let message = mime::write(&letter, &mut rng);
                world.out.mail(at, message)?;
            }
            Ok(())
        })
    }

    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        let Some(people) = self.tonight(day) else { return Ok(()) };
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let (admin, ip) = (self.admin, self.tool);
        self.note.tap(world, |note, world| {
            people.iter().for_each(|person| note.person(world, *person));
            let company = &world.company;
            let Some(known) = company.people.get(admin) else { return Ok(()) };
            let (auditor, out, rng) = (Auditor { company, person: known }, &mut world.out, &mut rng);
            let location = (String::new(), String::new(), company.country(admin).code.to_owned());
            let agent = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.20348.2227".to_owned();
            let session = Session { id: rng.uuid(), ip, agent, os: "Windows10", browser: "Other", location };
            let mut at = company.midnight(usize::MAX, day) + 19 * HOUR_MS + rng.range(0, 40) * MINUTE_MS;
            out.record(Log::Unified, at, auditor.sign_in(at, &session, &EXCHANGE, None, rng));
            out.record(Log::SignIns, at, auditor.graph_sign_in(at, &session, &EXCHANGE, None, rng));
            let pace = (3 * HOUR_MS / people.len().max(1) as i64).min(2 * MINUTE_MS);
            for owner in people.iter().filter_map(|person| company.people.get(*person)) {
                at += rng.range(pace / 4, pace.max(8));
                let mailbox = owner.mail.as_str();
                let grant =
                    [("Identity", mailbox), ("User", known.mail.as_str()), ("AccessRights", "FullAccess"), ("AutoMapping", "False")];
                out.record(Log::Unified, at, auditor.cmdlet(at, &session, "Add-MailboxPermission", mailbox, &grant, rng));
                // What arrives in the old place meanwhile is put aside, read, so that the tool finds it.
                let rule = [
                    ("Mailbox", mailbox),
                    ("Name", "migration"),
                    ("MoveToFolder", "Migrated"),
                    ("MarkAsRead", "True"),
                    ("StopProcessingRules", "True"),
                ];
                let object = format!("{}\\migration", owner.login);
                out.record(Log::Unified, at + 900, auditor.cmdlet(at + 900, &session, "New-InboxRule", &object, &rule, rng));
                let forward = format!("smtp:{}@{}.mail.onmicrosoft.com", owner.login, company.domain.split('.').next().unwrap_or_default());
                let forward = [("Identity", mailbox), ("ForwardingSmtpAddress", forward.as_str()), ("DeliverToMailboxAndForward", "True")];
                out.record(Log::Unified, at + 1_700, auditor.cmdlet(at + 1_700, &session, "Set-Mailbox", mailbox, &forward, rng));
            }
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
