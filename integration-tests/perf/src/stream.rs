//! A made-up stream of normalised events of a large company: everybody has habits, and now and then leaves them. Knows no analysis.

use fastrand::Rng;
use std::net::{IpAddr, Ipv4Addr};
use weft_model::{
    Actor, Answer, Authentication, Body, DnsActivity, EmailActivity, Endpoint, Event, EventTime, EventUid, FileHosting, FileHostingKind,
    HOUR_MS, HttpActivity, MailLink, Metadata, NetworkActivity, Person, Status, Tls, Traffic, User,
};

/// Sites that anybody visits; popular ones more often.
const SITES: u32 = 5_000;
/// Sites that one device usually visits, and how seldom it leaves them (one in so many).
const HABITS: u32 = 12;
const STRAY: u32 = 50;

/// The company.
pub struct Stream {
    pub people: u32,
    /// Whether some are seen much more often than others.
    is_zipf: bool,
    rng: Rng,
}

/// People of the directory at most: a tenant has more devices than that, not more people.
const MAX_LISTED: u32 = 50_000;

fn ip(a: u8, number: u32) -> IpAddr {
    let [_, b, c, d] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

fn mail_of(person: u32) -> String {
    format!("p{person}@company.example")
}

fn site(number: u32) -> String {
    format!("www.site{number}.com")
}

/// Where a site is, in public space.
fn address_of(site: u32) -> IpAddr {
    ip(23, site * 7 + 1)
}

/// The place that a person usually signs in from.
fn home(person: u32) -> IpAddr {
    ip(81, person + 1)
}

impl Stream {
    /// `people` people with one device each.
    pub fn new(people: u32, seed: u64) -> Self {
        Self { people, is_zipf: false, rng: Rng::with_seed(seed) }
    }

    /// `devices` devices of which the k-th is seen in proportion to 1 / k.
    pub fn zipf(devices: u32, seed: u64) -> Self {
        Self { is_zipf: true, ..Self::new(devices, seed) }
    }

    /// Names of all devices.
    pub fn devices(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.people).map(|device| ip(10, device).to_string())
    }

    fn anybody(&mut self) -> u32 {
        if !self.is_zipf {
            return self.rng.u32(..self.people);
        }
        let rank = (self.rng.f64() * (f64::from(self.people) + 1.0).ln()).exp() as u32;
        // Neighbours by rank are no neighbours by number.
        let rank = u64::from(rank.clamp(1, self.people));
        (rank * 2_654_435_761 % u64::from(self.people)) as u32
    }

    /// One event each of devices that nobody has seen, the first of which is number `from`.
    pub fn strangers(&mut self, hour: i64, from: u32, count: u32) -> Vec<Event> {
        let people = self.people;
        let mut events: Vec<Event> = (from..from + count)
            .map(|number| {
                let time = EventTime(hour * HOUR_MS + self.rng.i64(0..HOUR_MS));
                let body = Body::Dns(Box::new(self.dns(people + number)));
                self.of(time, body)
            })
            .collect();
        events.sort_unstable_by_key(Event::reference);
        events
    }

    /// Their directory: departments of about forty.
    pub fn directory(&self) -> impl Iterator<Item = Person> {
        (0..self.people.min(MAX_LISTED)).map(|person| Person {
            display_name: format!("Person {person}"),
            mail: mail_of(person),
            department: format!("Department {}", person / 40),
            device_host_name: ip(10, person).to_string(),
            ..Person::default()
        })
    }

    /// One of this device's usual sites, seldom another; low numbers are popular.
    fn visited(&mut self, device: u32) -> u32 {
        let skewed = |unit: f64| (f64::from(SITES) * unit * unit * unit) as u32;
        if self.rng.u32(..STRAY) == 0 {
            return skewed(self.rng.f64());
        }
        let habit = self.rng.u32(..HABITS).min(self.rng.u32(..HABITS));
        skewed(Rng::with_seed(u64::from(device) << 8 | u64::from(habit)).f64())
    }

    /// The events of one hour, sorted as the window sorts them.
    pub fn hour(&mut self, hour: i64, count: u32) -> Vec<Event> {
        let mut events: Vec<Event> = (0..count).map(|_| self.event(hour)).collect();
        events.sort_unstable_by_key(Event::reference);
        events
    }

    fn event(&mut self, hour: i64) -> Event {
        let who = self.anybody();
        let time = EventTime(hour * HOUR_MS + self.rng.i64(0..HOUR_MS));
        let body = match self.rng.u8(..100) {
            0..35 => Body::Dns(Box::new(self.dns(who))),
            35..78 => Body::Network(Box::new(self.flow(who, time))),
            78..82 => Body::Http(Box::new(self.http(who))),
            82..90 => Body::Authentication(Box::new(self.logon(who))),
            90..98 => Body::FileHosting(Box::new(self.file(who))),
            _ => Body::Email(Box::new(self.mail(who))),
        };
        self.of(time, body)
    }

    fn of(&mut self, time: EventTime, body: Body) -> Event {
        let uid = EventUid::of("rate", &[&self.rng.u64(..).to_le_bytes()]);
        let metadata = Metadata { product: "Weft network sensor".into(), log_name: "pcap".into(), original_uid: None };
        Event { uid, time, metadata, raw_data: None, body }
    }

    fn dns(&mut self, who: u32) -> DnsActivity {
        let host = self.visited(who);
        DnsActivity {
            src_endpoint: Endpoint::from_ip(ip(10, who)),
            hostname: site(host),
            query_type: "A".into(),
            answers: vec![Answer { kind: "A".into(), rdata: address_of(host).to_string(), ttl: 60 }],
            rcode: Some(0),
            ..DnsActivity::default()
        }
    }

    fn flow(&mut self, who: u32, time: EventTime) -> NetworkActivity {
        let host = self.visited(who);
        let bytes_out = if self.rng.u8(..20) == 0 { 1 << self.rng.u32(18..26) } else { self.rng.u64(500..20_000) };
        NetworkActivity {
            src_endpoint: Endpoint::from_ip(ip(10, who)),
            dst_endpoint: Endpoint { port: Some(443), hostname: Some(site(host)), ..Endpoint::from_ip(address_of(host)) },
            protocol_num: 6,
            traffic: Traffic { bytes_out, bytes_in: 40_000, packets_out: 20, packets_in: 40 },
            start_time: time,
            end_time: time.plus_ms(self.rng.i64(100..60_000)),
            tls: Some(Tls { sni: Some(site(host)), ja4: Some(format!("t13d1516h2_{:012x}", who % 5)), ..Tls::default() }),
            app_name: Some("tls".into()),
            ..NetworkActivity::default()
        }
    }

    fn http(&mut self, who: u32) -> HttpActivity {
        let host = self.visited(who);
        HttpActivity {
            src_endpoint: Endpoint::from_ip(ip(10, who)),
            dst_endpoint: Endpoint { port: Some(80), ..Endpoint::from_ip(address_of(host)) },
            http_method: "GET".into(),
            host: site(host),
            path: "/news/index.html".into(),
            user_agent: Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0".into()),
            ..HttpActivity::default()
        }
    }

    fn logon(&mut self, who: u32) -> Authentication {
        let from = if self.rng.u32(..STRAY) == 0 { ip(81, self.rng.u32(..self.people) + 1) } else { home(who) };
        Authentication {
            user: User::from_email(&mail_of(who)),
            status: if self.rng.u8(..20) == 0 { Status::Failure } else { Status::Success },
            src_endpoint: Endpoint::from_ip(from),
            service_name: Some("Office 365 Exchange Online".into()),
            app_name: Some("Outlook".into()),
            user_agent: Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edge/126.0".into()),
            ..Authentication::default()
        }
    }

    fn file(&mut self, who: u32) -> FileHosting {
        FileHosting {
            kind: if self.rng.bool() { FileHostingKind::Open } else { FileHostingKind::Download },
            operation: "FileAccessed".into(),
            service_name: "SharePoint".into(),
            actor: Actor { user: Some(User::from_email(&mail_of(who))), ..Actor::default() },
            status: Status::Success,
            src_endpoint: Endpoint::from_ip(home(who)),
            file_name: format!("plan{}.docx", self.rng.u32(..2000)),
            file_path: "/sites/team/documents".into(),
            ..FileHosting::default()
        }
    }

    fn mail(&mut self, who: u32) -> EmailActivity {
        let host = self.visited(who);
        EmailActivity {
            message_uid: format!("{:x}@mail.site{host}.com", self.rng.u64(..)),
            from: format!("info{}@site{host}.com", self.rng.u8(..3)),
            from_name: "Information".into(),
            to: vec![mail_of(who)],
            subject: "This week".into(),
            origin_ip: Some(address_of(host)),
            links: vec![MailLink { url: format!("https://{}/a", site(host)), host: site(host), text: "read more".into() }],
            size: 20_000,
            ..EmailActivity::default()
        }
    }
}
