//! The rules of all files together: references resolved, limits checked, in an order in which each needs only those before it.

use crate::detection::Detection;
use crate::error::{Fault, SigmaError};
use crate::file::{self, Bounds, Correlation, CorrelationType, Document, Level, Status};
use crate::inline_test::InlineTest;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as NameError;
use std::collections::{BTreeMap, BTreeSet};
use weft_indicators::model::Text;
use weft_indicators::{FactKind, Field, ModelSet};
use weft_model::id::content_hash;
use weft_model::{Domain, EntityKind};

/// Rules of a set, rules that one correlation joins, fields it groups by.
pub const MAX_RULES: usize = 1000;
const MAX_BASES: usize = 32;
const MAX_GROUP_BY: usize = 4;
/// The longest timespan, in days, and the greatest count a condition may name.
const MAX_TIMESPAN_DAYS: i64 = 30;
pub(crate) const MAX_COUNT: u64 = 1000;

/// Where a correlation's events come from, as places in the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Source {
    Model(usize),
    Event(usize),
    Rule(usize),
}

/// What a group is told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Entity(EntityKind),
    Field(Field),
    /// Whoever acted.
    Actor,
}

/// An event rule.
#[derive(Clone, Debug)]
pub(crate) struct EventRule {
    /// Any kind of fact when absent.
    pub kind: Option<FactKind>,
    pub detection: Detection,
}

/// A rule whose matches are found: a correlation, or an event rule that speaks for itself.
#[derive(Clone, Debug)]
pub struct Rule {
    pub title: String,
    pub description: Text,
    /// The title in Japanese; empty without one.
    pub title_ja: String,
    pub status: Status,
    pub level: Level,
    pub techniques: Vec<String>,
    pub tactics: Vec<String>,
    pub kind: CorrelationType,
    pub tests: Vec<InlineTest>,
    /// The file it stands in.
    pub file: String,
    /// As the correlation refers to them.
    pub bases: Vec<String>,
    /// As written: `15m`.
    pub timespan: String,
    /// Whether matches become indicators; else only other rules look at them.
    pub speaks: bool,
    /// The field that a value count counts.
    pub field: String,
    pub(crate) sources: Vec<Source>,
    /// For each source what each part of the group is.
    pub(crate) group_by: Vec<Vec<Slot>>,
    /// For each source the value that is counted.
    pub(crate) value: Vec<Option<Slot>>,
    pub(crate) timespan_ms: i64,
    pub(crate) bounds: Bounds,
}

impl Rule {
    /// The name as a model's: `Sigma/<title>`.
    pub fn name(&self) -> String {
        format!("{}{}", weft_model::indicator::RULE, self.title)
    }

    /// The kind of entity that a match is kept on.
    pub fn keeper(&self) -> EntityKind {
        match self.group_by.first().and_then(|slots| slots.first()) {
            Some(Slot::Entity(kind)) => *kind,
            _ => EntityKind::Person,
        }
    }
}

/// All rules with what they rest on.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    pub rules: Vec<Rule>,
    pub(crate) events: Vec<EventRule>,
    pub(crate) models: Vec<String>,
    /// Hash of the files' texts.
    texts: [u8; 16],
}

