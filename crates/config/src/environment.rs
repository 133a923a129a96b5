//! Environment variables that override single fields, `WEFT_<SECTION>_<FIELD>`. Knows the names and types of fields, not their meaning.

use crate::error::ConfigError;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// How the text of a variable becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Parts separated by commas; blanks around them and empty parts are dropped.
    List,
    Integer,
    Float,
}

/// A field that a variable can set: section (empty at the top level), name, kind. A test holds this list against the schema.
pub const FIELDS: &[(&str, &str, Kind)] = &[
    ("", "tenant", Kind::Text),
    ("", "mode", Kind::Text),
    ("", "data_dir", Kind::Text),
    ("", "directory", Kind::Text),
    ("listen", "address", Kind::Text),
    ("bus", "kind", Kind::Text),
    ("bus", "brokers", Kind::List),
    ("bus", "topic_prefix", Kind::Text),
    ("bus", "events_format", Kind::Text),
    ("sources", "watch", Kind::List),
    ("sources", "interfaces", Kind::List),
    ("enrich", "dir", Kind::Text),
    ("enrich", "new_domain_feeds", Kind::List),
    ("enrich", "reputation_feeds", Kind::List),
    ("alert", "budget", Kind::Float),
    ("alert", "suppressions", Kind::List),
    ("alert", "rules", Kind::List),
    ("lake", "dir", Kind::Text),
    ("lake", "retention_days", Kind::Integer),
    ("state", "snapshot_seconds", Kind::Integer),
    ("state", "profile_mib", Kind::Integer),
    ("state", "day_mib", Kind::Integer),
    ("state", "contact_mib", Kind::Integer),
    ("rephrase", "endpoint", Kind::Text),
    ("rephrase", "model", Kind::Text),
    ("rephrase", "key_env", Kind::Text),
    ("rephrase", "key_file", Kind::Text),
    ("rephrase", "timeout_s", Kind::Integer),
    ("rephrase", "language", Kind::Text),
];

/// The variable that sets a field.
pub fn variable(section: &str, field: &str) -> String {
    let parts = ["weft", section, field];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_").to_uppercase()
}

/// Lays the variables over `table` and gives the variables used. Other programs' variables, and names that start with no section
/// (`WEFT_CACHE`), are left alone; one that starts like a section and names no field of it is refused.
pub fn overlay(table: &mut Table, variables: impl IntoIterator<Item = (String, String)>) -> Result<BTreeSet<String>, ConfigError> {
    let mut used = BTreeSet::new();
    for (name, text) in variables {
        let refuse = |message: String| ConfigError::Environment { variable: name.clone(), message };
        let Some((section, field, kind)) = FIELDS.iter().find(|(section, field, _)| variable(section, field) == name) else {
            let section = FIELDS
                .iter()
                .map(|(section, ..)| *section)
                .find(|section| !section.is_empty() && name.starts_with(&format!("{}_", variable(section, ""))));
            match section {
                None => continue,
                Some(section) => {
                    let known: Vec<String> = FIELDS.iter().filter(|(s, ..)| *s == section).map(|(s, f, _)| variable(s, f)).collect();
                    return Err(refuse(format!("no such field; known are {}", known.join(", "))));
                }
            }
        };
        let value = match kind {
            Kind::Text => Value::String(text),
            Kind::List => Value::Array(
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Value::String(part.into())).collect(),
            ),
            Kind::Integer => Value::Integer(text.trim().parse().map_err(|_| refuse(format!("`{text}` is not a whole number")))?),
            Kind::Float => Value::Float(text.trim().parse().map_err(|_| refuse(format!("`{text}` is not a number")))?),
        };
        let place = if section.is_empty() {
            &mut *table
        } else {
            let entry = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            match entry {
                Value::Table(inner) => inner,
                _ => return Err(refuse(format!("{section} is not a table in the file"))),
            }
        };
        place.insert((*field).to_owned(), value);
        used.insert(name);
    }
    Ok(used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::json_schema;

    #[test]
    fn every_field_of_the_schema_has_its_variable() {
        let schema = json_schema();
        let mut fields = BTreeSet::new();
        for (name, property) in schema["properties"].as_object().unwrap() {
            let section = property["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            match section.and_then(|section| schema["$defs"][section]["properties"].as_object()) {
                Some(inner) => fields.extend(inner.keys().map(|field| variable(name, field))),
                None => {
                    fields.insert(variable("", name));
                }
            }
        }
        fields.remove("WEFT_BUS_PROPERTIES"); // a map: file only, as its documentation says
        let known: BTreeSet<String> = FIELDS.iter().map(|(section, field, _)| variable(section, field)).collect();
        assert_eq!(known, fields);
        assert_eq!(known.len(), FIELDS.len());
    }
}
