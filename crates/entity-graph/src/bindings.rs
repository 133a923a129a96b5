//! Identity bindings with validity and confidence: which device had an address (DHCP, NTLM), who used a device (Kerberos, NTLM, own
//! mail, directory), read as of the event's time.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use weft_model::time::HOUR_MS;
use weft_model::{Directory, EventTime, SmolStr};

/// Intervals remembered per address or device; the oldest goes first.
const MAX_INTERVALS: usize = 256;
/// Addresses and devices with intervals; beyond it new ones are refused and counted.
const MAX_KEYS: usize = 200_000;
/// Longest lease believed, against a forged one that would never end.
const MAX_LEASE_MS: i64 = 30 * 24 * HOUR_MS;
/// How long after a logon the person is taken to be at the device.
const LOGON_MS: i64 = 14 * HOUR_MS;
/// The same where an address stands for a device that nobody named: it may be of a pool and change hands unseen.
const UNNAMED_MS: i64 = 4 * HOUR_MS;
/// So many people who logged on within this time share the device: it says nothing of who of them acts.
pub(crate) const CROWD: usize = 3;
const CROWD_MS: i64 = 8 * HOUR_MS;

/// How sure a binding is. Of two that hold at one time the surer is believed, and of equals the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Somebody says so of itself: a computer's own name in NTLM, the sender's address of a mail.
    Claimed,
    /// The directory says whose device it is.
    Listed,
    /// A server has confirmed it: a lease, a ticket, an accepted sign-in.
    Confirmed,
}

/// Who had or used something, and since when until when that is taken to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub who: SmolStr,
    /// `None`: always (the directory).
    pub valid: Option<(EventTime, EventTime)>,
    pub confidence: Confidence,
}

/// Facts by start time: until when, and who. Nobody (an empty name) ends what was before.
type Intervals = BTreeMap<EventTime, (EventTime, SmolStr)>;

/// Intervals of one confidence by what they are about.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Table<K: Eq + Hash>(HashMap<K, Intervals>);

impl<K: Eq + Hash> Default for Table<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Table<K> {
    /// False when the table is full.
    fn put(&mut self, key: K, start: EventTime, end: EventTime, who: &str) -> bool {
        if self.0.len() >= MAX_KEYS && !self.0.contains_key(&key) {
            return false;
        }
        let intervals = self.0.entry(key).or_default();
        // Two claims on one instant: the smaller name wins whatever the order of arrival.
        match intervals.get(&start) {
            Some((_, known)) if known.as_str() <= who => {}
            _ => {
                intervals.insert(start, (end, SmolStr::new(who)));
            }
        }
        if intervals.len() > MAX_INTERVALS {
            intervals.pop_first();
        }
        true
    }
    fn forget(&mut self, before: EventTime) {
        self.0.retain(|_, intervals| {
            intervals.retain(|_, (end, _)| *end >= before);
            !intervals.is_empty()
        });
    }
}

fn as_of(intervals: Option<&Intervals>, at: EventTime) -> Option<(EventTime, &(EventTime, SmolStr))> {
    let (start, found) = intervals?.range(..=at).next_back()?;
    (at <= found.0 && !found.1.is_empty()).then_some((*start, found))
}

fn is_crowd(intervals: &Intervals, at: EventTime) -> bool {
    let mut people: [&str; CROWD] = [""; CROWD];
    let mut count = 0;
    for (_, (_, who)) in intervals.range(at.plus_ms(-CROWD_MS)..=at) {
        if !who.is_empty() && !people.iter().take(count).any(|known| *known == who.as_str()) {
            let Some(place) = people.get_mut(count) else { return true };
            *place = who.as_str();
            count += 1;
        }
    }
    count >= CROWD
}

/// Which device had an address and which person used a device, by time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Bindings {
    leases: Table<IpAddr>,
    own_names: Table<IpAddr>,
    logons: Table<SmolStr>,
    letters: Table<SmolStr>,
    refused: u64,
}