impl RuleSet {
    /// Reads files (name and text) and resolves the rules in them against each other and the models known.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, models: &ModelSet) -> Result<Self, SigmaError> {
        let (mut documents, mut parts) = (Vec::new(), Vec::new());
        for (name, text) in files {
            parts.push(text.as_bytes());
            documents.extend(file::parse(name, text)?.into_iter().map(|document| (name.to_owned(), document)));
        }
        let set = Self::new(documents, models)?;
        Ok(Self { texts: content_hash("rules", &parts), ..set })
    }

    /// A hash of the rules and of which of them speak: what was learned under others is of no use.
    pub fn fingerprint(&self) -> [u8; 16] {
        let speak: Vec<u8> = self.rules.iter().map(|rule| u8::from(rule.speaks)).collect();
        content_hash("rules", &[self.texts.as_slice(), speak.as_slice()])
    }

    /// The shipped rules with own files (name and text) beside them. Where an own rule has the title or id of a shipped one, its file replaces
    /// the whole shipped file.
    pub fn over_builtin(own: &[(&str, &str)], models: &ModelSet) -> Result<Self, SigmaError> {
        let parts: Vec<&[u8]> = own.iter().chain(crate::builtin::RULES).map(|(_, text)| text.as_bytes()).collect();
        let read = |(name, text): &(&str, &str)| -> Result<Vec<(String, Document)>, SigmaError> {
            Ok(file::parse(name, text)?.into_iter().map(|document| ((*name).to_owned(), document)).collect())
        };
        let own: Vec<Vec<(String, Document)>> = own.iter().map(read).collect::<Result<_, _>>()?;
        let own: Vec<(String, Document)> = own.into_iter().flatten().collect();
        let is_own =
            |shipped: &Document| own.iter().any(|(_, own)| own.title == shipped.title || (own.id.is_some() && own.id == shipped.id));
        let mut documents = Vec::new();
        for file in crate::builtin::RULES {
            let shipped = read(file)?;
            if !shipped.iter().any(|(_, document)| is_own(document)) {
                documents.extend(shipped);
            }
        }
        documents.extend(own);
        let set = Self::new(documents, models)?;
        Ok(Self { texts: content_hash("rules", &parts), ..set })
    }

    /// The rules of documents, each with the name of its file.
    pub fn new(documents: Vec<(String, Document)>, models: &ModelSet) -> Result<Self, SigmaError> {
        if documents.len() > MAX_RULES {
            return Err(SigmaError::File { file: "all files together".into(), what: format!("hold more than {MAX_RULES} rules") });
        }
        let names = Names::of(&documents)?;
        let mut set = Self::default();
        let mut places: BTreeMap<usize, Source> = BTreeMap::new();
        for (index, (file, document)) in documents.iter().enumerate() {
            if let Some(node) = &document.detection {
                let rule = event_rule(document, node).map_err(|fault| located(file, document, fault))?;
                places.insert(index, Source::Event(set.events.len()));
                set.events.push(rule);
            }
        }
        let spoken_for = names.spoken_for(&documents)?;
        let mut waiting: Vec<usize> = (0..documents.len()).collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for index in waiting {
                let Some((file, document)) = documents.get(index) else { continue };
                let bases = document.correlation.as_ref().map(|correlation| names.bases(correlation));
                let is_ready = bases.iter().flatten().all(|base| base.is_none_or(|base| places.contains_key(&base)));
                if !is_ready {
                    later.push(index);
                    continue;
                }
                let speaks = !spoken_for.contains(&index);
                let rule = match &document.correlation {
                    Some(correlation) => set.correlate(correlation, &names, &places, models),
                    None if !speaks && document.tests.is_empty() => continue,
                    None if !speaks => Err(Fault::new("tests", "belong to a rule that speaks; this one is only part of a correlation")),
                    None => {
                        places.get(&index).map(|source| set.alone(*source)).unwrap_or_else(|| Err(Fault::new("detection", "is missing")))
                    }
                };
                let rule = rule.and_then(|rule| described(rule, file, document, speaks)).map_err(|fault| located(file, document, fault))?;
                if document.correlation.is_some() {
                    places.insert(index, Source::Rule(set.rules.len()));
                }
                set.rules.push(rule);
            }
            waiting = later;
            if waiting.len() == before {
                let Some((file, document)) = waiting.first().and_then(|index| documents.get(*index)) else { break };
                return Err(located(file, document, Fault::new("correlation.rules", "lead back to the rule itself")));
            }
        }
        Ok(set)
    }

    /// Without rules that are not to run: deprecated and unsupported ones, and unless `with_trial` experimental ones.
    #[must_use]
    pub fn active(mut self, with_trial: bool) -> Self {
        for rule in &mut self.rules {
            rule.speaks &= match rule.status {
                Status::Stable | Status::Test => true,
                Status::Experimental => with_trial,
                Status::Deprecated | Status::Unsupported => false,
            };
        }
        self
    }

    /// The rules whose matches become indicators.
    pub fn speaking(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.speaks)
    }

    /// An event rule on its own: one match an hour and actor is enough.
    fn alone(&self, source: Source) -> Result<Rule, Fault> {
        let Source::Event(place) = source else { return Err(Fault::new("detection", "is missing")) };
        let kind = self.events.get(place).and_then(|rule| rule.kind);
        let kind = kind.ok_or_else(|| Fault::new("logsource.category", "must be given in a rule that no correlation refers to"))?;
        let keeper = if kind.domain() == Domain::Network { EntityKind::Device } else { EntityKind::Person };
        if kind == FactKind::EmailMessage {
            return Err(Fault::new("logsource.category", "facts of this kind name nobody here; refer to the rule from a correlation"));
        }
        Ok(Rule {
            sources: vec![source],
            group_by: vec![vec![if keeper == EntityKind::Device { Slot::Entity(keeper) } else { Slot::Actor }]],
            value: vec![None],
            timespan_ms: weft_model::HOUR_MS,
            timespan: "1h".to_owned(),
            bounds: Bounds { gte: Some(1), ..Bounds::default() },
            ..blank(CorrelationType::EventCount)
        })
    }

    fn correlate(
        &mut self,
        correlation: &Correlation,
        names: &Names,
        places: &BTreeMap<usize, Source>,
        models: &ModelSet,
    ) -> Result<Rule, Fault> {
        let bases = &correlation.rules.0;
        let fault = |field: &str, what: String| Fault::new(format!("correlation.{field}"), what);
        if bases.is_empty() || bases.len() > MAX_BASES {
            return Err(fault("rules", format!("must name 1 to {MAX_BASES} rules")));
        }
        if bases.iter().collect::<BTreeSet<_>>().len() < bases.len() && correlation.kind != CorrelationType::TemporalOrdered {
            return Err(fault("rules", "name a rule twice".to_owned()));
        }
        let mut sources = Vec::new();
        for base in bases {
            let known = names.by_name.get(base.as_str()).and_then(|index| places.get(index)).copied();
            let model = || models.models.iter().any(|model| model.name == *base).then(|| Source::Model(self.model(base)));
            sources.push(known.or_else(model).ok_or_else(|| fault("rules", format!("`{base}` is no rule's id or name and no model")))?);
        }
        let timespan_ms = timespan(&correlation.timespan).map_err(|what| fault("timespan", what))?;
        let group_by = &correlation.group_by.0;
        if group_by.is_empty() || group_by.len() > MAX_GROUP_BY {
            return Err(fault("group-by", format!("must name 1 to {MAX_GROUP_BY} fields; the first is who or what the match is kept on")));
        }
        let each = |name: &str, place: &str| -> Result<Vec<Slot>, Fault> {
            let slots = bases.iter().zip(&sources).map(|(base, source)| self.slot(correlation, name, base, *source));
            slots.collect::<Result<_, _>>().map_err(|what| fault(place, what))
        };
        let columns = group_by.iter().map(|name| each(name, "group-by")).collect::<Result<Vec<_>, _>>()?;
        if columns.first().into_iter().flatten().any(|slot| !matches!(slot, Slot::Entity(_))) {
            return Err(fault(
                "group-by",
                format!("the first field must be an entity: one of {}", ENTITIES.map(EntityKind::as_str).join(", ")),
            ));
        }
        let bounds = checked(correlation.kind, bases.len(), correlation.condition.as_ref()).map_err(|what| fault("condition", what))?;
        let value = match &bounds.field {
            Some(field) => each(field, "condition.field")?.into_iter().map(Some).collect(),
            None => vec![None; bases.len()],
        };
        let rows = (0..bases.len()).map(|base| columns.iter().filter_map(|column| column.get(base).copied()).collect()).collect();
        Ok(Rule {
            bases: bases.clone(),
            sources,
            group_by: rows,
            value,
            timespan_ms,
            timespan: correlation.timespan.clone(),
            field: bounds.field.clone().unwrap_or_default(),
            bounds,
            ..blank(correlation.kind)
        })
    }

    fn model(&mut self, name: &str) -> usize {
        self.models.iter().position(|known| known == name).unwrap_or_else(|| {
            self.models.push(name.to_owned());
            self.models.len() - 1
        })
    }

    /// What a field of a group is in one of the rules that a correlation joins.
    fn slot(&self, correlation: &Correlation, name: &str, base: &str, source: Source) -> Result<Slot, String> {
        let name = match correlation.aliases.get(name) {
            Some(meanings) => meanings.get(base).ok_or_else(|| format!("the alias `{name}` says nothing of `{base}`"))?,
            None => name,
        };
        let entity = ENTITIES.into_iter().find(|kind| kind.as_str() == name);
        match (entity, source) {
            (Some(kind), Source::Rule(place)) => {
                let of_base = self.rules.get(place).and_then(|rule| rule.group_by.first());
                let is_there = of_base.is_some_and(|slots| slots.contains(&Slot::Entity(kind)));
                is_there.then_some(Slot::Entity(kind)).ok_or_else(|| format!("`{base}` does not group by `{name}`"))
            }
            (Some(kind), _) => Ok(Slot::Entity(kind)),
            (None, Source::Event(_)) => {
                let known =
                    || format!("`{name}` is no field; known are {}, {}", ENTITIES.map(EntityKind::as_str).join(", "), Field::names());
                Field::named(name).map(Slot::Field).ok_or_else(known)
            }
            (None, _) => Err(format!("`{base}` gives entities only, not `{name}`: {}", ENTITIES.map(EntityKind::as_str).join(", "))),
        }
    }
}

