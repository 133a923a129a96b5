//! Capture files: classic pcap (libpcap format 2.4, microseconds, little-endian, Ethernet), one a UTC day, packets in time order.
//!
//! A day is held in memory, sorted and written once. Must not know what is in a frame.

use crate::SimulateError;
use crate::packet::SNAPLEN;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

const DAY_US: i64 = 86_400_000_000;

#[derive(Debug, Default)]
struct Day {
    bytes: Vec<u8>,
    index: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    time_us: i64,
    offset: usize,
    captured: u32,
    original: u32,
}

/// The capture of all days.
#[derive(Debug)]
pub struct Capture {
    folder: PathBuf,
    start_us: i64,
    end_us: i64,
    days: BTreeMap<i64, Day>,
    /// Buffers of a day already written, for the next one.
    spare: Day,
    packets: u64,
    bytes: u64,
}

impl Capture {
    /// Files go to `folder`; packets outside `start_us..end_us` are not captured.
    pub fn new(folder: PathBuf, start_us: i64, end_us: i64) -> Self {
        Self { folder, start_us, end_us, days: BTreeMap::new(), spare: Day::default(), packets: 0, bytes: 0 }
    }

    /// Captures one frame; false when it lies outside the time captured.
    pub fn record(&mut self, time_us: i64, original: u32, frame: &[u8]) -> bool {
        if time_us < self.start_us || time_us >= self.end_us {
            return false;
        }
        let day = self.days.entry(time_us.div_euclid(DAY_US)).or_insert_with(|| std::mem::take(&mut self.spare));
        day.index.push(Entry { time_us, offset: day.bytes.len(), captured: frame.len() as u32, original });
        day.bytes.extend_from_slice(frame);
        self.packets += 1;
        true
    }

    /// Writes the files of days up to and including `day` (days since the epoch).
    pub fn flush_through(&mut self, day: i64) -> Result<(), SimulateError> {
        let later = self.days.split_off(&(day + 1));
        for (day, mut content) in std::mem::replace(&mut self.days, later) {
            let path = self.folder.join(format!("{}.pcap", crate::calendar::date(day * (DAY_US / 1000))));
            self.bytes += write(&path, &mut content).map_err(|source| SimulateError::Io { path, source })?;
            content.bytes.clear();
            content.index.clear();
            self.spare = content;
        }
        Ok(())
    }

    /// Packets captured so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Bytes written to files so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn write(path: &std::path::Path, day: &mut Day) -> std::io::Result<u64> {
    day.index.sort_by_key(|entry| (entry.time_us, entry.offset));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut header = Vec::with_capacity(24);
    header.extend_from_slice(&0xa1b2_c3d4u32.to_le_bytes());
    header.extend_from_slice(&[2, 0, 4, 0]);
    header.extend_from_slice(&[0; 8]);
    header.extend_from_slice(&(SNAPLEN as u32).to_le_bytes());
    header.extend_from_slice(&1u32.to_le_bytes());
    file.write_all(&header)?;
    let mut bytes = header.len() as u64;
    for entry in &day.index {
        let Some(frame) = day.bytes.get(entry.offset..entry.offset + entry.captured as usize) else { continue };
        file.write_all(&((entry.time_us / 1_000_000) as u32).to_le_bytes())?;
        file.write_all(&((entry.time_us % 1_000_000) as u32).to_le_bytes())?;
        file.write_all(&entry.captured.to_le_bytes())?;
        file.write_all(&entry.original.to_le_bytes())?;
        file.write_all(frame)?;
        bytes += 16 + frame.len() as u64;
    }
    file.flush()?;
    Ok(bytes)
}
