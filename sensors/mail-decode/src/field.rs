//! Decodes single header field values: text, ids, MIME types with parameters. Must not know which message they belong to.

use crate::limits::{MAX_MIME_FIELD_BYTES, MAX_NAME_BYTES};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// A value as the field parsers want it: ended by a line end that no folded line follows.
pub(crate) fn terminated(value: &[u8]) -> Cow<'_, [u8]> {
    if value.ends_with(b"\n") {
        return Cow::Borrowed(value);
    }
    let mut owned = value.to_vec();
    owned.push(b'\n');
    Cow::Owned(owned)
}

/// Unstructured text (RFC 5322 section 3.6.5) with encoded words decoded (RFC 2047), unfolded, without control characters.
pub(crate) fn text(value: &[u8], max_bytes: usize) -> String {
    let value = terminated(value);
    let parsed = MessageStream::new(&value).parse_unstructured();
    clean(parsed.as_text().unwrap_or_default(), max_bytes)
}

/// The value as it stands: lossy UTF-8, unfolded, white space runs made one space.
pub(crate) fn raw(value: &[u8], max_bytes: usize) -> String {
    clean(&String::from_utf8_lossy(value), max_bytes)
}

/// White space runs and control characters become one space; cut to `max_bytes`.
pub(crate) fn clean(text: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_bytes));
    for character in text.chars() {
        let character = if character.is_control() || character.is_whitespace() { ' ' } else { character };
        if character == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if out.len() + character.len_utf8() > max_bytes {
            break;
        }
        out.push(character);
    }
    out.truncate(out.trim_end().len());
    out
}

/// The longest beginning of `text` with at most `max_bytes`, cut between characters.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// Message-IDs without angle brackets, in order; a value without brackets is taken as one id.
pub(crate) fn ids(value: &[u8], max_bytes: usize) -> Vec<String> {
    let value = terminated(value);
    let ids = match MessageStream::new(&value).parse_id() {
        HeaderValue::Text(id) => vec![clean(&id, max_bytes)],
        HeaderValue::TextList(list) => list.iter().map(|id| clean(id, max_bytes)).collect(),
        _ => Vec::new(),
    };
    ids.into_iter().filter(|id| !id.is_empty()).collect()
}

/// A MIME type or disposition with its parameters (RFC 2045, 2183, 2231).
#[derive(Debug, Default)]
pub(crate) struct Mime {
    /// `type/subtype`, lower case; for a disposition its single word.
    pub essence: String,
    /// Names in lower case; the first of equal names counts.
    parameters: Vec<(String, String)>,
}

impl Mime {
    /// A type without parameters.
    pub(crate) fn bare(essence: &str) -> Self {
        Self { essence: essence.to_owned(), parameters: Vec::new() }
    }

    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let value = terminated(value.get(..value.len().min(MAX_MIME_FIELD_BYTES)).unwrap_or_default());
        let HeaderValue::ContentType(parsed) = MessageStream::new(&value).parse_content_type() else { return None };
        let mut essence = parsed.c_type.trim().to_ascii_lowercase();
        if let Some(subtype) = &parsed.c_subtype {
            essence.push('/');
            essence.push_str(subtype.trim());
        }
        let essence = clean(&essence.to_ascii_lowercase(), MAX_NAME_BYTES);
        let parameters = parsed.attributes.unwrap_or_default();
        let parameters = parameters.into_iter().map(|a| (a.name.into_owned(), a.value.into_owned())).collect();
        Some(Self { essence, parameters })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_and_bounded() {
        assert_eq!(text(b" =?utf-8?B?44GT44KT?=\r\n =?utf-8?B?44Gr44Gh44Gv?=  x\0y\r\n", 100), "こんにちは x y");
        assert_eq!(text(b" plain", 100), "plain");
        assert_eq!(text("ééé".as_bytes(), 3), "é");
        assert_eq!(cut("ééé", 3), "é");
    }

    #[test]
    fn ids_lose_their_brackets() {
        assert_eq!(ids(b" <a@b>\r\n <c@d>\r\n", 100), ["a@b", "c@d"]);
        assert_eq!(ids(b" bare@id", 100), ["bare@id"]);
        assert!(ids(b" <>\n", 100).is_empty());
    }

    #[test]
    fn types_keep_parameters() {
        let mime = Mime::parse(b" Multipart/Mixed;\r\n BOUNDARY=\"a b\"; x*=utf-8''%e2%82%ac").unwrap();
        assert_eq!((mime.essence.as_str(), mime.parameter("boundary"), mime.parameter("x")), ("multipart/mixed", Some("a b"), Some("€")));
        assert_eq!(Mime::parse(b" text\n").unwrap().essence, "text");
        assert!(Mime::parse(b"\n").is_none());
    }
}
