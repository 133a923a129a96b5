//! Scores one group of facts (one entity, one subject, one hour) against one model.

use crate::context::Context;
use crate::fact::Fact;
use crate::field;
use crate::lesson::Lessons;
use crate::model::{After, Feature, FeatureKind, Model, Source};
use crate::open::{Coded, Open};
use crate::state::{
    Baseline, MAX_EVENTS, MAX_LISTED_ENTITIES, MAX_TIMED, ModelState, Recent, State, Times, TimesBySubject, insert_ordered,
};
use crate::template;
use weft_baselines::calibration::tie_of;
use weft_baselines::fixed_time::FixedTime;
use weft_baselines::periodicity::Contacts;
use weft_baselines::{NoveltyParams, Volume, ascents_tail, novelty, surprise_bits, volume_tail};
use weft_entity_graph::Touches;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use weft_model::{Bits, Entity, EntityKind, EventTime, Indicator, IndicatorUid, SmolStr, Why};

/// Weight of the broader level in back-off, in observations.
const VOLUME_STRENGTH: f64 = 20.0;
/// Pseudo-events spread over the week before anything was seen.
const HOUR_STRENGTH: f64 = 24.0;
/// Tail of a volume nobody has ever shown, before any observation.
const VOLUME_PRIOR: f64 = 0.05;
/// Who is met together, per subject and day.
const MAX_MET: usize = 10_000;
/// Values whose order is looked at per subject and day.
const MAX_ORDERED: usize = 64;
/// Entity-days a table needs before its model may speak: a cold start is quiet.
pub(crate) const MIN_CALIBRATED: u64 = 100;
/// Surprises this small are not worth remembering for following models, in bits.
const RECENT_BITS: f64 = 4.0;

/// The facts of one entity and subject within one hour.
pub(crate) struct Group<'a> {
    /// Entity and subject by their numbers of the day.
    pub(crate) key: (u32, u32),
    pub(crate) entity: &'a SmolStr,
    pub(crate) subject: &'a SmolStr,
    /// Most groups have one fact.
    pub(crate) first: &'a Fact,
    /// Where the first one's entities stand among those of the hour.
    pub(crate) from: u32,
    pub(crate) more: Vec<(&'a Fact, u32)>,
    /// Whether the model judges them, or only learns from them.
    pub(crate) is_judged: bool,
    /// The weight with which it is learned, in 64ths: it falls with surprise.
    pub(crate) parts: i32,
    /// The indicator that it is part of.
    pub(crate) kept: Option<IndicatorUid>,
}

impl<'a> Group<'a> {
    /// All facts, in order.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &'a Fact> + '_ {
        self.with_entities().map(|(fact, _)| fact)
    }
    /// All facts, and where the entities of each stand.
    fn with_entities(&self) -> impl Iterator<Item = (&'a Fact, u32)> + '_ {
        std::iter::once((self.first, self.from)).chain(self.more.iter().copied())
    }
    /// Entity and subject.
    fn names(&self) -> (SmolStr, SmolStr) {
        (self.entity.clone(), self.subject.clone())
    }
}

/// The entity of the fact that the model judges; people and accounts stand for each other, as do domains and hosts.
pub(crate) fn keeper<'a>(model: &Model, fact: &'a Fact) -> Option<&'a Entity> {
    kin(model.entity, fact)
}

pub(crate) fn kin(kind: EntityKind, fact: &Fact) -> Option<&Entity> {
    let other = match kind {
        EntityKind::Person => EntityKind::Account,
        EntityKind::Domain => EntityKind::Host,
        _ => kind,
    };
    fact.entity(kind).or_else(|| fact.entity(other))
}

/// Whom a feature is asked about, and what it may look at.
struct Asked<'a> {
    state: &'a State,
    /// Of the model.
    memory: &'a ModelState,
    /// The day so far.
    open: Option<&'a Open>,
    /// The entity's number, when it has habits of its own.
    own: Option<u32>,
    model: &'a Model,
    context: Context<'a>,
    group: &'a Group<'a>,
    /// The peer group of the first fact.
    peer: Option<u32>,
}

/// Whether an answer is put into words: only what is kept is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    With,
    Without,
}

impl Words {
    fn say(self, text: impl FnOnce() -> String) -> String {
        if self == Self::With { text() } else { String::new() }
    }
}

/// One feature's answer.
#[derive(Clone)]
struct Answer {
    bits: f64,
    observed: String,
    expected: String,
    n: u64,
    peer: String,
}

