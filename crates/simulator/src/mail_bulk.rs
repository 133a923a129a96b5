//! Mails that nobody here asked for today: newsletters, reports of systems, mailing lists, strangers.
//!
//! Must not know of any attack.

use crate::SimulateError;
use crate::address;
use crate::attachment;
use crate::calendar::{date, weekday};
use crate::correspondents::{self, Organisation, Vendor};
use crate::mail_day::{MailDay, TOKEN};
use crate::mime::{self, Anchor, Letter, Mailbox, Route};
use crate::names;
use crate::organisation::Language;
use crate::rng::Rng;
use crate::texts;
use crate::world::World;
use weft_model::time::MINUTE_MS;

/// Subjects of people whom nobody here knows.
const STRANGERS: &[&str] = &[
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
];

impl World {
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
            letter.message_id = mime::outside_id(&format!("em.{}", vendor.domain), time, rng);
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

    /// The reports of the day, each at its system's minute.
    pub fn system_mails(&mut self, day: u32, done: &mut MailDay) -> Result<(), SimulateError> {
        let systems = self.correspondents.systems.clone();
        for (index, system) in systems.iter().enumerate().filter(|(_, system)| system.days.contains(&weekday(day))) {
            let mut rng = Rng::new(self.seed, &format!("system/{day}/{index}"));
            let at = self.company.midnight(usize::MAX, day) + system.minute * MINUTE_MS + rng.range(1_000, 50_000);
            let subject = format!("{} {}", system.subject, date(at));
            let file = system.attaches.then(|| attachment::draw(&format!("report-{}", date(at)), &mut rng));
            for reader in &system.readers {
                let time = at + rng.range(0, 20_000);
                let route = match &system.server {
                    Some(server) => Route::Inbound { server: server.clone(), client: None, results: ("pass", "pass", "pass") },
                    None => Route::Own { client: self.company.office_ip },
                };
                let mut letter = Letter::new(time, system.from.clone(), vec![self.mailbox(*reader)], &subject, route);
                let sender = system.from.address.rsplit('@').next().unwrap_or_default();
                letter.message_id = mime::outside_id(sender, time, &mut rng);
                letter.headers = vec!["Auto-Submitted: auto-generated".to_owned()];
                letter.paragraphs =
                    vec![format!("{} of {}", system.subject, date(at)), "This message was written by a machine.".to_owned()];
                if let Some(site) = &system.site {
                    let url = format!("https://{site}/{}", rng.token(TOKEN, 12));
                    letter.anchors.push(Anchor { url, text: rng.word(&["Open", "View", "Details"]).to_owned() });
                    self.maybe_visit(*reader, time, site, 0.12, done, &mut rng);
                }
                letter.files.extend(file.clone());
                let message = mime::write(&letter, &mut rng);
                self.out.mail(time, message)?;
            }
        }
        Ok(())
    }

    /// The messages of the mailing lists, one copy for each reader.
    pub fn list_mails(&mut self, day: u32, done: &mut MailDay) -> Result<(), SimulateError> {
        let lists = self.correspondents.lists.clone();
        for (index, list) in lists.iter().enumerate() {
            let mut rng = Rng::new(self.seed, &format!("list/{day}/{index}"));
            for _ in 0..rng.poisson(list.daily) {
                let at = self.company.midnight(usize::MAX, day) + rng.range(6 * 60, 21 * 60) * MINUTE_MS;
                let Some(writer) = rng.pick(&list.writers).cloned() else { continue };
                let subject = format!("[{}] {}", list.name, texts::subject(Language::English, rng.below(8) as usize, &mut rng));
                let paragraphs = texts::prose(Language::English, "all", &writer.name, &mut rng);
                let id = mime::outside_id(writer.address.rsplit('@').next().unwrap_or_default(), at, &mut rng);
                let link =
                    rng.chance(0.3).then(|| self.web.draw(&mut rng)).and_then(|site| self.web.sites.get(site)?.hosts.first().cloned());
                for reader in &list.readers {
                    let time = at + rng.range(500, 90_000);
                    // Lists break the writer's signature.
                    let route = Route::Inbound { server: list.server.clone(), client: None, results: ("pass", "none", "none") };
                    let mut letter = Letter::new(time, writer.clone(), vec![list.address.clone()], &subject, route);
                    letter.message_id.clone_from(&id);
                    letter.headers = vec![
                        format!("List-Id: <{}>", list.address.address.replace('@', ".")),
                        format!("List-Post: <mailto:{}>", list.address.address),
                        "Precedence: list".to_owned(),
                        format!("Delivered-To: {}", self.mailbox(*reader).address),
                    ];
                    letter.paragraphs.clone_from(&paragraphs);
                    if let Some(host) = &link {
                        letter.anchors.push(Anchor { url: format!("https://{host}/{}", rng.token(TOKEN, 9)), text: host.clone() });
                        self.maybe_visit(*reader, time, host, 0.1, done, &mut rng);
                    }
                    let message = mime::write(&letter, &mut rng);
                    self.out.mail(time, message)?;
                }
            }
        }
        Ok(())
    }

    /// Somebody nobody here knows writes: a sales mail, a recruiter, a private address, a possible customer.
    pub fn stranger(&mut self, day: u32, platforms: &[String], done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
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
            let organisation = Organisation::draw(domain.clone(), &self.company, 0, rng);
            let sender = correspondents::person(&domain, rng);
            let mut route = organisation.route();
            if let Route::Inbound { results, .. } = &mut route
                && rng.chance(0.4)
            {
                *results = (if rng.chance(0.4) { "softfail" } else { "pass" }, "none", "none");
            }
            let link = match rng.below(10) {
                0..=4 => Some(format!("www.{domain}")),
                5 => rng.pick(platforms).cloned(),
                6 => Some(format!("{}.{}", rng.word(&["go", "meet", "info", "calendar"]), self.web.fresh(rng, 0.5))),
                _ => None,
            };
            (sender, route, link)
        };
        let readers = if rng.chance(0.8) { 1 } else { rng.range(2, 7) };
        let subject = rng.word(STRANGERS).to_owned();
        for _ in 0..readers {
            let person = rng.below(self.company.people.len() as u64) as usize;
            let to = self.mailbox(person);
            let time = at + rng.range(0, 3 * MINUTE_MS);
            let mut letter = Letter::new(time, sender.clone(), vec![to.clone()], &subject, route.clone());
            letter.message_id = mime::outside_id(sender.address.rsplit('@').next().unwrap_or_default(), time, rng);
            letter.paragraphs = texts::prose(Language::English, &to.name, &sender.name, rng);
            if let Some(host) = &link {
                letter.anchors.push(Anchor {
                    url: format!("https://{host}/{}", rng.token(TOKEN, 9)),
                    text: rng.word(&["our site", "Book a time", "See the offer", "View profile"]).to_owned(),
                });
                self.maybe_visit(person, time, host, 0.25, done, rng);
            }
            if rng.chance(0.08) {
                letter.files.push(attachment::draw(&texts::file_name(Language::English, rng), rng));
            }
            let message = mime::write(&letter, rng);
            self.out.mail(time, message)?;
        }
        Ok(())
    }
}
