//! Every source file says in its first lines what it does: the `//!` line. Knows the folders of the members.

use super::Finding;
use super::files::File;
use super::manifest::Workspace;
use super::sizes::is_generated;

/// Rust files of the members (`src`, `tests`, `examples`, `benches`) that do not begin with `//!`.
pub fn check(workspace: &Workspace, files: &[File]) -> Vec<Finding> {
    let is_ours = |path: &str| {
        workspace.members.iter().any(|member| {
            let inside = path.strip_prefix(&member.folder).and_then(|rest| rest.strip_prefix('/'));
            inside.is_some_and(|inside| ["src/", "tests/", "examples/", "benches/"].iter().any(|folder| inside.starts_with(folder)))
        })
    };
    let silent = |file: &&File| file.path.ends_with(".rs") && is_ours(&file.path) && !file.text.starts_with("//!") && !is_generated(file);
    files
        .iter()
        .filter(silent)
        .map(|file| Finding { line: 1, ..Finding::whole(&file.path, "begin with `//!`: what the file does and must not know") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::file;
    use crate::tidy::manifest::Member;

    #[test]
    fn a_silent_file_is_found() {
        let workspace = Workspace { layers: vec![], members: vec![Member { folder: "crates/a".into(), ..Member::default() }] };
        let found = check(
            &workspace,
            &[
                file("crates/a/src/lib.rs", "//! Does a."),
                file("crates/a/src/b.rs", "use std::fmt;"),
                file("crates/a/tests/c.rs", ""),
                file("crates/a/build.rs", ""),
                file("crates/ab/src/lib.rs", ""),
            ],
        );
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["crates/a/src/b.rs", "crates/a/tests/c.rs"]);
    }
}
