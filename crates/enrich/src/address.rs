//! What is known about an IP address. Knows no table format and no file.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// An ISO 3166-1 alpha-2 country code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// From two ASCII letters in any case; anything else is `None`.
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 2] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|byte| byte.to_ascii_uppercase())))
    }
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the tables and lists say about one address; absent means unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpInfo {
    pub country: Option<CountryCode>,
    /// Number of the autonomous system that announces the address.
    pub asn: Option<u32>,
    /// Name of the organisation behind the autonomous system, as the table writes it.
    pub as_org: Option<Arc<str>>,
    /// Not an address of the public internet (see [`is_private`]); then nothing else is known.
    pub is_private: bool,
    /// The network rents out servers: people rarely sit there.
    pub is_hosting: bool,
    /// The network is known to carry VPN or anonymising services.
    pub is_vpn: bool,
}

/// Whether `ip` never appears on the public internet: private (RFC 1918), shared (RFC 6598), loopback, link-local, unique local
/// (RFC 4193), multicast, broadcast or unspecified. Documentation ranges count as public, so that examples behave like real ones.
/// IPv4-mapped IPv6 addresses are judged as IPv4.
pub fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_told_from_those_outside() {
        for inside in [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.251",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["172.32.0.1", "100.128.0.1", "8.8.8.8", "203.0.113.7", "2001:db8::1", "2606:4700::1", "::ffff:8.8.8.8"] {
            assert!(!is_private(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_country_code_is_two_letters() {
        assert_eq!(CountryCode::new("jp").unwrap().to_string(), "JP");
        for wrong in ["", "J", "JPN", "J1", "é"] {
            assert_eq!(CountryCode::new(wrong), None, "{wrong}");
        }
    }
}
