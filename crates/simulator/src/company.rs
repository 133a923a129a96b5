//! The company: people, their devices and addresses, the machines of the office, all drawn from the seed.
//!
//! Must not know what happens on which day.

use crate::address;
use crate::calendar;
use crate::country::{self, Country};
use crate::names;
use crate::organisation::{Language, Organisation};
use crate::packet::Station;
use crate::rng::Rng;
use crate::tls::Client;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use weft_model::Person;

/// One person.
#[derive(Clone, Debug)]
pub struct Employee {
    pub first: String,
    pub last: String,
    /// Full name in the person's own script, when that is not Latin.
    pub native: Option<String>,
    /// Mail address and user principal name.
    pub mail: String,
    /// Logon name (the local part of the address).
    pub login: String,
    pub object_id: String,
    /// Exchange's user key (a 16-digit number of the tenant).
    pub user_key: String,
    pub mailbox_guid: String,
    pub sid: String,
    /// Index into [`names::DEPARTMENTS`].
    pub department: usize,
    pub title: String,
    /// Index of the manager, none for the head of the company.
    pub manager: Option<usize>,
    /// User agent of the browser on the own device.
    pub user_agent: String,
    pub browser: &'static str,
    pub os: &'static str,
    /// User agent of the phone.
    pub phone_agent: String,
    pub home_ips: Vec<Ipv4Addr>,
    /// Network of the phone's carrier.
    pub carrier: address::Block,
    pub city: (&'static str, &'static str),
    /// Index into [`Company::sites`].
    pub site: usize,
    /// Index into [`Company::teams`].
    pub team: usize,
    /// Reaches everything through the company's VPN when not at an office.
    pub vpn: bool,
    /// How much this person writes, and how much they browse, compared with the average of 1.
    pub mail_rate: f64,
    pub web_rate: f64,
    /// Minutes after local midnight: usual arrival, lunch, departure.
    pub hours: (i64, i64, i64),
    /// Days of the week worked from home (0 is Monday).
    pub remote: Vec<u32>,
    /// Sites this person returns to, as indices into the web's popular sites.
    pub favourites: Vec<usize>,
    pub hire_date: String,
}

impl Employee {
    /// `First Last`, or the name in its own script.
    pub fn display(&self) -> String {
        self.native.clone().unwrap_or_else(|| format!("{} {}", self.first, self.last))
    }
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    Laptop,
    /// Stays on at night.
    Desktop,
    /// Static address.
    Server,
    Printer,
}

/// One device of the office network; devices `0..people` belong to the person of the same index.
#[derive(Clone, Debug)]
pub struct Device {
    pub host: String,
    pub mac: [u8; 6],
    pub kind: DeviceKind,
    pub client: Client,
    /// Address of a server; DHCP gives the others theirs.
    pub fixed: Option<Ipv4Addr>,
    /// Index into [`Company::networks`].
    pub network: usize,
}

/// A local network, a /22 of private addresses.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its first address.
    pub start: Ipv4Addr,
    pub gateway: Station,
    /// Domain controller, resolver and DHCP server.
    pub controller: Station,
}

impl Network {
    fn new(number: usize, first: Ipv4Addr, rng: &mut Rng) -> Self {
        let start = u32::from(first) + 1_024 * number as u32;
        let at = |last: u32| Ipv4Addr::from(start + last);
        let gateway = Station { mac: mac([0x00, 0x1b, 0x17], rng), ip: at(1), ttl: 64 };
        let controller = Station { mac: mac([0x00, 0x50, 0x56], rng), ip: at(10), ttl: 128 };
        Self { start: at(0), gateway, controller }
    }
}

/// An office with its line to the internet.
#[derive(Clone, Debug)]
pub struct Site {
    pub country: &'static Country,
    pub city: (&'static str, &'static str),
    pub language: Language,
    /// Public address of the office.
    pub ip: Ipv4Addr,
    share: f64,
}

/// The company.
#[derive(Clone, Debug)]
pub struct Company {
    pub domain: String,
    /// Kerberos realm, upper case.
    pub realm: String,
    pub tenant_id: String,
    /// Public address of the home office.
    pub office_ip: Ipv4Addr,
    /// Public address of the VPN concentrator.
    pub vpn_ip: Ipv4Addr,
    /// The offices, the home office first.
    pub sites: Vec<Site>,
    /// Free days of everybody, `MM-DD`.
    pub holidays: Vec<String>,
    /// The home office's first.
    pub networks: Vec<Network>,
    pub people: Vec<Employee>,
    /// People who work together: a small department, or a part of one.
    pub teams: Vec<Vec<usize>>,
    pub devices: Vec<Device>,
    /// Index of the device that makes the nightly backup.
    pub backup: usize,
}

