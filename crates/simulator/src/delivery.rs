//! How what the sources wrote reaches Weft: late, in no order, twice, and with clocks that are off.
//!
//! Must not know what a record means.

use crate::output::Log;
use crate::rng::Rng;
use crate::scenario::Lag;
use serde::Deserialize;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Longest that a clock may be off, and longest that a record may take.
const MAX_CLOCK_MS: i64 = 12 * HOUR_MS;
const MAX_DELAY_MS: i64 = 30 * DAY_MS;

/// Delivery. Left out, every record arrives at once, in order and once, and all clocks are right.
///
/// Delays, order and repetition concern the audit logs of the raw inputs alone, and change no event; clocks change the times of events.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Each audit record takes what its service usually takes: 60 to 90 minutes for the Unified Audit Log, 2 to 15 for Entra's logs.
    pub usual: bool,
    /// Shares of the audit records that take longer than the others by some time; short times are the most frequent.
    pub late: Vec<Late>,
    /// Audit records that arrive within so long a time lie in any order.
    pub unordered: Lag,
    /// Share of the audit records that come again within six hours.
    pub duplicates: f64,
    pub clocks: Clocks,
}

/// A share of records and their delay.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    pub share: f64,
    pub by: Lag,
}

/// How far clocks are off, to one side or the other; each clock keeps its error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clocks {
    /// That of each audit log.
    pub audit: Lag,
    /// That of the mail host, which stamps each message.
    pub mail: Lag,
    /// That of the sensor in each office's network.
    pub network: Lag,
}

impl Delivery {
    /// As those services deliver: usual delays, one record in twenty up to twelve hours more, one in a hundred up to two days, one in fifty
    /// twice.
    pub fn as_services_do() -> Self {
        let late = |share, least_ms, most_ms| Late { share, by: Lag { least_ms, most_ms } };
        let late = vec![late(0.01, 3 * HOUR_MS, 48 * HOUR_MS), late(0.05, MINUTE_MS, 12 * HOUR_MS)];
        Self { usual: true, late, duplicates: 0.02, ..Self::default() }
    }

    /// This with what `other` names in its place.
    pub fn with(&self, other: &Self) -> Self {
        let lag = |own: Lag, other: Lag| if other == Lag::default() { own } else { other };
        let (own, clocks) = (self.clocks, other.clocks);
        Self {
            usual: self.usual || other.usual,
            late: if other.late.is_empty() { self.late.clone() } else { other.late.clone() },
            unordered: lag(self.unordered, other.unordered),
            duplicates: if other.duplicates > 0.0 { other.duplicates } else { self.duplicates },
            clocks: Clocks {
                audit: lag(own.audit, clocks.audit),
                mail: lag(own.mail, clocks.mail),
                network: lag(own.network, clocks.network),
            },
        }
    }

    /// The first thing that is wrong with it, for the scenario's author.
    pub fn problem(&self) -> Option<String> {
        let shares = self.late.iter().map(|late| late.share);
        if shares.chain([self.duplicates]).any(|share| !(0.0..=1.0).contains(&share)) {
            return Some("delivery: shares are 0 to 1".to_owned());
        }
        if self.late.iter().map(|late| late.by).chain([self.unordered]).any(|by| by.most_ms > MAX_DELAY_MS) {
            return Some("delivery: no record takes longer than 30d".to_owned());
        }
        let clocks = [self.clocks.audit, self.clocks.mail, self.clocks.network];
        clocks.iter().any(|clock| clock.most_ms > MAX_CLOCK_MS).then(|| "delivery.clocks: no clock is off by more than 12h".to_owned())
    }

    /// The places of an audit record of `time_ms` in its log, in milliseconds: one, or two when it comes twice.
    pub fn arrivals(&self, log: Log, time_ms: i64, rng: &mut Rng) -> (i64, Option<i64>) {
        let mut at = time_ms;
        if self.usual {
            let minutes = if log == Log::Unified { 60..90 } else { 2..15 };
            at += rng.range(minutes.start * MINUTE_MS, minutes.end * MINUTE_MS);
        }
        if let Some(late) = self.late.iter().find(|late| rng.chance(late.share)) {
            let (least, most) = (late.by.least_ms, late.by.most_ms);
            at += (least + rng.exponential((most - least) as f64 / 4.0) as i64).min(most);
        }
        let again = rng.chance(self.duplicates).then(|| at + rng.range(MINUTE_MS, 6 * HOUR_MS));
        let mut placed = |at: i64| at + rng.range(0, self.unordered.most_ms);
        (placed(at), again.map(placed))
    }
}

