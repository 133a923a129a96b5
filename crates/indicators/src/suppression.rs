//! Suppressions: what somebody has decided, with a reason and for a time, that a model shall not speak of.

use crate::condition::Condition;
use crate::error::ModelError;
use crate::fact::Fact;
use crate::model::Model;
use serde::{Deserialize, Serialize};
use weft_model::{EventTime, Indicator};

/// Suppressions in use at once.
const MAX_SUPPRESSIONS: usize = 10_000;

/// One decision. It holds for what happens before `expires`; learning goes on, so that nothing bursts out afterwards.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The model's name, or the beginning of names up to a slash and a star (`SaaS/Data/*`).
    pub model: String,
    /// The entity, as in an incident: `person:ann@corp.example`, `domain:vendor.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Further conditions on the fact; all must hold.
    #[serde(rename = "where", default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Who answers for it.
    pub owner: String,
    pub reason: String,
    /// First day (UTC, `2027-01-31`) on which it holds no more.
    pub expires: String,
}

/// How often a suppression was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Scores that it kept silent.
    pub silenced: u64,
    /// Scores that it would have kept silent, had it not expired.
    pub expired: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    suppressions: Vec<Suppression>,
}

impl Suppression {
    /// Reads and checks a file of suppressions; `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Vec<Self>, ModelError> {
        let read: File =
            serde_saphyr::from_str(text).map_err(|source| ModelError::Yaml { file: file.to_owned(), source: Box::new(source) })?;
        let invalid = |what: String| Err(ModelError::Invalid { file: file.to_owned(), what });
        if read.suppressions.len() > MAX_SUPPRESSIONS {
            return invalid(format!("holds more than {MAX_SUPPRESSIONS} suppressions"));
        }
        for one in &read.suppressions {
            if one.entity.is_none() && one.conditions.is_empty() {
                return invalid(format!("silences `{}` as a whole; name an entity or a condition", one.model));
            }
            if [&one.owner, &one.reason].iter().any(|text| text.trim().is_empty()) {
                return invalid(format!("the suppression of `{}` has no owner or no reason", one.model));
            }
            if !is_day(&one.expires) {
                return invalid(format!("`{}` is no day of the form 2027-01-31", one.expires));
            }
        }
        Ok(read.suppressions)
    }

    fn names(&self, model: &str) -> bool {
        match self.model.strip_suffix('*') {
            Some(start) => model.starts_with(start),
            None => model == self.model,
        }
    }

    /// Whether it speaks of this indicator; one with conditions on facts does not.
    pub(crate) fn covers_indicator(&self, indicator: &Indicator) -> bool {
        self.names(&indicator.model)
            && self.conditions.is_empty()
            && self.entity.as_ref().is_some_and(|wanted| indicator.entities.iter().any(|entity| entity.uid() == *wanted))
    }

    /// Whether it speaks of this fact in this model.
    pub(crate) fn covers(&self, model: &Model, fact: &Fact) -> bool {
        self.names(&model.name)
            && self.entity.as_ref().is_none_or(|wanted| fact.entities.iter().any(|entity| entity.uid() == *wanted))
            && self.conditions.iter().all(|condition| condition.holds(fact))
    }

    /// Whether it holds no more at `at`.
    pub fn has_expired(&self, at: EventTime) -> bool {
        at.to_rfc3339().get(..10).is_none_or(|day| day >= self.expires.as_str())
    }
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, digits: usize| parts.get(at).filter(|part| part.len() == digits).and_then(|part| part.parse::<u32>().ok());
    parts.len() == 3
        && number(0, 4).is_some()
        && number(1, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(2, 2).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::DAY_MS;

    #[test]
    fn a_suppression_is_scoped_owned_and_expires() {
        let whole = "suppressions: [{model: M, owner: ann, reason: r, expires: 2027-01-31}]";
        let unowned = "suppressions: [{model: M, entity: 'person:a', owner: '', reason: r, expires: 2027-01-31}]";
        let endless = "suppressions: [{model: M, entity: 'person:a', owner: ann, reason: r, expires: never}]";
        let unknown = "suppressions: [{model: M, where: [{field: colour, is: red}], owner: ann, reason: r, expires: 2027-01-31}]";
        for (text, complaint) in [(whole, "as a whole"), (unowned, "no owner"), (endless, "no day"), (unknown, "unknown field")] {
            let error = Suppression::parse("s.yaml", text).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let error = format!("{error}: {cause}");
            assert!(error.contains(complaint), "{error}");
        }
        let sound = "suppressions: [{model: SaaS/Data/*, entity: 'person:a', owner: ann, reason: r, expires: 1970-01-03}]";
        let read = Suppression::parse("s.yaml", sound).unwrap();
        assert!(!read[0].has_expired(EventTime(2 * DAY_MS - 1)));
        assert!(read[0].has_expired(EventTime(2 * DAY_MS)));
    }
}
