//! Whom the company writes to: organisations with their mail servers, people there, and the senders of newsletters.
//!
//! Must not know what is written.

use crate::address;
use crate::company::Company;
use crate::mime::{Mailbox, Route};
use crate::names;
use crate::rng::{Rng, Zipf};
use crate::web::Web;
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
}

impl Organisation {
    /// Draws an organisation on `domain`.
    pub fn draw(domain: String, rng: &mut Rng) -> Self {
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
        Self { domain, host, server, office_ip: address::draw(address::BUSINESS, rng) }
    }

    /// How a message of one of its people comes: its own server tells the writer's address, the large hosts do not.
    pub fn route(&self) -> Route {
        let client = (self.host == MailHost::Hosted).then_some(self.office_ip);
        Route::Inbound { server: self.server.clone(), client, results: ("pass", "pass", "pass") }
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
    /// For each person of the company the contacts in order of importance.
    pub circles: Vec<Vec<usize>>,
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
    pub fn new(seed: u64, company: &Company, web: &mut Web) -> Self {
        let mut rng = Rng::new(seed, "correspondents");
        let people = company.people.len();
        let mut organisations = Vec::new();
        for _ in 0..(people * 2).max(20) {
            let domain = web.fresh(&mut rng, 0.02);
            organisations.push(Organisation::draw(domain, &mut rng));
        }
        let mut contacts: Vec<Contact> = Vec::new();
        while contacts.len() < (people * 5).max(60) {
            let index = rng.below(organisations.len() as u64) as usize;
            let Some(organisation) = organisations.get(index) else { break };
            let mailbox = person(&organisation.domain, &mut rng);
            if contacts.iter().all(|known| known.mailbox.address != mailbox.address) {
                contacts.push(Contact { mailbox, organisation: index });
            }
        }
        let important = Zipf::new(contacts.len(), 0.6);
        let circles = (0..people)
            .map(|_| {
                let mut circle: Vec<usize> = Vec::new();
                for _ in 0..12 {
                    let contact = important.draw(&mut rng);
                    if !circle.contains(&contact) {
                        circle.push(contact);
                    }
                }
                circle
            })
            .collect();
        let mut vendors = Vec::new();
        for _ in 0..14 {
            let domain = web.fresh(&mut rng, 0.05);
            let daily = rng.chance(0.3);
            let days = if daily { vec![0, 1, 2, 3, 4] } else { vec![rng.below(5) as u32] };
            let readers = (0..people).filter(|_| rng.chance(0.3)).collect();
            vendors.push(Vendor::draw(domain, days, readers, &mut rng));
        }
        Self { organisations, contacts, vendors, circles, closeness: Zipf::new(12, 0.8) }
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