/// Scores the group, updates the open day, and returns the indicator when it is (or stays) worth keeping.
pub(crate) fn score(state: &mut State, index: usize, model: &Model, context: Context<'_>, group: &mut Group<'_>) -> Option<Indicator> {
    let came_before = state.came_before(model, group);
    open(state, index, model, group, came_before)?;
    follow(state, index, model, context, group);
    let (first, key) = (group.first, group.key);
    // Something outside has no habits of its own: it is compared with all others.
    let own = state.own(model, group);
    let memory = state.memory.get(index)?;
    let peer = first.peer.as_ref().and_then(|peer| state.names.known(peer));
    let asked = Asked { state, memory, open: memory.open.get(&key), own, model, context, group, peer };
    let features = || model.features.iter().enumerate();
    // What is said of the whole day is the same for each fact.
    let bits_of = |i: usize, f: &Feature, fact: &Fact| answer(&asked, i, f, fact, Words::Without).bits;
    let of_day: Vec<Option<f64>> = match group.more.is_empty() {
        true => Vec::new(),
        false => features().map(|(i, f)| f.measure.is_of_day().then(|| bits_of(i, f, first))).collect(),
    };
    let each = |fact: &Fact| -> f64 {
        let mut sum = 0.0;
        for (i, feature) in features() {
            let bits = of_day.get(i).copied().flatten().unwrap_or_else(|| bits_of(i, feature, fact));
            if bits <= 0.0 && feature.measure.after().is_some_and(|after| after.is_needed) {
                return 0.0;
            }
            sum += bits;
        }
        // What many here went over to by now surprises nobody.
        let (entities, at) = (&fact.entities, fact.event.time);
        if sum > 0.0 && context.graph.is_roll_out(entities, at, at) { 0.0 } else { sum }
    };
    let scored = group.facts().map(|fact| (fact, each(fact)));
    let (fact, raw) = scored.max_by(|a: &(&Fact, f64), b| a.1.total_cmp(&b.1).then(b.0.event.cmp(&a.0.event)))?;
    let keep_bits = state.settings.keep_bits;
    let is_dull = raw < keep_bits.min(RECENT_BITS) && asked.open.is_none_or(|open| open.kept.is_none());
    let memory = state.memory.get_mut(index)?;
    let best = memory.today.entry(key.0).or_insert(0.0);
    *best = best.max(raw);
    if is_dull {
        return None; // bits never exceed the raw score
    }

    let day = fact.event.time.day();
    let class = state.classes.compared(model.entity, group.entity);
    let sure = if state.settings.slow_surprise { memory.sure_bits(class, raw) } else { 0.0 };
    group.parts = memory.weight(group.entity, day, sure);
    let open = memory.open.get_mut(&key)?;
    open.bits = open.bits.max(sure);
    let uid =
        IndicatorUid::of("indicator", &[model.name.as_bytes(), group.entity.as_bytes(), group.subject.as_bytes(), &day.to_be_bytes()]);
    let value = memory.calibration.p_value(class, raw, tie_of(&uid.0));
    // Never more surprising than its parts: where everybody's score is the same, a lucky tie-break is no finding (ADR 0004).
    let bits = surprise_bits(value.p, value.n).min(raw);
    if bits >= keep_bits && value.n >= MIN_CALIBRATED && state.is_suppressed(model, fact) {
        return None;
    }
    let known = state.memory.get(index)?.open.get(&key)?.kept.as_ref().map(|indicator| indicator.bits);
    // A later hour adds evidence to what is kept; the most surprising hour explains it.
    let is_kept = known.is_some() || (bits >= keep_bits && value.n >= MIN_CALIBRATED);
    let explained = (is_kept && known.is_none_or(|known| known < Bits::new(bits))).then(|| {
        let memory = state.memory.get(index)?;
        let asked = Asked { state, memory, open: memory.open.get(&key), own, model, context, group, peer };
        let of = |f: &Feature| if f.measure.is_of_day() { first } else { fact };
        let answers: Vec<Answer> = features().map(|(i, f)| answer(&asked, i, f, of(f), Words::With)).collect();
        Some(Box::new(build(model, group, fact, &answers, uid, value.p, bits, keep_bits)))
    });
    let memory = state.memory.get_mut(index)?;
    if bits >= RECENT_BITS && value.n >= MIN_CALIBRATED {
        let source = fact.entity(EntityKind::Ip).cloned();
        memory.recent.entry(group.entity.clone()).or_default().push(Recent { at: fact.event.time, bits, source });
    }
    let open = memory.open.get_mut(&key)?;
    if let Some(explained) = explained {
        open.kept = explained;
    }
    open.kept.as_ref()?;
    let (events, others) = (open.events(), open.entities(&state.texts));
    let kept = open.kept.as_mut()?;
    group.kept = Some(uid);
    kept.events = events;
    kept.time = kept.events.first().map_or(kept.time, |event| event.time);
    kept.end_time = kept.events.last().map_or(kept.end_time, |event| event.time);
    let primary = kept.entities.first().cloned();
    kept.entities = primary.iter().cloned().chain(others.into_iter().filter(|e| Some(e) != primary.as_ref())).collect();
    Some((**kept).clone())
}

