//! Where a sensor puts what it reads.

use weft_model::{Directory, Event};

/// A record that could not become an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject<'a> {
    /// Short stable name of the reason, snake case (`truncated_packet`, `bad_json`), counted in reports.
    pub reason: &'static str,
    /// Byte offset, line or record number in the source, when known.
    pub position: u64,
    /// The record, or its beginning; the dead-letter file keeps at most 64 KiB of it.
    pub raw: &'a [u8],
}

/// Takes what a reader finds, in the order of the source. A reader calls `read` once per record it sees, and then either `event`
/// (any number of times: one packet may complete several events, or none) or `reject`.
pub trait Sink {
    /// One record (message, audit record, packet) was read.
    fn read(&mut self);
    /// One event.
    fn event(&mut self, event: Event);
    /// One bad record; reading goes on.
    fn reject(&mut self, reject: Reject<'_>);
    /// A `directory.csv` was read.
    fn directory(&mut self, directory: Directory);
    /// Whether the reader should stop early (shutdown); checked between records.
    fn stopped(&self) -> bool {
        false
    }
}

/// A sink that keeps everything in memory: for tests and for small inputs such as one message.
#[derive(Debug, Default)]
pub struct Collected {
    pub read: u64,
    pub events: Vec<Event>,
    /// Reason and position of each reject.
    pub rejects: Vec<(&'static str, u64)>,
    pub directory: Option<Directory>,
}

impl Sink for Collected {
    fn read(&mut self) {
        self.read += 1;
    }
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
    fn reject(&mut self, reject: Reject<'_>) {
        self.rejects.push((reject.reason, reject.position));
    }
    fn directory(&mut self, directory: Directory) {
        self.directory = Some(directory);
    }
}
