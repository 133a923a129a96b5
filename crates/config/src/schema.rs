//! The configuration described for people and editors, generated from the fields' documentation.

use crate::config::Config;
use crate::environment::{FIELDS, variable};
use serde_json::Value;
use std::fmt::Write as _;

/// JSON Schema (draft 2020-12) of `weft.toml`.
pub fn json_schema() -> Value {
    schemars::schema_for!(Config).to_value()
}

/// A commented `weft.toml` that sets every field to its default, with the environment variable of each.
pub fn reference() -> String {
    let schema = json_schema();
    let defaults = toml::Table::try_from(Config::default()).unwrap_or_default();
    let mut text = String::new();
    let mut open = "";
    for (section, field, _) in FIELDS {
        let top = schema.get("properties").and_then(|top| top.get(if section.is_empty() { field } else { section }));
        let property = if section.is_empty() {
            top
        } else {
            let name = top.and_then(|top| top.get("$ref")).and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            name.and_then(|name| schema.get("$defs")?.get(name)?.get("properties")?.get(*field))
        };
        if *section != open {
            let _ = writeln!(text, "# {}\n[{section}]\n", description(top));
            open = section;
        }
        let _ = writeln!(text, "# {}\n# Environment: {}", description(property), variable(section, field));
        let place = if section.is_empty() { Some(&defaults) } else { defaults.get(*section).and_then(toml::Value::as_table) };
        match place.and_then(|place| place.get(*field)) {
            Some(value) if value.as_str() != Some("") => {
                let _ = writeln!(text, "{field} = {value}\n");
            }
            _ => {
                let _ = writeln!(text, "# {field} = \"...\"\n");
            }
        }
    }
    text
}

fn description(property: Option<&Value>) -> String {
    let text = property.and_then(|property| property.get("description")).and_then(Value::as_str).unwrap_or_default();
    text.replace('\n', "\n# ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_reference_is_itself_a_configuration_with_every_default() {
        let text = reference();
        let environment = BTreeMap::from([("HOME".to_owned(), "/home/ann".to_owned())]);
        let plain = Config::from_text("", None, environment.clone()).unwrap();
        assert_eq!(Config::from_text(&text, None, environment).unwrap(), plain, "{text}");
        for (section, field, _) in FIELDS {
            assert!(text.contains(&format!("# Environment: {}\n", variable(section, field))), "{field}");
        }
        assert!(!text.contains("# \n"), "every field is documented:\n{text}");
    }
}