fn mac(vendor: [u8; 3], rng: &mut Rng) -> [u8; 6] {
    let [a, b, c] = vendor;
    let number = rng.next();
    [a, b, c, (number >> 16) as u8, (number >> 8) as u8, number as u8]
}

/// Above this, one more office is opened.
const PEOPLE_IN_AN_OFFICE: usize = 2_000;
/// Of the 744 leases of a network.
const PEOPLE_IN_A_NETWORK: usize = 600;
/// Above this a department has teams.
const LARGE_DEPARTMENT: usize = 15;
const TEAM: usize = 10;

const VENDORS: &[[u8; 3]] = &[[0x8c, 0x16, 0x45], [0x54, 0xe1, 0xad], [0xf8, 0x75, 0xa4], [0x3c, 0x52, 0x82], [0xd4, 0x81, 0xd7]];

impl Company {
    /// Draws the company of an organisation without [`Organisation::problem`].
    pub fn new(seed: u64, count: u32, organisation: &Organisation) -> Self {
        let mut rng = Rng::new(seed, "company");
        let (stem, trade) = (rng.word(names::STEM), rng.word(names::TRADE));
        let tail = rng.word(&["ridge", "field", "brook", "haven", "stone", "ford", "wood"]);
        let domain = organisation.domain.clone().unwrap_or_else(|| format!("{stem}{tail}{trade}.com"));
        let mut sites: Vec<Site> = Vec::new();
        let shares: f64 = organisation.offices.iter().map(|office| office.share).sum();
        for office in &organisation.offices {
            let Some((country, city)) = office.place() else { continue };
            // Many people do not fit into one office: more of them stand in the country's other cities.
            let houses = 1 + (f64::from(count) * office.share / shares) as usize / PEOPLE_IN_AN_OFFICE;
            let home = country.cities.iter().position(|known| *known == city).unwrap_or_default();
            let cities = country.cities.iter().cycle().skip(home);
            for city in cities.take(houses).copied() {
                let ip = address::draw(country.business, &mut rng);
                sites.push(Site { country, city, language: office.language, ip, share: office.share / houses as f64 });
            }
        }
        let office_ip = sites.first().map_or(Ipv4Addr::UNSPECIFIED, |site| site.ip);
        let network = Ipv4Addr::new(10, rng.range(8, 240) as u8, (rng.below(60) * 4) as u8, 0);
        let networks = vec![Network::new(0, network, &mut rng)];
        let mut company = Self {
            realm: format!("AD.{}", domain.to_uppercase()),
            domain,
            tenant_id: rng.uuid(),
            office_ip,
            // In the same block as the home office's line.
            vpn_ip: address::within((office_ip.octets(), 28), rng.below(16) + 1),
            sites,
            holidays: organisation.holidays.clone(),
            networks,
            people: Vec::new(),
            teams: Vec::new(),
            devices: Vec::new(),
            backup: 0,
        };
        let sid = format!("S-1-5-21-{}-{}-{}", rng.below(4_000_000_000), rng.below(4_000_000_000), rng.below(4_000_000_000));
        let mut taken = BTreeSet::new();
        for index in 0..count as usize {
            let person = company.employee((index, count as usize), organisation, &sid, &mut taken, &mut rng);
            company.people.push(person);
        }
        for (index, person) in company.people.iter_mut().enumerate() {
            let mut rng = Rng::new(seed, &format!("habits/{index}"));
            person.vpn = !person.remote.is_empty() && rng.chance(organisation.vpn_share);
            // People differ: a few do thrice the average, many half of it.
            let mut rate = || (0.5 + rng.exponential(0.5)).min(3.0);
            (person.mail_rate, person.web_rate) = (rate(), rate());
        }
        company.form_teams();
        let mut places = company.build_networks(seed).into_iter();
        let code = stem.get(..3).unwrap_or(stem).to_uppercase();
        let numbers = if count < 4_000 { (1_000, 9_999) } else { (10_000, 99_999) };
        let mut hosts = BTreeSet::new();
        for index in 0..count as usize {
            let kind = if rng.chance(0.2) { DeviceKind::Desktop } else { DeviceKind::Laptop };
            let prefix = if kind == DeviceKind::Desktop { "WS" } else { "LT" };
            let mut host = format!("{code}-{prefix}-{:04}", rng.range(numbers.0, numbers.1));
            while !hosts.insert(host.clone()) {
                host = format!("{code}-{prefix}-{:04}", rng.range(numbers.0, numbers.1));
            }
            let client = if company.people.get(index).is_some_and(|person| person.browser == "Firefox") {
                Client::Firefox
            } else {
                Client::Chromium
            };
            let vendor = rng.pick(VENDORS).copied().unwrap_or_default();
            let network = places.next().unwrap_or_default();
            company.devices.push(Device { host, mac: mac(vendor, &mut rng), kind, client, fixed: None, network });
        }
        for (person, device) in company.people.iter_mut().zip(&company.devices) {
            person.vpn &= device.kind == DeviceKind::Laptop;
        }
        for network in 0..company.networks.len() {
            company.machines(&code, network, &mut rng);
        }
        company
    }

