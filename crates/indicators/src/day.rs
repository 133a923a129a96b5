//! Keeps the open day under its cap, whatever a flood of new entities brings: the day of those that came for the first time, and once, ends early.
//! What it taught is learned as at the day's end, its scores join the calibration; who comes again on that day begins another one.

use crate::learn::{Learning, close};
use crate::model::Model;
use crate::open::{Open, Worth};
use crate::scorer::Group;
use crate::state::{ModelState, Names, State};
use serde::Serialize;
use std::collections::BTreeMap;
use weft_model::SmolStr;

/// Bytes that the open day may take unless it is said otherwise.
pub const DAY_BYTES: usize = 1 << 30;
/// Bytes of an open (entity, subject) of a model beside its lists, of an active entity of a model, and of a text: tables are half full on average.
const OPEN_BYTES: usize = (size_of::<((u32, u32), Open)>() + 1) * 3 / 2;
const ACTIVE_BYTES: usize = 26;
const TEXT_BYTES: usize = 96;

/// What the open day takes, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayCounts {
    /// (Entity, subject) pairs of models that are open, and about the bytes that the day takes.
    pub open: usize,
    pub bytes: usize,
    /// Pairs whose day ended early since the start of the process.
    pub ended: u64,
}

fn heap_bytes(texts: &Names) -> usize {
    // Short texts lie in their places.
    texts.iter().map(SmolStr::len).filter(|length| *length > 23).map(|length| length + 32).sum()
}

impl State {
    /// From now on the open day takes about so many bytes at most, but for what one hour adds and for what is kept.
    pub fn cap_day(&mut self, bytes: usize) {
        self.day_bytes = bytes;
    }

    /// What the open day took when the last hour began.
    pub fn day(&self) -> DayCounts {
        self.day_counts
    }

    fn count_day(&mut self) -> usize {
        let open = self.memory.iter().map(|memory| memory.open.len()).sum::<usize>();
        let active = self.memory.iter().map(|memory| memory.today.len()).sum::<usize>();
        let lists = self.memory.iter().flat_map(|memory| memory.open.values()).map(Open::heap_bytes).sum::<usize>();
        let texts = self.texts.len() * TEXT_BYTES + heap_bytes(&self.texts);
        let bytes = open * OPEN_BYTES + lists + active * ACTIVE_BYTES + texts;
        (self.day_counts.open, self.day_counts.bytes) = (open, bytes);
        bytes
    }

    /// Whether the group's entity had habits before this hour. Asked for each group, so that it is known of it later, whatever is in memory then.
    pub(crate) fn came_before(&mut self, model: &Model, group: &Group<'_>) -> bool {
        self.own(model, group).is_some_and(|own| self.profiles.came_before(own))
    }

    /// Ends the day early for what is of the least worth, until three quarters of the cap are left. Between hours only: groups know texts by
    /// their numbers.
    pub(crate) fn keep_day_small(&mut self) {
        let (Some(day), Some(first)) = (self.day, self.first_day) else { return };
        let surplus = match self.count_day() {
            bytes if bytes > self.day_bytes => bytes - self.day_bytes / 4 * 3,
            _ => return,
        };
        let Some(limit) = self.limit(surplus) else { return };
        let is_counted = day >= first + self.settings.warm_up_days;
        let models = self.models.clone();
        for (index, (model, memory)) in models.models.iter().zip(&mut self.memory).enumerate() {
            let ending = |open: &Open| open.worth().is_some_and(|worth| worth <= limit);
            let ended: Vec<((u32, u32), Open)> = memory.open.extract_if(|_, open| ending(open)).collect();
            if ended.is_empty() {
                continue;
            }
            self.day_counts.ended += ended.len() as u64;
            let learning = Learning {
                names: &mut self.names,
                texts: &self.texts,
                profiles: &mut self.profiles,
                classes: &self.classes,
                lessons: &mut self.lessons,
            };
            close(memory, index, model, learning, ended, (day, is_counted));
            let mut is_open = vec![false; self.texts.len()];
            memory.open.keys().for_each(|(entity, _)| is_open.get_mut(*entity as usize).into_iter().for_each(|is_open| *is_open = true));
            let (texts, classes) = (&self.texts, &self.classes);
            let ModelState { today, calibration, .. } = memory;
            today.retain(|entity, score| {
                let stays = is_open.get(*entity as usize).copied().unwrap_or(false);
                if !stays && is_counted {
                    let class = texts.text(*entity).and_then(|text| classes.compared(model.entity, text));
                    calibration.add_early(day, class, *score);
                }
                stays
            });
        }
        self.number_texts_anew();
        self.count_day();
    }

    /// The worth up to which all must go to free so many bytes.
    fn limit(&self, surplus: usize) -> Option<Worth> {
        let mut by_worth: BTreeMap<Worth, usize> = BTreeMap::new();
        for open in self.memory.iter().flat_map(|memory| memory.open.values()) {
            if let Some(worth) = open.worth() {
                *by_worth.entry(worth).or_default() += OPEN_BYTES + ACTIVE_BYTES + TEXT_BYTES / 2 + open.heap_bytes();
            }
        }
        let mut freed = 0;
        let enough = by_worth.iter().find(|(_, bytes)| {
            freed += **bytes;
            freed >= surplus
        });
        enough.map(|(worth, _)| *worth).or_else(|| by_worth.into_keys().next_back())
    }

    /// Lets go of the texts that nothing open names; the others keep their order.
    fn number_texts_anew(&mut self) {
        let mut is_used = vec![false; self.texts.len()];
        for memory in &self.memory {
            let pairs = memory.open.keys().flat_map(|(entity, subject)| [*entity, *subject]);
            let entities = memory.open.values().flat_map(Open::texts);
            for number in pairs.chain(entities).chain(memory.today.keys().copied()) {
                is_used.get_mut(number as usize).into_iter().for_each(|is_used| *is_used = true);
            }
        }
        let old = std::mem::take(&mut self.texts);
        let new: Vec<u32> = old.iter().zip(is_used).map(|(text, is_used)| if is_used { self.texts.number(text) } else { 0 }).collect();
        let of = |number: u32| new.get(number as usize).copied().unwrap_or(number);
        for memory in &mut self.memory {
            let open = std::mem::take(&mut memory.open).into_iter().map(|((entity, subject), mut open)| {
                open.renumber(of);
                ((of(entity), of(subject)), open)
            });
            memory.open = open.collect();
            memory.today = std::mem::take(&mut memory.today).into_iter().map(|(entity, score)| (of(entity), score)).collect();
        }
        self.profile_of.clear();
        self.coded.clear();
    }
}
