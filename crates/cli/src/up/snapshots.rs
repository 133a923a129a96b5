//! Snapshots of the analysis in `state/` of the data folder: written beside, synced and renamed, the last two kept, the newest intact one
//! read at a start; beside them the profiles that do not fit into memory, some of which the snapshots rest on. Must not know what is in them.

use anyhow::Context;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft_config::State;
use weft_correlator::{Knowledge, Pipeline, SnapshotError, SpilledProfiles, snapshot};

/// Snapshots kept.
const KEPT: usize = 2;
/// Bytes written or read at once.
const BUFFER: usize = 1 << 20;
const ENDING: &str = "weft-state";
/// The folder of profiles.
const PROFILES: &str = "profiles";

/// The folder, and what was written last.
pub struct Snapshots {
    dir: PathBuf,
    every: Duration,
    last: Instant,
    /// The first open hour of the last one.
    hour: i64,
    fingerprint: [u8; 16],
    /// Memory for profiles, for the open day, and for contacts.
    profile_bytes: usize,
    day_bytes: usize,
    contact_bytes: usize,
}

impl Snapshots {
    /// Of the data folder `data`; written at most once in so many seconds, never with 0.
    pub fn new(data: &Path, settings: &State, knowledge: &Knowledge) -> Self {
        let every = Duration::from_secs(u64::from(settings.snapshot_seconds));
        let [profile_bytes, day_bytes, contact_bytes] =
            [settings.profile_mib, settings.day_mib, settings.contact_mib].map(|mib| (mib as usize) << 20);
        let fingerprint = snapshot::fingerprint(knowledge);
        Self { dir: data.join("state"), every, last: Instant::now(), hour: i64::MIN, fingerprint, profile_bytes, day_bytes, contact_bytes }
    }

    /// The analysis of the newest snapshot that is intact and was made with this knowledge. What is no such one is named in the log.
    pub fn restore(&mut self, knowledge: &Knowledge) -> anyhow::Result<Option<Pipeline>> {
        if self.every.is_zero() {
            return Ok(None);
        }
        for (hour, path) in self.found()? {
            let started = Instant::now();
            let bytes = fs::metadata(&path).map_or(0, |meta| meta.len());
            match self.read(&path, knowledge) {
                Ok(pipeline) => {
                    let took_ms = started.elapsed().as_millis();
                    tracing::info!(path = %path.display(), bytes, took_ms, "the analysis goes on from a snapshot");
                    self.hour = hour;
                    return Ok(Some(pipeline));
                }
                Err(error) => tracing::warn!(path = %path.display(), error = %chain(&error), "a snapshot is not used"),
            }
        }
        Ok(None)
    }

    fn read(&self, path: &Path, knowledge: &Knowledge) -> Result<Pipeline, SnapshotError> {
        let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
        let mut pipeline = snapshot::read(&mut file, knowledge.clone(), self.fingerprint)?;
        let spill = SpilledProfiles::open(&self.dir.join(PROFILES))?;
        pipeline.cap_profiles(self.profile_bytes, Some(Arc::new(spill)))?;
        pipeline.cap(self.day_bytes, self.contact_bytes);
        Ok(pipeline)
    }

    /// Gives a cold start its memory, and an empty place for what does not fit.
    pub fn begin(&self, pipeline: &mut Pipeline) -> anyhow::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let spill = SpilledProfiles::create(&self.dir.join(PROFILES))?;
        pipeline.cap(self.day_bytes, self.contact_bytes);
        Ok(pipeline.cap_profiles(self.profile_bytes, Some(Arc::new(spill)))?)
    }

    /// Writes one when hours were closed since the last and it is time for one, or at the end. A failure is told and harms nothing: the
    /// event store has everything.
    pub fn save(&mut self, pipeline: &mut Pipeline, is_end: bool) {
        if let Err(error) = self.write(pipeline, is_end) {
            self.last = Instant::now();
            tracing::warn!(folder = %self.dir.display(), error = %format!("{error:#}"), "no snapshot could be written");
        }
    }

    fn write(&mut self, pipeline: &mut Pipeline, is_end: bool) -> anyhow::Result<()> {
        let hour = pipeline.first_open_hour();
        let is_due = is_end || self.last.elapsed() >= self.every;
        if self.every.is_zero() || hour == i64::MIN || hour == self.hour || !is_due {
            return Ok(());
        }
        let started = Instant::now();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let path = self.dir.join(format!("{hour:012}.{ENDING}"));
        let beside = path.with_extension("part");
        let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        let mut out = BufWriter::with_capacity(BUFFER, file);
        snapshot::write(pipeline, self.fingerprint, &mut out)?;
        out.flush()?;
        let file = out.into_inner()?;
        file.sync_all()?;
        let bytes = file.metadata().map_or(0, |meta| meta.len());
        fs::rename(&beside, &path)?;
        File::open(&self.dir)?.sync_all()?;
        for (_, old) in self.found()?.into_iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        pipeline.snapshot_written()?;
        let took_ms = started.elapsed().as_millis();
        tracing::info!(path = %path.display(), bytes, took_ms, "snapshot written");
        (self.hour, self.last) = (hour, Instant::now());
        Ok(())
    }

    /// From now on those of another knowledge are written.
    pub fn know(&mut self, knowledge: &Knowledge) -> anyhow::Result<()> {
        self.fingerprint = snapshot::fingerprint(knowledge);
        self.discard()
    }

    /// Removes all: something came that they should have known.
    pub fn discard(&mut self) -> anyhow::Result<()> {
        self.hour = i64::MIN;
        for (_, path) in self.found()? {
            fs::remove_file(path)?;
        }
        if self.dir.exists() {
            File::open(&self.dir)?.sync_all()?;
        }
        Ok(())
    }

    /// Newest first, by the hour in the name.
    fn found(&self) -> anyhow::Result<Vec<(i64, PathBuf)>> {
        if !self.dir.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir).with_context(|| format!("cannot list {}", self.dir.display()))? {
            let path = entry?.path();
            let is_one = path.extension().is_some_and(|ending| ending == ENDING);
            let hour = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            found.extend(hour.filter(|_| is_one).map(|hour: i64| (hour, path)));
        }
        found.sort_by(|a, b| b.cmp(a));
        Ok(found)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
