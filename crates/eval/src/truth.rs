//! `truth.json` as far as scoring reads it. Knows the file's shape, not who wrote it.

use serde::Deserialize;
use weft_model::{EventTime, EventUid};

/// Which attacks and look-alikes the inputs hold.
#[derive(Clone, Debug, Deserialize)]
pub struct Truth {
    pub scenario: String,
    #[serde(default)]
    pub seed: u64,
    pub attacks: Vec<Attack>,
    #[serde(default)]
    pub look_alikes: Vec<LookAlike>,
}

/// One attack.
#[derive(Clone, Debug, Deserialize)]
pub struct Attack {
    pub id: String,
    #[serde(default)]
    pub title: String,
    pub steps: Vec<Step>,
}

/// One step; `start` and `end` in milliseconds UTC.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    pub id: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub domain: String,
    pub start: i64,
    pub end: i64,
    /// Every event that the step's inputs give.
    pub evidence: Vec<EventUid>,
    /// Whether the incident must hold evidence of it.
    pub required: bool,
}

/// Something harmless that resembles an attack; times in milliseconds UTC.
#[derive(Clone, Debug, Deserialize)]
pub struct LookAlike {
    pub id: String,
    #[serde(default)]
    pub kind: String,
    pub start: i64,
    pub end: i64,
    /// `email`, `saas`, `network`; none means all.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Entities as `kind:key`.
    pub entities: Vec<String>,
}

impl Attack {
    /// When the first step begins.
    pub fn start(&self) -> Option<EventTime> {
        self.steps.iter().map(|step| EventTime(step.start)).min()
    }
}

impl Truth {
    /// When the first attack begins.
    pub fn first_attack(&self) -> Option<EventTime> {
        self.attacks.iter().filter_map(Attack::start).min()
    }
}
