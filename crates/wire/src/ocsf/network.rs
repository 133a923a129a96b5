//! Network Activity (4001).

use super::node::Node;
use super::object::{put, read_endpoint, write_endpoints};
use super::record::{Class, Record};
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::{EventTime, NetworkActivity, Tls, Traffic};

/// `tls_extension.type_id` of the protocol list (ALPN, RFC 7301).
const ALPN: i64 = 16;
/// `ja4_fingerprint.type_id` of a client fingerprint.
const JA4_CLIENT: i64 = 1;

impl Class for NetworkActivity {
    const UID: u32 = 4001;
    const NAME: &'static str = "Network Activity";

    fn write(&self, record: &mut Record) {
        record.activity((6, "Traffic"));
        write_endpoints(record, &self.src_endpoint, &self.dst_endpoint);
        let mut connection = Map::new();
        put(&mut connection, "direction_id", Some(0));
        put(&mut connection, "protocol_num", Some(self.protocol_num));
        put(&mut connection, "protocol_name", protocol_name(self.protocol_num));
        put(&mut connection, "community_uid", Some(self.community_uid.as_str()).filter(|uid| !uid.is_empty()));
        record.set("connection_info", connection);
        let Traffic { bytes_out, bytes_in, packets_out, packets_in } = self.traffic;
        record
            .set("traffic", json!({ "bytes_out": bytes_out, "bytes_in": bytes_in, "packets_out": packets_out, "packets_in": packets_in }));
        record.set("start_time", self.start_time.0);
        record.set("end_time", self.end_time.0);
        record.option("app_protocol_name", self.app_name.as_deref());
        if let Some(tls) = &self.tls {
            record.set("tls", write_tls(tls));
            let ja4 = tls.ja4.as_deref().map(|value| json!([{ "type_id": JA4_CLIENT, "type": "JA4", "value": value }]));
            record.option("ja4_fingerprint_list", ja4);
        }
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let connection = record.at("connection_info");
        let traffic = record.at("traffic");
        let count = |key: &str, field| Ok::<u64, WireError>(traffic.at(key).number(field, "a count")?.unwrap_or(0));
        let time = |key: &str, field| Ok::<_, WireError>(EventTime(record.at(key).number(field, "milliseconds since 1970")?.unwrap_or(0)));
        Ok(Self {
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            dst_endpoint: read_endpoint(record.at("dst_endpoint"))?,
            protocol_num: connection.at("protocol_num").number("connection_info.protocol_num", "0 to 255")?.unwrap_or(0),
            community_uid: connection.at("community_uid").plain("connection_info.community_uid")?,
            traffic: Traffic {
                bytes_out: count("bytes_out", "traffic.bytes_out")?,
                bytes_in: count("bytes_in", "traffic.bytes_in")?,
                packets_out: count("packets_out", "traffic.packets_out")?,
                packets_in: count("packets_in", "traffic.packets_in")?,
            },
            start_time: time("start_time", "start_time")?,
            end_time: time("end_time", "end_time")?,
            tls: read_tls(record)?,
            app_name: record.at("app_protocol_name").owned("app_protocol_name")?,
        })
    }
}

/// The schema wants a version; `unknown` stands for none.
fn write_tls(tls: &Tls) -> Value {
    let mut object = Map::new();
    put(&mut object, "version", Some(tls.version.as_deref().unwrap_or(super::object::UNKNOWN)));
    put(&mut object, "sni", tls.sni.as_deref());
    if !tls.alpn.is_empty() {
        put(&mut object, "tls_extension_list", Some(json!([{ "type_id": ALPN, "data": tls.alpn }])));
    }
    Value::Object(object)
}

fn read_tls(record: Node<'_>) -> Result<Option<Tls>, WireError> {
    let node = record.at("tls");
    if !node.is_some() {
        return Ok(None);
    }
    let mut tls = Tls {
        sni: node.at("sni").owned("tls.sni")?,
        version: super::object::known(node.at("version").owned("tls.version")?),
        ..Tls::default()
    };
    for extension in node.at("tls_extension_list").list("tls.tls_extension_list")? {
        if extension.at("type_id").number("type_id", "a number")? == Some(ALPN) && extension.at("data").value().is_some_and(Value::is_array)
        {
            // Other producers may put anything into `data`; only names are ours.
            let names = extension.at("data").list("tls.tls_extension_list.data")?;
            tls.alpn = names.filter_map(|name| name.value()?.as_str().map(str::to_owned)).collect();
        }
    }
    for fingerprint in record.at("ja4_fingerprint_list").list("ja4_fingerprint_list")? {
        if fingerprint.at("type_id").number("type_id", "a number")? == Some(JA4_CLIENT) {
            tls.ja4 = fingerprint.at("value").owned("ja4_fingerprint_list.value")?;
            break;
        }
    }
    Ok(Some(tls))
}

/// The name of the protocols that are seen every day (IANA protocol numbers).
fn protocol_name(number: u8) -> Option<&'static str> {
    match number {
        1 => Some("icmp"),
        6 => Some("tcp"),
        17 => Some("udp"),
        58 => Some("ipv6-icmp"),
        _ => None,
    }
}
