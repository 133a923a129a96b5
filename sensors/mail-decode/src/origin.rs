//! Where a message first came from, by its header chain. Must not look an address up.
//!
//! First what a submission server says of its client (X-Originating-IP and its kin), then the earliest Received hop with a public
//! peer, then what a filter says of the server that delivered (X-Sender-IP): that last one names a relay, not the origin.
//! All of it but the receiving server's own stamps can be forged by the sender; the analysis treats it as a habit, not as proof.

use crate::field::raw;
use crate::header::Headers;
use crate::limits::MAX_HOPS;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Fields in which a submission server or webmail records its client, best first.
const CLIENT_FIELDS: [&str; 6] = [
    "x-originating-ip",
    "x-ms-exchange-organization-originalclientipaddress",
    "x-ms-exchange-crosspremises-originalclientipaddress",
    "x-ms-exchange-crosstenant-originalclientipaddress",
    "x-original-client-ip",
    "x-source-ip",
];
/// Fields in which the receiving side records the server that delivered.
const RELAY_FIELDS: [&str; 3] = ["x-sender-ip", "x-barracuda-effective-source-ip", "x-connecting-ip"];
/// Bytes of a Received field that are looked at.
const MAX_RECEIVED_BYTES: usize = 4 << 10;

/// The origin address, when any public one is named.
pub(crate) fn address(headers: &Headers<'_>) -> Option<IpAddr> {
    named(headers, &CLIENT_FIELDS).or_else(|| earliest_hop(headers)).or_else(|| named(headers, &RELAY_FIELDS))
}

fn named(headers: &Headers<'_>, fields: &[&str]) -> Option<IpAddr> {
    fields.iter().find_map(|name| addresses(&raw(headers.first(name)?, MAX_RECEIVED_BYTES)).into_iter().find(is_public))
}

fn earliest_hop(headers: &Headers<'_>) -> Option<IpAddr> {
    // The topmost fields are the receiver's own: of too long a chain the bottom is left out.
    let hops: Vec<&[u8]> = headers.all("received").take(MAX_HOPS).collect();
    hops.iter().rev().find_map(|hop| peer(&raw(hop, MAX_RECEIVED_BYTES)))
}

/// The public address that handed the message over, by one Received field: what the server saw (in parentheses) before what the
/// peer said of itself.
fn peer(received: &str) -> Option<IpAddr> {
    let (from, rest) = from_clause(received)?;
    let words = rest.to_ascii_lowercase();
    // A mail client that fetched the message from its mailbox is no hop of the journey.
    if words.contains("with imap") || words.contains("with pop3") || words.contains("(fetchmail") {
        return None;
    }
    let (mut seen, mut said) = (Vec::new(), String::new());
    let (mut depth, mut comment) = (0u32, String::new());
    for character in from.chars() {
        match character {
            '(' => {
                depth = depth.saturating_add(1);
                comment.push(' ');
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    seen.extend(addresses(&without_greeting(&comment)));
                    comment.clear();
                    said.push(' ');
                }
            }
            other if depth > 0 => comment.push(other),
            other => said.push(other),
        }
    }
    if seen.is_empty() {
        seen = addresses(&said);
    }
    seen.into_iter().find(is_public)
}

/// What stands between `from` and `by`, and what follows; a field that names no peer has none.
fn from_clause(received: &str) -> Option<(&str, &str)> {
    let received = received.trim_start();
    let from = match received.get(..5) {
        Some(word) if word.eq_ignore_ascii_case("from ") => received.get(5..)?,
        // qmail writes "(qmail 1 invoked from network); date" and "by host; date": no peer. Some webmail begins with "(from".
        _ => return None,
    };
    let mut depth = 0u32;
    for (at, byte) in from.bytes().enumerate() {
        match byte {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 => {
                let word = from.get(at + 1..at + 4).unwrap_or_default();
                if word.eq_ignore_ascii_case("by ") {
                    return Some((from.get(..at)?, from.get(at..)?));
                }
            }
            b';' if depth == 0 => return Some((from.get(..at)?, from.get(at..)?)),
            _ => {}
        }
    }
    Some((from, ""))
}

