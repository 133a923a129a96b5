//! The mail action: who sends what to whom, from where, how it comes back.

use super::attachment::Attachment;
use super::cast::Writer;
use super::stage::{Delivery, Stage};
use super::{Need, Part};
use crate::SimulateError;
use crate::address;
use crate::audit::Session;
use crate::bounce;
use crate::correspondents;
use crate::mime::{self, Anchor, Letter, Mailbox, Route};
use crate::organisation::Language;
use crate::output::Log;
use crate::scenario::{Choice, Count, Lag, invalid};
use crate::texts;
use serde::Deserialize;
use weft_model::EntityKind;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// Messages of one sender.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// A sender, or a person of the company.
    pub from: String,
    /// Where it is written: a person's mail also has an audit record of this client; a sender's shows its address in the header chain.
    #[serde(default)]
    pub client: Option<String>,
    pub to: Recipients,
    /// One of ordinary work when absent.
    #[serde(default)]
    pub subject: Option<Choice>,
    /// Paragraphs; those of ordinary work when absent.
    #[serde(default)]
    pub text: Vec<Choice>,
    #[serde(default)]
    pub links: Vec<Link>,
    #[serde(default)]
    pub files: Vec<Attachment>,
    /// All messages are spread over this time.
    #[serde(default)]
    pub over: Lag,
    /// Another display name than the sender's own.
    #[serde(default)]
    pub display_name: Option<Choice>,
    #[serde(default)]
    pub reply_to: Option<Choice>,
    /// What the recipient's server found; what the sender's account gives when absent.
    #[serde(default)]
    pub authentication: Option<Authentication>,
    /// Shares of the messages to outsiders that bounce, and of all that are answered.
    #[serde(default)]
    pub bounced: f64,
    #[serde(default)]
    pub answered: f64,
    /// What the answers say; ordinary things when absent.
    #[serde(default)]
    pub answers: Choice,
}

/// Who gets the messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipients {
    /// People of the cast.
    pub roles: Vec<String>,
    /// Further people of the company, never the sender.
    pub colleagues: Count,
    /// Only colleagues of this department.
    pub department: Option<String>,
    /// Messages to each of these people.
    pub mails: Count,
    /// Messages to people outside.
    pub outsiders: Count,
    /// Recipients of one message.
    pub a_message: Count,
    /// Share of the messages to several whose later recipients get a copy (CC).
    pub copied: f64,
    pub order: Order,
}

impl Default for Recipients {
    fn default() -> Self {
        let (none, one) = (Count::of(0), Count::of(1));
        Self {
            roles: Vec::new(),
            colleagues: none,
            department: None,
            mails: one,
            outsiders: none,
            a_message: one,
            copied: 0.0,
            order: Order::Random,
        }
    }
}

/// In which order the messages leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    Random,
    /// By the recipient's address.
    Alphabetical,
    /// Roles as named, then colleagues, then outsiders.
    Listed,
}

/// A link; drawn anew for each message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub url: Choice,
    pub text: Choice,
}

/// Results of SPF, DKIM and DMARC (RFC 8601).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    pub spf: Verdict,
    pub dkim: Verdict,
    pub dmarc: Verdict,
}

/// One result.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    Fail,
    Softfail,
    Neutral,
    None,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Softfail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
        }
    }
}

/// The recipients of one message: people of the company, or somebody outside.
type Group = Vec<(Option<usize>, Mailbox)>;

/// Who sends, as an action needs it.
struct Author {
    writer: Writer,
    /// A person of the company, who also has audit records.
    person: Option<(usize, Session)>,
}

impl Send {
    /// One, or several who take turns.
    fn authors(&self, stage: &mut Stage<'_>) -> Result<Vec<Author>, SimulateError> {
        let mut authors = Vec::new();
        for mut writer in stage.cast.writers(&self.from).to_vec() {
            let session = self.client.as_ref().map(|client| stage.session(client)).transpose()?;
            if let Route::Inbound { client, results, .. } = &mut writer.route {
                *client = session.map(|session| session.ip).or(*client);
                if let Some(found) = self.authentication {
                    *results = (found.spf.as_str(), found.dkim.as_str(), found.dmarc.as_str());
                }
            }
            stage.touch(EntityKind::Sender, &writer.mailbox.address, &writer.mailbox.name, &[]);
            authors.push(Author { writer, person: None });
        }
        if !authors.is_empty() {
            return Ok(authors);
        }
        let person = stage.cast.person(&self.from)?;
        let session = self.client.as_ref().map(|client| stage.session(client)).transpose()?;
        let session = session.ok_or_else(|| invalid("send", format!("{} is a person: name a client", self.from)))?;
        stage.touch_person(person);
        let mut writer = Writer::new(stage.world.mailbox(person), Route::Own { client: session.ip });
        writer.language = stage.world.language(person);
        Ok(vec![Author { writer, person: Some((person, session)) }])
    }