    /// Small departments are one team; larger ones have teams of ten below their head, and heads of ten teams above theirs.
    fn form_teams(&mut self) {
        let groups = self.departments();
        let is_large = self.people.len() / groups > LARGE_DEPARTMENT;
        let mut by_key: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (index, person) in self.people.iter_mut().enumerate() {
            // Place within the department, whose head has place 0.
            let place = index / groups;
            let team = if is_large { place.saturating_sub(1) / TEAM } else { 0 };
            by_key.entry((person.department, team)).or_default().push(index);
            let head_of = |team: usize| (1 + team * TEAM) * groups + person.department;
            if is_large && place > 0 {
                person.manager = Some(match (place - 1) % TEAM {
                    0 if team % TEAM == 0 => person.department,
                    0 => head_of(team - team % TEAM),
                    _ => head_of(team),
                });
            }
        }
        for (team, (_, members)) in by_key.into_iter().enumerate() {
            for member in &members {
                if let Some(person) = self.people.get_mut(*member) {
                    person.team = team;
                }
            }
            self.teams.push(members);
        }
    }

    /// Gives each site the networks that its people need, and each person one of them, teams together.
    fn build_networks(&mut self, seed: u64) -> Vec<usize> {
        let mut places = vec![0; self.people.len()];
        let Some(first) = self.networks.first().map(|network| network.start) else { return places };
        let mut next = 0;
        for site in 0..self.sites.len().max(1) {
            let here = self.teams.iter().flatten().filter(|person| self.people.get(**person).is_some_and(|known| known.site == site));
            let here: Vec<usize> = here.copied().collect();
            for people in here.chunks(PEOPLE_IN_A_NETWORK) {
                for person in people {
                    if let Some(place) = places.get_mut(*person) {
                        *place = next;
                    }
                }
                if next >= self.networks.len() {
                    self.networks.push(Network::new(next, first, &mut Rng::new(seed, &format!("network/{next}"))));
                }
                next += 1;
            }
        }
        places
    }

    /// The network of a device.
    pub fn network(&self, device: usize) -> Option<&Network> {
        self.networks.get(self.devices.get(device)?.network)
    }

    /// The people somebody works with most, when the department is too large for that.
    pub fn team(&self, person: usize) -> Option<&[usize]> {
        let is_large = self.people.len() / self.departments() > LARGE_DEPARTMENT;
        self.teams.get(self.people.get(person)?.team).filter(|_| is_large).map(Vec::as_slice)
    }

    /// The servers of the home office, or the file server of another network, and the printers.
    fn machines(&mut self, code: &str, network: usize, rng: &mut Rng) {
        let home = [
            ("BK01".to_owned(), 12),
            ("FS01".to_owned(), 11),
            ("APP01".to_owned(), 13),
            ("NVR01".to_owned(), 14),
            ("WSUS01".to_owned(), 15),
        ];
        let branch = [(format!("FS{:02}", network + 1), 11)];
        let servers: &[(String, u32)] = if network == 0 { &home } else { &branch };
        let start = self.networks.get(network).map_or(0, |network| u32::from(network.start));
        for (name, last) in servers.iter().take(2 + self.people.len() / 20) {
            if name == "BK01" {
                self.backup = self.devices.len();
            }
            let client = if name == "WSUS01" || name.starts_with("FS") { Client::Schannel } else { Client::OpenSsl };
            let fixed = Some(Ipv4Addr::from(start + last));
            let mac = mac([0x00, 0x50, 0x56], rng);
            self.devices.push(Device { host: format!("{code}-{name}"), mac, kind: DeviceKind::Server, client, fixed, network });
        }
        for number in 1..=2 {
            let host = format!("{code}-PRN{:02}", 2 * network + number);
            let mac = mac([0x00, 0x17, 0xc8], rng);
            self.devices.push(Device { host, mac, kind: DeviceKind::Printer, client: Client::OpenSsl, fixed: None, network });
        }
    }