impl Bindings {
    fn count(&mut self, is_taken: bool) {
        self.refused += u64::from(!is_taken);
    }
    /// A DHCP acknowledgement: `device` (host name, else MAC) has `ip` from `at` for `lease_s` seconds.
    pub fn lease(&mut self, ip: IpAddr, device: &str, at: EventTime, lease_s: u32) {
        let end = at.plus_ms((i64::from(lease_s) * 1000).min(MAX_LEASE_MS));
        let is_taken = self.leases.put(ip, at, end, device);
        self.count(is_taken);
    }
    /// A DHCP release: nobody has `ip` from `at` on. Of an address without a lease there is nothing to end.
    pub fn release(&mut self, ip: IpAddr, at: EventTime) {
        if self.leases.0.contains_key(&ip) {
            self.leases.put(ip, at, at, "");
        }
    }
    /// A computer that was let in calls itself `device`.
    pub fn own_name(&mut self, ip: IpAddr, device: &str, at: EventTime) {
        let is_taken = self.own_names.put(ip, at, at.plus_ms(LOGON_MS), device);
        self.count(is_taken);
    }
    /// A confirmed logon of `person` at `device`; whether it is the first of these two that is remembered.
    pub(crate) fn logon(&mut self, device: &str, person: &str, at: EventTime) -> bool {
        let is_known = self.logons.0.get(device).is_some_and(|intervals| intervals.values().any(|(_, who)| who == person));
        let is_taken = self.logons.put(SmolStr::new(device), at, at.plus_ms(validity(device)), person);
        self.count(is_taken);
        is_taken && !is_known
    }
    /// A mail that says it is of `person` left from `device`.
    pub fn letter(&mut self, device: &str, person: &str, at: EventTime) {
        let is_taken = self.letters.put(SmolStr::new(device), at, at.plus_ms(UNNAMED_MS), person);
        self.count(is_taken);
    }
    /// The device that had `ip` at that time.
    pub fn device(&self, ip: IpAddr, at: EventTime) -> Option<SmolStr> {
        let found = as_of(self.leases.0.get(&ip), at).or_else(|| as_of(self.own_names.0.get(&ip), at))?;
        Some(found.1.1.clone())
    }
    /// The same with validity and confidence.
    pub fn device_binding(&self, ip: IpAddr, at: EventTime) -> Option<Binding> {
        let of = |table: &Table<IpAddr>, confidence| {
            let (start, (end, who)) = as_of(table.0.get(&ip), at)?;
            Some(Binding { who: who.clone(), valid: Some((start, *end)), confidence })
        };
        of(&self.leases, Confidence::Confirmed).or_else(|| of(&self.own_names, Confidence::Claimed))
    }
    /// Whether so many people used `device` at once that what it does is nobody's: a terminal server, a kiosk, an address of many.
    pub fn is_shared(&self, device: &str, at: EventTime) -> bool {
        self.logons.0.get(device).is_some_and(|intervals| is_crowd(intervals, at))
    }
    /// The person at `device` at that time: who logged on last, else the owner by the directory, else who says so in a mail. Nobody at a
    /// shared device.
    pub fn person(&self, device: &str, at: EventTime, directory: &Directory) -> Option<SmolStr> {
        let logons = self.logons.0.get(device);
        if logons.is_some_and(|intervals| is_crowd(intervals, at)) {
            return None;
        }
        let found = || as_of(self.letters.0.get(device), at).map(|(_, (_, who))| who.clone());
        as_of(logons, at).map(|(_, (_, who))| who.clone()).or_else(|| directory.owner_of(device).map(SmolStr::new)).or_else(found)
    }
    /// The same with validity and confidence.
    pub fn person_binding(&self, device: &str, at: EventTime, directory: &Directory) -> Option<Binding> {
        if self.is_shared(device, at) {
            return None;
        }
        let of = |table: &Table<SmolStr>, confidence| {
            let (start, (end, who)) = as_of(table.0.get(device), at)?;
            Some(Binding { who: who.clone(), valid: Some((start, *end)), confidence })
        };
        let listed = || Some(Binding { who: SmolStr::new(directory.owner_of(device)?), valid: None, confidence: Confidence::Listed });
        of(&self.logons, Confidence::Confirmed).or_else(listed).or_else(|| of(&self.letters, Confidence::Claimed))
    }
    /// Whether several people were at `device` at once at some time in the stretch.
    pub(crate) fn was_shared(&self, device: &str, from: EventTime, to: EventTime) -> bool {
        let Some(intervals) = self.logons.0.get(device) else { return false };
        intervals.range(from..=to).any(|(at, _)| is_crowd(intervals, *at))
    }
    /// How many people logged on at `device` in the stretch.
    pub(crate) fn users(&self, device: &str, from: EventTime, to: EventTime) -> usize {
        let logons = self.logons.0.get(device).into_iter().flat_map(|intervals| intervals.range(from..=to));
        logons.map(|(_, (_, who))| who).filter(|who| !who.is_empty()).collect::<BTreeSet<_>>().len()
    }
    /// Whether `person` is taken to have been at `device` at some time in the stretch, by logons.
    pub(crate) fn was_at(&self, device: &str, person: &str, from: EventTime, to: EventTime) -> bool {
        let Some(intervals) = self.logons.0.get(device) else { return false };
        intervals.range(..=to).any(|(_, (end, who))| *end >= from && who == person)
    }
    /// Every (device, person) of a logon, once.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
        self.logons.0.iter().flat_map(|(device, intervals)| {
            let people: BTreeSet<&SmolStr> = intervals.values().map(|(_, who)| who).collect();
            people.into_iter().map(move |who| (device, who))
        })
    }
    /// Forgets what ended before.
    pub fn forget(&mut self, before: EventTime) {
        self.leases.forget(before);
        self.own_names.forget(before);
        self.logons.forget(before);
        self.letters.forget(before);
    }
    /// Bindings refused because a table was full.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