/// The kinds that a group may be told apart by; people and accounts stand for each other, as do domains and hosts.
const ENTITIES: [EntityKind; 12] = [
    EntityKind::Person,
    EntityKind::Device,
    EntityKind::Ip,
    EntityKind::Domain,
    EntityKind::Host,
    EntityKind::Url,
    EntityKind::Sender,
    EntityKind::Message,
    EntityKind::Campaign,
    EntityKind::Session,
    EntityKind::File,
    EntityKind::InboxRule,
];

fn blank(kind: CorrelationType) -> Rule {
    Rule {
        title: String::new(),
        description: Text::default(),
        title_ja: String::new(),
        status: Status::default(),
        level: Level::default(),
        techniques: Vec::new(),
        tactics: Vec::new(),
        kind,
        tests: Vec::new(),
        file: String::new(),
        bases: Vec::new(),
        timespan: String::new(),
        speaks: false,
        field: String::new(),
        sources: Vec::new(),
        group_by: Vec::new(),
        value: Vec::new(),
        timespan_ms: 0,
        bounds: Bounds::default(),
    }
}

fn described(rule: Rule, file: &str, document: &Document, speaks: bool) -> Result<Rule, Fault> {
    let (mut techniques, mut tactics) = (Vec::new(), Vec::new());
    for tag in &document.tags {
        let Some(name) = tag.to_ascii_lowercase().strip_prefix("attack.").map(str::to_owned) else { continue };
        let is_technique = name.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if is_technique { techniques.push(name.to_ascii_uppercase()) } else { tactics.push(name.replace('_', "-")) }
    }
    if document.tests.len() > 64 {
        return Err(Fault::new("tests", "are more than 64"));
    }
    Ok(Rule {
        title: document.title.clone(),
        description: Text {
            en: document.description.clone(),
            ja: document.ja.as_ref().map(|ja| ja.description.clone()).unwrap_or_default(),
        },
        title_ja: document.ja.as_ref().map(|ja| ja.title.clone()).unwrap_or_default(),
        status: document.status,
        level: document.level,
        techniques,
        tactics,
        tests: document.tests.clone(),
        file: file.to_owned(),
        speaks,
        ..rule
    })
}

