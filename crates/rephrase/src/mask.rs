//! What leaves and what does not: names, hosts, addresses and quoted texts become placeholders `[[1]]`. Somebody outside chose many of
//! them, so they are instructions to a language model as much as data.

use std::collections::BTreeSet;
use weft_model::Incident;

/// Texts with their placeholders, and what stands behind each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    pub texts: Vec<String>,
    /// The first is behind `[[1]]`.
    hidden: Vec<String>,
}

impl Masked {
    /// Masks the clauses of an incident; `None` when one holds what a placeholder looks like.
    pub fn of(incident: &Incident, texts: &[&str]) -> Option<Self> {
        if texts.iter().any(|text| text.contains("[[") || text.contains("]]")) {
            return None;
        }
        let mut known: Vec<String> = names(incident).into_iter().collect();
        // A name within another one is not torn out of it.
        known.sort_by_key(|name| (std::cmp::Reverse(name.len()), name.clone()));
        let mut masked = Self { texts: Vec::new(), hidden: Vec::new() };
        for text in texts {
            let mut pieces = vec![Piece::Open((*text).to_owned())];
            pieces = masked.hide(pieces, quoted);
            for name in &known {
                pieces = masked.hide(pieces, |text| find(text, name));
            }
            pieces = masked.hide(pieces, address);
            masked.texts.push(pieces.into_iter().map(|piece| piece.said()).collect());
        }
        Some(masked)
    }

    /// The text with what stands behind its placeholders.
    pub fn reveal(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("[[") {
            out.push_str(before);
            let Some((number, tail)) = after.split_once("]]") else { break };
            let name = number.parse::<usize>().ok().and_then(|number| self.hidden.get(number.checked_sub(1)?));
            out.push_str(name.map_or("", String::as_str));
            rest = tail;
        }
        out + rest
    }

    /// Splits open pieces around what `find` finds, again and again.
    fn hide(&mut self, pieces: Vec<Piece>, find: impl Fn(&str) -> Option<(usize, usize)>) -> Vec<Piece> {
        let mut out = Vec::new();
        for piece in pieces {
            let Piece::Open(mut text) = piece else {
                out.push(piece);
                continue;
            };
            while let Some((from, to)) = find(&text) {
                let (Some(before), Some(hidden), Some(after)) = (text.get(..from), text.get(from..to), text.get(to..)) else { break };
                let number = self.hidden.iter().position(|known| known == hidden).unwrap_or_else(|| {
                    self.hidden.push(hidden.to_owned());
                    self.hidden.len() - 1
                });
                out.push(Piece::Open(before.to_owned()));
                out.push(Piece::Hidden(number + 1));
                text = after.to_owned();
            }
            out.push(Piece::Open(text));
        }
        out
    }
}

enum Piece {
    Open(String),
    Hidden(usize),
}

impl Piece {
    fn said(self) -> String {
        match self {
            Self::Open(text) => text,
            Self::Hidden(number) => format!("[[{number}]]"),
        }
    }
}

/// Everything that the incident names.
fn names(incident: &Incident) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entity in &incident.entities {
        names.extend([entity.name.clone(), entity.entity.key.to_string()]);
        names.extend(entity.aliases.iter().cloned());
    }
    for person in &incident.exposed {
        names.extend([person.name.clone(), person.entity.key.to_string()]);
    }
    names.extend(incident.iocs.iter().map(|ioc| ioc.value.clone()));
    names.extend(incident.contributions.iter().flat_map(|one| &one.indicator.entities).map(|entity| entity.key.to_string()));
    names.extend(incident.recommended.iter().map(|action| action.target.clone()));
    // A single letter or digit is no name that could be found in a text.
    names.retain(|name| name.chars().filter(|c| c.is_alphanumeric()).count() >= 2);
    names
}

/// A name where it stands as a word of its own.
fn find(text: &str, name: &str) -> Option<(usize, usize)> {
    let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(name).map(|(from, found)| (from, from + found.len())).find(|(from, to)| {
        let (before, after) =
            (text.get(..*from).and_then(|text| text.chars().next_back()), text.get(*to..).and_then(|text| text.chars().next()));
        !(is_latin(before) && is_latin(name.chars().next()) || is_latin(after) && is_latin(name.chars().next_back()))
    })
}

/// What stands between quotation marks, without them.
fn quoted(text: &str) -> Option<(usize, usize)> {
    [('"', '"'), ('「', '」'), ('“', '”')].into_iter().find_map(|(open, close)| {
        let from = text.find(open)? + open.len_utf8();
        let to = from + text.get(from..)?.rfind(close)?;
        (to > from).then_some((from, to))
    })
}

/// The first word that looks like an address, a host or a link.
fn address(text: &str) -> Option<(usize, usize)> {
    words(text).find(|(from, to)| text.get(*from..*to).is_some_and(is_address))
}

/// Words: runs of characters that addresses are made of, without the dots and colons after them.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "@.-_:/%+=?&~#*".contains(c);
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(is_part)?;
        let run = text.get(start..)?;
        let end = start + run.find(|c| !is_part(c)).unwrap_or(run.len());
        from = end;
        let trimmed = text.get(start..end)?.trim_end_matches(['.', ':', '?', '-', '/']);
        Some((start, start + trimmed.len()))
    })
}

/// Whether a word is an address of mail or network, a host or a link: letters or digits on both sides of a dot or `@`, and no plain number.
pub(crate) fn is_address(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ':', '?', ',']);
    let is_number =
        word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | ':' | '/')) && word.parse::<std::net::IpAddr>().is_err();
    let chars: Vec<char> = word.chars().collect();
    let joined = chars.windows(3).any(|three| matches!(three, [a, '.' | '@', b] if a.is_alphanumeric() && b.is_alphanumeric()));
    let is_ip = word.parse::<std::net::IpAddr>().is_ok();
    is_ip || word.contains("://") || (joined && !is_number)
}

/// The words of a text that look like addresses.
pub(crate) fn has_address(text: &str) -> bool {
    address(text).is_some()
}
