//! Shipped priors: what any organisation would find usual, the last level of every back-off.

use foldhash::HashMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

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
    /// Of each value, once asked for.
    #[serde(skip)]
    tails: OnceLock<HashMap<String, f64>>,
}

impl Prior {
    /// Mass of the values no more probable than `value`.
    pub fn tail(&self, value: &str) -> f64 {
        let tails = self.tails.get_or_init(|| {
            let tail = |p: &f64| self.values.values().filter(|q| *q <= p).sum::<f64>().clamp(1e-6, 1.0);
            self.values.iter().map(|(value, p)| (value.clone(), tail(p))).collect()
        });
        tails.get(value).copied().unwrap_or_else(|| self.other.clamp(1e-6, 1.0))
    }
}
