//! Whom the organisation writes to, and which names pass for others: people of the directory by display name, own and trusted mail
//! domains by their looks. Must not know messages or models.

use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use weft_model::{Directory, EventTime, SmolStr};

/// Outside addresses remembered as written to; more are refused.
const MAX_ADDRESSES: usize = 500_000;
/// Outside domains whose look-alikes are recognised; more are refused.
const MAX_TRUSTED: usize = 50_000;
/// Names shorter than this have too many neighbours that mean nothing, in characters.
const MIN_LOOK_ALIKE: usize = 6;
/// Longest name compared, in characters.
const MAX_NAME: usize = 64;
/// Words of a display name that are searched for a person.
const MAX_WORDS: usize = 12;
/// Words in a title that say that its holder's word moves money (English and Japanese).
const EXECUTIVE_WORDS: [&str; 16] = [
    "chief",
    "ceo",
    "cfo",
    "coo",
    "cto",
    "cio",
    "ciso",
    "president",
    "chairman",
    "chairwoman",
    "founder",
    "managing",
    "社長",
    "取締役",
    "代表",
    "会長",
];

/// What a domain passes for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// Whether it looks like the organisation's own domain, else like one that somebody here writes to.
    pub is_of_own: bool,
    pub of: SmolStr,
}

/// The memory of correspondence.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Correspondents {
    people: HashMap<String, SmolStr>,
    executives: HashSet<SmolStr>,
    own: Vec<SmolStr>,
    written_to: HashMap<SmolStr, EventTime>,
    trusted: HashSet<SmolStr>,
    by_looks: HashMap<u64, SmolStr>,
}

impl Correspondents {
    /// Learns the names of `directory`. Executive is who holds such a title, leads others without a manager, or reports to such a leader
    /// and leads others.
    pub fn of(directory: &Directory) -> Self {
        let mut known = Self { own: directory.domains().map(SmolStr::new).collect(), ..Self::default() };
        let managers: HashSet<String> = directory.people().map(|(_, person)| person.manager.to_lowercase()).collect();
        let leads = |key: &str| managers.contains(key);
        let is_top = |key: &str| leads(key) && directory.person(key).is_some_and(|(_, person)| person.manager.is_empty());
        for (key, person) in directory.people() {
            let key_text: SmolStr = SmolStr::new(key);
            for name in spellings(&words(&person.display_name)) {
                known.people.entry(name).or_insert_with(|| key_text.clone());
            }
            let title = person.title.to_lowercase();
            let is_titled = EXECUTIVE_WORDS.iter().any(|word| title.contains(word) && !title.contains("vice "));
            if is_titled || is_top(key) || (leads(key) && is_top(&person.manager.to_lowercase())) {
                known.executives.insert(key_text);
            }
        }
        known
    }

    /// Somebody here wrote to `address`; `domain` is its registrable domain when that belongs to one owner.
    pub fn wrote(&mut self, address: &SmolStr, domain: Option<&str>, at: EventTime) {
        if let Some(first) = self.written_to.get_mut(address) {
            *first = at.min(*first);
        } else if self.written_to.len() < MAX_ADDRESSES {
            self.written_to.insert(address.clone(), at);
        }
        let Some(domain) = domain.filter(|domain| self.trusted.len() < MAX_TRUSTED && !self.trusted.contains(*domain)) else { return };
        let domain: SmolStr = SmolStr::new(domain);
        self.trusted.insert(domain.clone());
        for looks in looks(&domain) {
            self.by_looks.entry(looks).or_insert_with(|| domain.clone());
        }
    }

    /// Whether anybody here wrote to `address` before `at`.
    pub fn was_written_to(&self, address: &str, at: EventTime) -> bool {
        self.written_to.get(address).is_some_and(|first| *first < at)
    }

    /// The person whose display name `text` is or holds, also in look-alike letters, and whether that person is an executive.
    pub fn person_named(&self, text: &str) -> Option<(&SmolStr, bool)> {
        let words = words(text);
        let part = |width: usize| words.windows(width).find_map(|words| self.people.get(&sorted(words)));
        let found = self.people.get(&sorted(&words)).or_else(|| part(3)).or_else(|| part(2))?;
        Some((found, self.executives.contains(found)))
    }

    /// The domain that `domain` (registrable, lower case) could be mistaken for: one slip away, in look-alike letters, or the same name
    /// under another suffix. `None` for an own or a trusted domain itself.
    pub fn look_alike(&self, domain: &str) -> Option<LookAlike> {
        if self.trusted.contains(domain) || self.own.iter().any(|own| **own == *domain) {
            return None;
        }
        let mine = looks(domain);
        for own in &self.own {
            if resemble(domain, own) || holds(domain, own) {
                return Some(LookAlike { is_of_own: true, of: own.clone() });
            }
        }
        let of = mine.iter().filter_map(|looks| self.by_looks.get(looks)).find(|trusted| resemble(domain, trusted))?;
        Some(LookAlike { is_of_own: false, of: of.clone() })
    }
}

