//! Rows of an alert table with the columns `time` (seconds), `name` (`Product: rule`), `ip`, `host` and `short` (the rule's code), as
//! the AIT Alert Data Set has it (Landauer et al., 2024). Its label columns are not read.

use super::{event, involve, span};
use crate::error::MapError;
use crate::field::{str_at, text};
use serde_json::{Value, json};
use weft_model::{DetectionFinding, Event, EventTime, InvolvedKind};

/// Whether this is such a row.
pub fn is_record(row: &Value) -> bool {
    ["time", "name", "ip", "host", "short"].iter().all(|key| row.get(key).is_some_and(Value::is_string))
}

/// Maps one row. It has no severity, so that the rule's rate alone speaks.
pub fn map(row: &Value) -> Result<Event, MapError> {
    let seconds: f64 = str_at(row, "time").ok_or(MapError::NoTime)?.parse().map_err(|_| MapError::BadTime)?;
    // 1990 to 2200, as for every other record; not a number is outside.
    if !(631_152_000.0..7_258_118_400.0).contains(&seconds) {
        return Err(MapError::BadTime);
    }
    let (first_seen, last_seen) = span(EventTime((seconds * 1000.0) as i64), None);
    let name = str_at(row, "name").ok_or(MapError::UnknownShape)?;
    let (product, rule) = name.split_once(": ").unwrap_or(("Alert table", name));
    let mut involved = Vec::new();
    involve(InvolvedKind::Device, text(row, "host").into_iter().map(|host| host.to_lowercase()), &mut involved);
    if involved.is_empty() {
        involve(InvolvedKind::Ip, text(row, "ip"), &mut involved);
    }
    let finding = DetectionFinding {
        title: name.to_owned(),
        rule: rule.to_owned(),
        rule_uid: text(row, "short"),
        first_seen,
        last_seen,
        involved,
        ..DetectionFinding::default()
    };
    let content = json!([str_at(row, "time"), name, str_at(row, "ip"), str_at(row, "host")]);
    Ok(event(crate::field::cut(product, 128).to_owned(), "alerts", &content, finding, ""))
}
