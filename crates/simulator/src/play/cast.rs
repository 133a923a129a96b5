//! Draws the cast of a story from the seed: each role from its own stream, so that a further role changes no other.

use super::fill::{mailbox_part, placeholders};
use crate::SimulateError;
use crate::address::{self, Block};
use crate::audit::Session;
use crate::changes::State;
use crate::correspondents::{self, MailHost, Organisation};
use crate::country::country;
use crate::mime::{Charset, Mailbox, Route};
use crate::names;
use crate::organisation::Language;
use crate::rng::Rng;
use crate::scenario::{
    AccountKind, ClientRole, CountryLines, HostRole, Lines, Location, PersonRole, Place, Pool, Role, SenderRole, SourceOf, Story, Works,
    invalid,
};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// Who already plays a single role in some story of the scenario.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Places of people in the company.
    pub people: BTreeSet<usize>,
    /// Places of the organisations whose correspondents play a role.
    pub organisations: BTreeSet<usize>,
}

const FREE_MAIL: &[&str] = &["gmail.com", "yahoo.com", "outlook.com", "icloud.com"];
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36 Edg/122.0.0.0",
];

/// Somebody outside who writes.
#[derive(Clone, Debug)]
pub struct Writer {
    pub mailbox: Mailbox,
    /// How its mails come.
    pub route: Route,
    pub charset: Charset,
    /// Minutes ahead of UTC.
    pub zone_min: i64,
    pub language: Language,
}

impl Writer {
    /// A writer of English who tells nothing of where it is.
    pub fn new(mailbox: Mailbox, route: Route) -> Self {
        Self { mailbox, route, charset: Charset::Utf8, zone_min: crate::calendar::UTC_OFFSET_H * 60, language: Language::English }
    }
    /// Whether its server tells where each mail was written.
    fn tells_client(&self) -> bool {
        matches!(self.route, Route::Inbound { client: Some(_), .. })
    }
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    pub name: String,
    /// Where the story fixes it.
    pub address: Option<Ipv4Addr>,
    location: Option<Location>,
}

#[derive(Clone, Debug)]
enum Member {
    Person(usize),
    People(Vec<usize>),
    /// One or several.
    Senders(Vec<Writer>),
    Host(Host),
    Client(Vec<Session>),
    /// The usual computer of a person.
    Desk(usize),
}

/// The cast.
#[derive(Clone, Debug)]
pub struct Cast {
    story: String,
    /// Days on which something happens.
    days: BTreeSet<u32>,
    members: BTreeMap<String, Member>,
}

/// An address block in CIDR notation, /8 to /30.
pub fn block(text: &str) -> Option<Block> {
    let (address, length) = text.split_once('/')?;
    let length: u8 = length.parse().ok().filter(|length| (8..=30).contains(length))?;
    Some((address.parse::<Ipv4Addr>().ok()?.octets(), length))
}

impl Cast {
    /// Draws everybody and everything, and fixes the addresses of hosts.
    ///
    /// # Errors
    /// When the company has nobody for a role.
    pub fn draw(story: &Story, taken: &mut Taken, world: &mut World) -> Result<Self, SimulateError> {
        let mut cast = Self {
            story: story.id.clone(),
            days: story.steps.iter().flat_map(|step| step.days.clone()).collect(),
            members: BTreeMap::new(),
        };
        let stream = |seed: u64, role: &str| Rng::new(seed, &format!("{}/cast/{role}", story.id));
        // Groups come after single roles, and what refers to others after them.
        for pass in 0..6 {
            for (name, role) in &story.cast {
                let mut rng = stream(world.seed, name);
                let member = match (pass, role) {
                    (0, Role::Person(wish)) => Member::Person(cast.person_for(name, wish, taken, world, &mut rng)?),
                    (1, Role::People(group)) => {
                        let mut people = cast.candidates(&group.who, world);
                        let single: Vec<usize> = cast.single();
                        people.retain(|person| !single.contains(person));
                        rng.shuffle(&mut people);
                        people.truncate(group.count.draw(&mut rng) as usize);
                        Member::People(people)
                    }
                    (2, Role::Host(host)) if host.same_address_as.is_none() => Member::Host(cast.host_for(host, world, &mut rng)?),
                    (3, Role::Host(host)) if host.same_address_as.is_some() => Member::Host(cast.host_for(host, world, &mut rng)?),
                    (4 | 5, Role::Sender(sender)) if sender.of.is_some() == (pass == 5) => {
                        Member::Senders(vec![cast.writer_for(name, sender, taken, world, &mut rng)?])
                    }
                    (4 | 5, Role::Senders(group)) if group.each.of.is_some() == (pass == 5) => {
                        let count = group.count.draw(&mut rng).clamp(1, 1_000);
                        let writers: Result<_, _> =
                            (0..count).map(|_| cast.writer_for(name, &group.each, taken, world, &mut rng)).collect();
                        Member::Senders(writers?)
                    }
                    (5, Role::Client(client)) => cast.client_for(client, world, &mut rng)?,
                    _ => continue,
                };
                cast.members.insert(name.clone(), member);
            }
        }
        Ok(cast)
    }

