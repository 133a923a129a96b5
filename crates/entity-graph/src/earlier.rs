//! The graph as snapshots before version 5 hold it: contacts by name.

use crate::aliases::Aliases;
use crate::bindings::Bindings;
use crate::correspondents::Correspondents;
use crate::graph::EntityGraph;
use crate::names::Names;
use crate::touches::{EarlierTouches, Record};
use foldhash::{HashMap, HashSet};
use serde::Deserialize;
use std::collections::BTreeMap;
use weft_model::{Entity, EntityKind, EventTime, SmolStr};

/// An [`EntityGraph`] of then; it becomes one of now.
#[derive(Deserialize)]
pub struct EarlierGraph {
    bindings: Bindings,
    aliases: Aliases,
    correspondents: Correspondents,
    active: HashMap<SmolStr, EventTime>,
    seated: HashMap<SmolStr, (EventTime, SmolStr)>,
    external: HashMap<Entity, EarlierTouches>,
    kinds: BTreeMap<EntityKind, usize>,
    began: Option<EventTime>,
    people: HashSet<SmolStr>,
    devices: HashSet<SmolStr>,
    listed: usize,
    refused: u64,
}

impl From<EarlierGraph> for EntityGraph {
    fn from(earlier: EarlierGraph) -> Self {
        let mut names = Names::default();
        earlier.people.iter().for_each(|name| names.add(EntityKind::Person, name));
        earlier.devices.iter().for_each(|name| names.add(EntityKind::Device, name));
        for (name, at) in &earlier.active {
            names.number(name).into_iter().for_each(|number| names.act(number, *at));
        }
        earlier.seated.iter().for_each(|(name, (at, country))| names.seat(name, country, *at));
        let external: HashMap<Entity, Record> =
            earlier.external.into_iter().map(|(entity, touches)| (entity, touches.numbered(&mut names))).collect();
        Self {
            bindings: earlier.bindings,
            aliases: earlier.aliases,
            correspondents: earlier.correspondents,
            names,
            external,
            kinds: earlier.kinds,
            began: earlier.began,
            listed: earlier.listed,
            refused: earlier.refused,
            ..Self::default()
        }
    }
}
