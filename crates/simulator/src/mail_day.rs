//! A day of ordinary mail: threads inside and across departments and with correspondents; the other files beside it add the rest.
//!
//! Returns who sent what (for the audit log) and which links people open (for the network). Must not know of any attack.

use crate::SimulateError;
use crate::attachment;
use crate::calendar::{is_weekend, weekday};
use crate::changes::State;
use crate::correspondents::{MailHost, Organisation};
use crate::mime::{self, Anchor, Charset, Letter, Mailbox, Route};
use crate::organisation::Language;
use crate::rng::Rng;
use crate::texts;
use crate::world::{Sent, Visit, World};
use weft_model::time::MINUTE_MS;

/// What the day's mail leads to.
#[derive(Debug, Default)]
pub struct MailDay {
    pub sent: Vec<Sent>,
    pub visits: Vec<Visit>,
}

/// Lower-case letters and digits, as links have them.
pub const TOKEN: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Where Microsoft's filter sends those who click a link that it rewrote.
const REWRITERS: &[&str] = &[
    "nam02.safelinks.protection.outlook.com",
    "nam10.safelinks.protection.outlook.com",
    "eur02.safelinks.protection.outlook.com",
    "eur05.safelinks.protection.outlook.com",
    "gbr01.safelinks.protection.outlook.com",
];
const LONG_TOKEN: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

impl World {
    /// A person's mailbox.
    pub fn mailbox(&self, person: usize) -> Mailbox {
        self.company.people.get(person).map(|person| Mailbox::new(&person.display(), &person.mail)).unwrap_or_default()
    }

    /// The language of a person's office.
    pub fn language(&self, person: usize) -> Language {
        self.company.site(person).map_or(Language::English, |site| site.language)
    }

    /// Draft of a letter of one of the company's people, from where they are.
    pub fn own_letter(&self, writer: usize, at: i64, to: Vec<Mailbox>, subject: &str, rng: &mut Rng) -> Letter {
        let client = self.plans.get(writer).map_or(self.company.office_ip, |plan| plan.ip);
        let mut letter = Letter::new(at, self.mailbox(writer), to, subject, Route::Own { client });
        letter.message_id = mime::exchange_id(rng);
        letter
    }

    fn subject(&self, person: usize, language: Language, rng: &mut Rng) -> String {
        texts::subject(language, self.company.people.get(person).map_or(0, |person| person.department), rng)
    }

    /// Simulates the mail of local day `day`; `platforms` are hosts where files are shared.
    pub fn mail_day(&mut self, day: u32, platforms: &[String]) -> Result<MailDay, SimulateError> {
        let mut done = MailDay::default();
        self.groups = vec![Vec::new(); self.company.departments()];
        for (index, person) in self.company.people.iter().enumerate() {
            if let Some(group) = self.groups.get_mut(person.department)
                && self.changes.state(index, day) != State::Outside
            {
                group.push(index);
            }
        }
        for person in 0..self.company.people.len() {
            let Some(plan) = self.plans.get(person).cloned() else { continue };
            let mut rng = Rng::new(self.seed, &format!("mail/{day}/{person}"));
            let day_off = self.company.is_day_off(person, day);
            let rate = self.company.people.get(person).map_or(1.0, |known| known.mail_rate);
            let busy = if !plan.works() {
                0.0
            } else if day_off {
                0.15
            } else {
                rate
            };
            for _ in 0..rng.poisson(1.5 * busy) {
                let at = plan.moment(&mut rng);
                self.internal_thread(person, at, &mut done, &mut rng)?;
            }
            // Outsiders do not know who is off.
            let expected = if is_weekend(day) { 0.06 } else { 1.5 * rate };
            for _ in 0..rng.poisson(if plan.state == State::Outside { 0.0 } else { expected }) {
                let at = self.company.midnight(person, day) + rng.range(7 * 60, 18 * 60) * MINUTE_MS + rng.range(0, MINUTE_MS);
                self.external_thread(person, at, platforms, &mut done, &mut rng)?;
            }
            for _ in 0..rng.poisson(0.45 * busy) {
                let at = plan.moment(&mut rng);
                self.outbound(person, at, None, &mut done, &mut rng)?;
            }
            if !day_off && rng.chance(0.11 * busy.min(2.0)) {
                let at = plan.moment(&mut rng);
                self.meeting(person, at, &mut done, &mut rng)?;
            }
        }
        let vendors = self.correspondents.vendors.clone();
        for (index, vendor) in vendors.iter().enumerate().filter(|(_, vendor)| vendor.days.contains(&weekday(day))) {
            let mut rng = Rng::new(self.seed, &format!("newsletter/{day}/{index}"));
            let at = self.company.midnight(usize::MAX, day) + vendor.minute * MINUTE_MS;
            self.newsletter(vendor, at, 0.04, &mut done, &mut rng)?;
        }
        self.system_mails(day, &mut done)?;
        if !is_weekend(day) {
            self.list_mails(day, &mut done)?;
            let mut rng = Rng::new(self.seed, &format!("strangers/{day}"));
            for _ in 0..1 + rng.poisson(self.company.people.len() as f64 * 0.07) {
                self.stranger(day, platforms, &mut done, &mut rng)?;
            }
        }
        Ok(done)
    }