/// How long a logon holds, in ms.
fn validity(device: &str) -> i64 {
    if device.parse::<IpAddr>().is_ok() { UNNAMED_MS } else { LOGON_MS }
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
    fn a_release_ends_a_lease_and_a_lease_beats_a_name() {
        let mut bindings = Bindings::default();
        bindings.release(ip(5), EventTime(10));
        bindings.own_name(ip(5), "lt-9", EventTime(0));
        bindings.lease(ip(5), "lt-1", EventTime(0), 3600);
        bindings.release(ip(5), EventTime(1_000));
        assert_eq!(bindings.device(ip(5), EventTime(500)).as_deref(), Some("lt-1"));
        let binding = bindings.device_binding(ip(5), EventTime(2_000)).unwrap();
        assert_eq!((binding.who.as_str(), binding.confidence), ("lt-9", Confidence::Claimed));
        assert_eq!(bindings.device(ip(5), EventTime(2_000)).as_deref(), Some("lt-9"));
        assert_eq!(bindings.device_binding(ip(5), EventTime(500)).map(|one| one.confidence), Some(Confidence::Confirmed));
    }

    #[test]
    fn the_last_logon_beats_the_owner_and_the_owner_a_mail() {
        let row = weft_model::Person { mail: "bob@corp.example".into(), device_host_name: "lt-2".into(), ..Default::default() };
        let directory = Directory::new([row]);
        let mut bindings = Bindings::default();
        bindings.logon("lt-1", "ann@corp.example", EventTime(10));
        bindings.letter("lt-2", "eve@corp.example", EventTime(10));
        bindings.letter("lt-3", "eve@corp.example", EventTime(10));
        for (device, who, confidence) in [
            ("lt-1", Some("ann@corp.example"), Some(Confidence::Confirmed)),
            ("lt-2", Some("bob@corp.example"), Some(Confidence::Listed)),
            ("lt-3", Some("eve@corp.example"), Some(Confidence::Claimed)),
            ("lt-9", None, None),
        ] {
            assert_eq!(bindings.person(device, EventTime(20), &directory).as_deref(), who);
            assert_eq!(bindings.person_binding(device, EventTime(20), &directory).map(|one| one.confidence), confidence);
        }
    }

    #[test]
    fn a_device_of_many_is_nobodys() {
        let mut bindings = Bindings::default();
        let directory = Directory::default();
        for (hour, who) in [(0, "ann"), (1, "bob"), (2, "ann"), (3, "cid")] {
            bindings.logon("ts-1", who, EventTime(hour * HOUR_MS));
        }
        assert_eq!(bindings.person("ts-1", EventTime(2 * HOUR_MS), &directory).as_deref(), Some("ann"), "an admin was there");
        assert!(bindings.is_shared("ts-1", EventTime(3 * HOUR_MS)));
        assert_eq!(bindings.person("ts-1", EventTime(3 * HOUR_MS), &directory), None);
        assert_eq!(bindings.person_binding("ts-1", EventTime(3 * HOUR_MS), &directory), None);
        assert_eq!(bindings.person("ts-1", EventTime(12 * HOUR_MS), &directory).as_deref(), Some("cid"), "the others are long gone");
        bindings.logon("10.9.0.7", "ann", EventTime(0));
        assert_eq!(bindings.person("10.9.0.7", EventTime(5 * HOUR_MS), &directory), None, "an address of a pool changes hands");
    }

    #[test]
    fn what_ended_is_forgotten() {
        let mut bindings = Bindings::default();
        bindings.lease(ip(1), "lt-1", EventTime(0), 60);
        bindings.lease(ip(2), "lt-2", EventTime(HOUR_MS), 60);
        bindings.forget(EventTime(HOUR_MS));
        assert_eq!((bindings.leases.0.len(), bindings.device(ip(2), EventTime(HOUR_MS)).as_deref()), (1, Some("lt-2")));
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
