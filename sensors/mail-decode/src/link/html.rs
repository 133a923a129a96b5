//! Reads the links of an HTML part: anchors, image maps, forms and refreshes, with their visible text. Must not run or load anything.

use crate::limits::{MAX_HTML_MEMORY, MAX_LINK_TEXT_CHARS, MAX_LINKS, MAX_WRAPPED_URL_BYTES};
use lol_html::html_content::{Element, TextChunk};
use lol_html::{HtmlRewriter, MemorySettings, Settings, element, end_tag, text};
use mail_parser::decoders::html::add_html_token;
use std::cell::RefCell;
use std::rc::Rc;

/// Links read from one part: more than are kept, as some will be equal.
const MAX_ANCHORS: usize = 4 * MAX_LINKS;
/// Bytes of visible text kept while reading, before character references are resolved.
const MAX_TEXT_BYTES: usize = 16 * MAX_LINK_TEXT_CHARS;
/// Bytes of a character reference (`&CounterClockwiseContourIntegral;` is the longest).
const MAX_REFERENCE_BYTES: usize = 34;

/// A link with character references resolved.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Anchor {
    pub target: String,
    /// Text between the tags; the alternative text of images when there is none.
    pub text: String,
}

/// An anchor being read.
#[derive(Default)]
struct Raw {
    target: String,
    text: String,
    alternative: String,
}

#[derive(Default)]
struct Reading {
    anchors: Vec<Raw>,
    /// Whether text belongs to the last anchor.
    open: bool,
    base: Option<String>,
}

impl Reading {
    fn add(&mut self, target: Option<String>, alternative: Option<String>, open: bool) -> lol_html::HandlerResult {
        if self.anchors.len() >= MAX_ANCHORS {
            return Err("enough links".into());
        }
        if let Some(target) = target {
            let target = crate::field::cut(&target, MAX_WRAPPED_URL_BYTES).to_owned();
            self.anchors.push(Raw { target, text: String::new(), alternative: alternative.unwrap_or_default() });
            self.open = open;
        }
        Ok(())
    }

    fn append(&mut self, text: &str, is_alternative: bool) {
        let Some(last) = self.anchors.last_mut().filter(|_| self.open) else { return };
        let to = if is_alternative { &mut last.alternative } else { &mut last.text };
        let room = MAX_TEXT_BYTES.saturating_sub(to.len());
        to.push_str(crate::field::cut(text, room));
    }
}

/// Every link in document order. HTML that cannot be read to its end gives the links before that place.
pub(super) fn anchors(html: &str) -> Vec<Anchor> {
    if !may_have_links(html) {
        return Vec::new();
    }
    let reading = Rc::new(RefCell::new(Reading::default()));
    read(html, &reading);
    let Ok(reading) = Rc::try_unwrap(reading).map(RefCell::into_inner) else { return Vec::new() };
    let base = reading.base.as_deref().map(resolved);
    reading.anchors.into_iter().map(|raw| finished(raw, base.as_deref())).collect()
}

/// Whether the words occur without which there is no link: the names of attributes, and what a refresh is called.
fn may_have_links(html: &str) -> bool {
    let bytes = html.as_bytes();
    let is_word = |at: usize, word: &[u8]| bytes.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
    bytes.iter().enumerate().any(|(at, byte)| match byte.to_ascii_lowercase() {
        b'h' => is_word(at, b"href"),
        b'a' => is_word(at, b"action"),
        b'r' => is_word(at, b"refresh"),
        _ => false,
    })
}