    /// Writes a letter of one of the company's people and notes it as sent.
    pub fn send_own(&mut self, person: usize, letter: &Letter, done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let message = mime::write(letter, rng);
        self.out.mail(letter.time_ms, message)?;
        let sent = Sent { time_ms: letter.time_ms, person, subject: letter.subject.clone(), message_id: letter.message_id.clone() };
        done.sent.push(sent);
        Ok(())
    }

    /// Perhaps somebody opens a link some minutes after a mail came.
    pub fn maybe_visit(&mut self, person: usize, at_ms: i64, host: &str, p: f64, done: &mut MailDay, rng: &mut Rng) {
        let Some(plan) = self.plans.get(person).filter(|plan| plan.at_office()) else { return };
        if rng.chance(p)
            && let Some(time_ms) = plan.moment_after(at_ms, 25.0, rng)
        {
            done.visits.push(Visit { time_ms, person, host: host.to_owned() });
        }
    }

    /// Up to `most` colleagues, mostly of the same team or small department.
    pub fn colleagues(&self, person: usize, most: usize, rng: &mut Rng) -> Vec<usize> {
        let department = self.company.people.get(person).map_or(0, |known| known.department);
        let near = self.company.team(person).or(self.groups.get(department).map(Vec::as_slice)).unwrap_or_default();
        let mut found: Vec<usize> = Vec::new();
        for _ in 0..most * 3 {
            let group = if rng.chance(0.72) { near } else { rng.pick(&self.groups).map(Vec::as_slice).unwrap_or_default() };
            let other = rng.pick(group).copied();
            if let Some(other) = other.filter(|other| *other != person && !found.contains(other) && found.len() < most) {
                found.push(other);
            }
        }
        found
    }

    fn internal_thread(&mut self, person: usize, at: i64, done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let most = 1 + (rng.exponential(0.9) as usize).min(4);
        let group = self.colleagues(person, most, rng);
        let japanese = group.iter().chain([&person]).all(|member| self.language(*member) == Language::Japanese);
        let language = if japanese { Language::Japanese } else { Language::English };
        let mut subject = self.subject(person, language, rng);
        let (mut writer, mut at) = (person, at);
        let mut thread: Vec<String> = Vec::new();
        let mut last: Vec<String> = Vec::new();
        loop {
            let mut readers: Vec<usize> = group.iter().copied().chain([person]).filter(|reader| *reader != writer).collect();
            if thread.len() > 1 && rng.chance(0.08) {
                // Forwarded to somebody else.
                readers = self.colleagues(writer, 1, rng);
                subject = format!("Fw: {}", subject.trim_start_matches("Re: "));
            }
            let cc = if readers.len() > 2 && rng.chance(0.6) { readers.split_off(2) } else { Vec::new() };
            let to: Vec<Mailbox> = readers.iter().map(|reader| self.mailbox(*reader)).collect();
            let Some(first) = to.first().cloned() else { return Ok(()) };
            let mut letter = self.own_letter(writer, at, to, &subject, rng);
            letter.cc = cc.iter().map(|reader| self.mailbox(*reader)).collect();
            letter.references.clone_from(&thread);
            letter.paragraphs = if thread.is_empty() {
                texts::prose(language, &first.name, &letter.from.name, rng)
            } else {
                texts::answer(language, &first.name, &letter.from.name, &last, rng)
            };
            if thread.is_empty() && rng.chance(0.12) {
                letter.files.push(attachment::draw(&texts::file_name(language, rng), rng));
            } else if rng.chance(0.1) {
                let tenant = self.company.domain.split('.').next().unwrap_or_default().to_owned();
                let host = if rng.chance(0.5) { format!("{tenant}.sharepoint.com") } else { format!("{tenant}-my.sharepoint.com") };
                let url = format!("https://{host}/:b:/g/{}?e={}", rng.token(LONG_TOKEN, 40), rng.token(TOKEN, 6));
                letter.anchors.push(Anchor { url, text: format!("{subject}.docx") });
                for reader in &readers {
                    self.maybe_visit(*reader, at, &host, 0.5, done, rng);
                }
            }
            self.send_own(writer, &letter, done, rng)?;
            for reader in readers.iter().chain(&cc) {
                self.maybe_absent(*reader, &letter, rng)?;
            }
            last.clone_from(&letter.paragraphs);
            thread.push(letter.message_id.clone());
            if thread.len() > 5 || !rng.chance(0.5) {
                return Ok(());
            }
            let Some(next) = rng.pick(&readers).copied() else { return Ok(()) };
            let Some(answered) = self.plans.get(next).and_then(|plan| plan.moment_after(at, 40.0, rng)) else { return Ok(()) };
            if !subject.starts_with("Re: ") {
                subject = format!("Re: {subject}");
            }
            (writer, at) = (next, answered);
        }
    }

