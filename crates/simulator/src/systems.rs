//! Machines that write mails: reports at the same minute of each day or week, scanners, hosted services, and the mailing lists of trades.
//!
//! Must not know what happens on which day.

use crate::address;
use crate::company::Company;
use crate::correspondents;
use crate::mime::Mailbox;
use crate::names;
use crate::rng::Rng;
use crate::web::Web;
use std::net::Ipv4Addr;

/// A system that writes on schedule.
#[derive(Clone, Debug)]
pub struct System {
    pub from: Mailbox,
    pub subject: String,
    /// Server of a hosted service; one of the company's own machines when missing.
    pub server: Option<(String, Ipv4Addr)>,
    /// Host that its links go to.
    pub site: Option<String>,
    /// Days of the week (0 is Monday), minutes after midnight of the home office.
    pub days: Vec<u32>,
    pub minute: i64,
    pub readers: Vec<usize>,
    /// Whether each report comes as a file.
    pub attaches: bool,
}

/// A mailing list outside.
#[derive(Clone, Debug)]
pub struct List {
    pub name: String,
    pub address: Mailbox,
    pub server: (String, Ipv4Addr),
    pub writers: Vec<Mailbox>,
    pub readers: Vec<usize>,
    /// Messages on a workday, on average.
    pub daily: f64,
}

const REPORTS: &[&str] = &[
    "Daily figures",
    "Backup summary",
    "Open orders",
    "Disk usage",
    "Stock below minimum",
    "Timesheets missing",
    "Weekly pipeline",
    "Aging receivables",
    "Patch status",
    "Delivery performance",
];
const SERVICES: &[(&str, &str)] = &[
    ("Travel Desk", "Your itinerary changed"),
    ("Service Desk", "Ticket updated"),
    ("e-Signature", "A document waits for your signature"),
    ("Expenses", "Your report was approved"),
    ("Learning", "Course reminder"),
    ("Project Board", "Tasks due this week"),
    ("Telephone", "New voice message"),
];

/// The systems that write to a company.
pub fn systems(seed: u64, company: &Company, web: &mut Web) -> Vec<System> {
    let mut rng = Rng::new(seed, "systems");
    let people = company.people.len();
    let mut found = Vec::new();
    for number in 0..8 + people / 60 {
        let department = rng.below(company.departments() as u64) as usize;
        let own = number % 2 == 0;
        let readers = (0..people)
            .filter(|index| company.people.get(*index).is_some_and(|person| person.department == department))
            .filter(|_| rng.chance(if own { 0.6 } else { 0.8 }))
            .take(40)
            .collect();
        let days = if rng.chance(0.6) { vec![0, 1, 2, 3, 4] } else { vec![rng.below(5) as u32] };
        let minute = rng.range(5 * 60, 17 * 60);
        found.push(if own {
            let subject = format!("{} {}", rng.word(REPORTS), rng.word(names::STEM));
            let from = Mailbox::new("", &format!("{}@{}", rng.word(&["reports", "alerts", "erp", "noreply", "scanner"]), company.domain));
            System { from, subject, server: None, site: None, days, minute, readers, attaches: rng.chance(0.5) }
        } else {
            let (name, subject) = rng.pick(SERVICES).copied().unwrap_or_default();
            let domain = web.fresh(&mut rng, 0.05);
            let from = Mailbox::new(name, &format!("{}@{domain}", rng.word(&["no-reply", "noreply", "notifications", "mailer"])));
            let server = Some((format!("o{}.mail.{domain}", rng.below(40)), address::draw(address::MAIL_BULK, &mut rng)));
            let site = Some(format!("app.{domain}"));
            System { from, subject: subject.to_owned(), server, site, days, minute, readers, attaches: rng.chance(0.1) }
        });
    }
    found
}

/// The mailing lists that people of a company read.
pub fn lists(seed: u64, company: &Company, web: &mut Web) -> Vec<List> {
    let mut rng = Rng::new(seed, "lists");
    let mut found = Vec::new();
    for _ in 0..5 {
        let domain = web.fresh(&mut rng, 0.02);
        let name = rng.word(names::TRADE).to_owned();
        let writers = (0..12)
            .map(|_| {
                let own = web.fresh(&mut rng, 0.05);
                correspondents::person(&own, &mut rng)
            })
            .collect();
        found.push(List {
            address: Mailbox::new(&name, &format!("{name}@lists.{domain}")),
            server: (format!("lists.{domain}"), address::draw(address::MAIL_HOSTED, &mut rng)),
            writers,
            readers: (0..company.people.len()).filter(|_| rng.chance(0.06)).collect(),
            daily: 1.0 + rng.unit() * 4.0,
            name,
        });
    }
    found
}
