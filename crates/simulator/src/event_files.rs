//! Events as files: one a UTC day, `events/YYYY-MM-DD.pb`, each event with its length in front (`weft_wire::append_delimited`).
//!
//! Must not know what an event says.

use crate::SimulateError;
use crate::calendar;
use crate::raw_files::io;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use weft_model::time::DAY_MS;

/// Writes events that come in order of time.
#[derive(Debug)]
pub struct EventFiles {
    folder: PathBuf,
    open: Option<(i64, PathBuf, BufWriter<File>)>,
    length: Vec<u8>,
}

impl EventFiles {
    /// Creates `out/events`, which must not hold anything yet.
    pub fn create(out: &Path) -> Result<Self, SimulateError> {
        let folder = out.join("events");
        if folder.exists() && fs::read_dir(&folder).map_err(io(&folder))?.next().is_some() {
            return Err(SimulateError::NotEmpty(folder));
        }
        fs::create_dir_all(&folder).map_err(io(&folder))?;
        Ok(Self { folder, open: None, length: Vec::new() })
    }

    /// Writes an encoded event of `time_ms`.
    pub fn write(&mut self, time_ms: i64, event: &[u8]) -> Result<(), SimulateError> {
        let day = time_ms.div_euclid(DAY_MS);
        if self.open.as_ref().is_none_or(|(open, ..)| *open != day) {
            self.finish()?;
            let path = self.folder.join(format!("{}.pb", calendar::date(time_ms)));
            let file = File::create(&path).map_err(io(&path))?;
            self.open = Some((day, path, BufWriter::with_capacity(1 << 20, file)));
        }
        match &mut self.open {
            Some((_, path, file)) => {
                self.length.clear();
                weft_wire::append_length(event.len(), &mut self.length);
                file.write_all(&self.length).and_then(|()| file.write_all(event)).map_err(io(path))
            }
            None => Ok(()),
        }
    }

    /// Completes the last file.
    pub fn finish(&mut self) -> Result<(), SimulateError> {
        match self.open.take() {
            Some((_, path, mut file)) => file.flush().map_err(io(&path)),
            None => Ok(()),
        }
    }
}
