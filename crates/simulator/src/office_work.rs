//! A day of ordinary work in the office suite: sign-ins, mailbox access, files, meetings, a changed password, a new phone, a mail rule.
//!
//! Must not know of any attack.

use crate::audit::{APPS, Auditor, EXCHANGE, OUTLOOK_MOBILE, Session};
use crate::changes::State;
use crate::mime;
use crate::names;
use crate::output::Log;
use crate::rng::Rng;
use crate::schedule::{DayPlan, Place};
use crate::world::{Sent, World};
use std::collections::BTreeMap;
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

    /// The Message-ID of a mail that a person might read: of a colleague, or of somebody outside.
    pub fn read_id(&self, person: usize, at_ms: i64, rng: &mut Rng) -> String {
        self.read_from_outside(person, at_ms, rng).unwrap_or_else(|| mime::exchange_id(rng))
    }

    /// As [`Self::read_id`], none for a mail of a colleague.
    pub fn read_from_outside(&self, person: usize, at_ms: i64, rng: &mut Rng) -> Option<String> {
        let contact = self.correspondents.draw(person, rng).filter(|_| rng.chance(0.4))?;
        Some(mime::outside_id(contact.mailbox.address.rsplit('@').next().unwrap_or_default(), at_ms, rng))
    }

    /// Simulates the office suite on local day `day`; `sent` are the mails people sent.
    pub fn office_day(&mut self, day: u32, sent: &[Sent]) {
        let mut by_person: BTreeMap<usize, Vec<&Sent>> = BTreeMap::new();
        for mail in sent {
            by_person.entry(mail.person).or_default().push(mail);
        }
        for person in 0..self.company.people.len() {
            let Some(plan) = self.plans.get(person).cloned() else { continue };
            let mut rng = Rng::new(self.seed, &format!("office/{day}/{person}"));
            let mine = by_person.remove(&person).unwrap_or_default();
            if plan.works() {
                self.desk_day(person, &plan, &mine, &mut rng);
            }
            if plan.state != State::Outside {
                self.phone_day(person, &plan, &mut rng);
            }
            if plan.works() && !self.company.is_day_off(person, day) {
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
        let prompted = rng.chance(0.06);
        if prompted {
            // The second factor is asked for anew; now and then the phone is not at hand.
            for _ in 0..rng.poisson(0.15) {
                let record = auditor.prompted_sign_in(at, &session, &EXCHANGE, false, rng);
                self.out.record(Log::SignIns, at, record);
                let record = auditor.sign_in(at, &session, &EXCHANGE, Some(("500121", "AuthenticationFailedSasError")), rng);
                self.out.record(Log::Unified, at, record);
                at += rng.range(25_000, 90_000);
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
            // In Entra's own log the first is somebody's act, most others are refreshed tokens.
            let later = *at + rng.range(0, 2_000);
            let record = match (number, rng.below(4)) {
                (0, _) if prompted => auditor.prompted_sign_in(later, &session, app, true, rng),
                (0, _) | (_, 0) => auditor.graph_sign_in(later, &session, app, None, rng),
                (_, 1) => continue,
                _ => auditor.background_sign_in(later, &session, app, rng),
            };
            self.out.record(Log::SignIns, later, record);
        }
        let moment = |rng: &mut Rng| plan.moment(rng).max(first + 30_000);
        for _ in 0..rng.poisson(hours * 1.0) {
            let at = moment(rng);
            let ids: Vec<String> = (0..1 + rng.below(6)).map(|_| self.read_id(person, at, rng)).collect();
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
            let record = auditor.delete(at, &session, (operation, "Inbox"), rng);
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

    /// The session of a person's phone: on the carrier's network, often on the office's wireless one, abroad on the hotel's.
    pub fn phone_session(&self, person: usize, plan: &DayPlan, rng: &mut Rng) -> Option<Session> {
        let known = self.company.people.get(person)?;
        let country = self.company.country(person).code;
        let abroad = plan.place == Place::Away && plan.location.2 != country;
        let shared = abroad || plan.place == Place::Office && rng.chance(0.4);
        let (ip, (city, region, country)) =
            if shared { (plan.ip, plan.location) } else { (plan.phone_ip, (known.city.0, known.city.1, country)) };
        Some(Session {
            id: rng.uuid(),
            ip,
            agent: known.phone_agent.clone(),
            os: if known.phone_agent.contains("iPhone") { "Ios 17" } else { "Android" },
            browser: if known.phone_agent.contains("iPhone") { "Mobile Safari" } else { "Chrome Mobile" },
            location: (city.to_owned(), region.to_owned(), country.to_owned()),
        })
    }

    /// The phone reads mail, evenings and weekends too.
    fn phone_day(&mut self, person: usize, plan: &DayPlan, rng: &mut Rng) {
        if !rng.chance(if plan.works() { 0.7 } else { 0.45 }) {
            return;
        }
        let Some(session) = self.phone_session(person, plan, rng) else { return };
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        for number in 0..1 + rng.below(3) {
            let at = plan.start_ms + rng.range(-HOUR_MS / 2, 12 * HOUR_MS);
            let record = auditor.sign_in(at, &session, &OUTLOOK_MOBILE, None, rng);
            self.out.record(Log::Unified, at, record);
            if number == 0 && rng.chance(0.6) {
                let later = at + rng.range(0, 2_000);
                let record = if rng.chance(0.4) {
                    auditor.graph_sign_in(later, &session, &OUTLOOK_MOBILE, None, rng)
                } else {
                    auditor.background_sign_in(later, &session, &OUTLOOK_MOBILE, rng)
                };
                self.out.record(Log::SignIns, later, record);
            }
            let ids: Vec<String> = (0..1 + rng.below(3)).map(|_| self.read_id(person, at, rng)).collect();
            let later = at + rng.range(3_000, 40_000);
            let record = auditor.mail_items_accessed(later, &session, &ids, rng);
            self.out.record(Log::Unified, later, record);
        }
    }
}
