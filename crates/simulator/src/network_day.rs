//! A day of ordinary traffic: people's devices while they are at the office, and the machines day and night.
//!
//! Must not know of any attack.

use crate::calendar::is_weekend;
use crate::company::DeviceKind;
use crate::dns;
use crate::names;
use crate::rng::Rng;
use crate::schedule::DayPlan;
use crate::tls::Client;
use crate::traffic::Load;
use crate::world::{Visit, World};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// One thing a device does.
enum Action {
    Renew,
    LogOn,
    Page(usize),
    Host(String, Load),
    Agent(String),
    Fetch(&'static str, &'static str),
    /// Only a question, here for a name that does not exist or whose answer is no address.
    Ask(String),
}

/// Addresses of devices that come through the VPN.
const TUNNEL_POOL: Ipv4Addr = Ipv4Addr::new(172, 27, 1, 0);
/// Pages a person opens on a day at the office, on average.
const PAGES_A_DAY: f64 = 26.0;
/// Never-seen domains a person visits on a day at the office, on average.
const FRESH_A_DAY: f64 = 0.07;

impl World {
    /// Simulates the network of local day `day`; `visits` are pages people open because of mails.
    pub fn network_day(&mut self, day: u32, visits: &[Visit]) {
        for cache in &mut self.network.resolved {
            cache.clear();
        }
        self.network.resolved.resize_with(self.company.devices.len(), Default::default);
        self.network.ports.resize(self.company.devices.len(), 0);
        self.network.addresses.resize(self.company.devices.len(), None);
        self.hand_out_leases(day);
        let mut visits_of: BTreeMap<usize, Vec<&Visit>> = BTreeMap::new();
        for visit in visits {
            visits_of.entry(visit.person).or_default().push(visit);
        }
        for device in 0..self.company.devices.len() {
            let mut rng = Rng::new(self.seed, &format!("network/{day}/{device}"));
            let mut actions = Vec::new();
            self.machine_actions(day, device, &mut actions, &mut rng);
            self.person_actions(device, visits_of.get(&device).map_or(&[], Vec::as_slice), &mut actions, &mut rng);
            actions.sort_by_key(|(at_ms, _)| *at_ms);
            for (at_ms, action) in actions {
                self.act(device, at_ms * 1000 + rng.range(0, 1_000), action, &mut rng);
            }
        }
        self.nightly_backup(day);
    }

    /// When a device is on the network on `day`: the local day for machines and desktops, working hours for laptops.
    pub fn presence(&self, day: u32, device: usize) -> Option<(i64, i64)> {
        let known = self.company.devices.get(device)?;
        let midnight = self.company.midnight(device, day);
        match known.kind {
            DeviceKind::Laptop => {
                let plan = self.plans.get(device).filter(|plan| plan.at_office())?;
                Some((plan.start_ms, plan.end_ms))
            }
            DeviceKind::Desktop | DeviceKind::Server | DeviceKind::Printer => Some((midnight, midnight + DAY_MS)),
        }
    }

