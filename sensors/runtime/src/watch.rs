//! Watched folders for the continuous mode: which files are new or grown since they were last read, and a cursor that survives a
//! crash. Polled, because notifications do not cross network file systems; the caller decides when. Must not read records.

use crate::compression::{Limits, open, open_path};
use crate::discover::Input;
use crate::kind::{HEAD_BYTES, Kind, recognise};
use crate::walk::walk;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use weft_model::id::content_hash;

/// Version of the cursor file.
const VERSION: u32 = 1;
/// Bytes at the start of a file that tell whether it is still the same file.
const FINGERPRINT_BYTES: u64 = 1024;
/// The last line of a JSON Lines file is looked for in this many bytes at its end.
const TAIL_BYTES: u64 = 2 << 20;
/// Most bytes a cursor file may have.
const MAX_CURSOR_BYTES: u64 = 1 << 30;

/// A file that is ready to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    pub path: PathBuf,
    pub input: Input,
    /// Where to start, in bytes of the file as it is on disk: 0 but for a JSON Lines file that grew.
    pub from_offset: u64,
    /// Where to stop: the size of the file, or the end of the last full line of a JSON Lines file. Pass it to
    /// [`FolderWatch::mark_done`] after reading.
    pub to_offset: u64,
    /// False for all but the last member of an archive: the file is marked once all of them are read.
    pub is_last: bool,
}

impl Ready {
    /// Opens the part to be read; compressed files are read whole.
    ///
    /// # Errors
    /// The file cannot be opened, or vanished.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        if self.input.compressed.is_some() || self.input.member.is_some() {
            return open(&self.input);
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.from_offset))?;
        Ok(Box::new(io::BufReader::new(file.take(self.to_offset.saturating_sub(self.from_offset)))))
    }
}

/// Why a watch cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("cannot read the cursor file {}: move it away to read every watched file again", path.display())]
    Cursor { path: PathBuf, source: io::Error },
    #[error("cannot write the cursor file {}: check space and permissions", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// How far a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    offset: u64,
    /// Size and modification time (nanoseconds) when it was marked.
    size: u64,
    modified: u64,
    /// Hash of the first `fingerprint_bytes` of the file: another file under the same name starts at 0 again.
    fingerprint_bytes: u64,
    fingerprint: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    version: u32,
    files: BTreeMap<PathBuf, Mark>,
}

type Stamp = (u64, u64);

/// Polls folders. Reading is at least once: a crash between reading and marking makes a file be read again, and events carry ids
/// of their content.
#[derive(Debug)]
pub struct FolderWatch {
    cursor_file: PathBuf,
    folders: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Mark>,
    /// Size and modification time of every file at the last scan: a file is stable when they did not change.
    last_seen: BTreeMap<PathBuf, Stamp>,
    /// Marks not yet on disk.
    pending: usize,
}

impl FolderWatch {
    /// Starts from the cursor file, or from nothing when there is none. A damaged cursor file is an error, never a fresh start.
    ///
    /// # Errors
    /// The cursor file exists and cannot be read.
    pub fn open(cursor_file: &Path, folders: &[PathBuf]) -> Result<Self, WatchError> {
        let failed = |source| WatchError::Cursor { path: cursor_file.to_path_buf(), source };
        let files = match File::open(cursor_file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(failed(error)),
            Ok(file) => {
                let cursor: Cursor =
                    serde_json::from_reader(io::BufReader::new(file.take(MAX_CURSOR_BYTES))).map_err(|e| failed(e.into()))?;
                if cursor.version != VERSION {
                    return Err(failed(io::Error::other(format!("version {} is not {VERSION}", cursor.version))));
                }
                cursor.files
            }
        };
        Ok(Self { cursor_file: cursor_file.to_path_buf(), folders: folders.to_vec(), files, last_seen: BTreeMap::new(), pending: 0 })
    }

    /// The files that are new or changed since their mark and did not change since the last scan, in path order. A file is given
    /// again on every scan until it is marked. `truth.json` is never given; unknown files are, to be counted and marked.
    /// A folder that is missing for now gives nothing.
    pub fn scan(&mut self) -> Vec<Ready> {
        let mut seen: BTreeMap<PathBuf, Stamp> = BTreeMap::new();
        let mut unlisted: BTreeSet<&PathBuf> = BTreeSet::new();
        for folder in &self.folders {
            let found = walk(folder).unwrap_or_default();
            if found.iter().any(|file| file.path == *folder || file.problem == Some("unreadable_folder")) || !folder.is_dir() {
                unlisted.insert(folder);
            }
            for file in found.into_iter().filter(|file| file.problem.is_none() && file.path != self.cursor_file) {
                if let Some(stamp) = stamp(&file.path) {
                    seen.insert(file.path, stamp);
                }
            }
        }
        // Forget deleted files, but not those of a folder that is only unmounted.
        self.files.retain(|path, _| seen.contains_key(path) || unlisted.iter().any(|folder| path.starts_with(folder)));
        let mut ready = Vec::new();
        for (path, stamp) in &seen {
            let is_stable = self.last_seen.get(path) == Some(stamp);
            let is_done = self.files.get(path).is_some_and(|mark| (mark.size, mark.modified) == *stamp);
            if is_stable && !is_done && recognise(&path.to_string_lossy(), b"") != Kind::Truth {
                ready.extend(self.ready(path, stamp.0));
            }
        }
        self.last_seen = seen;
        ready
    }

