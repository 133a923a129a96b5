//! Who is where, when: each person's working day, and the trips of the month.
//!
//! Must not know what people do with their time.

use crate::address;
use crate::calendar::weekday;
use crate::changes::{Changes, State};
use crate::company::Company;
use crate::country::{COUNTRIES, Country};
use crate::rng::Rng;
use std::collections::{BTreeMap, BTreeSet};
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
    pub state: State,
    /// Whether the person's computer is in the company's network from afar.
    pub tunnel: bool,
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
    /// Whether the person's device is on the company's network: at the office or through the VPN.
    pub fn at_office(&self) -> bool {
        self.place == Place::Office || self.works() && self.tunnel
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

/// Draws the trips of `days` days: every third one abroad, about one in three weeks for each twenty people.
pub fn trips(company: &Company, seed: u64, days: u32) -> Vec<Trip> {
    let mut rng = Rng::new(seed, "trips");
    let mut people: Vec<usize> = (1..company.people.len().saturating_sub(1)).collect();
    rng.shuffle(&mut people);
    let least = if people.len() >= 18 { 3 } else { 2 };
    let count = (people.len() * days as usize / 420).max(least);
    let mut trips = Vec::new();
    for (number, person) in people.iter().copied().cycle().take(count.min(people.len() * 4)).enumerate() {
        let weeks = (days / 7).max(1);
        let first_day = (rng.below(u64::from(weeks)) as u32 * 7 + rng.below(3) as u32).min(days.saturating_sub(1));
        let last_day = first_day + 1 + rng.below(2) as u32;
        let own = company.country(person);
        let abroad: Vec<&Country> = COUNTRIES.iter().filter(|country| country.code != own.code).collect();
        let country = if number % 3 == 1 { rng.pick(&abroad).copied().unwrap_or(own) } else { own };
        let far = if country.code == own.code { country.cities.get(5.min(country.cities.len() - 1)..) } else { country.cities.get(..1) };
        let (city, region) = rng.pick(far.unwrap_or_default()).copied().unwrap_or_default();
        trips.push(Trip { person, first_day, last_day, ip: address::draw(country.hotel, &mut rng), city, region, country: country.code });
    }
    trips
}

/// Everybody's plan for `day`; people in `forced` are at the office whatever their habits.
pub fn plan(company: &Company, trips: &[Trip], changes: &Changes, seed: u64, day: u32, forced: &BTreeSet<(usize, u32)>) -> Vec<DayPlan> {
    let mut plans = Vec::with_capacity(company.people.len());
    let on_trip: BTreeMap<usize, &Trip> =
        trips.iter().filter(|trip| (trip.first_day..=trip.last_day).contains(&day)).map(|trip| (trip.person, trip)).collect();
    for (index, person) in company.people.iter().enumerate() {
        let mut rng = Rng::new(seed, &format!("plan/{day}/{index}"));
        let midnight = company.midnight(index, day);
        let (start, lunch, end) = person.hours;
        let start_ms = midnight + (start + rng.range(-15, 25)) * MINUTE_MS + rng.range(0, MINUTE_MS);
        let mut end_ms = midnight + (end + rng.range(-30, 45)) * MINUTE_MS;
        let lunch_at = midnight + (lunch + rng.range(-10, 15)) * MINUTE_MS;
        let lunch_ms = (lunch_at, lunch_at + rng.range(25, 60) * MINUTE_MS);
        let absent = rng.chance(0.04);
        let light = rng.chance(0.12);
        let country = company.country(index).code;
        let at_home = rng.pick(&person.home_ips).copied().unwrap_or(company.office_ip);
        let phone_ip = address::within(person.carrier, rng.next());
        let home = if person.vpn { (company.vpn_ip, company.office_place(0)) } else { (at_home, (person.city.0, person.city.1, country)) };
        let office = (company.site(index).map_or(company.office_ip, |site| site.ip), company.office_place(person.site));
        let state = changes.state(index, day);
        let mut plan =
            DayPlan { place: Place::Off, state, tunnel: false, start_ms, end_ms, lunch_ms, ip: home.0, phone_ip, location: home.1 };
        if forced.contains(&(index, day)) {
            end_ms = end_ms.max(midnight + 17 * HOUR_MS + 40 * MINUTE_MS);
            (plan.place, plan.state, plan.end_ms, plan.ip, plan.location) = (Place::Office, State::Working, end_ms, office.0, office.1);
        } else if state != State::Working {
            // Away from work altogether.
        } else if let Some(trip) = on_trip.get(&index) {
            (plan.place, plan.ip, plan.location) = (Place::Away, trip.ip, (trip.city, trip.region, trip.country));
        } else if company.is_day_off(index, day) {
            let at = midnight + rng.range(9, 18) * HOUR_MS;
            (plan.start_ms, plan.end_ms, plan.lunch_ms) = (at, at + rng.range(20, 100) * MINUTE_MS, (at, at));
            plan.place = if light { Place::Home } else { Place::Off };
        } else if absent {
            // Ill, or a day off.
        } else if person.remote.contains(&weekday(day)) {
            (plan.place, plan.tunnel) = (Place::Home, person.vpn);
        } else {
            (plan.place, plan.ip, plan.location) = (Place::Office, office.0, office.1);
        }
        plans.push(plan);
    }
    plans
}
