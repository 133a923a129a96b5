//! What a legal name of a topic or group is. Which topics there are is for `weft-wire` to say.

use crate::error::BusError;

/// The longest topic or group name, as in Kafka.
pub const MAX_NAME_BYTES: usize = 249;

/// Checks a topic name by Kafka's rule, which every transport keeps: 1 to 249 of `a-z A-Z 0-9 . _ -`, not `.` or `..`.
///
/// # Errors
/// [`BusError::Name`].
pub fn check_topic(name: &str) -> Result<(), BusError> {
    check("topic", name)
}

/// Checks a consumer group's name by the same rule.
///
/// # Errors
/// [`BusError::Name`].
pub fn check_group(name: &str) -> Result<(), BusError> {
    check("group", name)
}

fn check(kind: &'static str, name: &str) -> Result<(), BusError> {
    let legal = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !legal || name.is_empty() || name.len() > MAX_NAME_BYTES || name == "." || name == ".." {
        let shown = name.chars().take(60).collect();
        return Err(BusError::Name { kind, name: shown });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_kafka() {
        for good in [weft_wire::topic::EVENTS, "a", "A-1_b.c", &"x".repeat(MAX_NAME_BYTES)] {
            assert!(check_topic(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "é", "a\0", &"x".repeat(MAX_NAME_BYTES + 1)] {
            assert!(check_topic(bad).is_err(), "{bad}");
            assert!(check_group(bad).is_err(), "{bad}");
        }
    }
}
