//! The web as the company sees it: popular sites, hosts that many sites share, a supply of names nobody has seen, and what DNS says.
//!
//! Must not know who visits what.

use crate::address;
use crate::names;
use crate::rng::{Rng, Zipf};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Answers remembered at once.
const MAX_ANSWERS: usize = 50_000;

/// A site: its first host is the page, the others serve parts of it.
#[derive(Clone, Debug)]
pub struct Site {
    pub hosts: Vec<String>,
    /// Indices into [`names::SHARED_HOSTS`].
    pub shared: Vec<usize>,
}

/// What a resolver knows of a name.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub cname: Option<String>,
    pub addresses: Vec<Ipv4Addr>,
    /// Seconds.
    pub ttl: u32,
    /// False for a name that does not exist.
    pub exists: bool,
}

/// The web.
#[derive(Clone, Debug)]
pub struct Web {
    seed: u64,
    pub sites: Vec<Site>,
    popularity: Zipf,
    shared: Zipf,
    pins: BTreeMap<String, Ipv4Addr>,
    /// Answers of late, so that each is drawn once.
    answers: HashMap<String, Arc<Lookup>, FixedState>,
    /// Under this suffix nothing is found that is asked for.
    search_suffix: String,
    absent: BTreeSet<String>,
    taken: BTreeSet<String>,
}

impl Web {
    /// `people` scales how many sites are popular (1,500 for 60 people).
    pub fn new(seed: u64, people: u32) -> Self {
        let mut rng = Rng::new(seed, "web");
        let count = (people as usize * 25).clamp(200, 3_000);
        let mut web = Self {
            seed,
            sites: Vec::new(),
            popularity: Zipf::new(count, 1.1),
            shared: Zipf::new(names::SHARED_HOSTS.len(), 0.7),
            pins: BTreeMap::new(),
            answers: HashMap::default(),
            search_suffix: String::new(),
            absent: BTreeSet::new(),
            taken: names::WELL_KNOWN.iter().map(|name| (*name).to_owned()).collect(),
        };
        for rank in 0..count {
            let domain = match names::WELL_KNOWN.get(rank) {
                Some(name) => (*name).to_owned(),
                None => web.fresh(&mut rng, 0.03),
            };
            let site = web.site(&domain, &mut rng);
            web.sites.push(site);
        }
        web
    }

    /// A site on `domain` with a few hosts and shared parts.
    pub fn site(&self, domain: &str, rng: &mut Rng) -> Site {
        let mut hosts = vec![if rng.chance(0.8) { format!("www.{domain}") } else { domain.to_owned() }];
        for part in ["static", "cdn", "api", "img", "assets", "media"] {
            if rng.chance(0.15) {
                hosts.push(format!("{part}.{domain}"));
            }
        }
        let shared = (0..rng.below(5)).map(|_| self.shared.draw(rng)).collect();
        Site { hosts, shared }
    }