    fn single(&self) -> Vec<usize> {
        self.members.values().filter_map(|member| if let Member::Person(person) = member { Some(*person) } else { None }).collect()
    }

    /// Everybody who meets `wish`.
    fn candidates(&self, wish: &PersonRole, world: &World) -> Vec<usize> {
        let days = &self.days;
        let company = &world.company;
        let found = company.people.iter().enumerate().filter(|(index, person)| {
            let night = person.hours.0 >= 12 * 60;
            (wish.works == Works::Any || night == (wish.works == Works::Night))
                && wish.department.as_deref().is_none_or(|name| company.department(person) == name)
                && wish.country.as_deref().is_none_or(|code| company.country(*index).code == code)
                && wish.at_office.iter().all(|day| night || world.is_around(*index, *day))
                && days.iter().all(|day| world.changes.state(*index, *day) != State::Outside)
        });
        let mut found: Vec<usize> = found.map(|(index, _)| index).collect();
        if wish.head {
            // The first of a department leads it, the first of all the company.
            found.truncate(1);
        }
        found
    }

    fn person_for(&self, name: &str, wish: &PersonRole, taken: &mut Taken, world: &World, rng: &mut Rng) -> Result<usize, SimulateError> {
        let all = self.candidates(wish, world);
        let free: Vec<usize> = all.iter().copied().filter(|person| !taken.people.contains(person)).collect();
        // A small company has too few people for several stories: then somebody is in two, but never twice in one.
        let single = self.single();
        let left: Vec<usize> = all.into_iter().filter(|person| !single.contains(person)).collect();
        let person =
            *rng.pick(&free).or_else(|| rng.pick(&left)).ok_or_else(|| self.fault(name, "nobody in the company fits; add people"))?;
        taken.people.insert(person);
        Ok(person)
    }

    fn host_for(&self, role: &HostRole, world: &mut World, rng: &mut Rng) -> Result<Host, SimulateError> {
        let mut name = match rng.pick(&role.names) {
            Some(name) => self.fill(name, world, rng),
            None => match rng.pick(&role.under) {
                Some(domain) => format!("{}{}.{domain}", rng.word(names::STEM), rng.word(names::TAIL)),
                None => world.web.fresh(rng, 0.3),
            },
        };
        if let Some(label) = rng.pick(&role.labels) {
            name = format!("{label}.{name}");
        }
        let mut location = role.location.clone();
        let mut address = role.address;
        if let Some(place) = &role.place {
            address = Some(address::draw(&[block(&place.block).unwrap_or_default()], rng));
            location = Some(located(place));
        }
        if let Some(other) = &role.same_address_as {
            let other = self.host(other)?;
            location = location.or_else(|| other.location.clone());
            address = Some(other.address.unwrap_or_else(|| first_address(world, &other.name)));
        }
        if let Some(address) = address {
            world.web.pin(&name, address);
        }
        Ok(Host { name, address, location })
    }

