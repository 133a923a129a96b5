//! Syslog of Cisco ASA and FTD (<https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/asa-syslog.html>): connections built and torn down,
//! joined by their number to one flow; ICMP connections; packets denied. Other messages are not read.
//!
//! A teardown counts the bytes of both directions together, which no field of a flow holds: they stay in the raw text. Times are
//! UTC, and a time without a year is refused.

use crate::error::LogError;
use crate::event::{self, Out, Source};
use crate::{instant, text};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use weft_model::{Body, Event, Traffic};

/// Connections built whose teardown is still to come; beyond it the oldest is put out as it is.
const MAX_OPEN: usize = 50_000;
/// Ports below this are a server's, when the message does not say who began.
const FIRST_UNPRIVILEGED_PORT: u16 = 1024;
const ICMP: u8 = 1;
const SOURCE: Source = Source { product: "Cisco ASA", log_name: "syslog" };
/// Largest raw message kept, in bytes.
const MAX_RAW: usize = 8 * 1024;

/// Reads one source.
#[derive(Debug, Default)]
pub(crate) struct CiscoAsa {
    /// By firewall and connection number. Only ever looked up by key.
    open: HashMap<(String, u64), Connection>,
    queue: VecDeque<(i64, (String, u64))>,
}

#[derive(Clone, Debug)]
struct Connection {
    protocol: u8,
    source: SocketAddr,
    destination: SocketAddr,
    start_ns: i64,
    raw: String,
}

/// A message taken apart: `<166>Jan 01 2026 00:00:17.307 FW-01 %ASA-6-302013: Built outbound TCP connection ...`.
struct Message<'a> {
    time_ns: i64,
    host: &'a str,
    id: &'a str,
    text: &'a str,
}

impl CiscoAsa {
    pub(crate) fn line(&mut self, line: &[u8], out: Out<'_>) -> Result<(), LogError> {
        let line = String::from_utf8_lossy(line);
        let raw = || text::capped(&line, MAX_RAW).to_owned();
        let message = message(&line)?;
        match message.id {
            "302013" | "302015" => {
                let number = connection_number(message.text)?;
                let (source, destination) = ends(message.text)?;
                let protocol = if message.id == "302013" { event::TCP } else { event::UDP };
                let connection = Connection { protocol, source, destination, start_ns: message.time_ns, raw: raw() };
                self.built((message.host.to_owned(), number), connection, out);
            }
            "302014" | "302016" => {
                let number = connection_number(message.text)?;
                let connection = match self.open.remove(&(message.host.to_owned(), number)) {
                    Some(connection) => connection,
                    None => {
                        let (source, destination) = ends(message.text)?;
                        let protocol = if message.id == "302014" { event::TCP } else { event::UDP };
                        let start_ns = message.time_ns.saturating_sub(duration_ns(message.text)?).max(0);
                        Connection { protocol, source, destination, start_ns, raw: String::new() }
                    }
                };
                let raw = if connection.raw.is_empty() { raw() } else { format!("{}\n{}", connection.raw, raw()) };
                out(flow(&connection, message.time_ns, Traffic::default(), raw));
            }
            "302020" => {
                let (source, destination) = icmp_ends(message.text)?;
                let connection = Connection { protocol: ICMP, source, destination, start_ns: message.time_ns, raw: raw() };
                out(flow(&connection, message.time_ns, Traffic::default(), raw()));
            }
            "106023" => {
                let words = message.text.strip_prefix("Deny ").ok_or(LogError::UnknownShape)?;
                let protocol = words.split(' ').next().and_then(text::protocol).ok_or(LogError::UnknownShape)?;
                let end = |before: &str| interface_end(words.split_once(before).ok_or(LogError::UnknownShape)?.1);
                let (source, destination) = (end(" src ")?.1, end(" dst ")?.1);
                let connection = Connection { protocol, source, destination, start_ns: message.time_ns, raw: String::new() };
                // One packet came, and went no further.
                let traffic = Traffic { packets_out: 1, ..Traffic::default() };
                out(flow(&connection, message.time_ns, traffic, raw()));
            }
            _ => return Err(LogError::NoReader),
        }
        Ok(())
    }

    fn built(&mut self, key: (String, u64), connection: Connection, out: Out<'_>) {
        // A number that comes again is another connection: the first one's teardown was lost.
        self.queue.push_back((connection.start_ns, key.clone()));
        if let Some(lost) = self.open.insert(key, connection) {
            out(still_open(lost));
        }
        while self.queue.len() > MAX_OPEN {
            self.give_up_oldest(out);
        }
    }

    /// Puts out the connections that were not torn down.
    pub(crate) fn finish(&mut self, out: Out<'_>) {
        while !self.queue.is_empty() {
            self.give_up_oldest(out);
        }
    }

    fn give_up_oldest(&mut self, out: Out<'_>) {
        // Those torn down stay in the queue until they are the oldest; their number may be in use again.
        if let Some((start_ns, key)) = self.queue.pop_front()
            && self.open.get(&key).is_some_and(|connection| connection.start_ns == start_ns)
            && let Some(connection) = self.open.remove(&key)
        {
            out(still_open(connection));
        }
    }
}

fn still_open(mut connection: Connection) -> Event {
    let raw = std::mem::take(&mut connection.raw);
    flow(&connection, connection.start_ns, Traffic::default(), raw)
}

