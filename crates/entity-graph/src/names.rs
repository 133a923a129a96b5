//! Those inside, by number: a contact costs four bytes instead of a name. Numbers never leave this crate, so their order does not matter.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use weft_model::held::{of_list, of_table};
use weft_model::{EntityKind, EventTime, SmolStr};

/// Names with a number unless it is said otherwise; contacts of further ones are refused and counted.
pub(crate) const MAX_NAMES: usize = 1_000_000;
/// People (and accounts) and devices that count as known, of each.
pub(crate) const MAX_INTERNAL: usize = 200_000;

/// What is known of one of those inside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Inside {
    name: SmolStr,
    is_person: bool,
    is_device: bool,
    /// Last active in a service from somewhere outside.
    active: Option<EventTime>,
    /// When and in which country a source of its own was last used.
    seat: Option<(EventTime, SmolStr)>,
}

impl Inside {
    /// Whether it is remembered although nothing names it.
    fn is_kept(&self) -> bool {
        self.is_person || self.is_device || self.active.is_some() || self.seat.is_some()
    }
}

/// Names and numbers, and what is known of their bearers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Names {
    numbers: HashMap<SmolStr, u32>,
    inside: Vec<Inside>,
    free: Vec<u32>,
    people: usize,
    devices: usize,
    active: usize,
    seated: usize,
    /// Names at most.
    #[serde(skip, default = "usual")]
    most: usize,
}

fn usual() -> usize {
    MAX_NAMES
}

impl Default for Names {
    fn default() -> Self {
        Self {
            numbers: HashMap::default(),
            inside: Vec::new(),
            free: Vec::new(),
            people: 0,
            devices: 0,
            active: 0,
            seated: 0,
            most: MAX_NAMES,
        }
    }
}

impl Names {
    /// From now on there are at most so many.
    pub(crate) fn cap(&mut self, most: usize) {
        self.most = most;
    }
    /// The number of `name`, a new one if need be; `None` when all are taken.
    pub(crate) fn number(&mut self, name: &SmolStr) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        if self.numbers.len() >= self.most {
            return None;
        }
        let fresh = Inside { name: name.clone(), ..Inside::default() };
        let number = self.free.pop().unwrap_or(self.inside.len() as u32);
        match self.inside.get_mut(number as usize) {
            Some(place) => *place = fresh,
            None => self.inside.push(fresh),
        }
        self.numbers.insert(name.clone(), number);
        Some(number)
    }
    /// The number of `name`, if it has one.
    pub(crate) fn known(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }
    /// The name with this number.
    pub(crate) fn name(&self, number: u32) -> SmolStr {
        self.of(number).map(|one| one.name.clone()).unwrap_or_default()
    }
    fn of(&self, number: u32) -> Option<&Inside> {
        self.inside.get(number as usize)
    }
    fn of_name(&self, name: &str) -> Option<&Inside> {
        self.of(self.known(name)?)
    }

    /// Counts one as known to the organisation.
    pub(crate) fn add(&mut self, kind: EntityKind, name: &SmolStr) {
        let is_device = kind == EntityKind::Device;
        let already = |one: &Inside| if is_device { one.is_device } else { one.is_person };
        let is_full = if is_device { self.devices } else { self.people } >= MAX_INTERNAL;
        if is_full || self.of_name(name).is_some_and(already) {
            return;
        }
        let Some(one) = self.number(name).and_then(|number| self.inside.get_mut(number as usize)) else { return };
        if is_device {
            one.is_device = true;
            self.devices += 1;
        } else {
            one.is_person = true;
            self.people += 1;
        }
    }
    /// How many people (and accounts) and devices are known.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.people, self.devices)
    }
    pub(crate) fn is_device(&self, number: u32) -> bool {
        self.of(number).is_some_and(|one| one.is_device)
    }
    pub(crate) fn is_device_name(&self, name: &str) -> bool {
        self.of_name(name).is_some_and(|one| one.is_device)
    }
    pub(crate) fn is_person_name(&self, name: &str) -> bool {
        self.of_name(name).is_some_and(|one| one.is_person)
    }

    /// Notes that one was active in a service.
    pub(crate) fn act(&mut self, number: u32, at: EventTime) {
        let Some(one) = self.inside.get_mut(number as usize) else { return };
        match &mut one.active {
            Some(last) => *last = at.max(*last),
            None if self.active < MAX_INTERNAL => {
                one.active = Some(at);
                self.active += 1;
            }
            None => {}
        }
    }
    pub(crate) fn last_active(&self, name: &str) -> Option<EventTime> {
        self.of_name(name)?.active
    }

    /// Notes that one was active from a source of its own in a country.
    pub(crate) fn seat(&mut self, name: &SmolStr, country: &SmolStr, at: EventTime) {
        let is_full = self.seated >= MAX_INTERNAL;
        let Some(one) = self.number(name).and_then(|number| self.inside.get_mut(number as usize)) else { return };
        match &mut one.seat {
            Some(seat) if seat.0 <= at => *seat = (at, country.clone()),
            Some(_) => {}
            None if !is_full => {
                one.seat = Some((at, country.clone()));
                self.seated += 1;
            }
            None => {}
        }
    }
    pub(crate) fn seat_of(&self, name: &str) -> Option<(EventTime, &str)> {
        self.of_name(name)?.seat.as_ref().map(|(at, country)| (*at, country.as_ref()))
    }

    /// Whether so many names are taken that those of nobody should go.
    pub(crate) fn is_filling(&self) -> bool {
        self.numbers.len() > self.most / 2
    }
    /// Frees the numbers that are neither in `used` (by number) nor of anybody known.
    pub(crate) fn free_unused(&mut self, used: &[bool]) {
        for (number, one) in self.inside.iter_mut().enumerate() {
            let is_used = used.get(number).copied().unwrap_or(false) || one.is_kept();
            if !is_used && self.numbers.remove(&one.name).is_some() {
                *one = Inside::default();
                self.free.push(number as u32);
            }
        }
    }
    /// Bytes that they take.
    pub(crate) fn bytes(&self) -> usize {
        of_table(&self.numbers) + of_list(&self.inside) + of_list(&self.free)
    }
    /// Numbers given out so far, freed ones included.
    pub(crate) fn len(&self) -> usize {
        self.inside.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_nobody_are_given_out_again() {
        let mut names = Names::default();
        names.add(EntityKind::Person, &SmolStr::new("ann"));
        let (one, two) = (names.number(&SmolStr::new("one")).unwrap(), names.number(&SmolStr::new("two")).unwrap());
        let mut used = vec![false; names.len()];
        used[two as usize] = true;
        names.free_unused(&used);
        assert_eq!((names.known("one"), names.known("two")), (None, Some(two)));
        assert!(names.is_person_name("ann"));
        assert_eq!(names.number(&SmolStr::new("three")), Some(one));
        assert_eq!(names.name(one), "three");
    }
}
