//! One text for one JSON value: keys sorted, one line. Two runs can be compared byte for byte.

use serde_json::Value;

/// Writes `value` on one line with the keys of every object in byte order, whatever map type `serde_json` was built with.
pub fn to_canonical_string(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        Value::String(text) => write_text(text, out),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

/// A JSON string, escaped as `serde_json` does.
fn write_text(text: &str, out: &mut String) {
    match serde_json::to_string(text) {
        Ok(quoted) => out.push_str(&quoted),
        // Writing a str to memory cannot fail; an empty string keeps the text valid JSON if it ever does.
        Err(_) => out.push_str("\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn key_order_does_not_matter() {
        let one: Value = serde_json::from_str(r#"{"b": [1, {"y":null,"x":"\n"}], "a":true}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"a":true,"b":[1,{"x":"\n","y":null}]}"#).unwrap();
        assert_eq!(to_canonical_string(&one), to_canonical_string(&other));
        assert_eq!(to_canonical_string(&one), r#"{"a":true,"b":[1,{"x":"\n","y":null}]}"#);
    }

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({"b": [1, {"z": null, "a": "\u{1}\"é"}], "a": 1.0, "A": true});
        let text = to_canonical_string(&value);
        assert_eq!(text, "{\"A\":true,\"a\":1.0,\"b\":[1,{\"a\":\"\\u0001\\\"é\",\"z\":null}]}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
