//! What is learned of each entity that has habits of its own: one profile an entity, over all models and features. Knows no models, only places.

use crate::epoch::{Epochs, Versions};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_baselines::counts::Counts;
use weft_baselines::snapshot::{decode, encode};
use weft_baselines::spill::{Spill, SpillError};
use weft_baselines::{Categories, HourOfWeek, Volume};
use weft_model::SmolStr;
use weft_model::held::{of_list, of_table};

/// Entities with a profile at once.
const MAX_PROFILES: usize = 4_000_000;
/// Of the bytes of a spilled profile.
const VERSION: u8 = 1;
/// Bytes that profiles may take unless it is said otherwise.
pub const PROFILE_BYTES: usize = 2 << 30;
/// Bytes of bookkeeping a profile, added to those of its parts.
const OVERHEAD: usize = 128;

/// An estimator that a profile can hold.
pub(crate) trait Estimator: Default {
    fn of(part: &Part) -> Option<&Self>;
    fn of_mut(part: &mut Part) -> Option<&mut Self>;
    fn into_part(self) -> Part;
    /// Bytes on the heap.
    fn heap_bytes(&self) -> usize;
}

/// One feature's estimator for one entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Part {
    Categories(Categories),
    Volume(Volume),
    Hours(HourOfWeek),
    Counts(Box<Counts>),
}

impl Part {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Categories(one) => one.heap_bytes(),
            Self::Volume(one) => one.heap_bytes(),
            Self::Hours(one) => one.heap_bytes(),
            Self::Counts(one) => one.as_ref().heap_bytes(),
        }
    }
}

macro_rules! estimator {
    ($type:ty, $variant:ident) => {
        impl Estimator for $type {
            fn of(part: &Part) -> Option<&Self> {
                if let Part::$variant(estimator) = part { Some(estimator) } else { None }
            }
            fn of_mut(part: &mut Part) -> Option<&mut Self> {
                if let Part::$variant(estimator) = part { Some(estimator) } else { None }
            }
            fn into_part(self) -> Part {
                Part::$variant(self)
            }
            fn heap_bytes(&self) -> usize {
                Self::heap_bytes(self)
            }
        }
    };
}
estimator!(Categories, Categories);
estimator!(Volume, Volume);
estimator!(HourOfWeek, Hours);

impl Estimator for Counts {
    fn of(part: &Part) -> Option<&Self> {
        if let Part::Counts(counts) = part { Some(counts) } else { None }
    }
    fn of_mut(part: &mut Part) -> Option<&mut Self> {
        if let Part::Counts(counts) = part { Some(counts) } else { None }
    }
    fn into_part(self) -> Part {
        Part::Counts(Box::new(self))
    }
    fn heap_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// All that is learned of one entity.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Profile {
    owner: SmolStr,
    /// By place, in order.
    parts: Vec<(u32, Part)>,
    /// The hour in which something was last learned of it, and how many hours that happened in.
    last_hour: u32,
    hours: u32,
    /// Whether the spill has it, as it was once.
    is_stored: bool,
    /// Whether the spill lacks what was learned since.
    #[serde(skip)]
    is_changed: bool,
    /// The hour in which it was last asked for or learned from.
    #[serde(skip)]
    seen: u32,
}

impl Profile {
    fn bytes(&self) -> usize {
        let parts = self.parts.iter().map(|(_, part)| part.heap_bytes());
        OVERHEAD + self.parts.capacity() * size_of::<(u32, Part)>() + parts.sum::<usize>()
    }
}

/// What became of profiles so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileCounts {
    /// In memory now, and the bytes they take.
    pub resident: usize,
    pub bytes: usize,
    /// Written to the spill, and read back from it.
    pub spilled: u64,
    pub reloaded: u64,
    /// Lost, because there is no spill or it failed.
    pub forgotten: u64,
    /// Facts not looked at, because the day's entities and subjects were too many.
    pub refused: u64,
}

/// The profiles, by number. Numbers never leave this crate, so their order does not matter.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Profiles {
    #[serde(skip)]
    numbers: HashMap<SmolStr, u32>,
    /// A free place has no owner.
    all: Vec<Profile>,
    #[serde(skip)]
    free: Vec<u32>,
    hour: u32,
    counts: ProfileCounts,
    epochs: Epochs,
    #[serde(skip, default = "usual_cap")]
    cap_bytes: usize,
    #[serde(skip)]
    spill: Option<Arc<dyn Spill>>,
    /// A look ahead leaves the spill as it is: it reads, and keeps what it learns to itself.
    #[serde(skip)]
    is_ahead: bool,
}

