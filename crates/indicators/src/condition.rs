//! When a model applies to a fact.

use crate::fact::Fact;
use crate::field::Field;
use serde::Deserialize;

/// One test of one field; all tests that are given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub field: Field,
    /// The value must equal this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// The value must not equal this (an absent field passes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<String>,
    /// The value must be one of these.
    #[serde(rename = "in", default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// The field must be there (true) or absent (false).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}

impl Condition {
    /// Whether `fact` passes.
    pub fn holds(&self, fact: &Fact) -> bool {
        let value = fact.get(self.field).map(|value| value.as_str());
        self.present.is_none_or(|wanted| value.is_some() == wanted)
            && self.is.as_deref().is_none_or(|wanted| value == Some(wanted))
            && self.not.as_deref().is_none_or(|unwanted| value != Some(unwanted))
            && (self.one_of.is_empty() || value.is_some_and(|value| self.one_of.iter().any(|wanted| wanted == value)))
    }
}
