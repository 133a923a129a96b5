//! Whether a program sent a message on its own: automatic replies, delivery reports, mailing lists. Must not look at the body.

use crate::field::{Mime, raw};
use crate::header::Headers;

/// Bytes of a field that are compared.
const MAX_WORD_BYTES: usize = 64;

/// True for any of: Auto-Submitted other than `no` (RFC 3834), multipart/report (RFC 6522), an empty return path (RFC 5321 section
/// 4.5.5), X-Autoreply or X-Autorespond, Precedence `auto_reply`, a list field (RFC 2369, RFC 2919) together with Precedence `bulk` or
/// `list`. A list field alone is not enough: every bulk sender may add one, and so may an attacker.
pub(crate) fn is_automatic(headers: &Headers<'_>) -> bool {
    let word = |name: &str| headers.first(name).map(|value| raw(value, MAX_WORD_BYTES).to_ascii_lowercase());
    let submitted = word("auto-submitted").is_some_and(|value| value.split([';', ' ']).next() != Some("no"));
    let report = headers.first("content-type").and_then(Mime::parse).is_some_and(|mime| mime.essence == "multipart/report");
    let null_path = word("return-path").is_some_and(|path| path == "<>");
    let replied = ["x-autoreply", "x-autorespond", "x-auto-reply-from"].iter().any(|name| headers.has(name));
    let precedence = word("precedence").unwrap_or_default();
    let listed = ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| headers.has(name));
    submitted || report || null_path || replied || precedence == "auto_reply" || (listed && matches!(precedence.as_str(), "bulk" | "list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: bool) {
        assert_eq!(is_automatic(&Headers::split(format!("{header}\n\n").as_bytes())), expected, "{header}");
    }

    #[test]
    fn programs_are_told_from_people() {
        check("Auto-Submitted: auto-replied (vacation)", true);
        check("Auto-Submitted: no", false);
        check("Content-Type: multipart/report; report-type=delivery-status; boundary=x", true);
        check("Return-Path: <>", true);
        check("Return-Path: <ann@corp.example>", false);
        check("List-Id: <l.example>\nPrecedence: List", true);
        check("List-Unsubscribe: <https://l.example>", false);
        check("Precedence: bulk", false);
        check("X-Autoreply: yes", true);
        check("Subject: hello", false);
    }
}
