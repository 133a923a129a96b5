//! CSV exports of Cisco Secure Access and Umbrella: DNS, proxy and cloud firewall logs, mostly without a header
//! (<https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning>). A row's own values tell which log it is of. Times
//! are UTC. What a row says beyond the event (identity, categories, verdict) stays in its raw text.

use crate::error::LogError;
use crate::event::{self, Out, Source};
use crate::mapper::Line;
use crate::{csv, instant, text};
use std::net::{IpAddr, SocketAddr};
use url::Url;
use weft_model::{Body, DnsActivity, Endpoint, Event, EventUid, HttpActivity, Traffic};

/// Largest raw row kept, in bytes.
const MAX_RAW: usize = 64 * 1024;

/// Reads one source.
#[derive(Debug, Default)]
pub(crate) struct SecureAccess {}

impl SecureAccess {
    pub(crate) fn line(&mut self, line: &[u8], out: Out<'_>) -> Result<Line, LogError> {
        let row = csv::fields(line).ok_or(LogError::FieldCount)?;
        let cell = |place: usize| row.get(place).map_or("", |cell| cell.trim());
        if cell(0).eq_ignore_ascii_case("timestamp") {
            return Ok(Line::Other);
        }
        let at_ns = instant::time_ns(cell(0))?;
        let row = Row { at_ns, line, cell: &cell };
        match () {
            () if cell(7).contains("://") => row.proxy(out)?,
            () if matches!(cell(4).to_ascii_uppercase().as_str(), "INBOUND" | "OUTBOUND") => out(row.firewall()?),
            () if cell(3).parse::<IpAddr>().is_ok() && !cell(8).is_empty() && is_word(cell(7)) => out(row.dns()?),
            () => return Err(LogError::UnknownShape),
        }
        Ok(Line::Record)
    }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

struct Row<'a> {
    at_ns: i64,
    line: &'a [u8],
    cell: &'a dyn Fn(usize) -> &'a str,
}

impl Row<'_> {
    /// A uid is a hash of the row: the logs number nothing.
    fn event(&self, log_name: &'static str, uid_label: &str, body: Body) -> Event {
        let source = Source { product: "Cisco Secure Access", log_name };
        let mut event = source.event(EventUid::of(uid_label, &[self.line]), self.at_ns, None, body);
        event.raw_data = Some(text::capped(&String::from_utf8_lossy(self.line), MAX_RAW).to_owned());
        event
    }

    fn address(&self, place: usize) -> Option<IpAddr> {
        (self.cell)(place).parse().ok()
    }

    /// Timestamp, identity, identities, internal and external address, action, `1 (A)`, response code, domain ... Answers are not logged.
    fn dns(&self) -> Result<Event, LogError> {
        let kind = (self.cell)(6);
        let query_type = match kind.split_once(['(', ')']) {
            Some((_, name)) => name.trim_end_matches(')').to_uppercase(),
            None => weft_net_decode::type_name(kind.parse().map_err(|_| LogError::BadNumber)?),
        };
        let codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
        let activity = DnsActivity {
            src_endpoint: Endpoint::from_ip(self.address(3).ok_or(LogError::BadAddress)?),
            dst_endpoint: Endpoint::default(),
            hostname: text::name((self.cell)(8)),
            query_type: text::capped(&query_type, 32).to_owned(),
            answers: Vec::new(),
            rcode: codes.iter().position(|code| code.eq_ignore_ascii_case((self.cell)(7))).and_then(|code| u8::try_from(code).ok()),
        };
        Ok(self.event("dns", "secure-access-dns", Body::Dns(Box::new(activity))))
    }

    /// Timestamp, identity, internal, external and destination address, content type, verdict, URL, referrer, user agent, status,
    /// request size, response size ... (request method in column 25). Gives the request, and a flow with its sizes.
    fn proxy(&self, out: Out<'_>) -> Result<(), LogError> {
        let cell = self.cell;
        let client = self.address(2).or_else(|| self.address(3)).ok_or(LogError::BadAddress)?;
        let url = Url::parse(cell(7)).map_err(|_| LogError::UnknownShape)?;
        let host = text::name(url.host_str().unwrap_or_default());
        let dst_endpoint = Endpoint {
            ip: self.address(4),
            port: url.port_or_known_default(),
            hostname: Some(host.clone()).filter(|host| !host.is_empty()),
            mac: None,
        };
        let target = cell(7).split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or("/");
        let some = |place: usize| Some(text::capped(cell(place), text::MAX_TEXT).to_owned()).filter(|text| !text.is_empty());
        let number = |place: usize| if cell(place).is_empty() { Ok(0) } else { text::number(cell(place)) };
        let activity = HttpActivity {
            src_endpoint: Endpoint::from_ip(client),
            dst_endpoint: dst_endpoint.clone(),
            http_method: text::capped(cell(25), 32).to_owned(),
            host,
            path: text::capped(target, text::MAX_TEXT).to_owned(),
            user_agent: some(9),
            referrer: some(8),
            status_code: u16::try_from(number(10)?).ok().filter(|code| *code > 0),
        };
        let traffic = Traffic { bytes_out: number(11)?, bytes_in: number(12)?, ..Traffic::default() };
        out(self.event("proxy", "secure-access-proxy", Body::Http(Box::new(activity))));
        if let (Some(server), true) = (dst_endpoint.ip, traffic.bytes_out > 0 || traffic.bytes_in > 0) {
            let end = |ip: IpAddr, port: Option<u16>| SocketAddr::new(ip, port.unwrap_or(0));
            let ends = (end(client, None), end(server, dst_endpoint.port));
            let (_, mut flow) = event::flow(event::TCP, ends, (self.at_ns, self.at_ns), traffic);
            // The client's port is not logged, so that there is no Community ID.
            flow.src_endpoint.port = None;
            flow.community_uid = String::new();
            flow.dst_endpoint = dst_endpoint;
            out(self.event("proxy", "secure-access-proxy-flow", Body::Network(Box::new(flow))));
        }
        Ok(())
    }

    /// Timestamp, origin, identity, identity type, direction, protocol, packet size, source, port, destination, port, data centre, rule,
    /// verdict: the first packet of a connection.
    fn firewall(&self) -> Result<Event, LogError> {
        let cell = self.cell;
        let protocol = text::protocol(cell(5)).ok_or(LogError::BadNumber)?;
        let end = |place: usize| match cell(place + 1) {
            "" => text::socket(cell(place), "0"),
            port => text::socket(cell(place), port),
        };
        let traffic = Traffic { bytes_out: text::number(cell(6))?, packets_out: 1, ..Traffic::default() };
        let (_, flow) = event::flow(protocol, (end(7)?, end(9)?), (self.at_ns, self.at_ns), traffic);
        Ok(self.event("firewall", "secure-access-firewall", Body::Network(Box::new(flow))))
    }
}