fn flow(connection: &Connection, end_ns: i64, traffic: Traffic, raw: String) -> Event {
    let Connection { protocol, source, destination, start_ns, .. } = *connection;
    let (uid, flow) = event::flow(protocol, (source, destination), (start_ns, end_ns.max(start_ns)), traffic);
    let mut event = SOURCE.event(uid, start_ns, None, Body::Network(Box::new(flow)));
    event.raw_data = Some(raw);
    event
}

fn message(line: &str) -> Result<Message<'_>, LogError> {
    let mark = ["%ASA-", "%FTD-"].iter().find_map(|mark| line.find(mark)).ok_or(LogError::UnknownShape)?;
    let (head, tail) = (line.get(..mark).unwrap_or_default(), line.get(mark..).unwrap_or_default());
    let (code, text) = tail.split_once(": ").ok_or(LogError::UnknownShape)?;
    let id = code.rsplit('-').next().unwrap_or_default();
    let head = head.trim_start();
    // The priority of RFC 3164.
    let head = if head.starts_with('<') { head.split_once('>').map_or(head, |(_, rest)| rest) } else { head };
    let mut words = head.split_ascii_whitespace().filter(|word| *word != ":");
    let first = words.next().ok_or(LogError::NoTime)?;
    let time_ns = if first.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        let (day, year, clock) = (words.next(), words.next(), words.next());
        written_time_ns(first, day, year, clock).ok_or(LogError::BadTime)?
    } else {
        // RFC 5424 puts its version before the time.
        let first = if first == "1" { words.next().unwrap_or_default() } else { first };
        instant::time_ns(first)?
    };
    Ok(Message { time_ns, host: words.next().unwrap_or_default().trim_end_matches(':'), id, text })
}

/// `Jan 01 2026 00:00:17.307`.
fn written_time_ns(month: &str, day: Option<&str>, year: Option<&str>, clock: Option<&str>) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?.checked_add(1)?;
    let day: u8 = day?.parse().ok()?;
    let year: u16 = year?.parse().ok()?;
    instant::time_ns(&format!("{year:04}-{month:02}-{day:02}T{}Z", clock?.trim_end_matches(':'))).ok()
}

fn connection_number(text: &str) -> Result<u64, LogError> {
    let (_, rest) = text.split_once("connection ").ok_or(LogError::UnknownShape)?;
    text::number(rest.split(' ').next().unwrap_or_default())
}

/// `duration 0:00:19`, hours, minutes and seconds.
fn duration_ns(text: &str) -> Result<i64, LogError> {
    let (_, rest) = text.split_once("duration ").ok_or(LogError::UnknownShape)?;
    let parts = rest.split(' ').next().unwrap_or_default().split(':').map(|part| text::number(part).ok());
    let seconds = parts.take(3).try_fold(0u64, |sum, part| sum.checked_mul(60)?.checked_add(part?));
    let seconds = seconds.and_then(|seconds| i64::try_from(seconds).ok());
    seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000)).ok_or(LogError::BadNumber)
}

/// Initiator and responder of `... for outside:192.0.2.1/443 (...) to inside:10.0.0.5/50123 ...`. Which one is named first says
/// nothing; `inbound` and `outbound` say it for connections of the interface `outside`, else ports have to.
fn ends(text: &str) -> Result<(SocketAddr, SocketAddr), LogError> {
    let (_, rest) = text.split_once(" for ").ok_or(LogError::UnknownShape)?;
    let (first, second) = rest.split_once(" to ").ok_or(LogError::UnknownShape)?;
    let ((from_interface, from), (to_interface, to)) = (interface_end(first)?, interface_end(second)?);
    let first_is_outside = from_interface == "outside";
    let is_swapped = if first_is_outside != (to_interface == "outside") && text.contains("bound ") {
        first_is_outside == text.contains(" outbound ")
    } else {
        from.port() < FIRST_UNPRIVILEGED_PORT && to.port() >= FIRST_UNPRIVILEGED_PORT
    };
    Ok(if is_swapped { (to, from) } else { (from, to) })
}

/// The interface and the real address at the start of `inside:10.0.0.5/50123 (203.0.113.4/50123) ...`; the port may be missing.
fn interface_end(text: &str) -> Result<(&str, SocketAddr), LogError> {
    let word = text.split([' ', '(']).next().unwrap_or_default();
    let (interface, end) = word.split_once(':').ok_or(LogError::BadAddress)?;
    let (address, port) = end.split_once('/').unwrap_or((end, "0"));
    Ok((interface, text::socket(address, port)?))
}

/// `Built inbound ICMP connection for faddr 192.0.2.1/0 gaddr 203.0.113.4/1 laddr 10.0.0.5/1 ...`, or with interfaces. Types are not
/// told apart from identifiers there, so the flow has none.
fn icmp_ends(text: &str) -> Result<(SocketAddr, SocketAddr), LogError> {
    let bare = |end: SocketAddr| SocketAddr::new(end.ip(), 0);
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.split([' ', '/', '(']).next().unwrap_or_default());
    if let (Some(foreign), Some(local)) = (after("faddr "), after("laddr ")) {
        let (foreign, local) = (text::socket(foreign, "0")?, text::socket(local, "0")?);
        return Ok(if text.contains(" outbound ") { (local, foreign) } else { (foreign, local) });
    }
    let (from, to) = ends(text)?;
    Ok((bare(from), bare(to)))
}
