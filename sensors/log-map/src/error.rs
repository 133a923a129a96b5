//! Why a line could not become an event.

/// Why a line could not become an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    #[error("the row has no header above it: rotated logs need their `#fields` line")]
    NoHeader,
    #[error("the header names no fields, or more than are taken")]
    BadHeader,
    #[error("the row has another number of fields than its header, so it is cut or joined")]
    FieldCount,
    #[error("the line is not a JSON object, or is cut")]
    BadJson,
    #[error("records of this log are not read: see the manual for those that are")]
    NoReader,
    #[error("the line is none of the log's records")]
    UnknownShape,
    #[error("the record has no time")]
    NoTime,
    #[error("the time cannot be read, has no year, or lies outside the years 1970 to 2200")]
    BadTime,
    #[error("an address or port is missing or cannot be read")]
    BadAddress,
    #[error("a number is negative, too large, or no number")]
    BadNumber,
    #[error("a field that the record cannot do without is missing")]
    MissingField,
}

impl LogError {
    /// Short stable name, counted in reports.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoHeader => "no_header",
            Self::BadHeader => "bad_header",
            Self::FieldCount => "field_count",
            Self::BadJson => "bad_json",
            Self::NoReader => "no_reader",
            Self::UnknownShape => "unknown_shape",
            Self::NoTime => "no_time",
            Self::BadTime => "bad_time",
            Self::BadAddress => "bad_address",
            Self::BadNumber => "bad_number",
            Self::MissingField => "missing_field",
        }
    }
}