/// Adds the hour's facts to the open (entity, subject) of the day.
fn open(state: &mut State, index: usize, model: &Model, group: &Group<'_>, came_before: bool) -> Option<()> {
    let peer = group.first.peer.as_ref().map(|peer| state.names.number(peer));
    if let Some(class) = peer.filter(|_| model.entity.is_internal()) {
        state.classes.learn(group.entity, class, model.entity == EntityKind::Device);
    }
    let memory = state.memory.get_mut(index)?;
    let open = memory.open.entry(group.key).or_default();
    open.peer = peer;
    if came_before {
        open.warm();
    }
    // How many different ones there are is told by the first event of each: the rest of the day proves nothing.
    let first_of_each = model.features.iter().any(|f| matches!(f.measure, FeatureKind::Distinct(_)))
        && model.features.iter().all(|f| !matches!(f.measure, FeatureKind::Count(_) | FeatureKind::Volume(_)));
    for (fact, from) in group.with_entities() {
        open.count = open.count.saturating_add(1);
        let mut is_first = false;
        for (position, feature) in model.features.iter().enumerate() {
            match &feature.measure {
                FeatureKind::Distinct(field) => is_first |= fact.get(*field).is_some_and(|value| open.count(position, value)),
                FeatureKind::Association(field) => {
                    let set = open.distinct_mut(position)?;
                    if let Some(value) = fact.get(*field).filter(|_| set.len() < MAX_MET) {
                        is_first |= insert_ordered(set, value.clone());
                    }
                }
                FeatureKind::Ordered(field) => {
                    let sequence = open.sequence_mut(position)?;
                    if let Some(value) = fact.get(*field).filter(|value| sequence.len() < MAX_ORDERED && sequence.last() != Some(value)) {
                        sequence.push(value.clone());
                    }
                }
                FeatureKind::Periodicity(_) | FeatureKind::FixedTime(_) => {
                    note_time(&mut memory.times, group, position, &feature.measure, fact.event.time);
                }
                _ => {}
            }
        }
        if first_of_each && !is_first {
            continue;
        }
        open.add_event(fact.event, MAX_EVENTS);
        // What is kept on a site or an address speaks of the outside only: its visitors have indicators of their own.
        let names_people = model.has_habits() || model.entity == EntityKind::Campaign;
        let entities = state.coded.iter().skip(from as usize).take(fact.entities.len());
        for entity in entities.filter(|entity| names_people || !entity.is_internal()) {
            open.add_entity(*entity, MAX_LISTED_ENTITIES);
        }
    }
    Some(())
}

fn note_time(times: &mut TimesBySubject, group: &Group<'_>, position: usize, measure: &FeatureKind, at: EventTime) {
    let key = group.names();
    if times.len() >= MAX_TIMED && !times.contains_key(&key) {
        return;
    }
    let empty = if matches!(measure, FeatureKind::FixedTime(_)) {
        Times::Fixed(FixedTime::default())
    } else {
        Times::Contacts(Contacts::default())
    };
    let list = times.entry(key).or_default();
    // Few models look at the times of more than one thing.
    let place = list.iter().position(|(known, _)| *known >= position).unwrap_or(list.len());
    if list.get(place).is_none_or(|(known, _)| *known != position) {
        list.reserve_exact(1);
        list.insert(place, (position, (at.day(), empty)));
    }
    let Some((_, (last, known))) = list.get_mut(place) else { return };
    *last = at.day();
    match known {
        Times::Contacts(contacts) => contacts.add(at.0),
        Times::Fixed(fixed) => fixed.add(at.0.div_euclid(1000)),
    }
}

