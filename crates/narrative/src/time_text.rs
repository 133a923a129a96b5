//! Times and amounts as people say them.

use crate::speech::{Arg, say};
use weft_model::{DAY_MS, EventTime, HOUR_MS, MINUTE_MS, Text};

/// `2024-03-18 09:15 UTC`.
pub fn minute(at: EventTime) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => text,
    }
}

/// `2024-03-18`.
pub fn day(at: EventTime) -> String {
    at.to_rfc3339().chars().take(10).collect()
}

/// `3 days`, `5 hours`, `12 minutes`; never less than a minute.
pub fn span(ms: i64) -> Text {
    let (amount, key) = if ms >= 2 * DAY_MS {
        (ms / DAY_MS, "span-days")
    } else if ms >= 2 * HOUR_MS {
        (ms / HOUR_MS, "span-hours")
    } else {
        ((ms / MINUTE_MS).max(1), "span-minutes")
    };
    say(key, &[("n", Arg::Number(usize::try_from(amount).unwrap_or(usize::MAX)))])
}
