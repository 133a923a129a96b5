//! A lake: a folder one process writes and any number read.

use crate::day::Day;
use crate::error::LakeError;
use crate::folder::Folder;
use crate::scan::{EventScan, Scan};
use crate::writer::LakeWriter;
use std::path::Path;
use weft_model::EventTime;

/// A lake in a folder.
#[derive(Clone, Debug)]
pub struct Lake {
    folder: Folder,
}

impl Lake {
    /// Opens or creates the lake in `dir`.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn open(dir: &Path) -> Result<Self, LakeError> {
        Ok(Self { folder: Folder::open(dir)? })
    }

    /// Becomes the lake's writer; also clears away what a killed writer left unfinished.
    ///
    /// # Errors
    /// [`LakeError::Locked`] while there is another writer, in this process or another.
    pub fn writer(&self) -> Result<LakeWriter, LakeError> {
        LakeWriter::open(&self.folder)
    }

    /// Reads what is published; what a writer buffers is not seen.
    ///
    /// # Errors
    /// When the folder cannot be listed; files are opened while iterating.
    pub fn scan(&self, scan: &Scan) -> Result<EventScan, LakeError> {
        EventScan::new(&self.folder, scan)
    }

    /// Removes the whole days before the day of `time`; how many partitions (days of a class).
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove_before(&self, time: EventTime) -> Result<u64, LakeError> {
        let mut removed = 0;
        for partition in self.folder.partitions()?.into_iter().filter(|partition| partition.day < Day::of(time)) {
            self.folder.remove_partition(partition)?;
            removed += 1;
        }
        Ok(removed)
    }
}
