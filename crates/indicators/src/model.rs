//! The shape of a model file under `models/`, one model a file.

use crate::condition::Condition;
use crate::error::ModelError;
use crate::fact::{FIELDS, FactKind};
use crate::inline_test::InlineTest;
use crate::prior::Prior;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weft_model::EntityKind;

/// What a feature measures.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// Hierarchical novelty of a field's value for the entity, its peers, the organisation.
    Novelty(String),
    /// How few internal entities touched the fact's entity of this kind in the 30 days up to a day ago.
    Rarity(EntityKind),
    /// How many facts the entity has on this subject and day.
    Count(Count),
    /// How many distinct values of a field this day.
    Distinct(String),
    /// The fact's amount against earlier ones.
    Volume(AmountKind),
    /// Hour of the week.
    HourOfWeek(AmountKind),
    /// The most surprising indicator of another model on the same entity shortly before.
    After(After),
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
}

/// One feature of a model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    pub name: String,
    pub measure: FeatureKind,
    /// Name of a shipped prior (novelty only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<String>,
}

/// One detection model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Path-like name.
    pub name: String,
    /// What it finds and why that matters, for the analyst.
    pub description: String,
    /// Models of one family are dependent: their evidence is averaged.
    pub family: String,
    #[serde(default)]
    pub techniques: Vec<String>,
    #[serde(default)]
    pub tactics: Vec<String>,
    /// The kind of fact it reads.
    pub on: FactKind,
    #[serde(rename = "where", default)]
    pub conditions: Vec<Condition>,
    /// The kind of entity whose behaviour is judged: one calibration observation is one entity-day.
    pub entity: EntityKind,
    /// Field whose value tells apart the indicators of one entity-day.
    pub subject: String,
    pub features: Vec<Feature>,
    /// Sentence with `{field}` places.
    pub title: String,
    #[serde(default)]
    pub tests: Vec<InlineTest>,
}

impl Model {
    /// Reads and checks one model file; `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelError> {
        let model: Self =
            serde_saphyr::from_str(text).map_err(|source| ModelError::Yaml { file: file.to_owned(), source: Box::new(source) })?;
        let invalid = |what: String| ModelError::Invalid { file: file.to_owned(), what };
        if model.features.is_empty() {
            return Err(invalid("has no features; give at least one".into()));
        }
        let named = model.conditions.iter().map(|c| c.field.as_str()).chain([model.subject.as_str()]).chain(
            model.features.iter().filter_map(|feature| match &feature.measure {
                FeatureKind::Novelty(field) | FeatureKind::Distinct(field) => Some(field.as_str()),
                _ => None,
            }),
        );
        for field in named {
            if FIELDS.binary_search(&field).is_err() {
                return Err(invalid(format!("names the unknown field `{field}`; known are {}", FIELDS.join(", "))));
            }
        }
        Ok(model)
    }
}

/// The models in use, in an order in which `after` only looks back, and the priors they name.
#[derive(Clone, Debug, Default)]
pub struct ModelSet {
    pub models: Vec<Model>,
    pub priors: BTreeMap<String, Prior>,
}

impl ModelSet {
    /// Checks that names are unique, priors exist and every `after` names another model, and sorts by name with followers last.
    pub fn new(mut models: Vec<Model>, priors: Vec<Prior>) -> Result<Self, ModelError> {
        let priors: BTreeMap<_, _> = priors.into_iter().map(|prior| (prior.name.clone(), prior)).collect();
        let follows = |model: &Model| model.features.iter().any(|f| matches!(f.measure, FeatureKind::After(_)));
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
                if let FeatureKind::After(after) = &feature.measure {
                    let known = models.iter().take(index).any(|other| other.name == after.model && !follows(other));
                    if !known {
                        return Err(invalid(format!("follows `{}`, which is no model that can be followed", after.model)));
                    }
                }
            }
        }
        Ok(Self { models, priors })
    }
}
