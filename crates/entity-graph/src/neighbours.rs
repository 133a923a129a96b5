//! Neighbourhoods: what lies within some steps of an entity in a stretch of time. Inspection and investigation ask; scoring never does.

use crate::graph::EntityGraph;
use crate::ties::End;
use std::collections::{BTreeMap, VecDeque};
use weft_model::{Entity, EntityKind, EventTime};

/// Neighbours found at most; the nearest are kept.
pub const MAX_NEIGHBOURS: usize = 1000;
/// What has more ties than this in the stretch is a hub: it is listed, and nothing is sought behind it.
const HUB: usize = 64;

/// Something near.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// Steps away, from 1.
    pub hops: usize,
    pub entity: Entity,
    /// What it was reached through, a step nearer.
    pub via: Entity,
}

impl EntityGraph {
    /// What `entity` had to do with in `[from, to]`, and what that had to do with, up to `hops` steps away: people, accounts and devices
    /// with the places, messages and senders they touched, and with each other by logons. By distance, then kind and key; of several
    /// ways the first in that order. Hubs, shared devices and pools are named and not passed.
    pub fn neighbours(&self, entity: &Entity, hops: usize, from: EventTime, to: EventTime) -> Vec<Neighbour> {
        let mut found: BTreeMap<Entity, (usize, Entity)> = BTreeMap::new();
        let mut queue = VecDeque::from([(entity.clone(), 0)]);
        while let Some((this, distance)) = queue.pop_front() {
            if distance >= hops || found.len() >= MAX_NEIGHBOURS {
                break;
            }
            let mut around: Vec<Entity> = self.around(&this, from, to).take(HUB + 1).collect();
            if distance > 0 && (around.len() > HUB || self.is_shared(&this, to, |_| false)) {
                continue;
            }
            if around.len() > HUB {
                around.extend(self.around(&this, from, to).skip(HUB + 1).take(MAX_NEIGHBOURS));
            }
            around.sort_unstable();
            for near in around {
                if near != *entity && !found.contains_key(&near) && found.len() < MAX_NEIGHBOURS {
                    found.insert(near.clone(), (distance + 1, this.clone()));
                    queue.push_back((near, distance + 1));
                }
            }
        }
        let mut found: Vec<Neighbour> = found.into_iter().map(|(entity, (hops, via))| Neighbour { hops, entity, via }).collect();
        found.sort_unstable();
        found
    }

    /// Direct ties that were alive in the stretch, in no order.
    pub(crate) fn around<'a>(&'a self, entity: &'a Entity, from: EventTime, to: EventTime) -> Box<dyn Iterator<Item = Entity> + 'a> {
        if entity.kind.is_internal() {
            let who = entity.key.as_str();
            return Box::new(self.ties.of_inside(who).filter_map(move |end| match end {
                End::Outside(place) => self.touches(place)?.touched_by(who, from, to).then(|| place.clone()),
                End::Inside(other) => self.met(who, other, from, to).then(|| self.inside(other)),
                End::Gone => None,
            }));
        }
        let Some(touches) = self.touches(entity) else { return Box::new(std::iter::empty()) };
        Box::new(self.ties.of_outside(touches.place()).filter_map(move |end| match end {
            End::Inside(who) => touches.touched_by(who, from, to).then(|| self.inside(who)),
            End::Outside(_) | End::Gone => None,
        }))
    }

    fn inside(&self, key: &str) -> Entity {
        Entity::new(if self.is_device(key) { EntityKind::Device } else { EntityKind::Person }, key)
    }

    fn met(&self, one: &str, two: &str, from: EventTime, to: EventTime) -> bool {
        self.bindings.was_at(one, two, from, to) || self.bindings.was_at(two, one, from, to)
    }
}
