//! Lists the messages of a Maildir folder (cr.yp.to/proto/maildir.html).

use crate::error::IngestError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Messages of one folder.
pub const MAX_MAILDIR_MESSAGES: usize = 1_000_000;

/// The message files of `dir/cur` and `dir/new`, sorted by path. `tmp/` holds deliveries that are not finished and is left out, as
/// are hidden files, folders and symbolic links. Subfolders (`.Archive/`) are Maildirs of their own.
///
/// # Errors
/// [`IngestError::NotMaildir`] when neither folder exists, [`IngestError::List`] when one cannot be read,
/// [`IngestError::TooMany`] beyond a million messages.
pub fn maildir_messages(dir: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let mut found = Vec::new();
    let mut folders = 0;
    for name in ["cur", "new"] {
        let path = dir.join(name);
        let failed = |source| IngestError::List { path: path.clone(), source };
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(failed(error)),
        };
        folders += 1;
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if is_hidden || !entry.file_type().map_err(failed)?.is_file() {
                continue;
            }
            if found.len() >= MAX_MAILDIR_MESSAGES {
                return Err(IngestError::TooMany { path: dir.to_owned(), limit: MAX_MAILDIR_MESSAGES });
            }
            found.push(entry.path());
        }
    }
    if folders == 0 {
        return Err(IngestError::NotMaildir { path: dir.to_owned() });
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn finished_messages_only_and_sorted() {
        let root = tempfile::tempdir().unwrap();
        for (folder, file) in [("new", "2.host"), ("cur", "3.host:2,S"), ("cur", "1.host:2,"), ("tmp", "4.host"), ("cur", ".hidden")] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join(file), "Subject: x\n\n").unwrap();
        }
        fs::create_dir(root.path().join("new/folder")).unwrap();
        let found = maildir_messages(root.path()).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["cur/1.host:2,", "cur/3.host:2,S", "new/2.host"]);
    }

    #[test]
    fn another_folder_is_told_apart() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(maildir_messages(root.path()), Err(IngestError::NotMaildir { .. })));
        assert!(matches!(maildir_messages(&root.path().join("none")), Err(IngestError::NotMaildir { .. })));
    }
}
