//! Zeek logs as JSON Lines. The log's name is in `_path` when a streaming writer put it there; else the fields tell.

use super::Log;
use super::fields::Fields;
use crate::error::LogError;
use crate::event::Out;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Most members of a set or vector that are looked at.
const MAX_MEMBERS: usize = 256;

pub(crate) fn json_line(line: &[u8], out: Out<'_>) -> Result<(), LogError> {
    let Ok(Value::Object(record)) = serde_json::from_str(&String::from_utf8_lossy(line)) else { return Err(LogError::BadJson) };
    let log = match record.get("_path") {
        Some(Value::String(path)) => Log::of_path(path),
        _ => by_fields(&record),
    };
    out(log.ok_or(LogError::NoReader)?.map(&Object(&record))?);
    Ok(())
}

/// By a field that every record of the log has, and no other log's.
fn by_fields(record: &Map<String, Value>) -> Option<Log> {
    let has = |name: &str| record.contains_key(name);
    Some(match () {
        () if has("conn_state") => Log::Conn,
        () if has("trans_depth") && has("tags") => Log::Http,
        () if has("AA") && has("RD") || has("qclass") => Log::Dns,
        () if has("established") && (has("resumed") || has("cipher")) => Log::Ssl,
        () if has("msg_types") && (has("uids") || has("mac")) => Log::Dhcp,
        () if has("request_type") && (has("client") || has("service")) => Log::Kerberos,
        () => return None,
    })
}

struct Object<'a>(&'a Map<String, Value>);

fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(is_true) => Some(Cow::Borrowed(if *is_true { "T" } else { "F" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Fields for Object<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        scalar(self.0.get(name)?)
    }
    fn list(&self, name: &str) -> Vec<Cow<'_, str>> {
        match self.0.get(name) {
            Some(Value::Array(members)) => members.iter().take(MAX_MEMBERS).filter_map(scalar).collect(),
            _ => Vec::new(),
        }
    }
}
