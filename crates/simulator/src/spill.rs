//! Records sorted by time in bounded memory: kept in buckets of ten minutes, which go to temporary files when they grow.
//!
//! Must not know what a record means.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Buffered bytes at which all buckets are written to their files.
const MAX_BUFFERED: usize = 128 << 20;
/// Bytes of a piece of memory; a longer record has a piece of its own. Pieces are used again and again: fresh memory is slow.
const PIECE: usize = 64 << 10;
/// Time (8 bytes), rank (16) and length (4) in front of each record.
const HEAD: usize = 28;

/// Records by time, then by rank.
#[derive(Debug)]
pub struct Spill {
    folder: PathBuf,
    /// Width of a bucket, in the unit of the times.
    width: i64,
    buckets: BTreeMap<i64, Bucket>,
    buffered: usize,
    /// Empty pieces.
    free: Vec<Vec<u8>>,
    /// What was last read from a file.
    whole: Vec<u8>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Each holds whole records.
    pieces: Vec<Vec<u8>>,
    file: Option<File>,
}

impl Spill {
    /// Temporary files go to `folder`; times count `ticks_per_s` to the second.
    pub fn new(folder: PathBuf, ticks_per_s: i64) -> Self {
        let width = 600 * ticks_per_s;
        Self { folder, width, buckets: BTreeMap::new(), buffered: 0, free: Vec::new(), whole: Vec::new() }
    }

    /// Keeps a record.
    ///
    /// # Errors
    /// A temporary file cannot be written.
    pub fn push(&mut self, time: i64, rank: u128, record: &[u8]) -> std::io::Result<()> {
        let bucket = self.buckets.entry(time.div_euclid(self.width)).or_default();
        let size = HEAD + record.len();
        if bucket.pieces.last().is_none_or(|piece| piece.capacity() - piece.len() < size) {
            let known = self.free.pop().filter(|piece| piece.capacity() >= size);
            let piece = known.unwrap_or_else(|| Vec::with_capacity(size.max(PIECE)));
            self.buffered += piece.capacity();
            bucket.pieces.push(piece);
        }
        if let Some(piece) = bucket.pieces.last_mut() {
            piece.extend_from_slice(&time.to_be_bytes());
            piece.extend_from_slice(&rank.to_be_bytes());
            piece.extend_from_slice(&(record.len() as u32).to_be_bytes());
            piece.extend_from_slice(record);
        }
        if self.buffered < MAX_BUFFERED {
            return Ok(());
        }
        self.buffered = 0;
        for bucket in self.buckets.values_mut().filter(|bucket| !bucket.pieces.is_empty()) {
            let file = match &mut bucket.file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile_in(&self.folder)?),
            };
            for piece in &bucket.pieces {
                file.write_all(piece)?;
            }
            release(&mut self.free, bucket.pieces.drain(..));
        }
        Ok(())
    }

    /// Hands on, in order, and forgets the records of all buckets that end by `time`.
    ///
    /// # Errors
    /// A temporary file cannot be read, or the first error of `each`.
    pub fn drain<E, F>(&mut self, time: i64, each: &mut F) -> Result<(), E>
    where
        E: From<std::io::Error>,
        F: FnMut(i64, &[u8]) -> Result<(), E> + ?Sized,
    {
        while let Some(first) = self.buckets.first_entry().filter(|first| (first.key() + 1).saturating_mul(self.width) <= time) {
            let Bucket { pieces, file } = first.remove();
            self.buffered = self.buffered.saturating_sub(pieces.iter().map(Vec::capacity).sum());
            self.whole.clear();
            if let Some(mut file) = file {
                file.seek(SeekFrom::Start(0))?;
                file.read_to_end(&mut self.whole)?;
            }
            let mut index = Vec::new();
            for part in std::iter::once(&self.whole).chain(&pieces) {
                let mut rest = part.as_slice();
                while let Some((time, rank, record, after)) = split(rest) {
                    index.push((time, rank, record));
                    rest = after;
                }
            }
            index.sort_unstable();
            for (time, _, record) in index {
                each(time, record)?;
            }
            release(&mut self.free, pieces);
        }
        Ok(())
    }
}

/// Empties pieces of the usual size for further use.
fn release(free: &mut Vec<Vec<u8>>, pieces: impl IntoIterator<Item = Vec<u8>>) {
    for mut piece in pieces {
        if piece.capacity() == PIECE {
            piece.clear();
            free.push(piece);
        }
    }
}

/// The first record: time, rank, bytes, and what follows.
fn split(bytes: &[u8]) -> Option<(i64, u128, &[u8], &[u8])> {
    let (time, rest) = bytes.split_first_chunk::<8>()?;
    let (rank, rest) = rest.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (record, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((i64::from_be_bytes(*time), u128::from_be_bytes(*rank), record, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order_from_memory_and_from_files() {
        let mut spill = Spill::new(std::env::temp_dir(), 1_000);
        let record = vec![7u8; 1 << 20];
        // 200 MB over two hours, backwards: some of it must have gone to files.
        for number in (0..200i64).rev() {
            spill.push(number * 36_000, number as u128, &record).unwrap();
            spill.push(number * 36_000, 1_000 - number as u128, b"x").unwrap();
        }
        assert!(spill.buffered < MAX_BUFFERED && spill.buckets.values().any(|bucket| bucket.file.is_some()));
        let mut seen = Vec::new();
        let mut each = |time: i64, record: &[u8]| {
            seen.push((time, record.len()));
            Ok::<(), std::io::Error>(())
        };
        spill.drain(3_600_000, &mut each).unwrap();
        let half = spill.buckets.len();
        spill.drain(i64::MAX, &mut each).unwrap();
        assert!(half > 0 && spill.buckets.is_empty());
        let expected: Vec<(i64, usize)> = (0..200).flat_map(|number| [(number * 36_000, 1 << 20), (number * 36_000, 1)]).collect();
        assert_eq!(seen, expected);
    }
}