    fn writer_for(
        &self,
        name: &str,
        role: &SenderRole,
        taken: &mut Taken,
        world: &mut World,
        rng: &mut Rng,
    ) -> Result<Writer, SimulateError> {
        if role.account == AccountKind::Correspondent {
            return self.correspondent(name, role, taken, world, rng);
        }
        let free_mail = role.account == AccountKind::FreeMail;
        let domain = match (&role.domain, role.account) {
            (Some(domain), _) => self.fill(domain, world, rng),
            (None, AccountKind::FreeMail) => rng.word(FREE_MAIL).to_owned(),
            (None, AccountKind::LookAlike) => {
                let model = match &role.of {
                    Some(other) => self.mailbox(other, world).and_then(|mailbox| mailbox_part(&mailbox, "domain")),
                    None => Some(world.company.domain.clone()),
                };
                look_alike(&model.unwrap_or_default(), rng)
            }
            _ => world.web.fresh(rng, 0.3),
        };
        let mut mailbox = correspondents::person(&domain, rng);
        if let Some(name) = &role.name {
            mailbox.name = self.fill(name, world, rng);
            mailbox.address = format!("{}@{domain}", local_part(&mailbox.name, "."));
        }
        if free_mail {
            mailbox.address = format!("{}{}@{domain}", local_part(&mailbox.name, ""), rng.below(900));
        }
        if let Some(address) = &role.address {
            mailbox.address = self.fill(address, world, rng);
        }
        let route = if free_mail {
            let server = format!("mail-{}.{domain}", rng.token(b"abcdefghijklmnopqrstuvwxyz0123456789", 5));
            Route::Inbound { server: (server, address::draw(address::MAIL_GOOGLE, rng)), client: None, results: ("pass", "pass", "pass") }
        } else {
            // As that of any stranger.
            let mut route = Organisation::draw(domain, &world.company, 0, rng).route();
            if let Route::Inbound { results, .. } = &mut route
                && rng.chance(0.15)
            {
                *results = ("softfail", "none", "none");
            }
            route
        };
        Ok(Writer::new(mailbox, route))
    }

    /// Somebody of an organisation with its own mail server, whom enough people know.
    fn correspondent(
        &self,
        name: &str,
        role: &SenderRole,
        taken: &mut Taken,
        world: &World,
        rng: &mut Rng,
    ) -> Result<Writer, SimulateError> {
        let known = &world.correspondents;
        let mut found: Vec<(usize, Writer)> = Vec::new();
        for (index, contact) in known.contacts.iter().enumerate() {
            let Some(organisation) = known.organisations.get(contact.organisation).filter(|own| own.host == MailHost::Hosted) else {
                continue;
            };
            let site = world.company.sites.get(organisation.site).map(|site| site.country.code);
            let people = known.circles.iter().filter(|circle| circle.contains(&index)).count();
            if people >= role.known_to && role.country.as_deref().is_none_or(|code| site == Some(code)) {
                let writer = Writer {
                    mailbox: contact.mailbox.clone(),
                    route: organisation.route(),
                    charset: organisation.charset(),
                    zone_min: organisation.zone_min,
                    language: organisation.language,
                };
                found.push((contact.organisation, writer));
            }
        }
        // Rather one whose server always tells where a mail was written, so that this alone sets no step of a story apart.
        if found.iter().any(|(_, writer)| writer.tells_client()) {
            found.retain(|(_, writer)| writer.tells_client());
        }
        // Two stories are about two organisations, where there are two.
        if found.iter().any(|(organisation, _)| !taken.organisations.contains(organisation)) {
            found.retain(|(organisation, _)| !taken.organisations.contains(organisation));
        }
        let (organisation, writer) =
            rng.pick(&found).cloned().ok_or_else(|| self.fault(name, "no correspondent there is known to so many people"))?;
        taken.organisations.insert(organisation);
        Ok(writer)
    }

