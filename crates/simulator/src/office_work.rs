//! A day of ordinary work in the office suite: sign-ins, mailbox access, files, meetings, a changed password, a new phone, a mail rule.
//!
//! Must not know of any attack.

use crate::audit::{APPS, Auditor, EXCHANGE, OUTLOOK_MOBILE, Session};
use crate::calendar::is_weekend;
use crate::mime;
use crate::names;
use crate::output::Log;
use crate::rng::Rng;
use crate::schedule::{DayPlan, Place};
use crate::truth::LookAlike;
use crate::world::{Sent, World};
use serde_json::json;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// Operations on files, by weight.
const FILE_OPERATIONS: &[&str] = &[
    "FileAccessed",
    "FileAccessed",
    "FileAccessed",
    "FileAccessed",
    "FileModified",
    "FileModified",
    "FilePreviewed",
    "FileUploaded",
    "FileDownloaded",
    "FileRenamed",
];
/// Operations in Teams.
const TEAMS_OPERATIONS: &[&str] = &["TeamsSessionStarted", "MessageSent", "MessageSent", "MessagesListed", "MeetingParticipantDetail"];
/// Rules that people make: name and what it looks for.
const RULES: &[(&str, &str, &str)] = &[
    ("Newsletters", "SubjectContainsWords", "newsletter"),
    ("From boss", "From", ""),
    ("Projects", "SubjectContainsWords", "project"),
    ("Invoices", "SubjectContainsWords", "invoice"),
    ("Tickets", "SubjectContainsWords", "ticket"),
    ("Team calendar", "SubjectContainsWords", "accepted:"),
];

impl World {
    /// The session of a person's own computer on this day.
    pub fn desk_session(&self, person: usize, plan: &DayPlan, rng: &mut Rng) -> Option<Session> {
        let known = self.company.people.get(person)?;
        let (city, region, country) = plan.location;
        Some(Session {
            id: rng.uuid(),
            ip: plan.ip,
            agent: known.user_agent.clone(),
            os: known.os,
            browser: known.browser,
            location: (city.to_owned(), region.to_owned(), country.to_owned()),
        })
    }

    /// Simulates the office suite on local day `day`; `sent` are the mails people sent.
    pub fn office_day(&mut self, day: u32, sent: &[Sent]) {
        for person in 0..self.company.people.len() {
            let Some(plan) = self.plans.get(person).cloned() else { continue };
            let mut rng = Rng::new(self.seed, &format!("office/{day}/{person}"));
            let mine: Vec<&Sent> = sent.iter().filter(|sent| sent.person == person).collect();
            if plan.works() {
                self.desk_day(person, &plan, &mine, &mut rng);
            }
            self.phone_day(person, &plan, &mut rng);
            if plan.works() && !is_weekend(day) {
                self.rare_acts(day, person, &plan, &mut rng);
            }
        }
    }

    fn desk_day(&mut self, person: usize, plan: &DayPlan, sent: &[&Sent], rng: &mut Rng) {
        let Some(session) = self.desk_session(person, plan, rng) else { return };
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        let hours = ((plan.end_ms - plan.start_ms) as f64 / HOUR_MS as f64).max(0.5);
        let mut at = plan.start_ms + rng.range(MINUTE_MS, 12 * MINUTE_MS);
        if rng.chance(0.07) {
            // A mistyped password, then the right one.
            for _ in 0..1 + rng.below(2) {
                let record = auditor.sign_in(at, &session, &EXCHANGE, Some(("50126", "InvalidUserNameOrPassword")), rng);
                self.out.record(Log::Unified, at, record);
                let reason = "Error validating credentials due to invalid username or password.";
                let record = auditor.graph_sign_in(at, &session, &EXCHANGE, Some((50_126, reason)), rng);
                self.out.record(Log::SignIns, at, record);
                at += rng.range(8_000, 40_000);
            }
        }
        let first = at;
        let mut sign_ins = vec![(first, EXCHANGE)];
        for _ in 0..2 + rng.poisson(hours * 0.35) {
            let app = rng.pick(APPS).copied().unwrap_or(EXCHANGE);
            sign_ins.push((rng.range(first, plan.end_ms), app));
        }
        for (number, (at, app)) in sign_ins.iter().enumerate() {
            let record = auditor.sign_in(*at, &session, app, None, rng);
            self.out.record(Log::Unified, *at, record);
            // The interactive sign-ins are in Entra's own log too; token refreshes are not.
            if number == 0 || rng.chance(0.25) {
                let record = auditor.graph_sign_in(*at + 1_000, &session, app, None, rng);
                self.out.record(Log::SignIns, *at + 1_000, record);
            }
        }
        let moment = |rng: &mut Rng| plan.moment(rng).max(first + 30_000);
        for _ in 0..rng.poisson(hours * 1.0) {
            let at = moment(rng);
            let ids: Vec<String> = (0..1 + rng.below(6)).map(|_| mime::exchange_id(rng)).collect();
            let record = auditor.mail_items_accessed(at, &session, &ids, rng);
            self.out.record(Log::Unified, at, record);
        }
        for mail in sent {
            let record = auditor.send(mail.time_ms, &session, &mail.message_id, &mail.subject, rng);
            self.out.record(Log::Unified, mail.time_ms, record);
        }
        for _ in 0..rng.poisson(hours * 0.25) {
            let at = moment(rng);
            let operation = rng.word(&["MoveToDeletedItems", "MoveToDeletedItems", "SoftDelete"]);
            let record = auditor.delete(at, &session, operation, rng);
            self.out.record(Log::Unified, at, record);
        }
        for _ in 0..rng.poisson(hours * 1.3) {
            let at = moment(rng);
            let operation = rng.word(FILE_OPERATIONS);
            let file = format!("{} {}.{}", rng.word(names::STEM), rng.range(1, 60), rng.word(&["docx", "xlsx", "pptx", "pdf"]));
            let record = auditor.file(at, &session, operation, &file, rng);
            self.out.record(Log::Unified, at, record);
        }
        for _ in 0..rng.poisson(hours * 0.5) {
            let at = moment(rng);
            let operation = rng.word(TEAMS_OPERATIONS);
            let record = auditor.teams(at, &session, operation, rng);
            self.out.record(Log::Unified, at, record);
        }
    }