fn event_rule(document: &Document, node: &file::Node) -> Result<EventRule, Fault> {
    let source = document.logsource.as_ref();
    if let Some(product) = source.and_then(|source| source.product.as_deref()).filter(|product| *product != "weft") {
        return Err(Fault::new("logsource.product", format!("`{product}` is not read; rules speak of Weft's facts (product weft)")));
    }
    let kind = match source.and_then(|source| source.category.as_deref()) {
        None => None,
        Some(category) => {
            let read: Result<FactKind, NameError> = FactKind::deserialize(category.into_deserializer());
            Some(read.map_err(|error| Fault::new("logsource.category", error.to_string()))?)
        }
    };
    Ok(EventRule { kind, detection: Detection::compile(node)? })
}

/// A number and one of `s`, `m`, `h`, `d`, in milliseconds.
pub(crate) fn timespan(text: &str) -> Result<i64, String> {
    let unit = match text.chars().last() {
        Some('s') => 1000,
        Some('m') => 60_000,
        Some('h') => weft_model::HOUR_MS,
        Some('d') => weft_model::DAY_MS,
        _ => return Err(format!("`{text}` is no number with s, m, h or d")),
    };
    let number = text.get(..text.len() - 1).and_then(|number| number.parse::<i64>().ok());
    let span = number.and_then(|number| number.checked_mul(unit)).ok_or_else(|| format!("`{text}` is no number with s, m, h or d"))?;
    let is_sound = (1000..=MAX_TIMESPAN_DAYS * weft_model::DAY_MS).contains(&span);
    if is_sound { Ok(span) } else { Err(format!("`{text}` is not between 1s and {MAX_TIMESPAN_DAYS}d")) }
}

