//! The lake's folder: its partitions and their part files. Knows names and paths, not what is in a file.

use crate::day::Day;
use crate::error::LakeError;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const LOCK: &str = ".writer.lock";
const PART_PREFIX: &str = "part-";
const PART_SUFFIX: &str = ".parquet";
/// Files of this suffix are unfinished: never read, removed by the next writer.
const UNFINISHED_SUFFIX: &str = ".unfinished";
/// Bytes read at once for a hash: large, because the hash works on many blocks in parallel.
const HASH_BUFFER_BYTES: usize = 256 * 1024;

/// One `class=.../day=...` folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub(crate) day: Day,
    pub(crate) class_uid: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Parts whose bytes were found to be those their name says; parts never change.
    checked: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Folder {
    pub(crate) fn open(root: &Path) -> Result<Self, LakeError> {
        fs::create_dir_all(root).map_err(LakeError::io("create the lake's folder", root))?;
        Ok(Self { root: root.to_path_buf(), checked: Arc::default() })
    }

    /// Takes the one writer's place; given back when the file is dropped, also by a kill.
    pub(crate) fn lock(&self) -> Result<File, LakeError> {
        let path = self.root.join(LOCK);
        let file = File::options().create(true).append(true).open(&path).map_err(LakeError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(LakeError::Locked { path: self.root.clone() }),
            Err(fs::TryLockError::Error(source)) => Err(LakeError::io("lock", &path)(source)),
        }
    }

    pub(crate) fn path(&self, partition: Partition) -> PathBuf {
        self.root.join(format!("class={}", partition.class_uid)).join(format!("day={}", partition.day.name()))
    }

    /// Every partition, by day and class. Other files and folders are ignored.
    pub(crate) fn partitions(&self) -> Result<Vec<Partition>, LakeError> {
        let mut partitions = Vec::new();
        for class in names(&self.root)? {
            let Some(class_uid) = class.strip_prefix("class=").and_then(|class_uid| class_uid.parse().ok()) else { continue };
            for day in names(&self.root.join(&class))? {
                if let Some(day) = day.strip_prefix("day=").and_then(Day::parse) {
                    partitions.push(Partition { day, class_uid });
                }
            }
        }
        partitions.sort_unstable();
        Ok(partitions)
    }

    /// The part files of a partition, by name; none when it is gone.
    pub(crate) fn parts(&self, partition: Partition) -> Result<Vec<PathBuf>, LakeError> {
        let path = self.path(partition);
        let mut parts: Vec<PathBuf> = names(&path)?.into_iter().filter(|name| is_part(name)).map(|name| path.join(name)).collect();
        parts.sort_unstable();
        Ok(parts)
    }

    /// Checks, once a part, that its bytes hash to its name. The Parquet decoder panics on some damage, so that damaged bytes must not
    /// reach it.
    pub(crate) fn check(&self, part: &Path) -> Result<(), LakeError> {
        let checked = || self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked().contains(part) {
            return Ok(());
        }
        let hash = content_hash(part)?;
        if part.file_name().is_none_or(|name| name != part_name(&hash).as_str()) {
            return Err(LakeError::Damaged { path: part.to_path_buf() });
        }
        checked().insert(part.to_path_buf());
        Ok(())
    }

    /// Creates a partition's folder and gives the path of its unfinished file number `number`.
    pub(crate) fn unfinished(&self, partition: Partition, number: u64) -> Result<PathBuf, LakeError> {
        let path = self.path(partition);
        fs::create_dir_all(&path).map_err(LakeError::io("create", &path))?;
        Ok(path.join(format!("{number}{UNFINISHED_SUFFIX}")))
    }

    /// Makes an unfinished, synced file a part; the same content again replaces itself.
    pub(crate) fn publish(&self, unfinished: &Path, partition: Partition) -> Result<PathBuf, LakeError> {
        let folder = self.path(partition);
        let part = folder.join(part_name(&content_hash(unfinished)?));
        fs::rename(unfinished, &part).map_err(LakeError::io("rename", unfinished))?;
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(LakeError::io("sync", &folder))?;
        Ok(part)
    }

    /// Removes what a killed writer left unfinished; only the holder of the lock may.
    pub(crate) fn sweep(&self) -> Result<(), LakeError> {
        for partition in self.partitions()? {
            let path = self.path(partition);
            for name in names(&path)?.into_iter().filter(|name| name.ends_with(UNFINISHED_SUFFIX)) {
                remove(&path.join(name))?;
            }
        }
        Ok(())
    }

    /// Removes a partition's parts and, when nothing else is in it, its folder.
    pub(crate) fn remove_partition(&self, partition: Partition) -> Result<(), LakeError> {
        for part in self.parts(partition)? {
            remove(&part)?;
        }
        // Not empty while a writer fills it again: then it stays.
        fs::remove_dir(self.path(partition)).ok();
        Ok(())
    }
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(LakeError::io("remove", path)(source)),
        _ => Ok(()),
    }
}

fn part_name(content_hash: &str) -> String {
    format!("{PART_PREFIX}{content_hash}{PART_SUFFIX}")
}

/// The first 128 bits of the BLAKE3 hash of a file, in hex: what `b3sum` begins with.
fn content_hash(path: &Path) -> Result<String, LakeError> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path).map_err(LakeError::io("open", path))?;
    let mut buffer = vec![0; HASH_BUFFER_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(LakeError::io("read", path)(error)),
        };
    }
    Ok(hasher.finalize().to_hex().chars().take(32).collect())
}

fn is_part(name: &str) -> bool {
    name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX)
}

/// Names in a folder; none when it is gone or no folder.
fn names(path: &Path) -> Result<Vec<String>, LakeError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(source) if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(source) => return Err(LakeError::io("list", path)(source)),
    };
    let names = entries.map(|entry| Ok(entry.map_err(LakeError::io("list", path))?.file_name().into_string().ok()));
    names.filter_map(Result::transpose).collect()
}
