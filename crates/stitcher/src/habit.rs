//! How many indicators of our own models are usual about one person or device. Some show many a day, by their work or by a model that
//! does not fit them: what is usual there ties nothing together.

use crate::digest::{Digest, Known};
use foldhash::HashMap;
use std::cell::RefCell;
use weft_model::DAY_MS;

/// Strengths are told apart up to this, in bits.
const LEVELS: usize = 24;
/// Days looked at before and after.
const AROUND_DAYS: i64 = 15;
/// Days for which nothing is taken to be usual.
const PRIOR_DAYS: f64 = 1.0;
/// With fewer indicators an entity has no habits.
const MIN_SPEAKERS: usize = 8;

/// Memory of what was asked before.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    asked: RefCell<HashMap<(u32, i64, usize), f64>>,
    first_day: i64,
    last_day: i64,
}

impl Habits {
    /// Of indicators sorted by time.
    pub fn of(digests: &[Digest]) -> Self {
        let mut days = digests.iter().filter(|digest| !digest.is_finding).map(day_of);
        let first_day = days.next().unwrap_or(0);
        Self { asked: RefCell::default(), first_day, last_day: days.next_back().unwrap_or(first_day) }
    }

    /// Indicators a day at least this strong about an entity: the median over the other days of the month around `at_ms`, so that an
    /// attack that takes less than half of them is no habit.
    pub fn per_day(&self, id: u32, known: &Known<'_>, digests: &[Digest], at_ms: i64, strength_bits: f64) -> f64 {
        if known.speakers.len() < MIN_SPEAKERS {
            return 0.0;
        }
        let (day, level) = (at_ms.div_euclid(DAY_MS), (strength_bits.max(0.0) as usize).min(LEVELS));
        *self.asked.borrow_mut().entry((id, day, level)).or_insert_with(|| {
            let (from, to) = ((day - AROUND_DAYS).max(self.first_day), (day + AROUND_DAYS).min(self.last_day));
            let mut counts = vec![0u32; usize::try_from(to - from + 1).unwrap_or(0)];
            let start = known.speakers.partition_point(|index| digests.get(*index as usize).is_none_or(|one| day_of(one) < from));
            let around = known.speakers_from(start).filter_map(|index| digests.get(index)).take_while(|one| day_of(one) <= to);
            for one in around.filter(|one| !one.is_finding && one.bits.value() >= level as f64) {
                let place = usize::try_from(day_of(one) - from).unwrap_or(usize::MAX);
                counts.iter_mut().skip(place).take(1).for_each(|count| *count += 1);
            }
            if let Ok(own) = usize::try_from(day - from)
                && own < counts.len()
            {
                counts.swap_remove(own);
            }
            counts.sort_unstable();
            let days = counts.len() as f64;
            f64::from(counts.get(counts.len() / 2).copied().unwrap_or(0)) * days / (days + PRIOR_DAYS)
        })
    }
}

fn day_of(digest: &Digest) -> i64 {
    digest.start_ms.div_euclid(DAY_MS)
}
