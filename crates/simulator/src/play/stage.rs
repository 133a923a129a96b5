//! What an action works with: the world, the cast, the time, and what the step has touched and delivered so far.

use super::cast::Cast;
use crate::SimulateError;
use crate::audit::{Auditor, Session};
use crate::mime::Mailbox;
use crate::output::Log;
use crate::rng::Rng;
use crate::truth::TruthEntity;
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use weft_model::{Entity, EntityKind};

/// A mail that reached somebody of the company.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub person: usize,
    pub time_ms: i64,
    /// Hosts of its links.
    pub hosts: Vec<String>,
    pub from: Mailbox,
    pub subject: String,
    pub message_id: String,
    pub paragraphs: Vec<String>,
}

/// A step while it runs.
#[derive(Debug)]
pub struct Stage<'a> {
    pub world: &'a mut World,
    pub cast: &'a Cast,
    /// Mails of earlier steps, by step.
    pub deliveries: &'a BTreeMap<String, Vec<Delivery>>,
    pub rng: Rng,
    /// Milliseconds UTC.
    pub now_ms: i64,
    /// Who writes the message that is being filled.
    pub writer: Option<Mailbox>,
    touched: Vec<TruthEntity>,
    delivered: Vec<Delivery>,
}

impl<'a> Stage<'a> {
    /// A step that starts; `when` has its draws and its start.
    pub fn new(world: &'a mut World, cast: &'a Cast, deliveries: &'a BTreeMap<String, Vec<Delivery>>, when: (Rng, i64)) -> Self {
        let (rng, now_ms) = when;
        Self { world, cast, deliveries, rng, now_ms, writer: None, touched: Vec::new(), delivered: Vec::new() }
    }

    /// End of the last action, entities in the order of first use, mails delivered.
    pub fn end(self) -> (i64, Vec<TruthEntity>, Vec<Delivery>) {
        (self.now_ms, self.touched, self.delivered)
    }

    /// Notes that the step uses something.
    pub fn touch(&mut self, kind: EntityKind, key: &str, name: &str, aliases: &[&str]) {
        let entity = TruthEntity::new(&Entity::new(kind, key), name, aliases);
        if !self.touched.contains(&entity) {
            self.touched.push(entity);
        }
    }

    /// Notes a person.
    pub fn touch_person(&mut self, person: usize) {
        if let Some(known) = self.world.company.people.get(person).cloned() {
            self.touch(EntityKind::Person, &known.mail.to_lowercase(), &known.display(), &[&known.login, &known.object_id]);
        }
    }

    /// Notes a person's device.
    pub fn touch_device(&mut self, person: usize) {
        if let Some(host) = self.world.company.devices.get(person).map(|device| device.host.to_lowercase()) {
            self.touch(EntityKind::Device, &host, &host, &[]);
        }
    }

    /// Notes a host of the cast: its registrable domain, and its address where the story fixes one.
    pub fn touch_host(&mut self, role: &str) -> Result<(), SimulateError> {
        let host = self.cast.host(role)?;
        self.touch(EntityKind::Domain, &registrable(&host.name), &host.name, &[&host.name]);
        if let Some(address) = host.address {
            self.touch(EntityKind::Ip, &address.to_string(), &address.to_string(), &[]);
        }
        Ok(())
    }

    /// Notes that a mail reached somebody.
    pub fn deliver(&mut self, delivery: Delivery) {
        self.delivered.push(delivery);
    }

    /// A session of a client of the cast on this day; notes its address and id.
    pub fn session(&mut self, role: &str) -> Result<Session, SimulateError> {
        let session = self.cast.session(role, self.world, &mut self.rng)?;
        self.touch(EntityKind::Ip, &session.ip.to_string(), &session.ip.to_string(), &[]);
        self.touch(EntityKind::Session, &session.id, &session.id, &[]);
        Ok(session)
    }

    /// A session at a person's usual computer of this day.
    pub fn desk(&mut self, person: usize) -> Option<Session> {
        self.world.plans.get(person).and_then(|plan| self.world.desk_session(person, plan, &mut self.rng))
    }

    /// Writes the audit record that `write` makes of a person's act at `at_ms`.
    pub fn record(&mut self, person: usize, log: Log, at_ms: i64, write: impl FnOnce(&Auditor<'_>, &mut Rng) -> Value) {
        self.record_maybe(person, log, at_ms, |auditor, rng| Some(write(auditor, rng)));
    }

    /// As [`Self::record`], or nothing when `write` makes none.
    pub fn record_maybe(&mut self, person: usize, log: Log, at_ms: i64, write: impl FnOnce(&Auditor<'_>, &mut Rng) -> Option<Value>) {
        if let Some(known) = self.world.company.people.get(person) {
            let auditor = Auditor { company: &self.world.company, person: known };
            if let Some(record) = write(&auditor, &mut self.rng) {
                self.world.out.record(log, at_ms, record);
            }
        }
    }

    /// `count` moments from now on within `length_ms`, in order, the first one now.
    pub fn moments(&mut self, count: u32, length_ms: i64) -> Vec<i64> {
        let mut moments: Vec<i64> = (1..count).map(|_| self.now_ms + self.rng.range(0, length_ms.max(1))).collect();
        moments.push(self.now_ms);
        moments.sort_unstable();
        moments
    }
}

/// Registrable domain of a host, for the few suffixes of two labels that scenarios use.
fn registrable(host: &str) -> String {
    const SECOND: [&str; 8] = ["ac", "co", "com", "gob", "go", "ne", "or", "org"];
    let labels: Vec<&str> = host.split('.').collect();
    let two = matches!(labels.as_slice(), [.., second, country] if country.len() == 2 && SECOND.contains(second));
    let keep = if two { 3 } else { 2 };
    labels.get(labels.len().saturating_sub(keep)..).unwrap_or_default().join(".")
}
