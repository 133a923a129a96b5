//! Event rules: selections of fields and values with Sigma's modifiers, compiled and compared with facts. Regular expressions are
//! refused on purpose: what a rule costs an event is then bounded by its length.

use crate::condition::{self, Expression};
use crate::error::Fault;
use crate::file::Node;
use std::net::IpAddr;
use weft_indicators::{Fact, Field};

/// Selections of a rule, maps of a selection, fields of a map, values of a field, characters of a value.
const MAX_SELECTIONS: usize = 64;
const MAX_MAPS: usize = 256;
const MAX_FIELDS: usize = 64;
const MAX_VALUES: usize = 1000;
const MAX_VALUE: usize = 512;

/// A compiled detection.
#[derive(Clone, Debug)]
pub struct Detection {
    /// Each is a choice of maps; of a map all fields must fit.
    selections: Vec<Vec<Vec<Item>>>,
    condition: Expression,
}

/// One field with what is asked of it.
#[derive(Clone, Debug)]
struct Item {
    place: Place,
    test: Test,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Field(Field),
    /// The fact's amount: bytes, seconds, recipients by the kind of fact.
    Amount,
}

#[derive(Clone, Debug)]
enum Test {
    /// One of the patterns fits, or all with the modifier `all`.
    Text {
        patterns: Vec<Pattern>,
        all: bool,
    },
    Number {
        compare: fn(f64, f64) -> bool,
        with: f64,
    },
    Exists(bool),
    Networks(Vec<(u128, u32)>),
}

/// A value of a rule: characters, lower case unless the modifier `cased` is given, with Sigma's wildcards.
#[derive(Clone, Debug)]
struct Pattern {
    parts: Vec<Part>,
    is_cased: bool,
    is_plain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    One,
    Many,
    /// `null`: the field is absent.
    Absent,
}