fn usual_cap() -> usize {
    PROFILE_BYTES
}

impl Default for Profiles {
    fn default() -> Self {
        Self {
            numbers: HashMap::default(),
            all: Vec::new(),
            free: Vec::new(),
            hour: 0,
            counts: ProfileCounts::default(),
            epochs: Epochs::default(),
            cap_bytes: PROFILE_BYTES,
            spill: None,
            is_ahead: false,
        }
    }
}

impl Clone for Profiles {
    fn clone(&self) -> Self {
        Self {
            numbers: self.numbers.clone(),
            all: self.all.clone(),
            free: self.free.clone(),
            hour: self.hour,
            counts: self.counts,
            epochs: self.epochs.clone(),
            cap_bytes: self.cap_bytes,
            spill: self.spill.clone(),
            is_ahead: self.spill.is_some(),
        }
    }
}

impl Profiles {
    /// Sets the cap, and where from now on goes what does not fit.
    pub(crate) fn cap(&mut self, bytes: usize, spill: Option<Arc<dyn Spill>>) -> Result<(), SpillError> {
        if let Some(spill) = &spill {
            self.epochs.begin(spill.as_ref(), self.counts.spilled > 0)?;
        }
        (self.cap_bytes, self.spill) = (bytes, spill);
        Ok(())
    }
    /// Makes what is spilled outlast the process.
    pub(crate) fn sync(&self) -> Result<(), SpillError> {
        self.spill.as_ref().map_or(Ok(()), |spill| spill.sync())
    }
    /// A snapshot was written; see [`Epochs`].
    pub(crate) fn mark(&mut self) -> Result<(), SpillError> {
        self.spill.as_ref().map_or(Ok(()), |spill| self.epochs.mark(spill.as_ref()))
    }
    /// Finds owners and free places anew, after the profiles were read.
    pub(crate) fn number_anew(&mut self) {
        let numbered = || self.all.iter().zip(0u32..);
        self.numbers = numbered().filter(|(one, _)| !one.owner.is_empty()).map(|(one, number)| (one.owner.clone(), number)).collect();
        self.free = numbered().filter(|(one, _)| one.owner.is_empty()).map(|(_, number)| number).collect();
        self.counts.resident = self.numbers.len();
        self.counts.bytes = self.all.iter().filter(|one| !one.owner.is_empty()).map(Profile::bytes).sum();
        self.all.iter_mut().for_each(|one| (one.seen, one.is_changed) = (one.last_hour, true));
    }
    /// Puts what was learned of an entity in the days before there were profiles at its place; its parts in the order of their places.
    pub(crate) fn restore(&mut self, owner: &SmolStr, place: u32, part: Part) {
        let Some(profile) = self.number(owner).and_then(|number| self.all.get_mut(number as usize)) else { return };
        profile.parts.push((place, part));
        // It came again, as far as is known.
        profile.hours = 2;
    }
    /// The number of an entity that has a profile in memory.
    pub(crate) fn resident(&self, owner: &str) -> Option<u32> {
        self.numbers.get(owner).copied()
    }
    /// The number of an entity that has a profile, which is read back when it was spilled.
    pub(crate) fn known(&mut self, owner: &SmolStr) -> Option<u32> {
        if let Some(number) = self.resident(owner) {
            let profile = self.all.get_mut(number as usize)?;
            profile.seen = self.hour;
            return Some(number);
        }
        if self.counts.spilled == 0 {
            return None;
        }
        match self.read(owner) {
            Ok(profile) => {
                let profile = profile?;
                self.counts.reloaded += 1;
                self.insert(Profile { is_stored: true, seen: self.hour, ..profile })
            }
            Err(_) => {
                self.counts.forgotten += 1;
                None
            }
        }
    }
    fn read(&self, owner: &str) -> Result<Option<Profile>, SpillError> {
        let Some(spill) = &self.spill else { return Ok(None) };
        let versions = Versions::read(spill.as_ref(), owner)?;
        let newest = versions.newest(&self.epochs);
        newest.map(|bytes| decode(VERSION, bytes).map_err(|error| SpillError(Box::new(error)))).transpose()
    }
    /// The number of an entity, with a fresh profile if need be; `None` when there are too many.
    pub(crate) fn number(&mut self, owner: &SmolStr) -> Option<u32> {
        self.known(owner).or_else(|| self.insert(Profile { owner: owner.clone(), seen: self.hour, ..Profile::default() }))
    }
    fn insert(&mut self, profile: Profile) -> Option<u32> {
        if self.numbers.len() >= MAX_PROFILES {
            return None;
        }
        self.counts.bytes += profile.bytes();
        self.counts.resident += 1;
        let number = self.free.pop().unwrap_or(self.all.len() as u32);
        self.numbers.insert(profile.owner.clone(), number);
        match self.all.get_mut(number as usize) {
            Some(place) => *place = profile,
            None => self.all.push(profile),
        }
        Some(number)
    }
    /// The estimator at a place of an entity's profile.
    pub(crate) fn get<T: Estimator>(&self, number: u32, place: u32) -> Option<&T> {
        let parts = &self.all.get(number as usize)?.parts;
        let at = parts.iter().position(|(known, _)| *known >= place)?;
        parts.get(at).filter(|(known, _)| *known == place).and_then(|(_, part)| T::of(part))
    }
    /// Changes the estimator at a place of an entity's profile.
    pub(crate) fn change<T: Estimator>(&mut self, number: u32, place: u32, change: impl FnOnce(&mut T)) {
        let Some(profile) = self.all.get_mut(number as usize) else { return };
        if profile.last_hour != self.hour || profile.hours == 0 {
            (profile.last_hour, profile.hours) = (self.hour, profile.hours.saturating_add(1));
        }
        (profile.seen, profile.is_changed) = (self.hour, true);
        let parts = &mut profile.parts;
        let room = parts.capacity();
        let at = parts.iter().position(|(known, _)| *known >= place).unwrap_or(parts.len());
        let is_new = parts.get(at).is_none_or(|(known, _)| *known != place);
        if is_new {
            if parts.len() == parts.capacity() {
                // By a quarter, not by doubling: there are many of them.
                parts.reserve_exact(parts.len() / 4 + 1);
            }
            parts.insert(at, (place, T::default().into_part()));
        }
        self.counts.bytes += (parts.capacity() - room) * size_of::<(u32, Part)>();
        let Some((_, part)) = parts.get_mut(at) else { return };
        let before = if is_new { 0 } else { part.heap_bytes() };
        if T::of(part).is_none() {
            // A profile of before the feature had this estimator.
            *part = T::default().into_part();
        }
        let Some(estimator) = T::of_mut(part) else { return };
        change(estimator);
        self.counts.bytes = (self.counts.bytes + estimator.heap_bytes()).saturating_sub(before);
    }
    /// Whether the entity with this profile came before this hour.
    pub(crate) fn came_before(&self, number: u32) -> bool {
        self.all.get(number as usize).is_some_and(|profile| profile.hours > 1 || profile.hours == 1 && profile.last_hour < self.hour)
    }
    /// What is learned from now on is learned in this hour.
    pub(crate) fn start_hour(&mut self, hour: u32) {
        self.hour = hour;
    }
    /// Counts a fact that could not be looked at.
    pub(crate) fn refuse(&mut self) {
        self.counts.refused += 1;
    }
    /// Whether they take more than the cap.
    pub(crate) fn exceeds(&self) -> bool {
        self.counts.bytes > self.cap_bytes && !self.is_ahead
    }
    /// Spills (without a spill: forgets) profiles until seven eighths of the cap are left: those of a single hour first, and of them, and then of
    /// the others, those that were not asked for the longest. A flood of entities that come once does not push out one that comes again.
    pub(crate) fn make_room(&mut self) {
        let surplus = self.counts.bytes.saturating_sub(self.cap_bytes / 8 * 7);
        let rank = |profile: &Profile| (profile.hours > 1, profile.seen);
        let here = || self.all.iter().zip(0u32..).filter(|(profile, _)| !profile.owner.is_empty());
        let mut by_rank: BTreeMap<(bool, u32), usize> = BTreeMap::new();
        here().for_each(|(profile, _)| *by_rank.entry(rank(profile)).or_default() += profile.bytes());
        let mut wanted = 0;
        let Some((last, of_last)) = by_rank.into_iter().find(|(_, bytes)| {
            wanted += bytes;
            wanted >= surplus
        }) else {
            return;
        };
        let mut victims: Vec<u32> = here().filter(|(profile, _)| rank(profile) < last).map(|(_, number)| number).collect();
        // Of the last rank so many as are needed, by name: numbers depend on what was forgotten before.
        let mut some: Vec<(&SmolStr, u32, usize)> =
            here().filter(|(profile, _)| rank(profile) == last).map(|(one, number)| (&one.owner, number, one.bytes())).collect();
        some.sort_unstable();
        let mut left = surplus.saturating_sub(wanted - of_last);
        for (_, number, bytes) in some {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(bytes);
            victims.push(number);
        }
        victims.into_iter().for_each(|number| self.put_out(number));
    }
    fn put_out(&mut self, number: u32) {
        let Some(profile) = self.all.get_mut(number as usize).map(std::mem::take) else { return };
        self.numbers.remove(&profile.owner);
        self.counts.bytes = self.counts.bytes.saturating_sub(profile.bytes());
        self.counts.resident = self.counts.resident.saturating_sub(1);
        self.free.push(number);
        let is_kept = profile.is_stored && !profile.is_changed
            || self.spill.as_ref().is_some_and(|spill| self.write(spill.as_ref(), &profile).is_ok());
        let count = if is_kept { &mut self.counts.spilled } else { &mut self.counts.forgotten };
        *count += 1;
    }
    fn write(&self, spill: &dyn Spill, profile: &Profile) -> Result<(), SpillError> {
        let mut versions = if profile.is_stored { Versions::read(spill, &profile.owner)? } else { Versions::default() };
        let bytes = encode(VERSION, profile).map_err(|error| SpillError(Box::new(error)))?;
        versions.add(&self.epochs, bytes);
        versions.write(spill, &profile.owner)
    }
    /// Bytes that they take, tables included.
    pub(crate) fn bytes(&self) -> usize {
        let own = self.counts.bytes.saturating_sub(self.counts.resident * OVERHEAD);
        own + of_table(&self.numbers) + of_list(&self.all) + of_list(&self.free)
    }
    /// What became of profiles so far.
    pub(crate) fn counts(&self) -> ProfileCounts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_baselines::counts::Rate;
    use weft_model::format_smolstr;

