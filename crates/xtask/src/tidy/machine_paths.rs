//! No path of a developer's machine may slip into the project. Knows the roots where people keep their work.

use super::Finding;
use super::files::File;

/// Top-level folders that no installed system has, or that belong to one person.
const ROOTS: &[&str] = &["work", "workspace", "root", "Users", "home/runner"];

/// Lines with an absolute path below one of the roots. Lock files are not searched.
pub fn check(files: &[File]) -> Vec<Finding> {
    let needles: Vec<String> = ROOTS.iter().map(|root| format!("/{root}/")).collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !file.path.ends_with(".lock") && !file.path.ends_with("package-lock.json")) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| starts_a_path(line, needle)) {
                let text = format!("a path of somebody's machine ({needle}): use a variable or a path from the project's root");
                findings.push(Finding { line: index.saturating_add(1), ..Finding::whole(&file.path, text) });
            }
        }
    }
    findings
}

/// Whether `needle` stands in `line` at the start of a path, not inside one or in a URL.
fn starts_a_path(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line.get(..at).and_then(|left| left.chars().next_back());
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-~/}$)".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;

    #[test]
    fn a_machines_path_is_found_and_a_url_is_not() {
        let path = ["", "work", "data"].join("/");
        let text = format!("ok\nlet x = \"{path}\";\nhttps://example.com{path}\n./a{path}\n$HOME{path}\n");
        let found = check(&[file("a.rs", &text), file("Cargo.lock", &path)]);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }
}
