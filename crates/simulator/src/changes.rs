//! How people's circumstances change: who joins and leaves, who is on holiday, who gets a new role or a new phone.
//!
//! Must not know what people do on a day.

use crate::company::Company;
use crate::names;
use crate::rng::Rng;
use std::collections::BTreeMap;

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From this day on a member of another department.
    Role { department: usize },
    /// From this day on another phone.
    Phone,
    /// Away until this day, which is included; the mailbox answers by itself.
    Holiday { last_day: u32 },
    /// The first day here.
    Joins,
    /// The last day here.
    Leaves,
}

/// A change of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub day: u32,
    pub kind: Kind,
}

/// What a person is on a day, apart from weekends and trips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Working,
    OnHoliday,
    /// Not yet, or no longer, in the company.
    Outside,
}

/// All changes by person.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    by_person: BTreeMap<usize, Vec<Change>>,
}

impl Changes {
    /// Draws the changes of `days` days; heads of departments stay what they are.
    pub fn new(company: &Company, seed: u64, days: u32) -> Self {
        let mut rng = Rng::new(seed, "changes");
        let mut people: Vec<usize> = (names::DEPARTMENTS.len()..company.people.len().saturating_sub(1)).collect();
        rng.shuffle(&mut people);
        let mut people = people.into_iter();
        let mut changes = Self::default();
        let months = f64::from(days) / 30.0 * company.people.len() as f64;
        // Changes for each person and month; nobody has more than one of these, which keeps stories apart.
        for (rate, kind) in [
            (0.02, Kind::Role { department: 0 }),
            (0.03, Kind::Phone),
            (0.15, Kind::Holiday { last_day: 0 }),
            (0.012, Kind::Joins),
            (0.012, Kind::Leaves),
        ] {
            // In a long simulation too most people stay what they are.
            let count = rng.poisson(months * rate) as usize;
            for person in people.by_ref().take(count.min(company.people.len() / 5)) {
                let day = 1 + rng.below(u64::from(days.max(2) - 1)) as u32;
                let monday = day - day % 7;
                let groups = company.departments();
                let own = company.people.get(person).map_or(0, |known| known.department);
                let change = match kind {
                    Kind::Role { .. } => Change {
                        day: monday.max(1),
                        kind: Kind::Role { department: (own + 1 + rng.below(groups as u64 - 1) as usize) % groups },
                    },
                    Kind::Holiday { .. } => {
                        Change { day: monday, kind: Kind::Holiday { last_day: monday + if rng.chance(0.5) { 4 } else { 11 } } }
                    }
                    Kind::Joins => Change { day: monday.max(1), kind },
                    _ => Change { day, kind },
                };
                changes.by_person.entry(person).or_default().push(change);
            }
        }
        changes
    }

    /// Adds a change.
    pub fn add(&mut self, person: usize, change: Change) {
        self.by_person.entry(person).or_default().push(change);
    }

    /// The changes of one person.
    pub fn of(&self, person: usize) -> &[Change] {
        self.by_person.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    /// Everybody who changes on `day`.
    pub fn on(&self, day: u32) -> Vec<(usize, Kind)> {
        let all = self.by_person.iter().flat_map(|(person, changes)| changes.iter().map(|change| (*person, *change)));
        all.filter(|(_, change)| change.day == day).map(|(person, change)| (person, change.kind)).collect()
    }

    /// What a person is on `day`.
    pub fn state(&self, person: usize, day: u32) -> State {
        let mut state = State::Working;
        for change in self.of(person) {
            match change.kind {
                Kind::Joins if day < change.day => state = State::Outside,
                Kind::Leaves if day > change.day => state = State::Outside,
                Kind::Holiday { last_day } if (change.day..=last_day).contains(&day) => state = State::OnHoliday,
                _ => {}
            }
        }
        state
    }
}
