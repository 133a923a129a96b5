//! Peer groups of those to whom the directory gives no department, learned from whom they write with: label propagation (Raghavan, Albert and
//! Kumara, "Near linear time algorithm to detect community structures in large-scale networks", 2007) that asks for more weight than chance gives
//! (Barber and Clark, "Detecting network communities by propagating labels under constraints", 2009). Must not know messages.

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::held::of_list;
use weft_model::{Directory, SmolStr, format_smolstr};

/// People in the table; further ones are refused, and counted.
const MAX_PEOPLE: usize = 100_000;
/// Pairs of one day; further ones are refused, and counted.
const MAX_PAIRS: usize = 200_000;
/// Ties of one person; of more the heaviest are kept.
const MAX_TIES: usize = 64;
/// What a day on which two wrote adds to their tie; who met more than so many that day shares their weight out among all.
const DAY_WEIGHT: u32 = 1000;
const USUAL_MET: u32 = 8;
/// A tie loses this part of itself a day: half in a month.
const FADING: u32 = 43;
/// Days of ties before anybody gets a group: as long as the warm-up of models, so that calibration sees scores as they will be.
const FIRST_DAYS: i64 = 3;
/// Rounds of propagation a day; the next day goes on.
const ROUNDS: usize = 10;
/// Another group must hold half as much again of somebody's ties as the present one, once groups have had so many days to form.
const CLEARLY: (u64, u64) = (3, 2);
const FORMING_DAYS: i64 = 14;
/// Fewer are no peer group.
const MIN_MEMBERS: u32 = 5;

/// What holds a group together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Label {
    Department(SmolStr),
    /// By the name of whom it began with.
    Around(SmolStr),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Member {
    name: SmolStr,
    label: Label,
    /// The directory says so.
    is_given: bool,
    /// Number and weight, by number.
    ties: Vec<(u32, u32)>,
}

impl Member {
    fn fade(&mut self, days: i64) {
        for _ in 0..days {
            self.ties.iter_mut().for_each(|(_, weight)| *weight -= weight.div_ceil(FADING));
            self.ties.retain(|(_, weight)| *weight > 0);
            if self.ties.is_empty() {
                return;
            }
        }
    }
    /// Ties with the same one become one, and the heaviest stay.
    fn merge(&mut self) {
        self.ties.sort_unstable();
        self.ties.dedup_by(|next, one| {
            let is_same = next.0 == one.0;
            if is_same {
                one.1 = one.1.saturating_add(next.1);
            }
            is_same
        });
        if self.ties.len() > MAX_TIES {
            self.ties.sort_unstable_by_key(|(number, weight)| (Reverse(*weight), *number));
            self.ties.truncate(MAX_TIES);
            self.ties.sort_unstable();
        }
    }
    fn weight(&self) -> u64 {
        self.ties.iter().map(|(_, weight)| u64::from(*weight)).sum()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Group {
    /// Under which the analysis knows it; it never changes.
    key: SmolStr,
    /// As people know it.
    name: SmolStr,
    /// The member by whom it is called, while it is one; empty for a department.
    hub: SmolStr,
    members: u32,
}

/// How many were put there by learning, and the one of them with the most weight inside.
type Found<'a> = (u32, Option<(u64, Reverse<&'a SmolStr>)>);

/// The learned groups and the ties behind them: a fold over days.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Groups {
    #[serde(skip)]
    is_on: bool,
    /// The first day with a tie, and the open one.
    began: Option<i64>,
    day: Option<i64>,
    /// Pairs that wrote on the open day, the smaller name first.
    today: BTreeSet<(SmolStr, SmolStr)>,
    /// In name order; numbers are places.
    members: Vec<Member>,
    /// Those large enough in which somebody was put by learning.
    groups: BTreeMap<Label, Group>,
    refused: u64,
}

