//! Lists as text: one entry a line, `#` starts a comment. Knows the kinds of list and their file names, not what they are used for.

/// Entries read from one list; more are refused.
pub const MAX_ENTRIES: usize = 5_000_000;
/// Bytes of one line; longer lines are refused.
pub const MAX_LINE: usize = 512;

/// The lists that Weft knows. Each ships as `models/lists/<name>.txt`; an operator's file of that name adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// Mail domains where anybody gets an address.
    FreeMail,
    /// Hosts that redirect short links.
    Shortener,
    /// Sites where anybody shares files; `*.name` when customers get their own host below.
    FileSharing,
    /// Sites where anybody publishes pages or runs servers; `*.name` as above.
    Hosting,
    /// Private sections of the public suffix list that are registries, not platforms.
    RegistrySuffix,
    /// Autonomous systems that rent out servers.
    HostingAsn,
    /// Autonomous systems that carry VPN services.
    VpnAsn,
    /// Words in an organisation's name that mean it rents out servers.
    HostingWord,
    /// Networks that rent out servers, CIDR.
    HostingNetwork,
    /// Networks of VPN services, CIDR.
    VpnNetwork,
}

impl ListKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::FreeMail,
        Self::Shortener,
        Self::FileSharing,
        Self::Hosting,
        Self::RegistrySuffix,
        Self::HostingAsn,
        Self::VpnAsn,
        Self::HostingWord,
        Self::HostingNetwork,
        Self::VpnNetwork,
    ];

    /// The file's name.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::FreeMail => "free-mail.txt",
            Self::Shortener => "shorteners.txt",
            Self::FileSharing => "file-sharing.txt",
            Self::Hosting => "hosting.txt",
            Self::RegistrySuffix => "registry-suffixes.txt",
            Self::HostingAsn => "hosting-asns.txt",
            Self::VpnAsn => "vpn-asns.txt",
            Self::HostingWord => "hosting-words.txt",
            Self::HostingNetwork => "hosting-networks.txt",
            Self::VpnNetwork => "vpn-networks.txt",
        }
    }

    /// The list that ships inside the program; networks change too often to ship.
    pub fn shipped(self) -> &'static str {
        match self {
            Self::FreeMail => include_str!("../../../models/lists/free-mail.txt"),
            Self::Shortener => include_str!("../../../models/lists/shorteners.txt"),
            Self::FileSharing => include_str!("../../../models/lists/file-sharing.txt"),
            Self::Hosting => include_str!("../../../models/lists/hosting.txt"),
            Self::RegistrySuffix => include_str!("../../../models/lists/registry-suffixes.txt"),
            Self::HostingAsn => include_str!("../../../models/lists/hosting-asns.txt"),
            Self::VpnAsn => include_str!("../../../models/lists/vpn-asns.txt"),
            Self::HostingWord => include_str!("../../../models/lists/hosting-words.txt"),
            Self::HostingNetwork | Self::VpnNetwork => "",
        }
    }
}

/// The entries of `text` without comments and blanks, with their line numbers from 1.
pub fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index.saturating_add(1), line.split('#').next().unwrap_or_default().trim()))
        .filter(|(_, line)| !line.is_empty())
}

/// A host name in canonical form (lower case, no final dot, ASCII letters, digits, `-`, `_` and dots), or `None`.
pub fn host_name(text: &str) -> Option<String> {
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    let sound = host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    sound.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn comments_and_blanks_are_not_entries() {
        let found: Vec<_> = entries("\u{feff}# head\n\n a.example # why\r\nb.example\n").collect();
        assert_eq!(found, [(3, "a.example"), (4, "b.example")]);
    }

    #[test]
    fn shipped_lists_are_sound() {
        for kind in ListKind::ALL {
            let mut seen = BTreeSet::new();
            for (line, entry) in entries(kind.shipped()) {
                let place = format!("{} line {line}: {entry}", kind.file_name());
                assert!(seen.insert(entry), "{place} is there twice");
                match kind {
                    ListKind::HostingAsn | ListKind::VpnAsn => assert!(entry.parse::<u32>().is_ok(), "{place}"),
                    ListKind::HostingWord => assert!(entry.chars().all(|c| c.is_ascii_lowercase() || c == ' '), "{place}"),
                    _ => assert_eq!(host_name(entry.trim_start_matches("*.")).as_deref(), Some(entry.trim_start_matches("*.")), "{place}"),
                }
            }
            let ships = !matches!(kind, ListKind::HostingNetwork | ListKind::VpnNetwork);
            assert_eq!(!seen.is_empty(), ships, "{}", kind.file_name());
        }
    }

    #[test]
    fn a_host_name_is_checked() {
        assert_eq!(host_name("Www.Example.COM.").as_deref(), Some("www.example.com"));
        for wrong in ["localhost", "a..b", "a b.example", "ä.example", &format!("{}.example", "a".repeat(64))] {
            assert_eq!(host_name(wrong), None, "{wrong}");
        }
    }
}
