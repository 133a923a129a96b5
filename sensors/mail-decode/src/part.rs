//! Walks the MIME tree (RFC 2046) and hands out its leaves. Must not know what is looked for in them.
//!
//! Every level is a slice of the level above, found by one scan, so the work is at most the depth cap times the message's size.

use crate::field::Mime;
use crate::header::{Headers, line_at};
use crate::limits::{MAX_DEPTH, MAX_ENCODED_MESSAGES, MAX_NAME_BYTES, MAX_PARTS};
use crate::transfer;
use std::borrow::Cow;

/// Bytes of a boundary beyond which it is none (RFC 2046 section 5.1.1 allows 70).
const MAX_BOUNDARY_BYTES: usize = 512;

/// A part without parts of its own, decoded; or an attached message as a whole.
pub(crate) struct Leaf<'a> {
    /// `type/subtype`, lower case; `text/plain` when nothing is declared.
    pub mime_type: String,
    pub charset: Option<String>,
    /// File name as declared, empty when there is none.
    pub name: String,
    /// Declared as an attachment, or a named part of a larger message.
    pub is_attachment: bool,
    pub bytes: Cow<'a, [u8]>,
}

/// What is left of the caps.
struct Walk<'v> {
    parts: usize,
    encoded_messages: usize,
    visit: &'v mut dyn FnMut(&Leaf<'_>),
}

/// Visits every leaf of a message in order. An attached message is visited as a leaf, and then its own leaves are, except inside a
/// delivery report: what a report returns is not what its sender wrote.
pub(crate) fn walk(message: &Headers<'_>, visit: &mut dyn FnMut(&Leaf<'_>)) {
    Walk { parts: 0, encoded_messages: 0, visit }.entity(message, Place { depth: 0, default: "text/plain", in_report: false });
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// Type of a part that declares none.
    default: &'static str,
    in_report: bool,
}

impl Walk<'_> {
    fn entity(&mut self, entity: &Headers<'_>, place: Place) {
        if self.parts >= MAX_PARTS {
            return;
        }
        self.parts += 1;
        let mime = entity.first("content-type").and_then(Mime::parse).filter(|mime| !mime.essence.is_empty());
        let mime = mime.unwrap_or_else(|| Mime::bare(place.default));
        if mime.essence.starts_with("multipart/") && place.depth < MAX_DEPTH && self.multipart(entity.body, &mime, place) {
            return;
        }
        let encoding = entity.first("content-transfer-encoding").map(|value| crate::field::raw(value, 64).to_ascii_lowercase());
        let encoding = encoding.unwrap_or_default();
        let bytes = transfer::decode(entity.body, &encoding);
        let is_message = matches!(mime.essence.as_str(), "message/rfc822" | "message/global" | "message/news");
        (self.visit)(&leaf(entity, &mime, place, &bytes));
        if is_message && !place.in_report && place.depth < MAX_DEPTH {
            self.message(&bytes, transfer::is_encoding(&encoding), place);
        }
    }

    /// Whether the body held any part.
    fn multipart(&mut self, body: &[u8], mime: &Mime, place: Place) -> bool {
        let boundary = mime.parameter("boundary").map(str::trim_end).filter(|b| !b.is_empty() && b.len() <= MAX_BOUNDARY_BYTES);
        let Some(boundary) = boundary else { return false };
        let inside = Place {
            depth: place.depth + 1,
            default: if mime.essence == "multipart/digest" { "message/rfc822" } else { "text/plain" },
            in_report: place.in_report || mime.essence == "multipart/report",
        };
        let mut any = false;
        for section in Sections::new(body, boundary.as_bytes()) {
            any = true;
            if self.parts >= MAX_PARTS {
                break;
            }
            let mut part = Headers::split(section);
            if part.fields.is_empty() && part.body.is_empty() {
                part.body = section; // text that follows the boundary without the empty line
            }
            self.entity(&part, inside);
        }
        any
    }

    fn message(&mut self, bytes: &[u8], encoded: bool, place: Place) {
        if encoded {
            self.encoded_messages += 1;
        }
        if self.encoded_messages > MAX_ENCODED_MESSAGES {
            return;
        }
        let message = Headers::split(bytes);
        if !message.fields.is_empty() {
            self.entity(&message, Place { depth: place.depth + 1, default: "text/plain", in_report: false });
        }
    }
}

