//! What a person does with the own account once in weeks or months: a password, a second factor, a rule, something shared.
//!
//! Must not know of any attack.

use crate::audit::{Auditor, EXCHANGE, OUTLOOK_MOBILE, Session};
use crate::names;
use crate::output::Log;
use crate::rng::Rng;
use crate::schedule::DayPlan;
use crate::truth::LookAlike;
use crate::world::World;
use serde_json::json;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// Rules that people make: name, what it looks for, words (nothing stands for the manager's address).
const RULES: &[(&str, &str, &str)] = &[
    ("Newsletters", "SubjectContainsWords", "newsletter"),
    ("From boss", "From", ""),
    ("Projects", "SubjectContainsWords", "project"),
    ("Invoices", "SubjectContainsWords", "invoice"),
    ("Tickets", "SubjectContainsWords", "ticket"),
    ("Team calendar", "SubjectContainsWords", "accepted:"),
    ("Backup mails", "SubjectContainsWords", "backup summary"),
    ("ads", "SubjectOrBodyContainsWords", "unsubscribe"),
    ("1", "From", ""),
    ("Reports", "SubjectContainsWords", "daily figures"),
    ("old project", "SubjectContainsWords", "phase 1"),
    ("Vendor spam", "SubjectOrBodyContainsWords", "webinar"),
];

/// Applications that people let into their account.
const CONSENTS: &[&str] = &["Scheduling Helper", "Mail Signatures", "Whiteboard", "CRM Connector", "PDF Tools", "Survey Builder"];

impl World {
    /// The rare acts of one person on a workday.
    pub fn rare_acts(&mut self, day: u32, person: usize, plan: &DayPlan, rng: &mut Rng) {
        let Some(session) = self.desk_session(person, plan, rng) else { return };
        let at = plan.moment(rng);
        // Passwords change every 60 days or so: one in 43 workdays.
        if rng.chance(1.0 / 43.0) {
            self.new_password(person, at, plan, &session, rng);
        }
        let mut other = Rng::new(self.seed, &format!("rare/{day}/{person}"));
        if other.chance(1.0 / 250.0) {
            // Forgotten: reset with the second factor.
            let (at, ip) = (plan.moment(&mut other), other.chance(0.6).then_some(plan.ip));
            self.change_password((person, person), true, ip, at, &mut other);
        }
        if other.chance(1.0 / 30.0) {
            self.empty_folder(person, plan, &session, &mut other);
        }
        if rng.chance(1.0 / 320.0) {
            // Another factor: mostly the app with a notification, sometimes a number for text messages.
            self.register_factor(day, person, at, plan, rng);
        }
        if rng.chance(1.0 / 170.0) {
            self.mail_rule(day, person, at, &session, rng);
        }
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        if rng.chance(1.0 / 400.0) {
            let app = rng.word(CONSENTS);
            for operation in ["Consent to application.", "Add delegated permission grant.", "Add app role assignment grant to user."] {
                let later = at + rng.range(0, 3_000);
                let record = auditor.directory_object(later, operation, app, rng.chance(0.5).then_some(plan.ip), rng);
                self.out.record(Log::Unified, later, record);
            }
        }
        for _ in 0..rng.poisson(0.12) {
            // Shared with somebody inside, or outside, or with anybody who has the link.
            let at = plan.moment(rng);
            let operations: &[&str] = match rng.below(10) {
                0..=5 => &["SharingSet"],
                6 => &["CompanyLinkCreated"],
                7 => &["SecureLinkCreated", "AddedToSecureLink"],
                8 => &["SharingInvitationCreated", "SharingSet"],
                _ => &["AnonymousLinkCreated"],
            };
            let file = format!("{} {}.{}", rng.word(names::STEM), rng.range(1, 60), rng.word(&["docx", "xlsx", "pptx", "pdf"]));
            let guest = self.correspondents.draw(person, rng).map(|contact| contact.mailbox.address.clone()).unwrap_or_default();
            let outside = operations.len() > 1;
            let target = if outside { guest } else { rng.pick(&company.people).map(|other| other.mail.clone()).unwrap_or_default() };
            for (number, operation) in operations.iter().enumerate() {
                let time = at + number as i64 * rng.range(200, 2_000);
                let mut record = auditor.file(time, &session, operation, &file, rng);
                if let Some(object) = record.as_object_mut() {
                    object.insert("RecordType".to_owned(), json!(14));
                    object.insert("TargetUserOrGroupName".to_owned(), json!(target));
                    object.insert("TargetUserOrGroupType".to_owned(), json!(if outside { "Guest" } else { "Member" }));
                }
                self.out.record(Log::Unified, time, record);
            }
        }
    }

