//! Undoes link protection services by the text of the link alone: Microsoft Safe Links, Proofpoint URL Defense v1, v2 and v3.
//! Must not contact the service.

use crate::limits::{MAX_WRAPPED_URL_BYTES, MAX_WRAPPERS};
use crate::transfer::hex;
use mail_parser::decoders::base64::base64_decode;
use url::Url;

/// The target behind any services around it; `url` itself when there is none or it cannot be decoded.
pub(super) fn target(mut url: String) -> String {
    for _ in 0..MAX_WRAPPERS {
        match unwrapped(&url) {
            Some(inner) if !inner.is_empty() && inner.len() <= MAX_WRAPPED_URL_BYTES => url = inner,
            _ => break,
        }
    }
    url
}

fn unwrapped(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    let host = parsed.host_str()?.to_ascii_lowercase();
    if host.ends_with(".safelinks.protection.outlook.com") || host.ends_with(".safelinks.protection.office365.us") {
        return query(&parsed, "url");
    }
    if host != "urldefense.com" && host != "urldefense.proofpoint.com" {
        return None;
    }
    match parsed.path().split('/').nth(1)? {
        "v1" => query(&parsed, "u"),
        "v2" => version_2(&raw_query(&parsed, "u")?),
        "v3" => version_3(url),
        _ => None,
    }
}

/// The decoded value of a query parameter; `&amp;` left over from HTML is forgiven.
fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key.trim_start_matches("amp;").eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

fn raw_query(url: &Url, name: &str) -> Option<String> {
    let pairs = url.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| key.trim_start_matches("amp;") == name).map(|(_, value)| value.to_owned())
}

/// `-` stands for `%` and `_` for `/`.
fn version_2(value: &str) -> Option<String> {
    let escaped: String = value
        .chars()
        .map(|c| {
            if c == '-' {
                '%'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    Some(percent_decoded(&escaped))
}

/// `https://urldefense.com/v3/__TARGET__;CHARACTERS!...`: each `*` in the target stands for the next of the base64url-coded
/// characters, `**X` for a run of them whose length X gives (A is 2). Proofpoint's published decoder is the source.
fn version_3(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/v3/__")?;
    let (target, rest) = rest.split_once("__;")?;
    let (coded, _) = rest.split_once('!')?;
    let standard: Vec<u8> = coded
        .bytes()
        .map(|b| {
            if b == b'-' {
                b'+'
            } else if b == b'_' {
                b'/'
            } else {
                b
            }
        })
        .collect();
    let replaced = String::from_utf8(base64_decode(&standard)?).ok()?;
    let mut replacements = replaced.chars();
    let decoded = percent_decoded(target);
    let mut out = String::with_capacity(decoded.len());
    let mut characters = decoded.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '*' {
            out.push(character);
        } else if characters.next_if_eq(&'*').is_some() {
            let length = run_length(characters.next()?)?;
            out.extend(replacements.by_ref().take(length));
        } else {
            out.extend(replacements.next());
        }
    }
    // Gateways fold the two slashes of a wrapped scheme into one.
    match out.split_once(":/") {
        Some((scheme, path)) if !path.starts_with('/') && scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Some(format!("{scheme}://{path}"))
        }
        _ => Some(out),
    }
}

fn run_length(code: char) -> Option<usize> {
    const CODES: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    CODES.find(code).map(|index| index + 2)
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            _ => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_undone() {
        for (wrapped, expected) in [
            (
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx%3Fy%3D1&data=05%7C&reserved=0",
                "https://a.example/x?y=1",
            ),
            ("https://eur01.safelinks.protection.outlook.com/?foo=1&amp;url=https%3A%2F%2Fa.example", "https://a.example"),
            ("https://urldefense.proofpoint.com/v1/url?u=http://a.example/&k=x", "http://a.example/"),
            ("https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_x-3Fy-3D1&d=DwMF", "http://a.example/x?y=1"),
            ("https://urldefense.com/v3/__https://a.example/x*y__;Iw!!Ab3!sig$", "https://a.example/x#y"),
            ("https://urldefense.com/v3/__https:/a.example/**Bz__;4pyT4pyT4pyT!!Ab3!$", "https://a.example/✓✓✓z"),
            ("https://a.example/?url=https%3A%2F%2Fb.example", "https://a.example/?url=https%3A%2F%2Fb.example"),
            ("https://urldefense.com/v3/__broken", "https://urldefense.com/v3/__broken"),
        ] {
            assert_eq!(target(wrapped.to_owned()), expected, "{wrapped}");
        }
    }

    #[test]
    fn a_service_around_a_service() {
        let inner = "https%3A%2F%2Furldefense.proofpoint.com%2Fv2%2Furl%3Fu%3Dhttp-3A__a.example";
        assert_eq!(target(format!("https://x.safelinks.protection.outlook.com/?url={inner}")), "http://a.example");
    }
}
