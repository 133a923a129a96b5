//! Tunnels: where another packet begins inside a payload. Must not know what the inner packet holds.

use crate::cursor::Cursor;

/// What a tunnel carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner<'a> {
    Ip(&'a [u8]),
    Ethernet(&'a [u8]),
}

/// UDP port of VXLAN (RFC 7348).
const VXLAN: u16 = 4789;
/// UDP port of Geneve (RFC 8926).
const GENEVE: u16 = 6081;

/// What follows an IP header with this protocol number, when it is a tunnel that we follow.
pub(crate) fn in_ip(protocol: u8, payload: &[u8]) -> Option<Inner<'_>> {
    match protocol {
        4 | 41 => is_ip(payload).then_some(Inner::Ip(payload)),
        47 => gre(payload),
        _ => None,
    }
}

/// What a UDP datagram to `port` carries, when it is a tunnel that we follow.
pub(crate) fn in_udp(port: u16, payload: &[u8]) -> Option<Inner<'_>> {
    match port {
        VXLAN => {
            let mut cursor = Cursor::new(payload);
            let flags = cursor.u8()?;
            cursor.take(7)?;
            (flags & 0x08 != 0).then_some(Inner::Ethernet(cursor.rest()))
        }
        GENEVE => {
            let mut cursor = Cursor::new(payload);
            let first = cursor.u8()?;
            cursor.u8()?;
            let ether_type = cursor.u16()?;
            cursor.u32()?;
            cursor.take(usize::from(first & 0x3f) * 4)?;
            (first >> 6 == 0).then(|| by_ether_type(ether_type, cursor.rest())).flatten()
        }
        _ => None,
    }
}

/// GRE (RFC 2784 and 2890), with ERSPAN types I to III. PPTP's GRE version 1 carries PPP and is not followed.
fn gre(payload: &[u8]) -> Option<Inner<'_>> {
    let mut cursor = Cursor::new(payload);
    let flags = cursor.u16()?;
    let ether_type = cursor.u16()?;
    if flags & 0x0007 != 0 || flags & 0x4000 != 0 {
        return None;
    }
    let optional = [0x8000, 0x2000, 0x1000].iter().filter(|bit| flags & **bit != 0).count();
    cursor.take(optional * 4)?;
    match ether_type {
        // ERSPAN type II is told from type I by the GRE sequence number.
        0x88be if flags & 0x1000 == 0 => Some(Inner::Ethernet(cursor.rest())),
        0x88be => {
            cursor.take(8)?;
            Some(Inner::Ethernet(cursor.rest()))
        }
        0x22eb => {
            let header = cursor.take(12)?;
            // The last bit announces a platform-specific sub-header of eight bytes.
            if header.last().is_some_and(|byte| byte & 1 != 0) {
                cursor.take(8)?;
            }
            Some(Inner::Ethernet(cursor.rest()))
        }
        other => by_ether_type(other, cursor.rest()),
    }
}

fn by_ether_type(ether_type: u16, rest: &[u8]) -> Option<Inner<'_>> {
    match ether_type {
        0x0800 | 0x86dd => is_ip(rest).then_some(Inner::Ip(rest)),
        0x6558 => Some(Inner::Ethernet(rest)),
        _ => None,
    }
}

fn is_ip(data: &[u8]) -> bool {
    matches!(data.first().map(|byte| byte >> 4), Some(4 | 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_are_opened() {
        let ip = [0x45, 0, 0, 20];
        assert_eq!(in_ip(4, &ip), Some(Inner::Ip(&ip)));
        assert_eq!(in_ip(47, &[0, 0, 8, 0, 0x45, 0, 0, 20]), Some(Inner::Ip(&ip)));
        assert_eq!(in_ip(47, &[0x20, 0, 0x65, 0x58, 0, 0, 0, 1, 9]), Some(Inner::Ethernet(&[9])));
        assert_eq!(in_udp(4789, &[8, 0, 0, 0, 0, 0, 1, 0, 9]), Some(Inner::Ethernet(&[9])));
        assert_eq!(in_udp(6081, &[0, 0, 0x65, 0x58, 0, 0, 1, 0, 9]), Some(Inner::Ethernet(&[9])));
        assert_eq!(in_udp(53, &ip), None);
        assert_eq!(in_ip(47, &[0]), None);
    }
}