/// Lower-case letters as a reader sees them (UTS 39 skeleton: `rn` and `m`, `0` and `o`, Cyrillic and Latin are alike).
fn skeleton(text: &str) -> String {
    let lower: String = text.chars().take(MAX_NAME).collect::<String>().to_lowercase();
    unicode_security::skeleton(&lower).collect::<String>().to_lowercase()
}

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MAX_WORDS).map(skeleton).collect()
}

fn sorted(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.join(" ")
}

/// How a name of several words is written: in any order, or without spaces (Japanese names).
fn spellings(words: &[String]) -> Vec<String> {
    if words.len() < 2 {
        return Vec::new();
    }
    let mut spellings = vec![sorted(words)];
    if words.iter().any(|word| !word.is_ascii()) {
        spellings.push(words.concat());
    }
    spellings
}

fn label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or(domain)
}

/// Whether `domain` carries the own name among the words of its first label (`corp-payments.example` for `corp.example`).
fn holds(domain: &str, own: &str) -> bool {
    let (own, label) = (skeleton(label(own)), label(domain));
    own.chars().count() >= MIN_LOOK_ALIKE && label.split('-').any(|word| skeleton(word) == own)
}

fn resemble(domain: &str, other: &str) -> bool {
    let (a, b) = (skeleton(&unicode(domain)), skeleton(&unicode(other)));
    let is_long = label(domain).chars().count() >= MIN_LOOK_ALIKE;
    a == b || (is_long && (label(&a) == label(&b) || strsim::osa_distance(&a, &b) <= 1))
}

/// Internationalised labels as shown to a reader.
fn unicode(domain: &str) -> String {
    if domain.contains("xn--") { idna::domain_to_unicode(domain).0 } else { domain.to_owned() }
}

/// Keys under which a name is found by any name one slip away: its skeleton and each skeleton with one letter left out (the symmetric
/// delete method of Garbe, SymSpell), and its first label.
fn looks(domain: &str) -> Vec<u64> {
    let letters: Vec<char> = skeleton(&unicode(domain)).chars().collect();
    let hash = |letters: &mut dyn Iterator<Item = &char>| {
        let mut hasher = DefaultHasher::new();
        letters.for_each(|letter| letter.hash(&mut hasher));
        hasher.finish()
    };
    let mut keys = vec![hash(&mut letters.iter())];
    if label(domain).chars().count() >= MIN_LOOK_ALIKE {
        keys.push(hash(&mut letters.iter().take_while(|letter| **letter != '.')));
        let without = |gone: usize| letters.iter().enumerate().filter(move |(at, _)| *at != gone).map(|(_, letter)| letter);
        keys.extend((0..letters.len()).map(|gone| hash(&mut without(gone))));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::Person;

    fn company() -> Correspondents {
        let row = |name: &str, mail: &str, title: &str, manager: &str| Person {
            display_name: name.into(),
            mail: mail.into(),
            title: title.into(),
            manager: manager.into(),
            ..Person::default()
        };
        Correspondents::of(&Directory::new([
            row("Ann Marlow", "ann@fabrikam.example", "Head of everything", ""),
            row("Bob Tern", "bob@fabrikam.example", "Clerk", "ann@fabrikam.example"),
            row("山田 太郎", "taro@fabrikam.example", "代表取締役", "ann@fabrikam.example"),
        ]))
    }

    #[test]
    fn people_are_recognised_by_name() {
        let known = company();
        for (text, expected) in [
            ("Marlow, Ann", Some(("ann@fabrikam.example", true))),
            ("Ann Marlow (private)", Some(("ann@fabrikam.example", true))),
            ("B\u{43e}b Tern", Some(("bob@fabrikam.example", false))),
            ("山田太郎", Some(("taro@fabrikam.example", true))),
            ("Ann", None),
            ("Somebody Else", None),
        ] {
            assert_eq!(known.person_named(text).map(|(key, top)| (key.as_ref(), top)), expected, "{text}");
        }
    }

    #[test]
    fn look_alikes_of_own_and_trusted_domains() {
        let mut known = company();
        known.wrote(&SmolStr::new("x@northwind.example"), Some("northwind.example"), EventTime(5));
        for (domain, expected) in [
            ("fabrikarn.example", Some(true)),
            ("fabrikam.test", Some(true)),
            ("fabrikam-payments.test", Some(true)),
            ("fabricam.example", Some(true)),
            ("n0rthwind.example", Some(false)),
            ("northwnd.example", Some(false)),
            ("northwind.test", Some(false)),
            ("northwind.example", None),
            ("fabrikam.example", None),
            ("elsewhere.example", None),
        ] {
            assert_eq!(known.look_alike(domain).map(|found| found.is_of_own), expected, "{domain}");
        }
        assert!(known.was_written_to("x@northwind.example", EventTime(6)));
        assert!(!known.was_written_to("x@northwind.example", EventTime(5)));
    }
}
