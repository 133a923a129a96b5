//! A day of ordinary mail: threads inside and across departments, correspondents, newsletters, strangers.
//!
//! Returns who sent what (for the audit log) and which links people open (for the network). Must not know of any attack.

use crate::SimulateError;
use crate::address;
use crate::calendar::{is_weekend, weekday};
use crate::correspondents::{self, Organisation, Vendor};
use crate::mime::{self, Anchor, Letter, Mailbox, Route};
use crate::names;
use crate::rng::Rng;
use crate::world::{Sent, Visit, World};
use weft_model::time::MINUTE_MS;

/// What the day's mail leads to.
#[derive(Debug, Default)]
pub struct MailDay {
    pub sent: Vec<Sent>,
    pub visits: Vec<Visit>,
}

const TOKEN: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

impl World {
    /// A person's mailbox.
    pub fn mailbox(&self, person: usize) -> Mailbox {
        self.company.people.get(person).map(|person| Mailbox::new(&person.display(), &person.mail)).unwrap_or_default()
    }

    /// A few sentences of work.
    pub fn prose(&self, greeting: &str, signature: &str, rng: &mut Rng) -> Vec<String> {
        let mut paragraphs = vec![format!("Hi {greeting},")];
        for _ in 0..1 + rng.below(3) {
            let sentences: Vec<&str> = (0..1 + rng.below(3)).map(|_| rng.word(names::SENTENCES)).collect();
            paragraphs.push(sentences.join(" "));
        }
        paragraphs.push(format!("Regards, {signature}"));
        paragraphs
    }

    fn subject(&self, person: usize, rng: &mut Rng) -> String {
        let department = self.company.people.get(person).map_or(0, |person| person.department);
        let topics = names::TOPICS.get(department).copied().unwrap_or_default();
        format!(
            "{} {}{}",
            rng.word(topics),
            rng.word(names::MATTERS),
            if rng.chance(0.3) { format!(" {}", rng.range(100, 9_999)) } else { String::new() }
        )
    }

    fn attachment(&self, rng: &mut Rng) -> mime::File {
        let name = format!("{}_{}", rng.word(names::STEM), rng.range(100, 9_999));
        let size = 2_000 + rng.below(14_000) as usize;
        if rng.chance(0.6) { mime::pdf(&name, size, rng) } else { mime::package(mime::Package::Word, &name, size, rng) }
    }

