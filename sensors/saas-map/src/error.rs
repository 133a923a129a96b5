//! Why a record could not become an event.

/// Why a record could not become an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    #[error("the record is not a JSON object")]
    NotAnObject,
    #[error("the record has no shape that is known: see the manual for the logs that are read")]
    UnknownShape,
    #[error("the AuditData of the record is not a Microsoft 365 audit record")]
    BadAuditData,
    #[error("the record is no valid OCSF Detection Finding")]
    BadFinding,
    #[error("the record has no time")]
    NoTime,
    #[error("the time of the record cannot be read, or lies outside the years 1990 to 2200")]
    BadTime,
}

impl MapError {
    /// Short stable name, counted in reports.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotAnObject => "not_an_object",
            Self::UnknownShape => "unknown_shape",
            Self::BadAuditData => "bad_audit_data",
            Self::BadFinding => "bad_finding",
            Self::NoTime => "no_time",
            Self::BadTime => "bad_time",
        }
    }
}