    fn learn(profiles: &mut Profiles, owner: &SmolStr, value: u32) {
        let number = profiles.number(owner).unwrap();
        profiles.change(number, 3, |seen: &mut Categories| seen.add(value, 64));
        profiles.change(number, 1, |amounts: &mut Volume| amounts.add(u64::from(value), 64));
        profiles.change(number, 2, |counts: &mut Counts| {
            counts.observe(0, 1.0, value.into(), 1.0, &Rate::default());
        });
    }

    #[test]
    fn a_profile_keeps_its_parts_apart_and_counts_its_bytes() {
        let mut profiles = Profiles::default();
        let ann = SmolStr::new("ann");
        (0..9).for_each(|value| learn(&mut profiles, &ann, value));
        let number = profiles.resident("ann").unwrap();
        assert_eq!(profiles.get::<Categories>(number, 3).map(|seen| seen.count(8)), Some(1.0));
        assert_eq!(profiles.get::<Volume>(number, 1).map(Volume::total), Some(9.0));
        assert!(profiles.get::<Volume>(number, 3).is_none() && profiles.get::<Volume>(number, 2).is_none());
        profiles.change(number, 1, |counts: &mut Counts| assert_eq!(counts.exposure(), 0.0, "of another estimator's nothing is left"));
        assert_eq!(profiles.counts.bytes, profiles.all[0].bytes());
    }

