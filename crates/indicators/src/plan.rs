//! Which models a fact concerns, asked once for all of them: every condition of a kind of fact is tested once a fact.

use crate::condition::Condition;
use crate::fact::Fact;
use crate::model::Model;
use foldhash::HashMap;

/// Conditions of one kind of fact that fit into a mask; models with further ones test them themselves.
const MAX_SHARED: usize = 64;

/// The models of one kind of fact.
#[derive(Clone, Debug, Default)]
struct OfKind {
    conditions: Vec<Condition>,
    /// Number, the conditions that must hold, and those that the mask does not cover.
    models: Vec<(usize, u64, Vec<Condition>)>,
}

/// All models by the kind of fact they read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    kinds: Vec<OfKind>,
    numbers: HashMap<String, usize>,
}

impl Plan {
    pub(crate) fn of(models: &[Model]) -> Self {
        let mut kinds: Vec<OfKind> = Vec::new();
        for (index, model) in models.iter().enumerate() {
            let kind = model.on as usize;
            if kinds.len() <= kind {
                kinds.resize_with(kind + 1, OfKind::default);
            }
            let Some(kind) = kinds.get_mut(kind) else { continue };
            let (mut mask, mut rest) = (0, Vec::new());
            for condition in &model.conditions {
                let known = kind.conditions.iter().position(|known| known == condition);
                let place = known.unwrap_or(kind.conditions.len());
                if place >= MAX_SHARED {
                    rest.push(condition.clone());
                    continue;
                }
                if known.is_none() {
                    kind.conditions.push(condition.clone());
                }
                mask |= 1u64 << place;
            }
            kind.models.push((index, mask, rest));
        }
        let numbers = models.iter().enumerate().rev().map(|(index, model)| (model.name.clone(), index)).collect();
        Self { kinds, numbers }
    }
    /// The number of the model with this name.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
    /// The numbers of the models that apply to `fact`, in order.
    pub(crate) fn models<'a>(&'a self, fact: &'a Fact) -> impl Iterator<Item = usize> + 'a {
        let kind = self.kinds.get(fact.kind as usize);
        let conditions = kind.map_or(&[][..], |kind| &kind.conditions);
        let holding =
            conditions.iter().enumerate().fold(0u64, |mask, (place, condition)| mask | (u64::from(condition.holds(fact)) << place));
        kind.into_iter().flat_map(|kind| &kind.models).filter_map(move |(index, mask, rest)| {
            (holding & mask == *mask && rest.iter().all(|condition| condition.holds(fact))).then_some(*index)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{FactKind, Shared};
    use crate::{builtin, field};
    use weft_model::{EventRef, EventTime, EventUid, SmolStr};

    #[test]
    fn a_fact_concerns_the_models_whose_conditions_hold() {
        let models = builtin().unwrap().models;
        let plan = Plan::of(&models);
        let mut concerned = 0;
        for status in ["success", "failure", "interrupted"] {
            for scope in ["public", "private"] {
                let fact = Fact {
                    kind: FactKind::SaasLogon,
                    event: EventRef { time: EventTime(0), uid: EventUid([0; 16]) },
                    fields: [(field!("status"), SmolStr::new(status)), (field!("ip_scope"), SmolStr::new(scope))].into_iter().collect(),
                    shared: Shared::default(),
                    amount: 0,
                    entities: Default::default(),
                    peer: None,
                };
                let expected: Vec<usize> = (0..models.len())
                    .filter(|index| models[*index].on == fact.kind && models[*index].conditions.iter().all(|c| c.holds(&fact)))
                    .collect();
                assert_eq!(plan.models(&fact).collect::<Vec<_>>(), expected);
                concerned += expected.len();
            }
        }
        assert!(concerned > 10, "{concerned}");
    }
}
