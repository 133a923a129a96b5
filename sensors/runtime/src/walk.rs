//! Listing the files below a folder, in name order, under caps and without following symbolic links in circles.
//! Must not open the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders within folders that are followed.
pub const MAX_DEPTH: usize = 64;
/// Files listed in one walk.
pub const MAX_FILES: usize = 1_000_000;

/// A path found by a walk, and why it cannot be read, if so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// `unreadable_folder`, `too_deep`, `not_a_regular_file`, `unreadable`.
    pub problem: Option<&'static str>,
}

/// Everything below `root` (or `root` itself when it is a file), sorted by path. Symbolic links are followed; a folder reached
/// twice is listed once. The folder `tmp` of a Maildir (deliveries under way) is left out. `None` when there are more than
/// [`MAX_FILES`] files.
pub fn walk(root: &Path) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let mut visited = BTreeSet::new();
    let mut open: Vec<(PathBuf, usize)> = vec![(root.to_path_buf(), 0)];
    while let Some((path, depth)) = open.pop() {
        match fs::metadata(&path) {
            Err(_) => found.push(Found { path, problem: Some("unreadable") }),
            Ok(metadata) if metadata.is_file() => found.push(Found { path, problem: None }),
            Ok(metadata) if metadata.is_dir() => {
                if depth >= MAX_DEPTH {
                    found.push(Found { path, problem: Some("too_deep") });
                    continue;
                }
                let Ok(real) = fs::canonicalize(&path) else {
                    found.push(Found { path, problem: Some("unreadable_folder") });
                    continue;
                };
                if visited.insert(real) {
                    match entries(&path) {
                        Ok(children) => open.extend(children.into_iter().map(|child| (child, depth + 1))),
                        Err(_) => found.push(Found { path, problem: Some("unreadable_folder") }),
                    }
                }
            }
            // A pipe would block for ever, a device never end.
            Ok(_) => found.push(Found { path, problem: Some("not_a_regular_file") }),
        }
        if found.len() > MAX_FILES || open.len() > MAX_FILES {
            return None;
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Some(found)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        names.push(entry.file_name());
        if names.len() > MAX_FILES {
            break;
        }
    }
    let is_maildir = ["cur", "new", "tmp"].iter().all(|part| names.iter().any(|name| name == part));
    // Reverse order, because the walk takes the last one first: a folder reached twice is then kept at its first place.
    names.sort_by(|a, b| b.cmp(a));
    Ok(names.into_iter().filter(|name| !(is_maildir && name == "tmp")).map(|name| folder.join(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_end_and_maildir_deliveries_under_way_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["box/cur", "box/new", "box/tmp", "other/tmp"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("1"), "x").unwrap();
        }
        std::os::unix::fs::symlink(root.path(), root.path().join("other/loop")).unwrap();
        std::os::unix::fs::symlink("/nowhere", root.path().join("dangling")).unwrap();
        let found = walk(root.path()).unwrap();
        let names: Vec<(String, Option<&str>)> =
            found.iter().map(|f| (f.path.strip_prefix(root.path()).unwrap().display().to_string(), f.problem)).collect();
        let expected = [("box/cur/1", None), ("box/new/1", None), ("dangling", Some("unreadable")), ("other/tmp/1", None)]
            .map(|(a, b)| (a.to_owned(), b));
        assert_eq!(names, expected);
    }
}
