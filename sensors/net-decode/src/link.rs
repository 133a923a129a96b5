//! Link layers: from a captured frame to the IP packet inside it. Must not know what the IP packet holds.

use crate::cursor::Cursor;
use crate::error::PacketError;

/// Most VLAN tags, MPLS labels or encapsulated Ethernet headers followed in one frame.
const MAX_TAGS: usize = 12;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// The IP packet of a frame with its trailing padding, or `None` when it carries something else. `link` is a LINKTYPE number
/// (<https://www.tcpdump.org/linktypes.html>).
pub(crate) fn ip_packet(link: u32, data: &[u8]) -> Result<Option<&[u8]>, PacketError> {
    match link {
        1 => ethernet(data),
        // Raw IP, under the numbers that different systems gave it.
        12 | 14 | 101 | 228 | 229 => Ok(is_ip(data).then_some(data)),
        // BSD null and OpenBSD loop: a family in host order (0) or network order (108); the IP version tells the rest.
        0 | 108 => {
            let rest = data.get(4..).ok_or(PacketError::Truncated)?;
            Ok(is_ip(rest).then_some(rest))
        }
        9 | 50 => {
            let rest = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
            ppp(rest)
        }
        113 => cooked(data, 14, 16),
        276 => cooked(data, 0, 20),
        239 => nflog(data),
        other => Err(PacketError::UnsupportedLink(other)),
    }
}

fn is_ip(data: &[u8]) -> bool {
    matches!(data.first().map(|byte| byte >> 4), Some(4 | 6))
}

/// An Ethernet II, 802.3 or SNAP frame.
pub(crate) fn ethernet(data: &[u8]) -> Result<Option<&[u8]>, PacketError> {
    after_addresses(data, 0)
}

fn after_addresses(data: &[u8], depth: usize) -> Result<Option<&[u8]>, PacketError> {
    let mut cursor = Cursor::new(data);
    cursor.take(12).ok_or(PacketError::Truncated)?;
    let ether_type = cursor.u16().ok_or(PacketError::Truncated)?;
    payload(ether_type, cursor.rest(), depth)
}

/// Linux cooked capture: the EtherType lies at `type_at`, the payload at `payload_at`.
fn cooked(data: &[u8], type_at: usize, payload_at: usize) -> Result<Option<&[u8]>, PacketError> {
    let ether_type = data.get(type_at..).and_then(|rest| Cursor::new(rest).u16()).ok_or(PacketError::Truncated)?;
    let rest = data.get(payload_at..).ok_or(PacketError::Truncated)?;
    payload(ether_type, rest, 0)
}

fn payload(mut ether_type: u16, data: &[u8], depth: usize) -> Result<Option<&[u8]>, PacketError> {
    let mut cursor = Cursor::new(data);
    for tag in depth..MAX_TAGS {
        match ether_type {
            IPV4 | IPV6 => return Ok(Some(cursor.rest())),
            // 802.1Q, 802.1ad and the older numbers for stacked tags.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => {
                cursor.u16().ok_or(PacketError::Truncated)?;
                ether_type = cursor.u16().ok_or(PacketError::Truncated)?;
            }
            // VN-Tag (802.1BR draft): four bytes, then the next type.
            0x8926 => {
                cursor.u32().ok_or(PacketError::Truncated)?;
                ether_type = cursor.u16().ok_or(PacketError::Truncated)?;
            }
            // MPLS (RFC 3032): labels up to the bottom of the stack, then what the first nibble says.
            0x8847 | 0x8848 => {
                let label = cursor.u32().ok_or(PacketError::Truncated)?;
                if label & 0x100 != 0 {
                    return after_labels(cursor.rest(), tag + 1);
                }
            }
            // PPPoE session (RFC 2516): six bytes, then PPP.
            0x8864 => {
                cursor.take(6).ok_or(PacketError::Truncated)?;
                return ppp(cursor.rest());
            }
            // Provider backbone bridging (802.1ah): an I-TAG, then a whole Ethernet frame.
            0x88e7 => {
                cursor.u32().ok_or(PacketError::Truncated)?;
                return after_addresses(cursor.rest(), tag + 1);
            }
            // An 802.3 length: LLC, which leads to an EtherType only through SNAP with OUI 0 (RFC 1042).
            0..=1500 => {
                let inside = cursor.rest().get(..usize::from(ether_type)).unwrap_or(cursor.rest());
                let Some(rest) = inside.strip_prefix(&[0xaa, 0xaa, 0x03, 0, 0, 0]) else { return Ok(None) };
                cursor = Cursor::new(rest);
                ether_type = cursor.u16().ok_or(PacketError::Truncated)?;
                if ether_type <= 1500 {
                    return Ok(None);
                }
            }
            _ => return Ok(None),
        }
    }
    Err(PacketError::BadLinkHeader)
}

