//! How many a day: the counts of each entity, of its peers and of the organisation, each the prior of the one before. Knows no facts.

use crate::profile::Profiles;
use crate::state::{Levels, MAX_ENTITIES};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use weft_baselines::Volume;
use weft_baselines::counts::{Counts, GroupCounts, Predictive, Rate};
use weft_baselines::drift::FULL;
use weft_model::held::of_table;

const DAY_S: i64 = 86_400;
/// What is rarer than this is learned as if it were just so rare: one mass mailing does not make the next one usual.
const LEARNED_TAIL: f64 = 1e-3;

/// Counts of one kind on three levels; the entity's own are in its profile. A day on which it was active is the unit, and what is counted is
/// how many there were beyond the first: whether it is active at all is asked by other features.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rates {
    /// Where in profiles.
    place: u32,
    peer: HashMap<u32, GroupCounts>,
    organisation: GroupCounts,
}

/// What to expect of a day, and what that rests on.
pub(crate) struct Expected {
    predictive: Predictive,
    /// 0 the entity, 1 its peers, 2 the organisation, 3 nothing; and the days behind it.
    pub(crate) level: usize,
    pub(crate) n: u64,
}

impl Expected {
    /// `P(amount or more)`.
    pub(crate) fn tail(&self, amount: u64) -> f64 {
        self.predictive.upper(amount.saturating_sub(1))
    }
    /// What 90 days in a hundred show.
    pub(crate) fn interval(&self) -> (u64, u64) {
        (self.predictive.quantile(0.95), self.predictive.quantile(0.05))
    }
}

/// What a closed day showed of an entity: its peer group, when it ended (days since the epoch) and how many there were.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) peer: Option<u32>,
    pub(crate) day: i64,
    pub(crate) amount: u64,
}

impl Shown {
    fn beyond_the_first(self) -> u64 {
        self.amount.saturating_sub(1)
    }
}

fn weight(parts: i32) -> f64 {
    f64::from(parts) / f64::from(FULL)
}

