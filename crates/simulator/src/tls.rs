//! TLS records as a sensor sees them: ClientHello in the manner of several clients, a server's flight, and filler for the rest.
//!
//! Formats: RFC 8446 (TLS 1.3), RFC 5246 (1.2), RFC 8701 (GREASE). Keys and certificates are filler.

use crate::rng::Rng;
use std::collections::HashMap;
use weft_model::Tls;

/// How a program opens TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    Chromium,
    Firefox,
    /// Windows' own stack, TLS 1.2 (agents, updaters).
    Schannel,
    /// OpenSSL (servers, scripts, appliances).
    OpenSsl,
}

impl Client {
    /// Whether it speaks TLS 1.3.
    pub fn modern(self) -> bool {
        self != Self::Schannel
    }
}

const CHROMIUM_CIPHERS: &[u16] =
    &[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35];
const FIREFOX_CIPHERS: &[u16] =
    &[0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35];
const SCHANNEL_CIPHERS: &[u16] =
    &[0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0xc00a, 0xc009, 0xc014, 0xc013, 0x9d, 0x9c, 0x3d, 0x3c, 0x35, 0x2f];
const OPENSSL_CIPHERS: &[u16] = &[
    0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0x9f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x9e, 0xc024, 0xc028, 0x6b, 0xc023, 0xc027, 0x67,
    0xc00a, 0xc014, 0x39, 0xc009, 0xc013, 0x33, 0x9d, 0x9c, 0x3d, 0x3c, 0x35, 0x2f, 0xff,
];
const MODERN_SIGNATURES: &[u16] = &[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];
const FIREFOX_SIGNATURES: &[u16] = &[0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];
const SCHANNEL_SIGNATURES: &[u16] = &[0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601, 0x0603];

/// A vector with a length prefix of two bytes.
fn vec16(content: &[u8]) -> Vec<u8> {
    let mut out = (content.len() as u16).to_be_bytes().to_vec();
    out.extend_from_slice(content);
    out
}

/// A vector with a length prefix of one byte.
fn vec8(content: &[u8]) -> Vec<u8> {
    let mut out = vec![content.len().min(255) as u8];
    out.extend_from_slice(content.get(..content.len().min(255)).unwrap_or_default());
    out
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn extension(out: &mut Vec<u8>, kind: u16, content: &[u8]) {
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&vec16(content));
}

fn grease(rng: &mut Rng) -> u16 {
    0x0a0a + 0x1010 * rng.below(16) as u16
}

fn alpn(protocols: &[&str]) -> Vec<u8> {
    vec16(&protocols.iter().flat_map(|protocol| vec8(protocol.as_bytes())).collect::<Vec<u8>>())
}

fn key_share(rng: &mut Rng, group: u16, length: usize) -> Vec<u8> {
    let mut out = group.to_be_bytes().to_vec();
    out.extend_from_slice(&vec16(&rng.bytes(length)));
    out
}