    /// Marks a file as read up to `offset` (the `to_offset` of [`Ready`]). The cursor file is replaced in one step (write, sync,
    /// rename); with many thousand marks it is written every so many of them, and by [`FolderWatch::flush`].
    ///
    /// # Errors
    /// The cursor file cannot be written; the mark stays in memory.
    pub fn mark_done(&mut self, path: &Path, offset: u64) -> Result<(), WatchError> {
        // The size at the scan: what was appended while the file was read must be seen as growth.
        let (size, modified) = self.last_seen.get(path).copied().or_else(|| stamp(path)).unwrap_or_default();
        let fingerprint_bytes = size.min(FINGERPRINT_BYTES);
        let fingerprint = fingerprint(path, fingerprint_bytes).unwrap_or_default();
        self.files.insert(path.to_path_buf(), Mark { offset, size, modified, fingerprint_bytes, fingerprint });
        self.pending = self.pending.saturating_add(1);
        if self.pending.saturating_mul(64) >= self.files.len() { self.flush() } else { Ok(()) }
    }

    /// Writes the cursor file if marks are pending.
    ///
    /// # Errors
    /// The cursor file cannot be written.
    pub fn flush(&mut self) -> Result<(), WatchError> {
        if self.pending == 0 {
            return Ok(());
        }
        let cursor = Cursor { version: VERSION, files: std::mem::take(&mut self.files) };
        let written = write_atomically(&self.cursor_file, &cursor);
        self.files = cursor.files;
        written.map_err(|source| WatchError::Write { path: self.cursor_file.clone(), source })?;
        self.pending = 0;
        Ok(())
    }

    /// The file, or the members of the archive that it is.
    fn ready(&self, path: &Path, size: u64) -> Vec<Ready> {
        let mut inputs = Input::recognise_all(path);
        let Some(last) = inputs.pop() else { return Vec::new() };
        let part = |input, is_last| Ready { path: path.to_path_buf(), input, from_offset: 0, to_offset: size, is_last };
        let mut ready: Vec<Ready> = inputs.into_iter().map(|input| part(input, false)).collect();
        ready.extend(self.continued(part(last, true)));
        ready
    }

