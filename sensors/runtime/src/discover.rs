//! From the paths a user names to the list of inputs, each recognised by content. Must not read more than the head of a file.

use crate::archive::{Listed, Member, is_zip, members};
use crate::compression::{Compression, Limits, OpenError, open_part};
use crate::kind::{HEAD_BYTES, Kind, recognise};
use crate::walk::{MAX_FILES, walk};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// One file, or one member of an archive, to be read, or skipped with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as given, joined with `/`; the name used in reports.
    pub name: String,
    pub path: PathBuf,
    /// [`Kind::Unknown`] when `problem` is set.
    pub kind: Kind,
    pub compressed: Option<Compression>,
    /// Where it stands in the archive at `path`, when it is a member of one; its name is then that of the archive, `/`, and its own.
    pub member: Option<Member>,
    /// Why the file cannot be read, as a short stable name (`unreadable`, `truncated_file`, `not_a_regular_file` ...).
    pub problem: Option<&'static str>,
}

impl Input {
    /// Recognises one file that is no archive. Never fails: what cannot be read carries its `problem`.
    pub fn recognise(path: &Path) -> Self {
        Self::part(path, name_of(path), None)
    }

    /// Recognises a file: itself, or the members of the zip archive that it is.
    pub fn recognise_all(path: &Path) -> Vec<Self> {
        let mut start = Vec::with_capacity(4);
        let _ = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
        if !is_zip(&start) {
            return vec![Self::recognise(path)];
        }
        match members(path) {
            Ok(listed) if listed.is_empty() => vec![Self::unreadable(path, "empty_file")],
            Ok(listed) => listed.into_iter().map(|listed| Self::member(path, listed)).collect(),
            Err(problem) => vec![Self::unreadable(path, problem)],
        }
    }

    fn member(path: &Path, (name, part): Listed) -> Self {
        let name = format!("{}/{name}", name_of(path));
        match part {
            Ok(_) if recognise(&name, b"") == Kind::Truth => Self::truth(path, name),
            Ok(member) => Self::part(path, name, Some(member)),
            Err(problem) => Self { name, ..Self::unreadable(path, problem) },
        }
    }

    fn part(path: &Path, name: String, member: Option<Member>) -> Self {
        match head(path, member.as_ref()) {
            // One archive deep, and one compression within that.
            Ok((head, _)) if is_zip(&head) => Self { name, ..Self::unreadable(path, "nested_archive") },
            Ok((head, compressed)) => {
                Self { kind: recognise(&name, &head), name, path: path.to_path_buf(), compressed, member, problem: None }
            }
            Err(error) => Self { name, ..Self::unreadable(path, OpenError::reason_of(&error)) },
        }
    }

    /// Why this input is not read, as a reason to count; `None` when a sensor reads it.
    pub fn skip_reason(&self) -> Option<&'static str> {
        match (self.problem, self.kind) {
            (Some(problem), _) => Some(problem),
            (None, Kind::Unknown) => Some("unknown_format"),
            (None, Kind::Empty) => Some("empty_file"),
            (None, Kind::NoReader) => Some("no_reader"),
            (None, Kind::Truth) => Some("truth_is_never_read"),
            (None, _) => None,
        }
    }
    fn truth(path: &Path, name: String) -> Self {
        Self { name, path: path.to_path_buf(), kind: Kind::Truth, compressed: None, member: None, problem: None }
    }

    fn unreadable(path: &Path, problem: &'static str) -> Self {
        Self { name: name_of(path), path: path.to_path_buf(), kind: Kind::Unknown, compressed: None, member: None, problem: Some(problem) }
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
            match found.problem {
                Some(problem) => inputs.push(Input::unreadable(&found.path, problem)),
                // The answers are not even opened.
                None if recognise(&name_of(&found.path), b"") == Kind::Truth => {
                    inputs.push(Input::truth(&found.path, name_of(&found.path)))
                }
                None => inputs.extend(Input::recognise_all(&found.path)),
            }
        }
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(inputs)
}

fn name_of(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replacen("//", "/", 1)
}

