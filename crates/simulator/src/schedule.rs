//! Who is where, when: each person's working day, and the trips of the month.
//!
//! Must not know what people do with their time.

use crate::address;
use crate::calendar::{self, is_weekend, local_midnight, weekday};
use crate::company::Company;
use crate::rng::Rng;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// Where a person works on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not at work.
    Off,
    Office,
    Home,
    /// On a trip.
    Away,
}

/// One person's day.
#[derive(Clone, Debug)]
pub struct DayPlan {
    pub place: Place,
    pub start_ms: i64,
    pub end_ms: i64,
    pub lunch_ms: (i64, i64),
    /// Public address the person's computer is seen from.
    pub ip: Ipv4Addr,
    /// Address of the phone, another each day.
    pub phone_ip: Ipv4Addr,
    /// City, region and country that a sign-in record shows for `ip`.
    pub location: (&'static str, &'static str, &'static str),
}

impl DayPlan {
    /// Whether the person works at all.
    pub fn works(&self) -> bool {
        self.place != Place::Off
    }
    /// Whether the person's device is on the office network.
    pub fn at_office(&self) -> bool {
        self.place == Place::Office
    }
    /// A moment of work: mostly not during lunch.
    pub fn moment(&self, rng: &mut Rng) -> i64 {
        let at = rng.range(self.start_ms, self.end_ms);
        if (self.lunch_ms.0..self.lunch_ms.1).contains(&at) && rng.chance(0.7) { rng.range(self.start_ms, self.lunch_ms.0) } else { at }
    }
    /// A moment of work after `at`, within a few hours; `None` when the day is over.
    pub fn moment_after(&self, at: i64, mean_minutes: f64, rng: &mut Rng) -> Option<i64> {
        let wait = (rng.exponential(mean_minutes) * MINUTE_MS as f64) as i64 + 20_000;
        let at = at.max(self.start_ms).saturating_add(wait);
        (self.works() && at < self.end_ms).then_some(at)
    }
}

/// A journey.
#[derive(Clone, Debug)]
pub struct Trip {
    pub person: usize,
    pub first_day: u32,
    pub last_day: u32,
    pub ip: Ipv4Addr,
    pub city: &'static str,
    pub region: &'static str,
    pub country: &'static str,
}

/// Draws the trips of `days` days: two within the country, one abroad.
pub fn trips(company: &Company, seed: u64, days: u32) -> Vec<Trip> {
    let mut rng = Rng::new(seed, "trips");
    let mut people: Vec<usize> = (1..company.people.len().saturating_sub(1)).collect();
    rng.shuffle(&mut people);
    let mut trips = Vec::new();
    for (number, person) in people.into_iter().take(if company.people.len() >= 20 { 3 } else { 2 }).enumerate() {
        let weeks = (days / 7).max(1);
        let first_day = (rng.below(u64::from(weeks)) as u32 * 7 + rng.below(3) as u32).min(days.saturating_sub(1));
        let last_day = first_day + 1 + rng.below(2) as u32;
        let trip = if number == 1 {
            let ((block, country, city, region), first_day) =
                (rng.pick(address::ABROAD).copied().unwrap_or((([86, 140, 0, 0], 16), "GB", "London", "England")), first_day);
            Trip { person, first_day, last_day, ip: address::draw(&[block], &mut rng), city, region, country }
        } else {
            let (city, region) = rng.pick(crate::names::CITIES.get(5..).unwrap_or_default()).copied().unwrap_or_default();
            Trip { person, first_day, last_day, ip: address::draw(address::HOTEL, &mut rng), city, region, country: "US" }
        };
        trips.push(trip);
    }
    trips
}

/// Everybody's plan for `day`; people in `forced` are at the office whatever their habits.
pub fn plan(company: &Company, trips: &[Trip], seed: u64, day: u32, forced: &BTreeSet<(usize, u32)>) -> Vec<DayPlan> {
    let mut plans = Vec::with_capacity(company.people.len());
    for (index, person) in company.people.iter().enumerate() {
        let mut rng = Rng::new(seed, &format!("plan/{day}/{index}"));
        let midnight = local_midnight(day);
        let (start, lunch, end) = person.hours;
        let start_ms = midnight + (start + rng.range(-15, 25)) * MINUTE_MS + rng.range(0, MINUTE_MS);
        let mut end_ms = midnight + (end + rng.range(-30, 45)) * MINUTE_MS;
        let lunch_at = midnight + (lunch + rng.range(-10, 15)) * MINUTE_MS;
        let lunch_ms = (lunch_at, lunch_at + rng.range(25, 60) * MINUTE_MS);
        let trip = trips.iter().find(|trip| trip.person == index && (trip.first_day..=trip.last_day).contains(&day));
        let absent = rng.chance(0.04);
        let light = rng.chance(0.12);
        let home = rng.pick(&person.home_ips).copied().unwrap_or(company.office_ip);
        let phone_ip = address::within(person.carrier, rng.next());
        let office_city = ("Chicago", "Illinois", "US");
        let (place, ip, location) = if forced.contains(&(index, day)) {
            end_ms = end_ms.max(calendar::local(day, 17, 40));
            (Place::Office, company.office_ip, office_city)
        } else if let Some(trip) = trip {
            (Place::Away, trip.ip, (trip.city, trip.region, trip.country))
        } else if is_weekend(day) {
            let start_of_weekend = rng.range(9, 18) * HOUR_MS;
            let place = if light { Place::Home } else { Place::Off };
            let at = midnight + start_of_weekend;
            plans.push(DayPlan {
                place,
                start_ms: at,
                end_ms: at + rng.range(20, 100) * MINUTE_MS,
                lunch_ms: (at, at),
                ip: home,
                phone_ip,
                location: (person.city.0, person.city.1, "US"),
            });
            continue;
        } else if absent {
            (Place::Off, home, (person.city.0, person.city.1, "US"))
        } else if person.remote.contains(&weekday(day)) {
            (Place::Home, home, (person.city.0, person.city.1, "US"))
        } else {
            (Place::Office, company.office_ip, office_city)
        };
        plans.push(DayPlan { place, start_ms, end_ms, lunch_ms, ip, phone_ip, location });
    }
    plans
}
