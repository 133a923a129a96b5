//! Who stands behind a host name: the registrable domain and the kind of platform. Knows the public suffix list and our lists.

use crate::feed::Read;
use crate::list::{ListKind, MAX_ENTRIES, MAX_LINE, entries, host_name};
use psl::Psl as _;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Labels of a host that are compared with the lists, counted from the right.
const MAX_LABELS: usize = 16;

/// A place where anybody can have a name, so that the name alone says little about who is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// A mail domain open to everybody.
    FreeMail,
    /// Redirects short links.
    Shortener,
    /// Anybody shares files there.
    FileSharing,
    /// Anybody publishes pages or runs servers there.
    Hosting,
}

impl Platform {
    /// As used in text: `free mail`, `link shortener`, `file sharing`, `hosting`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FreeMail => "free mail",
            Self::Shortener => "link shortener",
            Self::FileSharing => "file sharing",
            Self::Hosting => "hosting",
        }
    }
}

/// What is known about a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainInfo<'a> {
    /// The part that one owner controls, lower case: one label more than `public_suffix`. Below a shared platform
    /// (`github.io`, `*.sharepoint.com`) that is the customer's own name. An address, a single label and a suffix are themselves.
    pub registrable: Cow<'a, str>,
    /// The suffix under which anybody can get a name: of the public suffix list, private section included, or a shared platform of
    /// the lists. Empty for addresses and single labels.
    pub public_suffix: Cow<'a, str>,
    pub platform: Option<Platform>,
}

#[derive(Clone, Copy, Debug)]
struct Site {
    platform: Platform,
    /// Customers get their own names below.
    is_shared: bool,
}

/// The lists about host names.
#[derive(Clone, Debug, Default)]
pub struct Domains {
    free_mail: HashSet<Box<str>>,
    registry_suffixes: HashSet<Box<str>>,
    sites: HashMap<Box<str>, Site>,
}

impl Domains {
    /// Adds a list of host names; other kinds add nothing. A name on two lists keeps the platform that is first in [`ListKind`].
    pub fn add(&mut self, kind: ListKind, text: &str) -> Read {
        let mut read = Read::default();
        let platform = match kind {
            ListKind::Shortener => Some(Platform::Shortener),
            ListKind::FileSharing => Some(Platform::FileSharing),
            ListKind::Hosting => Some(Platform::Hosting),
            _ => None,
        };
        let full = |len: usize| len >= MAX_ENTRIES;
        for (line, entry) in entries(text) {
            let (name, is_shared) = entry.strip_prefix("*.").map_or((entry, false), |name| (name, true));
            let Some(host) = host_name(name).filter(|_| entry.len() <= MAX_LINE) else {
                read.refuse(line);
                continue;
            };
            match (kind, platform) {
                (_, Some(platform)) if !full(self.sites.len()) => {
                    let site = self.sites.entry(host.into()).or_insert(Site { platform, is_shared });
                    site.platform = site.platform.min(platform);
                    site.is_shared |= is_shared;
                }
                (ListKind::FreeMail, _) if !full(self.free_mail.len()) => {
                    self.free_mail.insert(host.into());
                }
                (ListKind::RegistrySuffix, _) if !full(self.registry_suffixes.len()) => {
                    self.registry_suffixes.insert(host.into());
                }
                _ => {
                    read.refuse(line);
                    continue;
                }
            }
            read.taken = read.taken.saturating_add(1);
        }
        read
    }

    /// What is known about `host` (ASCII form; case and a final dot do not matter).
    pub fn look_up<'a>(&self, host: &'a str) -> DomainInfo<'a> {
        let host = canonical(host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if !host.contains('.') || bare.parse::<IpAddr>().is_ok() {
            return DomainInfo { registrable: host, public_suffix: Cow::Borrowed(""), platform: None };
        }
        let known = psl::List.suffix(host.as_bytes());
        let mut suffix_start = host.len().saturating_sub(known.map_or(0, |suffix| suffix.as_bytes().len()));
        let mut platform = match known {
            Some(suffix) if suffix.typ() == Some(psl::Type::Private) => {
                let is_registry = host.get(suffix_start..).is_some_and(|suffix| self.registry_suffixes.contains(suffix));
                (!is_registry).then_some(Platform::Hosting)
            }
            _ => None,
        };
        // From the top-level domain leftwards, so that the longest match has the last word.
        let starts = std::iter::once(0).chain(host.match_indices('.').map(|(dot, _)| dot.saturating_add(1)));
        let mut starts: Vec<usize> = starts.collect();
        starts.reverse();
        for start in starts.into_iter().take(MAX_LABELS) {
            if let Some(site) = host.get(start..).and_then(|name| self.sites.get(name)) {
                platform = Some(site.platform);
                if site.is_shared && start > 0 {
                    suffix_start = suffix_start.min(start);
                }
            }
        }
        if self.free_mail.contains(&*host) {
            platform = Some(Platform::FreeMail);
        }
        // One label more than the suffix.
        let before = suffix_start.saturating_sub(1);
        let start = host.get(..before).and_then(|left| left.rfind('.')).map_or(0, |dot| dot.saturating_add(1));
        DomainInfo { registrable: slice(&host, start), public_suffix: slice(&host, suffix_start), platform }
    }
}