    #[test]
    fn a_flood_of_one_time_entities_leaves_those_that_came_again() {
        let (mut profiles, cap) = (Profiles::default(), 4 << 20);
        profiles.cap(cap, None).unwrap();
        let warm = |number: u32| format_smolstr!("warm{number}");
        for hour in 1..3 {
            profiles.start_hour(hour);
            (0..2_000).for_each(|number| learn(&mut profiles, &warm(number), number % 7));
        }
        for hour in 3..103 {
            profiles.start_hour(hour);
            for number in 0..2_000 {
                learn(&mut profiles, &format_smolstr!("once{hour}-{number}"), 1);
                if profiles.exceeds() {
                    profiles.make_room();
                }
            }
        }
        let counts = profiles.counts();
        assert!(counts.bytes <= cap && counts.forgotten > 100_000, "{counts:?}");
        assert_eq!(counts.bytes, profiles.all.iter().filter(|one| !one.owner.is_empty()).map(Profile::bytes).sum::<usize>());
        assert_eq!((0..2_000).filter(|number| profiles.resident(&warm(*number)).is_some()).count(), 2_000);
    }

    /// A spill whose last writes can be undone, as a crash does.
    #[derive(Debug, Default)]
    struct Disk(std::sync::Mutex<HashMap<String, Vec<u8>>>);

