//! What is known of one (entity, subject) on the open day, in few bytes: most show one event a day. Knows no models.

use crate::state::{Names, insert_ordered};
use serde::{Deserialize, Serialize};
use weft_baselines::fan_out::Distinct;
use weft_model::id::content_hash;
use weft_model::{Entity, EntityKind, EventRef, Indicator, SmolStr};

/// Entities kept without a list of their own.
const FEW: usize = 4;
/// Beside the number of the few: the entity had habits before this day's first hour.
const WARM: u8 = 1 << 7;
/// Bits of a text's number in the code of an entity.
const TEXT_BITS: u32 = 28;
const KINDS: [EntityKind; 13] = [
    EntityKind::Person,
    EntityKind::Account,
    EntityKind::Device,
    EntityKind::Ip,
    EntityKind::Domain,
    EntityKind::Host,
    EntityKind::Url,
    EntityKind::Sender,
    EntityKind::Message,
    EntityKind::Campaign,
    EntityKind::Session,
    EntityKind::File,
    EntityKind::InboxRule,
];

/// An entity by its kind and the day's number of its key; nothing once the numbers are used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coded(u32);

impl Coded {
    const NONE: Self = Self(u32::MAX);

    pub(crate) fn of(entity: &Entity, texts: &mut Names) -> Self {
        let text = texts.number(&entity.key);
        let kind = KINDS.iter().position(|kind| *kind == entity.kind).unwrap_or_default() as u32;
        if text >> TEXT_BITS == 0 { Self(kind << TEXT_BITS | text) } else { Self::NONE }
    }
    fn kind(self) -> Option<EntityKind> {
        KINDS.get((self.0 >> TEXT_BITS) as usize).copied()
    }
    pub(crate) fn is_internal(self) -> bool {
        self.kind().is_some_and(EntityKind::is_internal)
    }
    fn text(self) -> u32 {
        self.0 & ((1 << TEXT_BITS) - 1)
    }
    fn renumbered(self, new: impl Fn(u32) -> u32) -> Self {
        Self(self.0 & !((1 << TEXT_BITS) - 1) | new(self.text()))
    }
    fn entity(self, texts: &Names) -> Option<Entity> {
        Some(Entity::new(self.kind()?, texts.text(self.text())?.clone()))
    }
}

/// Whether it came before this day; whether it came again on it; the hour of its last event.
pub(crate) type Worth = (bool, bool, i64);

/// The day so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Open {
    first: Option<EventRef>,
    few: [Coded; FEW],
    /// How many of the few there are, and [`WARM`].
    few_len: u8,
    pub(crate) count: u32,
    pub(crate) peer: Option<u32>,
    /// The day's surprise so far, whatever the tie-break: what is learned of the day as a whole is learned with its weight.
    pub(crate) bits: f64,
    pub(crate) kept: Option<Box<Indicator>>,
    rest: Option<Box<Rest>>,
}

/// What few have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Rest {
    /// Further events, in order.
    events: Vec<EventRef>,
    entities: Vec<Coded>,
    /// Different values by place of the feature, in order: who was met together. In files up to version 5 also of features that only count them.
    distinct: Vec<(usize, Vec<SmolStr>)>,
    /// Values of ordered features as they came, each once in a row.
    sequence: Vec<(usize, Vec<SmolStr>)>,
    /// How many different values, by place of the feature; a section of its own in snapshots.
    #[serde(skip)]
    counted: Vec<(usize, Distinct)>,
}