/// How far the times of the group's subject are from chance.
fn times_answer(memory: &ModelState, group: &Group<'_>, position: usize) -> Option<Answer> {
    let (_, (_, times)) = memory.times.get(&group.names())?.iter().find(|(known, _)| *known == position)?;
    let (p, observed, expected, n) = match times {
        Times::Contacts(contacts) => {
            let found = contacts.periodicity();
            let gap_s = contacts.median_gap_ms() / 1000;
            (found.p, format!("{} contacts, usually {gap_s} s apart", found.n), "no rhythm", found.n)
        }
        Times::Fixed(fixed) => {
            let found = fixed.test();
            let (hour, minute) = (found.second_of_day / 3600, found.second_of_day % 3600 / 60);
            (found.p, format!("on {} days at {hour:02}:{minute:02} UTC", found.days), "times that vary", fixed.len())
        }
    };
    Some(Answer { bits: -p.log2(), observed, expected: expected.to_owned(), n: n as u64, peer: "self".to_owned() })
}

/// What the fact's message is about, if its subject says so.
pub(crate) fn topic(fact: &Fact) -> Option<(&SmolStr, weft_topic::Embedding)> {
    let subject = fact.get(field!("subject"))?;
    Some((subject, weft_topic::embed(subject)?))
}

/// The fact's entities of a kind; people and accounts stand for each other.
pub(crate) fn kindred(kind: EntityKind, fact: &Fact) -> impl Iterator<Item = &Entity> {
    let other = if kind == EntityKind::Person { EntityKind::Account } else { kind };
    fact.entities.iter().filter(move |entity| entity.kind == kind || entity.kind == other)
}

/// The recent indicators of the model that `after` names, for this entity.
fn recent<'a>(state: &'a State, after: &After, entity: &SmolStr) -> Option<&'a Vec<Recent>> {
    let recent = &state.memory.get(state.plan.number(&after.model)?)?.recent;
    if recent.is_empty() { None } else { recent.get(entity) }
}

/// The most surprising indicator of the model that `after` names, for this entity, up to the end of the hour of `at`.
fn leader<'a>(state: &'a State, after: &After, entity: &SmolStr, at: EventTime) -> Option<&'a Recent> {
    let recent = recent(state, after, entity)?;
    let (since, until) = (at.plus_ms(-after.within_hours * HOUR_MS), at.plus_ms(HOUR_MS));
    let recent = recent.iter().filter(|recent| recent.at >= since && recent.at <= until);
    recent.max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.at.cmp(&a.at)))
}

/// Whether the fact's actor touched the entity between 30 days and one day before, and not only in a confirmed incident.
pub(crate) fn knows(lessons: &Lessons, context: Context<'_>, fact: &Fact, entity: &Entity) -> bool {
    is_known(lessons, context.graph.touches(entity), fact, entity)
}

fn is_known(lessons: &Lessons, touches: Option<Touches<'_>>, fact: &Fact, entity: &Entity) -> bool {
    let (from, to) = (fact.event.time.plus_ms(-30 * DAY_MS), fact.event.time.plus_ms(-DAY_MS));
    fact.actor().is_some_and(|actor| {
        touches.is_some_and(|touches| touches.touched_by(&actor.key, from, to)) && !lessons.is_condemned(&actor.key, entity)
    })
}

/// From an address that its actor has used for more than a day a fact is the owner's act, not the intruder's.
fn is_from_wanted_source(after: &After, lessons: &Lessons, context: Context<'_>, fact: &Fact) -> bool {
    let is_usual = fact.entity(EntityKind::Ip).is_some_and(|source| knows(lessons, context, fact, source));
    is_usual == (after.source == Source::Usual)
}

/// What follows a surprise speaks of its source too: an account change without an address is tied to the sign-in before it.
fn follow(state: &mut State, index: usize, model: &Model, context: Context<'_>, group: &Group<'_>) {
    let source = |after: &After| {
        // Seldom: so it is asked first.
        recent(state, after, group.entity)?;
        let first = group.facts().find(|fact| is_from_wanted_source(after, &state.lessons, context, fact))?;
        leader(state, after, group.entity, first.event.time)?.source.clone()
    };
    if !model.features.iter().any(|feature| feature.measure.after().is_some()) {
        return;
    }
    let sources: Vec<Entity> = model.features.iter().filter_map(|feature| source(feature.measure.after()?)).collect();
    if let Some(open) = state.memory.get_mut(index).and_then(|memory| memory.open.get_mut(&group.key)) {
        sources.iter().for_each(|source| open.add_entity(Coded::of(source, &mut state.texts), usize::MAX));
    }
}