fn read(html: &str, reading: &Rc<RefCell<Reading>>) {
    let on_anchor = |el: &mut Element| {
        let mut now = reading.borrow_mut();
        now.add(el.get_attribute("href"), None, true)?;
        if let Some(handlers) = el.end_tag_handlers() {
            let reading = Rc::clone(reading);
            handlers.push(end_tag!(move |_end| {
                reading.borrow_mut().open = false;
                Ok(())
            }));
        }
        Ok(())
    };
    let on_area = |el: &mut Element| reading.borrow_mut().add(el.get_attribute("href"), el.get_attribute("alt"), false);
    let on_form = |el: &mut Element| reading.borrow_mut().add(el.get_attribute("action"), None, false);
    let on_refresh = |el: &mut Element| {
        let is_refresh = el.get_attribute("http-equiv").is_some_and(|value| value.trim().eq_ignore_ascii_case("refresh"));
        let target = el.get_attribute("content").filter(|_| is_refresh).and_then(|content| refresh_target(&content));
        reading.borrow_mut().add(target, None, false)
    };
    let on_image = |el: &mut Element| {
        reading.borrow_mut().append(&el.get_attribute("alt").unwrap_or_default(), true);
        Ok(())
    };
    let on_base = |el: &mut Element| {
        let mut now = reading.borrow_mut();
        now.base = now.base.take().or_else(|| el.get_attribute("href"));
        Ok(())
    };
    let on_text = |chunk: &mut TextChunk| {
        reading.borrow_mut().append(chunk.as_str(), false);
        Ok(())
    };
    let settings = Settings::new()
        .append_element_content_handler(element!("a[href]", on_anchor))
        .append_element_content_handler(text!("a[href]", on_text))
        .append_element_content_handler(element!("img[alt]", on_image))
        .append_element_content_handler(element!("area[href]", on_area))
        .append_element_content_handler(element!("form[action]", on_form))
        .append_element_content_handler(element!("meta[http-equiv][content]", on_refresh))
        .append_element_content_handler(element!("base[href]", on_base))
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MAX_HTML_MEMORY));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // An error is a cap that was reached (links or memory): what was read until then counts.
    if rewriter.write(html.as_bytes()).is_ok() {
        let _ended = rewriter.end();
    }
}

fn finished(raw: Raw, base: Option<&str>) -> Anchor {
    let mut target = resolved(raw.target.trim());
    if let Some(base) = base
        && let Err(url::ParseError::RelativeUrlWithoutBase) = url::Url::parse(&target)
        && !target.starts_with('#')
        && let Some(joined) = url::Url::parse(base).ok().and_then(|base| base.join(&target).ok())
    {
        target = joined.into();
    }
    let text = resolved(&raw.text);
    let text = if text.trim().is_empty() { resolved(&raw.alternative) } else { text };
    Anchor { target, text }
}

/// The target in `<meta http-equiv="refresh" content="0; url=...">`.
fn refresh_target(content: &str) -> Option<String> {
    let (_, after) = content.split_once(';')?;
    let after = after.trim_start();
    let value = if after.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("url=")) { after.get(4..)? } else { after };
    Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|target| !target.is_empty())
}

/// Character references (`&amp;`, `&#x2f;`) resolved.
fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let window = crate::field::cut(after, MAX_REFERENCE_BYTES);
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#');
        match window.split_once(';') {
            Some((name, _)) if !name.is_empty() && is_name(name) => {
                add_html_token(&mut out, format!("&{name};").as_bytes(), false);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[(&str, &str)]) {
        let got = anchors(html);
        let got: Vec<_> = got.iter().map(|a| (a.target.as_str(), a.text.trim())).collect();
        assert_eq!(got, expected, "{html}");
    }

    #[test]
    fn links_and_their_text() {
        check(
            "<p>no <a href='http://a.example/?x=1&amp;y=2'>Click&nbsp;<span>he</span>re</a> no",
            &[("http://a.example/?x=1&y=2", "Click\u{a0}here")],
        );
        check("<A HREF=http://a.example><IMG SRC=x ALT='View &gt; now'></A>", &[("http://a.example", "View > now")]);
        check("<map><area href=http://b.example alt=Map></map>", &[("http://b.example", "Map")]);
        check("<form action='http://c.example/post'><input></form>", &[("http://c.example/post", "")]);
        check("<meta http-equiv=Refresh content=\"0; URL='http://d.example/'\">", &[("http://d.example/", "")]);
        check(
            "<base href='http://e.example/d/'><a href='x.html'>x</a><a href='mailto:a@b.example'>m</a>",
            &[("http://e.example/d/x.html", "x"), ("mailto:a@b.example", "m")],
        );
        check("<a href=h&#116;tp&#x3a;//f.example>&bogus; &amp</a>", &[("http://f.example", "&bogus; &amp")]);
    }

    #[test]
    fn what_follows_a_large_image_is_still_read() {
        check(&format!("<img src='data:image/png;base64,{}'><a href=x>y</a>", "A".repeat(900_000)), &[("x", "y")]);
        check(&format!("<style>{}</style>{}<a href=x>y</a>", "a".repeat(400_000), "<p>".repeat(3_000)), &[("x", "y")]);
    }

    #[test]
    fn broken_html() {
        check("<a href=http://a.example>one<a href=http://b.example>two", &[("http://a.example", "one"), ("http://b.example", "two")]);
        check("<td><a href=http://a.example>one</td>three</a> <a name=x>four</a>", &[("http://a.example", "one")]);
        check("<a href=\"http://a.example", &[]);
        check("\0<<<>><a\0 href=x>", &[]);
    }
}
