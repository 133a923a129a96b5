//! The flows in progress: found by key in constant time, and kept in queues by age (silent longest first; closed longest first).

use crate::flow::Flow;
use crate::flow_key::FlowKey;
use std::collections::HashMap;

/// No slot.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Queue {
    head: u32,
    tail: u32,
}

const EMPTY: Queue = Queue { head: NONE, tail: NONE };

/// Which queue a flow waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// One side has spoken, or the protocol has no connections.
    Active,
    /// A TCP connection on which both ends have spoken; it may be silent for longer.
    Established,
    Closing,
}

#[derive(Debug)]
struct Slot {
    flow: Flow,
    stage: Stage,
    previous: u32,
    next: u32,
}

/// The table. The map's hash is seeded at random against chosen keys (flooding); it is never iterated, so the seed cannot show.
#[derive(Debug)]
pub(crate) struct FlowTable {
    index: HashMap<FlowKey, u32>,
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    active: Queue,
    established: Queue,
    closing: Queue,
}

impl FlowTable {
    pub(crate) fn new() -> Self {
        Self { index: HashMap::new(), slots: Vec::new(), free: Vec::new(), active: EMPTY, established: EMPTY, closing: EMPTY }
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn find(&self, key: &FlowKey) -> Option<u32> {
        self.index.get(key).copied()
    }

    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut Flow> {
        self.slot_mut(at).map(|slot| &mut slot.flow)
    }

    fn stage(&self, at: u32) -> Option<Stage> {
        self.slots.get(usize::try_from(at).ok()?)?.as_ref().map(|slot| slot.stage)
    }

    /// Adds a flow as the one touched last. `None` only when there are 2^32 - 1 flows.
    pub(crate) fn insert(&mut self, flow: Flow) -> Option<u32> {
        let key = *flow.key();
        let slot = Some(Slot { flow, stage: Stage::Active, previous: NONE, next: NONE });
        let at = match self.free.pop() {
            Some(at) => {
                *self.slots.get_mut(usize::try_from(at).ok()?)? = slot;
                at
            }
            None => {
                let at = u32::try_from(self.slots.len()).ok().filter(|at| *at != NONE)?;
                self.slots.push(slot);
                at
            }
        };
        self.index.insert(key, at);
        self.append(at, Stage::Active);
        Some(at)
    }

    /// Moves a flow to the end of the queue of `stage`; a closing one keeps its place.
    pub(crate) fn touch(&mut self, at: u32, stage: Stage) {
        let Some(now) = self.stage(at).filter(|now| *now != Stage::Closing) else { return };
        if now != stage || self.queue_mut(now).tail != at {
            self.unlink(at);
            self.append(at, stage);
        }
    }

    /// The flow that has waited longest in a queue.
    pub(crate) fn oldest(&self, stage: Stage) -> Option<(u32, &Flow)> {
        let at = match stage {
            Stage::Active => self.active.head,
            Stage::Established => self.established.head,
            Stage::Closing => self.closing.head,
        };
        let slot = self.slots.get(usize::try_from(at).ok()?)?.as_ref()?;
        Some((at, &slot.flow))
    }

    pub(crate) fn remove(&mut self, at: u32) -> Option<Flow> {
        self.slot_mut(at)?;
        self.unlink(at);
        let slot = self.slots.get_mut(usize::try_from(at).ok()?)?.take()?;
        self.index.remove(slot.flow.key());
        self.free.push(at);
        Some(slot.flow)
    }

    fn slot_mut(&mut self, at: u32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(at).ok()?)?.as_mut()
    }

    fn queue_mut(&mut self, stage: Stage) -> &mut Queue {
        match stage {
            Stage::Active => &mut self.active,
            Stage::Established => &mut self.established,
            Stage::Closing => &mut self.closing,
        }
    }

    fn unlink(&mut self, at: u32) {
        let Some(slot) = self.slot_mut(at) else { return };
        let (previous, next, stage) = (slot.previous, slot.next, slot.stage);
        match self.slot_mut(previous) {
            Some(slot) => slot.next = next,
            None => self.queue_mut(stage).head = next,
        }
        match self.slot_mut(next) {
            Some(slot) => slot.previous = previous,
            None => self.queue_mut(stage).tail = previous,
        }
    }

    fn append(&mut self, at: u32, stage: Stage) {
        let tail = self.queue_mut(stage).tail;
        if let Some(slot) = self.slot_mut(at) {
            slot.stage = stage;
            slot.previous = tail;
            slot.next = NONE;
        }
        match self.slot_mut(tail) {
            Some(slot) => slot.next = at,
            None => self.queue_mut(stage).head = at,
        }
        self.queue_mut(stage).tail = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_key::UDP;
    use crate::packet::Packet;

    fn flow(port: u16) -> Flow {
        let (source, destination) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let (key, from) = FlowKey::new(source, destination, UDP, port, 9);
        let packet = Packet {
            source,
            destination,
            protocol: UDP,
            source_port: port,
            destination_port: 9,
            ip_bytes: 28,
            payload: &[],
            payload_bytes: 0,
            tcp: None,
        };
        Flow::new(key, from, &packet, 0, 0)
    }

    fn drain(table: &mut FlowTable, stage: Stage) -> Vec<u16> {
        let mut ports = Vec::new();
        while let Some((at, flow)) = table.oldest(stage) {
            ports.push(flow.client().port());
            table.remove(at);
        }
        ports
    }

    #[test]
    fn queues_keep_their_order() {
        let mut table = FlowTable::new();
        let at: Vec<u32> = (1001..=1006).map(|port| table.insert(flow(port)).unwrap()).collect();
        table.touch(at[0], Stage::Active);
        table.touch(at[2], Stage::Active);
        table.touch(at[2], Stage::Active);
        table.touch(at[4], Stage::Established);
        table.touch(at[4], Stage::Closing);
        table.touch(at[1], Stage::Closing);
        table.touch(at[4], Stage::Active);
        assert_eq!(table.remove(at[3]).unwrap().client().port(), 1004);
        assert_eq!(table.insert(flow(1007)), Some(at[3]), "slots are used again");
        assert_eq!(table.len(), 6);
        assert_eq!(drain(&mut table, Stage::Closing), [1005, 1002]);
        assert_eq!(drain(&mut table, Stage::Active), [1006, 1001, 1003, 1007]);
        assert_eq!((table.len(), table.remove(0).is_none()), (0, true));
    }
}