    /// Every device that arrives takes a lease: mostly its last address, sometimes another one, maybe a colleague's of yesterday.
    fn hand_out_leases(&mut self, day: u32) {
        if std::mem::take(&mut self.network.forgets_leases) {
            self.network.leases.clear();
            self.network.addresses.fill(None);
        }
        let mut rng = Rng::new(self.seed, &format!("leases/{day}"));
        let mut arrivals: Vec<(i64, usize)> = Vec::new();
        for (device, known) in self.company.devices.iter().enumerate() {
            if known.fixed.is_none()
                && let Some((start, _)) = self.presence(day, device)
            {
                arrivals.push((start - rng.range(2_000, 25_000), device));
            }
        }
        arrivals.sort_unstable();
        for (at_ms, device) in arrivals {
            let at_ms = at_ms.max(crate::calendar::START_MS);
            let Some(pool_start) = self.company.network(device).map(|network| u32::from(network.start) + 256) else { continue };
            let roams = self.company.devices.get(device).is_some_and(|known| known.kind == DeviceKind::Laptop);
            let last = self.network.addresses.get(device).copied().flatten();
            let free = |ip: &Ipv4Addr| self.network.leases.get(ip).is_none_or(|(holder, until)| *holder == device || *until <= at_ms);
            let tunnel = self.plans.get(device).is_some_and(|plan| plan.tunnel);
            let here = |ip: &Ipv4Addr| (pool_start..pool_start + 768).contains(&u32::from(*ip));
            let kept = last.filter(|ip| !tunnel && here(ip) && free(ip) && !(roams && rng.chance(0.08)));
            let ip = kept.unwrap_or_else(|| {
                if tunnel {
                    // The concentrator takes another address for each session.
                    return Ipv4Addr::from(u32::from(TUNNEL_POOL) + (device as u32 + day * 17) % 60_000);
                }
                let mut candidate = Ipv4Addr::from(pool_start + (rng.below(3) * 256 + 2 + rng.below(40)) as u32);
                while !free(&candidate) || Some(candidate) == last {
                    candidate = Ipv4Addr::from(pool_start + (rng.below(3) * 256 + 2 + rng.below(248)) as u32);
                }
                candidate
            });
            if kept.is_none() || roams {
                // A laptop that comes back asks anew even for its old address.
                if let Some(address) = self.network.addresses.get_mut(device) {
                    *address = None;
                }
                if let Some(last) = last.filter(|last| *last != ip) {
                    self.network.leases.remove(&last);
                }
            }
            self.lease(device, ip, at_ms * 1000, &mut rng);
        }
    }

    fn machine_actions(&self, day: u32, device: usize, actions: &mut Vec<(i64, Action)>, rng: &mut Rng) {
        let Some((start, end)) = self.presence(day, device) else { return };
        let Some(known) = self.company.devices.get(device) else { return };
        let half_lease = i64::from(self.network.lease_s) * 500;
        if known.fixed.is_none() {
            let mut at = start + half_lease;
            while at < end {
                actions.push((at + rng.range(-20_000, 20_000), Action::Renew));
                at += half_lease;
            }
        }
        // Each machine runs the same agents all month; some poll every five minutes.
        let mut habits = Rng::new(self.seed, &format!("agents/{device}"));
        let agents: Vec<(String, i64)> = match known.kind {
            DeviceKind::Server => vec![(self.agent(&mut habits), 5 * MINUTE_MS), (self.agent(&mut habits), 10 * MINUTE_MS)],
            DeviceKind::Printer => vec![(self.agent(&mut habits), 30 * MINUTE_MS)],
            DeviceKind::Desktop => vec![(self.agent(&mut habits), 15 * MINUTE_MS), (self.agent(&mut habits), HOUR_MS)],
            DeviceKind::Laptop => {
                let fast = habits.chance(0.33);
                vec![(self.agent(&mut habits), if fast { 5 * MINUTE_MS } else { 40 * MINUTE_MS }), (self.agent(&mut habits), HOUR_MS)]
            }
        };
        for (host, period) in agents {
            let mut at = start + habits.range(5_000, period) + 3_000;
            while at < end {
                actions.push((at + rng.range(-4_000, 4_000), Action::Agent(host.clone())));
                at += period;
            }
        }
        if known.kind == DeviceKind::Server && known.client == Client::Schannel {
            for _ in 0..rng.below(6) {
                actions.push((
                    rng.range(start, end),
                    Action::Fetch("ctldl.windowsupdate.com", "/msdownload/update/v3/static/trustedr/en/authrootstl.cab"),
                ));
            }
        }
    }

    /// One of the company's software vendors' hosts.
    fn agent(&self, habits: &mut Rng) -> String {
        let vendor = habits.below(12);
        let mut rng = Rng::new(self.seed, &format!("vendor/{vendor}"));
        format!("{}.{}{}.com", rng.word(names::AGENTS), rng.word(names::STEM), rng.word(&["soft", "secure", "ware", "tech"]))
    }