    /// The password has expired or is changed in time; one phone in eight goes on trying the old one for an hour or two.
    fn new_password(&mut self, person: usize, at: i64, plan: &DayPlan, session: &Session, rng: &mut Rng) {
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        if rng.chance(0.25) {
            let before = at - rng.range(20_000, 90_000);
            let record = auditor.sign_in(before, session, &EXCHANGE, Some(("50055", "UserPasswordExpired")), rng);
            self.out.record(Log::Unified, before, record);
            let record = auditor.graph_sign_in(before, session, &EXCHANGE, Some((50_055, "The password is expired.")), rng);
            self.out.record(Log::SignIns, before, record);
        }
        let ip = rng.chance(0.7).then_some(plan.ip);
        self.change_password((person, person), false, ip, at, rng);
        if rng.chance(0.12) {
            let Some(phone) = self.phone_session(person, plan, rng) else { return };
            let company = &self.company;
            let Some(known) = company.people.get(person) else { return };
            let auditor = Auditor { company, person: known };
            let (count, every) = (rng.range(3, 9), rng.range(5, 20) * MINUTE_MS);
            for number in 0..count {
                let later = at + 2 * MINUTE_MS + number * every + rng.range(0, 4_000);
                let record = auditor.sign_in(later, &phone, &OUTLOOK_MOBILE, Some(("50126", "InvalidUserNameOrPassword")), rng);
                self.out.record(Log::Unified, later, record);
                if rng.chance(0.5) {
                    let reason = "Error validating credentials due to invalid username or password.";
                    let record = auditor.graph_sign_in(later, &phone, &OUTLOOK_MOBILE, Some((50_126, reason)), rng);
                    self.out.record(Log::SignIns, later, record);
                }
            }
        }
    }

    /// Deletes a folder's messages for good, one record each: a few, or all of them.
    fn empty_folder(&mut self, person: usize, plan: &DayPlan, session: &Session, rng: &mut Rng) {
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        let folder = rng.word(&["Deleted Items", "Deleted Items", "Deleted Items", "Junk Email", "Inbox", "Sent Items"]);
        let most = if rng.chance(0.4) { 40 } else { 6 };
        let mut at = plan.moment(rng);
        for _ in 0..1 + rng.below(most) {
            let record = auditor.delete(at, session, ("HardDelete", folder), rng);
            self.out.record(Log::Unified, at, record);
            at += rng.range(300, 40_000);
        }
    }

    /// A second factor is registered.
    pub fn register_factor(&mut self, day: u32, person: usize, at: i64, plan: &DayPlan, rng: &mut Rng) {
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        let (reason, number) = match rng.below(10) {
            0..=5 => ("User registered Authenticator App with Notification", 6),
            6..=7 => ("User registered Authenticator App with Code", 7),
            _ => ("User registered Mobile Phone SMS", 5),
        };
        let ip = rng.chance(0.25).then_some(plan.ip);
        let record = auditor.graph_audit(at, "User registered security info", reason, ip, rng);
        self.out.record(Log::DirectoryAudits, at, record);
        let later = at + rng.range(2_000, 20_000);
        let old = if number == 6 { 5 } else { 6 };
        let ip = rng.chance(0.1).then_some(plan.ip);
        let record = auditor.strong_authentication(later, ip, &[old], &[number, old], rng);
        self.out.record(Log::Unified, later, record);
        let entity = format!("person:{}", known.mail);
        self.look_alikes.push(LookAlike::new(format!("mfa-{day}-{person}"), "mfa_registration", (at, later), &["saas"], vec![entity]));
    }

    fn mail_rule(&mut self, day: u32, person: usize, at: i64, session: &Session, rng: &mut Rng) {
        let company = &self.company;
        let Some(known) = company.people.get(person) else { return };
        let auditor = Auditor { company, person: known };
        let (name, condition, words) = rng.pick(RULES).copied().unwrap_or_default();
        let boss = known.manager.and_then(|manager| company.people.get(manager)).map(|boss| boss.mail.clone()).unwrap_or_default();
        let value = if words.is_empty() { boss } else { words.to_owned() };
        let mut parameters =
            vec![("AlwaysDeleteOutlookRulesBlob".to_owned(), "False".to_owned()), ("Force".to_owned(), "False".to_owned())];
        if rng.chance(0.9) {
            parameters.push((condition.to_owned(), value));
        }
        if rng.chance(0.12) {
            parameters.push(("DeleteMessage".to_owned(), "True".to_owned()));
        } else {
            let folder = rng.word(&["", "", "", "Archive", "Later", "Junk Email", "Done"]);
            parameters.push(("MoveToFolder".to_owned(), if folder.is_empty() { name } else { folder }.to_owned()));
        }
        if rng.chance(0.2) {
            parameters.push(("MarkAsRead".to_owned(), "True".to_owned()));
        }
        parameters.push(("Name".to_owned(), name.to_owned()));
        if rng.chance(0.5) {
            parameters.push(("StopProcessingRules".to_owned(), "True".to_owned()));
        }
        let mut end = at;
        let record = auditor.new_inbox_rule(at, session, name, &parameters, rng);
        self.out.record(Log::Unified, at, record);
        if rng.chance(0.3) {
            // Not right at once.
            end = at + rng.range(40_000, HOUR_MS);
            let operation = rng.word(&["Set-InboxRule", "Set-InboxRule", "Disable-InboxRule", "Remove-InboxRule"]);
            let identity = format!("{}\\{name}", known.login);
            let parameters = [("AlwaysDeleteOutlookRulesBlob", "False"), ("Force", "False"), ("Identity", identity.as_str())];
            let record = auditor.cmdlet(end, session, operation, &identity, &parameters, rng);
            self.out.record(Log::Unified, end, record);
        }
        let entity = format!("person:{}", known.mail);
        self.look_alikes.push(LookAlike::new(format!("rule-{day}-{person}"), "inbox_rule", (at, end), &["saas"], vec![entity]));
    }
}
