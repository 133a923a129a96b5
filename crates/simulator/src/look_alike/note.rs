//! What a look-alike leaves in the truth: its time comes from what it wrote, its entities from what it used.

use crate::SimulateError;
use crate::truth::{LookAlike, evidence};
use crate::world::World;
use std::collections::BTreeSet;
use weft_model::{Entity, EntityKind};

/// The entry while it is written.
#[derive(Debug)]
pub struct Note {
    id: String,
    kind: &'static str,
    domains: &'static [&'static str],
    span: Option<(i64, i64)>,
    entities: BTreeSet<String>,
}

impl Note {
    /// An entry without time and entities.
    pub fn new(id: &str, kind: &'static str, domains: &'static [&'static str]) -> Self {
        Self { id: id.to_owned(), kind, domains, span: None, entities: BTreeSet::new() }
    }

    /// Widens the time to hold `start_ms` to `end_ms`.
    pub fn cover(&mut self, start_ms: i64, end_ms: i64) {
        let (start, end) = self.span.unwrap_or((start_ms, end_ms));
        self.span = Some((start.min(start_ms), end.max(end_ms)));
    }

    /// Adds an entity.
    pub fn add(&mut self, kind: EntityKind, key: &str) {
        self.entities.insert(Entity::new(kind, key).uid());
    }

    /// Adds a person.
    pub fn person(&mut self, world: &World, person: usize) {
        if let Some(known) = world.company.people.get(person) {
            self.add(EntityKind::Person, &known.mail.to_lowercase());
        }
    }

    /// Adds a device.
    pub fn device(&mut self, world: &World, device: usize) {
        if let Some(known) = world.company.devices.get(device) {
            self.add(EntityKind::Device, &known.host.to_lowercase());
        }
    }

    /// Does `act` and widens the time to what it wrote.
    ///
    /// # Errors
    /// Those of `act`, or an input that the decoders cannot read.
    pub fn tap(
        &mut self,
        world: &mut World,
        act: impl FnOnce(&mut Self, &mut World) -> Result<(), SimulateError>,
    ) -> Result<(), SimulateError> {
        world.out.begin_tap();
        let done = act(self, world);
        let (start, end, uids) = evidence(&world.out.end_tap())?;
        if !uids.is_empty() {
            self.cover(start, end);
        }
        done
    }

    /// The entry; `None` when nothing happened.
    pub fn finish(self) -> Option<LookAlike> {
        let entities = self.entities.into_iter().collect();
        self.span.map(|span| LookAlike::new(self.id, self.kind, span, self.domains, entities))
    }
}