    fn client_for(&self, role: &ClientRole, world: &World, rng: &mut Rng) -> Result<Member, SimulateError> {
        let mut sessions = Vec::new();
        for _ in 0..role.addresses.draw(rng).clamp(1, 1_000) {
            let (ip, location) = match &role.from {
                SourceOf::DeskOf(person) => return Ok(Member::Desk(self.person(person)?)),
                SourceOf::At(host) => {
                    let host = self.host(host)?;
                    let none = Location { city: String::new(), region: String::new(), country: String::new() };
                    (host.address.unwrap_or_else(|| first_address(world, &host.name)), host.location.clone().unwrap_or(none))
                }
                SourceOf::Places(places) => {
                    let place = rng.pick(places).ok_or_else(|| self.fault("client", "places is empty"))?;
                    (address::draw(&[block(&place.block).unwrap_or_default()], rng), located(place))
                }
                SourceOf::Pool(pool) => from_pool(*pool, rng),
                SourceOf::Country(lines) => from_country(lines, rng).ok_or_else(|| self.fault("client", "unknown country"))?,
            };
            let agent = match rng.pick(&role.agents) {
                Some(agent) => agent.clone(),
                None => rng.word(AGENTS).to_owned(),
            };
            let (os, browser) = platform(&agent);
            let location = (location.city, location.region, location.country);
            sessions.push(Session { id: rng.uuid(), ip, agent, os, browser, location });
        }
        Ok(Member::Client(sessions))
    }

    /// Placeholders of a name or an address in the cast: roles drawn before it, and the company.
    fn fill(&self, text: &str, world: &World, rng: &mut Rng) -> String {
        let mut out = text.to_owned();
        for name in placeholders(text).unwrap_or_default() {
            let (head, part) = name.split_once(['.', ':']).unwrap_or((name, ""));
            let value = match head {
                "token" => Some(rng.hex(part.parse::<usize>().unwrap_or(8).min(40))),
                "digits" => Some(rng.token(b"0123456789", part.parse::<usize>().unwrap_or(4).min(40))),
                "company" if part == "domain" => Some(world.company.domain.clone()),
                "company" => world.company.domain.split('.').next().map(str::to_owned),
                role => self.mailbox(role, world).and_then(|mailbox| mailbox_part(&mailbox, part)),
            };
            out = out.replacen(&format!("{{{name}}}"), &value.unwrap_or_default(), 1);
        }
        out
    }

    fn fault(&self, role: &str, reason: &str) -> SimulateError {
        invalid(&self.story, format!("cast: {role}: {reason}"))
    }

    fn missing(&self, role: &str, kind: &str) -> SimulateError {
        self.fault(role, &format!("is no {kind} of the cast"))
    }

    /// A single person; the first of several.
    pub fn person(&self, role: &str) -> Result<usize, SimulateError> {
        self.people(role)?.first().copied().ok_or_else(|| self.missing(role, "person"))
    }

    /// Everybody of a role.
    pub fn people(&self, role: &str) -> Result<Vec<usize>, SimulateError> {
        match self.members.get(role) {
            Some(Member::Person(person)) => Ok(vec![*person]),
            Some(Member::People(people)) => Ok(people.clone()),
            _ => Err(self.missing(role, "person")),
        }
    }

    /// Whether the role is a group, of which only the devices count as entities.
    pub fn is_group(&self, role: &str) -> bool {
        matches!(self.members.get(role), Some(Member::People(_)))
    }

    /// The outside senders of a role; none when it is a person's.
    pub fn writers(&self, role: &str) -> &[Writer] {
        match self.members.get(role) {
            Some(Member::Senders(writers)) => writers,
            _ => &[],
        }
    }

    /// A host.
    pub fn host(&self, role: &str) -> Result<&Host, SimulateError> {
        match self.members.get(role) {
            Some(Member::Host(host)) => Ok(host),
            _ => Err(self.missing(role, "host")),
        }
    }

    /// The mailbox of a sender or a person.
    pub fn mailbox(&self, role: &str, world: &World) -> Option<Mailbox> {
        match self.members.get(role)? {
            Member::Senders(writers) => writers.first().map(|writer| writer.mailbox.clone()),
            Member::Person(person) => Some(world.mailbox(*person)),
            _ => None,
        }
    }

