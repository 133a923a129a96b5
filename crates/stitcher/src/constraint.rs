//! What analysts decided about which indicators belong together; an input like the indicators themselves.

use std::collections::BTreeSet;
use weft_model::IndicatorUid;

/// Analysts' word on membership. Uids that no indicator has are ignored: they may come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// Pairs that belong together whatever the weights.
    pub together: BTreeSet<(IndicatorUid, IndicatorUid)>,
    /// Pairs that never do; this wins over `together`.
    pub apart: BTreeSet<(IndicatorUid, IndicatorUid)>,
    /// Incidents that were dismissed, by their members: each stays as it is and nothing joins it. One that shares a member with an
    /// earlier one of the list is only what is left of it.
    pub frozen: Vec<BTreeSet<IndicatorUid>>,
}
