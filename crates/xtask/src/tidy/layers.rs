//! The layer rule: a crate needs only earlier layers, or crates listed above it in its own. Knows the order and nothing else.

use super::Finding;
use super::manifest::Workspace;

/// Needs that the order does not show, each with its reason. May only shrink.
const EXCEPTIONS: &[(&str, &str, &str)] = &[("weft-cli", "weft-simulator", "the binary has the command `simulate`")];

/// Layers whose crates may need only the vocabulary and their own layer: analysis does not know how its input came.
const CLOSED: &str = "L2";
const VOCABULARY: &str = "L0";

/// Needs that point upwards, sideways to a later crate, or out of the closed layer.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, member) in workspace.members.iter().enumerate() {
        let path = format!("{}/Cargo.toml", member.folder);
        for need in &member.needs {
            let Some(other) = workspace.members.iter().position(|other| other.name == *need) else {
                findings.push(Finding::whole(&path, format!("{need} is not a member of the workspace")));
                continue;
            };
            if EXCEPTIONS.iter().any(|(from, to, _)| *from == member.name && to == need) {
                continue;
            }
            let layer = workspace.layer_of(member);
            if other >= place {
                findings.push(Finding::whole(
                    &path,
                    format!("{} ({layer}) may not need {need}, which comes after it in the root manifest", member.name),
                ));
            }
            let target = workspace.members.get(other).map_or("", |other| workspace.layer_of(other));
            if layer.starts_with(CLOSED) && !target.starts_with(CLOSED) && !target.starts_with(VOCABULARY) {
                findings.push(Finding::whole(
                    &path,
                    format!("{} is pure analysis: it may need {VOCABULARY} and {CLOSED} only, not {need}", member.name),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::manifest::Member;

    fn workspace(needs: &[(&str, usize, &[&str])]) -> Workspace {
        let members = needs.iter().map(|(name, layer, needs)| Member {
            folder: format!("crates/{name}"),
            name: (*name).to_owned(),
            layer: *layer,
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            has_lints: true,
        });
        Workspace {
            layers: ["L0: words", "L1: formats", "L2: pure", "L4: services", "tools"].map(String::from).into(),
            members: members.collect(),
        }
    }

    #[test]
    fn needs_go_down_or_up_the_list() {
        let sound = workspace(&[
            ("weft-model", 0, &[]),
            ("weft-wire", 1, &["weft-model"]),
            ("weft-bus", 1, &["weft-wire"]),
            ("weft-enrich", 2, &["weft-model"]),
            ("weft-graph", 2, &["weft-enrich"]),
            ("weft-cli", 3, &["weft-bus", "weft-simulator"]),
            ("weft-simulator", 4, &["weft-wire"]),
        ]);
        assert_eq!(check(&sound), []);
    }

    #[test]
    fn every_other_direction_is_found() {
        let broken = workspace(&[
            ("weft-model", 0, &["weft-wire"]),
            ("weft-wire", 1, &["weft-bus"]),
            ("weft-bus", 1, &[]),
            ("weft-enrich", 2, &["weft-bus"]),
            ("weft-cli", 3, &["weft-gone", "weft-cli"]),
        ]);
        let found: Vec<String> = check(&broken).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 5, "{found:#?}");
        for (line, part) in
            found.iter().zip(["need weft-wire", "need weft-bus", "pure analysis", "weft-gone is not a member", "need weft-cli"])
        {
            assert!(line.contains(part), "{line}");
        }
    }
}
