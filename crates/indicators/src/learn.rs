//! Learns: what an hour's groups teach at once, and what a closed day teaches as a whole.

use crate::context::Context;
use crate::lesson::{Lesson, Lessons, Level, MAX_OF_HOUR, Place};
use crate::model::{Feature, FeatureKind, Model};
use crate::open::Open;
use crate::profile::Profiles;
use crate::rates::Shown;
use crate::scorer::{self, Group};
use crate::state::{Baseline, Classes, ModelState, Names, State, insert_ordered};
use weft_baselines::drift::FULL;
use weft_model::{DAY_MS, EntityKind, SmolStr};

/// An entity with habits of its own, where they are learned.
#[derive(Clone, Copy)]
struct Owner<'a> {
    name: &'a SmolStr,
    profile: u32,
}

/// Something to be learned and judged afterwards, with its weight in 64ths.
type Learned = (Lesson, i32);

/// What is learned of an entity's own habits, or of others, as a lesson. Only what may be judged is named by a number.
fn own_level(names: &mut Names, owner: Owner<'_>, feature: usize) -> Place {
    Place { feature, level: Level::Own(names.number(owner.name)) }
}

fn others_level(peer: Option<u32>, feature: usize) -> Place {
    Place { feature, level: Level::Others(peer) }
}

impl State {
    pub(crate) fn learn(&mut self, index: usize, model: &Model, context: Context<'_>, group: &Group<'_>) {
        if is_met(model) {
            self.names.number(group.entity);
        }
        let profile = self.own(model, group).or_else(|| model.has_habits().then(|| self.profiles.number(group.entity)).flatten());
        let owner = profile.map(|profile| Owner { name: group.entity, profile });
        let first_peer = group.first.peer.as_ref().map(|peer| self.names.number(peer));
        let Some(memory) = self.memory.get_mut(index) else { return };
        let (parts, day) = (group.parts, group.first.event.time.day());
        let goes_with = memory.suspect([group.entity, group.subject], group.kept, day);
        let mut learned: Vec<Learned> = Vec::new();
        let is_noted = goes_with.is_some();
        for (position, feature) in model.features.iter().enumerate() {
            // A burst teaches a value once an hour: two thousand mails with one link do not make everything else rare.
            let mut taught: Vec<&SmolStr> = Vec::new();
            for fact in group.facts() {
                let peer = match &fact.peer {
                    same if *same == group.first.peer => first_peer,
                    other => other.as_ref().map(|peer| self.names.number(peer)),
                };
                // A surprise changes an entity's own habits slowly. What happens here at all is another question, which peer group and organisation
                // answer as it is: what many begin to do is soon usual, and one entity alone moves little.
                match (memory.baselines.get_mut(position), &feature.measure) {
                    (Some(Baseline::Categories(known)), FeatureKind::Novelty(field)) => {
                        if let Some(value) = fact.get(*field).filter(|value| group.more.is_empty() || insert_ordered(&mut taught, *value)) {
                            let number = self.names.number(value);
                            owner.iter().for_each(|owner| known.own(&mut self.profiles, owner.profile, |c| c.add(number, parts)));
                            known.others(peer, |c| c.add(number, FULL));
                            note(is_noted, &mut learned, &mut self.names, (owner, peer, position), parts, |place| {
                                Lesson::Value(place, number)
                            });
                        }
                    }
                    (Some(Baseline::Hours(known)), _) => {
                        let hour = fact.event.time.hour_of_week();
                        owner.iter().for_each(|owner| known.own(&mut self.profiles, owner.profile, |h| h.add(hour, parts)));
                        known.others(peer, |h| h.add(hour, FULL));
                        note(is_noted, &mut learned, &mut self.names, (owner, peer, position), parts, |place| Lesson::Hour(place, hour));
                    }
                    (Some(Baseline::Volume(known)), FeatureKind::Volume(_)) => {
                        let amount = fact.amount;
                        owner.iter().for_each(|owner| known.own(&mut self.profiles, owner.profile, |v| v.add(amount, parts)));
                        known.others(peer, |v| v.add(amount, FULL));
                        note(is_noted, &mut learned, &mut self.names, (owner, peer, position), parts, |place| {
                            Lesson::Amount(place, amount)
                        });
                    }
                    (Some(Baseline::Topics(topics)), FeatureKind::Topic(kind)) => {
                        let Some((subject, topic)) = scorer::topic(fact) else { continue };
                        for whose in scorer::kindred(*kind, fact) {
                            let whose = self.names.number(&whose.key);
                            topics.learn(whose, &topic.0, parts);
                            if is_noted && learned.len() < MAX_OF_HOUR {
                                learned.push((Lesson::Topic(position, whose, subject.clone()), parts));
                            }
                        }
                    }
                    (_, FeatureKind::Rarity(kind)) if is_noted => {
                        let touched = scorer::kin(*kind, fact).zip(fact.actor());
                        let new = touched.filter(|(entity, _)| !scorer::knows(&self.lessons, context, fact, entity));
                        if let Some((entity, actor)) = new.filter(|_| learned.len() < MAX_OF_HOUR) {
                            learned.push((Lesson::Touched(actor.key.clone(), entity.clone()), FULL));
                        }
                    }
                    _ => {}
                }
            }
        }
        for (lesson, parts) in learned {
            goes_with.iter().for_each(|uid| self.lessons.remember(uid, index, lesson.clone(), parts));
        }
    }
}

