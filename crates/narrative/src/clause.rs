//! One clause of a narrative with the evidence it rests on.

use weft_model::IndicatorUid;

/// A sentence and the indicators that carry it; without any it is a summary of the whole incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub text: String,
    pub evidence: Vec<IndicatorUid>,
}
