//! Titles with `{field}` places.

use crate::fact::Fact;

/// Fills `{field}` from the fact and `{count}` with the number of facts; an unknown field becomes "an unknown" plus its name.
pub fn fill(template: &str, fact: &Fact, count: usize) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((field, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match fact.get(field) {
            _ if field == "count" => out.push_str(&count.to_string()),
            Some(value) => out.push_str(value),
            None => {
                out.push_str("an unknown ");
                out.push_str(&field.replace('_', " "));
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
