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
/// UDP port of GRE in UDP (RFC 8086).
const GRE_IN_UDP: u16 = 4754;
/// UDP port of the GTP user plane (3GPP TS 29.281).
const GTP_U: u16 = 2152;
/// UDP port of Teredo servers (RFC 4380).
const TEREDO: u16 = 3544;

/// What follows an IP header with this protocol number, when it is a tunnel that we follow.
pub(crate) fn in_ip(protocol: u8, payload: &[u8]) -> Option<Inner<'_>> {
    match protocol {
        4 | 41 => is_ip(payload).then_some(Inner::Ip(payload)),
        47 => gre(payload),
        _ => None,
    }
}

/// What a UDP datagram carries, when it is a tunnel that we follow.
pub(crate) fn in_udp(source_port: u16, destination_port: u16, payload: &[u8]) -> Option<Inner<'_>> {
    match destination_port {
        GRE_IN_UDP => gre(payload),
        GTP_U => gtp(payload),
        // A Teredo server or relay answers from its port.
        _ if destination_port == TEREDO || source_port == TEREDO => teredo(payload),
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

/// A G-PDU of GTP version 1, extension headers passed over.
fn gtp(payload: &[u8]) -> Option<Inner<'_>> {
    let mut cursor = Cursor::new(payload);
    let flags = cursor.u8()?;
    let kind = cursor.u8()?;
    cursor.take(6)?;
    if flags >> 4 != 3 || kind != 0xff {
        return None;
    }
    if flags & 0x07 != 0 {
        let optional = cursor.take(4)?;
        let mut next = if flags & 0x04 == 0 { 0 } else { *optional.last()? };
        // Each extension counts its length in fours of bytes, its own ends included, and ends with the type of the next.
        while next != 0 {
            let length = usize::from(cursor.u8()?) * 4;
            next = *cursor.take(length.checked_sub(1)?)?.last()?;
        }
    }
    is_ip(cursor.rest()).then_some(Inner::Ip(cursor.rest()))
}

/// An IPv6 packet of exactly the datagram's length, behind an authentication or origin indication if there are any.
fn teredo(payload: &[u8]) -> Option<Inner<'_>> {
    let mut cursor = Cursor::new(payload);
    if cursor.rest().starts_with(&[0, 1]) {
        cursor.u16()?;
        let client_id = usize::from(cursor.u8()?);
        let authentication = usize::from(cursor.u8()?);
        cursor.take(client_id + authentication + 9)?;
    }
    if cursor.rest().starts_with(&[0, 0]) {
        cursor.take(8)?;
    }
    let inner = cursor.rest();
    let length = Cursor::new(inner.get(4..6)?).u16()?;
    let is_whole = inner.len() == usize::from(length).checked_add(40)?;
    (is_whole && inner.first()? >> 4 == 6).then_some(Inner::Ip(inner))
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
        assert_eq!(in_udp(5, 4789, &[8, 0, 0, 0, 0, 0, 1, 0, 9]), Some(Inner::Ethernet(&[9])));
        assert_eq!(in_udp(5, 6081, &[0, 0, 0x65, 0x58, 0, 0, 1, 0, 9]), Some(Inner::Ethernet(&[9])));
        assert_eq!(in_udp(5, 2152, &[0x30, 0xff, 0, 4, 0, 0, 0, 1, 0x45, 0, 0, 20]), Some(Inner::Ip(&ip)));
        let extended = [0x34, 0xff, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0, 0x45, 0, 0, 20];
        assert_eq!(in_udp(5, 2152, &extended), Some(Inner::Ip(&ip)));
        let ipv6 = [&[0x60, 0, 0, 0, 0, 0, 59][..], &[0; 33]].concat();
        let origin = [&[0, 0, 1, 2, 3, 4, 5, 6][..], &ipv6].concat();
        assert_eq!(in_udp(3544, 5, &origin), Some(Inner::Ip(&ipv6)));
        assert_eq!(in_udp(5, 3544, &ipv6[..39]), None);
        assert_eq!(in_udp(5, 53, &ip), None);
        assert_eq!(in_ip(47, &[0]), None);
    }
}