/// The same on every machine and in every version: sketches outlive the process.
fn hash(value: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = content_hash("distinct", &[value.as_bytes()]);
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

impl Open {
    fn few(&self) -> &[Coded] {
        self.few.get(..usize::from(self.few_len & !WARM)).unwrap_or_default()
    }
    /// The entity came before.
    pub(crate) fn warm(&mut self) {
        self.few_len |= WARM;
    }
    /// How much would be lost if its day ended now: least of what came for the first time, and once, and then of what was not seen for the longest.
    /// `None`: what is kept must stay.
    pub(crate) fn worth(&self) -> Option<Worth> {
        let last = self.rest.as_ref().and_then(|rest| rest.events.last()).max(self.first.as_ref());
        let worth = (self.few_len & WARM > 0, self.count > 1, last.map_or(i64::MIN, |last| last.time.hour()));
        self.kept.is_none().then_some(worth)
    }
    /// Gives entities their new numbers.
    pub(crate) fn renumber(&mut self, new: impl Fn(u32) -> u32) {
        let rest = self.rest.iter_mut().flat_map(|rest| &mut rest.entities);
        for entity in self.few.iter_mut().take(usize::from(self.few_len & !WARM)).chain(rest) {
            *entity = entity.renumbered(&new);
        }
    }
    /// The numbers of the texts of its entities.
    pub(crate) fn texts(&self) -> impl Iterator<Item = u32> + '_ {
        self.few().iter().chain(self.rest.iter().flat_map(|rest| &rest.entities)).map(|entity| entity.text())
    }
    /// Bytes on the heap, but for the texts of values and what is kept.
    pub(crate) fn heap_bytes(&self) -> usize {
        let kept = self.kept.as_ref().map_or(0, |_| size_of::<Indicator>());
        let Some(rest) = &self.rest else { return kept };
        let values =
            |values: &[(usize, Vec<SmolStr>)]| values.iter().map(|(_, values)| 32 + values.len() * size_of::<SmolStr>()).sum::<usize>();
        let lists = rest.events.len() * size_of::<EventRef>() + rest.entities.len() * size_of::<Coded>();
        let counted = rest.counted.iter().map(|(_, counted)| size_of::<(usize, Distinct)>() + counted.heap_bytes()).sum::<usize>();
        kept + size_of::<Rest>() + lists + values(&rest.distinct) + values(&rest.sequence) + counted
    }
    /// One more event, unless there are so many.
    pub(crate) fn add_event(&mut self, event: EventRef, most: usize) {
        match self.first {
            None => self.first = Some(event),
            Some(first) if first == event => {}
            Some(_) => {
                let events = &mut self.rest.get_or_insert_default().events;
                if events.len() + 1 < most {
                    insert_ordered(events, event);
                }
            }
        }
    }
    /// All events, in order.
    pub(crate) fn events(&self) -> Vec<EventRef> {
        let mut events: Vec<EventRef> = self.first.into_iter().collect();
        events.extend(self.rest.iter().flat_map(|rest| &rest.events));
        events.sort_unstable();
        events
    }
    /// One more entity, unless there are so many.
    pub(crate) fn add_entity(&mut self, entity: Coded, most: usize) {
        let few = self.few();
        let more = self.rest.as_ref().map_or(&[][..], |rest| &rest.entities);
        let is_full = few.len() + more.len() >= most;
        if is_full || entity == Coded::NONE || few.iter().chain(more).any(|known| *known == entity) {
            return;
        }
        let place = few.len();
        match self.few.get_mut(place) {
            Some(place) => {
                *place = entity;
                self.few_len += 1;
            }
            None => self.rest.get_or_insert_default().entities.push(entity),
        }
    }
    /// All entities, in order.
    pub(crate) fn entities(&self, texts: &Names) -> Vec<Entity> {
        let all = self.few().iter().chain(self.rest.iter().flat_map(|rest| &rest.entities));
        let mut entities: Vec<Entity> = all.filter_map(|entity| entity.entity(texts)).collect();
        entities.sort_unstable();
        entities
    }
    /// The different values of a feature so far.
    pub(crate) fn distinct(&self, position: usize) -> &[SmolStr] {
        self.rest.as_ref().map_or(&[], |rest| at(&rest.distinct, position))
    }
    /// The values of an ordered feature so far.
    pub(crate) fn sequence(&self, position: usize) -> &[SmolStr] {
        self.rest.as_ref().map_or(&[], |rest| at(&rest.sequence, position))
    }
    /// How many different values a feature has seen so far.
    pub(crate) fn counted(&self, position: usize) -> u64 {
        let found = self.rest.iter().flat_map(|rest| &rest.counted).find(|(known, _)| *known == position);
        found.map_or(0, |(_, counted)| counted.estimate().round() as u64)
    }
    /// One more value of a feature that counts how many different ones there are; whether it is seen to be another one.
    pub(crate) fn count(&mut self, position: usize, value: &str) -> bool {
        at_mut(&mut self.rest.get_or_insert_default().counted, position).is_some_and(|counted| counted.add(hash(value)))
    }
    /// Of all features that count.
    pub(crate) fn all_counted(&self) -> &[(usize, Distinct)] {
        self.rest.as_ref().map_or(&[], |rest| &rest.counted)
    }
    pub(crate) fn set_counted(&mut self, counted: Vec<(usize, Distinct)>) {
        self.rest.get_or_insert_default().counted = counted;
    }
    /// Counts what an older file lists.
    pub(crate) fn count_listed(&mut self, position: usize) {
        let listed = self.rest.as_mut().map(|rest| &mut rest.distinct).and_then(|lists| {
            let place = lists.iter().position(|(known, _)| *known == position)?;
            Some(lists.remove(place).1)
        });
        listed.into_iter().flatten().for_each(|value| {
            self.count(position, &value);
        });
    }
    pub(crate) fn distinct_mut(&mut self, position: usize) -> Option<&mut Vec<SmolStr>> {
        at_mut(&mut self.rest.get_or_insert_default().distinct, position)
    }
    pub(crate) fn sequence_mut(&mut self, position: usize) -> Option<&mut Vec<SmolStr>> {
        at_mut(&mut self.rest.get_or_insert_default().sequence, position)
    }
}

