//! DNS queries and the responses that answer them: one event per exchange, at the time of the query.

use crate::counters::Counters;
use crate::dns_message::{self, Message, type_name};
use crate::event::{MS, Out, endpoint, event, socket_bytes};
use crate::limits::Limits;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use weft_model::{Answer, Body, DnsActivity, Event, EventUid};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    client: SocketAddr,
    server: SocketAddr,
    id: u16,
    query_type: u16,
    name: String,
}

/// Queries that wait. Only ever looked up by key or in order of time, so the map's random seed cannot show.
#[derive(Debug, Default)]
pub(crate) struct DnsExchanges {
    /// Time of each waiting query.
    waiting: HashMap<Key, i64>,
    /// All queries of late, answered ones included until their time is over.
    queue: VecDeque<(i64, Key)>,
}

impl DnsExchanges {
    /// Takes one message; false when it is not a DNS query or response.
    #[expect(clippy::too_many_arguments, reason = "one call per message, from two transports that hold these apart")]
    pub(crate) fn message(
        &mut self,
        data: &[u8],
        source: SocketAddr,
        destination: SocketAddr,
        time_ns: i64,
        limits: &Limits,
        counters: &mut Counters,
        out: Out<'_>,
    ) -> bool {
        let Some(message) = dns_message::parse(data) else {
            counters.dns_malformed += 1;
            return false;
        };
        // Updates and notifications are server business and stay flows.
        if message.opcode != 0 {
            return false;
        }
        let (client, server) = if message.is_response { (destination, source) } else { (source, destination) };
        let Message { id, is_response, rcode, name, query_type, answers, partial, .. } = message;
        let key = Key { client, server, id, query_type, name };
        if !is_response {
            self.query(key, time_ns, limits, counters, out);
            return true;
        }
        if partial {
            counters.dns_answers_partial += 1;
        }
        let asked_ns = self.waiting.remove(&key);
        if asked_ns.is_none() {
            counters.dns_unasked += 1;
        }
        write(&key, asked_ns.unwrap_or(time_ns), answers, Some(rcode), out);
        true
    }

    fn query(&mut self, key: Key, time_ns: i64, limits: &Limits, counters: &mut Counters, out: Out<'_>) {
        if self.waiting.contains_key(&key) {
            counters.dns_retransmissions += 1;
            return;
        }
        while self.queue.len() >= limits.max_pending_exchanges.max(1) {
            if self.give_up_oldest(out) {
                counters.exchanges_evicted += 1;
            }
        }
        self.waiting.insert(key.clone(), time_ns);
        self.queue.push_back((time_ns, key));
    }

    /// Writes out the queries whose answers have not come in time.
    pub(crate) fn expire(&mut self, now_ns: i64, limits: &Limits, counters: &mut Counters, out: Out<'_>) {
        let deadline = now_ns.saturating_sub(limits.exchange_timeout_ms.saturating_mul(MS));
        while self.queue.front().is_some_and(|(time_ns, _)| *time_ns <= deadline) {
            if self.give_up_oldest(out) {
                counters.dns_unanswered += 1;
            }
        }
    }

    /// Writes out all that wait.
    pub(crate) fn finish(&mut self, counters: &mut Counters, out: Out<'_>) {
        while !self.queue.is_empty() {
            if self.give_up_oldest(out) {
                counters.dns_unanswered += 1;
            }
        }
    }

    /// Removes the oldest query; true when it still waited, and was written out.
    fn give_up_oldest(&mut self, out: Out<'_>) -> bool {
        let Some((time_ns, key)) = self.queue.pop_front() else { return false };
        // The same key may wait again, asked later.
        if self.waiting.get(&key) != Some(&time_ns) {
            return false;
        }
        self.waiting.remove(&key);
        write(&key, time_ns, Vec::new(), None, out);
        true
    }
}

/// The event of one exchange between `ends` (client, server): the question (message id, query type, name in lower case without the final
/// dot) asked at `time_ns`, with the answers and the response code of its response, if one came.
pub fn dns_event(
    ends: (SocketAddr, SocketAddr),
    question: (u16, u16, &str),
    time_ns: i64,
    answers: Vec<Answer>,
    rcode: Option<u8>,
) -> Event {
    let ((client, server), (id, query_type, name)) = (ends, question);
    let uid = EventUid::of(
        "dns",
        &[
            &socket_bytes(client),
            &socket_bytes(server),
            &id.to_be_bytes(),
            &query_type.to_be_bytes(),
            name.as_bytes(),
            &time_ns.to_be_bytes(),
        ],
    );
    let activity = DnsActivity {
        src_endpoint: endpoint(client),
        dst_endpoint: endpoint(server),
        hostname: name.to_owned(),
        query_type: type_name(query_type),
        answers,
        rcode,
    };
    event(uid, time_ns, Body::Dns(Box::new(activity)))
}

fn write(key: &Key, time_ns: i64, answers: Vec<Answer>, rcode: Option<u8>, out: Out<'_>) {
    out(dns_event((key.client, key.server), (key.id, key.query_type, &key.name), time_ns, answers, rcode));
}
