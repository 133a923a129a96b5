//! People as a directory file lists them, until the whole file is read: managers and owners of devices are named by references that
//! only then can be resolved. Must not know file formats.

use std::collections::HashMap;
use weft_model::{Directory, Person};
use weft_runtime::Sink;

/// Most people that are read: what is made of a person takes about 3 KB.
const MAX_PEOPLE: usize = 300_000;
/// Most devices with an owner.
const MAX_DEVICES: usize = 300_000;
/// Bytes of one field that are kept.
const MAX_FIELD_BYTES: usize = 512;
/// Other names of one person that are kept.
const MAX_ALIASES: usize = 64;

/// The people found so far.
#[derive(Default)]
pub(crate) struct People {
    found: Vec<Person>,
    /// Index of a person by what others call it (distinguished name, id).
    by_reference: HashMap<String, usize>,
    /// Device and the reference to its owner.
    devices: Vec<(String, String)>,
}

impl People {
    /// Takes a person; `reference` is what others call it, `manager` what it calls its manager, each empty where there is none.
    pub fn add(&mut self, mut person: Person, reference: String, manager: String) -> Result<(), &'static str> {
        if person.key().is_empty() {
            return Err("no_address");
        }
        if self.found.len() >= MAX_PEOPLE {
            return Err("directory_too_large");
        }
        if !manager.is_empty() {
            person.manager = manager;
        }
        person.aliases.retain(|alias| !alias.is_empty());
        person.aliases.sort();
        person.aliases.dedup();
        person.aliases.truncate(MAX_ALIASES);
        if !reference.is_empty() {
            self.by_reference.insert(reference, self.found.len());
        }
        self.found.push(person);
        Ok(())
    }

    /// Takes a device; `owner` is the reference to its owner.
    pub fn add_device(&mut self, host_name: String, owner: String) -> Result<(), &'static str> {
        if self.devices.len() >= MAX_DEVICES {
            return Err("directory_too_large");
        }
        self.devices.push((host_name, owner));
        Ok(())
    }

    /// Resolves the references and gives the directory to `sink`, if there is anybody. An unknown reference is left as it stands: somebody
    /// whose manager is elsewhere still has one.
    pub fn give_to(mut self, sink: &mut dyn Sink) {
        let keys: Vec<String> = self.found.iter().map(Person::key).collect();
        for person in &mut self.found {
            if let Some(key) = self.by_reference.get(&person.manager).and_then(|index| keys.get(*index)) {
                person.manager.clone_from(key);
            }
        }
        self.devices.sort();
        for (host_name, owner) in self.devices {
            let owner = self.by_reference.get(&owner).and_then(|index| self.found.get_mut(*index));
            if let Some(owner) = owner.filter(|owner| owner.device_host_name.is_empty()) {
                owner.device_host_name = host_name;
            }
        }
        if !self.found.is_empty() {
            sink.directory(Directory::new(self.found));
        }
    }
}

/// The text of a field, trimmed and cut to what is kept.
pub(crate) fn kept(field: &str) -> String {
    let field = field.trim();
    let end = (0..=field.len().min(MAX_FIELD_BYTES)).rev().find(|end| field.is_char_boundary(*end)).unwrap_or(0);
    field.get(..end).unwrap_or_default().to_owned()
}
