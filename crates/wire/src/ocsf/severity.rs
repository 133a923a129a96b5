//! OCSF severities from a score of 0 to 100.

/// `severity_id` and `severity` of a score: 50 is the alert threshold, so below it nothing is more than low.
///
/// 90 and more: critical (5). 75: high (4). 50: medium (3). 25: low (2). Less, or not a number: informational (1).
pub fn severity_of_score(score: f64) -> (u8, &'static str) {
    match score {
        score if score >= 90.0 => (5, "Critical"),
        score if score >= 75.0 => (4, "High"),
        score if score >= 50.0 => (3, "Medium"),
        score if score >= 25.0 => (2, "Low"),
        _ => (1, "Informational"),
    }
}

/// A score as OCSF's whole number of 0 to 100; not a number is 0.
pub(super) fn whole(score: f64) -> u8 {
    // A cast from float saturates and makes 0 of not-a-number.
    score.clamp(0.0, 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        let ids: Vec<u8> = [f64::NAN, -1.0, 24.9, 25.0, 50.0, 75.0, 90.0, 100.0].map(|score| severity_of_score(score).0).to_vec();
        assert_eq!(ids, [1, 1, 1, 2, 3, 4, 5, 5]);
        assert_eq!([f64::NAN, -3.0, 49.5, f64::INFINITY].map(whole), [0, 0, 50, 100]);
    }
}