#[allow(clippy::too_many_arguments, reason = "one call site; a struct for it would only rename the arguments")]
fn build(
    model: &Model,
    group: &Group<'_>,
    fact: &Fact,
    answers: &[Answer],
    uid: IndicatorUid,
    p: f64,
    bits: f64,
    keep_bits: f64,
) -> Indicator {
    let bits = Bits::new(bits);
    let weights: Vec<f64> = answers.iter().map(|answer| answer.bits).collect();
    let shares = bits.split(&weights);
    let is_own = || model.features.iter().map(Feature::is_own);
    let shared: Bits = shares.iter().zip(is_own()).filter(|(_, is_own)| *is_own).map(|(bits, _)| *bits).sum();
    // One feature alone is a tail probability by itself and needs no share of the sum's.
    let alone = weights.iter().zip(is_own()).filter(|(_, is_own)| *is_own).map(|(bits, _)| Bits::new(*bits)).max().unwrap_or_default();
    let own = shared.max(alone).min(bits);
    let why = shares
        .into_iter()
        .zip(answers)
        .zip(&model.features)
        .map(|((bits, answer), feature)| Why {
            feature: feature.name.clone(),
            observed: answer.observed.clone(),
            expected: answer.expected.clone(),
            n: answer.n,
            peer: answer.peer.clone(),
            bits,
        })
        .collect();
    Indicator {
        uid,
        model: model.name.clone(),
        family: model.family.clone(),
        domain: model.on.domain(),
        time: fact.event.time,
        end_time: fact.event.time,
        bits,
        evidence: Bits::new((own.value() - keep_bits).max(0.0)),
        p,
        score: (100.0 * (1.0 - (-bits.value() / 8.0).exp2())).round() as u8,
        title: template::fill(&model.title.en, fact, 1 + group.more.len()),
        title_ja: template::fill(&model.title.ja, fact, 1 + group.more.len()),
        entities: keeper(model, fact).cloned().into_iter().collect(),
        techniques: model.techniques.clone(),
        tactics: model.tactics.clone(),
        events: Vec::new(),
        why,
    }
}

