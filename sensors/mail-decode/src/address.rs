//! Address fields (RFC 5322 section 3.4) to addresses in lower case. Must not know whose address it is.

use crate::field::{clean, terminated};
use crate::header::Headers;
use crate::limits::{MAX_ADDRESS_BYTES, MAX_NAME_BYTES};
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderValue};

/// A mailbox of an address field. `address` is empty when only a name was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub name: String,
    pub address: String,
}

/// Mailboxes of one field, groups flattened, in order, at most `max`.
pub(crate) fn mailboxes(value: &[u8], max: usize) -> Vec<Mailbox> {
    let value = terminated(value);
    match MessageStream::new(&value).parse_address() {
        HeaderValue::Address(Address::List(list)) => list.iter().map(mailbox).take(max).collect(),
        HeaderValue::Address(Address::Group(groups)) => {
            groups.iter().flat_map(|group| group.addresses.iter()).map(mailbox).take(max).collect()
        }
        _ => Vec::new(),
    }
}

/// Addresses of every field of this name, at most `max`.
pub(crate) fn addresses(headers: &Headers<'_>, name: &str, max: usize) -> Vec<String> {
    let all = headers.all(name).flat_map(|value| mailboxes(value, max));
    all.map(|mailbox| mailbox.address).filter(|address| !address.is_empty()).take(max).collect()
}

/// Mailboxes of an author field that are looked at.
const MAX_AUTHORS: usize = 16;

/// The first mailbox with an address. Names that stand before it without one belong to it: an unquoted comma in a display name is
/// common, and mail clients show the whole.
pub(crate) fn author(headers: &Headers<'_>, name: &str) -> Option<Mailbox> {
    let mut names: Vec<String> = Vec::new();
    for mailbox in mailboxes(headers.first(name)?, MAX_AUTHORS) {
        if !mailbox.name.is_empty() {
            names.push(mailbox.name);
        }
        if !mailbox.address.is_empty() {
            return Some(Mailbox { name: clean(&names.join(", "), MAX_NAME_BYTES), address: mailbox.address });
        }
    }
    Some(Mailbox { name: clean(&names.join(", "), MAX_NAME_BYTES), address: String::new() })
}

/// An address alone, as in Return-Path or Delivered-To; `None` when it is empty (`<>`).
pub(crate) fn path(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let inner = match (text.find('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => text.get(from + 1..to).unwrap_or_default(),
        _ => text.as_ref(),
    };
    Some(normal(inner)).filter(|address| !address.is_empty())
}

fn mailbox(addr: &Addr<'_>) -> Mailbox {
    let name = clean(addr.name.as_deref().unwrap_or_default(), MAX_NAME_BYTES);
    match addr.address.as_deref() {
        Some(address) => Mailbox { name, address: normal(address) },
        // A quoted address without any angle bracket is still the address.
        None if name.contains('@') && !name.contains(' ') => Mailbox { address: normal(&name), name: String::new() },
        None => Mailbox { name, address: String::new() },
    }
}

fn normal(address: &str) -> String {
    let trimmed = address.trim().trim_matches(|c| matches!(c, '<' | '>' | '"' | '\''));
    let kept: String = trimmed.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(MAX_ADDRESS_BYTES).collect();
    crate::field::cut(&kept.to_lowercase(), MAX_ADDRESS_BYTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &[(&str, &str)]) {
        let got = mailboxes(value.as_bytes(), 10);
        let got: Vec<_> = got.iter().map(|m| (m.name.as_str(), m.address.as_str())).collect();
        assert_eq!(got, expected, "{value}");
    }

    #[test]
    fn forms_of_addresses() {
        check(" Ann Lee <Ann@Corp.Example>, bob@corp.example", &[("Ann Lee", "ann@corp.example"), ("", "bob@corp.example")]);
        check(" =?utf-8?Q?J=C3=BCrgen?= <j@x.example>\r\n", &[("Jürgen", "j@x.example")]);
        check(" \"boss@corp.example\" <evil@else.example>", &[("boss@corp.example", "evil@else.example")]);
        check(" undisclosed-recipients:;", &[]);
        check(" Team: a@x.example, b@x.example;, c@x.example", &[("", "a@x.example"), ("", "b@x.example"), ("", "c@x.example")]);
        check(" \"a@x.example\"", &[("", "a@x.example")]);
        check(" Only Name", &[("Only Name", "")]);
    }

    #[test]
    fn a_comma_in_the_name_does_not_hide_the_author() {
        for (field, name, address) in [
            ("Account team ,_<No-Reply@x.example>", "Account team, _", "no-reply@x.example"),
            ("\"Shop\", <a@x.example.>, Shop,\r\n <b@x.example>", "Shop", "a@x.example."),
            ("Ann Lee <ann@x.example>, bob@x.example", "Ann Lee", "ann@x.example"),
            ("Nobody, None", "Nobody, None", ""),
        ] {
            let got = author(&Headers::split(format!("From: {field}\n\n").as_bytes()), "from").unwrap();
            assert_eq!((got.name.as_str(), got.address.as_str()), (name, address), "{field}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(path(b" <Bounce@X.example>\r\n").as_deref(), Some("bounce@x.example"));
        assert_eq!(path(b" Bounce@X.example").as_deref(), Some("bounce@x.example"));
        assert_eq!(path(b" <>\r\n"), None);
    }
}