    /// Everybody who gets a message, in the order of sending.
    fn groups(&self, own: Option<usize>, stage: &mut Stage<'_>) -> Result<Vec<Group>, SimulateError> {
        let mut people = Vec::new();
        for role in &self.to.roles {
            let named = stage.cast.people(role)?;
            named.iter().for_each(|person| stage.touch_person(*person));
            people.extend(named);
        }
        let company = &stage.world.company;
        let mut others: Vec<usize> = company
            .people
            .iter()
            .enumerate()
            .filter(|(index, known)| {
                Some(*index) != own
                    && !people.contains(index)
                    && self.to.department.as_deref().is_none_or(|name| company.department(known) == name)
            })
            .map(|(index, _)| index)
            .collect();
        stage.rng.shuffle(&mut others);
        others.truncate(self.to.colleagues.draw(&mut stage.rng) as usize);
        people.extend(others);
        people = people.repeat(self.to.mails.draw(&mut stage.rng).clamp(1, 1_000) as usize);
        match self.to.order {
            Order::Random => stage.rng.shuffle(&mut people),
            Order::Alphabetical => people.sort_by_key(|person| stage.world.mailbox(*person).address),
            Order::Listed => {}
        }
        let mut groups: Vec<Group> = Vec::new();
        let mut rest = people.into_iter().peekable();
        while rest.peek().is_some() {
            let size = self.to.a_message.draw(&mut stage.rng).max(1) as usize;
            groups.push(rest.by_ref().take(size).map(|person| (Some(person), stage.world.mailbox(person))).collect());
        }
        for _ in 0..self.to.outsiders.draw(&mut stage.rng) {
            let size = self.to.a_message.draw(&mut stage.rng).clamp(1, 2);
            groups.push((0..size).map(|_| (None, stage.outsider())).collect());
        }
        if self.to.order == Order::Random {
            stage.rng.shuffle(&mut groups);
        }
        Ok(groups)
    }

    fn letter(&self, author: &Author, group: &Group, at: i64, stage: &mut Stage<'_>) -> Result<Letter, SimulateError> {
        let mut to: Vec<Mailbox> = group.iter().map(|(_, mailbox)| mailbox.clone()).collect();
        let first = to.first().cloned();
        let cc = if to.len() > 1 && stage.rng.chance(self.to.copied) { to.split_off(1) } else { Vec::new() };
        let mut from = author.writer.mailbox.clone();
        if let Some(name) = &self.display_name {
            from.name = stage.choose(name, first.as_ref())?;
        }
        stage.writer = Some(from.clone());
        let reader = group.first().and_then(|(person, _)| *person);
        let shared = reader.is_none_or(|person| stage.world.language(person) == author.writer.language);
        let language = if shared { author.writer.language } else { Language::English };
        let subject = match &self.subject {
            Some(subject) => stage.choose(subject, first.as_ref())?,
            None => {
                let known = reader.and_then(|person| stage.world.company.people.get(person));
                texts::subject(language, known.map_or(0, |known| known.department), &mut stage.rng)
            }
        };
        let domain = from.address.rsplit('@').next().unwrap_or_default().to_owned();
        let mut letter = Letter::new(at, from, to, &subject, author.writer.route.clone());
        letter.cc = cc;
        (letter.charset, letter.zone_min) = (author.writer.charset, author.writer.zone_min);
        letter.message_id = match author.person {
            Some(_) => mime::exchange_id(&mut stage.rng),
            None => mime::outside_id(&domain, at, &mut stage.rng),
        };
        for paragraph in &self.text {
            letter.paragraphs.push(stage.choose(paragraph, first.as_ref())?);
        }
        if self.text.is_empty() {
            let reader = first.as_ref().map_or("", |mailbox| mailbox.name.as_str());
            letter.paragraphs = texts::prose(language, reader, &letter.from.name, &mut stage.rng);
        }
        for link in &self.links {
            let pattern = link.url.draw(&mut stage.rng).to_owned();
            let url = stage.fill(&pattern, first.as_ref())?;
            if !pattern.contains('{') {
                stage.touch(EntityKind::Url, &url, &url, &[]);
            }
            letter.anchors.push(Anchor { url, text: stage.choose(&link.text, first.as_ref())? });
        }
        for file in &self.files {
            letter.files.push(file.file(first.as_ref(), stage)?);
        }
        if let Some(address) = &self.reply_to {
            let address = stage.choose(address, first.as_ref())?;
            letter.headers.push(format!("Reply-To: <{address}>"));
        }
        Ok(letter)
    }