/// The bounds of a correlation; for `temporal` those of how many of its rules match.
fn checked(kind: CorrelationType, rules: usize, bounds: Option<&Bounds>) -> Result<Bounds, String> {
    let given = bounds.cloned().unwrap_or_default();
    let is_empty = given == Bounds { field: given.field.clone(), ..Bounds::default() };
    match kind {
        CorrelationType::EventCount | CorrelationType::ValueCount if is_empty => {
            return Err("needs a bound: gt, gte, lt, lte, eq or neq".to_owned());
        }
        CorrelationType::ValueCount if given.field.is_none() => return Err("needs `field`, whose values are counted".to_owned()),
        CorrelationType::ValueCount => {}
        _ if given.field.is_some() => return Err("`field` belongs to value_count".to_owned()),
        CorrelationType::EventCount => {}
        CorrelationType::Temporal if is_empty => return Ok(Bounds { gte: Some(rules as u64), ..Bounds::default() }),
        CorrelationType::Temporal if given.is_upper() => return Err("takes gt and gte: how many of the rules must match".to_owned()),
        CorrelationType::Temporal if given.least() > rules as u64 => return Err(format!("asks for more than the {rules} rules")),
        CorrelationType::Temporal => {}
        CorrelationType::TemporalOrdered | CorrelationType::Absence if !is_empty => {
            return Err("does not belong to this type: all rules count".to_owned());
        }
        CorrelationType::Absence if rules != 2 => {
            return Err("absence takes two rules: what happens, and what must follow".to_owned());
        }
        CorrelationType::TemporalOrdered if rules < 2 => return Err("an order takes two rules or more".to_owned()),
        CorrelationType::TemporalOrdered | CorrelationType::Absence => return Ok(Bounds::default()),
    }
    let numbers = [given.gt, given.gte, given.lt, given.lte, given.eq, given.neq];
    if numbers.into_iter().flatten().any(|number| number > MAX_COUNT) {
        return Err(format!("names more than {MAX_COUNT}"));
    }
    if !(1..=MAX_COUNT + 1).any(|count| given.fit(count)) {
        return Err("can never hold: a group begins with its first event".to_owned());
    }
    Ok(given)
}

impl Bounds {
    /// Whether the count lies within.
    pub fn fit(&self, count: u64) -> bool {
        self.gt.is_none_or(|n| count > n)
            && self.gte.is_none_or(|n| count >= n)
            && self.lt.is_none_or(|n| count < n)
            && self.lte.is_none_or(|n| count <= n)
            && self.eq.is_none_or(|n| count == n)
            && self.neq.is_none_or(|n| count != n)
    }

    /// Whether more events may end a match, so that only the end of the timespan decides.
    pub fn is_upper(&self) -> bool {
        self.lt.is_some() || self.lte.is_some() || self.eq.is_some() || self.neq.is_some()
    }

    /// The least count that lower bounds allow, at least 1.
    pub fn least(&self) -> u64 {
        self.gte.unwrap_or(1).max(self.gt.map_or(1, |n| n.saturating_add(1))).max(1)
    }
}

fn located(file: &str, document: &Document, fault: Fault) -> SigmaError {
    SigmaError::Field { file: file.to_owned(), title: document.title.chars().take(80).collect(), place: fault.place, what: fault.what }
}

/// Documents by id and name.
struct Names<'a> {
    by_name: BTreeMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn of(documents: &'a [(String, Document)]) -> Result<Self, SigmaError> {
        let mut by_name = BTreeMap::new();
        let mut titles = BTreeSet::new();
        for (index, (file, document)) in documents.iter().enumerate() {
            if !titles.insert(document.title.as_str()) {
                return Err(located(file, document, Fault::new("title", "is another rule's too")));
            }
            for (place, name) in [("id", &document.id), ("name", &document.name)] {
                if name.as_ref().is_some_and(|name| by_name.insert(name.as_str(), index).is_some_and(|other| other != index)) {
                    return Err(located(file, document, Fault::new(place, "is another rule's too")));
                }
            }
        }
        Ok(Self { by_name })
    }

    /// The documents that a correlation joins; `None` for what is no document.
    fn bases(&self, correlation: &Correlation) -> Vec<Option<usize>> {
        correlation.rules.0.iter().map(|name| self.by_name.get(name.as_str()).copied()).collect()
    }

    /// The documents that speak through a correlation only.
    fn spoken_for(&self, documents: &[(String, Document)]) -> Result<BTreeSet<usize>, SigmaError> {
        let (mut joined, mut generated) = (BTreeSet::new(), BTreeSet::new());
        for (_, document) in documents {
            if let Some(correlation) = &document.correlation {
                let bases = self.bases(correlation).into_iter().flatten();
                if correlation.generate { generated.extend(bases) } else { joined.extend(bases) }
            }
        }
        Ok(joined.into_iter().filter(|index| !generated.contains(index)).collect())
    }
}
