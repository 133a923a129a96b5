//! Links of a message: where they lead, by registrable domain, and whether their text says so.

use crate::extract::{Collector, Internal, tld};
use crate::fact::Fact;
use crate::field;
use std::collections::BTreeMap;
use weft_model::{EmailActivity, Entity, EntityKind, MailLink, SmolStr};

/// Linked domains that get facts of their own.
const MAX_DOMAINS: usize = 10;
/// URLs of one linked domain that become entities.
const MAX_URLS: usize = 4;
/// Suffixes by which a word of a link's text is taken for a host name.
const HOST_SUFFIXES: [&str; 14] = ["com", "net", "org", "edu", "gov", "io", "co", "jp", "uk", "de", "eu", "info", "biz", "app"];
/// Endings by which a link's text passes for a file.
const FILE_SUFFIXES: [&str; 16] =
    ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "rar", "7z", "htm", "html", "csv", "txt", "jpg", "png"];

/// Links by registrable domain, without those to the organisation itself.
pub(super) fn by_domain<'a>(out: &Collector<'_>, email: &'a EmailActivity) -> BTreeMap<String, Vec<&'a MailLink>> {
    let mut links: BTreeMap<String, Vec<&MailLink>> = BTreeMap::new();
    for link in email.links.iter().filter(|link| !link.host.is_empty()) {
        let registrable = out.context.enricher.domain(&link.host).registrable.into_owned();
        if out.context.directory.is_own_domain(&registrable) {
            continue;
        }
        if links.len() < MAX_DOMAINS || links.contains_key(&registrable) {
            links.entry(registrable).or_default().push(link);
        }
    }
    links
}

/// The link's fields and entities on a fact.
pub(super) fn add(out: &mut Collector<'_>, fact: &mut Fact, domain: &str, links: &[&MailLink], sender_domain: &str, who: &Internal) {
    add_fields(out, fact, domain, links, sender_domain);
    let entity = Entity::new(EntityKind::Domain, domain);
    // The linked domain comes first: rarity reads it.
    fact.entities.push(entity.clone());
    out.touch(entity, who);
    for link in links.iter().take(MAX_URLS) {
        let url = Entity::new(EntityKind::Url, link.url.as_str());
        if fact.get(field!("url")).is_none() {
            fact.fields.push((field!("url"), SmolStr::new(&link.url)));
        }
        fact.entities.push(url.clone());
        out.touch(url, who);
    }
}

/// The link's fields alone.
pub(super) fn add_fields(out: &Collector<'_>, fact: &mut Fact, domain: &str, links: &[&MailLink], sender_domain: &str) {
    let enricher = out.context.enricher;
    let info = enricher.domain(domain);
    let relation = if info.registrable == enricher.domain(sender_domain).registrable {
        "own site"
    } else {
        info.platform.map_or("other site", |platform| platform.as_str())
    };
    let said = links.iter().map(|link| what_text_says(out, link, domain)).max().unwrap_or(Said::Nothing);
    fact.fields.push((field!("link_domain"), SmolStr::new(domain)));
    fact.fields.push((field!("link_tld"), SmolStr::new(tld(domain))));
    fact.fields.push((field!("link_relation"), SmolStr::new(relation)));
    fact.fields.push((field!("link_text"), SmolStr::new(said.as_str())));
    if let Some(link) = links.first() {
        fact.fields.push((field!("link_host"), SmolStr::new(&link.host)));
    }
}

/// What a link's text says of its target, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    ItsSite,
    Words,
    AFile,
    AnotherSite,
}

impl Said {
    fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::ItsSite => "its site",
            Self::Words => "words",
            Self::AFile => "a file",
            Self::AnotherSite => "another site",
        }
    }
}

fn what_text_says(out: &Collector<'_>, link: &MailLink, domain: &str) -> Said {
    let text = link.text.trim().to_lowercase();
    if text.is_empty() {
        return Said::Nothing;
    }
    if let Some(host) = text.split_whitespace().find_map(host_in) {
        let is_its_site = out.context.enricher.domain(host).registrable == domain;
        return if is_its_site { Said::ItsSite } else { Said::AnotherSite };
    }
    let path = link.url.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let ends_in = |text: &str| text.rsplit_once('.').map(|(_, end)| end.to_owned()).filter(|end| FILE_SUFFIXES.contains(&end.as_str()));
    // Tools that mails are written with show a file's size behind its name.
    let name = text.split(['(', '（', ' ']).map(str::trim).find(|word| ends_in(word).is_some());
    match name.and_then(ends_in) {
        Some(ending) if ends_in(&path).as_ref() != Some(&ending) => Said::AFile,
        _ => Said::Words,
    }
}

/// The host that a word shows to a reader.
fn host_in(word: &str) -> Option<&str> {
    let (is_url, rest) = match word.split_once("://") {
        Some((scheme, rest)) if scheme.ends_with("http") || scheme.ends_with("https") => (true, rest),
        _ => (word.starts_with("www."), word),
    };
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_matches(|c: char| !c.is_alphanumeric());
    let (name, suffix) = host.rsplit_once('.')?;
    let is_host = is_url || (HOST_SUFFIXES.contains(&suffix) && !name.contains('@'));
    (is_host && !name.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_a_reader_sees() {
        for (word, expected) in [
            ("https://www.bank.com/login", Some("www.bank.com")),
            ("(bank.com)", Some("bank.com")),
            ("www.shop.example", Some("www.shop.example")),
            ("report.pdf", None),
            ("click", None),
            ("ann@corp.com", None),
            ("v1.2", None),
        ] {
            assert_eq!(host_in(word), expected, "{word}");
        }
    }
}