/// Notes what was learned on each level, up to [`MAX_OF_HOUR`].
fn note(
    is_noted: bool,
    learned: &mut Vec<Learned>,
    names: &mut Names,
    (owner, peer, position): (Option<Owner<'_>>, Option<u32>, usize),
    parts: i32,
    lesson: impl Fn(Place) -> Lesson,
) {
    if !is_noted {
        return;
    }
    let own = owner.map(|owner| (lesson(own_level(names, owner, position)), parts));
    for one in own.into_iter().chain([(lesson(others_level(peer, position)), FULL)]) {
        if learned.len() < MAX_OF_HOUR {
            learned.push(one);
        }
    }
}

/// Whether those that the model judges are met together, by their numbers.
fn is_met(model: &Model) -> bool {
    matches!(model.entity, EntityKind::Person | EntityKind::Account)
}

/// What a closed day is learned into.
pub(crate) struct Learning<'a> {
    pub(crate) names: &'a mut Names,
    pub(crate) texts: &'a Names,
    pub(crate) profiles: &'a mut Profiles,
    pub(crate) classes: &'a Classes,
    pub(crate) lessons: &'a mut Lessons,
}

/// Learns the counts of what was open on a day that has ended, for these at least. With the day comes whether its scores join the calibration.
pub(crate) fn close(
    memory: &mut ModelState,
    index: usize,
    model: &Model,
    into: Learning<'_>,
    ended: impl IntoIterator<Item = ((u32, u32), Open)>,
    day: (i64, bool),
) {
    let Learning { names, texts, profiles, classes, lessons } = into;
    let (closing, is_counted) = day;
    let named = |((entity, subject), open): ((u32, u32), Open)| Some((texts.text(entity)?, texts.text(subject)?, entity, open));
    let mut closed: Vec<(&SmolStr, &SmolStr, u32, Open)> = ended.into_iter().filter_map(named).collect();
    // Learned in one order, whatever the order of the table.
    closed.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    for strongest in closed.chunk_by(|a, b| a.2 == b.2) {
        // The entity's highest score of the day goes with its strongest indicator.
        let kept =
            strongest.iter().filter_map(|(text, _, entity, open)| open.kept.as_ref().map(|kept| (kept.bits, kept.uid, *text, *entity)));
        if let Some((_, uid, text, entity)) = kept.max().filter(|_| is_counted) {
            let score = memory.today.get(&entity).copied().unwrap_or(0.0);
            lessons.remember(&uid, index, Lesson::Day(closing, classes.compared(model.entity, text), score), FULL);
        }
    }
    let is_learned = model.features.iter().any(is_of_days);
    for (entity, subject, _, open) in closed {
        let goes_with = memory.suspect([entity, subject], open.kept.as_ref().map(|kept| kept.uid), closing);
        if !is_learned {
            continue;
        }
        if is_met(model) {
            names.number(entity);
        }
        let profile = model.has_habits().then(|| profiles.number(entity)).flatten();
        let owner = profile.map(|profile| Owner { name: entity, profile });
        let parts = memory.weight(entity, closing, open.bits);
        for (position, feature) in model.features.iter().enumerate() {
            if let Some(Baseline::Together(together)) = memory.baselines.get_mut(position) {
                let met: Vec<u32> = open.distinct(position).iter().map(|who| names.number(who)).collect();
                let at_s = closing * DAY_MS / 1000;
                together.learn(&met, at_s, 1.0);
                goes_with.iter().for_each(|uid| lessons.remember(uid, index, Lesson::Together(position, met.clone(), at_s), FULL));
            }
            let amount = match &feature.measure {
                FeatureKind::Count(_) => u64::from(open.count),
                FeatureKind::Distinct(_) => open.counted(position),
                _ => continue,
            };
            if let Some(Baseline::Counts(known)) = memory.baselines.get_mut(position) {
                let shown = Shown { peer: open.peer, day: closing, amount };
                let amount = known.learn(profiles, owner.as_ref().map(|owner| owner.profile), shown, parts).amount;
                let mut learned = Vec::new();
                note(goes_with.is_some(), &mut learned, names, (owner, open.peer, position), parts, |place| {
                    Lesson::Count(place, amount, closing)
                });
                for (lesson, parts) in learned {
                    goes_with.iter().for_each(|uid| lessons.remember(uid, index, lesson.clone(), parts));
                }
            }
        }
        if profiles.exceeds() {
            profiles.make_room();
        }
    }
}

/// Whether the feature learns from closed days.
fn is_of_days(feature: &Feature) -> bool {
    matches!(feature.measure, FeatureKind::Count(_) | FeatureKind::Distinct(_) | FeatureKind::Association(_))
}
