//! A scan: a device tries ports of many addresses, one SYN each, and makes no connection.

use super::stage::Stage;
use super::{Need, Part, block};
use crate::SimulateError;
use crate::conversation::Reply;
use crate::scenario::{Count, Lag, invalid};
use serde::Deserialize;
use std::net::Ipv4Addr;

/// Tries of one scan: a whole /22 at 97 ports, or every port of one host.
const MAX_TRIES: usize = 100_000;

/// Ports are tried at one address after the other; like all network actions, only while the device is on the office network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    pub who: String,
    /// Where the addresses lie; the device's own network when absent.
    #[serde(default)]
    pub block: Option<String>,
    /// Addresses that are tried, in order from a random one; at most those of the block.
    pub hosts: Count,
    /// Ports, and ranges of which all are tried.
    pub ports: Vec<Count>,
    /// Spread over.
    pub over: Lag,
    /// Share of the addresses that answer at all.
    #[serde(default = "some")]
    pub alive: f64,
    /// Share of the ports that are open there; the others refuse.
    #[serde(default = "few")]
    pub open: f64,
}

fn some() -> f64 {
    0.2
}

fn few() -> f64 {
    0.05
}

impl Part for Scan {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        stage.touch_actors(&self.who, &people);
        let ports: Vec<u16> =
            self.ports.iter().flat_map(|range| range.least..=range.most).filter_map(|port| u16::try_from(port).ok()).collect();
        let length = self.over.draw(&mut stage.rng);
        for person in people {
            let own = stage.world.company.network(person).map(|network| (network.start.octets(), 22));
            let Some((first, bits)) = self.block.as_deref().map_or(own, block) else { continue };
            let size = 1u64 << (32 - bits);
            let hosts = u64::from(self.hosts.draw(&mut stage.rng)).min(size);
            let tries = ports.len() * hosts as usize;
            if tries > MAX_TRIES {
                return Err(invalid("scan", format!("{tries} tries; at most {MAX_TRIES}")));
            }
            let first = u32::from_be_bytes(first) & !((size - 1) as u32);
            let from = stage.rng.below(size);
            let mut moments = stage.moments(tries as u32, length).into_iter();
            for host in 0..hosts {
                let ip = Ipv4Addr::from(first + ((from + host) % size) as u32);
                let alive = stage.rng.chance(self.alive);
                for (port, at) in ports.iter().zip(&mut moments) {
                    let reply = match alive {
                        false => Reply::Silence,
                        true if stage.rng.chance(self.open) => Reply::Open,
                        true => Reply::Refused,
                    };
                    stage.world.probe(person, at * 1_000, (ip, *port), reply, &mut stage.rng);
                }
            }
        }
        stage.now_ms += length;
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who)]
    }
}
