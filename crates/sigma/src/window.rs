//! What one group of one rule holds while its timespan is open. A pure fold: events in (time, id) order, then the hours that pass.

use crate::file::CorrelationType;
use crate::rule::{MAX_COUNT, Rule};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use weft_model::{EventRef, EventTime};

/// Different events or values that a group holds; the oldest make room.
const MAX_HELD: usize = MAX_COUNT as usize + 24;
/// Events that are still to be followed.
const MAX_PENDING: usize = 64;
/// Events that a step of an order or a part of a match lists.
const MAX_STEP_EVENTS: usize = 64;

/// Hash of an event, or of the value that is counted.
pub(crate) type Id = [u8; 16];

/// Something that a rule's source says.
pub(crate) struct Arrival<'a> {
    /// Place of the source in the rule.
    pub base: usize,
    pub at: EventTime,
    pub id: Id,
    pub events: &'a [EventRef],
}

/// The condition held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub at: EventTime,
    /// Events, values or rules counted.
    pub count: u64,
    /// Those that made it hold, as far as an earlier match has not told them.
    pub events: Vec<EventRef>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    at: EventTime,
    events: Vec<EventRef>,
}

/// One group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Window {
    Count {
        by_id: BTreeMap<Id, Held>,
        order: VecDeque<(EventTime, Id)>,
        is_matching: bool,
    },
    /// Counts from its first event on and is judged when the timespan has passed.
    Whole {
        by_id: BTreeMap<Id, Held>,
        from: Option<EventTime>,
    },
    /// The latest event of each source.
    Temporal(BTreeMap<usize, Held>),
    /// For each step the order that began latest, and when that was.
    Ordered(Vec<Option<(EventTime, Held)>>),
    Absence(VecDeque<(Id, Held)>),
}

impl Window {
    pub(crate) fn new(rule: &Rule) -> Self {
        match rule.kind {
            CorrelationType::EventCount | CorrelationType::ValueCount if rule.bounds.is_upper() => {
                Self::Whole { by_id: BTreeMap::new(), from: None }
            }
            CorrelationType::EventCount | CorrelationType::ValueCount => {
                Self::Count { by_id: BTreeMap::new(), order: VecDeque::new(), is_matching: false }
            }
            CorrelationType::Temporal => Self::Temporal(BTreeMap::new()),
            CorrelationType::TemporalOrdered => Self::Ordered(vec![None; rule.sources.len()]),
            CorrelationType::Absence => Self::Absence(VecDeque::new()),
        }
    }

    /// Takes an event in; arrivals of one event come with later sources first.
    pub(crate) fn add(&mut self, rule: &Rule, arrival: &Arrival<'_>) -> Option<Match> {
        let (at, span) = (arrival.at, rule.timespan_ms);
        let held = || Held { at, events: arrival.events.iter().copied().take(MAX_STEP_EVENTS).collect() };
        match self {
            Self::Count { by_id, order, is_matching } => {
                forget(by_id, order, at.plus_ms(-span));
                *is_matching &= rule.bounds.fit(by_id.len() as u64);
                by_id.insert(arrival.id, held());
                order.push_back((at, arrival.id));
                if order.len() > 2 * MAX_HELD {
                    *order = by_id.iter().map(|(id, held)| (held.at, *id)).collect();
                    order.make_contiguous().sort_unstable();
                }
                while by_id.len() > MAX_HELD {
                    let Some((at, id)) = order.pop_front() else { break };
                    if by_id.get(&id).is_some_and(|held| held.at == at) {
                        by_id.remove(&id);
                    }
                }
                let count = by_id.len() as u64;
                if !rule.bounds.fit(count) {
                    return None;
                }
                let was_matching = std::mem::replace(is_matching, true);
                let events = if was_matching { held().events } else { by_id.values().flat_map(|held| held.events.clone()).collect() };
                Some(Match { at, count, events })
            }
            Self::Whole { by_id, from } => {
                let whole = from.filter(|from| at.since(*from) >= span).and_then(|_| judge(rule, by_id, from));
                from.get_or_insert(at);
                if by_id.len() < MAX_HELD {
                    by_id.insert(arrival.id, held());
                }
                whole
            }
            Self::Temporal(latest) => {
                latest.retain(|_, held| at.since(held.at) <= span);
                latest.insert(arrival.base, held());
                let count = latest.len() as u64;
                let events = || latest.values().flat_map(|held| held.events.clone()).collect();
                rule.bounds.fit(count).then(|| Match { at, count, events: events() })
            }
            Self::Ordered(steps) => {
                let before = match arrival.base.checked_sub(1) {
                    None => Some((at, Held { at, events: Vec::new() })),
                    Some(step) => steps.get(step).cloned().flatten().filter(|(from, _)| at.since(*from) <= span),
                };
                let (from, mut so_far) = before?;
                so_far.events.extend(held().events);
                so_far.at = at;
                let is_last = arrival.base + 1 == steps.len();
                let found = is_last.then(|| Match { at, count: steps.len() as u64, events: so_far.events.clone() });
                if let Some(step) = steps.get_mut(arrival.base) {
                    *step = Some((from, so_far));
                }
                found
            }
            Self::Absence(pending) => {
                if arrival.base == 0 {
                    if pending.len() < MAX_PENDING && pending.iter().all(|(id, _)| *id != arrival.id) {
                        pending.push_back((arrival.id, held()));
                    }
                } else {
                    pending.retain(|(id, before)| *id == arrival.id || at.since(before.at) > span);
                }
                None
            }
        }
    }