    /// The site of a new person, by the sites' shares.
    fn draw_site(&self, rng: &mut Rng) -> usize {
        let total: f64 = self.sites.iter().map(|site| site.share).sum();
        let mut at = rng.unit() * total;
        let found = self.sites.iter().position(|site| {
            at -= site.share;
            at < 0.0
        });
        found.unwrap_or_default()
    }

    fn employee(
        &self,
        (index, count): (usize, usize),
        organisation: &Organisation,
        sid: &str,
        taken: &mut BTreeSet<String>,
        rng: &mut Rng,
    ) -> Employee {
        let site = if self.sites.len() > 1 { self.draw_site(rng) } else { 0 };
        let (place, language) = self.sites.get(site).map_or((None, Language::English), |site| (Some(site.country), site.language));
        let place = place.unwrap_or(&country::COUNTRIES[0]);
        let draw = |rng: &mut Rng| match language {
            Language::English => (rng.word(names::FIRST), rng.word(names::LAST), None),
            Language::Japanese => {
                let (first, last) = names::japanese(rng);
                (first.0, last.0, Some(format!("{} {}", last.1, first.1)))
            }
        };
        let (first, mut last, mut native) = draw(rng);
        let mut first = first.to_owned();
        let login = loop {
            let short = format!("{}.{}", first.to_lowercase().replace(". ", ".").trim_end_matches('.'), last.to_lowercase());
            if taken.insert(short.clone()) {
                break short;
            }
            let is_crowded = taken.len() > names::FIRST.len() * names::LAST.len() / 3;
            if is_crowded && language == Language::English && !first.ends_with('.') {
                // Where most names are taken, people use a second initial.
                first = format!("{first} {}.", rng.token(b"ABCDEFGHIJKLMNOPRSTVW", 1));
                continue;
            }
            if is_crowded || language == Language::Japanese {
                let numbered = format!("{short}{}", taken.len());
                taken.insert(numbered.clone());
                break numbered;
            }
            let drawn = draw(rng);
            (first, last, native) = (drawn.0.to_owned(), drawn.1, drawn.2);
        };
        let groups = departments(count);
        let department = index % groups;
        let lead = index < groups;
        let titles = names::DEPARTMENTS.get(department).map_or(&[] as &[&str], |(_, titles)| titles);
        let title = if lead { titles.first().copied().unwrap_or_default() } else { rng.word(titles.get(1..).unwrap_or_default()) };
        let manager = match index {
            0 => None,
            _ if lead => Some(0),
            _ => Some(department),
        };
        let (browser, user_agent) = match rng.below(10) {
            0..=4 => ("Edge", format!("{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36 Edg/122.0.0.0")),
            5..=8 => ("Chrome", format!("{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36")),
            _ => ("Firefox", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:123.0) Gecko/20100101 Firefox/123.0".to_owned()),
        };
        let phone_agent = phone(rng);
        let home_ips: Vec<Ipv4Addr> = (0..1 + rng.below(2)).map(|_| address::draw(place.home, rng)).collect();
        // The last person of a larger company works the night.
        let hours = if index + 1 == count && count >= 20 {
            (21 * 60, 25 * 60, 29 * 60 + 30)
        } else {
            let start = (organisation.arrival_hour * 60.0) as i64 + rng.range(0, 110);
            let length = (organisation.working_hours * 60.0) as i64;
            (start, start + length / 2 + rng.range(-75, 60), start + length + rng.range(-20, 60))
        };
        let mut remote = Vec::new();
        if rng.chance(organisation.remote_share) {
            let mut days = [0, 1, 2, 3, 4];
            rng.shuffle(&mut days);
            remote = days.into_iter().take(2 + rng.below(2) as usize).collect();
        }
        Employee {
            first,
            last: last.to_owned(),
            native,
            mail: format!("{login}@{}", self.domain),
            login,
            object_id: rng.uuid(),
            user_key: format!("10032{}", rng.token(b"0123456789ABCDEF", 11)),
            mailbox_guid: rng.uuid(),
            sid: format!("{sid}-{}", 20_000_000 + rng.below(5_000_000)),
            department,
            title: title.to_owned(),
            manager,
            user_agent,
            browser,
            os: "Windows10",
            phone_agent,
            home_ips,
            carrier: rng.pick(place.mobile).copied().unwrap_or(([172, 58, 0, 0], 16)),
            city: rng.pick(place.cities.get(..5.min(place.cities.len())).unwrap_or_default()).copied().unwrap_or_default(),
            site,
            team: 0,
            vpn: false,
            mail_rate: 1.0,
            web_rate: 1.0,
            hours,
            remote,
            favourites: Vec::new(),
            hire_date: format!("20{:02}-{:02}-{:02}", rng.range(9, 24), rng.range(1, 13), rng.range(1, 28)),
        }
    }

