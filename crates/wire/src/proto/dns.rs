//! DNS Activity (4003).

use super::object::{decode_endpoint, encode_endpoint, narrow};
use super::v1;
use crate::error::WireError;
use weft_model::{Answer, DnsActivity};

pub(super) fn encode(dns: DnsActivity) -> v1::DnsActivity {
    v1::DnsActivity {
        src_endpoint: encode_endpoint(dns.src_endpoint),
        dst_endpoint: encode_endpoint(dns.dst_endpoint),
        query: Some(v1::DnsQuery { hostname: dns.hostname, r#type: dns.query_type }),
        answers: dns.answers.into_iter().map(|a| v1::DnsAnswer { r#type: a.kind, rdata: a.rdata, ttl: a.ttl }).collect(),
        rcode_id: dns.rcode.map(u32::from),
    }
}

pub(super) fn decode(dns: v1::DnsActivity) -> Result<DnsActivity, WireError> {
    let query = dns.query.unwrap_or_default();
    Ok(DnsActivity {
        src_endpoint: decode_endpoint(dns.src_endpoint)?,
        dst_endpoint: decode_endpoint(dns.dst_endpoint)?,
        hostname: query.hostname,
        query_type: query.r#type,
        answers: dns.answers.into_iter().map(|a| Answer { kind: a.r#type, rdata: a.rdata, ttl: a.ttl }).collect(),
        rcode: dns.rcode_id.map(|rcode| narrow(rcode, "rcode_id", "0 to 255")).transpose()?,
    })
}
