//! Identity bindings: device has address (DHCP), person uses device (Kerberos), read as of the event's time.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use weft_model::time::HOUR_MS;
use weft_model::{Directory, EventTime, SmolStr};

/// Intervals remembered per address or device; the oldest goes first.
const MAX_INTERVALS: usize = 256;
/// Addresses and devices with intervals; beyond it new ones are refused and counted.
const MAX_KEYS: usize = 200_000;
/// Longest lease believed, against a forged one that would never end.
const MAX_LEASE_MS: i64 = 30 * 24 * HOUR_MS;
/// How long after a Kerberos logon the person is taken to be at the device.
const LOGON_MS: i64 = 14 * HOUR_MS;

/// Facts by start time: until when, and who.
type Intervals = BTreeMap<EventTime, (EventTime, SmolStr)>;

/// Which device had an address and which person used a device, by time.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    device_by_ip: HashMap<IpAddr, Intervals>,
    person_by_device: HashMap<SmolStr, Intervals>,
    refused: u64,
}

fn put<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Intervals>, refused: &mut u64, key: K, start: EventTime, end: EventTime, value: &str) {
    if map.len() >= MAX_KEYS && !map.contains_key(&key) {
        *refused += 1;
        return;
    }
    let intervals = map.entry(key).or_default();
    // Two claims on one instant: the smaller name wins whatever the order of arrival.
    match intervals.get(&start) {
        Some((_, known)) if known.as_str() <= value => {}
        _ => {
            intervals.insert(start, (end, SmolStr::new(value)));
        }
    }
    if intervals.len() > MAX_INTERVALS {
        intervals.pop_first();
    }
}

fn as_of(intervals: Option<&Intervals>, at: EventTime) -> Option<SmolStr> {
    let (_, (end, value)) = intervals?.range(..=at).next_back()?;
    (at <= *end).then(|| value.clone())
}

impl Bindings {
    /// A DHCP acknowledgement: `device` (host name, else MAC) has `ip` from `at` for `lease_s` seconds.
    pub fn lease(&mut self, ip: IpAddr, device: &str, at: EventTime, lease_s: u32) {
        let end = at.plus_ms((i64::from(lease_s) * 1000).min(MAX_LEASE_MS));
        put(&mut self.device_by_ip, &mut self.refused, ip, at, end, device);
    }
    /// A Kerberos logon of `person` at `device`.
    pub fn logon(&mut self, device: &str, person: &str, at: EventTime) {
        put(&mut self.person_by_device, &mut self.refused, SmolStr::new(device), at, at.plus_ms(LOGON_MS), person);
    }
    /// The device that had `ip` at that time.
    pub fn device(&self, ip: IpAddr, at: EventTime) -> Option<SmolStr> {
        as_of(self.device_by_ip.get(&ip), at)
    }
    /// The person at `device` at that time: who logged on last, else the owner by the directory.
    pub fn person(&self, device: &str, at: EventTime, directory: &Directory) -> Option<SmolStr> {
        as_of(self.person_by_device.get(device), at).or_else(|| directory.owner_of(device).map(SmolStr::new))
    }
    /// Bindings refused because the table was full.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn an_address_changes_hands() {
        let mut bindings = Bindings::default();
        bindings.lease(ip(5), "lt-1", EventTime(0), 3600);
        bindings.lease(ip(5), "lt-2", EventTime(1_000_000), 3600);
        assert_eq!(bindings.device(ip(5), EventTime(999_999)).as_deref(), Some("lt-1"));
        assert_eq!(bindings.device(ip(5), EventTime(1_000_000)).as_deref(), Some("lt-2"));
        assert_eq!(bindings.device(ip(5), EventTime(1_000_000 + 3_600_001)), None, "the lease ran out");
        assert_eq!(bindings.device(ip(5), EventTime(-1)), None);
    }

    #[test]
    fn the_last_logon_beats_the_owner() {
        let mut bindings = Bindings::default();
        bindings.logon("lt-1", "ann@corp.example", EventTime(10));
        let directory = Directory::default();
        assert_eq!(bindings.person("lt-1", EventTime(20), &directory).as_deref(), Some("ann@corp.example"));
        assert_eq!(bindings.person("lt-9", EventTime(20), &directory), None);
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut facts in prop::collection::vec((0i64..50, 0u8..3, 0u8..4), 0..40), at in 0i64..80) {
            let fold = |facts: &[(i64, u8, u8)]| {
                let mut bindings = Bindings::default();
                for (time, address, device) in facts {
                    bindings.lease(ip(*address), &format!("lt-{device}"), EventTime(*time), 1);
                }
                (0..3).map(|address| bindings.device(ip(address), EventTime(at))).collect::<Vec<_>>()
            };
            let one = fold(&facts);
            facts.reverse();
            prop_assert_eq!(one, fold(&facts));
        }
    }
}
