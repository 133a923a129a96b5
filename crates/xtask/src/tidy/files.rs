//! The project's text files. Knows which folders are not ours.

use anyhow::{Context as _, Result};
use std::path::Path;

/// A file's path from the root, with `/`, and its text.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// Built, fetched or recorded, never written by hand.
const SKIPPED_FOLDERS: &[&str] = &["target", "node_modules", "dist", ".git", ".weft", "results"];
/// Larger files are data.
const MAX_BYTES: u64 = 2 << 20;

/// Every text file below `root` in path order; symbolic links and files that are not UTF-8 are left out.
pub fn read(root: &Path) -> Result<Vec<File>> {
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<File>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
            walk(&entry.path(), &path, found)?;
        } else if kind.is_file() && entry.metadata()?.len() <= MAX_BYTES {
            // A file may vanish while others build.
            if let Ok(Ok(text)) = std::fs::read(entry.path()).map(String::from_utf8) {
                found.push(File { path, text });
            }
        }
    }
    Ok(())
}

/// A file for a rule's test.
#[cfg(test)]
pub fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}