    /// A correspondent writes; perhaps an answer and an answer to that.
    fn external_thread(
        &mut self,
        person: usize,
        at: i64,
        platforms: &[String],
        done: &mut MailDay,
        rng: &mut Rng,
    ) -> Result<(), SimulateError> {
        let Some(contact) = self.correspondents.draw(person, rng).cloned() else { return Ok(()) };
        let Some(organisation) = self.correspondents.organisations.get(contact.organisation).cloned() else { return Ok(()) };
        let language = self.shared_language(person, &organisation);
        let subject = self.subject(person, language, rng);
        let to = self.mailbox(person);
        let mut letter = organisation.letter(at, &contact.mailbox, vec![to.clone()], &subject, rng);
        letter.paragraphs = texts::prose(language, &to.name, &contact.mailbox.name, rng);
        if rng.chance(0.3) {
            letter.cc.extend(self.colleagues(person, 1, rng).first().map(|mate| self.mailbox(*mate)));
        }
        if rng.chance(0.15) {
            letter.files.push(attachment::draw(&texts::file_name(language, rng), rng));
        }
        if rng.chance(0.15) {
            let host = format!("www.{}", organisation.domain);
            letter.anchors.push(Anchor { url: format!("https://{host}/{}", rng.token(TOKEN, 8)), text: host.clone() });
            self.maybe_visit(person, at, &host, 0.25, done, rng);
        } else if rng.chance(0.09) {
            let host = rng.pick(platforms).cloned().unwrap_or_default();
            let mut url = format!("https://{host}/{}/{}", rng.word(&["s", "view", "d", "file"]), rng.token(TOKEN, 14));
            let rewriter = (organisation.host == MailHost::Microsoft && rng.chance(0.4)).then(|| rng.word(REWRITERS));
            if let Some(rewriter) = rewriter {
                // Copied out of a mail in which their own filter had rewritten it.
                url = format!(
                    "https://{rewriter}/?url={}&data=05%7C02%7C{}&reserved=0",
                    url.replace(':', "%3A").replace('/', "%2F"),
                    rng.hex(40)
                );
            }
            letter
                .anchors
                .push(Anchor { url, text: rng.word(&["Open the file", "Download", "View document", "Shared folder"]).to_owned() });
            let before = done.visits.len();
            self.maybe_visit(person, at, &host, 0.7, done, rng);
            if let (Some(rewriter), Some(visit)) = (rewriter, done.visits.get(before).cloned()) {
                done.visits.push(Visit { time_ms: visit.time_ms - rng.range(400, 2_500), host: rewriter.to_owned(), ..visit });
            }
        }
        let message = mime::write(&letter, rng);
        self.out.mail(at, message)?;
        self.maybe_absent(person, &letter, rng)?;
        if rng.chance(0.45)
            && let Some(answered) = self.plans.get(person).and_then(|plan| plan.moment_after(at, 60.0, rng))
        {
            self.outbound(person, answered, Some((&letter, organisation)), done, rng)?;
        }
        Ok(())
    }

