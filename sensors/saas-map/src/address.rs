//! The forms of a client address: `1.2.3.4`, `1.2.3.4:5678`, `[2001:db8::1]:443`, `2001:db8::1`, `<null>`, nothing.

use std::net::{IpAddr, SocketAddr};
use weft_model::Endpoint;

/// Longest text that is taken for an address.
const MAX_BYTES: usize = 80;

/// The first of `candidates` that is an address.
pub fn endpoint<'a>(candidates: impl IntoIterator<Item = Option<&'a str>>) -> Endpoint {
    candidates.into_iter().flatten().find_map(parse).unwrap_or_default()
}

/// Reads an address with or without a port. Loopback, unspecified and broadcast addresses stand for "the service itself" in these
/// logs and give nothing; IPv4 addresses mapped into IPv6 are given as IPv4.
pub fn parse(text: &str) -> Option<Endpoint> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_BYTES {
        return None;
    }
    let (ip, port) = if let Ok(ip) = text.parse::<IpAddr>() {
        (ip, None)
    } else if let Ok(socket) = text.parse::<SocketAddr>() {
        (socket.ip(), Some(socket.port()))
    } else {
        let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(inner, _)| inner);
        // A scope id (`fe80::1%4`) names an interface of the server and means nothing here.
        (bare.split('%').next()?.parse().ok()?, None)
    };
    let ip = ip.to_canonical();
    let is_broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
    if ip.is_loopback() || ip.is_unspecified() || is_broadcast {
        return None;
    }
    Some(Endpoint { ip: Some(ip), port: port.filter(|port| *port != 0), ..Endpoint::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, ip: Option<&str>, port: Option<u16>) {
        let found = parse(text);
        assert_eq!(found.as_ref().and_then(|e| e.ip), ip.map(|ip| ip.parse().unwrap()), "{text}");
        assert_eq!(found.and_then(|e| e.port), port, "{text}");
    }

    #[test]
    fn forms_of_an_address() {
        check("192.0.2.1", Some("192.0.2.1"), None);
        check(" 192.0.2.1:5678 ", Some("192.0.2.1"), Some(5678));
        check("[2001:db8::1]:443", Some("2001:db8::1"), Some(443));
        check("[2001:db8::1]", Some("2001:db8::1"), None);
        check("2001:0db8:0000:0000:0000:0000:0000:0001", Some("2001:db8::1"), None);
        check("::ffff:192.0.2.1", Some("192.0.2.1"), None);
        check("2001:db8::1%12", Some("2001:db8::1"), None);
        for nothing in ["<null>", "", "null", "::1", "127.0.0.1:80", "0.0.0.0", "255.255.255.255", "192.0.2.1:99999", "not an address"] {
            check(nothing, None, None);
        }
    }

    #[test]
    fn the_first_address_wins() {
        let found = endpoint([None, Some("<null>"), Some("192.0.2.7:1"), Some("192.0.2.8")]);
        assert_eq!(found.ip, Some("192.0.2.7".parse().unwrap()));
    }
}
