//! Shipped priors: what any organisation would find usual, the last level of every back-off.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Tail probabilities of a category before anything was observed.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    pub name: String,
    /// Where the numbers come from.
    pub source: String,
    /// Probability of each value known to the prior, in (0, 1].
    pub values: BTreeMap<String, f64>,
    /// Tail probability of any other value.
    pub other: f64,
}

impl Prior {
    /// Mass of the values no more probable than `value`.
    pub fn tail(&self, value: &str) -> f64 {
        match self.values.get(value) {
            Some(p) => self.values.values().filter(|q| *q <= p).sum::<f64>().clamp(1e-6, 1.0),
            None => self.other.clamp(1e-6, 1.0),
        }
    }
}
