//! The session cookie (RFC 6265, SameSite of RFC 6265bis): reading and writing its header. It must not know what the token opens.

use crate::token::Token;
use axum::http::{HeaderMap, HeaderValue, header};

const NAME: &str = "weft_session";

/// The first well-formed session token among the request's cookies.
pub(crate) fn read(headers: &HeaderMap) -> Option<Token> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| if name == NAME { Token::parse(value) } else { None })
}

/// A header that gives the browser the token for `max_age_ms`; `None` takes it away.
pub(crate) fn write(token: Option<&Token>, max_age_ms: i64, secure: bool) -> HeaderValue {
    let value = token.map_or("", Token::as_str);
    let age = if token.is_some() { max_age_ms / 1000 } else { 0 };
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    // Hex digits and the text above are always a legal header; an empty one would merely not sign in.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_is_found_among_others() {
        let token = "0123456789abcdef".repeat(4);
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; weft_session=short"));
        assert!(read(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_str(&format!("c=d;weft_session={token} ; e")).unwrap());
        assert_eq!(read(&headers).map(|found| found.as_str().to_owned()), Some(token));
    }
}