    /// Judges what only time decides, every event before `now` being known.
    pub(crate) fn pass(&mut self, rule: &Rule, now: EventTime) -> Option<Match> {
        match self {
            Self::Whole { by_id, from } => from.filter(|from| now.since(*from) >= rule.timespan_ms).and_then(|_| judge(rule, by_id, from)),
            Self::Absence(pending) => {
                let mut events = Vec::new();
                let (mut count, mut last) = (0, None);
                pending.retain(|(_, held)| {
                    let is_over = now.since(held.at) > rule.timespan_ms;
                    if is_over {
                        count += 1;
                        last = last.max(Some(held.at));
                        events.extend(held.events.iter().copied());
                    }
                    !is_over
                });
                last.map(|at| Match { at, count, events })
            }
            _ => None,
        }
    }

    /// Forgets what was not observed to its end: whether something followed is then unknown.
    pub(crate) fn lose_sight(&mut self) {
        match self {
            Self::Absence(pending) => pending.clear(),
            Self::Whole { by_id, from } => {
                by_id.clear();
                *from = None;
            }
            _ => {}
        }
    }

    /// Whether nothing in it can still matter at `now`.
    pub(crate) fn is_over(&self, rule: &Rule, now: EventTime) -> bool {
        let is_past = |held: &Held| now.since(held.at) > rule.timespan_ms;
        match self {
            Self::Count { by_id, .. } => by_id.values().all(is_past),
            Self::Whole { from, .. } => from.is_none(),
            Self::Temporal(latest) => latest.values().all(is_past),
            Self::Ordered(steps) => steps.iter().flatten().all(|(from, _)| now.since(*from) > rule.timespan_ms),
            Self::Absence(pending) => pending.is_empty(),
        }
    }
}

fn forget(by_id: &mut BTreeMap<Id, Held>, order: &mut VecDeque<(EventTime, Id)>, before: EventTime) {
    while let Some((at, id)) = order.front().copied().filter(|(at, _)| *at < before) {
        order.pop_front();
        if by_id.get(&id).is_some_and(|held| held.at == at) {
            by_id.remove(&id);
        }
    }
}

/// Closes a whole timespan.
fn judge(rule: &Rule, by_id: &mut BTreeMap<Id, Held>, from: &mut Option<EventTime>) -> Option<Match> {
    *from = None;
    let held = std::mem::take(by_id);
    let count = held.len() as u64;
    let at = held.values().map(|held| held.at).max()?;
    let events = || held.values().flat_map(|held| held.events.clone()).collect();
    rule.bounds.fit(count).then(|| Match { at, count, events: events() })
}
