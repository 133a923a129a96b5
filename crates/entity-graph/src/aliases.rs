//! Names of one account (address, object id, security identifier, `domain\user`), united as records name them together.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use weft_model::SmolStr;

/// Names remembered; beyond it new ones are left alone.
const MAX_NAMES: usize = 500_000;
/// Names of one account; a record that would unite more is not believed.
const MAX_GROUP: usize = 64;

/// Which names mean the same account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Aliases {
    group_of: HashMap<SmolStr, u32>,
    groups: HashMap<u32, Vec<SmolStr>>,
    next: u32,
}

impl Aliases {
    /// One record names one account by all of these.
    pub fn unite<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let mut names = names.into_iter();
        let Some(first) = names.next().and_then(|name| self.group(name)) else { return };
        for name in names {
            let Some(other) = self.group(name).filter(|other| *other != first) else { continue };
            let size = |group: u32| self.groups.get(&group).map_or(0, Vec::len);
            if size(first) + size(other) > MAX_GROUP {
                continue;
            }
            let moved = self.groups.remove(&other).unwrap_or_default();
            for name in &moved {
                self.group_of.insert(name.clone(), first);
            }
            self.groups.entry(first).or_default().extend(moved);
        }
    }
    fn group(&mut self, name: &str) -> Option<u32> {
        if let Some(group) = self.group_of.get(name) {
            return Some(*group);
        }
        if self.group_of.len() >= MAX_NAMES {
            return None;
        }
        let (name, group) = (SmolStr::new(name), self.next);
        self.next = self.next.wrapping_add(1);
        self.group_of.insert(name.clone(), group);
        self.groups.insert(group, vec![name]);
        Some(group)
    }
    /// All names of the account of `name`; only itself when nothing else is known.
    pub fn names<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let group = self.group_of.get(name).and_then(|group| self.groups.get(group));
        group.into_iter().flatten().map(|name| name.as_ref()).chain(group.is_none().then_some(name))
    }
    /// The name that stands for the account whatever the order of records: the first address, else the first name, by their letters.
    pub fn canonical<'a>(&'a self, name: &'a str) -> &'a str {
        self.names(name).min_by_key(|name| (!name.contains('@'), *name)).unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_in_any_order() {
        let records: [&[&str]; 3] = [&["id-1", "corp\\ann"], &["ann@corp.example", "id-1"], &["id-2", "bob@corp.example"]];
        for order in [[0, 1, 2], [2, 1, 0]] {
            let mut aliases = Aliases::default();
            order.iter().for_each(|record| aliases.unite(records[*record].iter().copied()));
            assert_eq!(aliases.canonical("corp\\ann"), "ann@corp.example");
            assert_eq!(aliases.canonical("id-2"), "bob@corp.example");
            assert_eq!(aliases.canonical("nobody"), "nobody");
        }
    }
}