/// The first decompressed bytes of a file. A compressed file damaged behind its head is still recognised.
fn head(path: &Path, member: Option<&Member>) -> io::Result<(Vec<u8>, Option<Compression>)> {
    let mut start = Vec::with_capacity(8);
    open_part(path, member, None, Limits::default())?.take(8).read_to_end(&mut start)?;
    let compressed = Compression::of(&start);
    let mut reader = open_part(path, member, compressed, Limits::default())?.take(HEAD_BYTES as u64);
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

    /// Path, content, and whether it is deflated.
    fn zip(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes, is_deflated) in entries {
            let method = if *is_deflated { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
            writer.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn listed(archive: &[u8]) -> Vec<(Input, String)> {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("export.bin");
        fs::write(&path, archive).unwrap();
        let read = |input: &Input| {
            let mut text = Vec::new();
            match crate::compression::open(input).unwrap().read_to_end(&mut text) {
                Ok(_) => String::from_utf8_lossy(&text).into_owned(),
                Err(error) => OpenError::reason_of(&error).to_owned(),
            }
        };
        let inputs = discover(&[root.path().to_path_buf()]).unwrap();
        inputs
            .into_iter()
            .map(|input| {
                if input.skip_reason().is_some() {
                    (input, String::new())
                } else {
                    let text = read(&input);
                    (input, text)
                }
            })
            .collect()
    }

    #[test]
    fn members_of_an_archive_are_inputs() {
        let record = String::from_utf8_lossy(RECORD).into_owned();
        let packed = zstd::encode_all(RECORD, 1).unwrap();
        let inner = zip(&[("x.json", RECORD, false)]);
        let archive = zip(&[
            ("a/stored.json", RECORD, false),
            ("b/deflated.json", RECORD, true),
            ("c.zst", &packed, true),
            ("d.zip", &inner, false),
            ("e/truth.json", RECORD, true),
        ]);
        let found: Vec<(String, Option<&str>, String)> = listed(&archive)
            .into_iter()
            .map(|(input, text)| (input.name.split_once("export.bin/").unwrap().1.to_owned(), input.skip_reason(), text))
            .collect();
        let read = |name: &str| (name.to_owned(), None, record.clone());
        let skipped = |name: &str, reason| (name.to_owned(), Some(reason), String::new());
        let expected = [
            read("a/stored.json"),
            read("b/deflated.json"),
            read("c.zst"),
            skipped("d.zip", "nested_archive"),
            skipped("e/truth.json", "truth_is_never_read"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn archives_that_deceive_or_break_have_names() {
        let reason = |archive: &[u8]| {
            listed(archive).into_iter().map(|(input, text)| input.skip_reason().map_or(text, str::to_owned)).collect::<Vec<_>>()
        };
        let record = [RECORD, b"\n"].concat();
        let whole = zip(&[("a.json", &record.repeat(2000), true)]);
        assert_eq!(reason(&whole[..whole.len() / 2]), ["bad_archive"]);
        assert_eq!(reason(&zip(&[])), ["empty_file"]);
        // The directory says less than the member holds.
        let mut lying = whole.clone();
        let directory = lying.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        lying[directory + 24..directory + 28].copy_from_slice(&100u32.to_le_bytes());
        assert_eq!(reason(&lying), ["decompressed_too_large"]);
        // Two names for the same bytes.
        let mut shared = zip(&[("a.json", RECORD, false), ("b.json", RECORD, false)]);
        let second = shared.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        shared[second + 42..second + 46].copy_from_slice(&0u32.to_le_bytes());
        assert_eq!(reason(&shared), ["decompression_bomb"]);
        let zeros = [record.as_slice(), &vec![b' '; 100 << 20]].concat();
        assert_eq!(reason(&zip(&[("a.json", &zeros, true)])), ["decompression_bomb"]);
        let many: Vec<String> = (0..=crate::archive::MAX_MEMBERS).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8], bool)> = many.iter().map(|name| (name.as_str(), RECORD, false)).collect();
        assert_eq!(reason(&zip(&many)), ["too_many_members"]);
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