    fn shared_language(&self, person: usize, organisation: &Organisation) -> Language {
        if self.language(person) == organisation.language { organisation.language } else { Language::English }
    }

    /// A mail to a correspondent, perhaps in answer to one of theirs; perhaps they answer, perhaps it bounces.
    fn outbound(
        &mut self,
        person: usize,
        at: i64,
        answer: Option<(&Letter, Organisation)>,
        done: &mut MailDay,
        rng: &mut Rng,
    ) -> Result<(), SimulateError> {
        let (to, organisation) = match &answer {
            Some((letter, organisation)) => (letter.from.clone(), organisation.clone()),
            None => {
                let Some(contact) = self.correspondents.draw(person, rng).cloned() else { return Ok(()) };
                let Some(organisation) = self.correspondents.organisations.get(contact.organisation).cloned() else { return Ok(()) };
                // Now and then somebody new there, perhaps with a mistyped name.
                let to = if rng.chance(0.03) { organisation.person(rng) } else { contact.mailbox };
                (to, organisation)
            }
        };
        let language = self.shared_language(person, &organisation);
        let subject = match &answer {
            Some((letter, _)) => format!("Re: {}", letter.subject),
            None => self.subject(person, language, rng),
        };
        let mut letter = self.own_letter(person, at, vec![to.clone()], &subject, rng);
        let from = letter.from.clone();
        if language == Language::Japanese && rng.chance(0.4) {
            letter.charset = Charset::Iso2022Jp;
        }
        match &answer {
            Some((answered, _)) => {
                letter.references = vec![answered.message_id.clone()];
                letter.paragraphs = texts::answer(language, &to.name, &from.name, &answered.paragraphs, rng);
            }
            None => letter.paragraphs = texts::prose(language, &to.name, &from.name, rng),
        }
        if rng.chance(0.15) {
            letter.files.push(attachment::draw(&texts::file_name(language, rng), rng));
        }
        self.send_own(person, &letter, done, rng)?;
        let later = at + (rng.exponential(70.0) * MINUTE_MS as f64) as i64 + 60_000;
        let draw = rng.unit();
        if draw < 0.02 {
            let soon = at + rng.range(1_000, 4 * MINUTE_MS);
            let report = crate::bounce::report(&letter, &to, soon, rng);
            return self.out.mail(soon, report);
        }
        if draw < 0.04 {
            let (subject, paragraphs) = texts::out_of_office(language, &subject, &to.name);
            let mut reply = organisation.letter(at + rng.range(2_000, 40_000), &to, vec![from], &subject, rng);
            reply.headers = vec!["Auto-Submitted: auto-replied".to_owned(), "X-Auto-Response-Suppress: All".to_owned()];
            reply.paragraphs = paragraphs;
            reply.references = vec![letter.message_id.clone()];
            let message = mime::write(&reply, rng);
            return self.out.mail(reply.time_ms, message);
        }
        if draw < 0.44 {
            let subject = format!("Re: {}", subject.trim_start_matches("Re: "));
            let mut reply = organisation.letter(later, &to, vec![from.clone()], &subject, rng);
            reply.references = vec![letter.message_id.clone()];
            reply.paragraphs = texts::answer(language, &from.name, &to.name, &letter.paragraphs, rng);
            let message = mime::write(&reply, rng);
            self.out.mail(later, message)?;
        }
        Ok(())
    }
}

impl Organisation {
    /// Draft of a letter of one of its people.
    pub fn letter(&self, at: i64, from: &Mailbox, to: Vec<Mailbox>, subject: &str, rng: &mut Rng) -> Letter {
        let mut letter = Letter::new(at, from.clone(), to, subject, self.route());
        letter.message_id = mime::outside_id(&self.domain, at, rng);
        letter.zone_min = self.zone_min;
        letter.charset = self.charset();
        letter
    }

    /// How its people's mail programs write what is not ASCII.
    pub fn charset(&self) -> Charset {
        let old = self.language == Language::Japanese && self.domain.len().is_multiple_of(2);
        if old { Charset::Iso2022Jp } else { Charset::Utf8 }
    }
}