/// Lower case, without a final dot.
fn canonical(host: &str) -> Cow<'_, str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(host.to_ascii_lowercase()) } else { Cow::Borrowed(host) }
}

fn slice<'a>(host: &Cow<'a, str>, start: usize) -> Cow<'a, str> {
    match host {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(start..).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(start..).unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shipped() -> Domains {
        let mut domains = Domains::default();
        for kind in ListKind::ALL {
            domains.add(kind, kind.shipped());
        }
        domains
    }

    #[test]
    fn the_unit_is_what_one_owner_controls() {
        let domains = shipped();
        for (host, registrable, suffix, platform) in [
            ("www.example.co.jp", "example.co.jp", "co.jp", None),
            ("Mail.Example.COM.", "example.com", "com", None),
            ("alice.github.io", "alice.github.io", "github.io", Some(Platform::Hosting)),
            ("a.b.alice.github.io", "alice.github.io", "github.io", Some(Platform::Hosting)),
            ("github.io", "github.io", "github.io", Some(Platform::Hosting)),
            ("fabrikam-my.sharepoint.com", "fabrikam-my.sharepoint.com", "sharepoint.com", Some(Platform::FileSharing)),
            ("sharepoint.com", "sharepoint.com", "com", Some(Platform::FileSharing)),
            ("www.dropbox.com", "dropbox.com", "com", Some(Platform::FileSharing)),
            ("bit.ly", "bit.ly", "ly", Some(Platform::Shortener)),
            ("gmail.com", "gmail.com", "com", Some(Platform::FreeMail)),
            ("www.gmail.com", "gmail.com", "com", None),
            ("shop.example.uk.com", "example.uk.com", "uk.com", None),
            ("dc1.corp.internal", "corp.internal", "internal", None),
            ("localhost", "localhost", "", None),
            ("203.0.113.7", "203.0.113.7", "", None),
            ("[2001:db8::1.2.3.4]", "[2001:db8::1.2.3.4]", "", None),
            ("com", "com", "", None),
            ("", "", "", None),
        ] {
            let found = domains.look_up(host);
            assert_eq!((&*found.registrable, &*found.public_suffix, found.platform), (registrable, suffix, platform), "{host}");
        }
    }

    #[test]
    fn canonical_hosts_cost_no_allocation() {
        assert!(matches!(shipped().look_up("www.example.com").registrable, Cow::Borrowed("example.com")));
    }

    #[test]
    fn a_bad_line_is_refused_by_number() {
        let mut domains = Domains::default();
        assert_eq!(domains.add(ListKind::Hosting, "*.pages.example\nhttp://x/\n"), Read { taken: 1, refused: 1, first_refused: Some(2) });
        assert_eq!(domains.look_up("me.pages.example").public_suffix, "pages.example");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_suffix_of_itself(host in "\\PC{0,80}") {
            let domains = shipped();
            let found = domains.look_up(&host);
            let lower = host.strip_suffix('.').unwrap_or(&host).to_ascii_lowercase();
            prop_assert!(lower.ends_with(&*found.registrable));
            prop_assert!(found.registrable.ends_with(&*found.public_suffix));
        }

        #[test]
        fn the_unit_of_the_unit_is_itself(host in "([a-z0-9]{1,5}\\.){1,5}(com|co\\.uk|github\\.io|sharepoint\\.com|test)") {
            let domains = shipped();
            let once = domains.look_up(&host).registrable.into_owned();
            prop_assert_eq!(&*domains.look_up(&once).registrable, once.as_str());
        }
    }
}
