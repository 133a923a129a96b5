//! Microsoft Entra ID logs, in the shape of Microsoft Graph and in the envelope of diagnostic settings (Event Hubs, storage).
//! Sources: Microsoft Graph resource types `signIn` and `directoryAudit`; "Sign-in logs schema in Azure Monitor".

mod audit;
mod other;
mod sign_in;

use crate::error::MapError;
use crate::field::{get, str_at, text};
use crate::{Mapped, address, instant};
use serde_json::Value;
use weft_model::{Endpoint, Event, Status};

const PRODUCT: &str = "Microsoft Entra ID";

/// Maps a record of any Entra log.
pub fn map(record: &Value, raw: &str) -> Result<Event, MapError> {
    let view = View::of(record)?;
    let time = instant::time_of(view.inner, view.time_keys).or_else(|error| match view.envelope {
        Some(envelope) => instant::time_of(envelope, &["time"]),
        None => Err(error),
    })?;
    let (log_name, body) = match view.log {
        Log::SignIn => (view.category.unwrap_or("SignInLogs"), sign_in::body(&view)),
        Log::Audit => ("AuditLogs", audit::body(&view)),
        Log::Other => (view.category.unwrap_or("Other"), other::body(&view)),
    };
    let log_name = crate::field::cut(log_name, 128).to_owned();
    let id = text(view.inner, "id");
    Ok(crate::event("entra", record, id, raw, Mapped { time, product: PRODUCT, log_name, body }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    SignIn,
    Audit,
    Other,
}

/// A record without its envelope.
struct View<'a> {
    /// The record proper.
    inner: &'a Value,
    /// `{time, category, operationName, callerIpAddress, properties}`, when there is one.
    envelope: Option<&'a Value>,
    category: Option<&'a str>,
    log: Log,
    time_keys: &'static [&'static str],
}

impl<'a> View<'a> {
    fn of(record: &'a Value) -> Result<Self, MapError> {
        if let (Some(category), Some(inner)) = (str_at(record, "category"), get(record, "properties").filter(|inner| inner.is_object())) {
            let (log, time_keys): (Log, &[&str]) = if category.ends_with("SignInLogs") {
                (Log::SignIn, &["createdDateTime"])
            } else if category == "AuditLogs" {
                (Log::Audit, &["activityDateTime"])
            } else if get(record, "operationName").is_some() {
                (Log::Other, &["activityDateTime", "createdDateTime", "timeGenerated"])
            } else {
                return Err(MapError::UnknownShape);
            };
            return Ok(Self { inner, envelope: Some(record), category: Some(category), log, time_keys });
        }
        let has = |key: &str| get(record, key).is_some();
        if has("activityDisplayName") && (has("activityDateTime") || has("initiatedBy")) {
            return Ok(Self { inner: record, envelope: None, category: None, log: Log::Audit, time_keys: &["activityDateTime"] });
        }
        let is_sign_in = ["appDisplayName", "appId", "ipAddress", "clientAppUsed"].iter().any(|key| has(key))
            && ["userPrincipalName", "servicePrincipalId", "userId"].iter().any(|key| has(key));
        if has("createdDateTime") && is_sign_in {
            return Ok(Self { inner: record, envelope: None, category: None, log: Log::SignIn, time_keys: &["createdDateTime"] });
        }
        Err(MapError::UnknownShape)
    }

    fn endpoint(&self) -> Endpoint {
        let caller = self.envelope.and_then(|envelope| str_at(envelope, "callerIpAddress"));
        address::endpoint([str_at(self.inner, "ipAddress"), caller])
    }
    /// A text of the record, else of its envelope.
    fn text(&self, key: &str) -> Option<String> {
        text(self.inner, key).or_else(|| self.envelope.and_then(|envelope| text(envelope, key)))
    }
}

/// `success`, `failure`, `timeout`, or a number where 0 is success.
fn status(word: Option<&str>) -> Status {
    match word.map(str::to_lowercase).as_deref() {
        Some("success" | "succeeded" | "0") => Status::Success,
        Some("failure" | "failed" | "timeout") => Status::Failure,
        Some(number) if number.parse::<i64>().is_ok() => Status::Failure,
        _ => Status::Unknown,
    }
}
