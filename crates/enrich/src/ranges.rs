//! A set of address ranges, looked up by binary search. Knows no file and no meaning of a range.

use std::net::{IpAddr, Ipv6Addr};

/// Ranges of addresses; IPv4 lives in the IPv4-mapped block (RFC 4291, 2.5.5.2).
#[derive(Clone, Debug, Default)]
pub struct IpRanges {
    /// Sorted, disjoint, inclusive at both ends.
    ranges: Vec<(u128, u128)>,
}

fn number(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        IpAddr::V4(v4) => Ipv6Addr::to_bits(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// First and last address of `text`, an address or a network in CIDR notation; host bits may be set. `None` when it is neither.
fn bounds(text: &str) -> Option<(u128, u128)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let ip: IpAddr = address.parse().ok()?;
    let width: u32 = if ip.is_ipv4() { 32 } else { 128 };
    let length: u32 = match length {
        Some(text) => text.parse().ok().filter(|length| *length <= width)?,
        None => width,
    };
    let host_bits = width.saturating_sub(length);
    let mask = if host_bits >= 128 { u128::MAX } else { (1u128 << host_bits).wrapping_sub(1) };
    // Not `number`: a literal ::ffff:0:0/96 is IPv6 notation and keeps its own width.
    let value = match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    Some((value & !mask, value | mask))
}

impl IpRanges {
    /// Collects networks and single addresses in text form; gives the set and the texts that are neither, in order.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> (Self, Vec<&'a str>) {
        let mut refused = Vec::new();
        let mut found = Vec::new();
        for line in lines {
            match bounds(line) {
                Some(range) => found.push(range),
                None => refused.push(line),
            }
        }
        (Self::merge(found), refused)
    }

    fn merge(mut found: Vec<(u128, u128)>) -> Self {
        found.sort_unstable();
        let mut ranges: Vec<(u128, u128)> = Vec::with_capacity(found.len());
        for (first, last) in found {
            match ranges.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => ranges.push((first, last)),
            }
        }
        Self { ranges }
    }

    /// This set with another added.
    pub fn union(self, other: Self) -> Self {
        Self::merge(self.ranges.into_iter().chain(other.ranges).collect())
    }

    /// Whether `ip` lies in one of the ranges.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let value = number(ip);
        let after = self.ranges.partition_point(|(first, _)| *first <= value);
        after.checked_sub(1).and_then(|index| self.ranges.get(index)).is_some_and(|(_, last)| value <= *last)
    }

    /// How many disjoint ranges there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let (set, refused) = IpRanges::parse(["198.51.100.0/25", "198.51.100.128/25", "2001:db8::/32", "203.0.113.9", "x", "10.0.0.0/33"]);
        assert_eq!(refused, ["x", "10.0.0.0/33"]);
        assert_eq!(set.len(), 3, "neighbours are joined");
        for (ip, inside) in [
            ("198.51.100.255", true),
            ("198.51.101.0", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
            ("203.0.113.9", true),
            ("203.0.113.10", false),
            ("::ffff:203.0.113.9", true),
        ] {
            assert_eq!(set.contains(ip.parse().unwrap()), inside, "{ip}");
        }
    }

    #[test]
    fn the_whole_space_is_a_range() {
        let (set, _) = IpRanges::parse(["::/0", "1.2.3.4"]);
        assert!(set.contains("8.8.8.8".parse().unwrap()) && set.contains("ffff::1".parse().unwrap()));
        assert_eq!(set.len(), 1);
        assert!(IpRanges::default().is_empty());
    }

    proptest! {
        #[test]
        fn binary_search_agrees_with_a_scan(networks in proptest::collection::vec((any::<u32>(), 8u32..=32), 0..40), probe in any::<u32>()) {
            let texts: Vec<String> = networks.iter().map(|(a, n)| format!("{}/{n}", std::net::Ipv4Addr::from(*a))).collect();
            let (set, _) = IpRanges::parse(texts.iter().map(String::as_str));
            let scan = networks.iter().any(|(a, n)| (a ^ probe) >> (32 - n).min(31) == 0 && (*n < 32 || *a == probe));
            prop_assert_eq!(set.contains(std::net::Ipv4Addr::from(probe).into()), scan);
        }
    }
}