    /// The part of a JSON Lines file that is new; any other file as it is.
    fn continued(&self, mut ready: Ready) -> Option<Ready> {
        let (path, size, input) = (&ready.path, ready.to_offset, &ready.input);
        let mut from_offset = 0;
        let mut to_offset = size;
        if matches!(input.kind, Kind::SaasJson | Kind::ZeekJson | Kind::SuricataEve)
            && input.compressed.is_none()
            && input.member.is_none()
            && is_json_lines(path)
        {
            if let Some(mark) = self.files.get(path)
                && mark.offset <= size
                && fingerprint(path, mark.fingerprint_bytes).is_ok_and(|now| now == mark.fingerprint)
            {
                from_offset = mark.offset;
            }
            to_offset = end_of_last_line(path, size).unwrap_or(size).max(from_offset);
            if to_offset == from_offset && from_offset > 0 {
                return None;
            }
        }
        (ready.from_offset, ready.to_offset) = (from_offset, to_offset);
        Some(ready)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Some((metadata.len(), u64::try_from(modified).unwrap_or(u64::MAX)))
}

fn fingerprint(path: &Path, bytes: u64) -> io::Result<String> {
    let mut start = Vec::new();
    File::open(path)?.take(bytes).read_to_end(&mut start)?;
    let hash = content_hash("file-start", &[&start]);
    Ok(format!("{:032x}", u128::from_be_bytes(hash)))
}

/// Whether the first line is a whole JSON object (a first line longer than the head is taken for one).
fn is_json_lines(path: &Path) -> bool {
    let mut head = Vec::new();
    let Ok(reader) = open_path(path, None, Limits::default()) else { return false };
    if reader.take(HEAD_BYTES as u64).read_to_end(&mut head).is_err() {
        return false;
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"{") && ((line.len() == text.len() && head.len() == HEAD_BYTES) || is_json(line))
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// Where the last full line ends: behind the last line feed, or at the end when what follows it is a whole record.
fn end_of_last_line(path: &Path, size: u64) -> io::Result<u64> {
    let from = size.saturating_sub(TAIL_BYTES);
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(size.saturating_sub(from)).read_to_end(&mut tail)?;
    let Some(line_feed) = tail.iter().rposition(|byte| *byte == b'\n') else { return Ok(size) };
    let rest = tail.get(line_feed.saturating_add(1)..).unwrap_or_default();
    Ok(if is_json(rest) { size } else { size.saturating_sub(rest.len() as u64) })
}

fn write_atomically(path: &Path, cursor: &Cursor) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let mut file = io::BufWriter::new(File::create(&temporary)?);
    serde_json::to_writer(&mut file, cursor)?;
    file.flush()?;
    file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "{\"CreationTime\":\"2024-03-18T09:15:00\",\"Operation\":\"Send\"}\n";

    struct Bench {
        root: tempfile::TempDir,
        watch: FolderWatch,
    }

    impl Bench {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir(root.path().join("in")).unwrap();
            let watch = Self::watch(root.path());
            Self { root, watch }
        }
        fn watch(root: &Path) -> FolderWatch {
            FolderWatch::open(&root.join("cursor.json"), &[root.join("in")]).unwrap()
        }
        fn file(&self, name: &str) -> PathBuf {
            self.root.path().join("in").join(name)
        }
        fn append(&self, name: &str, text: &str) {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(self.file(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        /// Scans twice, reads and marks what is ready; gives what was read.
        fn drain(&mut self) -> Vec<String> {
            self.watch.scan();
            let ready = self.watch.scan();
            ready
                .iter()
                .map(|ready| {
                    let mut text = String::new();
                    ready.open().unwrap().read_to_string(&mut text).unwrap();
                    self.watch.mark_done(&ready.path, ready.to_offset).unwrap();
                    text
                })
                .collect()
        }
    }

    #[test]
    fn a_growing_file_is_continued_after_the_last_full_line() {
        let mut bench = Bench::new();
        bench.append("a.jsonl", LINE);
        assert!(bench.watch.scan().is_empty(), "not yet known to be stable");
        assert_eq!(bench.drain(), [LINE]);
        assert!(bench.drain().is_empty());
        // Half a record is left for later.
        bench.append("a.jsonl", &format!("{LINE}{}", &LINE[..20]));
        assert_eq!(bench.drain(), [LINE]);
        bench.append("a.jsonl", &LINE[20..]);
        // The cursor outlives the process.
        bench.watch = Bench::watch(bench.root.path());
        assert_eq!(bench.drain(), [LINE]);
        // A last record without a line feed is a record.
        bench.append("a.jsonl", LINE.trim_end());
        assert_eq!(bench.drain(), [LINE.trim_end()]);
    }

    #[test]
    fn another_file_under_the_same_name_starts_again() {
        let mut bench = Bench::new();
        bench.append("a.jsonl", LINE);
        bench.drain();
        let other = format!("{}{}", LINE.replace("Send", "Create"), LINE.repeat(3));
        fs::write(bench.file("a.jsonl"), &other).unwrap();
        assert_eq!(bench.drain(), [other]);
    }

    #[test]
    fn a_file_still_being_written_waits() {
        let mut bench = Bench::new();
        for _ in 0..3 {
            bench.append("a.eml", "From: a@b.example\nSubject: x\n\n");
            assert!(bench.watch.scan().is_empty());
        }
        assert_eq!(bench.drain().len(), 1);
    }

    #[test]
    fn truth_is_never_given_and_a_damaged_cursor_is_an_error() {
        let mut bench = Bench::new();
        bench.append("truth.json", LINE);
        assert!(bench.drain().is_empty());
        fs::write(bench.root.path().join("cursor.json"), "{\"version\":1,\"fi").unwrap();
        let error = FolderWatch::open(&bench.root.path().join("cursor.json"), &[]).unwrap_err();
        assert!(error.to_string().contains("move it away"), "{error}");
    }

    /// The cursor file of version 1 as it was first released: later versions must still read it.
    #[test]
    fn version_1_of_the_cursor_is_read() {
        let bench = Bench::new();
        let cursor = bench.root.path().join("cursor.json");
        let file = r#"{"version":1,"files":{"/in/a":{"offset":57,"size":57,"modified":1,"fingerprint_bytes":57,"fingerprint":"00"}}}"#;
        fs::write(&cursor, file).unwrap();
        let mut watch = FolderWatch::open(&cursor, &[]).unwrap();
        assert_eq!(watch.files.get(Path::new("/in/a")).map(|mark| mark.offset), Some(57));
        watch.pending = 1;
        watch.flush().unwrap();
        assert_eq!(fs::read_to_string(&cursor).unwrap(), file);
        fs::write(&cursor, file.replacen('1', "2", 1)).unwrap();
        assert!(FolderWatch::open(&cursor, &[]).is_err(), "a newer version is not guessed at");
    }

    #[test]
    fn marks_survive_a_folder_that_is_away_for_a_while() {
        let mut bench = Bench::new();
        bench.append("a.jsonl", LINE);
        bench.drain();
        let (folder, away) = (bench.root.path().join("in"), bench.root.path().join("away"));
        fs::rename(&folder, &away).unwrap();
        assert!(bench.drain().is_empty());
        fs::rename(&away, &folder).unwrap();
        assert!(bench.drain().is_empty(), "nothing is read twice");
    }
}