    /// A session of a client: one of its addresses.
    pub fn session(&self, role: &str, world: &World, rng: &mut Rng) -> Result<Session, SimulateError> {
        let found = match self.members.get(role) {
            Some(Member::Client(sessions)) => rng.pick(sessions).cloned(),
            Some(Member::Desk(person)) => world.plans.get(*person).and_then(|plan| world.desk_session(*person, plan, rng)),
            _ => None,
        };
        found.ok_or_else(|| self.missing(role, "client"))
    }

    /// Who must be at the office on which day.
    pub fn forced(&self, story: &Story) -> BTreeSet<(usize, u32)> {
        let mut forced = BTreeSet::new();
        for (name, role) in &story.cast {
            let days = match role {
                Role::Person(wish) => &wish.at_office,
                Role::People(group) => &group.who.at_office,
                _ => continue,
            };
            let people = self.people(name).unwrap_or_default();
            forced.extend(people.iter().flat_map(|person| days.iter().map(|day| (*person, *day))));
        }
        forced
    }
}

/// A display name as the local part of an address, its words joined by `gap`.
fn local_part(name: &str, gap: &str) -> String {
    let letters: String = name.to_lowercase().chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ').collect();
    letters.split_whitespace().collect::<Vec<_>>().join(gap)
}

fn located(place: &Place) -> Location {
    Location { city: place.city.clone(), region: place.region.clone(), country: place.country.clone() }
}

fn first_address(world: &World, host: &str) -> Ipv4Addr {
    world.web.lookup(host).addresses.first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED)
}

fn from_pool(pool: Pool, rng: &mut Rng) -> (Ipv4Addr, Location) {
    let fallback = (([45, 83, 220, 0], 23), "SE", "Malmo", "Skane Lan");
    let (block, country, city, region) = rng.pick(address::VPN).copied().unwrap_or(fallback);
    let (blocks, (city, region, country)) = match pool {
        Pool::Vpn => (&[block][..], (city, region, country)),
        // The first two are one cloud's eastern region.
        Pool::Hosting => (address::HOSTING.get(..2).unwrap_or_default(), ("Ashburn", "Virginia", "US")),
    };
    let location = Location { city: city.to_owned(), region: region.to_owned(), country: country.to_owned() };
    (address::draw(blocks, rng), location)
}

fn from_country(wish: &CountryLines, rng: &mut Rng) -> Option<(Ipv4Addr, Location)> {
    let known = country(&wish.code)?;
    let blocks = match wish.lines {
        Lines::Home => known.home,
        Lines::Mobile => known.mobile,
        Lines::Business => known.business,
        Lines::Hotel => known.hotel,
    };
    let (city, region) = rng.pick(known.cities).copied()?;
    let location = Location { city: city.to_owned(), region: region.to_owned(), country: known.code.to_owned() };
    Some((address::draw(blocks, rng), location))
}

/// Operating system and browser as the sign-in logs name them.
fn platform(agent: &str) -> (&'static str, &'static str) {
    let os = match agent {
        _ if agent.contains("iPhone") => "Ios 17",
        _ if agent.contains("Android") => "Android",
        _ if agent.contains("Macintosh") => "MacOs",
        _ if agent.contains("Linux") => "Linux",
        _ => "Windows10",
    };
    let browser = match agent {
        _ if agent.contains("Edg/") => "Edge",
        _ if agent.contains("Firefox") => "Firefox",
        _ if agent.contains("Chrome") => "Chrome",
        _ if agent.contains("Safari") => "Safari",
        _ => "Other",
    };
    (os, browser)
}

/// A domain that differs from `domain` in a letter or two.
fn look_alike(domain: &str, rng: &mut Rng) -> String {
    const SWAPS: [(&str, &str); 8] = [("l", "1"), ("o", "0"), ("m", "rn"), ("w", "vv"), ("i", "l"), ("e", "ee"), ("s", "ss"), ("n", "nn")];
    let (label, suffix) = domain.split_once('.').unwrap_or((domain, "com"));
    let possible: Vec<&(&str, &str)> = SWAPS.iter().filter(|(from, _)| label.contains(from)).collect();
    match rng.pick(&possible) {
        Some((from, to)) => format!("{}.{suffix}", label.replacen(from, to, 1)),
        None => format!("{label}-mail.{suffix}"),
    }
}
