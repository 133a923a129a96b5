//! HTTP/1 heads (RFC 9112): one request or response at the front of some bytes. Must not keep state.

use crate::ntlm::{self, Claim};
use crate::text;
use data_encoding::BASE64;
use std::mem::MaybeUninit;
use weft_model::HttpActivity;

/// Most header fields read in one head.
const MAX_HEADERS: usize = 96;
/// Longest request target kept, in bytes.
const MAX_PATH: usize = 2048;
/// Longest header value kept, in bytes.
const MAX_VALUE: usize = 1024;
/// Longest proof of who somebody is that is read, in bytes.
const MAX_PROOF: usize = 8192;

/// The methods that begin a request: RFC 9110, RFC 5789 (PATCH), WebDAV (RFC 4918, RFC 3253 and 5323 in part), UPnP, and QUERY.
const METHODS: [&[u8]; 20] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"MKCOL ",
    b"COPY ",
    b"MOVE ",
    b"LOCK ",
    b"UNLOCK ",
    b"SEARCH ",
    b"REPORT ",
    b"SUBSCRIBE ",
    b"QUERY ",
];

/// Whether `data` begins a request; the first bytes of a method are enough when there are no more.
pub(crate) fn begins_request(data: &[u8]) -> bool {
    !data.is_empty() && METHODS.iter().any(|method| data.starts_with(method) || method.starts_with(data))
}

/// Whether `data` begins a response, likewise.
pub(crate) fn begins_response(data: &[u8]) -> bool {
    const VERSION: &[u8] = b"HTTP/1.";
    !data.is_empty() && (data.starts_with(VERSION) || VERSION.starts_with(data))
}

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLength {
    Bytes(u64),
    /// Chunked, or until the connection closes.
    Unknown,
}

/// What parsing found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed<T> {
    /// A head of so many bytes.
    Head(usize, T, BodyLength),
    /// More bytes are needed.
    Partial,
    Malformed,
}

/// A response head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseHead {
    pub status: u16,
}

/// A request head; the endpoints are left for the caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestHead {
    pub activity: HttpActivity,
    /// Whom the client says it is, by NTLM.
    pub claim: Option<Claim>,
}

/// Reads a request head.
pub(crate) fn request(data: &[u8]) -> Parsed<RequestHead> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(data, &mut headers) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(_) => return Parsed::Malformed,
    };
    let path = request.path.unwrap_or_default();
    let mut activity = HttpActivity {
        http_method: request.method.unwrap_or_default().to_owned(),
        path: text::lossy(path.as_bytes(), MAX_PATH),
        host: authority(path, request.method == Some("CONNECT")).map(host_name).unwrap_or_default(),
        ..HttpActivity::default()
    };
    let (mut body, mut claim) = (BodyLength::Bytes(0), None);
    for header in request.headers.iter() {
        if header.name.eq_ignore_ascii_case("host") {
            // An absolute target wins over the Host field (RFC 9112 section 3.2.2).
            if activity.host.is_empty() {
                activity.host = host_name(header.value);
            }
        } else if header.name.eq_ignore_ascii_case("user-agent") {
            activity.user_agent = Some(text::lossy(header.value, MAX_VALUE));
        } else if header.name.eq_ignore_ascii_case("referer") {
            activity.referrer = Some(text::lossy(header.value, MAX_VALUE));
        } else if header.name.eq_ignore_ascii_case("authorization") || header.name.eq_ignore_ascii_case("proxy-authorization") {
            claim = claim.or_else(|| ntlm_claim(header.value));
        } else {
            body = body_length(body, header);
        }
    }
    Parsed::Head(length, RequestHead { activity, claim }, body)
}

/// `NTLM` or `Negotiate`, then a message in Base64 (RFC 4559).
fn ntlm_claim(value: &[u8]) -> Option<Claim> {
    let (scheme, proof) = value.split_at_checked(value.iter().position(|byte| *byte == b' ')?)?;
    let is_read = scheme.eq_ignore_ascii_case(b"ntlm") || scheme.eq_ignore_ascii_case(b"negotiate");
    let proof = proof.trim_ascii();
    (is_read && proof.len() <= MAX_PROOF).then(|| BASE64.decode(proof).ok()).flatten().and_then(|message| ntlm::find(&message))
}