fn extensions(client: Client, host: &str, rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::with_capacity(400);
    let mut name = vec![0];
    name.extend_from_slice(&vec16(host.as_bytes()));
    let name = vec16(&name);
    match client {
        Client::Chromium => {
            let (first, group, version) = (grease(rng), grease(rng), grease(rng));
            extension(&mut out, first, &[]);
            extension(&mut out, 0x0000, &name);
            extension(&mut out, 0x0017, &[]);
            extension(&mut out, 0xff01, &[0]);
            extension(&mut out, 0x000a, &vec16(&words(&[group, 0x1d, 0x17, 0x18])));
            extension(&mut out, 0x000b, &[1, 0]);
            extension(&mut out, 0x0023, &[]);
            extension(&mut out, 0x0010, &alpn(&["h2", "http/1.1"]));
            extension(&mut out, 0x0005, &[1, 0, 0, 0, 0]);
            extension(&mut out, 0x000d, &vec16(&words(MODERN_SIGNATURES)));
            extension(&mut out, 0x0012, &[]);
            let mut shares = group.to_be_bytes().to_vec();
            shares.extend_from_slice(&[0, 1, 0]);
            shares.extend_from_slice(&key_share(rng, 0x1d, 32));
            extension(&mut out, 0x0033, &vec16(&shares));
            extension(&mut out, 0x002d, &[1, 1]);
            extension(&mut out, 0x002b, &vec8(&words(&[version, 0x0304, 0x0303])));
            extension(&mut out, 0x001b, &[2, 0, 2]);
            extension(&mut out, 0x4469, &[0, 3, 2, 0x68, 0x32]);
            extension(&mut out, first ^ 0x1010, &[0]);
        }
        Client::Firefox => {
            extension(&mut out, 0x0000, &name);
            extension(&mut out, 0x0017, &[]);
            extension(&mut out, 0xff01, &[0]);
            extension(&mut out, 0x000a, &vec16(&words(&[0x1d, 0x17, 0x18, 0x19, 0x0100, 0x0101])));
            extension(&mut out, 0x000b, &[1, 0]);
            extension(&mut out, 0x0023, &[]);
            extension(&mut out, 0x0010, &alpn(&["h2", "http/1.1"]));
            extension(&mut out, 0x0005, &[1, 0, 0, 0, 0]);
            extension(&mut out, 0x0022, &vec16(&words(&[0x0403, 0x0503, 0x0603, 0x0203])));
            let mut shares = key_share(rng, 0x1d, 32);
            shares.extend_from_slice(&key_share(rng, 0x17, 65));
            extension(&mut out, 0x0033, &vec16(&shares));
            extension(&mut out, 0x002b, &vec8(&words(&[0x0304, 0x0303])));
            extension(&mut out, 0x000d, &vec16(&words(FIREFOX_SIGNATURES)));
            extension(&mut out, 0x002d, &[1, 1]);
            extension(&mut out, 0x001c, &[0x40, 0x01]);
        }
        Client::Schannel => {
            extension(&mut out, 0x0000, &name);
            extension(&mut out, 0x0005, &[1, 0, 0, 0, 0]);
            extension(&mut out, 0x000a, &vec16(&words(&[0x1d, 0x17, 0x18])));
            extension(&mut out, 0x000b, &[1, 0]);
            extension(&mut out, 0x000d, &vec16(&words(SCHANNEL_SIGNATURES)));
            extension(&mut out, 0x0023, &[]);
            extension(&mut out, 0x0017, &[]);
            extension(&mut out, 0xff01, &[0]);
        }
        Client::OpenSsl => {
            extension(&mut out, 0x0000, &name);
            extension(&mut out, 0x000b, &[3, 0, 1, 2]);
            extension(&mut out, 0x000a, &vec16(&words(&[0x1d, 0x17, 0x1e, 0x19, 0x18])));
            extension(&mut out, 0x0023, &[]);
            extension(&mut out, 0x0010, &alpn(&["http/1.1"]));
            extension(&mut out, 0x0016, &[]);
            extension(&mut out, 0x0017, &[]);
            extension(&mut out, 0x000d, &vec16(&words(FIREFOX_SIGNATURES)));
            extension(&mut out, 0x002b, &vec8(&words(&[0x0304, 0x0303])));
            extension(&mut out, 0x002d, &[1, 1]);
            let share = key_share(rng, 0x1d, 32);
            extension(&mut out, 0x0033, &vec16(&share));
        }
    }
    out
}

/// A handshake record around one handshake message.
fn handshake(kind: u8, body: &[u8], record_version: u16) -> Vec<u8> {
    let mut message = vec![kind, (body.len() >> 16) as u8];
    message.extend_from_slice(&(body.len() as u16).to_be_bytes());
    message.extend_from_slice(body);
    let mut out = vec![0x16];
    out.extend_from_slice(&record_version.to_be_bytes());
    out.extend_from_slice(&vec16(&message));
    out
}

/// The first bytes of a connection to `host`: one record, below 560 bytes for host names up to 100 bytes, so that a capture keeps it whole.
pub fn client_hello(client: Client, host: &str, rng: &mut Rng) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&rng.bytes(32));
    body.extend_from_slice(&vec8(&if client.modern() { rng.bytes(32) } else { Vec::new() }));
    let ciphers = match client {
        Client::Chromium => {
            let mut all = grease(rng).to_be_bytes().to_vec();
            all.extend_from_slice(&words(CHROMIUM_CIPHERS));
            all
        }
        Client::Firefox => words(FIREFOX_CIPHERS),
        Client::Schannel => words(SCHANNEL_CIPHERS),
        Client::OpenSsl => words(OPENSSL_CIPHERS),
    };
    body.extend_from_slice(&vec16(&ciphers));
    body.extend_from_slice(&[1, 0]);
    let mut extensions = extensions(client, host, rng);
    if matches!(client, Client::Chromium | Client::OpenSsl) {
        // RFC 7685: pad so that the message is not between 256 and 511 bytes long.
        let length = body.len() + 2 + extensions.len() + 4;
        if let Some(missing) = 512usize.checked_sub(length + 4).filter(|_| length > 255) {
            extension(&mut extensions, 0x0015, &vec![0; missing]);
        }
    }
    body.extend_from_slice(&vec16(&extensions));
    handshake(1, &body, 0x0301)
}