    /// The office that a person belongs to.
    pub fn site(&self, person: usize) -> Option<&Site> {
        self.sites.get(self.people.get(person)?.site)
    }

    /// The country that a person lives in.
    pub fn country(&self, person: usize) -> &'static Country {
        self.site(person).or(self.sites.first()).map_or(&country::COUNTRIES[0], |site| site.country)
    }

    /// Midnight at which local day `day` (0 is the first) begins where a person lives; the home office's for anybody unknown.
    pub fn midnight(&self, person: usize, day: u32) -> i64 {
        calendar::midnight(day, self.country(person).utc_offset_min)
    }

    /// Whether `day` is a weekend or a holiday where a person lives.
    pub fn is_day_off(&self, person: usize, day: u32) -> bool {
        let date = calendar::month_and_day(day);
        calendar::is_weekend(day) || self.country(person).holidays.contains(&date.as_str()) || self.holidays.contains(&date)
    }

    /// How many of [`names::DEPARTMENTS`] it has.
    pub fn departments(&self) -> usize {
        departments(self.people.len())
    }

    /// City, region and country that a sign-in record shows for an office's line.
    pub fn office_place(&self, site: usize) -> (&'static str, &'static str, &'static str) {
        self.sites.get(site).map_or(("", "", ""), |site| (site.city.0, site.city.1, site.country.code))
    }

    /// Whether some office is not behind UTC: its local day begins (or its devices wake) on the UTC day before.
    pub fn is_ahead_of_utc(&self) -> bool {
        self.sites.iter().any(|site| site.country.utc_offset_min >= 0)
    }

    /// The department's name.
    pub fn department(&self, person: &Employee) -> &'static str {
        names::DEPARTMENTS.get(person.department).map_or("", |(name, _)| name)
    }

    /// The rows of `directory.csv`.
    pub fn directory(&self) -> Vec<Person> {
        let rows = self.people.iter().enumerate().map(|(index, person)| Person {
            display_name: person.display(),
            mail: person.mail.clone(),
            user_principal_name: person.mail.clone(),
            object_id: person.object_id.clone(),
            department: self.department(person).to_owned(),
            title: person.title.clone(),
            manager: person.manager.and_then(|manager| self.people.get(manager)).map(|manager| manager.mail.clone()).unwrap_or_default(),
            usual_country: self.country(index).code.to_owned(),
            device_host_name: self.devices.get(index).map(|device| device.host.clone()).unwrap_or_default(),
            hire_date: person.hire_date.clone(),
            aliases: Vec::new(),
        });
        rows.collect()
    }
}

/// User agent of a phone.
pub fn phone(rng: &mut Rng) -> String {
    if rng.chance(0.6) {
        format!(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{}_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            rng.below(4)
        )
    } else {
        format!(
            "Mozilla/5.0 (Linux; Android {}; SM-S911U) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.6261.64 Mobile Safari/537.36",
            rng.range(12, 15)
        )
    }
}

fn departments(people: usize) -> usize {
    names::DEPARTMENTS.len().min((people / 4).max(2))
}

const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_belong_to_the_offices_of_their_countries() {
        let text = "offices: [{country: JP, language: ja, share: 3}, {country: PA}]";
        let company = Company::new(4, 200, &serde_saphyr::from_str(text).unwrap());
        let rows = company.directory();
        let japanese = rows.iter().filter(|row| row.usual_country == "JP").count();
        assert!((120..180).contains(&japanese), "{japanese}");
        assert_eq!(rows.iter().filter(|row| row.usual_country == "PA").count(), 200 - japanese);
        assert!(rows.iter().all(|row| row.mail.is_ascii() && row.display_name.is_ascii() == (row.usual_country == "PA")));
        let mails: BTreeSet<&String> = rows.iter().map(|row| &row.mail).collect();
        assert_eq!(mails.len(), 200);
        // 20 March is a holiday in Japan alone, Saturday is free in both; Tokyo's day begins 14 hours before Panama's.
        let of = |country: &str| (0..200).find(|person| company.country(*person).code == country).unwrap();
        assert!(company.is_day_off(of("JP"), 16) && !company.is_day_off(of("PA"), 16) && company.is_day_off(of("PA"), 5));
        assert_eq!(company.midnight(of("PA"), 3) - company.midnight(of("JP"), 3), 14 * 3_600_000);
    }
}
