//! An indicator: one weak, calibrated deviation with everything that explains it.

use crate::bits::Bits;
use crate::entity::Entity;
use crate::event::{Domain, EventRef};
use crate::id::IndicatorUid;
use crate::time::EventTime;
use serde::{Deserialize, Serialize};

/// One feature's share in an indicator's surprise. `why[].bits` sum to the indicator's `bits` exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// Name of the feature, as in the model file.
    pub feature: String,
    pub observed: String,
    pub expected: String,
    /// Observations behind the expectation.
    pub n: u64,
    /// The peer group or level the expectation comes from (`self`, `Finance`, `organisation`, `prior`).
    pub peer: String,
    pub bits: Bits,
}

/// What the model names of other products' findings begin with.
pub const FINDING: &str = "Finding/";
/// What the model names of Sigma rules begin with.
pub const RULE: &str = "Sigma/";

/// One deviation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    pub uid: IndicatorUid,
    /// Path-like model name (`SaaS/Compliance/Anomalous New Email Rule`).
    pub model: String,
    /// Models of one family are dependent: the strongest counts.
    pub family: String,
    pub domain: Domain,
    /// Earliest and latest evidence.
    pub time: EventTime,
    pub end_time: EventTime,
    /// `-log2 p`, capped.
    pub bits: Bits,
    /// By how much its own surprise exceeds the limit of keeping, before it is shared out in an incident; never negative. What it repeats of
    /// another model's surprise is not its own.
    pub evidence: Bits,
    /// Conformal p-value, in (0, 1].
    pub p: f64,
    /// 0 to 100 for display, monotone in `bits`.
    pub score: u8,
    pub title: String,
    /// The title in Japanese; empty where there is none.
    #[serde(default)]
    pub title_ja: String,
    /// The entity it is kept on comes first.
    pub entities: Vec<Entity>,
    /// ATT&CK technique ids, and the tactic's short names.
    pub techniques: Vec<String>,
    pub tactics: Vec<String>,
    /// In (time, uid) order.
    pub events: Vec<EventRef>,
    pub why: Vec<Why>,
}

impl Indicator {
    /// Whether it is another product's finding rather than a deviation of our own measuring.
    pub fn is_finding(&self) -> bool {
        self.model.starts_with(FINDING)
    }
    /// Whether a Sigma rule made it: it rests on what models of ours may have judged already.
    pub fn is_rule(&self) -> bool {
        self.model.starts_with(RULE)
    }
}