impl Groups {
    /// The same for an organisation with this directory. Where it gives everybody a department, nothing is learned.
    pub fn under(mut self, directory: &Directory) -> Self {
        self.is_on = directory.is_empty() || directory.people().any(|(_, person)| person.department.is_empty());
        self
    }
    /// Whether anybody is without a department.
    pub fn is_on(&self) -> bool {
        self.is_on
    }
    /// Two of those inside wrote, one to the other.
    pub fn met(&mut self, one: &SmolStr, other: &SmolStr) {
        if !self.is_on || one == other {
            return;
        }
        let pair = (one.min(other).clone(), one.max(other).clone());
        if self.today.len() < MAX_PAIRS {
            self.today.insert(pair);
        } else if !self.today.contains(&pair) {
            self.refused += 1;
        }
    }
    /// Begins a day: what the days before brought becomes ties, and people find their groups.
    pub fn start_day(&mut self, day: i64, directory: &Directory) {
        let Some(open) = self.day.replace(day).filter(|open| *open < day && self.is_on) else { return };
        if !self.today.is_empty() {
            self.began.get_or_insert(open);
        }
        self.tie(day - open, directory);
        let age = self.began.map_or(0, |began| day - began);
        if age >= FIRST_DAYS {
            self.propagate(if age < FORMING_DAYS { (1, 1) } else { CLEARLY });
            self.name(directory);
        }
    }
    /// The group of somebody without a department.
    pub fn of(&self, who: &str) -> Option<&SmolStr> {
        self.find(who).map(|(_, group)| &group.key)
    }
    /// Why somebody belongs to the learned group `key`, with its name (`Finance (works with 14 of 18)`).
    pub fn why(&self, who: &str, key: &str) -> Option<String> {
        let (member, group) = self.find(who).filter(|(_, group)| group.key == key)?;
        let others = member.ties.iter().filter_map(|(other, _)| self.members.get(*other as usize));
        let near = others.filter(|other| other.label == member.label).count();
        Some(format!("{} (works with {near} of {})", group.name, group.members.saturating_sub(1)))
    }
    /// Pairs and people that found no room.
    pub fn refused(&self) -> u64 {
        self.refused
    }
    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        let ties = self.members.iter().map(|member| of_list(&member.ties)).sum::<usize>();
        of_list(&self.members) + ties + self.today.len() * 2 * size_of::<(SmolStr, SmolStr)>()
    }

    fn find(&self, who: &str) -> Option<(&Member, &Group)> {
        let place = self.members.binary_search_by(|member| member.name.as_str().cmp(who)).ok()?;
        let member = self.members.get(place).filter(|member| !member.is_given)?;
        Some((member, self.groups.get(&member.label)?))
    }

    /// Fades the ties and adds those of the day; who has none left is forgotten.
    fn tie(&mut self, days: i64, directory: &Directory) {
        let today = std::mem::take(&mut self.today);
        let mut met: BTreeMap<&SmolStr, u32> = BTreeMap::new();
        today.iter().flat_map(|(one, other)| [one, other]).for_each(|who| *met.entry(who).or_insert(0) += 1);
        let mut people: BTreeMap<SmolStr, (Option<u32>, Member)> = BTreeMap::new();
        for (mut member, before) in std::mem::take(&mut self.members).into_iter().zip(0..) {
            member.fade(days);
            if !member.ties.is_empty() || met.contains_key(&member.name) {
                people.insert(member.name.clone(), (Some(before), member));
            }
        }
        for who in met.keys().copied() {
            if people.contains_key(who) {
                continue;
            }
            if people.len() >= MAX_PEOPLE {
                self.refused += 1;
                continue;
            }
            let department = directory.person(who).map(|(_, person)| &person.department).filter(|department| !department.is_empty());
            let label = department.map_or_else(|| Label::Around(who.clone()), |department| Label::Department(SmolStr::new(department)));
            people.insert(who.clone(), (None, Member { name: who.clone(), label, is_given: department.is_some(), ties: Vec::new() }));
        }
        let now: BTreeMap<u32, u32> = people.values().zip(0..).filter_map(|((before, _), number)| Some(((*before)?, number))).collect();
        self.members = people.into_values().map(|(_, member)| member).collect();
        for member in &mut self.members {
            member.ties = member.ties.iter().filter_map(|(other, weight)| Some((*now.get(other)?, *weight))).collect();
        }
        for (one, other) in &today {
            let many = [one, other].into_iter().filter_map(|who| met.get(who)).max().copied().unwrap_or(1);
            let weight = DAY_WEIGHT * USUAL_MET / many.max(USUAL_MET);
            let place = |who: &SmolStr| self.members.binary_search_by(|member| member.name.cmp(who)).ok();
            let Some((one, other)) = place(one).zip(place(other)).filter(|_| weight > 0) else { continue };
            for (one, other) in [(one, other), (other, one)] {
                self.members.get_mut(one).into_iter().for_each(|member| member.ties.push((other as u32, weight)));
            }
        }
        self.members.iter_mut().for_each(Member::merge);
    }

    /// In name order everybody without a department goes to the group of those they have most to do with, more than chance and clearly more than in
    /// the present one.
    fn propagate(&mut self, clearly: (u64, u64)) {
        let labels: Vec<Label> = self.members.iter().map(|member| member.label.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let number = |member: &Member| labels.binary_search(&member.label).unwrap_or_default();
        let mut placed: Vec<usize> = self.members.iter().map(number).collect();
        let weights: Vec<u64> = self.members.iter().map(Member::weight).collect();
        let total = i128::from(weights.iter().sum::<u64>());
        let mut held = vec![0u64; labels.len()];
        placed.iter().zip(&weights).for_each(|(label, weight)| held.get_mut(*label).into_iter().for_each(|held| *held += weight));
        for _ in 0..ROUNDS {
            let mut is_at_rest = true;
            for (place, member) in self.members.iter().enumerate().filter(|(_, member)| !member.is_given) {
                let (Some(present), Some(own)) = (placed.get(place).copied(), weights.get(place).copied()) else { continue };
                let mut tally = BTreeMap::from([(present, 0u64)]);
                for (other, weight) in &member.ties {
                    placed.get(*other as usize).into_iter().for_each(|label| *tally.entry(*label).or_insert(0) += u64::from(*weight));
                }
                // Beyond what would fall to the group by chance, times the weight of all.
                let beyond = |label: usize, weight: u64| {
                    let others = held.get(label).copied().unwrap_or(0) - if label == present { own } else { 0 };
                    i128::from(weight) * total - i128::from(own) * i128::from(others)
                };
                let best = tally.iter().max_by_key(|(label, weight)| (beyond(**label, **weight), **label == present, Reverse(**label)));
                let Some((best, weight)) = best.map(|(label, weight)| (*label, *weight)) else { continue };
                let now = tally.get(&present).copied().unwrap_or(0);
                if best == present || weight * clearly.1 < now * clearly.0 {
                    continue;
                }
                is_at_rest = false;
                placed.get_mut(place).into_iter().for_each(|label| *label = best);
                held.get_mut(present).into_iter().for_each(|held| *held -= own);
                held.get_mut(best).into_iter().for_each(|held| *held += own);
            }
            if is_at_rest {
                break;
            }
        }
        for (member, label) in self.members.iter_mut().zip(placed) {
            labels.get(label).into_iter().for_each(|label| member.label.clone_from(label));
        }
    }

    /// Who belongs to which group, and by whom it is called.
    fn name(&mut self, directory: &Directory) {
        let mut found: BTreeMap<&Label, Found<'_>> = BTreeMap::new();
        for member in self.members.iter().filter(|member| !member.is_given) {
            let inside = |other: &u32| self.members.get(*other as usize).is_some_and(|other| other.label == member.label);
            let weight = member.ties.iter().filter(|(other, _)| inside(other)).map(|(_, weight)| u64::from(*weight)).sum();
            let (count, hub) = found.entry(&member.label).or_default();
            *count += 1;
            let is_called_by = self.groups.get(&member.label).is_some_and(|group| group.hub == member.name);
            *hub = (*hub).max(Some((if is_called_by { u64::MAX } else { weight }, Reverse(&member.name))));
        }
        let mut departments: BTreeMap<&str, u32> = BTreeMap::new();
        directory.people().for_each(|(_, person)| *departments.entry(&person.department).or_insert(0) += 1);
        let group = |(label, (count, hub)): (&Label, Found<'_>)| {
            let (key, name, hub, given) = match label {
                Label::Department(name) => (name.clone(), name.clone(), SmolStr::default(), departments.get(name.as_str())),
                Label::Around(first) => {
                    let hub = hub.map_or(first, |(_, Reverse(hub))| hub);
                    (format_smolstr!("people around {first}"), format_smolstr!("people around {hub}"), hub.clone(), None)
                }
            };
            let members = count + given.copied().unwrap_or(0);
            (members >= MIN_MEMBERS).then(|| (label.clone(), Group { key, name, hub, members }))
        };
        self.groups = found.into_iter().filter_map(group).collect();
    }
}

#[cfg(test)]
mod tests;
