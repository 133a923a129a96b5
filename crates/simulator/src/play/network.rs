//! Actions on the wire: pages opened, links followed, uploads, beacons, lookups.
//!
//! A device acts only while it is on the office network.

use super::stage::Stage;
use super::{Need, Part};
use crate::SimulateError;
use crate::dns;
use crate::rng::Rng;
use crate::scenario::{Choice, Count, Lag};
use crate::traffic::Load;
use serde::Deserialize;
use weft_model::time::MINUTE_MS;

/// People open pages of a host, with a DNS answer of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    pub who: String,
    pub host: String,
    /// Connections.
    #[serde(default = "one")]
    pub pages: Count,
    /// Between two connections.
    #[serde(default = "half_a_minute")]
    pub pause: Lag,
}

/// Recipients of an earlier step's mails follow a link.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The step that sent the mails.
    pub mails: String,
    /// Only these; every recipient when absent.
    #[serde(default)]
    pub who: Option<String>,
    /// Share of them who follow.
    #[serde(default = "everybody")]
    pub share: f64,
    /// From the mail to the click; most click early.
    pub delay: Lag,
    /// Hosts they are led to after that of the link.
    #[serde(default)]
    pub then: Vec<String>,
    /// Share of those who go on from each host to the next.
    #[serde(default = "everybody")]
    pub onward: f64,
}

/// A device sends much data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    pub who: String,
    pub host: String,
    pub megabytes: Count,
}

/// A device calls a host again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    pub who: String,
    pub host: String,
    pub period: Lag,
    /// Share of the period by which each gap varies, either way.
    #[serde(default)]
    pub jitter: f64,
    /// Calls; they end when the device leaves the network.
    pub count: Count,
    #[serde(default = "poll")]
    pub up_bytes: Count,
    #[serde(default = "poll")]
    pub down_bytes: Count,
}

/// Names are resolved and not connected to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    pub who: String,
    /// With placeholders.
    pub name: Choice,
    #[serde(default = "one")]
    pub count: Count,
    /// Spread over.
    #[serde(default)]
    pub over: Lag,
    /// False for names that nobody has registered.
    #[serde(default = "yes")]
    pub exists: bool,
}

fn yes() -> bool {
    true
}

fn one() -> Count {
    Count::of(1)
}

fn poll() -> Count {
    Count { least: 120, most: 480 }
}

fn half_a_minute() -> Lag {
    Lag { least_ms: 20_000, most_ms: 55_000 }
}

fn everybody() -> f64 {
    1.0
}

impl Stage<'_> {
    /// Forgets what a device knows of `host`, then opens it: the step has a DNS answer of its own. Returns the end.
    fn reach(&mut self, device: usize, at_ms: i64, host: &str) -> i64 {
        if let Some(cache) = self.world.network.resolved.get_mut(device) {
            cache.remove(host);
        }
        let load = Load { up: 1_500 + self.rng.below(3_000), down: 30_000 + self.rng.below(200_000), exchanges: 2 };
        self.connect(device, at_ms, host, load)
    }

    fn connect(&mut self, device: usize, at_ms: i64, host: &str, load: Load) -> i64 {
        let at_us = at_ms * 1000 + self.rng.range(0, 1_000);
        self.world.connect(device, at_us, host, load, &mut self.rng).map_or(at_ms, |us| us / 1000)
    }

    /// Notes whose devices act: of a group the devices alone.
    pub fn touch_actors(&mut self, role: &str, people: &[usize]) {
        for person in people {
            if !self.cast.is_group(role) {
                self.touch_person(*person);
            }
            self.touch_device(*person);
        }
    }

    /// When the device leaves the office network on this day.
    fn leaves(&self, person: usize) -> i64 {
        self.world.plans.get(person).filter(|plan| plan.at_office()).map_or(i64::MIN, |plan| plan.end_ms)
    }
}

fn page(rng: &mut Rng) -> Load {
    Load { up: 900 + rng.below(1_800), down: 6_000 + rng.below(24_000), exchanges: 1 }
}

