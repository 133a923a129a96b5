//! `cargo xtask tidy`: each rule is one file below, a pure function from texts to findings; this file reads the workspace and runs
//! them all. Knows no product code.

mod case_strings;
mod files;
mod floors;
mod headers;
mod layers;
mod machine_paths;
mod manifest;
mod reach;
mod sizes;

use anyhow::Result;
use std::fmt;
use std::path::Path;

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path from the workspace's root.
    pub path: String,
    /// From 1; 0 means the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
}

impl Finding {
    fn whole(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: 0, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// What was checked and what was found.
pub struct Report {
    pub findings: Vec<Finding>,
    pub files: usize,
    pub crates: usize,
}

/// Runs every rule on the workspace at `root`. Errors when the workspace cannot be read at all.
pub fn check(root: &Path) -> Result<Report> {
    let files = files::read(root)?;
    let manifest = manifest::Workspace::read(root)?;
    let mut findings = Vec::new();
    findings.extend(layers::check(&manifest));
    findings.extend(manifest::check_lints(&manifest));
    findings.extend(headers::check(&manifest, &files));
    findings.extend(sizes::check(&files));
    findings.extend(machine_paths::check(&files));
    findings.extend(case_strings::check(&files)?);
    findings.extend(floors::check(root)?);
    findings.extend(reach::check(root, &manifest)?);
    Ok(Report { findings, files: files.len(), crates: manifest.members.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_line() {
        let finding = Finding { path: "a.rs".into(), line: 3, text: "bad".into() };
        assert_eq!(finding.to_string(), "a.rs:3: bad");
        assert_eq!(Finding::whole("a.rs", "bad").to_string(), "a.rs: bad");
    }
}
