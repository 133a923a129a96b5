//! Whom the company writes to: organisations with their mail servers, people there, and the senders of newsletters.
//!
//! Must not know what is written.

use crate::address;
use crate::company::Company;
use crate::mime::{Mailbox, Route};
use crate::names;
use crate::organisation::Language;
use crate::rng::{Rng, Zipf};
use crate::systems::{self, List, System};
use crate::web::Web;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Who runs an organisation's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailHost {
    Google,
    Microsoft,
    /// Its own server at a web host.
    Hosted,
}

/// An organisation that writes to the company.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub domain: String,
    pub host: MailHost,
    /// Name and address of its outgoing server.
    pub server: (String, Ipv4Addr),
    /// Address of its office.
    pub office_ip: Ipv4Addr,
    /// The company's office that it deals with, whose country and language it shares.
    pub site: usize,
    pub language: Language,
    /// Minutes ahead of UTC.
    pub zone_min: i64,
    /// Results of SPF, DKIM and DMARC for its mails.
    pub results: (&'static str, &'static str, &'static str),
}

impl Organisation {
    /// Draws an organisation on `domain`, in the country of one of the company's offices.
    pub fn draw(domain: String, company: &Company, site: usize, rng: &mut Rng) -> Self {
        let host = match rng.below(10) {
            0..=3 => MailHost::Microsoft,
            4..=6 => MailHost::Google,
            _ => MailHost::Hosted,
        };
        let server = match host {
            MailHost::Microsoft => {
                let ip = address::draw(address::MAIL_MICROSOFT, rng);
                (format!("NAM{:02}-{}-obe.outbound.protection.outlook.com", rng.range(2, 13), rng.word(&["BN8", "DM6", "MW2"])), ip)
            }
            MailHost::Google => {
                let ip = address::draw(address::MAIL_GOOGLE, rng);
                (format!("mail-{}{}-f{}.google.com", rng.word(&["yw", "qt", "oo", "lf"]), rng.below(10), ip.octets()[3]), ip)
            }
            MailHost::Hosted => {
                (format!("{}.{domain}", rng.word(&["mail", "smtp", "mx1", "out"])), address::draw(address::MAIL_HOSTED, rng))
            }
        };
        // A third of those who run their own server never set up signatures.
        let results = if host == MailHost::Hosted && rng.chance(0.33) { ("pass", "none", "none") } else { ("pass", "pass", "pass") };
        let place = company.sites.get(site);
        let (language, zone_min, block) = place
            .map_or((Language::English, 0, address::BUSINESS), |site| (site.language, site.country.utc_offset_min, site.country.business));
        Self { domain, host, server, office_ip: address::draw(block, rng), site, language, zone_min, results }
    }

    /// How a message of one of its people comes: two of three own servers tell the writer's address, the large hosts do not.
    pub fn route(&self) -> Route {
        let client = (self.host == MailHost::Hosted && !self.domain.len().is_multiple_of(3)).then_some(self.office_ip);
        Route::Inbound { server: self.server.clone(), client, results: self.results }
    }

    /// Somebody who works there.
    pub fn person(&self, rng: &mut Rng) -> Mailbox {
        if self.language == Language::English {
            return person(&self.domain, rng);
        }
        let (first, last) = names::japanese(rng);
        let local = format!("{}.{}", first.0.to_lowercase(), last.0.to_lowercase());
        Mailbox::new(&format!("{} {}", last.1, first.1), &format!("{local}@{}", self.domain))
    }
}

/// A person outside.
#[derive(Clone, Debug)]
pub struct Contact {
    pub mailbox: Mailbox,
    pub organisation: usize,
}

/// The sender of a newsletter.
#[derive(Clone, Debug)]
pub struct Vendor {
    pub name: String,
    pub domain: String,
    pub server: (String, Ipv4Addr),
    /// Host that its links go to.
    pub site: String,
    /// Days of the week it writes on (0 is Monday), and minutes after local midnight.
    pub days: Vec<u32>,
    pub minute: i64,
    pub readers: Vec<usize>,
}

/// Everybody outside.
#[derive(Clone, Debug)]
pub struct Correspondents {
    pub organisations: Vec<Organisation>,
    pub contacts: Vec<Contact>,
    pub vendors: Vec<Vendor>,
    pub systems: Vec<System>,
    pub lists: Vec<List>,
    /// For each person of the company the contacts in order of importance.
    pub circles: Vec<Vec<usize>>,
    important: Zipf,
    /// Chooses from a circle.
    pub closeness: Zipf,
}