/// The errors that one simulation's clocks have, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct ClockErrors {
    logs: [i64; 3],
    pub mail_ms: i64,
    networks: Vec<i64>,
}

impl ClockErrors {
    /// Draws them; a company has so many networks.
    pub fn draw(clocks: &Clocks, seed: u64, networks: usize) -> Self {
        let draw = |name: String, by: Lag| {
            let mut rng = Rng::new(seed, &format!("clock/{name}"));
            if rng.chance(0.5) { by.draw(&mut rng) } else { -by.draw(&mut rng) }
        };
        Self {
            logs: [0, 1, 2].map(|log| draw(format!("audit/{log}"), clocks.audit)),
            mail_ms: draw("mail".to_owned(), clocks.mail),
            networks: (0..networks).map(|network| draw(format!("network/{network}"), clocks.network)).collect(),
        }
    }

    /// Error of a log's clock.
    pub fn log_ms(&self, log: Log) -> i64 {
        self.logs.get(log as usize).copied().unwrap_or_default()
    }

    /// Error of the clock of a network's sensor.
    pub fn network_ms(&self, network: usize) -> i64 {
        self.networks.get(network).copied().unwrap_or_default()
    }

    /// Whether any clock is slow, so that a day's records may lie in the day before.
    pub fn is_any_slow(&self) -> bool {
        self.logs.iter().chain(&self.networks).chain([&self.mail_ms]).any(|error| *error < 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Delivery {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn shares_and_lengths_are_kept() {
        let delivery = read("late: [{share: 0.25, by: 1h..4h}]\nduplicates: 0.1");
        assert_eq!(delivery.problem(), None);
        let mut rng = Rng::new(1, "delivery");
        let drawn: Vec<_> = (0..10_000).map(|_| delivery.arrivals(Log::Unified, 0, &mut rng)).collect();
        let late = drawn.iter().filter(|(at, _)| *at > 0).count();
        assert!((2_300..2_700).contains(&late), "{late}");
        assert!(drawn.iter().all(|(at, _)| *at == 0 || (HOUR_MS..=4 * HOUR_MS).contains(at)));
        let twice = drawn.iter().filter(|(at, again)| again.is_some_and(|again| again > *at)).count();
        assert!((850..1_150).contains(&twice), "{twice}");
        assert_eq!(Delivery::default().arrivals(Log::SignIns, 7, &mut rng), (7, None));
    }

    #[test]
    fn clocks_are_off_by_what_is_said_to_either_side() {
        let delivery = read("clocks: {network: 30s..90s, mail: 5s}");
        let errors = ClockErrors::draw(&delivery.clocks, 3, 40);
        let networks: Vec<i64> = (0..40).map(|network| errors.network_ms(network)).collect();
        assert!(networks.iter().all(|error| (30_000..=90_000).contains(&error.abs())), "{networks:?}");
        assert!(networks.iter().any(|error| *error > 0) && errors.is_any_slow());
        assert_eq!((errors.mail_ms.abs(), errors.log_ms(Log::SignIns)), (5_000, 0));
        assert!(!ClockErrors::draw(&Clocks::default(), 3, 4).is_any_slow());
    }

    #[test]
    fn a_caller_goes_before_the_scenario_and_mistakes_are_named() {
        let own = read("duplicates: 0.5\nclocks: {mail: 1s}");
        let both = own.with(&Delivery { unordered: "6h".parse().unwrap(), ..Delivery::as_services_do() });
        assert!(both.usual && both.duplicates < 0.1 && both.clocks == own.clocks && both.unordered.most_ms == 6 * HOUR_MS);
        assert!(read("duplicates: 2").problem().unwrap().contains("shares"));
        assert!(read("clocks: {audit: 13h}").problem().unwrap().contains("12h"));
        assert!(serde_saphyr::from_str::<Delivery>("dup: 1").is_err());
    }
}
