//! ATT&CK techniques and tactics as OCSF `attack` objects.

use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One object a technique and one a tactic, each once, in the order of first appearance.
pub(super) fn attacks<'a>(techniques: impl IntoIterator<Item = &'a String>, tactics: impl IntoIterator<Item = &'a String>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut out: Vec<Value> = techniques.into_iter().filter(|id| seen.insert(id.as_str())).map(|id| technique(id)).collect();
    let mut seen = BTreeSet::new();
    out.extend(tactics.into_iter().filter(|name| seen.insert(name.as_str())).map(|name| json!({ "tactic": { "name": name } })));
    out
}

/// `T1114.003` is a sub-technique of `T1114`.
fn technique(id: &str) -> Value {
    match id.split_once('.') {
        Some((parent, _)) => json!({ "technique": { "uid": parent }, "sub_technique": { "uid": id } }),
        None => json!({ "technique": { "uid": id } }),
    }
}
