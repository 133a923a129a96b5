//! The workspace's manifests: members with their layers, dependencies and lints. Knows TOML and the comment form of the root manifest.

use super::Finding;
use anyhow::{Context as _, Result};
use std::path::Path;
use toml::Table;

/// A member of the workspace.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Folder from the root (`crates/model`).
    pub folder: String,
    /// Package name.
    pub name: String,
    /// Number of its layer in the order of the root manifest.
    pub layer: usize,
    /// Workspace packages that it needs when built (dependencies and build-dependencies, optional ones too; not dev-dependencies).
    pub needs: Vec<String>,
    /// `[lints] workspace = true`.
    pub has_lints: bool,
}

/// The members in the order of the root manifest.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Titles of the layers (`L0: the vocabulary`).
    pub layers: Vec<String>,
    pub members: Vec<Member>,
}

impl Workspace {
    /// Reads the root manifest and each member's.
    pub fn read(root: &Path) -> Result<Self> {
        let text = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
        let (layers, folders) = members(&text(&root.join("Cargo.toml"))?);
        let mut members = Vec::new();
        for (folder, layer) in folders {
            let path = root.join(&folder).join("Cargo.toml");
            members.push(Member { layer, ..member(&folder, &text(&path)?).with_context(|| format!("in {}", path.display()))? });
        }
        Ok(Self { layers, members })
    }

    /// The title of a member's layer.
    pub fn layer_of(&self, member: &Member) -> &str {
        self.layers.get(member.layer).map_or("", String::as_str)
    }
}

/// Layers and members of the root manifest: inside `members = [`, a comment line opens a layer, a quoted line is a member.
pub fn members(root: &str) -> (Vec<String>, Vec<(String, usize)>) {
    let mut layers: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let inside = root.lines().skip_while(|line| !line.starts_with("members")).skip(1).take_while(|line| !line.starts_with(']'));
    for line in inside.map(str::trim) {
        if let Some(title) = line.strip_prefix('#') {
            layers.push(title.trim().to_owned());
        } else if let Some(folder) = line.split('"').nth(1) {
            found.push((folder.to_owned(), layers.len().saturating_sub(1)));
        }
    }
    (layers, found)
}

/// A member's manifest, without its layer.
pub fn member(folder: &str, text: &str) -> Result<Member> {
    let table: Table = toml::from_str(text)?;
    let name = table.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str()).context("no package.name")?;
    let has_lints = table.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool) == Some(true);
    let mut needs = Vec::new();
    let targets = table
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(|targets| targets.values())
        .filter_map(toml::Value::as_table);
    for holder in std::iter::once(&table).chain(targets) {
        for section in ["dependencies", "build-dependencies"] {
            if let Some(dependencies) = holder.get(section).and_then(toml::Value::as_table) {
                needs.extend(dependencies.keys().filter(|name| name.starts_with("weft-")).cloned());
            }
        }
    }
    Ok(Member { folder: folder.to_owned(), name: name.to_owned(), layer: 0, needs, has_lints })
}

/// Every member inherits the workspace's lints.
pub fn check_lints(workspace: &Workspace) -> Vec<Finding> {
    let without = workspace.members.iter().filter(|member| !member.has_lints);
    without.map(|member| Finding::whole(&format!("{}/Cargo.toml", member.folder), "add `[lints] workspace = true`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_come_from_the_comments() {
        let root = "[workspace]\nmembers = [\n  # L0: words\n  \"crates/model\",\n  # L1: more\n  \"crates/wire\",\n  \"crates/bus\",\n]\n# no\ndefault-members = [\"x\"]\n";
        let (layers, members) = members(root);
        assert_eq!(layers, ["L0: words", "L1: more"]);
        assert_eq!(members, [("crates/model".to_owned(), 0), ("crates/wire".to_owned(), 1), ("crates/bus".to_owned(), 1)]);
    }

    #[test]
    fn dev_dependencies_are_free_and_missing_lints_are_found() {
        let text = "[package]\nname = 'weft-a'\n[dependencies]\nweft-b.workspace = true\nserde = '1'\n[build-dependencies]\nweft-c = {}\n[dev-dependencies]\nweft-d = {}\n[target.'cfg(unix)'.dependencies]\nweft-e = {}\n";
        let member = member("crates/a", text).unwrap();
        assert_eq!(member.needs, ["weft-b", "weft-c", "weft-e"]);
        let workspace = Workspace { layers: vec![], members: vec![member] };
        assert_eq!(check_lints(&workspace).len(), 1);
    }
}
