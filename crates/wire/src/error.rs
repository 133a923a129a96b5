//! What can be wrong with a record that arrives.

/// Why bytes or JSON are not an event. Each has a stable [`reason`](Self::reason) for counters and dead letters.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WireError {
    /// The record is larger than the cap.
    #[error("the event has {size} bytes, the cap is {cap}: drop its raw data or split it at the sender")]
    TooLarge { size: usize, cap: usize },
    /// A list would use more memory than its bytes justify.
    #[error("the event has more than {cap} list entries: cut its lists at the sender")]
    TooManyEntries { cap: usize },
    /// Not Protobuf, or another message.
    #[error("not a weft.event.v1.Event, check the content type of the record")]
    Protobuf(#[from] prost::DecodeError),
    /// A required attribute is absent.
    #[error("attribute {field} is missing, the sender must set it")]
    Missing { field: &'static str },
    /// An attribute has a value outside its range or type.
    #[error("attribute {field} is wrong, it must be {expected}")]
    Invalid { field: &'static str, expected: &'static str },
    /// The patch under `unmapped.weft` does not fit the class.
    #[error("unmapped.weft does not fit class {class_uid}, the sender and this reader differ in version: {detail}")]
    Unmapped { class_uid: u32, detail: String },
    /// A class that this version does not read.
    #[error("class {class_uid} is not one that this version reads, upgrade the reader")]
    UnknownClass { class_uid: i64 },
    /// An activity whose meaning this version does not know and which has no "other".
    #[error("activity {activity_id} of class {class_uid} is not known to this version, upgrade the reader")]
    UnknownActivity { class_uid: u32, activity_id: i64 },
}

impl WireError {
    /// A short stable name for counters (`by_reason`) and dead letters.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "event_too_large",
            Self::TooManyEntries { .. } => "event_too_many_entries",
            Self::Protobuf(_) => "event_not_protobuf",
            Self::Missing { .. } => "event_attribute_missing",
            Self::Invalid { .. } => "event_attribute_invalid",
            Self::Unmapped { .. } => "event_unmapped_invalid",
            Self::UnknownClass { .. } => "event_class_unknown",
            Self::UnknownActivity { .. } => "event_activity_unknown",
        }
    }
}
