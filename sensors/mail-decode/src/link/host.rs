//! The host of a URL as a browser would see it (WHATWG URL). Must not ask any name server.

use url::{Host, ParseError, Url};

/// Host in lower case and IDNA ASCII form, an address without brackets; empty when there is none (`mailto:`, relative links).
pub(super) fn of_url(url: &str) -> String {
    let parsed = match Url::parse(url) {
        Ok(parsed) => Some(parsed),
        Err(ParseError::RelativeUrlWithoutBase) => without_scheme(url),
        Err(_) => None,
    };
    match parsed.as_ref().map(Url::host) {
        Some(Some(Host::Domain(name))) => name.trim_end_matches('.').to_ascii_lowercase(),
        Some(Some(Host::Ipv4(address))) => address.to_string(),
        Some(Some(Host::Ipv6(address))) => address.to_string(),
        Some(None) => String::new(),
        None => authority(url),
    }
}

/// Mail clients open `www.host` and `//host` as web addresses.
fn without_scheme(url: &str) -> Option<Url> {
    let is_www = url.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let with_scheme = if is_www { format!("http://{url}") } else { format!("http:{}", url.strip_prefix("//").map(|_| url)?) };
    Url::parse(&with_scheme).ok()
}

/// What stands where the host belongs in a URL that no parser takes, when it looks like a name at all.
fn authority(url: &str) -> String {
    let Some((_, rest)) = url.split_once("://") else { return String::new() };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_name =
        host.len() <= 253 && host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if is_name { host } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_as_browsers_see_them() {
        for (url, expected) in [
            ("https://WWW.Example.COM:8443/x", "www.example.com"),
            ("https://login.example@evil.example/", "evil.example"),
            ("https:\\\\evil.example\\x", "evil.example"),
            ("http://bücher.example/", "xn--bcher-kva.example"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://[2001:db8::1]/", "2001:db8::1"),
            ("http://a.example./", "a.example"),
            ("www.example.com/x", "www.example.com"),
            ("//cdn.example/x", "cdn.example"),
            ("mailto:ann@corp.example", ""),
            ("page.html", ""),
            ("javascript:alert(1)", ""),
            ("http://under_score.example:99999/", "under_score.example"),
            ("http://", ""),
        ] {
            assert_eq!(of_url(url), expected, "{url}");
        }
    }
}
