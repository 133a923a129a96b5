//! DNS Activity (4003).

use super::node::Node;
use super::object::{put, read_endpoint, write_endpoints};
use super::record::{Class, Record};
use crate::activity::OTHER;
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::{Answer, DnsActivity};

impl Class for DnsActivity {
    const UID: u32 = 4003;
    const NAME: &'static str = "DNS Activity";

    fn write(&self, record: &mut Record) {
        record.activity(if self.rcode.is_some() { (6, "Traffic") } else { (1, "Query") });
        write_endpoints(record, &self.src_endpoint, &self.dst_endpoint);
        let mut query = Map::new();
        put(&mut query, "hostname", Some(self.hostname.as_str()));
        put(&mut query, "type", Some(self.query_type.as_str()).filter(|kind| !kind.is_empty()));
        record.set("query", query);
        let answers: Vec<Value> =
            self.answers.iter().map(|answer| json!({ "type": answer.kind, "rdata": answer.rdata, "ttl": answer.ttl })).collect();
        record.option("answers", Some(answers).filter(|answers| !answers.is_empty()));
        // OCSF lists the assigned codes; 24 and 25 are captions there, not codes.
        let rcode = |code: u8| if matches!(code, 0..=11 | 16..=23) { code } else { OTHER };
        record.option("rcode_id", self.rcode.map(rcode));
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let query = record.at("query");
        let mut answers = Vec::new();
        for answer in record.at("answers").list("answers")? {
            answers.push(Answer {
                kind: answer.at("type").plain("answers.type")?,
                rdata: answer.at("rdata").plain("answers.rdata")?,
                ttl: answer.at("ttl").number("answers.ttl", "seconds")?.unwrap_or(0),
            });
        }
        Ok(Self {
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            dst_endpoint: read_endpoint(record.at("dst_endpoint"))?,
            hostname: query.at("hostname").plain("query.hostname")?,
            query_type: query.at("type").plain("query.type")?,
            answers,
            rcode: record.at("rcode_id").number("rcode_id", "0 to 255")?,
        })
    }
}