fn answer(asked: &Asked<'_>, position: usize, feature: &Feature, fact: &Fact, words: Words) -> Answer {
    let Asked { state, memory, open, own, model, context, group, peer } = *asked;
    let peer = match &fact.peer {
        same if *same == group.first.peer => peer,
        other => other.as_ref().and_then(|peer| state.names.known(peer)),
    };
    let level_name = |level: usize| {
        words.say(|| match (level, &fact.peer) {
            (0, _) => "self".to_owned(),
            (1, Some(peer)) => learned_group(context, fact, peer).unwrap_or_else(|| peer.to_string()),
            (1 | 2, _) => "organisation".to_owned(),
            _ => "prior".to_owned(),
        })
    };
    match (&feature.measure, memory.baselines.get(position)) {
        (FeatureKind::Novelty(field), Some(Baseline::Categories(levels))) => {
            let Some(value) = fact.get(*field) else { return silent(words) };
            let number = state.names.known(value).unwrap_or(u32::MAX);
            let prior = feature.prior.as_ref().and_then(|name| state.models.priors.get(name)).map_or(1.0, |prior| prior.tail(value));
            let levels = levels.get(&state.profiles, own, peer);
            let found = novelty(&levels, number, NoveltyParams::default(), prior);
            Answer {
                bits: -found.tail.log2(),
                observed: words.say(|| match found.seen {
                    seen if seen <= 0.0 => format!("{value} (never before)"),
                    seen => format!("{value} ({} times before)", seen.ceil()),
                }),
                expected: words.say(|| {
                    let usual = levels.iter().flatten().find_map(|level| level.most_common()).and_then(|number| state.names.text(number));
                    usual.map_or_else(|| "nothing learned yet".to_owned(), |usual| format!("usually {usual}"))
                }),
                n: found.n.round() as u64,
                peer: level_name(found.level),
            }
        }
        (FeatureKind::Rarity(kind), _) => rarity(*kind, model, &state.lessons, context, fact, words),
        (FeatureKind::Count(_) | FeatureKind::Distinct(_), Some(Baseline::Counts(rates))) => {
            let amount = match &feature.measure {
                FeatureKind::Distinct(_) => open.map_or(0, |open| open.counted(position)),
                _ => open.map_or(0, |open| u64::from(open.count)),
            };
            let is_few = amount < 2 || matches!(&feature.measure, FeatureKind::Count(count) if amount < count.at_least);
            if is_few && words == Words::Without {
                return silent(words);
            }
            let expected = rates.expected(&state.profiles, own, peer, fact.event.time.day());
            Answer {
                bits: if is_few { 0.0 } else { -expected.tail(amount).log2() },
                observed: words.say(|| format!("{amount} a day")),
                expected: words.say(|| match expected.interval() {
                    _ if expected.n == 0 => "nothing learned yet".to_owned(),
                    (low, high) if low == high => format!("{low} a day"),
                    (low, high) => format!("{low} to {high} a day"),
                }),
                n: expected.n,
                peer: level_name(expected.level),
            }
        }
        (FeatureKind::Periodicity(_) | FeatureKind::FixedTime(_), _) => {
            times_answer(memory, group, position).unwrap_or_else(|| silent(words))
        }
        (FeatureKind::Association(_), Some(Baseline::Together(together))) => {
            let met = open.map_or(&[][..], |open| open.distinct(position));
            let met: Vec<u32> = met.iter().filter_map(|who| state.names.known(who)).collect();
            let tie = tie_of(&IndicatorUid::of("association", &[model.name.as_bytes(), group.entity.as_bytes(), &fact.event.uid.0]).0);
            let found = together.surprise(&met, fact.event.time.0.div_euclid(1000), tie);
            Answer {
                bits: -found.p.log2(),
                observed: words.say(|| format!("{} people, {:.0} % apart", met.len(), 100.0 * found.apart)),
                expected: words.say(|| "people who are met together".into()),
                n: found.n,
                peer: level_name(2),
            }
        }
        (FeatureKind::Topic(kind), Some(Baseline::Topics(topics))) => {
            let Some((subject, topic)) = topic(fact) else { return silent(words) };
            let whose: Vec<u32> = kindred(*kind, fact).filter_map(|entity| state.names.known(&entity.key)).collect();
            let tie = tie_of(
                &IndicatorUid::of("topic", &[model.name.as_bytes(), &[position as u8], group.entity.as_bytes(), &fact.event.uid.0]).0,
            );
            let found = topics.surprise(&whose, &topic.0, tie);
            Answer {
                bits: -found.p.log2(),
                observed: words.say(|| format!("{subject} ({:.0} % away from earlier subjects)", 100.0 * found.distance.min(1.0))),
                expected: words.say(|| "subjects like earlier ones".into()),
                n: found.n,
                peer: level_name(0),
            }
        }
        (FeatureKind::Ordered(_), _) => {
            let sequence = open.map_or(&[][..], |open| open.sequence(position));
            let ascents = sequence.windows(2).filter(|pair| pair.first() < pair.last()).count();
            Answer {
                bits: -ascents_tail(sequence.len(), ascents).log2(),
                observed: words.say(|| format!("{ascents} of {} steps ascend", sequence.len().saturating_sub(1))),
                expected: words.say(|| "no order".into()),
                n: sequence.len() as u64,
                peer: level_name(3),
            }
        }
        (FeatureKind::Volume(_), Some(Baseline::Volume(levels))) => {
            volume_answer(levels.get(&state.profiles, own, peer), fact.amount, level_name, words)
        }
        (FeatureKind::HourOfWeek(_), Some(Baseline::Hours(levels))) => {
            let [own, _, organisation] = levels.get(&state.profiles, own, peer);
            let hours = own.filter(|hours| hours.total() >= 20.0).or(organisation);
            let hour = fact.event.time.hour_of_week();
            let tail = hours.map_or(1.0, |hours| hours.tail(hour, HOUR_STRENGTH));
            Answer {
                bits: -tail.log2(),
                observed: words.say(|| fact.event.time.to_rfc3339()),
                expected: words.say(|| "usual hours of the week".into()),
                n: hours.map_or(0, |hours| hours.total().round() as u64),
                peer: level_name(if own.is_some() { 0 } else { 2 }),
            }
        }
        (FeatureKind::After(after), _) => {
            let led =
                leader(state, after, group.entity, fact.event.time).filter(|_| is_from_wanted_source(after, &state.lessons, context, fact));
            let best = led.map_or(0.0, |recent| recent.bits);
            Answer {
                bits: best,
                observed: words.say(|| match best > 0.0 {
                    true => format!("{} ({best:.1} bits) within {} h before", after.model, after.within_hours),
                    false => "none before".into(),
                }),
                expected: words.say(|| format!("no {} before", after.model)),
                n: memory.calibration.n(),
                peer: level_name(0),
            }
        }
        (FeatureKind::SoonAfter(after), _) => {
            let led =
                leader(state, after, group.entity, fact.event.time).filter(|_| is_from_wanted_source(after, &state.lessons, context, fact));
            let gap_ms = led.map(|recent| fact.event.time.since(recent.at)).filter(|gap_ms| *gap_ms >= 0);
            let gap_ms = gap_ms.map(|gap_ms| gap_ms.max(MINUTE_MS));
            Answer {
                // Unrelated, it would come at any time within the hours.
                bits: gap_ms.map_or(0.0, |gap_ms| ((after.within_hours * HOUR_MS) as f64 / gap_ms as f64).log2().max(0.0)),
                observed: words.say(|| gap_ms.map_or("not after it".into(), |gap_ms| format!("{} min after it", gap_ms / MINUTE_MS))),
                expected: words.say(|| format!("at any time within {} h", after.within_hours)),
                n: memory.calibration.n(),
                peer: level_name(0),
            }
        }
        _ => silent(words),
    }
}