impl Rates {
    pub(crate) fn at(place: u32) -> Self {
        Self { place, ..Self::default() }
    }
    /// Of the amounts that older snapshots hold; the entities' own are learned anew.
    pub(crate) fn of_amounts(levels: &Levels<Volume>, day: i64) -> Self {
        let counts = |amounts: &Volume| {
            let mut counts = GroupCounts::default();
            for (amount, times) in amounts.observations() {
                let shown = Shown { peer: None, day, amount };
                (0..times.min(1000)).for_each(|_| counts.relearn(day * DAY_S, 1.0, shown.beyond_the_first(), 1.0, &Rate::default()));
            }
            counts
        };
        let peer = levels.peer.iter().map(|(peer, amounts)| (*peer, counts(amounts))).collect();
        Self { place: levels.place, peer, organisation: counts(&levels.organisation) }
    }
    fn group(&self, peer: Option<u32>) -> (Option<&GroupCounts>, Rate) {
        let organisation = self.organisation.rate(&Rate::default());
        let group = peer.and_then(|peer| self.peer.get(&peer));
        (group, group.map_or(organisation, |group| group.rate(&organisation)))
    }
    /// What to expect on `day` of the entity with this profile.
    pub(crate) fn expected(&self, profiles: &Profiles, own: Option<u32>, peer: Option<u32>, day: i64) -> Expected {
        let (group, rate) = self.group(peer);
        let own = own.and_then(|own| profiles.get::<Counts>(own, self.place));
        let days = [own.map_or(0.0, Counts::exposure), group.map_or(0.0, GroupCounts::exposure), self.organisation.exposure()];
        let level = days.iter().position(|days| *days > 0.0).unwrap_or(days.len());
        Expected {
            predictive: own.copied().unwrap_or_default().predict(day * DAY_S, 1.0, &rate),
            level,
            n: days.get(level).map_or(0, |days| days.ceil() as u64),
        }
    }
    /// Learns a closed day; of the entity itself with a weight in 64ths, of others in full. Returns what it was learned as.
    pub(crate) fn learn(&mut self, profiles: &mut Profiles, own: Option<u32>, shown: Shown, parts: i32) -> Shown {
        let at_s = shown.day * DAY_S;
        let (_, rate) = self.group(shown.peer);
        let known = own.and_then(|own| profiles.get::<Counts>(own, self.place)).copied().unwrap_or_default();
        let expected = known.predict(at_s, 1.0, &rate);
        let count = match shown.beyond_the_first() {
            count if expected.upper(count) < LEARNED_TAIL => expected.quantile(LEARNED_TAIL),
            count => count,
        };
        let residual = known.residual(&expected, count, &rate);
        if let Some(own) = own {
            profiles.change(own, self.place, |known: &mut Counts| {
                known.observe(at_s, 1.0, count, weight(parts), &rate);
            });
        }
        let organisation = self.organisation.rate(&Rate::default());
        if let Some(peer) = shown.peer.filter(|peer| self.peer.len() < MAX_ENTITIES || self.peer.contains_key(peer)) {
            self.peer.entry(peer).or_default().observe(at_s, 1.0, count, residual, &organisation);
        }
        self.organisation.observe(at_s, 1.0, count, residual, &Rate::default());
        Shown { amount: count + 1, ..shown }
    }
    /// Changes the weight of what the entity's own counts learned of a day, by 64ths.
    pub(crate) fn relearn_own(&self, profiles: &mut Profiles, own: u32, shown: Shown, parts: i32) {
        let (_, rate) = self.group(shown.peer);
        profiles.change(own, self.place, |known: &mut Counts| {
            known.observe(shown.day * DAY_S, 1.0, shown.beyond_the_first(), weight(parts), &rate);
        });
    }
    /// Changes the weight of what others' counts learned of a day, by 64ths.
    pub(crate) fn relearn_others(&mut self, shown: Shown, parts: i32) {
        let organisation = self.organisation.rate(&Rate::default());
        let (at_s, count) = (shown.day * DAY_S, shown.beyond_the_first());
        if let Some(group) = shown.peer.and_then(|peer| self.peer.get_mut(&peer)) {
            group.relearn(at_s, 1.0, count, weight(parts), &organisation);
        }
        self.organisation.relearn(at_s, 1.0, count, weight(parts), &Rate::default());
    }
    /// Bytes of what is known of others.
    pub(crate) fn bytes(&self) -> usize {
        of_table(&self.peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::SmolStr;

    /// Forty of a group of five days with 4 to 6, and one of its members with 20 each day.
    fn learned() -> (Rates, Profiles, u32) {
        let (mut rates, mut profiles) = (Rates::at(0), Profiles::default());
        let busy = profiles.number(&SmolStr::new("busy")).unwrap();
        for day in 0..40 {
            for one in 0..5u64 {
                let own = profiles.number(&weft_model::format_smolstr!("one{one}"));
                rates.learn(&mut profiles, own, Shown { peer: Some(7), day, amount: 4 + (one + day as u64) % 3 }, FULL);
            }
            rates.learn(&mut profiles, Some(busy), Shown { peer: Some(7), day, amount: 20 }, FULL);
        }
        (rates, profiles, busy)
    }

    #[test]
    fn an_entity_is_compared_with_itself_and_a_newcomer_with_its_peers() {
        let (rates, mut profiles, busy) = learned();
        let usual = profiles.number(&SmolStr::new("one0"));
        let tail = |own, amount| rates.expected(&profiles, own, Some(7), 40).tail(amount);
        assert!(tail(Some(busy), 20) > 0.2 && tail(usual, 20) < 1e-3 && tail(None, 20) > 0.01, "{} {}", tail(usual, 20), tail(None, 20));
        assert!(tail(usual, 1) > 0.999_999, "the first of a day is no count");
        let expected = rates.expected(&profiles, usual, Some(7), 40);
        let (low, high) = expected.interval();
        assert!((1..=4).contains(&low) && (6..=9).contains(&high) && expected.level == 0, "{low} to {high}");
        assert_eq!(rates.expected(&profiles, None, Some(7), 40).level, 1);
        assert_eq!(rates.expected(&profiles, None, Some(8), 40).level, 2);
        let cold = Rates::at(0).expected(&profiles, None, None, 0);
        assert!(cold.level == 3 && cold.tail(5) > 0.05, "a cold start is quiet: {}", cold.tail(5));
    }

    #[test]
    fn a_day_taken_back_teaches_nothing_and_comes_again() {
        let (mut rates, mut profiles, busy) = learned();
        let shown = Shown { peer: Some(7), day: 40, amount: 5_000 };
        let tails = |rates: &Rates, profiles: &Profiles| [Some(busy), None].map(|own| rates.expected(profiles, own, Some(7), 41).tail(60));
        let before = tails(&rates, &profiles);
        let learned = rates.learn(&mut profiles, Some(busy), shown, FULL);
        assert!((21..200).contains(&learned.amount), "one day does not make the next usual: {learned:?}");
        let taught = tails(&rates, &profiles);
        rates.relearn_own(&mut profiles, busy, learned, -FULL);
        rates.relearn_others(learned, -FULL);
        let after = tails(&rates, &profiles);
        assert!(before[0] < 1e-4 && taught[0] < 1e-3 && after[0] < taught[0], "{before:?} {taught:?} {after:?}");
        // A new habit is usual within days.
        (41..48).for_each(|day| {
            rates.learn(&mut profiles, Some(busy), Shown { day, amount: 80, ..shown }, FULL);
        });
        let usual = rates.expected(&profiles, Some(busy), Some(7), 48).tail(80);
        assert!(usual > 0.05, "{usual}");
    }

    #[test]
    fn what_older_snapshots_hold_becomes_what_is_expected() {
        let mut levels = Levels::<Volume>::default();
        (0..200).for_each(|i| levels.organisation.add(4 + i % 3, FULL));
        let rates = Rates::of_amounts(&levels, 10);
        let expected = rates.expected(&Profiles::default(), None, None, 11);
        assert!(expected.tail(5) > 0.2 && expected.tail(60) < 1e-3, "{} {}", expected.tail(5), expected.tail(60));
    }
}
