//! Writing the lake: buffered per partition, published as whole files, many small ones merged into larger.

use crate::day::Day;
use crate::error::LakeError;
use crate::folder::{Folder, Partition, remove};
use crate::merge::Merge;
use crate::part::{PartReader, PartWriter, Wanted};
use crate::row::Row;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use weft_model::Event;

/// Memory for rows not yet written; beyond it the largest partitions are written until half is free.
const BUFFER_BYTES: usize = 48 * 1024 * 1024;
/// Parts a partition may have; beyond it the smallest are merged into one.
const MAX_PARTS: usize = 12;
/// How many are merged at once.
const MERGE_PARTS: usize = 8;

/// The one writer of a lake. Events are safe from a kill or a power cut when [`LakeWriter::flush`] has returned; before that the bus
/// still has them. Dropping it writes what is buffered, but only `flush` and `close` tell when that failed.
pub struct LakeWriter {
    folder: Folder,
    _lock: File,
    buffers: BTreeMap<Partition, Buffer>,
    bytes: usize,
    /// Counts unfinished files, for their names.
    files: u64,
}

#[derive(Default)]
struct Buffer {
    rows: Vec<Row>,
    bytes: usize,
}

impl LakeWriter {
    pub(crate) fn open(folder: &Folder) -> Result<Self, LakeError> {
        let lock = folder.lock()?;
        folder.sweep()?;
        Ok(Self { folder: folder.clone(), _lock: lock, buffers: BTreeMap::new(), bytes: 0, files: 0 })
    }

    /// Buffers events; writes partitions when memory is full.
    ///
    /// # Errors
    /// When a file cannot be written; its rows stay buffered.
    pub fn write(&mut self, events: &[Event]) -> Result<(), LakeError> {
        for event in events {
            let row = Row::of(event);
            let partition = Partition { day: Day::of(event.time), class_uid: row.class_uid };
            let bytes = row.bytes();
            let buffer = self.buffers.entry(partition).or_default();
            buffer.rows.push(row);
            buffer.bytes = buffer.bytes.saturating_add(bytes);
            self.bytes = self.bytes.saturating_add(bytes);
            if self.bytes > BUFFER_BYTES {
                self.make_room()?;
            }
        }
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), LakeError> {
        while self.bytes > BUFFER_BYTES / 2 {
            let largest = self.buffers.iter().max_by_key(|(_, buffer)| buffer.bytes).map(|(partition, _)| *partition);
            let Some(partition) = largest else { break };
            self.write_partition(partition)?;
        }
        Ok(())
    }

    /// Writes and syncs everything buffered.
    ///
    /// # Errors
    /// When a file cannot be written; rows not written stay buffered.
    pub fn flush(&mut self) -> Result<(), LakeError> {
        while let Some(partition) = self.buffers.keys().next().copied() {
            self.write_partition(partition)?;
        }
        Ok(())
    }

    /// Flushes and makes room for another writer.
    ///
    /// # Errors
    /// As [`LakeWriter::flush`].
    pub fn close(mut self) -> Result<(), LakeError> {
        self.flush()
    }

    fn write_partition(&mut self, partition: Partition) -> Result<(), LakeError> {
        let Some(buffer) = self.buffers.get_mut(&partition) else { return Ok(()) };
        buffer.rows.sort_unstable_by(|a, b| (a.reference, &a.event).cmp(&(b.reference, &b.event)));
        buffer.rows.dedup_by_key(|row| row.reference);
        // Copied one by one: the rows stay buffered until their part is published.
        write_part(&self.folder, partition, &mut self.files, buffer.rows.iter().cloned().map(Ok))?;
        if let Some(buffer) = self.buffers.remove(&partition) {
            self.bytes = self.bytes.saturating_sub(buffer.bytes);
        }
        self.compact(partition)
    }

    /// Merges the smallest parts of a partition when it has too many. The events are in the new part before an old one goes.
    fn compact(&mut self, partition: Partition) -> Result<(), LakeError> {
        let parts = self.folder.parts(partition)?;
        if parts.len() <= MAX_PARTS {
            return Ok(());
        }
        let mut by_size = Vec::with_capacity(parts.len());
        for part in parts {
            let size = part.metadata().map_err(LakeError::io("read", &part))?.len();
            by_size.push((size, part));
        }
        by_size.sort_unstable();
        by_size.truncate(MERGE_PARTS);
        let merged = self.merge(partition, &by_size);
        match merged {
            Ok(new) => by_size.iter().map(|(_, old)| old).filter(|old| **old != new).try_for_each(|old| remove(old)),
            // Unreadable parts are reported to whoever reads them; what is written stays as it is.
            Err(error @ (LakeError::Damaged { .. } | LakeError::Part { .. } | LakeError::Columns { .. } | LakeError::Decode { .. })) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "parts of the lake are not merged");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn merge(&mut self, partition: Partition, parts: &[(u64, PathBuf)]) -> Result<PathBuf, LakeError> {
        let readers =
            parts.iter().map(|(_, part)| PartReader::open(&self.folder, part, &Wanted::everything())).collect::<Result<Vec<_>, _>>()?;
        let mut merge = Merge::new(readers);
        let rows =
            std::iter::from_fn(|| {
                Some(merge.next()?.and_then(|(_, bytes, index)| {
                    Row::decode(bytes).map_err(|source| LakeError::Decode { path: merge.path(index), source })
                }))
            });
        write_part(&self.folder, partition, &mut self.files, rows)
    }
}

impl Drop for LakeWriter {
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            tracing::error!(error = &error as &dyn std::error::Error, "events buffered for the lake are not written");
        }
    }
}

/// Writes sorted rows as one part of the partition; an unfinished file is removed again.
fn write_part(
    folder: &Folder,
    partition: Partition,
    files: &mut u64,
    rows: impl Iterator<Item = Result<Row, LakeError>>,
) -> Result<PathBuf, LakeError> {
    *files += 1;
    let path = folder.unfinished(partition, *files)?;
    let write = || {
        let mut part = PartWriter::create(path.clone())?;
        for row in rows {
            part.push(row?)?;
        }
        part.finish()?;
        folder.publish(&path, partition)
    };
    let written = write();
    if written.is_err() {
        remove(&path).ok();
    }
    written
}
