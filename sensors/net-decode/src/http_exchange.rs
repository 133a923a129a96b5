//! The HTTP/1 requests of one connection and the responses that answer them, in order. One event per request.

use crate::conversation::Context;
use crate::event::{endpoint, event, socket_bytes};
use crate::http::{self, BodyLength, Parsed, RequestHead};
use crate::ntlm::{Claim, ntlm_event};
use std::collections::VecDeque;
use std::net::SocketAddr;
use weft_model::{Body, Event, EventUid, HttpActivity, Status};

/// Most requests that wait for their responses on one connection; the oldest is then written out without status.
const MAX_WAITING: usize = 32;

/// What the connection does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Http,
    /// The bytes belong to another protocol: after CONNECT or an upgrade.
    Tunnel,
}

#[derive(Debug)]
struct Waiting {
    time_ns: i64,
    index: u32,
    activity: HttpActivity,
    claim: Option<Box<Claim>>,
    bytes: usize,
}

/// Reading position of one direction.
#[derive(Debug, Default)]
struct Side {
    /// Beginning of an unfinished head.
    pending: Vec<u8>,
    /// Body bytes still to pass over.
    skip: u64,
    /// The position is lost (unknown body length, loss): wait for a segment that begins a head.
    lost: bool,
}

impl Side {
    fn gap(&mut self, bytes: u64) {
        self.pending = Vec::new();
        self.lost |= bytes > self.skip;
        self.skip = self.skip.saturating_sub(bytes);
    }

    /// What is left of `data` behind the body.
    fn after_body<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX).min(self.skip);
        self.skip -= length;
        data.get(usize::try_from(length).unwrap_or(usize::MAX)..).unwrap_or_default()
    }

    fn keep(&mut self, data: &[u8], context: &mut Context<'_>) {
        if data.len() > context.limits.max_stream_bytes {
            context.counters.messages_too_long += 1;
            self.lost = true;
        } else if context.may_buffer {
            self.pending = data.to_vec();
        } else {
            context.counters.buffer_full += 1;
            self.lost = true;
        }
    }

    fn body(&mut self, length: BodyLength) {
        match length {
            BodyLength::Bytes(bytes) => self.skip = bytes,
            BodyLength::Unknown => self.lost = true,
        }
    }

    /// `data` appended to the pending beginning, if any and worth parsing; `None` while the head cannot be complete yet.
    fn join(&mut self, data: &[u8], limit: usize) -> Option<Vec<u8>> {
        self.pending.extend_from_slice(data);
        // A head ends with a line end: without one in the new bytes there is nothing to parse.
        if self.pending.len() <= limit && !data.contains(&b'\n') {
            return None;
        }
        Some(std::mem::take(&mut self.pending))
    }
}

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct HttpExchange {
    client: Side,
    server: Side,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    count: u32,
    tunnel: bool,
}

impl HttpExchange {
    /// Bytes kept.
    pub(crate) fn buffered(&self) -> usize {
        self.client.pending.len() + self.server.pending.len() + self.waiting_bytes
    }

    pub(crate) fn gap(&mut self, from_client: bool, bytes: u64) {
        if from_client { self.client.gap(bytes) } else { self.server.gap(bytes) }
    }

    pub(crate) fn client_data(&mut self, data: &[u8], context: &mut Context<'_>) -> Next {
        if self.tunnel {
            return Next::Tunnel;
        }
        let data = self.client.after_body(data);
        if self.client.lost {
            if !http::begins_request(data) {
                return Next::Http;
            }
            self.client.lost = false;
        }
        if self.client.pending.is_empty() {
            self.requests(data, context);
        } else if let Some(joined) = self.client.join(data, context.limits.max_stream_bytes) {
            self.requests(&joined, context);
        }
        Next::Http
    }

    fn requests(&mut self, mut data: &[u8], context: &mut Context<'_>) {
        while !data.is_empty() && !self.client.lost {
            match http::request(data) {
                Parsed::Head(length, head, body) => {
                    self.tunnel |= head.activity.http_method == "CONNECT";
                    self.client.body(body);
                    self.push(head, context);
                    data = self.client.after_body(data.get(length..).unwrap_or_default());
                    if self.tunnel {
                        return;
                    }
                }
                Parsed::Partial => {
                    self.client.keep(data, context);
                    return;
                }
                Parsed::Malformed => {
                    context.counters.http_malformed += 1;
                    self.client.lost = true;
                }
            }
        }
    }

