//! Titles with `{field}` places.

use crate::fact::Fact;
use crate::field::Field;
use crate::japanese;

/// The `{places}` of a template.
pub fn places(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place))
}

/// Fills `{field}` from the fact and `{count}` with the number of facts; an absent one becomes "an unknown" plus its
/// name, or "（不明）" in a text that is not ASCII.
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
        match Field::named(field).and_then(|field| fact.get(field)) {
            _ if field == "count" => out.push_str(&count.to_string()),
            Some(value) if template.is_ascii() => out.push_str(value),
            Some(value) => out.push_str(&japanese::value(field, value)),
            None if !template.is_ascii() => out.push_str("（不明）"),
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