/// Why the fact's actor, or the device's owner, belongs to a learned peer group.
fn learned_group(context: Context<'_>, fact: &Fact, peer: &SmolStr) -> Option<String> {
    let actor = fact.actor()?;
    let who = if actor.kind == EntityKind::Device { context.directory.owner_of(&actor.key)? } else { &actor.key };
    context.graph.groups.why(who, peer)
}

/// Nothing is known, so nothing surprises.
fn silent(words: Words) -> Answer {
    let unknown = || words.say(|| "unknown".into());
    Answer { bits: 0.0, observed: unknown(), expected: unknown(), n: 0, peer: words.say(|| "prior".into()) }
}

fn volume_answer(levels: [Option<&Volume>; 3], amount: u64, level_name: impl Fn(usize) -> String, words: Words) -> Answer {
    let tail = volume_tail(&levels, amount, VOLUME_STRENGTH, VOLUME_PRIOR.max(1.0 / (1.0 + amount as f64)));
    let level = levels.iter().position(|level| level.is_some_and(|level| level.total() > 0.0)).unwrap_or(3);
    let from = levels.get(level).copied().flatten();
    Answer {
        bits: -tail.log2(),
        observed: words.say(|| format!("{amount} bytes")),
        expected: words.say(|| from.map_or_else(|| "nothing learned yet".to_owned(), |from| format!("about {} bytes", from.median()))),
        n: from.map_or(0, |from| from.total().round() as u64),
        peer: level_name(level),
    }
}

/// How few internal entities of the judged kind touched the fact's `kind` entity between 30 days and one day ago.
fn rarity(kind: EntityKind, model: &Model, lessons: &Lessons, context: Context<'_>, fact: &Fact, words: Words) -> Answer {
    let Some(entity) = kin(kind, fact) else { return silent(words) };
    let at = fact.event.time;
    let (people, devices) = context.graph.internal_counts();
    let is_network = model.on.domain() == weft_model::Domain::Network;
    let population = if is_network { devices } else { people };
    let earlier = (at.plus_ms(-30 * DAY_MS), at.plus_ms(-DAY_MS));
    let touches = context.graph.touches(entity);
    if is_known(lessons, touches, fact, entity) {
        return Answer {
            bits: 0.0,
            observed: words.say(|| format!("{} (known to it)", entity.key)),
            expected: words.say(|| "something known".into()),
            n: population as u64,
            peer: words.say(|| "self".into()),
        };
    }
    let touchers = touches.map_or(0, |touches| touches.touchers_inside(is_network, earlier.0, earlier.1));
    let tail = ((touchers as f64 + 0.5) / (population as f64 + 1.0)).min(1.0);
    Answer {
        bits: -tail.log2(),
        observed: words.say(|| format!("{} (touched by {touchers} of {population} before)", entity.key)),
        expected: words.say(|| "something others here know".into()),
        n: population as u64,
        peer: words.say(|| "organisation".into()),
    }
}
