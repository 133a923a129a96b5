//! Times and amounts as people say them.

use weft_model::{DAY_MS, EventTime, HOUR_MS, MINUTE_MS};

/// `2024-03-18 09:15 UTC`.
pub fn minute(at: EventTime) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => text,
    }
}

/// `3 days`, `5 hours`, `12 minutes`; never less than a minute.
pub fn span(ms: i64) -> String {
    let (amount, unit) = if ms >= 2 * DAY_MS {
        (ms / DAY_MS, "day")
    } else if ms >= 2 * HOUR_MS {
        (ms / HOUR_MS, "hour")
    } else {
        ((ms / MINUTE_MS).max(1), "minute")
    };
    counted(amount as usize, unit)
}

/// `1 device`, `11 devices`.
pub fn counted(amount: usize, noun: &str) -> String {
    if amount == 1 { format!("1 {noun}") } else { format!("{amount} {noun}s") }
}
