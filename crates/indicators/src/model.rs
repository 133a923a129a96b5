//! The shape of a model file under `models/`, one model a file.

use crate::condition::Condition;
use crate::error::ModelError;
use crate::fact::FactKind;
use crate::field::Field;
use crate::inline_test::InlineTest;
use crate::prior::Prior;
use crate::suppression::Suppression;
use crate::template;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weft_model::EntityKind;

/// What a feature measures.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// Hierarchical novelty of a field's value for the entity, its peers, the organisation.
    Novelty(Field),
    /// How few internal entities touched the fact's entity of this kind in the 30 days up to a day ago.
    Rarity(EntityKind),
    /// How many facts the entity has on this subject and day.
    Count(Count),
    /// How many distinct values of a field this day.
    Distinct(Field),
    /// Whether people named by a field, this day so far, are seldom or never met together.
    Association(Field),
    /// Whether a field's values come in alphabetical order over the day.
    Ordered(Field),
    /// How regularly the fact comes, by the times of this entity and subject over days.
    Periodicity(AmountKind),
    /// Whether the fact comes at the same time of day, day after day.
    FixedTime(AmountKind),
    /// The fact's amount against earlier ones.
    Volume(AmountKind),
    /// How far what a message is about is from what the fact's entities of this kind wrote, or were written to, about.
    Topic(EntityKind),
    /// Hour of the week.
    HourOfWeek(AmountKind),
    /// The most surprising indicator of another model on the same entity shortly before.
    After(After),
    /// How soon after that indicator the fact comes, were the two unrelated.
    SoonAfter(After),
}

impl FeatureKind {
    /// The model that must have spoken before.
    pub(crate) fn after(&self) -> Option<&After> {
        match self {
            Self::After(after) | Self::SoonAfter(after) => Some(after),
            _ => None,
        }
    }

    /// Whether it looks at the entity, subject and day as a whole, not at a single fact.
    pub(crate) fn is_of_day(&self) -> bool {
        matches!(
            self,
            Self::Count(_) | Self::Distinct(_) | Self::Association(_) | Self::Ordered(_) | Self::Periodicity(_) | Self::FixedTime(_)
        )
    }
}

/// A count over the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Fewer are ordinary by definition: two messages are no bulk, two failures no guessing.
    pub at_least: u64,
}

/// What a volume or time feature reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountKind {
    /// The fact's amount.
    Amount,
    /// The fact's time.
    Time,
}

/// A model that must have spoken before.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    pub model: String,
    pub within_hours: i64,
    /// Which facts may follow: those from a source that is not the owner's usual one, or just those that are (the owner notices).
    #[serde(default, skip_serializing_if = "Source::is_unusual")]
    pub source: Source,
    /// Without it the fact says nothing, whatever else is strange about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_needed: bool,
}

/// Where what follows comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    #[default]
    Unusual,
    Usual,
}

impl Source {
    fn is_unusual(&self) -> bool {
        *self == Self::Unusual
    }
}

/// A text in the languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub en: String,
    pub ja: String,
}

/// The parts an entity can play in an incident, gravest first.
pub const ROLES: &[&str] = &[
    "compromised account",
    "device of the compromised account",
    "unusual sign-in source",
    "possible C2 endpoint",
    "phishing link",
    "upload destination",
    "phishing sender",
    "inbox rule",
    "session",
    "targeted recipient",
    "exposed device",
    "exposed person",
];

/// One feature of a model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    pub name: String,
    pub measure: FeatureKind,
    /// Name of a shipped prior (novelty only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<String>,
    /// The family of models that counts this surprise as evidence already; here it is a reason and no evidence again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<String>,
}

impl Feature {
    /// Whether its surprise is evidence: what another model or family says already is not evidence again.
    pub(crate) fn is_own(&self) -> bool {
        self.counted_in.is_none() && !matches!(self.measure, FeatureKind::After(_))
    }
}

/// Whether a model takes part in incidents yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It learns and speaks.
    #[default]
    Active,
    /// It can be tested and backtested; the analysis leaves it out until its false alarms have been measured.
    Trial,
}

