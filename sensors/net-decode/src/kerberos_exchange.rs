//! Kerberos AS exchanges: one event for a client's attempt to get a ticket, from its first request to the KDC's last word.
//!
//! A client usually asks without pre-authentication, is refused with error 25, and asks again, often from another port: both
//! requests are one exchange, found by client address, KDC and name. Error 52 (answer too large for UDP) likewise.

use crate::counters::Counters;
use crate::event::{MS, Out, endpoint, event, socket_bytes};
use crate::kerberos::{self, Message};
use crate::limits::Limits;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use weft_model::{Authentication, AuthenticationKind, Body, Event, EventUid, Status, User};

/// KDC_ERR_PREAUTH_REQUIRED.
const PREAUTH_REQUIRED: i32 = 25;
/// KRB_ERR_RESPONSE_TOO_BIG.
const RESPONSE_TOO_BIG: i32 = 52;

/// Client address, KDC address, client name, realm.
type Name = (IpAddr, IpAddr, String, String);
/// Client and KDC with ports.
type Sockets = (SocketAddr, SocketAddr);

#[derive(Debug)]
struct Waiting {
    name: Name,
    /// Of the first request; the event's endpoints.
    first: Sockets,
    /// Of the latest request, where the answer will come.
    latest: Sockets,
    time_ns: i64,
    /// The last error that was no verdict.
    last_error: Option<i32>,
}

/// Requests that wait. The maps are never iterated, so their random seeds cannot show.
#[derive(Debug, Default)]
pub(crate) struct KerberosExchanges {
    waiting: HashMap<u64, Waiting>,
    by_name: HashMap<Name, u64>,
    by_sockets: HashMap<Sockets, u64>,
    /// Deadlines run from the first request.
    queue: VecDeque<(i64, u64)>,
    next_id: u64,
}

impl KerberosExchanges {
    /// Takes one message; false when it is not Kerberos.
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
        match kerberos::parse(data) {
            None => {
                counters.kerberos_malformed += 1;
                return false;
            }
            Some(Message::Other) => {}
            Some(Message::Request { client, realm }) => {
                let name = (source.ip(), destination.ip(), client, realm);
                self.request(name, (source, destination), time_ns, limits, counters, out);
            }
            Some(Message::Reply) => self.answer((destination, source), Status::Success, None, out),
            Some(Message::Error { code }) => match self.waiting_at((destination, source)) {
                Some(waiting) if matches!(code, PREAUTH_REQUIRED | RESPONSE_TOO_BIG) => waiting.last_error = Some(code),
                _ => self.answer((destination, source), Status::Failure, Some(code), out),
            },
        }
        true
    }

    fn waiting_at(&mut self, sockets: Sockets) -> Option<&mut Waiting> {
        self.waiting.get_mut(self.by_sockets.get(&sockets)?)
    }

    fn request(&mut self, name: Name, sockets: Sockets, time_ns: i64, limits: &Limits, counters: &mut Counters, out: Out<'_>) {
        if let Some(id) = self.by_name.get(&name).copied() {
            if let Some(waiting) = self.waiting.get_mut(&id) {
                // Another exchange may have begun on the old sockets since.
                if self.by_sockets.get(&waiting.latest) == Some(&id) {
                    self.by_sockets.remove(&waiting.latest);
                }
                waiting.latest = sockets;
            }
            self.by_sockets.insert(sockets, id);
            return;
        }
        while self.queue.len() >= limits.max_pending_exchanges.max(1) {
            if self.give_up_oldest(out) {
                counters.exchanges_evicted += 1;
            }
        }
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        self.by_name.insert(name.clone(), id);
        self.by_sockets.insert(sockets, id);
        self.waiting.insert(id, Waiting { name, first: sockets, latest: sockets, time_ns, last_error: None });
        self.queue.push_back((time_ns, id));
    }

    /// An answer without a request names nobody and gives no event.
    fn answer(&mut self, sockets: Sockets, status: Status, code: Option<i32>, out: Out<'_>) {
        if let Some(id) = self.by_sockets.get(&sockets).copied()
            && let Some(waiting) = self.take(id)
        {
            write(waiting, status, code, out);
        }
    }

    fn take(&mut self, id: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&id)?;
        self.by_name.remove(&waiting.name);
        if self.by_sockets.get(&waiting.latest) == Some(&id) {
            self.by_sockets.remove(&waiting.latest);
        }
        Some(waiting)
    }

    /// Writes out the requests whose answers have not come in time.
    pub(crate) fn expire(&mut self, now_ns: i64, limits: &Limits, out: Out<'_>) {
        let deadline = now_ns.saturating_sub(limits.exchange_timeout_ms.saturating_mul(MS));
        while self.queue.front().is_some_and(|(time_ns, _)| *time_ns <= deadline) {
            self.give_up_oldest(out);
        }
    }

    /// Writes out all that wait.
    pub(crate) fn finish(&mut self, out: Out<'_>) {
        while !self.queue.is_empty() {
            self.give_up_oldest(out);
        }
    }

    fn give_up_oldest(&mut self, out: Out<'_>) -> bool {
        let Some(waiting) = self.queue.pop_front().and_then(|(_, id)| self.take(id)) else { return false };
        let code = waiting.last_error;
        write(waiting, Status::Unknown, code, out);
        true
    }
}

