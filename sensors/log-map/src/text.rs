//! Text of log fields: capped in length, lower-cased where names do not depend on case; addresses and numbers.

use crate::error::LogError;
use std::net::{IpAddr, SocketAddr};

/// Longest host name or user name kept, in bytes (RFC 1035 allows 253 for a host name).
const MAX_NAME: usize = 255;
/// Longest path, user agent or referrer kept, in bytes.
pub(crate) const MAX_TEXT: usize = 2_048;

/// At most `max` leading bytes, cut between characters.
pub(crate) fn capped(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

/// A name in lower case without the final dot.
pub(crate) fn name(text: &str) -> String {
    capped(text, MAX_NAME).trim_end_matches('.').to_lowercase()
}

/// A host name without its port, in lower case; an IPv6 address loses its brackets.
pub(crate) fn host(text: &str) -> String {
    let text = text.trim();
    let bare = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => text,
        },
    };
    name(bare)
}

pub(crate) fn address(text: &str) -> Result<IpAddr, LogError> {
    text.parse().map_err(|_| LogError::BadAddress)
}

pub(crate) fn socket(address_text: &str, port: &str) -> Result<SocketAddr, LogError> {
    Ok(SocketAddr::new(address(address_text)?, port.parse().map_err(|_| LogError::BadAddress)?))
}

/// A count. JSON writers may give a whole number a fraction (`53.0`).
pub(crate) fn number(text: &str) -> Result<u64, LogError> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LogError::BadNumber);
    }
    whole.parse().map_err(|_| LogError::BadNumber)
}

/// IANA protocol number of a name in any case, or of the number itself.
pub(crate) fn protocol(text: &str) -> Option<u8> {
    Some(match text.to_ascii_lowercase().as_str() {
        "icmp" => 1,
        "igmp" => 2,
        "tcp" => 6,
        "udp" => 17,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "icmp6" | "ipv6-icmp" => 58,
        "sctp" => 132,
        other => return other.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_does_not_matter() {
        assert_eq!(host("WWW.Example.org:8080"), "www.example.org");
        assert_eq!(host("[2001:DB8::1]:443"), "2001:db8::1");
        assert_eq!(host("2001:db8::1"), "2001:db8::1");
        assert_eq!(name("Example.ORG."), "example.org");
        assert_eq!(capped("aé", 2), "a");
        assert_eq!(number("53.0"), Ok(53));
        assert!(["-1", "+1", "1e3", "", "18446744073709551616"].iter().all(|bad| number(bad).is_err()));
        assert_eq!((protocol("TCP"), protocol("103"), protocol("999")), (Some(6), Some(103), None));
    }
}
