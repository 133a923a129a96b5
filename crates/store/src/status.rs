//! Where an incident stands in the analysts' work: OCSF 1.8.0 `status_id` of Incident Finding (2005).

use serde::{Deserialize, Serialize};

/// Status of an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    #[default]
    New,
    InProgress,
    OnHold,
    Resolved,
    Closed,
}

impl IncidentStatus {
    /// All of them, in OCSF order.
    pub const ALL: [Self; 5] = [Self::New, Self::InProgress, Self::OnHold, Self::Resolved, Self::Closed];

    /// The name in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InProgress => "in_progress",
            Self::OnHold => "on_hold",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }
    /// OCSF `status_id`.
    pub fn ocsf_id(self) -> i64 {
        match self {
            Self::New => 1,
            Self::InProgress => 2,
            Self::OnHold => 3,
            Self::Resolved => 4,
            Self::Closed => 5,
        }
    }
    /// OCSF `status`, the caption that goes with the id.
    pub fn ocsf_caption(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::InProgress => "In Progress",
            Self::OnHold => "On Hold",
            Self::Resolved => "Resolved",
            Self::Closed => "Closed",
        }
    }
    /// From [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
    /// From an OCSF `status_id`; ids outside 1 to 5 are unknown here.
    pub fn from_ocsf_id(id: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.ocsf_id() == id)
    }
}
