//! The day of a partition and its name. Hostile times must not make a folder each: everything outside 1970 to 2199 shares two.

use jiff::civil::Date;
use weft_model::{DAY_MS, EventTime};

/// Days since the epoch of the first and last named day: 1970-01-01 and 2199-12-31.
const FIRST: i64 = 0;
const LAST: i64 = 84_005;
const BEFORE: &str = "before";
const AFTER: &str = "after";

/// A day (UTC), or all the time before or after the named ones. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    pub(crate) fn of(time: EventTime) -> Self {
        Self(time.day().clamp(FIRST - 1, LAST + 1))
    }

    /// As in a partition's folder name: `2024-03-18`, `before` or `after`.
    pub(crate) fn name(self) -> String {
        match self.0 {
            day if day < FIRST => BEFORE.to_owned(),
            day if day > LAST => AFTER.to_owned(),
            day => EventTime(day.saturating_mul(DAY_MS)).to_rfc3339().chars().take(10).collect(),
        }
    }

    /// The day of that name; `None` for anything [`Day::name`] does not give.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let day = match name {
            BEFORE => Self(FIRST - 1),
            AFTER => Self(LAST + 1),
            name => {
                let date: Date = name.parse().ok()?;
                let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
                Self::of(EventTime(seconds.saturating_mul(1000)))
            }
        };
        (day.name() == name).then_some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dates_and_come_back() {
        let name = |ms| Day::of(EventTime(ms)).name();
        assert_eq!(name(0), "1970-01-01");
        assert_eq!(name(-1), "before");
        assert_eq!(name(1_710_720_000_000), "2024-03-18");
        assert_eq!(name(1_710_720_000_000 + DAY_MS - 1), "2024-03-18");
        assert_eq!(name(LAST * DAY_MS), "2199-12-31");
        assert_eq!(name((LAST + 1) * DAY_MS), "after");
        assert_eq!([name(i64::MIN), name(i64::MAX)], ["before", "after"]);
        for day in [FIRST - 1, FIRST, 19_800, 59, LAST, LAST + 1] {
            assert_eq!(Day::parse(&Day(day).name()), Some(Day(day)));
        }
        for other in ["", "2024-3-18", "2024-03-18x", "2024-02-30", "2200-01-01", "1969-12-31", "../x"] {
            assert_eq!(Day::parse(other), None, "{other}");
        }
    }
}
