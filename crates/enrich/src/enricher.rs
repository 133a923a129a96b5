//! The tables together: built once, asked by everybody, never changed. Knows no file.

use crate::address::{IpInfo, is_private};
use crate::domain::{DomainInfo, Domains};
use crate::error::{EnrichError, Note, NoteKind};
use crate::feed::{NewDomains, Read, Reputation};
use crate::list::{ListKind, entries};
use crate::mmdb::{AsnTable, CountryTable};
use crate::ranges::IpRanges;
use std::collections::BTreeSet;
use std::net::IpAddr;
use weft_model::EventTime;

/// Everything known about addresses and names. Look-ups are pure; a caller that asks often keeps the answers.
#[derive(Default)]
pub struct Enricher {
    country: Option<CountryTable>,
    asn: Option<AsnTable>,
    domains: Domains,
    hosting_asns: BTreeSet<u32>,
    vpn_asns: BTreeSet<u32>,
    hosting_words: Vec<String>,
    hosting_networks: IpRanges,
    vpn_networks: IpRanges,
    new_domains: NewDomains,
    reputation: Reputation,
}

/// Collects tables, lists and feeds for an [`Enricher`].
#[derive(Default)]
pub struct Builder {
    enricher: Enricher,
    notes: Vec<Note>,
}

impl Enricher {
    /// A builder that already holds the shipped lists, without country and ASN tables.
    pub fn builder() -> Builder {
        ListKind::ALL.into_iter().fold(Builder::default(), |builder, kind| builder.list(kind, kind.shipped()))
    }

    /// What the tables say about `ip`; IPv4-mapped IPv6 is IPv4.
    pub fn ip(&self, ip: IpAddr) -> IpInfo {
        let ip = ip.to_canonical();
        if is_private(ip) {
            return IpInfo { is_private: true, ..IpInfo::default() };
        }
        let (asn, as_org) = self.asn.as_ref().map_or((None, None), |table| table.network(ip));
        let is_listed = |list: &BTreeSet<u32>| asn.is_some_and(|number| list.contains(&number));
        let is_hosting = is_listed(&self.hosting_asns)
            || self.hosting_networks.contains(ip)
            || as_org.as_deref().is_some_and(|org| names_hosting(org, &self.hosting_words));
        let is_vpn = is_listed(&self.vpn_asns) || self.vpn_networks.contains(ip);
        IpInfo { country: self.country.as_ref().and_then(|table| table.country(ip)), asn, as_org, is_private: false, is_hosting, is_vpn }
    }

    /// What is known about a host name or mail domain.
    pub fn domain<'a>(&self, host: &'a str) -> DomainInfo<'a> {
        self.domains.look_up(host)
    }

    /// When a feed says `registrable` (lower case) was registered, midnight UTC of that day.
    pub fn domain_age_feed(&self, registrable: &str) -> Option<EventTime> {
        self.new_domains.registered(registrable)
    }

    /// Why a reputation feed lists `value` (a lower-case domain or host, or an address in its usual text form).
    pub fn reputation(&self, value: &str) -> Option<&str> {
        self.reputation.reason(value)
    }

    /// Whether countries are known at all.
    pub fn has_country(&self) -> bool {
        self.country.is_some()
    }

    /// Whether autonomous systems are known at all.
    pub fn has_asn(&self) -> bool {
        self.asn.is_some()
    }
}

