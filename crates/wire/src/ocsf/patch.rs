//! The difference of two JSON values as a merge patch (RFC 7396), and its application.
//!
//! One extension: a list that keeps its length is patched by index (`{"0": {"text": "..."}}`), so that a list of links is not
//! repeated for the sake of the texts. Valid because the model never turns a list into an object and never holds null.

use serde_json::{Map, Value};

/// Deepest nesting of a patch; the model's own is 4.
const MAX_DEPTH: usize = 16;

/// Why a patch cannot be applied.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum PatchError {
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("no list entry {0:?}")]
    NoEntry(String),
}

/// The patch that makes `to` of `from`; none when they are equal.
pub(super) fn diff(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    let mut patch = Map::new();
    match (from, to) {
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                patch.insert(key.clone(), Value::Null);
            }
            for (key, value) in new {
                let change = old.get(key).map_or_else(|| Some(value.clone()), |old| diff(old, value));
                if let Some(change) = change {
                    patch.insert(key.clone(), change);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                if let Some(change) = diff(old, new) {
                    patch.insert(index.to_string(), change);
                }
            }
        }
        _ => return Some(to.clone()),
    }
    Some(Value::Object(patch))
}

/// Applies `patch` to `target`.
pub(super) fn apply(target: &mut Value, patch: &Value) -> Result<(), PatchError> {
    apply_at(target, patch, 0)
}

fn apply_at(target: &mut Value, patch: &Value, depth: usize) -> Result<(), PatchError> {
    if depth > MAX_DEPTH {
        return Err(PatchError::TooDeep);
    }
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    if let Value::Array(entries) = target {
        for (index, change) in changes {
            let entry = index.parse::<usize>().ok().and_then(|index| entries.get_mut(index));
            apply_at(entry.ok_or_else(|| PatchError::NoEntry(index.chars().take(16).collect()))?, change, depth + 1)?;
        }
        return Ok(());
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else { return Ok(()) };
    for (key, change) in changes {
        if change.is_null() {
            object.remove(key);
        } else {
            apply_at(object.entry(key.as_str()).or_insert(Value::Null), change, depth + 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(from: Value, to: Value, patch: Option<Value>) {
        assert_eq!(diff(&from, &to), patch);
        let mut patched = from;
        if let Some(patch) = patch {
            apply(&mut patched, &patch).unwrap();
        }
        assert_eq!(patched, to);
    }

    #[test]
    fn a_patch_makes_the_one_of_the_other() {
        check(json!({"a": 1}), json!({"a": 1}), None);
        check(json!({"a": 1, "b": 2}), json!({"b": 3, "c": {}}), Some(json!({"a": null, "b": 3, "c": {}})));
        check(json!({"a": [{"u": "x", "t": ""}]}), json!({"a": [{"u": "x", "t": "y"}]}), Some(json!({"a": {"0": {"t": "y"}}})));
        check(json!({"a": ["x"]}), json!({"a": ["x", "y"]}), Some(json!({"a": ["x", "y"]})));
        check(json!({"a": [["k", "v"]]}), json!({"a": [["k", "w"]]}), Some(json!({"a": {"0": {"1": "w"}}})));
    }

    #[test]
    fn a_hostile_patch_is_refused() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({ "a": deep });
        }
        assert_eq!(apply(&mut json!({}), &deep), Err(PatchError::TooDeep));
        assert_eq!(apply(&mut json!({"a": []}), &json!({"a": {"7": 1}})), Err(PatchError::NoEntry("7".to_owned())));
    }
}