    /// The phone signs in from the carrier's network, evenings and weekends too.
    fn phone_day(&mut self, person: usize, plan: &DayPlan, rng: &mut Rng) {
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        if !rng.chance(if plan.works() { 0.7 } else { 0.45 }) {
            return;
        }
        let auditor = Auditor { company, person: known };
        // Abroad the phone uses the hotel's network.
        let country = company.country(person).code;
        let abroad = plan.place == Place::Away && plan.location.2 != country;
        let ip = if abroad { plan.ip } else { plan.phone_ip };
        let (city, region, country) = if abroad { plan.location } else { (known.city.0, known.city.1, country) };
        let session = Session {
            id: rng.uuid(),
            ip,
            agent: known.phone_agent.clone(),
            os: if known.phone_agent.contains("iPhone") { "Ios 17" } else { "Android" },
            browser: if known.phone_agent.contains("iPhone") { "Mobile Safari" } else { "Chrome Mobile" },
            location: (city.to_owned(), region.to_owned(), country.to_owned()),
        };
        for number in 0..1 + rng.below(3) {
            let at = plan.start_ms + rng.range(-HOUR_MS / 2, 12 * HOUR_MS);
            let record = auditor.sign_in(at, &session, &OUTLOOK_MOBILE, None, rng);
            self.out.record(Log::Unified, at, record);
            if number == 0 && rng.chance(0.4) {
                let record = auditor.graph_sign_in(at, &session, &OUTLOOK_MOBILE, None, rng);
                self.out.record(Log::SignIns, at, record);
            }
            let ids: Vec<String> = (0..1 + rng.below(3)).map(|_| mime::exchange_id(rng)).collect();
            let record = auditor.mail_items_accessed(at + 20_000, &session, &ids, rng);
            self.out.record(Log::Unified, at + 20_000, record);
        }
    }

    /// What a person does once in some months.
    fn rare_acts(&mut self, day: u32, person: usize, plan: &DayPlan, rng: &mut Rng) {
        let Some(session) = self.desk_session(person, plan, rng) else { return };
        let at = plan.moment(rng);
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        let entity = format!("person:{}", known.mail);
        // Passwords change every 60 days or so: one in 43 workdays.
        if rng.chance(1.0 / 43.0) {
            let record = auditor.directory(at, "Change user password.", Some(plan.ip), json!([]), rng);
            self.out.record(Log::Unified, at, record);
            let record = auditor.graph_audit(at, "Change password (self-service)", "None", Some(plan.ip), rng);
            self.out.record(Log::DirectoryAudits, at, record);
        }
        if rng.chance(1.0 / 250.0) {
            // A new phone: mostly the app with a notification, sometimes a number for text messages.
            let phone = rng.chance(0.3);
            let (reason, number) =
                if phone { ("User registered Mobile Phone SMS", 5) } else { ("User registered Authenticator App with Notification", 6) };
            let ip = rng.chance(0.7).then_some(plan.ip);
            let record = auditor.graph_audit(at, "User registered security info", reason, ip, rng);
            self.out.record(Log::DirectoryAudits, at, record);
            let old: &[u32] = if phone { &[6] } else { &[5] };
            let record = auditor.strong_authentication(at + 4_000, None, old, &[number, old.first().copied().unwrap_or(5)], rng);
            self.out.record(Log::Unified, at + 4_000, record);
            self.look_alikes.push(LookAlike::new(
                format!("mfa-{day}-{person}"),
                "mfa_registration",
                (at, at + 4_000),
                &["saas"],
                vec![entity.clone()],
            ));
        }
        if rng.chance(1.0 / 190.0) {
            let (name, condition, words) = rng.pick(RULES).copied().unwrap_or_default();
            let boss = known.manager.and_then(|manager| company.people.get(manager)).map(|boss| boss.mail.clone()).unwrap_or_default();
            let value = if words.is_empty() { boss } else { words.to_owned() };
            let mut parameters = vec![
                ("AlwaysDeleteOutlookRulesBlob".to_owned(), "False".to_owned()),
                ("Force".to_owned(), "False".to_owned()),
                (condition.to_owned(), value),
                ("MoveToFolder".to_owned(), name.to_owned()),
                ("Name".to_owned(), name.to_owned()),
            ];
            if rng.chance(0.5) {
                parameters.push(("StopProcessingRules".to_owned(), "True".to_owned()));
            }
            let record = auditor.new_inbox_rule(at, &session, name, &parameters, rng);
            self.out.record(Log::Unified, at, record);
            self.look_alikes.push(LookAlike::new(format!("rule-{day}-{person}"), "inbox_rule", (at, at), &["saas"], vec![entity]));
        }
    }
}