/// The server's first flight: ServerHello and the start of what follows; the rest of the flight is cut.
///
/// An old session is resumed without certificate: the flight is short.
pub fn server_flight(client: Client, resumed: bool, rng: &mut Rng) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&rng.bytes(32));
    body.extend_from_slice(&vec8(&rng.bytes(32)));
    let mut more = Vec::new();
    if client.modern() {
        body.extend_from_slice(&[0x13, if client == Client::OpenSsl { 2 } else { 1 }, 0]);
        extension(&mut more, 0x002b, &[3, 4]);
        let share = key_share(rng, 0x1d, 32);
        extension(&mut more, 0x0033, &share);
    } else {
        body.extend_from_slice(&[0xc0, 0x2f, 0]);
        extension(&mut more, 0xff01, &[0]);
        extension(&mut more, 0x0017, &[]);
    }
    body.extend_from_slice(&vec16(&more));
    let mut out = handshake(2, &body, 0x0303);
    if client.modern() {
        out.extend_from_slice(&[0x14, 3, 3, 0, 1, 1]);
        let rest = if resumed { 74 } else { 120 + rng.below(200) as usize };
        out.extend_from_slice(&application_data(rest, rng));
    } else if resumed {
        out.extend_from_slice(&[0x14, 3, 3, 0, 1, 1, 0x16, 3, 3, 0, 40]);
        out.extend_from_slice(&rng.bytes(40));
    } else {
        out.extend_from_slice(&handshake(11, &rng.bytes(300), 0x0303));
        out.extend_from_slice(&handshake(14, &[], 0x0303));
    }
    out
}

/// One application data record of `length` bytes of filler (at most 600 are worth writing: the capture cuts there).
pub fn application_data(length: usize, rng: &mut Rng) -> Vec<u8> {
    let mut out = vec![0x17, 3, 3];
    out.extend_from_slice(&vec16(&rng.bytes(length.min(16_000))));
    out
}

/// Length of [`application_data`] with the same argument.
pub fn application_data_length(length: usize) -> usize {
    5 + length.min(16_000)
}

/// What does not depend on the filler: lengths, and what the decoder reads in a ClientHello.
#[derive(Clone, Debug)]
pub struct Shape {
    pub hello_length: usize,
    /// Of a resumed session's flight.
    pub flight_length: usize,
    /// Without the server's name; none when it cannot be read.
    pub tls: Option<Tls>,
}

/// The shape of a client's connections to hosts of each length of name, found once.
#[derive(Clone, Debug, Default)]
pub struct Shapes(HashMap<(Client, usize), Shape>);

impl Shapes {
    /// The shape of a connection to `host`.
    pub fn of(&mut self, client: Client, host: &str) -> &Shape {
        self.0.entry((client, host.len())).or_insert_with(|| {
            let mut filler = Rng::new(0, "shape");
            let hello = client_hello(client, host, &mut filler);
            let flight_length = server_flight(client, true, &mut filler).len();
            let tls = weft_net_decode::read_client_hello(&hello).ok().flatten();
            Shape { hello_length: hello.len(), flight_length, tls: tls.map(|tls| Tls { sni: None, ..tls }) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_hello_is_one_whole_record() {
        let mut rng = Rng::new(1, "tls");
        for client in [Client::Chromium, Client::Firefox, Client::Schannel, Client::OpenSsl] {
            for host in ["a.io", "a-rather-long-label.of-a-rather-long.host-name.example-company.com"] {
                let hello = client_hello(client, host, &mut rng);
                assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])) + 5, hello.len(), "{client:?}");
                assert!(hello.len() < 580, "{client:?} {}", hello.len());
                assert!(hello.windows(host.len()).any(|window| window == host.as_bytes()));
            }
        }
    }
}
