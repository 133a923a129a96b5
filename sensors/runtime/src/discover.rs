//! From the paths a user names to the list of inputs, each recognised by content. Must not read more than the head of a file.

use crate::compression::{Compression, Limits, OpenError, open_path};
use crate::kind::{HEAD_BYTES, Kind, recognise};
use crate::walk::{MAX_FILES, walk};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// One file to be read, or skipped with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as given, joined with `/`; the name used in reports.
    pub name: String,
    pub path: PathBuf,
    /// [`Kind::Unknown`] when `problem` is set.
    pub kind: Kind,
    pub compressed: Option<Compression>,
    /// Why the file cannot be read, as a short stable name (`unreadable`, `truncated_file`, `not_a_regular_file` ...).
    pub problem: Option<&'static str>,
}

impl Input {
    /// Recognises one file. Never fails: what cannot be read carries its `problem`.
    pub fn recognise(path: &Path) -> Self {
        let name = name_of(path);
        match head(path) {
            Ok((head, compressed)) => Self { kind: recognise(&name, &head), name, path: path.to_path_buf(), compressed, problem: None },
            Err(error) => Self::unreadable(path, OpenError::reason_of(&error)),
        }
    }
    /// Why this input is not read, as a reason to count; `None` when a sensor reads it.
    pub fn skip_reason(&self) -> Option<&'static str> {
        match (self.problem, self.kind) {
            (Some(problem), _) => Some(problem),
            (None, Kind::Unknown) => Some("unknown_format"),
            (None, Kind::Empty) => Some("empty_file"),
            (None, Kind::NoReader | Kind::AlertCsv) => Some("no_reader"),
            (None, Kind::Truth) => Some("truth_is_never_read"),
            (None, _) => None,
        }
    }
    fn unreadable(path: &Path, problem: &'static str) -> Self {
        Self { name: name_of(path), path: path.to_path_buf(), kind: Kind::Unknown, compressed: None, problem: Some(problem) }
    }
}

/// Why the list of inputs could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("there is no file or folder {}: check the path", .0.display())]
    Missing(PathBuf),
    #[error("{} holds more than {MAX_FILES} files: name the folders that matter", .0.display())]
    TooMany(PathBuf),
}

/// Lists every file below `paths` (files and folders in any mix) in name order, each recognised by content. A file that cannot be
/// read is listed with its problem. A path given twice is listed twice.
///
/// # Errors
/// A path that does not exist, or more than a million files.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for root in paths {
        if std::fs::symlink_metadata(root).is_err() {
            return Err(InputError::Missing(root.clone()));
        }
        for found in walk(root).ok_or_else(|| InputError::TooMany(root.clone()))? {
            inputs.push(match found.problem {
                Some(problem) => Input::unreadable(&found.path, problem),
                // The answers are not even opened.
                None if recognise(&name_of(&found.path), b"") == Kind::Truth => {
                    Input { name: name_of(&found.path), path: found.path, kind: Kind::Truth, compressed: None, problem: None }
                }
                None => Input::recognise(&found.path),
            });
        }
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(inputs)
}

fn name_of(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replacen("//", "/", 1)
}

/// The first decompressed bytes of a file. A compressed file damaged behind its head is still recognised.
fn head(path: &Path) -> io::Result<(Vec<u8>, Option<Compression>)> {
    let mut start = Vec::with_capacity(8);
    File::open(path)?.take(8).read_to_end(&mut start)?;
    let compressed = Compression::of(&start);
    let mut reader = open_path(path, compressed, Limits::default())?.take(HEAD_BYTES as u64);
    let mut head = Vec::new();
    match reader.read_to_end(&mut head) {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok((head, compressed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    const RECORD: &[u8] = br#"{"CreationTime":"2024-03-18T09:15:00","Operation":"UserLoggedIn"}"#;

    #[test]
    fn files_and_folders_in_any_mix() {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            path
        };
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(RECORD).unwrap();
        let gzip = gzip.finish().unwrap();
        put("in/b/audit.bin", &gzip);
        put("in/a.json", &zstd::encode_all(RECORD, 1).unwrap());
        put("in/cut.gz", &gzip[..12]);
        put("in/truth.json", b"{}");
        put("in/empty", b"");
        let lone = put("lone.eml", b"From: a@b.example\nSubject: x\n\nhi");
        let seen: Vec<(String, Kind, Option<Compression>, Option<&str>)> = discover(&[lone, root.path().join("in")])
            .unwrap()
            .into_iter()
            .map(|i| (i.name.rsplit('/').next().unwrap().to_owned(), i.kind, i.compressed, i.skip_reason()))
            .collect();
        let expected = [
            ("a.json", Kind::SaasJson, Some(Compression::Zstd), None),
            ("audit.bin", Kind::SaasJson, Some(Compression::Gzip), None),
            ("cut.gz", Kind::Unknown, None, Some("truncated_file")),
            ("empty", Kind::Empty, None, Some("empty_file")),
            ("truth.json", Kind::Truth, None, Some("truth_is_never_read")),
            ("lone.eml", Kind::Message, None, None),
        ]
        .map(|(name, kind, compressed, reason)| (name.to_owned(), kind, compressed, reason));
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_missing_path_says_so() {
        let error = discover(&[PathBuf::from("/nowhere/at/all")]).unwrap_err();
        assert_eq!(error.to_string(), "there is no file or folder /nowhere/at/all: check the path");
    }

    #[test]
    fn names_keep_the_path_as_given() {
        assert_eq!(name_of(Path::new("/a//b/c")), "/a/b/c");
        assert_eq!(name_of(Path::new("raw/mail/x.eml")), "raw/mail/x.eml");
    }
}
