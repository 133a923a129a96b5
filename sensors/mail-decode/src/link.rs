//! The links of a message: what they show and where they go. Never followed, never resolved.

mod host;
mod html;
mod plain;
mod unwrap;

use crate::field::{clean, cut};
use crate::limits::{MAX_LINK_TEXT_CHARS, MAX_LINKS, MAX_TEXT_BYTES, MAX_TEXT_BYTES_IN_ALL, MAX_URL_BYTES, MAX_WRAPPED_URL_BYTES};
use crate::part::Leaf;
use crate::transfer;
use std::collections::BTreeSet;
use weft_model::MailLink;

/// Collects links, each pair of target and text once, in order.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// From HTML.
    shown: Vec<MailLink>,
    /// Bare URLs in text.
    bare: Vec<MailLink>,
    seen: BTreeSet<(String, String)>,
    searched_bytes: usize,
}

impl Links {
    /// Searches a part: HTML always (an HTML attachment is a page that opens with a click), plain text unless it is an attachment.
    pub(crate) fn search(&mut self, leaf: &Leaf<'_>) {
        let is_html = matches!(leaf.mime_type.as_str(), "text/html" | "text/x-amp-html" | "application/xhtml+xml");
        let is_text = matches!(leaf.mime_type.as_str(), "text/plain" | "text") && !leaf.is_attachment;
        let budget = MAX_TEXT_BYTES_IN_ALL.saturating_sub(self.searched_bytes).min(MAX_TEXT_BYTES);
        let bytes = leaf.bytes.get(..leaf.bytes.len().min(budget)).unwrap_or_default();
        if bytes.is_empty() || !(is_html || is_text) {
            return;
        }
        self.searched_bytes = self.searched_bytes.saturating_add(bytes.len());
        let text = transfer::text(bytes, leaf.charset.as_deref());
        if is_html {
            for anchor in html::anchors(&text) {
                push(&mut self.shown, &mut self.seen, &anchor.target, &anchor.text);
            }
        } else {
            for url in plain::urls(&text) {
                push(&mut self.bare, &mut self.seen, url, "");
            }
        }
    }

    /// HTML links first, then bare URLs that no HTML link goes to (the text alternative repeats what the HTML shows).
    pub(crate) fn finish(self) -> Vec<MailLink> {
        let shown: BTreeSet<&str> = self.shown.iter().map(|link| link.url.as_str()).collect();
        let bare: Vec<MailLink> = self.bare.into_iter().filter(|link| !shown.contains(link.url.as_str())).collect();
        self.shown.into_iter().chain(bare).take(MAX_LINKS).collect()
    }
}

fn push(list: &mut Vec<MailLink>, seen: &mut BTreeSet<(String, String)>, target: &str, text: &str) {
    // Browsers drop white space at the ends and line breaks and tabs anywhere (WHATWG URL, basic parser).
    let target: String = cut(target.trim(), MAX_WRAPPED_URL_BYTES).chars().filter(|c| !c.is_control()).collect();
    // A jump within the message and a reference to an inline image are no links.
    let is_inner = target.is_empty() || target.starts_with('#') || target.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("cid:"));
    if is_inner || list.len() >= MAX_LINKS {
        return;
    }
    let target = unwrap::target(target);
    let url = cut(&target, MAX_URL_BYTES).to_owned();
    let text: String = clean(text, 4 * MAX_LINK_TEXT_CHARS).chars().take(MAX_LINK_TEXT_CHARS).collect();
    let text = text.trim_end().to_owned();
    if seen.insert((url.clone(), text.clone())) {
        list.push(MailLink { host: host::of_url(&url), url, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn links(parts: &[(&str, &str)]) -> Vec<(String, String, String)> {
        let mut links = Links::default();
        for (mime, text) in parts {
            let bytes = Cow::Borrowed(text.as_bytes());
            links.search(&Leaf { mime_type: (*mime).into(), charset: None, name: String::new(), is_attachment: false, bytes });
        }
        links.finish().into_iter().map(|link| (link.url, link.host, link.text)).collect()
    }

    fn row(url: &str, host: &str, text: &str) -> (String, String, String) {
        (url.into(), host.into(), text.into())
    }

    #[test]
    fn html_hides_what_text_repeats() {
        let text = ("text/plain", "see https://A.example/x and https://only.example/ bye");
        let html = ("text/html", "<a href='https://A.example/x'>Open <b>it</b></a> <a href=\"#top\">up</a> <img src='cid:1'>");
        assert_eq!(
            links(&[text, html]),
            [row("https://A.example/x", "a.example", "Open it"), row("https://only.example/", "only.example", "")]
        );
    }

    #[test]
    fn same_target_with_another_text_is_another_link() {
        let html = "<a href=http://a.example>1</a><a href=http://a.example>2</a><a href=http://a.example>1</a>";
        let expected = [row("http://a.example", "a.example", "1"), row("http://a.example", "a.example", "2")];
        assert_eq!(links(&[("text/html", html)]), expected);
    }

    #[test]
    fn caps_hold() {
        let many: String =
            (0..1_000).map(|n| format!("<a href='https://h{n}.example/{}'>{}</a>", "p".repeat(3_000), "t".repeat(999))).collect();
        let found = links(&[("text/html", &many)]);
        assert_eq!(found.len(), MAX_LINKS);
        assert!(found.iter().all(|(url, _, text)| url.len() <= MAX_URL_BYTES && text.chars().count() <= MAX_LINK_TEXT_CHARS));
    }
}