    impl Spill for Disk {
        fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), SpillError> {
            self.0.lock().unwrap().insert(name.to_owned(), bytes);
            Ok(())
        }
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
            Ok(self.0.lock().unwrap().get(name).cloned())
        }
        fn sync(&self) -> Result<(), SpillError> {
            Ok(())
        }
    }

    #[test]
    fn what_is_learned_does_not_depend_on_what_fits() {
        let run = |cap: usize| {
            let mut profiles = Profiles::default();
            profiles.cap(cap, Some(Arc::new(Disk::default()))).unwrap();
            for step in 0..20_000u32 {
                profiles.start_hour(step / 1000 + 1);
                learn(&mut profiles, &format_smolstr!("e{}", step.wrapping_mul(2_654_435_761) % 500), step % 50);
                if profiles.exceeds() {
                    profiles.make_room();
                }
            }
            let mut seen = Vec::new();
            for entity in 0..500 {
                let number = profiles.known(&format_smolstr!("e{entity}"));
                let values = number.and_then(|number| profiles.get::<Categories>(number, 3));
                seen.push(values.map(|values| (0..50).map(|value| values.count(value)).collect::<Vec<_>>()));
            }
            (seen, profiles.counts().spilled)
        };
        let (roomy, tight) = (run(1 << 30), run(100_000));
        assert_eq!(roomy.0, tight.0);
        assert!(roomy.1 == 0 && tight.1 > 1000, "{}", tight.1);
    }

    fn sightings(profiles: &mut Profiles) -> Vec<Option<f64>> {
        (0..200)
            .map(|entity| {
                let number = profiles.known(&format_smolstr!("e{entity}"))?;
                profiles.get::<Categories>(number, 3).map(Categories::total)
            })
            .collect()
    }

    /// A process writes a snapshot now and then and dies; the next goes on from the last one, or the last but one, with the same spill.
    #[test]
    fn a_snapshot_finds_what_was_spilled_when_it_was_written() {
        let disk: Arc<dyn Spill> = Arc::new(Disk::default());
        let work = |profiles: &mut Profiles, hours: std::ops::Range<u32>| {
            for hour in hours {
                profiles.start_hour(hour);
                for step in 0..300u32 {
                    learn(profiles, &format_smolstr!("e{}", (step * 7 + hour * 13) % 200), step % 5);
                    if profiles.exceeds() {
                        profiles.make_room();
                    }
                }
            }
        };
        let mut profiles = Profiles::default();
        profiles.cap(30_000, Some(disk.clone())).unwrap();
        let mut written = Vec::new();
        for life in 0..4u32 {
            for part in 0..3 {
                work(&mut profiles, life * 30 + part * 10 + 1..life * 30 + part * 10 + 11);
                written.push((encode(1, &profiles).unwrap(), sightings(&mut profiles.clone())));
                profiles.mark().unwrap();
            }
            // Lost with the process, but for what it spilled.
            work(&mut profiles, 200..205);
            let restored = |bytes: &[u8]| {
                let mut profiles: Profiles = decode(1, bytes).unwrap();
                profiles.number_anew();
                profiles.cap(30_000, Some(disk.clone())).unwrap();
                profiles
            };
            let from = written.len() - 1 - (life as usize % 2);
            for (bytes, expected) in &written[from..] {
                assert_eq!(&sightings(&mut restored(bytes)), expected);
            }
            profiles = restored(&written[from].0);
        }
        assert!(profiles.counts().spilled > 1_000, "{:?}", profiles.counts());
        assert_eq!(profiles.counts().forgotten, 0);
        let mut elsewhere: Profiles = decode(1, &written[0].0).unwrap();
        assert!(elsewhere.cap(30_000, Some(Arc::new(Disk::default()))).is_err(), "another spill");
    }
}