impl Part for Visit {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        let host = stage.cast.host(&self.host)?.name.clone();
        stage.touch_actors(&self.who, &people);
        stage.touch_host(&self.host)?;
        let start = stage.now_ms;
        for person in people {
            let mut at = stage.reach(person, start, &host);
            for _ in 1..self.pages.draw(&mut stage.rng) {
                at += self.pause.draw(&mut stage.rng);
                let load = page(&mut stage.rng);
                at = stage.connect(person, at, &host, load);
            }
            stage.now_ms = stage.now_ms.max(at);
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who), Need::Host(&self.host)]
    }
}

impl Part for Follow {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let only = self.who.as_ref().map(|role| stage.cast.people(role)).transpose()?;
        let mails = stage.received(&self.mails);
        let start = stage.now_ms;
        for mail in mails {
            let chosen = only.as_ref().is_none_or(|only| only.contains(&mail.person));
            if !chosen || !stage.rng.chance(self.share) {
                continue;
            }
            let arrived = stage.world.plans.get(mail.person).map_or(i64::MAX, |plan| plan.start_ms + 10 * MINUTE_MS);
            let (least, most) = (self.delay.least_ms, self.delay.most_ms);
            let wait = (least + stage.rng.exponential((most - least) as f64 / 4.0) as i64).min(most);
            let at = mail.time_ms.max(arrived).saturating_add(wait);
            if at >= stage.leaves(mail.person) {
                continue;
            }
            stage.touch_device(mail.person);
            let mut ended = at;
            for host in &mail.hosts {
                ended = stage.reach(mail.person, ended, host);
            }
            for role in &self.then {
                if !stage.rng.chance(self.onward) {
                    break;
                }
                let host = stage.cast.host(role)?.name.clone();
                stage.touch_host(role)?;
                let at = ended + stage.rng.range(3_000, 50_000);
                ended = stage.reach(mail.person, at, &host);
                let (at, load) = (ended + stage.rng.range(2_000, 30_000), page(&mut stage.rng));
                ended = stage.connect(mail.person, at, &host, load);
            }
            stage.now_ms = stage.now_ms.max(ended);
        }
        stage.now_ms = stage.now_ms.max(start);
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        let hosts = self.then.iter().map(|host| Need::Host(host));
        hosts.chain([Need::Step(&self.mails)]).chain(self.who.iter().map(|who| Need::People(who))).collect()
    }
}

impl Part for Upload {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        let host = stage.cast.host(&self.host)?.name.clone();
        stage.touch_actors(&self.who, &people);
        stage.touch_host(&self.host)?;
        let start = stage.now_ms;
        for person in people {
            let up = u64::from(self.megabytes.draw(&mut stage.rng)) * 1_000_000 + stage.rng.below(1_000_000);
            let ended = stage.connect(person, start, &host, Load { up, down: 12_000, exchanges: 3 });
            stage.now_ms = stage.now_ms.max(ended);
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who), Need::Host(&self.host)]
    }
}

impl Part for Beacon {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        let host = stage.cast.host(&self.host)?.name.clone();
        stage.touch_actors(&self.who, &people);
        stage.touch_host(&self.host)?;
        let start = stage.now_ms;
        for person in people {
            let mut at = start;
            let period = self.period.draw(&mut stage.rng) as f64;
            for _ in 0..self.count.draw(&mut stage.rng) {
                if at >= stage.leaves(person) {
                    break;
                }
                let up = u64::from(self.up_bytes.draw(&mut stage.rng));
                let down = u64::from(self.down_bytes.draw(&mut stage.rng));
                let ended = stage.connect(person, at, &host, Load { up, down, exchanges: 1 });
                stage.now_ms = stage.now_ms.max(ended);
                at += (period * (1.0 + self.jitter * (2.0 * stage.rng.unit() - 1.0))) as i64;
            }
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who), Need::Host(&self.host)]
    }
}

impl Part for Lookup {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        stage.touch_actors(&self.who, &people);
        let count = self.count.draw(&mut stage.rng);
        let length = self.over.draw(&mut stage.rng);
        for person in people {
            for at in stage.moments(count, length) {
                let name = self.name.draw(&mut stage.rng).to_owned();
                let name = stage.fill(&name, None)?;
                if !self.exists {
                    stage.world.web.deny(&name);
                }
                stage.world.ask(person, at * 1000, &name, dns::TYPE_A, &mut stage.rng);
            }
        }
        stage.now_ms += length;
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who)]
    }
    fn texts(&self) -> Vec<&str> {
        self.name.0.iter().map(String::as_str).collect()
    }
}