/// Reads a response head. `bodiless` says that the request was a HEAD or CONNECT.
pub(crate) fn response(data: &[u8], bodiless: bool) -> Parsed<ResponseHead> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(&mut response, data, &mut headers);
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(_) => return Parsed::Malformed,
    };
    let status = response.code.unwrap_or_default();
    let body = if bodiless || matches!(status, 100..=199 | 204 | 304) {
        BodyLength::Bytes(0)
    } else {
        response.headers.iter().fold(BodyLength::Unknown, |body, header| body_length(body, header))
    };
    Parsed::Head(length, ResponseHead { status }, body)
}

fn body_length(so_far: BodyLength, header: &httparse::Header<'_>) -> BodyLength {
    if header.name.eq_ignore_ascii_case("content-length") {
        let number = std::str::from_utf8(header.value).ok().and_then(|value| value.trim().parse().ok());
        number.map_or(BodyLength::Unknown, BodyLength::Bytes)
    } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
        BodyLength::Unknown
    } else {
        so_far
    }
}

/// The authority of an absolute target, or the target itself for CONNECT.
fn authority(target: &str, is_connect: bool) -> Option<&[u8]> {
    if is_connect {
        return Some(target.as_bytes());
    }
    let scheme_end = target.find("://").filter(|end| *end < 12 && !target.starts_with('/'))?;
    let rest = target.get(scheme_end.checked_add(3)?..)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    Some(host.rsplit('@').next().unwrap_or(host).as_bytes())
}

/// Lower case, without port; an IPv6 literal keeps no brackets.
fn host_name(value: &[u8]) -> String {
    let value = value.trim_ascii();
    let host = match value.strip_prefix(b"[") {
        Some(literal) => literal.split(|byte| *byte == b']').next().unwrap_or(literal),
        None => value.split(|byte| *byte == b':').next().unwrap_or(value),
    };
    text::name(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(data: &[u8]) -> (HttpActivity, BodyLength) {
        match request(data) {
            Parsed::Head(_, head, body) => (head.activity, body),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn requests() {
        let (activity, body) = head(b"POST /a?b=c HTTP/1.1\r\nHost: WWW.Example.org:8080\r\nUser-Agent: x/1\r\nReferer: http://r/\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!((activity.http_method.as_str(), activity.path.as_str(), activity.host.as_str()), ("POST", "/a?b=c", "www.example.org"));
        assert_eq!((activity.user_agent.as_deref(), activity.referrer.as_deref()), (Some("x/1"), Some("http://r/")));
        assert_eq!(body, BodyLength::Bytes(5));
        assert_eq!(head(b"GET http://u@A.example:81/x HTTP/1.1\r\nHost: other\r\n\r\n").0.host, "a.example");
        assert_eq!(head(b"CONNECT Mail.example:443 HTTP/1.1\r\n\r\n").0.host, "mail.example");
        assert_eq!(head(b"GET /?u=http://b.example HTTP/1.1\r\nHost: [2001:DB8::1]:80\r\n\r\n").0.host, "2001:db8::1");
        assert_eq!(head(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").1, BodyLength::Unknown);
        assert_eq!(request(b"GET / HTTP/1.1\r\nHost"), Parsed::Partial);
        assert_eq!(request(b"GET / FTP/1.1\r\n\r\n"), Parsed::Malformed);
    }

    #[test]
    fn ntlm_in_a_request() {
        let proof = BASE64.encode(&ntlm::tests::authenticate("CORP", "Ann", "LT-7"));
        for (field, scheme) in [("Authorization", "NTLM"), ("Proxy-Authorization", "Negotiate"), ("authorization", "Basic")] {
            let head = format!("GET / HTTP/1.1\r\n{field}: {scheme} {proof}\r\n\r\n");
            let Parsed::Head(_, head, _) = request(head.as_bytes()) else { panic!("{head}") };
            assert_eq!(head.claim.map(|claim| claim.user).as_deref(), (scheme != "Basic").then_some("ann"));
        }
    }

    #[test]
    fn responses() {
        let parsed = response(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", false);
        assert_eq!(parsed, Parsed::Head(38, ResponseHead { status: 200 }, BodyLength::Bytes(7)));
        let parsed = response(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", false);
        assert!(matches!(parsed, Parsed::Head(_, ResponseHead { status: 304 }, BodyLength::Bytes(0))));
        assert!(matches!(response(b"HTTP/1.0 200 OK\r\n\r\n", false), Parsed::Head(_, _, BodyLength::Unknown)));
    }

    #[test]
    fn beginnings() {
        assert!(begins_request(b"GET / HTTP") && begins_request(b"PRO") && begins_response(b"HTT"));
        assert!(!begins_request(b"GETTING") && !begins_request(b"") && !begins_response(b"HTTP/2"));
    }
}
