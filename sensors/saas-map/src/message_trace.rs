//! Exchange message trace (`Get-MessageTrace`, `MessageTrace` of the reporting web service, their CSV exports): one mail to one
//! recipient, without its content. Source: Microsoft, "MessageTrace report".

use crate::account::address;
use crate::error::MapError;
use crate::field::{get, number, str_at, text};
use crate::{Mapped, address as ip, instant};
use serde_json::Value;
use weft_model::{Body, EmailActivity, EmailAuth, Event};

/// Whether this is a row of the trace.
pub fn is_record(record: &Value) -> bool {
    ["SenderAddress", "RecipientAddress"].iter().all(|key| get(record, key).is_some())
        && ["MessageTraceId", "MessageId", "Received"].iter().any(|key| get(record, key).is_some())
}

/// Maps one row to Email Activity; its sender stands for From and Return-Path alike.
pub fn map(record: &Value, raw: &str) -> Result<Event, MapError> {
    let time = instant::time_of(record, &["Received", "Date", "origin_timestamp_utc"])?;
    let words = |key: &str| text(record, key).map(|word| word.to_lowercase());
    let from = str_at(record, "SenderAddress").and_then(address).unwrap_or_default();
    let to: Vec<String> = str_at(record, "RecipientAddress").and_then(address).into_iter().collect();
    let message_uid = text(record, "MessageId").map(|id| id.trim_matches(['<', '>']).to_owned()).unwrap_or_default();
    let email = EmailActivity {
        message_uid,
        smtp_from: Some(from.clone()).filter(|from| !from.is_empty()),
        from,
        smtp_to: to.clone(),
        to,
        subject: text(record, "Subject").unwrap_or_default(),
        origin_ip: str_at(record, "FromIP").and_then(|text| ip::parse(text)?.ip),
        auth: EmailAuth { spf: words("SPFResult"), dkim: words("DKIMResult"), dkim_domain: None, dmarc: words("DMARCResult") },
        size: number(record, "Size").and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        ..EmailActivity::default()
    };
    // One mail to several people has one trace id and several rows.
    let trace = text(record, "MessageTraceId").map(|id| format!("{id} {}", email.to.first().map_or("", String::as_str)));
    let mapped = Mapped { time, product: "Microsoft 365", log_name: "MessageTrace".to_owned(), body: Body::Email(Box::new(email)) };
    Ok(crate::event("message-trace", record, trace, raw, mapped))
}
