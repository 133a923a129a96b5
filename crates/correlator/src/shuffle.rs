//! `--shuffle`: delivers sorted events in random order within the allowed lateness, some of them twice.

use crate::window::LATENESS_MS;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use weft_model::{Event, EventTime};

/// One event in this many is delivered twice (2 %).
const TWICE_ONE_IN: u64 = 50;

/// A seeded reordering of a sorted stream. Holds at most 72 h of events.
#[derive(Debug)]
pub struct Shuffle {
    seed: u64,
    waiting: BinaryHeap<Reverse<(EventTime, u64, usize)>>,
    slots: Vec<Option<Event>>,
    free: Vec<usize>,
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Shuffle {
    /// The same seed gives the same order.
    pub fn new(seed: u64) -> Self {
        Self { seed, waiting: BinaryHeap::new(), slots: Vec::new(), free: Vec::new() }
    }

    /// Takes the next event of the sorted stream and hands out those that are due.
    pub fn push(&mut self, event: Event, deliver: &mut dyn FnMut(Event)) {
        let now = event.time;
        let copies = if next(&mut self.seed).is_multiple_of(TWICE_ONE_IN) { 2 } else { 1 };
        for _ in 0..copies {
            // Strictly less than the lateness, whole hours aside, so that nothing comes too late.
            let delay = (next(&mut self.seed) % (LATENESS_MS as u64)) as i64;
            let slot = self.free.pop().unwrap_or(self.slots.len());
            match self.slots.get_mut(slot) {
                Some(place) => *place = Some(event.clone()),
                None => self.slots.push(Some(event.clone())),
            }
            self.waiting.push(Reverse((now.plus_ms(delay), next(&mut self.seed), slot)));
        }
        while let Some(Reverse((due, _, slot))) = self.waiting.peek().copied() {
            if due > now {
                break;
            }
            self.waiting.pop();
            self.hand_out(slot, deliver);
        }
    }

    /// Hands out the rest.
    pub fn finish(&mut self, deliver: &mut dyn FnMut(Event)) {
        while let Some(Reverse((_, _, slot))) = self.waiting.pop() {
            self.hand_out(slot, deliver);
        }
    }

    fn hand_out(&mut self, slot: usize, deliver: &mut dyn FnMut(Event)) {
        if let Some(event) = self.slots.get_mut(slot).and_then(Option::take) {
            self.free.push(slot);
            deliver(event);
        }
    }
}
