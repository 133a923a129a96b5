//! Short memories beside the graph: who was active off the usual places, and which domains an administrator announced as an exercise.

use crate::names::MAX_INTERNAL;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use weft_model::{DAY_MS, EventTime, SmolStr};

/// Domains of phishing exercises remembered, and for how long an announcement holds.
const MAX_SANCTIONED: usize = 10_000;
const EXERCISE_MS: i64 = 30 * DAY_MS;

/// What is noted of people and domains.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Notes {
    /// Domains of phishing exercises and when they were last announced.
    sanctioned: HashMap<SmolStr, EventTime>,
    /// When, in which country and from which address somebody was last active from a source not its own.
    strayed: HashMap<SmolStr, (EventTime, SmolStr, SmolStr)>,
}

impl Notes {
    /// Notes that `who` was active from a source that is not its own.
    pub fn stray(&mut self, who: &SmolStr, country: SmolStr, ip: SmolStr, at: EventTime) {
        if (self.strayed.len() < MAX_INTERNAL || self.strayed.contains_key(who)) && self.strayed.get(who).is_none_or(|last| last.0 <= at) {
            self.strayed.insert(who.clone(), (at, country, ip));
        }
    }
    /// When, in which country and from which address `who` was last active from a source that is not its own.
    pub fn stray_of(&self, who: &str) -> Option<(EventTime, &str, &str)> {
        self.strayed.get(who).map(|(at, country, ip)| (*at, country.as_str(), ip.as_str()))
    }
    /// Notes that an administrator announced a phishing exercise from a domain.
    pub fn sanction(&mut self, domain: SmolStr, at: EventTime) {
        if self.sanctioned.len() < MAX_SANCTIONED || self.sanctioned.contains_key(&domain) {
            let last = self.sanctioned.entry(domain).or_insert(at);
            *last = at.max(*last);
        }
    }
    /// Whether a domain was announced to be that of a phishing exercise within the month before `at`.
    pub fn is_sanctioned(&self, domain: &str, at: EventTime) -> bool {
        self.sanctioned.get(domain).is_some_and(|from| (0..=EXERCISE_MS).contains(&at.since(*from)))
    }
}
