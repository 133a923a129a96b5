//! DNS records of EVE: query and answer are two records, joined here to one event at the time of the query, with the uid that
//! `weft-net-decode` gives the look-up. Version 1 writes one record a resource record, 2 one a message, 3 (Suricata 8) renames them.

use super::{Common, number_at, source, str_at};
use crate::error::LogError;
use crate::event::Out;
use crate::text;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use weft_model::{Answer, Body};
use weft_net_decode::{dns_event, type_name};

/// Queries that wait for an answer at once; beyond it the oldest is put out without one.
const MAX_WAITING: usize = 50_000;
/// How long a query waits, in nanoseconds of event time.
const WAIT_NS: i64 = 10_000_000_000;
/// Most answers of a record.
const MAX_ANSWERS: usize = 256;
const DNS_PORT: u16 = 53;

/// Flow, message id, name and type of a look-up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    flow_id: Option<String>,
    client: SocketAddr,
    server: SocketAddr,
    id: u16,
    name: String,
    query_type: String,
}

/// Joins queries and answers. The map is only ever looked up by key, so its random seed cannot show.
#[derive(Debug, Default)]
pub(super) struct DnsRecords {
    waiting: HashMap<Key, i64>,
    queue: VecDeque<(i64, Key)>,
}

impl DnsRecords {
    pub(super) fn record(&mut self, common: &Common<'_>, out: Out<'_>) -> Result<(), LogError> {
        let part = common.part("dns")?;
        let is_query = match str_at(part, "type").ok_or(LogError::MissingField)? {
            // Version 3 writes `request` and `response`.
            "query" | "request" => true,
            "answer" | "response" => false,
            _ => return Err(LogError::UnknownShape),
        };
        // Old releases write an answer from its sender's side.
        let is_turned = !is_query && common.source.port() == DNS_PORT && common.destination.port() != DNS_PORT;
        let (client, server) = if is_turned { (common.destination, common.source) } else { (common.source, common.destination) };
        // Version 3 has a list of questions; an answer of version 2 to a malformed query may have none.
        let question = part.get("queries").and_then(|queries| queries.get(0)).unwrap_or(part);
        let first_answer = part.get("answers").and_then(|answers| answers.get(0));
        let name = str_at(question, "rrname").or_else(|| first_answer.and_then(|answer| str_at(answer, "rrname")));
        let id = u16::try_from(number_at(part, "id")?).map_err(|_| LogError::BadNumber)?;
        let key = Key {
            flow_id: common.flow_id.clone(),
            client,
            server,
            id,
            name: name.map(text::name).ok_or(LogError::MissingField)?,
            query_type: text::capped(str_at(question, "rrtype").unwrap_or_default(), 32).to_uppercase(),
        };
        self.expire(common.time_ns, out);
        if is_query {
            // A query sent again is the same look-up.
            if !self.waiting.contains_key(&key) {
                self.waiting.insert(key.clone(), common.time_ns);
                self.queue.push_back((common.time_ns, key));
            }
            return Ok(());
        }
        let rcode = str_at(part, "rcode").and_then(rcode);
        let asked_ns = self.waiting.remove(&key).unwrap_or(common.time_ns);
        write(&key, asked_ns, answers(part), rcode, out);
        Ok(())
    }

    pub(super) fn finish(&mut self, out: Out<'_>) {
        while !self.queue.is_empty() {
            self.give_up_oldest(out);
        }
    }

    fn expire(&mut self, now_ns: i64, out: Out<'_>) {
        let is_over = |asked_ns: i64| now_ns.saturating_sub(asked_ns) > WAIT_NS;
        while self.queue.len() >= MAX_WAITING || self.queue.front().is_some_and(|(asked_ns, _)| is_over(*asked_ns)) {
            self.give_up_oldest(out);
        }
    }

    fn give_up_oldest(&mut self, out: Out<'_>) {
        // Answered ones stay in the queue until their time is over; the same look-up may wait again, asked later.
        if let Some((asked_ns, key)) = self.queue.pop_front()
            && self.waiting.get(&key) == Some(&asked_ns)
        {
            self.waiting.remove(&key);
            write(&key, asked_ns, Vec::new(), None, out);
        }
    }
}

fn write(key: &Key, time_ns: i64, answers: Vec<Answer>, rcode: Option<u8>, out: Out<'_>) {
    let question = (key.id, type_number(&key.query_type), key.name.as_str());
    let mut event = dns_event((key.client, key.server), question, time_ns, answers, rcode);
    if let Body::Dns(activity) = &mut event.body {
        activity.query_type.clone_from(&key.query_type);
    }
    out(source("dns").adopt(event, key.flow_id.clone()));
}

/// The answers of a message, or the one that the record is (version 1).
fn answers(part: &Value) -> Vec<Answer> {
    let answer = |value: &Value| {
        let kind = str_at(value, "rrtype")?.to_uppercase();
        let rdata = str_at(value, "rdata")?;
        let is_name = matches!(kind.as_str(), "CNAME" | "NS" | "PTR" | "MX" | "DNAME");
        let rdata = if is_name { text::name(rdata) } else { text::capped(rdata, text::MAX_TEXT).to_owned() };
        let ttl = number_at(value, "ttl").map_or(0, |ttl| u32::try_from(ttl).unwrap_or(u32::MAX));
        Some(Answer { kind: text::capped(&kind, 32).to_owned(), rdata, ttl })
    };
    match part.get("answers").and_then(Value::as_array) {
        Some(list) => list.iter().take(MAX_ANSWERS).filter_map(answer).collect(),
        None => answer(part).into_iter().collect(),
    }
}

/// IANA's number of a record type that look-ups ask for; 0 for rare ones.
fn type_number(name: &str) -> u16 {
    (1..=65).chain([255, 257]).find(|number| type_name(*number) == name).unwrap_or(0)
}

/// RFC 1035 and 2136 response codes by name, or a number.
fn rcode(name: &str) -> Option<u8> {
    let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];
    let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
    place.and_then(|place| u8::try_from(place).ok()).or_else(|| name.parse().ok())
}