fn at(values: &[(usize, Vec<SmolStr>)], position: usize) -> &[SmolStr] {
    values.iter().find(|(known, _)| *known == position).map_or(&[], |(_, values)| values)
}

fn at_mut<T: Default>(values: &mut Vec<(usize, T)>, position: usize) -> Option<&mut T> {
    let at = values.iter().position(|(known, _)| *known >= position).unwrap_or(values.len());
    if values.get(at).is_none_or(|(known, _)| *known != position) {
        values.insert(at, (position, T::default()));
    }
    values.get_mut(at).map(|(_, values)| values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use weft_model::{EventTime, EventUid, format_smolstr};

    #[test]
    fn events_and_entities_are_sets_up_to_their_caps() {
        let (mut open, mut texts) = (Open::default(), Names::default());
        let (mut events, mut entities) = (BTreeSet::new(), BTreeSet::new());
        for number in [5i64, 3, 3, 9, 5, 1, 7, 2, 8, 4, 6] {
            let event = EventRef { time: EventTime(number), uid: EventUid([0; 16]) };
            let entity = Entity::new(KINDS[number as usize], format_smolstr!("e{}", number % 4));
            open.add_event(event, 6);
            open.add_entity(Coded::of(&entity, &mut texts), 7);
            if events.len() < 6 {
                events.insert(event);
            }
            if entities.len() < 7 {
                entities.insert(entity);
            }
        }
        assert_eq!(open.events(), events.into_iter().collect::<Vec<_>>());
        assert_eq!(open.entities(&texts), entities.into_iter().collect::<Vec<_>>());
        assert!(size_of::<Open>() <= 96, "{}", size_of::<Open>());
    }

    #[test]
    fn different_values_are_counted_exactly_and_then_nearly() {
        let mut open = Open::default();
        for number in 0..128 {
            assert!(open.count(2, &format!("v{number}")) && !open.count(2, &format!("v{number}")));
        }
        assert_eq!((open.counted(2), open.counted(1)), (128, 0));
        (0..5000).for_each(|number| {
            open.count(2, &format!("v{number}"));
        });
        assert!(open.counted(2).abs_diff(5000) < 500, "{}", open.counted(2));
        assert!(open.heap_bytes() < 1500, "{}", open.heap_bytes());
        assert_eq!(hash("198.51.100.7"), 3_119_733_701_271_964_569, "as in every snapshot");
        open.distinct_mut(1).unwrap().extend(["a", "b"].map(SmolStr::new));
        open.count_listed(1);
        assert_eq!((open.counted(1), open.distinct(1).len(), open.counted(2) > 4000), (2, 0, true));
    }

    #[test]
    fn kinds_stand_in_their_order() {
        assert!(KINDS.iter().enumerate().all(|(place, kind)| *kind as usize == place));
    }
}
