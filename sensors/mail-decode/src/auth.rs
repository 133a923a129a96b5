//! The receiving server's authentication verdicts (RFC 8601, RFC 7208 section 9.1). Must not verify anything itself.
//!
//! Only the topmost Authentication-Results field is read: those below it may have come with the message. A missing SPF verdict is
//! taken from the topmost Received-SPF field.

use crate::header::Headers;
use weft_model::EmailAuth;

/// Bytes of a verdict or domain; longer ones are no verdict.
const MAX_WORD_BYTES: usize = 255;

/// Verdicts of a message.
pub(crate) fn verdicts(headers: &Headers<'_>) -> EmailAuth {
    let mut auth = headers.first("authentication-results").map(results).unwrap_or_default();
    if auth.spf.is_none() {
        auth.spf = headers.first("received-spf").and_then(received_spf);
    }
    auth
}

/// One `method=result` with its properties.
struct Resinfo {
    method: String,
    result: String,
    domain: Option<String>,
}

fn results(value: &[u8]) -> EmailAuth {
    let plain = without_comments(&String::from_utf8_lossy(value));
    let found: Vec<Resinfo> = plain.split(';').filter_map(resinfo).collect();
    let first = |method: &str| found.iter().find(|r| r.method == method).map(|r| r.result.clone());
    // Of several signatures the one that holds speaks for the message.
    let signatures = || found.iter().filter(|r| r.method == "dkim");
    let dkim = signatures().find(|r| r.result == "pass").or_else(|| signatures().next());
    EmailAuth {
        spf: first("spf"),
        dkim: dkim.map(|r| r.result.clone()),
        dkim_domain: dkim.and_then(|r| r.domain.clone()),
        dmarc: first("dmarc"),
    }
}

fn resinfo(part: &str) -> Option<Resinfo> {
    // "spf = pass" is allowed; tokens are glued first. The authserv-id of the first part holds no "=" and is passed over.
    let glued = part.split('=').map(str::trim).collect::<Vec<_>>().join("=");
    let mut pairs = glued.split_whitespace().filter_map(|token| token.split_once('='));
    let (method, result) = pairs.next()?;
    let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(method.as_str(), "spf" | "dkim" | "dmarc") {
        return None;
    }
    let (mut of_d, mut of_i) = (None, None);
    for (name, value) in pairs {
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "header.d" => of_d = of_d.or_else(|| domain(value)),
            "header.i" => of_i = of_i.or_else(|| domain(value.rsplit('@').next().unwrap_or_default())),
            _ => {}
        }
    }
    Some(Resinfo { method, result: word(result)?, domain: of_d.or(of_i) })
}

fn received_spf(value: &[u8]) -> Option<String> {
    let plain = without_comments(&String::from_utf8_lossy(value));
    word(plain.split_whitespace().next()?.trim_end_matches(':'))
}

fn word(text: &str) -> Option<String> {
    let word = text.trim_matches('"').to_ascii_lowercase();
    let valid = !word.is_empty() && word.len() <= MAX_WORD_BYTES && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    valid.then_some(word)
}

fn domain(text: &str) -> Option<String> {
    let name = text.to_lowercase();
    let valid = name.contains('.') && name.len() <= MAX_WORD_BYTES && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    valid.then_some(name)
}

/// Comments (RFC 5322 section 3.2.2, nested, with quoted pairs) become a space; a semicolon inside quotes becomes a comma so that it
/// does not part results; an unclosed comment ends with the value.
fn without_comments(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let (mut depth, mut quoted) = (0u32, false);
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if depth > 0 || quoted => {
                characters.next();
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push('"');
            }
            '(' if !quoted => {
                depth = depth.saturating_add(1);
                out.push(' ');
            }
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ';' if quoted => out.push(','),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: [Option<&str>; 4]) {
        let auth = verdicts(&Headers::split(format!("{header}\n\n").as_bytes()));
        assert_eq!([&auth.spf, &auth.dkim, &auth.dkim_domain, &auth.dmarc].map(|v| v.as_deref()), expected, "{header}");
    }

    #[test]
    fn forms_of_results() {
        check(
            "Authentication-Results: mx.corp.example; dkim=pass header.i=@News.Example header.s=s1;\r\n spf = Pass (p=x; y) smtp.mailfrom=a@news.example;\r\n dmarc=pass (p=NONE sp=NONE) header.from=news.example",
            [Some("pass"), Some("pass"), Some("news.example"), Some("pass")],
        );
        check(
            "Authentication-Results: spf=softfail (sender IP is 203.0.113.9)\r\n smtp.mailfrom=x.example; dkim=none (message not signed)\r\n header.d=none;dmarc=fail action=none header.from=x.example;compauth=fail reason=001",
            [Some("softfail"), Some("none"), None, Some("fail")],
        );
        check(
            "Authentication-Results: mx 1; dkim/1=fail header.d=a.example; dkim=pass header.d=b.example header.i=@c.example",
            [None, Some("pass"), Some("b.example"), None],
        );
        check("Authentication-Results: mx; none", [None; 4]);
        check("Authentication-Results: \"a;spf=pass\"; dmarc=fail", [None, None, None, Some("fail")]);
        check("Authentication-Results: ((((; spf=pass", [None; 4]);
    }

    #[test]
    fn only_the_topmost_field_counts() {
        check("Authentication-Results: mx; spf=fail\nAuthentication-Results: mx; spf=pass; dmarc=pass", [Some("fail"), None, None, None]);
        check("Received-SPF: SoftFail (x: domain) client-ip=1.2.3.4\nReceived-SPF: Pass", [Some("softfail"), None, None, None]);
        check("Authentication-Results: mx; dkim=fail\nReceived-SPF: none (x)", [Some("none"), Some("fail"), None, None]);
    }
}
