//! Why a narrative stays as it was compiled.

/// The reasons, by which they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It is too long, empty, or holds what placeholders look like.
    NotSent,
    Timeout,
    Unreachable,
    /// Anything but 200.
    HttpStatus,
    HugeAnswer,
    /// The answer, or the text in it, is no JSON.
    NotJson,
    /// It is JSON of another form.
    OtherForm,
    /// A clause is missing, there is one too many, or they changed places.
    OtherClauses,
    /// A placeholder is missing, doubled or made up.
    OtherPlaceholders,
    OtherNumbers,
    NewAddress,
    NewName,
    /// Too long, empty, of more than one line, or with control characters.
    OddText,
}

impl Refusal {
    /// The name in counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::HttpStatus => "http_status",
            Self::HugeAnswer => "huge_answer",
            Self::NotJson => "not_json",
            Self::OtherForm => "other_form",
            Self::OtherClauses => "other_clauses",
            Self::OtherPlaceholders => "other_placeholders",
            Self::OtherNumbers => "other_numbers",
            Self::NewAddress => "new_address",
            Self::NewName => "new_name",
            Self::OddText => "odd_text",
        }
    }
}