    /// A popular site by its rank.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        self.popularity.draw(rng)
    }

    /// The sites one person returns to: popular ones, and many that few others know.
    pub fn habits(&self, rng: &mut Rng) -> Vec<usize> {
        (0..54).map(|number| if number < 12 { self.draw(rng) } else { rng.below(self.sites.len() as u64) as usize }).collect()
    }

    /// A registrable domain that nothing here used before; `odd` is the share of unusual top-level domains.
    pub fn fresh(&mut self, rng: &mut Rng, odd: f64) -> String {
        loop {
            let mut label = format!("{}{}", rng.word(names::STEM), rng.word(names::TAIL));
            match rng.below(6) {
                0 => label = format!("{label}-{}", rng.word(names::TRADE)),
                1 => label = format!("{}{label}", rng.word(&["get", "my", "the", "go", "try", "use"])),
                2 => label.push_str(rng.word(&["group", "online", "hq", "inc", "us", "pro"])),
                _ => {}
            }
            let tld = if rng.chance(odd) { rng.word(names::TLD_ODD) } else { rng.word(names::TLD_COMMON) };
            let domain = format!("{label}.{tld}");
            if self.taken.insert(domain.clone()) {
                return domain;
            }
        }
    }

    /// As [`Self::fresh`], mostly under a country's own suffix unless that is `com`.
    pub fn fresh_in(&mut self, suffix: &str, rng: &mut Rng, odd: f64) -> String {
        loop {
            let domain = self.fresh(rng, odd);
            if suffix == "com" || rng.chance(0.3) {
                return domain;
            }
            let local = format!("{}.{suffix}", domain.split('.').next().unwrap_or_default());
            if self.taken.insert(local.clone()) {
                return local;
            }
        }
    }

    /// Fixes the address of a host.
    pub fn pin(&mut self, host: &str, address: Ipv4Addr) {
        self.pins.insert(host.to_owned(), address);
        self.answers.remove(host);
    }

    /// As [`Self::lookup`], remembered.
    pub fn answer(&mut self, host: &str) -> Arc<Lookup> {
        if let Some(known) = self.answers.get(host) {
            return known.clone();
        }
        if self.is_vain(host) || host.ends_with(names::REPUTATION) {
            // Asked once.
            return Arc::new(self.lookup(host));
        }
        if self.answers.len() >= MAX_ANSWERS {
            self.answers.clear();
        }
        let lookup = Arc::new(self.lookup(host));
        self.answers.insert(host.to_owned(), lookup.clone());
        lookup
    }

    /// Names the suffix that devices append to names.
    pub fn search(&mut self, suffix: &str) {
        self.search_suffix = format!(".{}", suffix.to_lowercase());
    }

    /// A popular site's name as somebody mistypes it, which does not exist.
    pub fn mistype(&mut self, rng: &mut Rng) -> Option<String> {
        let site = self.draw(rng);
        let mut host = self.sites.get(site)?.hosts.first()?.clone();
        let at = host.find("www.").map_or(0, |at| at + 4) + rng.below(4) as usize;
        let letter = host.get(at..=at)?.to_owned();
        if rng.chance(0.5) {
            host.insert_str(at, &letter)
        } else {
            host.replace_range(at..=at, "")
        }
        let known = self.taken.contains(host.trim_start_matches("www."));
        (!known).then(|| {
            self.deny(&host);
            host
        })
    }

    /// From now on this name does not exist.
    pub fn deny(&mut self, host: &str) {
        self.answers.remove(host);
        self.absent.insert(host.to_owned());
    }

    /// Whether nothing is found under this name.
    fn is_vain(&self, host: &str) -> bool {
        !self.search_suffix.is_empty() && host.ends_with(&self.search_suffix) || self.absent.contains(host)
    }

    /// What DNS answers for `host`: always the same within one seed.
    pub fn lookup(&self, host: &str) -> Lookup {
        if self.is_vain(host) {
            return Lookup { cname: None, addresses: Vec::new(), ttl: 900, exists: false };
        }
        if host.ends_with(names::REPUTATION) {
            // Answers that are no addresses but verdicts.
            return Lookup { cname: None, addresses: vec![Ipv4Addr::new(127, 0, 0, 4)], ttl: 300, exists: true };
        }
        if let Some(address) = self.pins.get(host) {
            let ttl = *Rng::new(self.seed, &format!("dns/{host}")).pick(&[60, 60, 120, 300, 300]).unwrap_or(&300);
            return Lookup { cname: None, addresses: vec![*address], ttl, exists: true };
        }
        let mut rng = Rng::new(self.seed, &format!("dns/{host}"));
        let ttl = *rng.pick(&[60, 60, 120, 300, 300]).unwrap_or(&300);
        let owner = |names: &[&str]| names.iter().any(|name| host.ends_with(name));
        if owner(&[
            "microsoft.com",
            "office.com",
            "office365.com",
            "live.com",
            "microsoftonline.com",
            "sharepoint.com",
            "skype.com",
            "bing.com",
        ]) {
            let count = 1 + rng.below(3);
            return Lookup {
                cname: None,
                addresses: (0..count).map(|_| address::draw(address::MICROSOFT, &mut rng)).collect(),
                ttl,
                exists: true,
            };
        }
        if owner(&["google.com", "googleapis.com", "gstatic.com", "doubleclick.net", "youtube.com", "ytimg.com", "googlesyndication.com"]) {
            return Lookup { cname: None, addresses: vec![address::draw(address::GOOGLE, &mut rng)], ttl, exists: true };
        }
        if rng.chance(0.55) {
            // Behind a content delivery network: its few hundred addresses serve most sites.
            let block = rng.pick(address::CDN).copied().unwrap_or(([104, 16, 0, 0], 14));
            let edge = rng.below(24) * 0x1_0301 + 17;
            let cname =
                rng.chance(0.4).then(|| format!("{}.{}", rng.hex(14), rng.word(&["cdn-edge.net", "edgesuite.net", "cloudfront.net"])));
            return Lookup { cname, addresses: vec![address::within(block, edge), address::within(block, edge + 1)], ttl, exists: true };
        }
        Lookup { cname: None, addresses: vec![address::draw(address::HOSTING, &mut rng)], ttl, exists: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_never_repeated_and_answers_are_stable() {
        let mut web = Web::new(1, 10);
        let mut rng = Rng::new(1, "test");
        let fresh: BTreeSet<String> = (0..2_000).map(|_| web.fresh(&mut rng, 0.5)).collect();
        assert_eq!(fresh.len(), 2_000);
        assert!(web.sites.iter().all(|site| !fresh.contains(site.hosts[0].trim_start_matches("www."))));
        assert_eq!(web.lookup("a.example").addresses, web.lookup("a.example").addresses);
        web.pin("a.example", Ipv4Addr::new(192, 0, 2, 1));
        assert_eq!(web.lookup("a.example").addresses, [Ipv4Addr::new(192, 0, 2, 1)]);
    }
}
