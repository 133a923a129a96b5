//! NTLM (MS-NLMP section 2.2.1.3): who signs in, and from which computer, by the last message of the client. Must not keep state.

use crate::event::{MS, endpoint, event, socket_bytes};
use crate::text;
use std::net::SocketAddr;
use weft_model::{AuthProtocol, Authentication, AuthenticationKind, Body, Event, EventUid, Status, User};

/// What the AUTHENTICATE_MESSAGE begins with: the signature and message type 3.
const AUTHENTICATE: &[u8] = b"NTLMSSP\0\x03\0\0\0";
/// Where the names stand in it: length, room and offset of each.
const DOMAIN_AT: usize = 28;
const USER_AT: usize = 36;
const WORKSTATION_AT: usize = 44;
const FLAGS_AT: usize = 60;
/// NEGOTIATE_UNICODE: names are UTF-16, little-endian.
const UNICODE: u32 = 1;
/// Longest name read, in bytes.
const MAX_NAME: usize = 512;

/// A client's names for itself, lower case; the server has not confirmed any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub user: String,
    pub domain: String,
    pub workstation: String,
}

/// The first claim in `data`, bare or inside another envelope (SPNEGO, SMB). Nobody (anonymous) is no claim.
pub(crate) fn find(data: &[u8]) -> Option<Claim> {
    let at = data.windows(AUTHENTICATE.len()).position(|window| window == AUTHENTICATE)?;
    let message = data.get(at..)?;
    let offset = |at: usize| number(message, at.checked_add(4)?);
    // Old clients sent no flags: then the first payload stands in their place.
    let payload = [DOMAIN_AT, USER_AT, WORKSTATION_AT].into_iter().filter_map(offset).min()?;
    let has_flags = payload as usize >= FLAGS_AT + 4;
    let is_unicode = has_flags && number(message, FLAGS_AT).is_some_and(|flags| flags & UNICODE != 0);
    let user = name(message, USER_AT, is_unicode)?;
    let other = |at: usize| name(message, at, is_unicode).unwrap_or_default();
    (!user.is_empty()).then(|| Claim { user, domain: other(DOMAIN_AT), workstation: other(WORKSTATION_AT) })
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn name(message: &[u8], at: usize, is_unicode: bool) -> Option<String> {
    let length = u16::from_le_bytes(*message.get(at..)?.first_chunk()?);
    let from = usize::try_from(number(message, at.checked_add(4)?)?).ok()?;
    let bytes = message.get(from..from.checked_add(usize::from(length).min(MAX_NAME))?)?;
    if !is_unicode {
        return Some(text::name(bytes));
    }
    let units = bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_le_bytes(*pair.first_chunk()?)));
    Some(text::name(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().as_bytes()))
}

/// The event of one proof of who somebody is, between `ends` (client, server) through `service` (`smb`, `http`): the server's word on it
/// and its status code as text.
pub(crate) fn ntlm_event(
    ends: (SocketAddr, SocketAddr),
    claim: Claim,
    service: &str,
    time_ns: i64,
    verdict: (Status, Option<String>),
) -> Event {
    let names = [&claim.domain, &claim.user, &claim.workstation].map(|name| name.as_bytes());
    let (client, server, at) = (socket_bytes(ends.0), socket_bytes(ends.1), time_ns.div_euclid(MS).to_be_bytes());
    let uid = EventUid::of("ntlm", &[&client, &server, names[0], names[1], names[2], &at]);
    let named = |name: String| (!name.is_empty()).then_some(name);
    let mut source = endpoint(ends.0);
    source.hostname = named(claim.workstation);
    let activity = Authentication {
        kind: AuthenticationKind::Logon,
        auth_protocol: Some(AuthProtocol::Ntlm),
        user: User {
            email_addr: claim.user.contains('@').then(|| claim.user.clone()),
            name: Some(claim.user),
            uid: None,
            domain: named(claim.domain),
        },
        status: verdict.0,
        status_detail: verdict.1,
        src_endpoint: source,
        service_name: Some(service.to_owned()),
        ..Authentication::default()
    };
    event(uid, time_ns, Body::Authentication(Box::new(activity)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An AUTHENTICATE_MESSAGE as Windows sends it.
    pub(crate) fn authenticate(domain: &str, user: &str, workstation: &str) -> Vec<u8> {
        let mut payload = Vec::new();
        let mut fields = Vec::new();
        for name in ["", "", domain, user, workstation, ""] {
            let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let length = (bytes.len() as u16).to_le_bytes();
            fields.extend([length, length].concat());
            fields.extend((64 + payload.len() as u32).to_le_bytes());
            payload.extend(bytes);
        }
        [AUTHENTICATE, &fields, &UNICODE.to_le_bytes(), &payload].concat()
    }

    #[test]
    fn names_are_found_in_any_envelope() {
        let claim = |user: &str| Some(Claim { user: user.into(), domain: "corp".into(), workstation: "lt-7".into() });
        assert_eq!(find(&authenticate("CORP", "Ann", "LT-7")), claim("ann"));
        assert_eq!(find(&[b"`\x82\x01 whatever", &authenticate("CORP", "Zo\u{eb}", "LT-7")[..]].concat()), claim("zo\u{eb}"));
        assert_eq!(find(&authenticate("", "", "LT-7")), None, "anonymous");
        assert_eq!(find(b"NTLMSSP\0\x01\0\0\0"), None, "the first message names nobody");
    }

    #[test]
    fn old_clients_send_no_flags() {
        let mut message = AUTHENTICATE.to_vec();
        for (length, from) in [(0u16, 52u32), (0, 52), (4, 52), (3, 56), (0, 59)] {
            message.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
            message.extend(from.to_le_bytes());
        }
        message.extend(b"CORPBOB");
        assert_eq!(find(&message), Some(Claim { user: "bob".into(), domain: "corp".into(), workstation: String::new() }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(tail in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = find(&[AUTHENTICATE, &tail[..]].concat());
        }
    }
}