/// The event of one exchange between `ends` (client, KDC) that began at `time_ns`: `name` of `realm`, both in lower case, asked for a
/// ticket; the KDC's word on it and its error code.
pub fn kerberos_event(ends: (SocketAddr, SocketAddr), name: String, realm: String, time_ns: i64, verdict: (Status, Option<i32>)) -> Event {
    let uid = EventUid::of(
        "kerberos",
        &[&socket_bytes(ends.0), &socket_bytes(ends.1), name.as_bytes(), realm.as_bytes(), &time_ns.to_be_bytes()],
    );
    // An enterprise name is an address (RFC 6806).
    let email_addr = name.contains('@').then(|| name.clone());
    let activity = Authentication {
        kind: AuthenticationKind::AuthenticationTicket,
        user: User { name: Some(name), email_addr, uid: None, domain: Some(realm.clone()) },
        status: verdict.0,
        status_detail: verdict.1.map(|code| code.to_string()),
        src_endpoint: endpoint(ends.0),
        service_name: Some(realm),
        ..Authentication::default()
    };
    event(uid, time_ns, Body::Authentication(Box::new(activity)))
}

fn write(waiting: Waiting, status: Status, code: Option<i32>, out: Out<'_>) {
    let (_, _, name, realm) = waiting.name;
    out(kerberos_event(waiting.first, name, realm, waiting.time_ns, (status, code)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kerberos::tests::{as_reply, as_request, error};

    type Step = (u16, Vec<u8>, bool, i64);

    /// Steps of (client port, message, from client, seconds); gives (status, detail, seconds) of the events.
    fn run(steps: &[Step]) -> Vec<(Status, Option<String>, i64)> {
        let mut exchanges = KerberosExchanges::default();
        let mut seen = Vec::new();
        let mut out = |event: weft_model::Event| {
            let Body::Authentication(activity) = event.body else { panic!() };
            assert_eq!((activity.user.name.as_deref(), activity.user.domain.as_deref()), (Some("alice"), Some("corp.example")));
            seen.push((activity.status, activity.status_detail, event.time.0 / 1000));
        };
        let limits = Limits::default();
        for (port, message, from_client, seconds) in steps {
            let client = SocketAddr::new([10, 0, 0, 9].into(), *port);
            let server = SocketAddr::new([10, 0, 0, 1].into(), 88);
            let (source, destination) = if *from_client { (client, server) } else { (server, client) };
            let time_ns = seconds * 1_000 * MS;
            exchanges.expire(time_ns, &limits, &mut out);
            assert!(exchanges.message(message, source, destination, time_ns, &limits, &mut Counters::default(), &mut out));
        }
        exchanges.finish(&mut out);
        assert!(exchanges.waiting.is_empty() && exchanges.by_name.is_empty() && exchanges.by_sockets.is_empty());
        seen
    }

    #[test]
    fn preauthentication_is_one_exchange() {
        let ask = || as_request("Alice", "CORP.EXAMPLE");
        let steps = [(1, ask(), true, 0), (1, error(25), false, 1), (2, ask(), true, 2), (2, as_reply(), false, 3)];
        assert_eq!(run(&steps), [(Status::Success, None, 0)]);
        let steps = [(1, ask(), true, 0), (1, error(25), false, 1), (2, ask(), true, 2), (2, error(24), false, 3)];
        assert_eq!(run(&steps), [(Status::Failure, Some("24".into()), 0)]);
        let steps = [(1, ask(), true, 0), (1, error(25), false, 1), (9, ask(), true, 60)];
        assert_eq!(run(&steps), [(Status::Unknown, Some("25".into()), 0), (Status::Unknown, None, 60)]);
        assert_eq!(run(&[(1, as_reply(), false, 0)]), [], "an answer alone names nobody");
    }
}
