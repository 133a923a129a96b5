//! Finds bare URLs in plain text.

use crate::limits::MAX_LINKS;
use linkify::{LinkFinder, LinkKind};

/// URLs with a scheme, and words that begin with `www.`, in order; at most twice the link cap, as some will be equal.
pub(super) fn urls(text: &str) -> Vec<&str> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let with_scheme = finder.links(text).map(|link| (link.start(), link.as_str())).take(2 * MAX_LINKS);
    let mut found: Vec<(usize, &str)> = with_scheme.chain(www(text).take(2 * MAX_LINKS)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, url)| url).take(2 * MAX_LINKS).collect()
}

fn www(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("www.").filter_map(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        if before.is_some_and(|c| !(c.is_whitespace() || matches!(c, '(' | '[' | '<' | '"' | '\'' | ','))) {
            return None;
        }
        let rest = text.get(at..)?;
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | ']')).unwrap_or(rest.len());
        let url = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        (url.len() > "www.".len()).then_some((at, url))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_end_where_people_end_them() {
        let text = "Go to <https://a.example/x?y=1>, (www.b.example/z). Or http://c.example/a_(b). Not awww.d.example, file.txt or www.";
        assert_eq!(urls(text), ["https://a.example/x?y=1", "www.b.example/z", "http://c.example/a_(b)"]);
    }
}
