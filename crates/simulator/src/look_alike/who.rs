//! Draws the days and the people of look-alikes, and checks the parameters that several share.

use crate::SimulateError;
use crate::calendar::is_weekend;
use crate::changes::State;
use crate::names;
use crate::play::Taken;
use crate::rng::Rng;
use crate::scenario::invalid;
use crate::world::World;
use std::ops::RangeInclusive;

/// The first day of something that lasts `length` days: `wish`, or a workday after the first week that `fits`.
pub fn first_day(wish: Option<u32>, length: u32, world: &World, rng: &mut Rng, fits: impl Fn(u32) -> bool) -> Option<u32> {
    let last = world.days.checked_sub(length.max(1))?;
    let days: Vec<u32> = (7..=last).filter(|day| !is_weekend(*day) && fits(*day)).collect();
    wish.filter(|day| *day <= last).or_else(|| rng.pick(&days).copied())
}

/// Somebody who is there on all `days`, is on no trip then and has no other role, if the company is large enough for that.
///
/// # Errors
/// When nobody fits.
pub fn person(
    id: &str,
    department: Option<&str>,
    days: RangeInclusive<u32>,
    taken: &mut Taken,
    world: &World,
    rng: &mut Rng,
) -> Result<usize, SimulateError> {
    let fits = |person: &usize| {
        let known = world.company.people.get(*person);
        known.is_some_and(|known| known.hours.0 < 12 * 60 && department.is_none_or(|name| world.company.department(known) == name))
            && days.clone().all(|day| world.changes.state(*person, day) == State::Working)
            && !world.trips.iter().any(|trip| trip.person == *person && trip.first_day <= *days.end() && trip.last_day >= *days.start())
    };
    let found: Vec<usize> = (0..world.company.people.len()).filter(fits).collect();
    let free: Vec<usize> = found.iter().copied().filter(|person| !taken.people.contains(person)).collect();
    let person =
        *rng.pick(&free).or_else(|| rng.pick(&found)).ok_or_else(|| invalid(id, "nobody in the company fits; add people".to_owned()))?;
    taken.people.insert(person);
    Ok(person)
}

/// What is wrong with a department.
pub fn department_problem(department: Option<&String>) -> Option<String> {
    let name = department?;
    let known: Vec<&str> = names::DEPARTMENTS.iter().map(|(name, _)| *name).collect();
    (!known.contains(&name.as_str())).then(|| format!("department {name:?} is not one of {}", known.join(", ")))
}

/// What is wrong with a day: it must be one of `days`.
pub fn day_problem(name: &str, day: Option<u32>, days: u32) -> Option<String> {
    day.filter(|day| *day >= days).map(|day| format!("{name} {day} is not within minimum_days ({days}); the first day is 0"))
}

/// What is wrong with a share.
pub fn share_problem(name: &str, share: f64) -> Option<String> {
    (!(0.0..=1.0).contains(&share)).then(|| format!("{name} must be 0 to 1"))
}

/// What is wrong with a number.
pub fn range_problem(name: &str, value: u32, range: RangeInclusive<u32>) -> Option<String> {
    (!range.contains(&value)).then(|| format!("{name} must be {} to {}", range.start(), range.end()))
}