fn leaf<'a>(entity: &Headers<'_>, mime: &Mime, place: Place, bytes: &'a [u8]) -> Leaf<'a> {
    let disposition = entity.first("content-disposition").and_then(Mime::parse).unwrap_or_default();
    let name = disposition.parameter("filename").or_else(|| mime.parameter("name")).unwrap_or_default();
    let name = crate::field::text(name.as_bytes(), MAX_NAME_BYTES);
    // Nothing that cannot be split is shown as anything but text.
    let mime_type = if mime.essence.starts_with("multipart/") { "text/plain".to_owned() } else { mime.essence.clone() };
    let is_text = matches!(mime_type.as_str(), "text/plain" | "text/html" | "text/x-amp-html" | "text");
    let is_attachment = disposition.essence == "attachment" || !is_text || (!name.is_empty() && place.depth > 0);
    Leaf { mime_type, charset: mime.parameter("charset").map(str::to_owned), name, is_attachment, bytes: Cow::Borrowed(bytes) }
}

/// The parts between the boundary lines of a multipart body; preamble and epilogue are left out, a missing end is forgiven.
struct Sections<'a> {
    body: &'a [u8],
    boundary: &'a [u8],
    /// Where the next part begins; `None` once the end was seen.
    at: Option<usize>,
}

impl<'a> Sections<'a> {
    fn new(body: &'a [u8], boundary: &'a [u8]) -> Self {
        let at = match next_boundary(body, 0, boundary) {
            Some(line) if !line.is_end => Some(line.after),
            _ => None,
        };
        Self { body, boundary, at }
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let from = self.at?;
        let Some(line) = next_boundary(self.body, from, self.boundary) else {
            self.at = None;
            return self.body.get(from..).filter(|rest| !rest.is_empty());
        };
        self.at = (!line.is_end).then_some(line.after);
        let section = self.body.get(from..line.start).unwrap_or_default();
        // The line end before a boundary belongs to the boundary.
        let section = section.strip_suffix(b"\n").unwrap_or(section);
        Some(section.strip_suffix(b"\r").unwrap_or(section))
    }
}

struct BoundaryLine {
    start: usize,
    after: usize,
    is_end: bool,
}

fn next_boundary(body: &[u8], from: usize, boundary: &[u8]) -> Option<BoundaryLine> {
    let mut start = from;
    while let Some(line) = line_at(body, start) {
        let after = start.saturating_add(line.len());
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) {
            let is_end = rest.starts_with(b"--");
            if is_end || rest.trim_ascii().is_empty() {
                return Some(BoundaryLine { start, after, is_end });
            }
        }
        start = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(message: &str) -> Vec<(String, String, bool, String)> {
        let mut found = Vec::new();
        walk(&Headers::split(message.as_bytes()), &mut |leaf| {
            found.push((leaf.mime_type.clone(), leaf.name.clone(), leaf.is_attachment, String::from_utf8_lossy(&leaf.bytes).into_owned()));
        });
        found
    }

    fn row(mime: &str, name: &str, attachment: bool, text: &str) -> (String, String, bool, String) {
        (mime.into(), name.into(), attachment, text.into())
    }

    #[test]
    fn nested_parts_come_in_order() {
        let message = "Content-Type: multipart/mixed; boundary=o\r\n\r\npreamble\r\n--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\nplain\r\n--i\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--i--\r\n--o\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\n\r\n%PDF\r\n--o--\r\nepilogue";
        let expected =
            [row("text/plain", "", false, "plain"), row("text/html", "", false, "<b>"), row("application/pdf", "a.pdf", true, "%PDF")];
        assert_eq!(leaves(message), expected);
    }

    #[test]
    fn broken_structures_still_give_text() {
        assert_eq!(leaves("Content-Type: multipart/mixed\n\nhello"), [row("text/plain", "", false, "hello")]);
        assert_eq!(leaves("Content-Type: multipart/mixed; boundary=x\n\nhello"), [row("text/plain", "", false, "hello")]);
        assert_eq!(leaves("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nno end"), [row("text/plain", "", false, "no end")]);
        assert_eq!(
            leaves("Content-Type: multipart/mixed; boundary=x\n\n--xy\n--x \nnaked\n--x--"),
            [row("text/plain", "", false, "naked")]
        );
    }

    #[test]
    fn attached_messages_are_opened_but_reports_are_not() {
        let inner = "Content-Type: message/rfc822\n\nSubject: in\n\nbody\n";
        let mixed = format!("Content-Type: multipart/mixed; boundary=x\n\n--x\n{inner}--x--\n");
        assert_eq!(leaves(&mixed), [row("message/rfc822", "", true, "Subject: in\n\nbody"), row("text/plain", "", false, "body")]);
        let report = mixed.replace("mixed", "report");
        assert_eq!(leaves(&report).len(), 1);
    }

    #[test]
    fn bombs_are_cut() {
        let mut deep = String::new();
        for level in 0..5_000 {
            deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        }
        assert_eq!(leaves(&deep).len(), 1);
        assert!(leaves(&"Content-Type: message/rfc822\n\n".repeat(100_000)).len() <= MAX_DEPTH + 1);
        let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(50_000));
        assert_eq!(leaves(&wide).len(), MAX_PARTS - 1);
    }
}