impl Detection {
    /// Compiles the `detection` section.
    pub fn compile(node: &Node) -> Result<Self, Fault> {
        let Node::Map(entries) = node else { return Err(Fault::new("detection", "must be a map of selections and a condition")) };
        if entries.len() > MAX_SELECTIONS {
            return Err(Fault::new("detection", format!("has more than {MAX_SELECTIONS} selections")));
        }
        let condition = match entries.iter().find(|(name, _)| name == "condition").map(|(_, node)| node) {
            Some(Node::Text(text)) => text,
            _ => return Err(Fault::new("detection.condition", "must be one expression")),
        };
        if entries.iter().any(|(name, _)| name == "timeframe") {
            return Err(Fault::new("detection.timeframe", "is obsolete in Sigma; write a correlation rule"));
        }
        let named: Vec<&(String, Node)> = entries.iter().filter(|(name, _)| name != "condition").collect();
        let selections = named.iter().map(|(name, node)| selection(&format!("detection.{name}"), node)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let condition = condition::parse(condition, &names).map_err(|what| Fault::new("detection.condition", what))?;
        Ok(Self { selections, condition })
    }

    /// Whether the fact fits.
    pub fn matches(&self, fact: &Fact) -> bool {
        self.condition.holds(&|place| {
            let maps = self.selections.get(place);
            maps.is_some_and(|maps| maps.iter().any(|items| items.iter().all(|item| item.holds(fact))))
        })
    }
}

fn selection(place: &str, node: &Node) -> Result<Vec<Vec<Item>>, Fault> {
    match node {
        Node::Map(entries) => Ok(vec![map(place, entries)?]),
        Node::List(list) if list.len() <= MAX_MAPS => list
            .iter()
            .map(|one| match one {
                Node::Map(entries) => map(place, entries),
                _ => Err(Fault::new(place, "keywords without a field are not supported; name a field")),
            })
            .collect(),
        Node::List(_) => Err(Fault::new(place, format!("has more than {MAX_MAPS} maps"))),
        _ => Err(Fault::new(place, "must be a map of fields or a list of such maps")),
    }
}

fn map(place: &str, entries: &[(String, Node)]) -> Result<Vec<Item>, Fault> {
    if entries.is_empty() || entries.len() > MAX_FIELDS {
        return Err(Fault::new(place, format!("must have 1 to {MAX_FIELDS} fields")));
    }
    entries.iter().map(|(key, value)| item(&format!("{place}.{key}"), key, value)).collect()
}

fn item(at: &str, key: &str, value: &Node) -> Result<Item, Fault> {
    let fault = |what: String| Fault::new(at, what);
    let mut parts = key.split('|');
    let name = parts.next().unwrap_or_default();
    let modifiers: Vec<&str> = parts.collect();
    let place = match Field::named(name) {
        Some(field) => Place::Field(field),
        None if name == "amount" => Place::Amount,
        None => return Err(fault(format!("`{name}` is no field; known are amount, {}", Field::names()))),
    };
    const KNOWN: [&str; 10] = ["contains", "startswith", "endswith", "all", "cased", "exists", "cidr", "gt", "gte", "lt"];
    if let Some(unknown) = modifiers.iter().find(|one| !KNOWN.contains(one) && **one != "lte") {
        return Err(fault(format!("the modifier `{unknown}` is not supported; known are {}, lte", KNOWN.join(", "))));
    }
    let has = |one: &str| modifiers.contains(&one);
    let values: Vec<&Node> = match value {
        Node::List(list) => list.iter().collect(),
        one => vec![one],
    };
    if values.is_empty() || values.len() > MAX_VALUES {
        return Err(fault(format!("must have 1 to {MAX_VALUES} values")));
    }
    let alone = || match (values.as_slice(), modifiers.as_slice()) {
        ([Node::Text(text)], [_]) => Ok(text.as_str()),
        _ => Err(fault("takes one value and no other modifier".to_owned())),
    };
    let is_number = ["gt", "gte", "lt", "lte"].iter().any(|one| has(one));
    let test = if is_number {
        let with: f64 = alone()?.parse().map_err(|_| fault("must be a number".to_owned()))?;
        let compare: fn(f64, f64) -> bool = match modifiers.first().copied() {
            Some("gt") => |a, b| a > b,
            Some("gte") => |a, b| a >= b,
            Some("lt") => |a, b| a < b,
            _ => |a, b| a <= b,
        };
        Test::Number { compare, with }
    } else if has("exists") {
        Test::Exists(alone()?.parse().map_err(|_| fault("must be true or false".to_owned()))?)
    } else if has("cidr") {
        let network = |node: &&Node| match node {
            Node::Text(text) => network(text).ok_or_else(|| fault(format!("`{text}` is no network such as 10.0.0.0/8"))),
            _ => Err(fault("must be networks such as 10.0.0.0/8".to_owned())),
        };
        Test::Networks(values.iter().map(network).collect::<Result<_, _>>()?)
    } else {
        let (starts, ends) = (has("endswith") || has("contains"), has("startswith") || has("contains"));
        let pattern = |node: &&Node| match node {
            Node::Null => Ok(Pattern { parts: vec![Part::Absent], is_cased: false, is_plain: true }),
            Node::Text(text) if text.chars().count() <= MAX_VALUE => Ok(Pattern::compile(text, starts, ends, has("cased"))),
            Node::Text(_) => Err(fault(format!("has a value of more than {MAX_VALUE} characters"))),
            _ => Err(fault("must be a value or a list of values".to_owned())),
        };
        Test::Text { patterns: values.iter().map(pattern).collect::<Result<_, _>>()?, all: has("all") }
    };
    Ok(Item { place, test })
}

/// A network as its mapped IPv6 bits and the number of bits that count.
fn network(text: &str) -> Option<(u128, u32)> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok()?;
    let bits = if address.is_ipv4() { bits.checked_add(96).filter(|bits| (96..=128).contains(bits))? } else { bits };
    (bits <= 128).then(|| (mapped(address), bits))
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Item {
    fn holds(&self, fact: &Fact) -> bool {
        let amount;
        let value: Option<&str> = match self.place {
            Place::Field(field) => fact.get(field).map(|value| value.as_str()),
            Place::Amount => {
                amount = fact.amount.to_string();
                Some(amount.as_str())
            }
        };
        match &self.test {
            Test::Exists(wanted) => value.is_some() == *wanted,
            Test::Text { patterns, all: true } => patterns.iter().all(|pattern| pattern.fits(value)),
            Test::Text { patterns, all: false } => patterns.iter().any(|pattern| pattern.fits(value)),
            Test::Number { compare, with } => value.and_then(|value| value.parse().ok()).is_some_and(|value: f64| compare(value, *with)),
            Test::Networks(networks) => value.and_then(|value| value.parse().ok()).map(mapped).is_some_and(|address| {
                networks.iter().any(|(network, bits)| (address ^ network).checked_shr(128 - bits).unwrap_or(0) == 0)
            }),
        }
    }
}

impl Pattern {
    fn compile(text: &str, starts: bool, ends: bool, is_cased: bool) -> Self {
        let mut parts = Vec::new();
        parts.extend(starts.then_some(Part::Many));
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                // A backslash is itself unless a wildcard or another backslash follows.
                '\\' if matches!(chars.peek(), Some('*' | '?' | '\\')) => parts.extend(chars.next().map(Part::Char)),
                '*' => parts.push(Part::Many),
                '?' => parts.push(Part::One),
                c if is_cased => parts.push(Part::Char(c)),
                c => parts.extend(c.to_lowercase().map(Part::Char)),
            }
        }
        parts.extend(ends.then_some(Part::Many));
        parts.dedup_by(|a, b| *a == Part::Many && *b == Part::Many);
        let is_plain = !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
        Self { parts, is_cased, is_plain }
    }

    fn fits(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return self.parts == [Part::Absent] };
        if self.is_plain {
            let wanted = self.parts.iter().copied();
            return if self.is_cased {
                value.chars().map(Part::Char).eq(wanted)
            } else {
                value.chars().flat_map(char::to_lowercase).map(Part::Char).eq(wanted)
            };
        }
        let value: Vec<char> = if self.is_cased { value.chars().collect() } else { value.chars().flat_map(char::to_lowercase).collect() };
        glob(&self.parts, &value)
    }
}