    /// Simulates the mail of local day `day`; `platforms` are hosts where files are shared.
    pub fn mail_day(&mut self, day: u32, platforms: &[String]) -> Result<MailDay, SimulateError> {
        let mut done = MailDay::default();
        for person in 0..self.company.people.len() {
            let Some(plan) = self.plans.get(person).cloned() else { continue };
            let mut rng = Rng::new(self.seed, &format!("mail/{day}/{person}"));
            let busy = if !plan.works() {
                0.0
            } else if is_weekend(day) {
                0.15
            } else {
                1.0
            };
            for _ in 0..rng.poisson(1.5 * busy) {
                let at = plan.moment(&mut rng);
                self.internal_thread(person, at, &mut done, &mut rng)?;
            }
            // Outsiders do not know who is off.
            for _ in 0..rng.poisson(if is_weekend(day) { 0.06 } else { 1.5 }) {
                let at = self.company.midnight(person, day) + rng.range(7 * 60, 18 * 60) * MINUTE_MS + rng.range(0, MINUTE_MS);
                self.external_thread(person, at, platforms, &mut done, &mut rng)?;
            }
            for _ in 0..rng.poisson(0.45 * busy) {
                let at = plan.moment(&mut rng);
                self.outbound(person, at, None, &mut done, &mut rng)?;
            }
        }
        let vendors = self.correspondents.vendors.clone();
        for (index, vendor) in vendors.iter().enumerate().filter(|(_, vendor)| vendor.days.contains(&weekday(day))) {
            let mut rng = Rng::new(self.seed, &format!("newsletter/{day}/{index}"));
            let at = self.company.midnight(usize::MAX, day) + vendor.minute * MINUTE_MS;
            self.newsletter(vendor, at, 0.04, &mut done, &mut rng)?;
        }
        if !is_weekend(day) {
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
    fn maybe_visit(&mut self, person: usize, at_ms: i64, host: &str, p: f64, done: &mut MailDay, rng: &mut Rng) {
        let Some(plan) = self.plans.get(person).filter(|plan| plan.at_office()) else { return };
        if rng.chance(p)
            && let Some(time_ms) = plan.moment_after(at_ms, 25.0, rng)
        {
            done.visits.push(Visit { time_ms, person, host: host.to_owned() });
        }
    }

    fn internal_thread(&mut self, person: usize, at: i64, done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let department = self.company.people.get(person).map_or(0, |known| known.department);
        let near = rng.chance(0.72);
        let mut others: Vec<usize> = (0..self.company.people.len())
            .filter(|other| {
                *other != person && (!near || self.company.people.get(*other).is_some_and(|known| known.department == department))
            })
            .collect();
        rng.shuffle(&mut others);
        let group: Vec<usize> = others.into_iter().take(1 + (rng.exponential(0.9) as usize).min(4)).collect();
        let mut subject = self.subject(person, rng);
        let (mut writer, mut at) = (person, at);
        let mut thread: Vec<String> = Vec::new();
        loop {
            let Some(plan) = self.plans.get(writer).cloned() else { return Ok(()) };
            let mut readers: Vec<usize> = group.iter().copied().chain([person]).filter(|reader| *reader != writer).collect();
            let cc = if readers.len() > 2 { readers.split_off(2) } else { Vec::new() };
            let to: Vec<Mailbox> = readers.iter().map(|reader| self.mailbox(*reader)).collect();
            if to.is_empty() {
                return Ok(());
            }
            let from = self.mailbox(writer);
            let greeting = to.first().map(|to| to.name.split(' ').next().unwrap_or_default().to_owned()).unwrap_or_default();
            let signature = from.name.split(' ').next().unwrap_or_default().to_owned();
            let mut letter = Letter::new(at, from, to, &subject, Route::Own { client: plan.ip });
            letter.cc = cc.iter().map(|reader| self.mailbox(*reader)).collect();
            letter.message_id = mime::exchange_id(rng);
            letter.references.clone_from(&thread);
            letter.paragraphs = self.prose(&greeting, &signature, rng);
            if thread.is_empty() && rng.chance(0.12) {
                let file = self.attachment(rng);
                letter.files.push(file);
            } else if rng.chance(0.1) {
                let tenant = self.company.domain.split('.').next().unwrap_or_default().to_owned();
                let host = if rng.chance(0.5) { format!("{tenant}.sharepoint.com") } else { format!("{tenant}-my.sharepoint.com") };
                let url = format!("https://{host}/:b:/g/{}?e={}", rng.token(mime_token(), 40), rng.token(TOKEN, 6));
                letter.anchors.push(Anchor { url, text: format!("{subject}.docx") });
                for reader in &readers {
                    self.maybe_visit(*reader, at, &host, 0.5, done, rng);
                }
            }
            self.send_own(writer, &letter, done, rng)?;
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
        let subject = self.subject(person, rng);
        let to = self.mailbox(person);
        let mut letter = Letter::new(at, contact.mailbox.clone(), vec![to.clone()], &subject, organisation.route());
        let (greeting, signature) = (to.name.split(' ').next().unwrap_or_default().to_owned(), contact.mailbox.name.clone());
        letter.paragraphs = self.prose(&greeting, &signature, rng);
        letter.message_id = format!("{}@{}", rng.hex(28), organisation.domain);
        if rng.chance(0.12) {
            let department = self.company.people.get(person).map_or(0, |known| known.department);
            let mate = (0..self.company.people.len())
                .find(|other| *other != person && self.company.people.get(*other).is_some_and(|known| known.department == department));
            letter.cc.extend(mate.map(|mate| self.mailbox(mate)));
        }
        if rng.chance(0.15) {
            let file = self.attachment(rng);
            letter.files.push(file);
        }
        if rng.chance(0.15) {
            letter.anchors.push(Anchor {
                url: format!("https://www.{}/{}", organisation.domain, rng.token(TOKEN, 8)),
                text: format!("www.{}", organisation.domain),
            });
            self.maybe_visit(person, at, &format!("www.{}", organisation.domain), 0.25, done, rng);
        } else if rng.chance(0.09) {
            let host = rng.pick(platforms).cloned().unwrap_or_default();
            letter.anchors.push(Anchor {
                url: format!("https://{host}/{}/{}", rng.word(&["s", "view", "d", "file"]), rng.token(TOKEN, 14)),
                text: rng.word(&["Open the file", "Download", "View document", "Shared folder"]).to_owned(),
            });
            self.maybe_visit(person, at, &host, 0.7, done, rng);
        }
        let message = mime::write(&letter, rng);
        self.out.mail(at, message)?;
        if rng.chance(0.45)
            && let Some(answered) = self.plans.get(person).and_then(|plan| plan.moment_after(at, 60.0, rng))
        {
            self.outbound(person, answered, Some((&letter, organisation)), done, rng)?;
        }
        Ok(())
    }

    /// A mail to a correspondent, perhaps in answer to one of theirs; perhaps they answer.
    fn outbound(
        &mut self,
        person: usize,
        at: i64,
        answer: Option<(&Letter, Organisation)>,
        done: &mut MailDay,
        rng: &mut Rng,
    ) -> Result<(), SimulateError> {
        let client = self.plans.get(person).map_or(self.company.office_ip, |plan| plan.ip);
        let (to, organisation) = match &answer {
            Some((letter, organisation)) => (letter.from.clone(), organisation.clone()),
            None => {
                let Some(contact) = self.correspondents.draw(person, rng).cloned() else { return Ok(()) };
                let Some(organisation) = self.correspondents.organisations.get(contact.organisation).cloned() else { return Ok(()) };
                (contact.mailbox, organisation)
            }
        };
        let subject = match &answer {
            Some((letter, _)) => format!("Re: {}", letter.subject),
            None => self.subject(person, rng),
        };
        let from = self.mailbox(person);
        let mut letter = Letter::new(at, from.clone(), vec![to.clone()], &subject, Route::Own { client });
        letter.message_id = mime::exchange_id(rng);
        letter.references = answer.iter().map(|(letter, _)| letter.message_id.clone()).collect();
        letter.paragraphs = self.prose(to.name.split(' ').next().unwrap_or_default(), &from.name, rng);
        if rng.chance(0.15) {
            let file = self.attachment(rng);
            letter.files.push(file);
        }
        self.send_own(person, &letter, done, rng)?;
        if rng.chance(0.4) {
            let later = at + (rng.exponential(70.0) * MINUTE_MS as f64) as i64 + 60_000;
            let mut reply = Letter::new(
                later,
                to.clone(),
                vec![from.clone()],
                &format!("Re: {}", subject.trim_start_matches("Re: ")),
                organisation.route(),
            );
            reply.message_id = format!("{}@{}", rng.hex(28), organisation.domain);
            reply.references = vec![letter.message_id.clone()];
            reply.paragraphs = self.prose(from.name.split(' ').next().unwrap_or_default(), &to.name, rng);
            let message = mime::write(&reply, rng);
            self.out.mail(later, message)?;
        }
        Ok(())
    }

    /// One issue of a newsletter to each of its readers.
    pub fn newsletter(&mut self, vendor: &Vendor, at: i64, clicks: f64, done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let subject = format!(
            "{}: {} {}",
            vendor.name,
            rng.word(&["what is new in", "trends for", "tips on", "the state of"]),
            rng.word(names::TRADE)
        );
        let from = Mailbox::new(&vendor.name, &format!("news@{}", vendor.domain));
        for reader in &vendor.readers {
            let time = at + rng.range(0, 6 * MINUTE_MS);
            let route = Route::Inbound { server: vendor.server.clone(), client: None, results: ("pass", "pass", "pass") };
            let mut letter = Letter::new(time, from.clone(), vec![self.mailbox(*reader)], &subject, route);
            letter.message_id = format!("{}@em.{}", rng.hex(24), vendor.domain);
            letter.headers = vec![
                format!("List-Id: <news.{}>", vendor.domain),
                format!("List-Unsubscribe: <https://{}/unsubscribe/{}>", vendor.site, rng.hex(16)),
                "Precedence: bulk".to_owned(),
            ];
            letter.paragraphs = vec![rng.word(names::SENTENCES).to_owned(), "This is our regular letter to subscribers.".to_owned()];
            for text in ["Read more", "All articles", "Unsubscribe"] {
                letter.anchors.push(Anchor { url: format!("https://{}/c/{}", vendor.site, rng.hex(20)), text: text.to_owned() });
            }
            let message = mime::write(&letter, rng);
            self.out.mail(time, message)?;
            self.maybe_visit(*reader, time, &vendor.site, clicks, done, rng);
        }
        Ok(())
    }

    /// Somebody nobody here knows writes: a sales mail, a recruiter, a private address, a possible customer.
    fn stranger(&mut self, day: u32, platforms: &[String], done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let at = self.company.midnight(usize::MAX, day) + rng.range(7 * 60, 17 * 60) * MINUTE_MS + rng.range(0, MINUTE_MS);
        let (sender, route, link) = if rng.chance(0.3) {
            let domain = rng.word(&["gmail.com", "yahoo.com", "outlook.com", "icloud.com"]);
            let mut sender = correspondents::person(domain, rng);
            sender.address = format!("{}{}@{domain}", sender.name.to_lowercase().replace(' ', ""), rng.below(900));
            let ip = address::draw(address::MAIL_GOOGLE, rng);
            let server = (format!("mail-{}.{domain}", rng.token(TOKEN, 5)), ip);
            let link = rng.chance(0.15).then(|| rng.pick(platforms).cloned().unwrap_or_default());
            (sender, Route::Inbound { server, client: None, results: ("pass", "pass", "pass") }, link)
        } else {
            let domain = self.web.fresh(rng, 0.2);
            let organisation = Organisation::draw(domain.clone(), rng);
            let sender = correspondents::person(&domain, rng);
            let mut route = organisation.route();
            if let Route::Inbound { results, .. } = &mut route
                && rng.chance(0.15)
            {
                *results = ("softfail", "none", "none");
            }
            let link = match rng.below(10) {
                0..=4 => Some(format!("www.{domain}")),
                5 => rng.pick(platforms).cloned(),
                6 => Some(format!("{}.{}", rng.word(&["go", "meet", "info", "calendar"]), self.web.fresh(rng, 0.5))),
                _ => None,
            };
            (sender, route, link)
        };
        let readers = if rng.chance(0.8) { 1 } else { rng.range(2, 4) };
        let subject = rng
            .word(&[
                "Quick question",
                "Introduction",
                "Your opinion on suppliers",
                "Open role",
                "Partnership",
                "Price request",
                "Following up",
                "Demo next week?",
                "Request for quote",
                "Saving on freight costs",
            ])
            .to_owned();
        for _ in 0..readers {
            let person = rng.below(self.company.people.len() as u64) as usize;
            let to = self.mailbox(person);
            let time = at + rng.range(0, 3 * MINUTE_MS);
            let mut letter = Letter::new(time, sender.clone(), vec![to.clone()], &subject, route.clone());
            letter.message_id = format!("{}@{}", rng.hex(30), sender.address.rsplit('@').next().unwrap_or_default());
            letter.paragraphs = self.prose(to.name.split(' ').next().unwrap_or_default(), &sender.name, rng);
            if let Some(host) = &link {
                letter.anchors.push(Anchor {
                    url: format!("https://{host}/{}", rng.token(TOKEN, 9)),
                    text: rng.word(&["our site", "Book a time", "See the offer", "View profile"]).to_owned(),
                });
                self.maybe_visit(person, time, host, 0.25, done, rng);
            }
            if rng.chance(0.08) {
                let file = self.attachment(rng);
                letter.files.push(file);
            }
            let message = mime::write(&letter, rng);
            self.out.mail(time, message)?;
        }
        Ok(())
    }
}

fn mime_token() -> &'static [u8] {
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
}
