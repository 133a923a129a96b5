//! Kerberos messages (RFC 4120) of the AS exchange: who asks for a ticket, and what the KDC says. Must not keep state.

use crate::text;
use kerberos_parser::krb5_parser::parse_as_req;

/// A message as far as we read it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// AS-REQ: client name (components joined with `/`) and realm, lower case.
    Request { client: String, realm: String },
    /// AS-REP: the ticket was given.
    Reply,
    /// KRB-ERROR with its code (RFC 4120 section 7.5.9).
    Error { code: i32 },
    /// Another message of Kerberos: TGS, AP, and requests that name no client.
    Other,
}

/// Reads a message without its length prefix; `None` when it is not Kerberos.
pub(crate) fn parse(data: &[u8]) -> Option<Message> {
    // The application tag says which message it is (RFC 4120 section 5.10).
    match data.first()? {
        0x6a => {
            let (_, request) = parse_as_req(data).ok()?;
            let realm = text::name(request.req_body.realm.0.as_bytes());
            Some(match request.req_body.cname {
                Some(name) => Message::Request { client: text::name(name.name_string.join("/").as_bytes()), realm },
                None => Message::Other,
            })
        }
        0x6b => is_whole(data).then_some(Message::Reply),
        0x7e => Some(Message::Error { code: error_code(data)? }),
        0x6c..=0x6f | 0x74..=0x76 => is_whole(data).then_some(Message::Other),
        _ => None,
    }
}

/// Whether the outer element is a sequence in a tag whose length fits the data; it may be cut short by the capture.
fn is_whole(data: &[u8]) -> bool {
    element(data).is_some_and(|element| element.body.first() == Some(&0x30))
}

/// One element (DER, definite lengths only). The body may be cut short by the capture.
struct Element<'a> {
    tag: u8,
    body: &'a [u8],
    rest: &'a [u8],
}

/// The element at the front.
fn element(data: &[u8]) -> Option<Element<'_>> {
    let (tag, rest) = data.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (body, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    Some(Element { tag: *tag, body, rest })
}

/// `error-code [6] Int32`, found by walking the fields: the library wants the fields behind it well formed too.
fn error_code(data: &[u8]) -> Option<i32> {
    let sequence = element(element(data)?.body).filter(|sequence| sequence.tag == 0x30)?;
    let mut fields = sequence.body;
    // pvno to error-code are the fields 0 to 6.
    for _ in 0..=6 {
        let field = element(fields)?;
        if field.tag == 0xa6 {
            let number = element(field.body).filter(|number| number.tag == 2 && (1..=4).contains(&number.body.len()))?.body;
            let negative = number.first().is_some_and(|byte| byte & 0x80 != 0);
            let start = if negative { -1 } else { 0 };
            return Some(number.iter().fold(start, |code: i32, byte| code << 8 | i32::from(*byte)));
        }
        fields = field.rest;
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn wrap(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = match body.len() {
            length @ 0..=0x7f => vec![length as u8],
            length => vec![0x82, (length >> 8) as u8, length as u8],
        };
        [&[tag][..], &length, body].concat()
    }

    fn text(value: &str) -> Vec<u8> {
        wrap(0x1b, value.as_bytes())
    }

    fn number(value: u8) -> Vec<u8> {
        wrap(2, &[value])
    }

    /// An AS-REQ as a client sends it first, without pre-authentication.
    pub(crate) fn as_request(client: &str, realm: &str) -> Vec<u8> {
        let name = |kind: u8, parts: &[&str]| {
            let parts: Vec<u8> = parts.iter().flat_map(|part| text(part)).collect();
            wrap(0x30, &[wrap(0xa0, &number(kind)), wrap(0xa1, &wrap(0x30, &parts))].concat())
        };
        let body = [
            wrap(0xa0, &wrap(3, &[0, 0x40, 0x81, 0, 0x10])),
            wrap(0xa1, &name(1, &[client])),
            wrap(0xa2, &text(realm)),
            wrap(0xa3, &name(2, &["krbtgt", realm])),
            wrap(0xa5, &wrap(0x18, b"20370913024805Z")),
            wrap(0xa7, &number(42)),
            wrap(0xa8, &wrap(0x30, &number(18))),
        ];
        let request = [wrap(0xa1, &number(5)), wrap(0xa2, &number(10)), wrap(0xa4, &wrap(0x30, &body.concat()))];
        wrap(0x6a, &wrap(0x30, &request.concat()))
    }

    pub(crate) fn error(code: u8) -> Vec<u8> {
        let fields = [
            wrap(0xa0, &number(5)),
            wrap(0xa1, &number(30)),
            wrap(0xa4, &wrap(0x18, b"20240318091500Z")),
            wrap(0xa5, &number(0)),
            wrap(0xa6, &number(code)),
        ];
        wrap(0x7e, &wrap(0x30, &fields.concat()))
    }

    pub(crate) fn as_reply() -> Vec<u8> {
        wrap(0x6b, &wrap(0x30, &wrap(0xa0, &number(5))))
    }

    #[test]
    fn reads_the_exchange() {
        let request = Message::Request { client: "alice".into(), realm: "corp.example".into() };
        assert_eq!(parse(&as_request("Alice", "CORP.EXAMPLE")), Some(request));
        assert_eq!(parse(&error(25)), Some(Message::Error { code: 25 }));
        assert_eq!(parse(&error(0xff)), Some(Message::Error { code: -1 }));
        assert_eq!(parse(&as_reply()), Some(Message::Reply));
        assert_eq!(parse(b"GET / HTTP/1.1"), None);
        assert_eq!(parse(&[0x7e, 0x84, 1, 1, 1, 1]), None);
    }
}