    /// What comes back: a delivery report, or an answer.
    fn returns(&self, letter: &Letter, group: &Group, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let Some((person, reader)) = group.first() else { return Ok(()) };
        if person.is_none() && stage.rng.chance(self.bounced) {
            let later = letter.time_ms + stage.rng.range(1_000, 4 * MINUTE_MS);
            let report = bounce::report(letter, reader, later, &mut stage.rng);
            stage.world.out.mail(later, report)?;
        } else if stage.rng.chance(self.answered) {
            let later = letter.time_ms + stage.rng.range(MINUTE_MS, 2 * HOUR_MS);
            let domain = reader.address.rsplit('@').next().unwrap_or_default();
            let route = if let Some(person) = person {
                let client = stage.world.plans.get(*person).map_or(stage.world.company.office_ip, |plan| plan.ip);
                Route::Own { client }
            } else {
                let server = (format!("mail.{domain}"), address::draw(address::MAIL_HOSTED, &mut stage.rng));
                Route::Inbound { server, client: None, results: ("pass", "pass", "pass") }
            };
            let mut reply = Letter::new(later, reader.clone(), vec![letter.from.clone()], &format!("Re: {}", letter.subject), route);
            reply.message_id = match person {
                Some(_) => mime::exchange_id(&mut stage.rng),
                None => mime::outside_id(domain, later, &mut stage.rng),
            };
            reply.references = vec![letter.message_id.clone()];
            let line = match self.answers.0.is_empty() {
                true => stage.rng.word(crate::names::SENTENCES).to_owned(),
                false => stage.choose(&self.answers, Some(&letter.from))?,
            };
            let names = (Language::English, letter.from.name.as_str(), reader.name.as_str());
            reply.paragraphs = texts::answer_with(line, names, &letter.paragraphs, &mut stage.rng);
            let message = mime::write(&reply, &mut stage.rng);
            stage.world.out.mail(later, message)?;
        }
        Ok(())
    }
}

impl Stage<'_> {
    /// One of the texts, filled.
    pub fn choose(&mut self, texts: &Choice, recipient: Option<&Mailbox>) -> Result<String, SimulateError> {
        let text = texts.draw(&mut self.rng).to_owned();
        self.fill(&text, recipient)
    }

    /// A recipient outside: a contact of somebody, or an address out of a mailbox's years.
    fn outsider(&mut self) -> Mailbox {
        let (world, rng) = (&mut *self.world, &mut self.rng);
        if rng.chance(0.15)
            && let Some(contact) = rng.pick(&world.correspondents.contacts)
        {
            return contact.mailbox.clone();
        }
        let domain = match rng.pick(&world.correspondents.organisations) {
            Some(organisation) if rng.chance(0.6) => organisation.domain.clone(),
            _ => world.web.fresh(rng, 0.02),
        };
        correspondents::person(&domain, rng)
    }
}

impl Part for Send {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let authors = self.authors(stage)?;
        let own = authors.first().and_then(|author| author.person.as_ref()).map(|(person, _)| *person);
        let groups = self.groups(own, stage)?;
        let length = self.over.draw(&mut stage.rng);
        let gap = length / groups.len().max(1) as i64;
        let start = stage.now_ms;
        for ((number, group), author) in groups.iter().enumerate().zip(authors.iter().cycle()) {
            let at = start + number as i64 * gap + stage.rng.range(0, gap.max(2_000));
            let letter = self.letter(author, group, at, stage)?;
            let message = mime::write(&letter, &mut stage.rng);
            stage.world.out.mail(at, message)?;
            if let Some((person, session)) = &author.person {
                stage.record(*person, Log::Unified, at, |auditor, rng| auditor.send(at, session, &letter.message_id, &letter.subject, rng));
            }
            let hosts: Vec<String> = letter.anchors.iter().filter_map(|anchor| host_of(&anchor.url)).collect();
            for person in group.iter().filter_map(|(person, _)| *person) {
                stage.deliver(Delivery {
                    person,
                    time_ms: at,
                    hosts: hosts.clone(),
                    from: letter.from.clone(),
                    subject: letter.subject.clone(),
                    message_id: letter.message_id.clone(),
                    paragraphs: letter.paragraphs.clone(),
                });
            }
            self.returns(&letter, group, stage)?;
        }
        stage.now_ms = start + length;
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        let roles = self.to.roles.iter().map(|role| Need::People(role));
        roles.chain([Need::Writer(&self.from)]).chain(self.client.iter().map(|client| Need::Client(client))).collect()
    }
    fn texts(&self) -> Vec<&str> {
        let links = self.links.iter().flat_map(|link| [&link.url, &link.text]);
        let files = self.files.iter().map(|file| &file.name);
        let all = self.text.iter().chain([&self.answers]).chain(&self.subject).chain(&self.display_name).chain(&self.reply_to);
        all.chain(links).chain(files).flat_map(|choice| choice.0.iter().map(String::as_str)).collect()
    }
}

/// Host of an absolute URL.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    rest.split(['/', '?', '#', ':']).next().filter(|host| !host.is_empty()).map(str::to_owned)
}