/// One detection model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Path-like name.
    pub name: String,
    /// What it finds and why that matters, for the analyst.
    pub description: Text,
    /// Whether it takes part in incidents.
    #[serde(default)]
    pub stage: Stage,
    /// Models of one family are dependent: the strongest counts.
    pub family: String,
    #[serde(default)]
    pub techniques: Vec<String>,
    #[serde(default)]
    pub tactics: Vec<String>,
    /// The kind of fact it reads.
    pub on: FactKind,
    #[serde(rename = "where", default)]
    pub conditions: Vec<Condition>,
    /// Of the facts that meet these conditions, those that are judged; habits are learned from all.
    #[serde(default)]
    pub judged: Vec<Condition>,
    /// The kind of entity whose behaviour is judged: one calibration observation is one entity-day.
    pub entity: EntityKind,
    /// Field whose value tells apart the indicators of one entity-day.
    pub subject: Field,
    pub features: Vec<Feature>,
    /// Sentence with `{field}` places.
    pub title: Text,
    /// The part that each kind of outside entity, and each kind of inside one, plays when the model is right; see [`ROLES`].
    #[serde(default)]
    pub roles: BTreeMap<EntityKind, String>,
    #[serde(default)]
    pub tests: Vec<InlineTest>,
}

impl Model {
    /// Whether each entity that the model judges has habits of its own: people, devices, whoever writes to them and about what. Other things
    /// outside are compared with all others.
    pub fn has_habits(&self) -> bool {
        self.entity.is_internal() || matches!(self.entity, EntityKind::Sender | EntityKind::Campaign)
    }

    /// Reads and checks one model file; `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelError> {
        let model: Self =
            serde_saphyr::from_str(text).map_err(|source| ModelError::Yaml { file: file.to_owned(), source: Box::new(source) })?;
        let invalid = |what: String| ModelError::Invalid { file: file.to_owned(), what };
        if model.features.is_empty() {
            return Err(invalid("has no features; give at least one".into()));
        }
        if [&model.title, &model.description].iter().any(|text| text.en.trim().is_empty() || text.ja.trim().is_empty()) {
            return Err(invalid("has a title or description that is empty in English or Japanese".into()));
        }
        if let Some(role) = model.roles.values().find(|role| !ROLES.contains(&role.as_str())) {
            return Err(invalid(format!("gives the unknown role `{role}`; known are {}", ROLES.join(", "))));
        }
        let unknown = [&model.title.en, &model.title.ja]
            .into_iter()
            .flat_map(|text| template::places(text))
            .find(|place| *place != "count" && Field::named(place).is_none());
        if let Some(place) = unknown {
            return Err(invalid(format!("names the unknown field `{place}`; known are {}", Field::names())));
        }
        Ok(model)
    }
}

/// The models in use, in an order in which `after` only looks back, and the priors they name.
#[derive(Clone, Debug, Default)]
pub struct ModelSet {
    pub models: Vec<Model>,
    pub priors: BTreeMap<String, Prior>,
    /// What the models shall not speak of.
    pub suppressions: Vec<Suppression>,
}

impl ModelSet {
    /// Checks that names are unique, priors exist and every `after` names another model, and sorts by name with followers last.
    pub fn new(mut models: Vec<Model>, priors: Vec<Prior>) -> Result<Self, ModelError> {
        let priors: BTreeMap<_, _> = priors.into_iter().map(|prior| (prior.name.clone(), prior)).collect();
        let follows = |model: &Model| model.features.iter().any(|f| f.measure.after().is_some());
        models.sort_by(|a, b| (follows(a), &a.name).cmp(&(follows(b), &b.name)));
        for (index, model) in models.iter().enumerate() {
            let invalid = |what: String| ModelError::Invalid { file: model.name.clone(), what };
            if models.iter().skip(index + 1).any(|other| other.name == model.name) {
                return Err(invalid("is given twice".into()));
            }
            for feature in &model.features {
                if let Some(prior) = feature.prior.as_ref().filter(|prior| !priors.contains_key(*prior)) {
                    return Err(invalid(format!("names the unknown prior `{prior}`")));
                }
                let is_other = |family: &&String| **family == model.family || models.iter().all(|other| other.family != **family);
                if let Some(family) = feature.counted_in.as_ref().filter(is_other) {
                    return Err(invalid(format!("says that `{family}` counts a feature, which is no other family of models")));
                }
                if let Some(after) = feature.measure.after() {
                    let known = models.iter().take(index).any(|other| other.name == after.model && !follows(other));
                    if !known {
                        return Err(invalid(format!("follows `{}`, which is no model that can be followed", after.model)));
                    }
                }
            }
        }
        Ok(Self { models, priors, suppressions: Vec::new() })
    }

    /// Without the models on trial: what the analysis runs.
    #[must_use]
    pub fn active(mut self) -> Self {
        self.models.retain(|model| model.stage == Stage::Active);
        self
    }

    /// The part that an entity of this kind plays in what `model` finds (one of [`ROLES`]), where the model says so.
    pub fn role(&self, model: &str, kind: EntityKind) -> Option<&'static str> {
        let role = self.models.iter().find(|known| known.name == model)?.roles.get(&kind)?;
        ROLES.iter().find(|known| *known == role).copied()
    }
}
