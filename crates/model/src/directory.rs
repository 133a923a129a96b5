//! The organisation's directory: people, their peer groups and their devices.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One person, a row of `directory.csv` or an entry of another directory; every field but an address may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Person {
    pub display_name: String,
    pub mail: String,
    pub user_principal_name: String,
    pub object_id: String,
    /// The peer group.
    pub department: String,
    pub title: String,
    pub manager: String,
    pub usual_country: String,
    pub device_host_name: String,
    pub hire_date: String,
    /// Further addresses, login names and security identifiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl Person {
    /// The canonical key of this person: mail, else user principal name, lower case.
    pub fn key(&self) -> String {
        let address = if self.mail.is_empty() { &self.user_principal_name } else { &self.mail };
        address.to_lowercase()
    }
}

/// Everybody, by key, with the look-ups the analysis needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// In key order.
    people: Vec<(String, Person)>,
    /// Places in `people`.
    by_alias: HashMap<String, u32>,
    by_device: HashMap<String, u32>,
    domains: BTreeSet<String>,
}

/// In lower case; most names are already.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

impl Directory {
    /// Builds the look-ups; rows without any address are ignored, and of two rows with one key the greater in field order wins,
    /// so that the order of files does not matter.
    pub fn new(rows: impl IntoIterator<Item = Person>) -> Self {
        let mut people: BTreeMap<String, Person> = BTreeMap::new();
        for person in rows {
            let key = person.key();
            if key.is_empty() {
                continue;
            }
            match people.get(&key) {
                Some(known) if *known >= person => {}
                _ => {
                    people.insert(key, person);
                }
            }
        }
        let mut directory = Self { people: people.into_iter().collect(), ..Self::default() };
        for (place, (_, person)) in (0..).zip(&directory.people) {
            for alias in [&person.mail, &person.user_principal_name, &person.object_id] {
                if !alias.is_empty() {
                    directory.by_alias.insert(alias.to_lowercase(), place);
                }
            }
            if let Some((local, _)) = person.user_principal_name.split_once('@') {
                directory.by_alias.entry(local.to_lowercase()).or_insert(place);
            }
            if !person.device_host_name.is_empty() {
                directory.by_device.insert(person.device_host_name.to_lowercase(), place);
            }
            for address in [&person.mail, &person.user_principal_name] {
                if let Some((_, domain)) = address.rsplit_once('@') {
                    directory.domains.insert(domain.to_lowercase());
                }
            }
        }
        // What is nobody's main name.
        for (place, (_, person)) in (0..).zip(&directory.people) {
            for alias in &person.aliases {
                directory.by_alias.entry(alias.to_lowercase()).or_insert(place);
            }
        }
        directory
    }
    /// The person whose mail, user principal name, object id, login name or other name (case-insensitive) is `alias`.
    pub fn person(&self, alias: &str) -> Option<(&str, &Person)> {
        self.at(*self.by_alias.get(lower(alias).as_ref())?)
    }
    /// The key of the person to whom the directory gives this device.
    pub fn owner_of(&self, device: &str) -> Option<&str> {
        self.owner(device).map(|(key, _)| key)
    }
    /// The person to whom the directory gives this device.
    pub fn owner(&self, device: &str) -> Option<(&str, &Person)> {
        self.at(*self.by_device.get(lower(device).as_ref())?)
    }
    fn at(&self, place: u32) -> Option<(&str, &Person)> {
        self.people.get(place as usize).map(|(key, person)| (key.as_str(), person))
    }
    /// Whether mail to this domain is the organisation's own.
    pub fn is_own_domain(&self, domain: &str) -> bool {
        self.domains.contains(domain)
    }
    /// The organisation's mail domains.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(String::as_str)
    }
    /// Everybody, in key order.
    pub fn people(&self) -> impl Iterator<Item = (&str, &Person)> {
        self.people.iter().map(|(key, person)| (key.as_str(), person))
    }
    /// How many people.
    pub fn len(&self) -> usize {
        self.people.len()
    }
    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_any_alias() {
        let row = Person {
            mail: "Ann@Corp.example".into(),
            user_principal_name: "ann@corp.example".into(),
            object_id: "0a-1".into(),
            device_host_name: "LT-7".into(),
            aliases: vec!["S-1-5-21-7".into(), "bob".into()],
            ..Person::default()
        };
        let bob = Person { user_principal_name: "bob@corp.example".into(), ..Person::default() };
        let directory = Directory::new([row, Person::default(), bob]);
        assert_eq!(directory.person("bob").map(|(key, _)| key), Some("bob@corp.example"), "another's login name is no alias");
        for alias in ["ANN@corp.example", "0A-1", "ann", "s-1-5-21-7"] {
            assert_eq!(directory.person(alias).map(|(key, _)| key), Some("ann@corp.example"), "{alias}");
        }
        assert_eq!(directory.owner_of("lt-7"), Some("ann@corp.example"));
        assert!(directory.is_own_domain("corp.example"));
        assert_eq!(directory.len(), 2);
    }
}