    fn person_actions(&mut self, device: usize, visits: &[&Visit], actions: &mut Vec<(i64, Action)>, rng: &mut Rng) {
        let Some(plan) = self.plans.get(device).filter(|plan| plan.at_office()).cloned() else { return };
        let Some(person) = self.company.people.get(device).cloned() else { return };
        let hours = (plan.end_ms - plan.start_ms) as f64 / (9.0 * HOUR_MS as f64);
        actions.push((plan.start_ms + rng.range(8_000, 60_000), Action::LogOn));
        actions.push((plan.start_ms + rng.range(1_000, 6_000), Action::Fetch("www.msftconnecttest.com", "/connecttest.txt")));
        for _ in 0..rng.below(4) {
            actions.push((
                plan.moment(rng),
                Action::Fetch("ocsp.digicert.com", "/MFEwTzBNMEswSTAJBgUrDgMCGgUABBSAUQYBMq2awn1Rh6Doh%2FsBYgFV7g"),
            ));
        }
        self.vain_lookups(&plan, device, actions, rng);
        for _ in 0..rng.poisson(0.5 * hours) {
            // Files that synchronise.
            let load = Load { up: (rng.exponential(700_000.0) as u64).min(25_000_000), down: 6_000, exchanges: 2 };
            let tenant = self.company.domain.split('.').next().unwrap_or_default();
            actions.push((plan.moment(rng), Action::Host(format!("{tenant}-my.sharepoint.com"), load)));
        }
        for _ in 0..rng.poisson(PAGES_A_DAY * hours * person.web_rate) {
            let at = plan.moment(rng);
            let site = if rng.chance(0.7) { rng.pick(&person.favourites).copied() } else { None };
            let site = site.unwrap_or_else(|| self.web.draw(rng));
            actions.push((at, Action::Page(site)));
        }
        for _ in 0..rng.poisson(25.0 * hours) {
            let at = plan.moment(rng);
            let host = rng.word(names::OFFICE_HOSTS).to_owned();
            actions.push((at, Action::Host(host, Load::page(rng))));
        }
        for _ in 0..rng.poisson(FRESH_A_DAY) {
            let domain = self.web.fresh(rng, 0.45);
            let mut at = plan.moment(rng);
            let host = if rng.chance(0.6) { format!("www.{domain}") } else { domain };
            for _ in 0..1 + rng.below(3) {
                actions.push((at, Action::Host(host.clone(), Load::page(rng))));
                at += rng.range(1_500, 90_000);
            }
        }
        for visit in visits.iter().filter(|visit| visit.time_ms < plan.end_ms) {
            let mut at = visit.time_ms;
            for _ in 0..1 + rng.below(3) {
                actions.push((at, Action::Host(visit.host.clone(), Load::page(rng))));
                at += rng.range(800, 40_000);
            }
        }
    }

    /// Questions that lead nowhere: the search suffix, proxies, browsers that test the network, typing errors, reputation services.
    fn vain_lookups(&mut self, plan: &DayPlan, device: usize, actions: &mut Vec<(i64, Action)>, rng: &mut Rng) {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
        let realm = self.company.realm.to_lowercase();
        actions.push((plan.start_ms + rng.range(1_000, 9_000), Action::Ask(format!("wpad.{realm}"))));
        if self.company.devices.get(device).is_some_and(|known| known.client == Client::Chromium) {
            let at = plan.start_ms + rng.range(15_000, 200_000);
            for _ in 0..3 {
                let length = rng.range(7, 16) as usize;
                actions.push((at + rng.range(0, 40), Action::Ask(format!("{}.{realm}", rng.token(LETTERS, length)))));
            }
        }
        for _ in 0..rng.poisson(2.0) {
            let at = plan.moment(rng);
            let site = self.web.draw(rng);
            let host = self.web.sites.get(site).and_then(|site| site.hosts.first()).cloned().unwrap_or_default();
            actions.push((at, Action::Ask(format!("{host}.{realm}"))));
        }
        if rng.chance(0.3)
            && let Some(host) = self.web.mistype(rng)
        {
            actions.push((plan.moment(rng), Action::Ask(host)));
        }
        for _ in 0..rng.poisson(4.0) {
            actions.push((plan.moment(rng), Action::Ask(format!("{}.{}{}", rng.hex(26), rng.hex(4), names::REPUTATION))));
        }
    }

