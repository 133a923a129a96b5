//! Merging sorted parts into one sequence in (time, uid) order, each event once.

use crate::error::LakeError;
use crate::part::PartReader;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::{Path, PathBuf};
use weft_model::EventRef;

/// Of several rows under one (time, uid) the one with the smallest bytes is given, as in the event store.
pub(crate) struct Merge {
    readers: Vec<PartReader>,
    /// The next row of each reader that has one, least first: reference, bytes, index of the reader.
    heads: BinaryHeap<Reverse<(EventRef, Vec<u8>, usize)>>,
    last: Option<EventRef>,
    /// A reader that fails is left out from there on, and says so here.
    errors: VecDeque<LakeError>,
}

impl Merge {
    pub(crate) fn new(readers: Vec<PartReader>) -> Self {
        let count = readers.len();
        let mut merge = Self { readers, heads: BinaryHeap::with_capacity(count), last: None, errors: VecDeque::new() };
        (0..count).for_each(|index| merge.advance(index));
        merge
    }

    fn advance(&mut self, index: usize) {
        match self.readers.get_mut(index).and_then(PartReader::next) {
            Some(Ok((reference, event))) => self.heads.push(Reverse((reference, event, index))),
            Some(Err(error)) => self.errors.push_back(error),
            None => {}
        }
    }

    /// The file the reader of that index reads.
    pub(crate) fn path(&self, index: usize) -> PathBuf {
        self.readers.get(index).map(PartReader::path).unwrap_or(Path::new("")).to_path_buf()
    }
}

impl Iterator for Merge {
    /// Reference, bytes, and the reader's index.
    type Item = Result<(EventRef, Vec<u8>, usize), LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            let Reverse((reference, event, index)) = self.heads.pop()?;
            self.advance(index);
            if self.last.replace(reference) != Some(reference) {
                return Some(Ok((reference, event, index)));
            }
        }
    }
}