    fn push(&mut self, head: RequestHead, context: &mut Context<'_>) {
        let RequestHead { activity, claim } = head;
        let text = |value: &Option<String>| value.as_ref().map_or(0, String::len);
        let names = claim.as_ref().map_or(0, |claim| size_of::<Claim>() + claim.user.len() + claim.domain.len() + claim.workstation.len());
        let bytes = size_of::<Waiting>()
            + activity.path.len()
            + activity.host.len() * 2
            + text(&activity.user_agent)
            + text(&activity.referrer)
            + names;
        let waiting = Waiting { time_ns: context.time_ns, index: self.count, activity, claim: claim.map(Box::new), bytes };
        self.count = self.count.wrapping_add(1);
        if !context.may_buffer {
            context.counters.buffer_full += 1;
            write(waiting, context);
            return;
        }
        self.waiting_bytes += bytes;
        self.waiting.push_back(waiting);
        if self.waiting.len() > MAX_WAITING
            && let Some(oldest) = self.pop()
        {
            context.counters.http_unanswered_early += 1;
            write(oldest, context);
        }
    }

    fn pop(&mut self) -> Option<Waiting> {
        let oldest = self.waiting.pop_front()?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(oldest.bytes);
        Some(oldest)
    }

    pub(crate) fn server_data(&mut self, data: &[u8], context: &mut Context<'_>) -> Next {
        let data = self.server.after_body(data);
        if self.server.pending.is_empty() {
            self.server.lost = !data.is_empty() && !http::begins_response(data);
            if self.server.lost { Next::Http } else { self.responses(data, context) }
        } else if let Some(joined) = self.server.join(data, context.limits.max_stream_bytes) {
            self.responses(&joined, context)
        } else {
            Next::Http
        }
    }

    fn responses(&mut self, mut data: &[u8], context: &mut Context<'_>) -> Next {
        while !data.is_empty() && !self.server.lost {
            let method = self.waiting.front().map(|waiting| waiting.activity.http_method.as_str());
            let bodiless = matches!(method, Some("HEAD" | "CONNECT"));
            match http::response(data, bodiless) {
                Parsed::Head(length, head, body) => {
                    self.server.body(body);
                    data = self.server.after_body(data.get(length..).unwrap_or_default());
                    // Interim responses (100, 103) announce another one for the same request; 101 is final.
                    if matches!(head.status, 100 | 102..=199) {
                        continue;
                    }
                    if let Some(mut answered) = self.pop() {
                        answered.activity.status_code = Some(head.status);
                        write(answered, context);
                    }
                    if head.status == 101 {
                        return Next::Tunnel;
                    }
                }
                Parsed::Partial => {
                    self.server.keep(data, context);
                    return Next::Http;
                }
                Parsed::Malformed => {
                    context.counters.http_malformed += 1;
                    self.server.lost = true;
                }
            }
        }
        Next::Http
    }

    /// Writes out what waits: the connection ended.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) {
        while let Some(waiting) = self.pop() {
            write(waiting, context);
        }
    }
}

/// The event of the request number `index` (0 is the first) of the connection between `ends` (client, server), seen at `time_ns`. The
/// endpoints of `activity` are set.
pub fn http_event(ends: (SocketAddr, SocketAddr), index: u32, time_ns: i64, mut activity: HttpActivity) -> Event {
    let uid = EventUid::of("http", &[&socket_bytes(ends.0), &socket_bytes(ends.1), &time_ns.to_be_bytes(), &index.to_be_bytes()]);
    (activity.src_endpoint, activity.dst_endpoint) = (endpoint(ends.0), endpoint(ends.1));
    if !activity.host.is_empty() {
        activity.dst_endpoint.hostname = Some(activity.host.clone());
    }
    event(uid, time_ns, Body::Http(Box::new(activity)))
}

fn write(waiting: Waiting, context: &mut Context<'_>) {
    if let Some(claim) = waiting.claim {
        let verdict = match waiting.activity.status_code {
            None => (Status::Unknown, None),
            Some(code @ (401 | 407)) => (Status::Failure, Some(code.to_string())),
            Some(_) => (Status::Success, None),
        };
        (context.out)(ntlm_event((context.client, context.server), *claim, "http", waiting.time_ns, verdict));
    }
    (context.out)(http_event((context.client, context.server), waiting.index, waiting.time_ns, waiting.activity));
}