/// Greedy with one point of return: at most |parts| |value| steps.
fn glob(parts: &[Part], value: &[char]) -> bool {
    let (mut p, mut v) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while v < value.len() {
        match (parts.get(p), value.get(v)) {
            (Some(Part::Many), _) => {
                back = Some((p, v));
                p += 1;
            }
            (Some(Part::One), _) => (p, v) = (p + 1, v + 1),
            (Some(Part::Char(wanted)), Some(found)) if wanted == found => (p, v) = (p + 1, v + 1),
            _ => match &mut back {
                Some((star, from)) => {
                    *from += 1;
                    (p, v) = (*star + 1, *from);
                }
                None => return false,
            },
        }
    }
    parts.iter().skip(p).all(|part| *part == Part::Many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_indicators::FactKind;
    use weft_model::{EventRef, EventTime, EventUid, SmolStr};

    fn fact(fields: &[(&str, &str)], amount: u64) -> Fact {
        Fact {
            kind: FactKind::SaasLogon,
            event: EventRef { time: EventTime(0), uid: EventUid([0; 16]) },
            fields: fields.iter().map(|(name, value)| (Field::named(name).unwrap(), SmolStr::new(value))).collect(),
            amount,
            entities: Default::default(),
            shared: Default::default(),
            peer: None,
        }
    }

    fn detection(text: &str) -> Result<Detection, Fault> {
        Detection::compile(&serde_saphyr::from_str(text).unwrap())
    }

    #[test]
    fn modifiers_and_wildcards_as_in_sigma() {
        let sample = fact(&[("host", "Files.Example.org"), ("ip", "10.1.2.3"), ("user_agent", "curl/*")], 1500);
        for (selection, expected) in [
            ("host: files.example.ORG", true),
            ("host|cased: files.example.org", false),
            ("host|startswith: files.", true),
            ("host|endswith: [.com, .org]", true),
            ("host|contains: EXAMPLE", true),
            ("host|contains|all: [files, org]", true),
            ("host|contains|all: [files, com]", false),
            ("host: 'f?les.*.org'", true),
            ("host: '*example'", false),
            ("user_agent: 'curl/\\*'", true),
            ("user_agent: 'c*'", true),
            ("user_agent: 'c\\*'", false),
            ("ip|cidr: [192.0.2.0/24, 10.0.0.0/8]", true),
            ("ip|cidr: 'fd00::/8'", false),
            ("ip|cidr: '::/0'", true),
            ("amount|gte: 1500", true),
            ("amount|lt: 1500", false),
            ("amount: 1500", true),
            ("port|exists: false", true),
            ("port: null", true),
            ("port: [null, '443']", true),
            ("host: null", false),
            ("port: '*'", false),
        ] {
            let text = format!("selection: {{{selection}}}\ncondition: selection");
            assert_eq!(detection(&text).unwrap().matches(&sample), expected, "{selection}");
        }
    }

    #[test]
    fn selections_are_choices_of_maps_and_conditions_join_them() {
        let text = "good: [{status: success}, {host|endswith: .example}]\nbad: {ip: 192.0.2.1}\ncondition: good and not bad";
        let rule = detection(text).unwrap();
        assert!(rule.matches(&fact(&[("host", "a.example")], 0)));
        assert!(!rule.matches(&fact(&[("host", "a.example"), ("ip", "192.0.2.1")], 0)));
        assert!(!rule.matches(&fact(&[("host", "a.test")], 0)));
    }

    #[test]
    fn what_is_not_supported_is_refused_with_its_place() {
        for (text, place, complaint) in [
            ("s: {colour: red}\ncondition: s", "detection.s.colour", "is no field"),
            ("s: {host|re: a.*}\ncondition: s", "detection.s.host|re", "`re` is not supported"),
            ("s: {host|contains: {a: b}}\ncondition: s", "detection.s.host|contains", "a value"),
            ("s: [word]\ncondition: s", "detection.s", "keywords"),
            ("s: {ip|cidr: 10.0.0.0/33}\ncondition: s", "detection.s.ip|cidr", "no network"),
            ("s: {amount|gt: many}\ncondition: s", "detection.s.amount|gt", "a number"),
            ("s: {host: a}", "detection.condition", "one expression"),
            ("s: {host: a}\ntimeframe: 5m\ncondition: s", "detection.timeframe", "obsolete"),
            ("s: {}\ncondition: s", "detection.s", "1 to 64"),
        ] {
            let fault = detection(text).unwrap_err();
            assert_eq!(fault.place, place);
            assert!(fault.what.contains(complaint), "{}", fault.what);
        }
    }

    #[test]
    fn a_pattern_of_stars_costs_no_more_than_its_length_times_the_value() {
        let pattern = Pattern::compile(&"*a".repeat(200), false, false, false);
        assert!(!pattern.fits(Some(&"b".repeat(10_000))));
        assert!(pattern.fits(Some(&"a".repeat(200))));
    }
}
