//! Somebody's first week: an account, a device and habits that nobody has seen, much material read at once, mails of new services.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::audit::{APPS, Auditor, EXCHANGE};
use crate::calendar;
use crate::changes;
use crate::correspondents;
use crate::mail_day::{MailDay, TOKEN};
use crate::mime::{self, Anchor};
use crate::names;
use crate::output::Log;
use crate::play::Taken;
use crate::rng::Rng;
use crate::truth::LookAlike;
use crate::world::{Visit, World};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use weft_model::EntityKind;
use weft_model::time::{DAY_MS, MINUTE_MS};

const DAYS: u32 = 5;

/// The new colleague.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewEmployee {
    pub department: Option<String>,
    /// A Monday after the first week when absent.
    pub first_day: Option<u32>,
}

impl Kind for NewEmployee {
    fn name(&self) -> &str {
        "new-employee"
    }
    fn prepare(&self, id: &str, taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let monday = |day| calendar::weekday(day) == 0;
        let Some(first_day) = who::first_day(self.first_day.map(|day| day.max(1)), DAYS, world, &mut rng, monday) else { return Ok(None) };
        // Somebody without any other change who leads nobody.
        let mut others = taken.clone();
        others.people.extend(0..world.company.departments());
        others.people.extend((0..world.company.people.len()).filter(|person| !world.changes.of(*person).is_empty()));
        others.people.extend(world.trips.iter().map(|trip| trip.person));
        let person = who::person(id, self.department.as_deref(), 0..=world.days, &mut others, world, &mut rng)?;
        taken.people.insert(person);
        world.changes.add(person, changes::Change { day: first_day, kind: changes::Kind::Joins });
        if let Some(known) = world.company.people.get_mut(person) {
            known.hire_date = calendar::date(calendar::midnight(first_day, 0));
        }
        let services: Vec<String> = (0..3).map(|_| world.web.fresh(&mut rng, 0.2)).collect();
        let mut note = Note::new(id, "new-employee", &["email", "saas", "network"]);
        note.person(world, person);
        note.device(world, person);
        services.iter().for_each(|domain| note.add(EntityKind::Domain, domain));
        note.cover(world.company.midnight(person, first_day), world.company.midnight(person, first_day + DAYS - 1) + DAY_MS);
        Ok(Some(Box::new(Running { person, first_day, services, id: id.to_owned(), note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::department_problem(self.department.as_ref()).or_else(|| who::day_problem("first_day", self.first_day, days))
    }
}

#[derive(Debug)]
struct Running {
    person: usize,
    first_day: u32,
    services: Vec<String>,
    id: String,
    note: Note,
}

impl Harmless for Running {
    fn forced(&self) -> BTreeSet<(usize, u32)> {
        (self.first_day..self.first_day + DAYS).filter(|day| !calendar::is_weekend(*day)).map(|day| (self.person, day)).collect()
    }

    /// Invitations of services that the company uses and this mailbox has never heard of.
    fn mail(&mut self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        let Some(domain) = day.checked_sub(self.first_day).and_then(|number| self.services.get(number as usize)).cloned() else {
            return Ok(());
        };
        let Some(plan) = world.plans.get(self.person).cloned() else { return Ok(()) };
        let mut rng = Rng::new(world.seed, &format!("{}/mail/{day}", self.id));
        let person = self.person;
        self.note.tap(world, |note, world| {
            let at = plan.start_ms + rng.range(30, 120) * MINUTE_MS;
            let organisation = correspondents::Organisation::draw(domain.clone(), &world.company, 0, &mut rng);
            let subject = rng.word(&[
                "Set your password to get started",
                "You have been invited",
                "Action required: complete your profile",
                "Verify your email address",
            ]);
            let from = mime::Mailbox::new(rng.word(&["Benefits", "Learning", "Payroll", "Travel desk"]), &format!("no-reply@{domain}"));
            let mut letter = organisation.letter(at, &from, vec![world.mailbox(person)], subject, &mut rng);
            letter.paragraphs = vec!["Your employer has created an account for you. The link expires in 24 hours.".to_owned()];
            let host = format!("app.{domain}");
            letter
                .anchors
                .push(Anchor { url: format!("https://{host}/activate/{}", rng.token(TOKEN, 30)), text: "Activate account".to_owned() });
            note.add(EntityKind::Sender, &from.address);
            let message = mime::write(&letter, &mut rng);
            mail.visits.push(Visit { time_ms: at + rng.range(2, 40) * MINUTE_MS, person, host });
            world.out.mail(at, message)
        })
    }

    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        let Some(number) = day.checked_sub(self.first_day).filter(|number| *number < DAYS) else { return Ok(()) };
        let Some(plan) = world.plans.get(self.person).filter(|plan| plan.works()).cloned() else { return Ok(()) };
        let mut rng = Rng::new(world.seed, &format!("{}/{day}", self.id));
        let person = self.person;
        self.note.tap(world, |_, world| {
            let Some(session) = world.desk_session(person, &plan, &mut rng) else { return Ok(()) };
            let company = &world.company;
            let Some(known) = company.people.get(person) else { return Ok(()) };
            let (auditor, out, rng) = (Auditor { company, person: known }, &mut world.out, &mut rng);
            let mut at = plan.start_ms + rng.range(10, 30) * MINUTE_MS;
            if number == 0 {
                // The first password must be changed, the device is joined, every application is opened for the first time.
                out.record(Log::Unified, at, auditor.sign_in(at, &session, &EXCHANGE, Some(("50055", "UserPasswordExpired")), rng));
                out.record(
                    Log::SignIns,
                    at,
                    auditor.graph_sign_in(at, &session, &EXCHANGE, Some((50_055, "The password is expired.")), rng),
                );
                at += rng.range(40_000, 200_000);
                out.record(Log::Unified, at, auditor.directory(at, "Change user password.", Some(plan.ip), json!([]), rng));
                out.record(Log::DirectoryAudits, at, auditor.graph_audit(at, "Change password (self-service)", "None", Some(plan.ip), rng));
                for operation in ["Register device.", "Add registered owner to device.", "Add registered users to device."] {
                    at += rng.range(1_000, 9_000);
                    out.record(Log::Unified, at, auditor.directory_object(at, operation, &known.login, Some(plan.ip), rng));
                }
                for app in APPS {
                    at += rng.range(20_000, 8 * MINUTE_MS);
                    out.record(Log::Unified, at, auditor.sign_in(at, &session, app, None, rng));
                    out.record(Log::SignIns, at, auditor.prompted_sign_in(at, &session, app, true, rng));
                }
            }
            if number == 1 {
                // The new password is not yet in the fingers.
                let (name, reason) = ("InvalidUserNameOrPassword", "Error validating credentials due to invalid username or password.");
                for _ in 0..rng.range(3, 7) {
                    out.record(Log::Unified, at, auditor.sign_in(at, &session, &EXCHANGE, Some(("50126", name)), rng));
                    out.record(Log::SignIns, at, auditor.graph_sign_in(at, &session, &EXCHANGE, Some((50_126, reason)), rng));
                    at += rng.range(6_000, 50_000);
                }
            }
            if number == 2 {
                let boss = known.manager.and_then(|boss| company.people.get(boss)).map(|boss| boss.mail.clone()).unwrap_or_default();
                let rule = [
                    ("AlwaysDeleteOutlookRulesBlob", "False"),
                    ("Force", "False"),
                    ("From", &boss),
                    ("MoveToFolder", "Boss"),
                    ("Name", "Boss"),
                ];
                let rule: Vec<(String, String)> = rule.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
                out.record(Log::Unified, at, auditor.new_inbox_rule(at, &session, "Boss", &rule, rng));
            }
            // Years of material are read, and taken along, within days.
            for _ in 0..rng.range(30, 110) {
                let at = plan.moment(rng).max(at);
                let operation = rng.word(&["FileAccessed", "FileAccessed", "FilePreviewed", "FileDownloaded"]);
                let file = format!("{} {}.{}", rng.word(names::STEM), rng.range(1, 60), rng.word(&["docx", "xlsx", "pptx", "pdf"]));
                out.record(Log::Unified, at, auditor.file(at, &session, operation, &file, rng));
            }
            Ok(())
        })
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