/// Takes away what the peer said of itself inside a comment: `HELO name`, `EHLO name`, `helo=name`.
fn without_greeting(comment: &str) -> String {
    let mut kept = Vec::new();
    let mut words = comment.split_whitespace();
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        if matches!(lower.as_str(), "helo" | "ehlo") {
            words.next();
        } else if !lower.starts_with("helo=") && !lower.starts_with("ehlo=") {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// Every address written in `text`, bare or in brackets, with or without `IPv6:` or a port.
fn addresses(text: &str) -> Vec<IpAddr> {
    let separator =
        |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | '<' | '>' | ',' | ';' | '=' | '@' | '"' | '\'' | '!');
    text.split(separator).filter_map(ip).collect()
}

fn ip(token: &str) -> Option<IpAddr> {
    let token = match token.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("ipv6:") => token.get(5..)?,
        _ => token,
    };
    let token = token.trim_end_matches(['.', ':']).split('%').next()?;
    let parsed = token.parse::<IpAddr>().ok().or_else(|| token.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(parsed.to_canonical())
}

/// Whether an address can be reached across the Internet. The documentation ranges (RFC 5737, RFC 3849) count as such: they occur in
/// examples only, and there they stand for public hosts.
fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(*v4),
        IpAddr::V6(v6) => is_public_v6(*v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b); // RFC 6598
    let benchmark = a == 198 && (b & 0xfe) == 18; // RFC 2544
    !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || a == 0 || a >= 240 || shared || benchmark)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    // Global unicast is 2000::/3 (RFC 4291).
    v6.segments().first().is_some_and(|first| first & 0xe000 == 0x2000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Option<&str>) {
        let got = address(&Headers::split(format!("{header}\n\n").as_bytes()));
        assert_eq!(got.map(|ip| ip.to_string()).as_deref(), expected, "{header}");
    }

    #[test]
    fn forms_of_hops() {
        // Postfix, Exchange, Gmail, qmail, Exim, sendmail, webmail.
        check("Received: from helo.example (rdns.example [203.0.113.5]) by mx.example (Postfix) with ESMTP id 1", Some("203.0.113.5"));
        check(
            "Received: from mail.example (203.0.113.6) by mx.example (10.0.0.1) with Microsoft SMTP\n Server id 15.20.6631.45",
            Some("203.0.113.6"),
        );
        check("Received: from A.example ([2001:db8:1::7]) by B.example ([::1]) with mapi id 15.20.1.1", Some("2001:db8:1::7"));
        check("Received: from mail.example (mail.example. [IPv6:2001:db8::8]) by mx.google.example with ESMTPS", Some("2001:db8::8"));
        check("Received: from unknown (HELO 198.51.100.1) (203.0.113.9) by 0 with SMTP; 1 Jan 2020 00:00:00 -0000", Some("203.0.113.9"));
        check("Received: from [203.0.113.10] (helo=198.51.100.1) by mx.example with esmtp (Exim 4.92)", Some("203.0.113.10"));
        check("Received: from lugh (root@lugh.example [203.0.113.11]) by dogma (8.11.6/8.11.6) with ESMTP", Some("203.0.113.11"));
        check("Received: from 203.0.113.12 (SquirrelMail authenticated user ann) by webmail.example", Some("203.0.113.12"));
        check("Received: from x ([::ffff:203.0.113.13]:4025) by mx", Some("203.0.113.13"));
    }

    #[test]
    fn private_hops_are_skipped_from_the_bottom() {
        let chain = "Received: from c (c [203.0.113.3]) by d\nReceived: from b (b [203.0.113.2]) by c\nReceived: from a (a [192.168.1.2]) by b\nReceived: by a";
        check(chain, Some("203.0.113.2"));
        // A private peer that calls itself public stays private.
        check("Received: from [203.0.113.4] (pc [10.1.2.3]) by mx", None);
        check("Received: from mail.example [203.0.113.9] by localhost with IMAP (fetchmail-5.9.0)", None);
        check("Received: from x ([100.64.0.1]) by y\nReceived: from z ([fe80::1%eth0]) by x", None);
    }

    #[test]
    fn named_clients_come_first_and_relays_last() {
        check("X-Originating-IP: [203.0.113.20]\nReceived: from b (b [203.0.113.2]) by c", Some("203.0.113.20"));
        check("X-Originating-IP: [10.0.0.1]\nReceived: from b (b [203.0.113.2]) by c", Some("203.0.113.2"));
        check("X-Sender-IP: 203.0.113.21\nReceived: from b (b [203.0.113.2]) by c", Some("203.0.113.2"));
        check("X-Sender-IP: 203.0.113.21\nReceived: from b (b [10.0.0.2]) by c", Some("203.0.113.21"));
        check("Subject: 203.0.113.1", None);
    }
}
