//! Counts how often p-values fall below nominal levels, so that an evaluation can compare promise and observation. Scores nothing and
//! teaches nothing.

use foldhash::HashMap;
use weft_baselines::Calibration;
use weft_model::SmolStr;

/// The nominal levels counted.
pub const LEVELS: [f64; 3] = [1e-2, 1e-3, 1e-4];

/// One model on one day: exceedances of entity-days, in the order of [`LEVELS`]. The p-value of an entity-day is that of its highest score;
/// instead of one draw of its tie-break its chance to be below the level counts, which has the same mean and less noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub family: String,
    /// Days since the epoch.
    pub day: i64,
    /// Entity-days judged, silent ones included.
    pub entity_days: u64,
    /// Of all silent entities together.
    pub silent: [f64; 3],
    /// Of each active entity that has any chance, by name.
    pub active: Vec<(SmolStr, [f64; 3])>,
}

impl Tally {
    /// `today`: highest score of each active entity; `calibration`: as it stood during the day.
    pub(crate) fn of(family: &str, day: i64, calibration: &Calibration, today: &HashMap<SmolStr, f64>, silent: u64) -> Self {
        let of_silence = chances(calibration, 0.0).map(|chance| chance * silent as f64);
        let mut active: Vec<(SmolStr, [f64; 3])> = today
            .iter()
            .map(|(entity, score)| (entity.clone(), chances(calibration, *score)))
            .filter(|(_, chances)| chances.iter().any(|chance| *chance > 0.0))
            .collect();
        active.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self { family: family.to_owned(), day, entity_days: today.len() as u64 + silent, silent: of_silence, active }
    }
}

/// The chance that the p-value of a score is below each level: p is linear in its uniform tie-break.
fn chances(calibration: &Calibration, score: f64) -> [f64; 3] {
    let (least, most) = (calibration.p_value(score, 0.0).p, calibration.p_value(score, 1.0).p);
    LEVELS.map(|level| if most > least { ((level - least) / (most - least)).clamp(0.0, 1.0) } else { f64::from(u8::from(least < level)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchangeable_days_exceed_as_often_as_promised() {
        // 999 silent entity-days and one of score 5 behind the table; the same mixture on the day judged.
        let mut calibration = Calibration::new(0);
        calibration.add_day(0, [5.0], 999);
        calibration.start_day(1);
        let tally = Tally::of("f", 1, &calibration, &HashMap::from_iter([(SmolStr::new("ann"), 5.0)]), 999);
        assert_eq!((tally.entity_days, tally.active.len()), (1000, 1));
        for (place, level) in LEVELS.iter().enumerate() {
            let observed = tally.silent[place] + tally.active[0].1[place];
            let ratio = observed / (1000.0 * level);
            // One observation of a thousand is exact up to the one that the table adds, and says nothing of one in ten thousand.
            let least = if *level < 1e-3 { 0.0 } else { 0.4 };
            assert!((least..=1.1).contains(&ratio), "{level}: {observed}");
        }
        let high = Tally::of("f", 1, &calibration, &HashMap::from_iter([(SmolStr::new("ann"), 9.0)]), 0);
        assert_eq!(high.active[0].1[..2], [1.0, 1.0]);
    }
}
