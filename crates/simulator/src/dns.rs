//! DNS messages (RFC 1035): one question, and its response with at most one CNAME before the addresses.
//!
//! Must not know who asks or what is true.

use std::net::Ipv4Addr;

/// Query type A.
pub const TYPE_A: u16 = 1;
/// Query type AAAA.
pub const TYPE_AAAA: u16 = 28;

fn name(out: &mut Vec<u8>, name: &str) {
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let label = label.as_bytes().get(..label.len().min(63)).unwrap_or_default();
        out.push(label.len() as u8);
        out.extend_from_slice(label);
    }
    out.push(0);
}

fn header(out: &mut Vec<u8>, id: u16, flags: u16, answers: u16) {
    for word in [id, flags, 1, answers, 0, 0] {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

fn question(out: &mut Vec<u8>, host: &str, kind: u16) {
    name(out, host);
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
}

/// Whether a name goes over the wire as it is: lower case, labels of at most 63 bytes.
pub fn is_plain(host: &str) -> bool {
    let plain =
        |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
    host.len() <= 200 && host.split('.').all(plain)
}

/// A recursive query.
pub fn query(id: u16, host: &str, kind: u16) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    header(&mut out, id, 0x0100, 0);
    question(&mut out, host, kind);
    out
}

/// What a resolver answers.
#[derive(Clone, Debug, Default)]
pub struct Answer<'a> {
    pub cname: Option<&'a str>,
    pub addresses: &'a [Ipv4Addr],
    /// Seconds.
    pub ttl: u32,
    /// Response code; 3 for a name that does not exist.
    pub rcode: u16,
}

/// The response to [`query`]; AAAA questions get no addresses here.
pub fn response(id: u16, host: &str, kind: u16, answer: &Answer<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    let addresses = if kind == TYPE_A { answer.addresses } else { &[] };
    let records = addresses.len() as u16 + u16::from(answer.cname.is_some());
    header(&mut out, id, 0x8180 | answer.rcode & 15, records);
    question(&mut out, host, kind);
    let mut owner = 0xc00cu16;
    if let Some(target) = answer.cname {
        record(&mut out, owner, 5, answer.ttl);
        let mut data = Vec::new();
        name(&mut data, target);
        out.extend_from_slice(&(data.len() as u16).to_be_bytes());
        owner = 0xc000 | out.len() as u16;
        out.extend_from_slice(&data);
    }
    for address in addresses {
        record(&mut out, owner, TYPE_A, answer.ttl);
        out.extend_from_slice(&4u16.to_be_bytes());
        out.extend_from_slice(&address.octets());
    }
    out
}

/// The records of [`response`] as the decoder tells them.
pub fn records(kind: u16, answer: &Answer<'_>) -> Vec<weft_model::Answer> {
    let record = |kind: &str, rdata: String| weft_model::Answer { kind: kind.to_owned(), rdata, ttl: answer.ttl };
    let addresses = if kind == TYPE_A { answer.addresses } else { &[] };
    let names = answer.cname.iter().map(|name| record("CNAME", (*name).to_owned()));
    names.chain(addresses.iter().map(|address| record("A", address.to_string()))).collect()
}

fn record(out: &mut Vec<u8>, owner: u16, kind: u16, ttl: u32) {
    out.extend_from_slice(&owner.to_be_bytes());
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(&ttl.to_be_bytes());
}
