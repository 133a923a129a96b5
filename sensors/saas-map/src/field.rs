//! Reading fields of a record that may hold anything: every text is cut, every list is capped, nothing is assumed.

use serde_json::Value;

/// Bytes of one text in an event.
pub const MAX_TEXT_BYTES: usize = 1024;
/// Bytes of a path or URL.
pub const MAX_PATH_BYTES: usize = 4096;
/// Items of a list that are looked at.
pub const MAX_ITEMS: usize = 256;

/// The first `max` bytes of a text, cut between characters.
pub fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// The value under `key`, whose first letter may be written large or small (PowerShell writes `UserPrincipalName` where Microsoft
/// Graph writes `userPrincipalName`).
pub fn get<'a>(record: &'a Value, key: &str) -> Option<&'a Value> {
    let map = record.as_object()?;
    if let Some(value) = map.get(key) {
        return Some(value);
    }
    let first = key.chars().next()?;
    let other = if first.is_lowercase() { first.to_ascii_uppercase() } else { first.to_ascii_lowercase() };
    let rest = key.get(first.len_utf8()..)?;
    map.get(&format!("{other}{rest}"))
}

/// A text under `key`: trimmed, not empty, not one of the words that exporters write for nothing.
pub fn str_at<'a>(record: &'a Value, key: &str) -> Option<&'a str> {
    let text = get(record, key)?.as_str()?.trim();
    (!text.is_empty() && text != "<null>").then_some(text)
}

/// As [`str_at`], cut to [`MAX_TEXT_BYTES`].
pub fn text(record: &Value, key: &str) -> Option<String> {
    str_at(record, key).map(|text| cut(text, MAX_TEXT_BYTES).to_owned())
}

/// The items of a list under `key`, at most [`MAX_ITEMS`].
pub fn list<'a>(record: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    get(record, key).and_then(Value::as_array).into_iter().flatten().take(MAX_ITEMS)
}

/// The value of the pair called `name` in a list of `{Name, Value}` pairs under `key`.
pub fn pair<'a>(record: &'a Value, key: &str, name: &str) -> Option<&'a str> {
    let found = list(record, key).find(|item| str_at(item, "Name") == Some(name))?;
    str_at(found, "Value")
}

/// Any value as text: a string as it is, everything else as JSON, cut to `max` bytes.
pub fn as_text(value: &Value, max: usize) -> String {
    match value {
        Value::String(text) => cut(text, max).to_owned(),
        Value::Null => String::new(),
        other => cut(&other.to_string(), max).to_owned(),
    }
}

/// A number that may be written as text (`"50126"`).
pub fn number(record: &Value, key: &str) -> Option<i64> {
    match get(record, key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("naïve", 3), "na");
        assert_eq!(cut("naïve", 99), "naïve");
    }

    #[test]
    fn both_spellings_of_a_key_are_read() {
        let record = json!({"UserPrincipalName": "a", "ipAddress": "<null>", "n": "7", "list": [{"Name": "x", "Value": "y"}]});
        assert_eq!(str_at(&record, "userPrincipalName"), Some("a"));
        assert_eq!(str_at(&record, "ipAddress"), None);
        assert_eq!(number(&record, "n"), Some(7));
        assert_eq!(pair(&record, "list", "x"), Some("y"));
    }
}
