//! Reading the lake: a class, a span of time, columns equal to values.

use crate::day::Day;
use crate::error::LakeError;
use crate::folder::{Folder, Partition};
use crate::merge::Merge;
use crate::part::{PartReader, Wanted};
use crate::row::Column;
use std::collections::{BTreeMap, VecDeque};
use weft_model::{Event, EventTime};

/// How often a partition is listed anew when a compaction removes files between listing and opening.
const RELIST: usize = 5;

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// OCSF class; `None` for all.
    pub class: Option<u32>,
    /// Inclusive.
    pub from: EventTime,
    /// Exclusive, except that `i64::MAX` includes that instant.
    pub to: EventTime,
    /// All must hold. Compared without case where the column is lower case.
    pub equals: Vec<(Column, String)>,
}

impl Default for Scan {
    /// Everything.
    fn default() -> Self {
        Self { class: None, from: EventTime(i64::MIN), to: EventTime(i64::MAX), equals: Vec::new() }
    }
}

/// Events of a scan in (time, uid) order, each once. A file that cannot be read gives one error and the others go on.
///
/// Memory is bounded by the parts of one day. Parts published after the scan came to their day are not seen. When several records share
/// a (time, uid) but differ in a compared column, those that match are considered.
pub struct EventScan {
    folder: Folder,
    wanted: Wanted,
    days: VecDeque<Vec<Partition>>,
    current: Option<Merge>,
    errors: VecDeque<LakeError>,
}

impl EventScan {
    pub(crate) fn new(folder: &Folder, scan: &Scan) -> Result<Self, LakeError> {
        let wanted = Wanted {
            from: scan.from,
            to: (scan.to < EventTime(i64::MAX)).then_some(scan.to),
            equals: scan.equals.iter().map(|(column, value)| (*column, column.canonical(value))).collect(),
        };
        let (first, last) = (Day::of(scan.from), Day::of(scan.to));
        let mut days: BTreeMap<Day, Vec<Partition>> = BTreeMap::new();
        if scan.from < scan.to {
            for partition in folder.partitions()? {
                if partition.day >= first && partition.day <= last && scan.class.is_none_or(|class| class == partition.class_uid) {
                    days.entry(partition.day).or_default().push(partition);
                }
            }
        }
        Ok(Self { folder: folder.clone(), wanted, days: days.into_values().collect(), current: None, errors: VecDeque::new() })
    }

    fn open(&mut self, partitions: &[Partition]) -> Merge {
        let mut readers = Vec::new();
        for partition in partitions {
            match self.open_partition(*partition) {
                Ok(opened) => readers.extend(opened),
                Err(error) => self.errors.push_back(error),
            }
        }
        Merge::new(readers)
    }

    fn open_partition(&mut self, partition: Partition) -> Result<Vec<PartReader>, LakeError> {
        let mut attempts = 0;
        'listing: loop {
            attempts += 1;
            let mut readers = Vec::new();
            let mut unreadable = Vec::new();
            for part in self.folder.parts(partition)? {
                match PartReader::open(&self.folder, &part, &self.wanted) {
                    Ok(reader) => readers.push(reader),
                    Err(error) if error.is_not_found() && attempts < RELIST => continue 'listing,
                    Err(error) => unreadable.push(error),
                }
            }
            self.errors.extend(unreadable);
            return Ok(readers);
        }
    }
}

impl Iterator for EventScan {
    type Item = Result<Event, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            if let Some(merge) = &mut self.current {
                match merge.next() {
                    Some(Ok((_, bytes, index))) => {
                        let event = weft_wire::decode_event(&bytes);
                        return Some(event.map_err(|source| LakeError::Decode { path: merge.path(index), source }));
                    }
                    Some(Err(error)) => return Some(Err(error)),
                    None => self.current = None,
                }
            }
            let partitions = self.days.pop_front()?;
            self.current = Some(self.open(&partitions));
        }
    }
}