    fn act(&mut self, device: usize, at_us: i64, action: Action, rng: &mut Rng) {
        match action {
            Action::Renew => {
                if let Some(ip) = self.network.addresses.get(device).copied().flatten() {
                    self.lease(device, ip, at_us, rng);
                }
            }
            Action::LogOn => {
                let (Some(known), Some(person)) = (self.company.devices.get(device), self.company.people.get(device)) else { return };
                let (machine, login) = (format!("{}$", known.host), person.login.clone());
                self.log_on(device, &machine, at_us - rng.range(2_000_000, 6_000_000), rng);
                self.log_on(device, &login, at_us, rng);
            }
            Action::Page(site) => self.open_page(device, at_us, site, rng),
            Action::Host(host, load) => {
                self.connect(device, at_us, &host, load, rng);
            }
            Action::Agent(host) => {
                let client = match self.company.devices.get(device).map(|known| known.client) {
                    Some(Client::OpenSsl) => Client::OpenSsl,
                    _ => Client::Schannel,
                };
                let load = Load::poll(rng);
                self.connect_as(device, client, at_us, (&host, load), rng);
            }
            Action::Ask(host) => {
                self.ask(device, at_us, &host, dns::TYPE_A, rng);
            }
            Action::Fetch(host, path) => {
                let agent = if host.starts_with("www.msft") { "Microsoft NCSI" } else { "Microsoft-CryptoAPI/10.0" };
                self.fetch(device, at_us, (host, path, agent), rng);
            }
        }
    }

    /// A page, its own further hosts and the shared ones it pulls in.
    fn open_page(&mut self, device: usize, at_us: i64, site: usize, rng: &mut Rng) {
        let Some(site) = self.web.sites.get(site).cloned() else { return };
        let mut at = at_us;
        for (number, host) in site.hosts.iter().enumerate() {
            if number == 0 || rng.chance(0.4) {
                self.connect(device, at, host, Load::page(rng), rng);
                at += rng.range(60_000, 900_000);
            }
        }
        for shared in &site.shared {
            // Browsers keep connections: only some pages open a new one.
            if rng.chance(0.55)
                && let Some(host) = names::SHARED_HOSTS.get(*shared)
            {
                self.connect(device, at, host, Load::page(rng), rng);
                at += rng.range(30_000, 500_000);
            }
        }
    }

    /// The backup machine uploads some hundred megabytes each night, more at weekends.
    fn nightly_backup(&mut self, day: u32) {
        let mut rng = Rng::new(self.seed, &format!("backup/{day}"));
        let mut vendor = Rng::new(self.seed, "backup vendor");
        let host = format!("ingest-{}.{}{}.com", vendor.below(9), vendor.word(names::STEM), vendor.word(&["vault", "backup", "safe"]));
        let start = (self.company.midnight(usize::MAX, day) + HOUR_MS + rng.range(0, 9 * MINUTE_MS)) * 1000;
        let people = self.company.people.len() as i64;
        let megabytes = people * if is_weekend(day) { rng.range(8, 11) } else { rng.range(4, 7) };
        let load = Load { up: megabytes as u64 * 1_000_000, down: 40_000, exchanges: 4 };
        self.connect_as(self.company.backup, Client::OpenSsl, start, (&host, load), &mut rng);
    }
}
