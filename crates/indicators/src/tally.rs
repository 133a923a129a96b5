//! Counts how often p-values fall below nominal levels, so that an evaluation can compare promise and observation. Scores nothing and
//! teaches nothing.

use std::collections::BTreeMap;
use weft_baselines::PeerCalibration;
use weft_model::SmolStr;

/// The nominal levels counted.
pub const LEVELS: [f64; 3] = [1e-2, 1e-3, 1e-4];

/// One model on one day: exceedances of entity-days, in the order of [`LEVELS`]. The p-value of an entity-day is that of its highest score;
/// instead of one draw of its tie-break its chance to be below the level counts, which has the same mean and less noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub family: String,
    /// The model's place in the list.
    pub model: usize,
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
    /// `today`: highest score of each active entity, with its class; `calibration`: as it stood during the day; `silent`: by class, those
    /// of none under `None`.
    pub(crate) fn of<'a>(
        (model, family): (usize, &str),
        day: i64,
        calibration: &PeerCalibration,
        today: impl Iterator<Item = (&'a SmolStr, Option<u32>, f64)>,
        silent: &BTreeMap<Option<u32>, u64>,
    ) -> Self {
        let chances = |class, score| LEVELS.map(|level| calibration.chance_below(class, score, level));
        let mut of_silence = [0.0; 3];
        for (class, count) in silent {
            of_silence.iter_mut().zip(chances(*class, 0.0)).for_each(|(sum, chance)| *sum += chance * *count as f64);
        }
        let mut entity_days: u64 = silent.values().sum();
        let mut active: Vec<(SmolStr, [f64; 3])> = today
            .inspect(|_| entity_days += 1)
            .map(|(entity, class, score)| (entity.clone(), chances(class, score)))
            .filter(|(_, chances)| chances.iter().any(|chance| *chance > 0.0))
            .collect();
        active.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self { family: family.to_owned(), model, day, entity_days, silent: of_silence, active }
    }

    /// Counts an entity's day no longer.
    pub(crate) fn leave_out(&mut self, entity: &str) {
        if let Some(at) = self.active.iter().position(|(known, _)| known == entity) {
            self.active.remove(at);
            self.entity_days = self.entity_days.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchangeable_days_exceed_as_often_as_promised() {
        // 999 silent entity-days and one of score 5 behind the table; the same mixture on the day judged.
        let (mut calibration, ann) = (PeerCalibration::new(0), SmolStr::new("ann"));
        calibration.add_day(0, [(None, 5.0)], 999, &BTreeMap::new());
        calibration.start_day(1);
        let tally =
            |score, silent| Tally::of((0, "f"), 1, &calibration, [(&ann, None, score)].into_iter(), &BTreeMap::from([(None, silent)]));
        let (high, tally) = (tally(9.0, 0), tally(5.0, 999));
        assert_eq!((tally.entity_days, tally.active.len()), (1000, 1));
        for (place, level) in LEVELS.iter().enumerate() {
            let observed = tally.silent[place] + tally.active[0].1[place];
            let ratio = observed / (1000.0 * level);
            // One observation of a thousand is exact up to the one that the table adds, and says nothing of one in ten thousand.
            let least = if *level < 1e-3 { 0.0 } else { 0.4 };
            assert!((least..=1.1).contains(&ratio), "{level}: {observed}");
        }
        assert_eq!(high.active[0].1[..2], [1.0, 1.0]);
    }
}