/// Whether `org` holds one of `words` as a whole word (or run of words), ignoring ASCII case.
fn names_hosting(org: &str, words: &[String]) -> bool {
    let mut rest = org.as_bytes();
    loop {
        // `rest` begins a word here or is at its separators.
        let separators = rest.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        rest = rest.get(separators..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        if words.iter().any(|word| begins_with_word(rest, word.as_bytes())) {
            return true;
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        rest = rest.get(letters..).unwrap_or_default();
    }
}

fn begins_with_word(text: &[u8], word: &[u8]) -> bool {
    let is_same = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    is_same && !word.is_empty() && !text.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
}

impl Builder {
    /// The country table, an MMDB file's bytes.
    pub fn country_mmdb(mut self, bytes: Vec<u8>) -> Result<Self, EnrichError> {
        self.enricher.country = Some(CountryTable::new(bytes)?);
        Ok(self)
    }

    /// The ASN table, an MMDB file's bytes.
    pub fn asn_mmdb(mut self, bytes: Vec<u8>) -> Result<Self, EnrichError> {
        self.enricher.asn = Some(AsnTable::new(bytes)?);
        Ok(self)
    }

    /// Adds the entries of a list. Refused lines become a note.
    pub fn list(mut self, kind: ListKind, text: &str) -> Self {
        let enricher = &mut self.enricher;
        let read = match kind {
            ListKind::FreeMail | ListKind::Shortener | ListKind::FileSharing | ListKind::Hosting | ListKind::RegistrySuffix => {
                enricher.domains.add(kind, text)
            }
            ListKind::HostingAsn => add_numbers(&mut enricher.hosting_asns, text),
            ListKind::VpnAsn => add_numbers(&mut enricher.vpn_asns, text),
            ListKind::HostingWord => {
                enricher.hosting_words.extend(entries(text).map(|(_, word)| word.to_ascii_lowercase()));
                Read::default()
            }
            ListKind::HostingNetwork => add_networks(&mut enricher.hosting_networks, text),
            ListKind::VpnNetwork => add_networks(&mut enricher.vpn_networks, text),
        };
        self.note(kind.file_name(), read);
        self
    }

    /// Adds a feed of newly registered domains (form: [`NewDomains::add`]).
    pub fn feed_new_domains(mut self, text: &str) -> Self {
        let read = self.enricher.new_domains.add(text);
        self.note("feed of new domains", read);
        self
    }

    /// Adds a reputation feed (form: [`Reputation::add`]).
    pub fn feed_reputation(mut self, text: &str) -> Self {
        let read = self.enricher.reputation.add(text);
        self.note("reputation feed", read);
        self
    }

    fn note(&mut self, what: &str, read: Read) {
        if let Some(line) = read.first_refused {
            let text = format!("{what}: {} lines are not of its form and were left out, the first is line {line}", read.refused);
            self.notes.push(Note { kind: NoteKind::Refused, text });
        }
    }

    /// What the operator should know so far.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The finished tables.
    pub fn build(self) -> Enricher {
        self.enricher
    }
}

fn add_numbers(set: &mut BTreeSet<u32>, text: &str) -> Read {
    let mut read = Read::default();
    for (line, entry) in entries(text) {
        match entry.trim_start_matches("AS").parse() {
            Ok(number) => {
                set.insert(number);
                read.taken = read.taken.saturating_add(1);
            }
            Err(_) => read.refuse(line),
        }
    }
    read
}

fn add_networks(set: &mut IpRanges, text: &str) -> Read {
    let mut read = Read::default();
    let (found, refused) = IpRanges::parse(entries(text).map(|(_, entry)| entry));
    for (line, entry) in entries(text) {
        if refused.contains(&entry) {
            read.refuse(line);
        }
    }
    *set = std::mem::take(set).union(found);
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmdb_write::{MmdbWriter, Value};

    fn asn_table() -> Vec<u8> {
        let mut writer = MmdbWriter::new("test");
        for (network, number, org) in [("198.51.100", 64_500, "Example Telecom"), ("203.0.113", 64_501, "Acme Web Hosting Ltd")] {
            let value = Value::Map(vec![
                ("autonomous_system_number".into(), Value::Number(number)),
                ("autonomous_system_organization".into(), Value::Text(org.into())),
            ]);
            writer.insert(format!("{network}.0").parse().unwrap(), format!("{network}.255").parse().unwrap(), &value).unwrap();
        }
        writer.finish(0).unwrap()
    }

    #[test]
    fn an_address_is_explained_by_all_tables_together() {
        let builder = Enricher::builder().asn_mmdb(asn_table()).unwrap();
        let enricher = builder.list(ListKind::VpnNetwork, "198.51.100.128/25").list(ListKind::HostingAsn, "AS64999").build();
        let home = enricher.ip("198.51.100.1".parse().unwrap());
        assert_eq!((home.asn, home.as_org.as_deref(), home.is_hosting, home.is_vpn), (Some(64_500), Some("Example Telecom"), false, false));
        assert!(enricher.ip("198.51.100.200".parse().unwrap()).is_vpn);
        assert!(enricher.ip("::ffff:203.0.113.4".parse().unwrap()).is_hosting, "by its name");
        assert_eq!(enricher.ip("10.0.0.1".parse().unwrap()), IpInfo { is_private: true, ..IpInfo::default() });
        assert_eq!(home.country, None);
        assert!(enricher.has_asn() && !enricher.has_country());
    }

    #[test]
    fn a_word_counts_only_when_whole() {
        let words = ["hosting".to_owned(), "data center".to_owned()];
        for (org, expected) in
            [("HOSTING24", false), ("Best-Hosting", true), ("My Data Center GmbH", true), ("Ghosting", false), ("", false)]
        {
            assert_eq!(names_hosting(org, &words), expected, "{org}");
        }
    }

    #[test]
    fn shipped_lists_leave_no_note_and_bad_lines_do() {
        assert_eq!(Enricher::builder().notes(), []);
        let builder =
            Enricher::builder().list(ListKind::VpnAsn, "64500\nx").list(ListKind::VpnNetwork, "10.0.0.0/8\n\n10/8").feed_reputation("?");
        let notes: Vec<&str> = builder.notes().iter().map(|note| note.text.as_str()).collect();
        assert_eq!(notes.len(), 3);
        assert!(notes[1].starts_with("vpn-networks.txt: 1 lines") && notes[1].ends_with("line 3"), "{}", notes[1]);
    }

    #[test]
    fn feeds_explain() {
        let enricher = Enricher::builder().feed_new_domains("new.example,2024-03-14").feed_reputation("bad.example,phishing").build();
        assert!(enricher.domain_age_feed("new.example").is_some() && enricher.domain_age_feed("old.example").is_none());
        assert_eq!(enricher.reputation("bad.example"), Some("phishing"));
    }
}
