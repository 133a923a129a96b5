//! `dns.log`: one look-up, with its answers. The uid is the one that `weft-net-decode` gives the look-up.

use super::Log;
use super::fields::{Fields, ends, number, time_ns, uid};
use crate::error::LogError;
use crate::{instant, text};
use std::net::IpAddr;
use weft_model::{Answer, Event};
use weft_net_decode::{dns_event, type_name};

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    let at_ns = time_ns(record)?;
    let (client, server) = ends(record)?;
    let kind = u16::try_from(number(record, "qtype")?).map_err(|_| LogError::BadNumber)?;
    let id = u16::try_from(number(record, "trans_id")?).map_err(|_| LogError::BadNumber)?;
    let rcode = match record.text("rcode") {
        Some(code) => Some(u8::try_from(text::number(&code)?).map_err(|_| LogError::BadNumber)?),
        None => None,
    };
    let hostname = text::name(&record.text("query").unwrap_or_default());
    let query_type = type_name(kind);
    let ttls = record.list("TTLs");
    let ttl = |place: usize| {
        let ns = ttls.get(place).and_then(|ttl| instant::duration_ns(ttl).ok()).unwrap_or(0);
        u32::try_from(ns / 1_000_000_000).unwrap_or(u32::MAX)
    };
    let answers = record.list("answers").iter().enumerate().map(|(place, rdata)| answer(rdata, &query_type, ttl(place))).collect();
    Ok(Log::Dns.source().adopt(dns_event((client, server), (id, kind, &hostname), at_ns, answers, rcode), uid(record)))
}

/// The log gives answers without their types: addresses tell theirs, a name among addresses is an alias, the rest is what was asked.
fn answer(rdata: &str, query_type: &str, ttl: u32) -> Answer {
    let (kind, is_name) = match rdata.parse() {
        Ok(IpAddr::V4(_)) => ("A", false),
        Ok(IpAddr::V6(_)) => ("AAAA", false),
        Err(_) if rdata.starts_with("TXT ") => ("TXT", false),
        Err(_) if matches!(query_type, "A" | "AAAA" | "HTTPS") => ("CNAME", true),
        Err(_) => (query_type, matches!(query_type, "CNAME" | "NS" | "PTR" | "MX" | "DNAME")),
    };
    let rdata = if is_name { text::name(rdata) } else { text::capped(rdata, text::MAX_TEXT).to_owned() };
    Answer { kind: kind.to_owned(), rdata, ttl }
}
