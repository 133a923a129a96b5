//! One direction of a TCP stream, put in order. Keeps out-of-order segments up to a cap; in-order segments are never copied.

/// Furthest a segment may lie ahead of the stream before the bytes between count as lost (the usual largest window is 1 MiB).
const MAX_AHEAD: i64 = 1 << 20;
/// Most out-of-order segments kept.
const MAX_SEGMENTS: usize = 32;

/// What a stream delivers, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunk<'a> {
    Data(&'a [u8]),
    /// This many bytes were lost or not captured.
    Gap(u64),
}

/// An out-of-order segment. `wire` is its length on the wire, at least that of `data`.
#[derive(Debug)]
struct Segment {
    sequence: u32,
    wire: u32,
    data: Vec<u8>,
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    next: Option<u32>,
    /// Sorted by distance from `next`.
    waiting: Vec<Segment>,
    waiting_bytes: usize,
}

impl Stream {
    /// The first byte will have this sequence number (the SYN's plus one).
    pub(crate) fn begin(&mut self, sequence: u32) {
        if self.next.is_none() {
            self.next = Some(sequence);
        }
    }

    /// Bytes kept.
    pub(crate) fn buffered(&self) -> usize {
        self.waiting_bytes
    }

    /// Takes one segment and delivers what is now in order. `room` is how many bytes may be kept in all; a segment that does not
    /// fit turns the bytes before it into a gap. A stream that never saw `begin` starts at its first segment.
    pub(crate) fn segment(&mut self, sequence: u32, data: &[u8], wire: u32, room: usize, deliver: &mut dyn FnMut(Chunk<'_>)) {
        if wire == 0 {
            return;
        }
        let next = *self.next.get_or_insert(sequence);
        let ahead = distance(sequence, next);
        if ahead <= 0 {
            self.in_order(sequence, data, wire, deliver);
            self.drain(deliver);
            return;
        }
        let fits = self.waiting.len() < MAX_SEGMENTS && self.waiting_bytes.saturating_add(data.len()) <= room;
        if ahead <= MAX_AHEAD && fits {
            let place = self.waiting.partition_point(|other| distance(other.sequence, next) <= ahead);
            self.waiting_bytes = self.waiting_bytes.saturating_add(data.len());
            self.waiting.insert(place, Segment { sequence, wire, data: data.to_vec() });
            return;
        }
        // Give up on what is missing: first deliver what lies before this segment, then the segment.
        while self.waiting.first().is_some_and(|first| distance(first.sequence, next) < ahead) {
            let first = self.waiting.remove(0);
            self.waiting_bytes = self.waiting_bytes.saturating_sub(first.data.len());
            self.after_gap(first.sequence, &first.data, first.wire, deliver);
        }
        self.after_gap(sequence, data, wire, deliver);
        self.drain(deliver);
    }

    fn after_gap(&mut self, sequence: u32, data: &[u8], wire: u32, deliver: &mut dyn FnMut(Chunk<'_>)) {
        let ahead = distance(sequence, self.next.unwrap_or(sequence));
        if ahead > 0 {
            deliver(Chunk::Gap(ahead.unsigned_abs()));
            self.next = Some(sequence);
        }
        self.in_order(sequence, data, wire, deliver);
    }

    /// Delivers the part of a segment that is new; the segment begins at or before `next`.
    fn in_order(&mut self, sequence: u32, data: &[u8], wire: u32, deliver: &mut dyn FnMut(Chunk<'_>)) {
        let old = u32::try_from(-distance(sequence, self.next.unwrap_or(sequence))).unwrap_or(0);
        if old >= wire {
            return;
        }
        let fresh = data.get(usize::try_from(old).unwrap_or(usize::MAX)..).unwrap_or_default();
        if !fresh.is_empty() {
            deliver(Chunk::Data(fresh));
        }
        let missing = (wire - old).saturating_sub(u32::try_from(fresh.len()).unwrap_or(u32::MAX));
        if missing > 0 {
            deliver(Chunk::Gap(u64::from(missing)));
        }
        self.next = Some(sequence.wrapping_add(wire));
    }

    fn drain(&mut self, deliver: &mut dyn FnMut(Chunk<'_>)) {
        while let (Some(first), Some(next)) = (self.waiting.first(), self.next) {
            if distance(first.sequence, next) > 0 {
                return;
            }
            let first = self.waiting.remove(0);
            self.waiting_bytes = self.waiting_bytes.saturating_sub(first.data.len());
            self.in_order(first.sequence, &first.data, first.wire, deliver);
        }
    }
}

/// How far `sequence` lies ahead of `next` in the circle of 2^32, negative when behind.
fn distance(sequence: u32, next: u32) -> i64 {
    i64::from(sequence.wrapping_sub(next).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The delivered text, gaps as `_` (at most ten).
    fn read(begin: Option<u32>, room: usize, segments: &[(u32, &str, u32)]) -> String {
        let mut stream = Stream::default();
        if let Some(begin) = begin {
            stream.begin(begin);
        }
        let mut text = String::new();
        for (sequence, data, wire) in segments {
            stream.segment(*sequence, data.as_bytes(), *wire, room, &mut |chunk| match chunk {
                Chunk::Data(data) => text.push_str(std::str::from_utf8(data).unwrap()),
                Chunk::Gap(bytes) => text.push_str(&"_".repeat(bytes.min(10) as usize)),
            });
        }
        assert!(stream.buffered() <= room);
        text
    }

    #[test]
    fn order_is_restored() {
        assert_eq!(read(None, 100, &[(5, "ab", 2), (7, "cd", 2)]), "abcd");
        assert_eq!(read(Some(1), 100, &[(5, "ef", 2), (3, "cd", 2), (1, "ab", 2), (7, "gh", 2)]), "abcdefgh");
        assert_eq!(read(Some(1), 100, &[(1, "abcd", 4), (1, "abcd", 4), (3, "cdef", 4)]), "abcdef", "retransmissions overlap");
        assert_eq!(read(Some(u32::MAX), 100, &[(1, "cd", 2), (u32::MAX, "ab", 2)]), "abcd", "sequence numbers wrap");
    }

    #[test]
    fn loss_becomes_a_gap() {
        assert_eq!(read(Some(1), 3, &[(3, "cd", 2), (6, "fg", 2), (8, "h", 1)]), "__cd_fgh", "no room to wait");
        assert_eq!(read(Some(1), 100, &[(1, "ab", 5), (6, "f", 1)]), "ab___f", "cut by the snapshot length");
        assert_eq!(read(Some(1), 100, &[(1, "a", 1), (4_000_000, "z", 1)]), "a__________z", "far ahead");
    }
}
