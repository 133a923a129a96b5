//! What pure crates must never reach, however indirectly: runtimes, brokers, engines, HTTP. Asks cargo for each crate's tree.

use super::Finding;
use super::manifest::{Member, Workspace};
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;

/// Packages that do IO or bring a runtime.
const FORBIDDEN: &[&str] = &["tokio", "rdkafka", "datafusion", "reqwest", "axum", "hyper", "async-std", "mio"];

/// Analysis and every decoder and mapper.
fn is_pure(workspace: &Workspace, member: &Member) -> bool {
    let layer = workspace.layer_of(member);
    layer.starts_with("L2") || layer.starts_with("L0") || member.name.ends_with("-decode") || member.name.ends_with("-map")
}

/// Runs `cargo tree` for each pure crate, all features on, so that an optional dependency does not hide.
pub fn check(root: &Path, workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for member in workspace.members.iter().filter(|member| is_pure(workspace, member)) {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "tree",
                "--package",
                &member.name,
                "--edges",
                "normal,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
                "--all-features",
                "--target",
                "all",
            ])
            .current_dir(root)
            .output()
            .context("cannot run cargo tree")?;
        if !output.status.success() {
            bail!("cargo tree --package {}: {}", member.name, String::from_utf8_lossy(&output.stderr).trim());
        }
        findings.extend(reached(member, &String::from_utf8_lossy(&output.stdout)));
    }
    Ok(findings)
}

/// The forbidden packages in a tree, one line a package (`name vVERSION ...`).
fn reached(member: &Member, tree: &str) -> Vec<Finding> {
    let mut names: Vec<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| FORBIDDEN.contains(name)).collect();
    names.sort_unstable();
    names.dedup();
    let path = format!("{}/Cargo.toml", member.folder);
    names
        .into_iter()
        .map(|name| {
            Finding::whole(&path, format!("{} is pure and reaches {name}: see `cargo tree -p {} -i {name}`", member.name, member.name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_deep_in_the_tree_is_found_once() {
        let member = Member { folder: "crates/enrich".into(), name: "weft-enrich".into(), ..Member::default() };
        let tree = "weft-enrich v0.1.0 (x)\nserde v1.0.0\ntokio-util v0.7.0\ntokio v1.0.0\ntokio v1.0.0 (*)\nmio v1.0.0\n";
        let found: Vec<String> = reached(&member, tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("reaches mio") && found[1].contains("reaches tokio"), "{found:?}");
    }

    #[test]
    fn decoders_and_analysis_are_pure_and_services_are_not() {
        let workspace = Workspace { layers: vec!["L2: pure".into(), "sensors".into(), "L4: services".into()], members: vec![] };
        let member = |name: &str, layer| Member { name: name.into(), layer, ..Member::default() };
        for (name, layer, expected) in [
            ("weft-stitcher", 0, true),
            ("weft-net-decode", 1, true),
            ("weft-saas-map", 1, true),
            ("weft-net-sensor", 1, false),
            ("weft-api", 2, false),
        ] {
            assert_eq!(is_pure(&workspace, &member(name, layer)), expected, "{name}");
        }
    }
}