fn after_labels(data: &[u8], depth: usize) -> Result<Option<&[u8]>, PacketError> {
    match data.first().map(|byte| byte >> 4) {
        Some(4 | 6) => Ok(Some(data)),
        // An Ethernet pseudowire with a control word (RFC 4448).
        Some(0) if depth < MAX_TAGS => after_addresses(data.get(4..).ok_or(PacketError::Truncated)?, depth),
        Some(_) => Ok(None),
        None => Err(PacketError::Truncated),
    }
}

fn ppp(data: &[u8]) -> Result<Option<&[u8]>, PacketError> {
    let mut cursor = Cursor::new(data);
    match cursor.u16() {
        Some(0x0021 | 0x0057) => Ok(Some(cursor.rest())),
        Some(_) => Ok(None),
        None => Err(PacketError::Truncated),
    }
}

/// Linux netfilter log: a header of four bytes, then attributes (length and type in host order), of which 9 is the packet.
fn nflog(data: &[u8]) -> Result<Option<&[u8]>, PacketError> {
    let mut rest = data.get(4..).ok_or(PacketError::Truncated)?;
    while let Some(&[low, high, kind, _]) = rest.first_chunk::<4>() {
        let length = usize::from(u16::from_le_bytes([low, high]));
        if length < 4 {
            return Err(PacketError::BadLinkHeader);
        }
        let value = rest.get(4..length).ok_or(PacketError::Truncated)?;
        if kind == 9 {
            return Ok(is_ip(value).then_some(value));
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(types: &[&[u8]], payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0; 12];
        types.iter().for_each(|bytes| frame.extend_from_slice(bytes));
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn tags_are_peeled() {
        let ip = [0x45, 1, 2, 3];
        for types in [
            vec![&[8, 0][..]],
            vec![&[0x81, 0, 0, 1], &[8, 0]],
            vec![&[0x88, 0xa8, 0, 1], &[0x81, 0, 0, 2], &[0x81, 0, 0, 3], &[8, 0]],
            vec![&[0x88, 0x47], &[0, 0, 0, 1], &[0, 0, 1, 1]],
            vec![&[0x88, 0x64], &[0x11, 0, 0, 1, 0, 6, 0, 0x21]],
            vec![&[0, 12], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]],
        ] {
            assert_eq!(ip_packet(1, &frame(&types, &ip)), Ok(Some(&ip[..])), "{types:?}");
        }
    }

    #[test]
    fn what_is_not_ip_is_named() {
        assert_eq!(ip_packet(1, &frame(&[&[8, 6]], &[0; 28])), Ok(None));
        assert_eq!(ip_packet(1, &[0; 5]), Err(PacketError::Truncated));
        assert_eq!(ip_packet(9999, &[]), Err(PacketError::UnsupportedLink(9999)));
        let endless: Vec<u8> = [0x81, 0, 0, 1].repeat(50);
        assert_eq!(ip_packet(1, &frame(&[], &endless)), Err(PacketError::BadLinkHeader));
    }
}
