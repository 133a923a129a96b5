//! Suricata EVE (<https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>): one JSON object a line. Must not know files.

mod dns;
mod records;

use crate::error::LogError;
use crate::event::{Out, Source};
use crate::{instant, text};
use dns::DnsRecords;
use serde_json::Value;
use std::net::SocketAddr;

/// Reads one source.
#[derive(Debug, Default)]
pub(crate) struct Suricata {
    dns: DnsRecords,
}

impl Suricata {
    pub(crate) fn line(&mut self, line: &[u8], out: Out<'_>) -> Result<(), LogError> {
        let record: Value = serde_json::from_str(&String::from_utf8_lossy(line)).map_err(|_| LogError::BadJson)?;
        let log = record.get("event_type").and_then(Value::as_str).ok_or(LogError::UnknownShape)?;
        match log {
            // Evidence of another product, not what happened on the wire: mapped beside the alerts of others.
            "alert" => out(weft_saas_map::finding::suricata::map(&record, &String::from_utf8_lossy(line)).map_err(|_| LogError::BadTime)?),
            "flow" => out(records::flow(&Common::of(&record)?)?),
            "http" => out(records::http(&Common::of(&record)?)?),
            "tls" => out(records::tls(&Common::of(&record)?)?),
            "dhcp" => out(records::dhcp(&Common::of(&record)?)?),
            "dns" => self.dns.record(&Common::of(&record)?, out)?,
            _ => return Err(LogError::NoReader),
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, out: Out<'_>) {
        self.dns.finish(out);
    }
}

fn source(log_name: &'static str) -> Source {
    Source { product: "Suricata", log_name }
}

/// What every record has.
struct Common<'a> {
    record: &'a Value,
    time_ns: i64,
    source: SocketAddr,
    destination: SocketAddr,
    protocol: u8,
    /// Suricata's number of the flow; absent in records of DHCP.
    flow_id: Option<String>,
}

impl<'a> Common<'a> {
    fn of(record: &'a Value) -> Result<Self, LogError> {
        let time_ns = instant::time_ns(str_at(record, "timestamp").ok_or(LogError::NoTime)?)?;
        let protocol = str_at(record, "proto").and_then(text::protocol).unwrap_or(0);
        // ICMP has types in the place of ports.
        let (from_port, to_port) = match protocol {
            1 | 58 => {
                let kind = port(record, "icmp_type")?;
                let reply = if record.get("response_icmp_type").is_some() { "response_icmp_type" } else { "icmp_code" };
                (kind, port(record, reply)?)
            }
            _ => (port(record, "src_port")?, port(record, "dest_port")?),
        };
        let end = |key, port| Ok(SocketAddr::new(text::address(str_at(record, key).ok_or(LogError::BadAddress)?)?, port));
        let (source, destination) = (end("src_ip", from_port)?, end("dest_ip", to_port)?);
        let flow_id = record.get("flow_id").filter(|id| id.is_u64() || id.is_i64()).map(Value::to_string);
        Ok(Self { record, time_ns, source, destination, protocol, flow_id })
    }

    /// The part of the record that is named as its type.
    fn part(&self, name: &str) -> Result<&'a Value, LogError> {
        self.record.get(name).filter(|part| part.is_object()).ok_or(LogError::MissingField)
    }
}

fn str_at<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// A count, 0 when absent.
fn number_at(value: &Value, key: &str) -> Result<u64, LogError> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(0),
        Some(number) => number.as_u64().ok_or(LogError::BadNumber),
    }
}

/// A port, 0 when absent (protocols without ports).
fn port(record: &Value, key: &str) -> Result<u16, LogError> {
    u16::try_from(number_at(record, key)?).map_err(|_| LogError::BadAddress)
}

/// A text of at most 2,048 bytes.
fn long_text(value: &Value, key: &str) -> Option<String> {
    str_at(value, key).map(|text| text::capped(text, text::MAX_TEXT).to_owned())
}