/// Two names as a mailbox at `domain`.
pub fn person(domain: &str, rng: &mut Rng) -> Mailbox {
    let (first, last) = (rng.word(names::FIRST), rng.word(names::LAST));
    let local = match rng.below(3) {
        0 => format!("{}.{}", first.to_lowercase(), last.to_lowercase()),
        1 => format!("{}{}", first.chars().next().unwrap_or('x').to_lowercase(), last.to_lowercase()),
        _ => first.to_lowercase(),
    };
    Mailbox::new(&format!("{first} {last}"), &format!("{local}@{domain}"))
}

impl Correspondents {
    /// Draws about five contacts for each person of the company (300 for 60).
    pub fn new(seed: u64, company: &Company, per_person: f64, web: &mut Web) -> Self {
        let mut rng = Rng::new(seed, "correspondents");
        let people = company.people.len();
        let mut organisations = Vec::new();
        for _ in 0..((people as f64 * per_person) as usize).max(20) {
            // Those abroad deal with the office in their country.
            let site = rng.below(people as u64) as usize;
            let site = company.people.get(site).map_or(0, |person| person.site);
            let suffix = company.sites.get(site).map_or("com", |site| site.country.suffix);
            let domain = web.fresh_in(suffix, &mut rng, 0.02);
            organisations.push(Organisation::draw(domain, company, site, &mut rng));
        }
        let mut contacts: Vec<Contact> = Vec::new();
        let mut taken = BTreeSet::new();
        while contacts.len() < (people * 5).max(60) {
            let index = rng.below(organisations.len() as u64) as usize;
            let Some(organisation) = organisations.get(index) else { break };
            let mailbox = organisation.person(&mut rng);
            if taken.insert(mailbox.address.clone()) {
                contacts.push(Contact { mailbox, organisation: index });
            }
        }
        let important = Zipf::new(contacts.len(), 0.6);
        let mut vendors = Vec::new();
        for _ in 0..14 {
            let domain = web.fresh(&mut rng, 0.05);
            let daily = rng.chance(0.3);
            let days = if daily { vec![0, 1, 2, 3, 4] } else { vec![rng.below(5) as u32] };
            let readers = (0..people).filter(|_| rng.chance(0.3)).collect();
            vendors.push(Vendor::draw(domain, days, readers, &mut rng));
        }
        let (systems, lists) = (systems::systems(seed, company, web), systems::lists(seed, company, web));
        let mut this =
            Self { organisations, contacts, vendors, systems, lists, circles: Vec::new(), important, closeness: Zipf::new(12, 0.8) };
        for person in company.people.iter() {
            let circle = this.circle(person.site, &mut rng);
            this.circles.push(circle);
        }
        this
    }

    /// Twelve contacts, mostly of organisations that deal with the office `site`.
    pub fn circle(&self, site: usize, rng: &mut Rng) -> Vec<usize> {
        let mut circle: Vec<usize> = Vec::new();
        for _ in 0..12 {
            let mut contact = self.important.draw(rng);
            for _ in 0..8 {
                let found = self.contacts.get(contact).and_then(|contact| self.organisations.get(contact.organisation));
                if found.is_none_or(|organisation| organisation.site == site) {
                    break;
                }
                contact = self.important.draw(rng);
            }
            if !circle.contains(&contact) {
                circle.push(contact);
            }
        }
        circle
    }

    /// A contact of `person`, the close ones more often.
    pub fn draw(&self, person: usize, rng: &mut Rng) -> Option<&Contact> {
        let circle = self.circles.get(person)?;
        let rank = self.closeness.draw(rng) % circle.len().max(1);
        self.contacts.get(*circle.get(rank)?)
    }
}

impl Vendor {
    /// A vendor on `domain`.
    pub fn draw(domain: String, days: Vec<u32>, readers: Vec<usize>, rng: &mut Rng) -> Self {
        let stem = domain.split('.').next().unwrap_or_default();
        let name = format!("{} {}", stem, rng.word(&["Weekly", "Insights", "News", "Digest", "Updates"]));
        let ip = address::draw(address::MAIL_BULK, rng);
        let server = (format!("o{}.em.{domain}", rng.below(90)), ip);
        let site = if rng.chance(0.7) { format!("www.{domain}") } else { format!("links.{domain}") };
        Self { name, server, site, days, minute: rng.range(6 * 60, 15 * 60), readers, domain }
    }
}
