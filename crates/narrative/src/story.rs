//! The story of an incident: what it comes to, how it began, the steps in the order of time, what else is known.

use crate::attack::{attacks, whom};
use crate::mail;
use crate::speech::{Arg, Lang, list, say};
use crate::time_text::{day, minute, span};
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{Act, Clause, Domain, EntityKind, EventTime, Incident, Indicator, IndicatorUid, Narrative, Text};

/// Fewer bits than this are told as weak.
const FIRM_BITS: f64 = 8.0;
/// Steps told; the timeline has them all.
const MAX_STEPS: usize = 20;
/// Weak deviations listed.
const MAX_SUPPORTING: usize = 6;
/// Answers to one question told.
const MAX_ANSWERS: usize = 3;
/// Scores from which the judgement is firmer.
const MIDDLE_SCORE: f64 = 60.0;
const HIGH_SCORE: f64 = 75.0;

/// What the operator's feeds say of an indicator of compromise: explanation, never a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Registered on a day (`2024-03-14`).
    Age {
        what: String,
        day: String,
    },
    Listed {
        what: String,
        reason: String,
    },
}

/// What the story is told with beside the incident.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Indicators that speak of an entity's day as a whole: their time is that of the day's first event, not of a step.
    pub whole_day: BTreeSet<IndicatorUid>,
    pub feeds: Vec<Feed>,
}

/// Compiles the narrative; everything else of the incident must be in it already.
pub fn narrate(incident: &Incident, setting: &Setting) -> Narrative {
    let (steps, supporting) = steps(incident, setting);
    let mut clauses = vec![lead(incident), basis(incident)];
    clauses.extend(began(incident));
    clauses.extend(steps);
    clauses.extend(supporting);
    clauses.extend(reach(incident));
    clauses.extend(limits(incident));
    clauses.extend(setting.feeds.iter().map(feed));
    Narrative { en: whole(&clauses, Lang::En), ja: whole(&clauses, Lang::Ja), recipient: mail::recipient(incident), clauses }
}

/// The clauses as one text.
pub fn whole(clauses: &[Clause], lang: Lang) -> String {
    let mut text = String::new();
    for clause in clauses {
        let said = lang.of(&clause.text);
        match clause.time {
            // A line of its own for each dated step, in a form that the page can take apart.
            Some(time) => text.push_str(&format!("\n{}: {said}", minute(time))),
            None if text.contains('\n') => text.push_str(&format!("\n{said}")),
            None if text.is_empty() || lang == Lang::Ja => text.push_str(said),
            None => text.push_str(&format!(" {said}")),
        }
    }
    text
}

/// How sure the score lets the judgement be.
fn how(incident: &Incident) -> Text {
    let key = match incident.score {
        score if score >= HIGH_SCORE => "how-high",
        score if score >= MIDDLE_SCORE => "how-middle",
        _ => "how-low",
    };
    say(key, &[])
}

fn summary(key: &str, args: &[(&'static str, Arg<'_>)]) -> Clause {
    Clause { text: say(key, args), ..Clause::default() }
}

fn lead(incident: &Incident) -> Clause {
    let Some(gravest) = attacks(incident).into_iter().next() else { return Clause::default() };
    let who = whom(incident, gravest).unwrap_or_default();
    summary(&format!("lead-{}", gravest.key()), &[("who", Arg::Text(&who)), ("how", Arg::Text(&how(incident)))])
}

fn domains(domains: impl Iterator<Item = Domain>) -> Text {
    let names: Vec<Text> = domains.map(|domain| say(&format!("domain-{}", domain.as_str()), &[])).collect();
    list(&names, 3, "list-more")
}

fn basis(incident: &Incident) -> Clause {
    let score = format!("{:.0}", incident.score);
    let bits = format!("{:.1}", incident.evidence_bits.value());
    summary(
        "basis",
        &[
            ("count", Arg::Number(incident.contributions.len())),
            ("domains", Arg::Text(&domains(incident.domains.iter().copied()))),
            ("span", Arg::Text(&span(incident.end.since(incident.start)))),
            ("bits", Arg::Name(&bits)),
            ("score", Arg::Name(&score)),
        ],
    )
}

/// How patient zero was reached.
fn began(incident: &Incident) -> Vec<Clause> {
    let Some(first) = incident.exposed.iter().find(|person| person.is_patient_zero) else { return Vec::new() };
    let at = |act: Act| first.acts.iter().find(|exposure| exposure.act == act);
    let time = |act: Act| at(act).map(|exposure| minute(exposure.time)).unwrap_or_default();
    // Only a mail that came before can have led there.
    let came_first = at(Act::Received).map(|one| one.time) <= at(Act::Clicked).map(|one| one.time);
    let (received, clicked, replied, entered) = (time(Act::Received), time(Act::Clicked), time(Act::Replied), time(Act::Entered));
    let how = how(incident);
    let args = [
        ("who", Arg::Name(&first.name)),
        ("how", Arg::Text(&how)),
        ("received", Arg::Name(&received)),
        ("clicked", Arg::Name(&clicked)),
        ("replied", Arg::Name(&replied)),
        ("entered", Arg::Name(&entered)),
    ];
    let reached = if first.entity.kind == EntityKind::Device { "began-device" } else { "began-click" };
    let told = [
        ("began-mail", [Some(Act::Received), Some(Act::Clicked)], came_first && !received.is_empty() && !clicked.is_empty()),
        (reached, [Some(Act::Clicked), None], (!came_first || received.is_empty()) && !clicked.is_empty()),
        ("began-reply", [Some(Act::Replied), None], clicked.is_empty() && !replied.is_empty()),
        ("began-entered", [Some(Act::Entered), None], !entered.is_empty()),
    ];
    told.into_iter()
        .filter(|(_, _, holds)| *holds)
        .map(|(key, acts, _)| {
            let events = acts.into_iter().flatten().filter_map(|act| Some(at(act)?.event)).collect();
            Clause { events, ..summary(key, &args) }
        })
        .collect()
}

/// What indicators are about beside their keeper; two about one thing are told together.
fn matter(indicator: &Indicator) -> (&str, String) {
    let outside = |kind: EntityKind| indicator.entities.iter().find(|entity| entity.kind == kind);
    let found = outside(EntityKind::Domain).or_else(|| outside(EntityKind::Ip)).filter(|_| indicator.family != "saas-mail-rule");
    match found {
        // What models say of one site is one step, whatever their family.
        Some(entity) if indicator.domain == Domain::Network => ("network", entity.to_string()),
        Some(entity) => (&indicator.family, entity.to_string()),
        None if indicator.family == "saas-mail-rule" => (&indicator.family, String::new()),
        None => (&indicator.family, indicator.uid.to_string()),
    }
}

/// The dated steps, and the sentence that gathers what is no step.
fn steps(incident: &Incident, setting: &Setting) -> (Vec<Clause>, Option<Clause>) {
    let mut alike: BTreeMap<(&str, String), Vec<&Indicator>> = BTreeMap::new();
    let mut aside: Vec<&Indicator> = Vec::new();
    for indicator in incident.contributions.iter().map(|contribution| &contribution.indicator) {
        if setting.whole_day.contains(&indicator.uid) {
            aside.push(indicator);
        } else {
            alike.entry(matter(indicator)).or_default().push(indicator);
        }
    }
    let mut told: Vec<Vec<&Indicator>> = alike.into_values().collect();
    for indicators in &mut told {
        indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
    }
    // Of too many the strongest are told.
    told.sort_by_key(|indicators| std::cmp::Reverse(indicators.iter().map(|one| one.bits).max()));
    let dropped = told.split_off(told.len().min(MAX_STEPS));
    let mut clauses: Vec<Clause> = told.iter().filter_map(|indicators| step(indicators)).collect();
    clauses.extend(answers(incident));
    clauses.sort_by(|a, b| (a.time, &a.text).cmp(&(b.time, &b.text)));
    if !dropped.is_empty() {
        let indicators = dropped.iter().flatten().map(|one| one.uid).collect();
        clauses.push(Clause { indicators, ..summary("more-steps", &[("n", Arg::Number(dropped.len()))]) });
    }
    (clauses, supporting(&aside))
}

fn title(indicator: &Indicator) -> Text {
    let text = Text { en: indicator.title.trim_end_matches('.').to_owned(), ja: indicator.title_ja.trim_end_matches('。').to_owned() };
    if text.ja.is_empty() { Text { ja: text.en.clone(), ..text } } else { text }
}

/// A sentence begins with a capital and ends with a full stop.
fn sentence(mut text: Text) -> Text {
    let is_word = text.en.split_whitespace().next().is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase()));
    if let Some(first) = text.en.chars().next().filter(|_| is_word) {
        text.en.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    text.en.push('.');
    text.ja.push('。');
    text
}

/// One sentence for indicators about one thing, in the order of time: the strongest of the first keeper, and how many more.
fn step(indicators: &[&Indicator]) -> Option<Clause> {
    let keeper = |one: &Indicator| one.entities.first().cloned();
    // A model of several devices keeps its indicator on the site they contacted: the devices tell it.
    let is_inside = |one: &Indicator| keeper(one).is_some_and(|entity| entity.kind.is_internal());
    let first = indicators.iter().find(|one| is_inside(one)).or(indicators.first())?;
    let last = indicators.last()?;
    let own = indicators.iter().filter(|one| keeper(one) == keeper(first));
    let strongest = own.max_by_key(|one| (one.bits, std::cmp::Reverse((one.time, one.uid))))?;
    let is_firm = indicators.iter().any(|indicator| indicator.bits.value() >= FIRM_BITS);
    let mut keepers: Vec<_> = indicators.iter().filter_map(|one| keeper(one)).collect();
    keepers.sort();
    keepers.dedup();
    keepers.retain(|entity| Some(entity.kind) == keeper(first).map(|one| one.kind));
    let mut text = title(strongest);
    if !is_firm {
        text = say("weak", &[("what", Arg::Text(&text))]);
    }
    let more = keepers.len().saturating_sub(1);
    if more > 0 {
        let key = match keeper(first).map(|one| one.kind) {
            Some(EntityKind::Device) => "also-devices",
            Some(EntityKind::Person | EntityKind::Account) => "also-people",
            _ => "also-other",
        };
        text = say(key, &[("what", Arg::Text(&text)), ("more", Arg::Number(more)), ("until", Arg::Name(&minute(last.time)))]);
    }
    let indicators = indicators.iter().map(|indicator| indicator.uid).collect();
    Some(Clause { time: Some(first.time), text: sentence(text), indicators, events: Vec::new() })
}

/// What the investigation found, the first answers to each question.
fn answers(incident: &Incident) -> Vec<Clause> {
    let mut asked: BTreeMap<&Text, usize> = BTreeMap::new();
    let mut clauses = Vec::new();
    for entry in &incident.timeline {
        let Some(question) = &entry.question else { continue };
        let count = asked.entry(question).or_default();
        *count += 1;
        if *count <= MAX_ANSWERS && clauses.len() < MAX_STEPS {
            let text = sentence(Text { en: entry.text.clone(), ja: entry.text_ja.clone() });
            clauses.push(Clause { time: Some(entry.time), text, indicators: Vec::new(), events: entry.events.clone() });
        }
    }
    clauses
}

fn supporting(aside: &[&Indicator]) -> Option<Clause> {
    let mut items: Vec<(EventTime, Text)> = aside
        .iter()
        .map(|one| (one.time, say("supporting-item", &[("what", Arg::Text(&title(one))), ("day", Arg::Name(&day(one.time)))])))
        .collect();
    items.sort();
    items.dedup_by(|a, b| a.1 == b.1);
    let rest = items.len().saturating_sub(MAX_SUPPORTING);
    items.truncate(MAX_SUPPORTING);
    let mut parts: Vec<Text> = items.into_iter().map(|(_, text)| text).collect();
    if rest > 0 {
        parts.push(say("supporting-more", &[("n", Arg::Number(rest))]));
    }
    let intro = say("supporting", &[]);
    let half = |half: fn(&Text) -> &str| parts.iter().map(half).collect::<Vec<_>>();
    let text = Text {
        en: format!("{} {}.", intro.en, half(|part| &part.en).join("; ")),
        ja: format!("{}{}。", intro.ja, half(|part| &part.ja).join("。")),
    };
    (!parts.is_empty()).then(|| Clause { text, indicators: aside.iter().map(|one| one.uid).collect(), ..Clause::default() })
}

/// How many people got how far.
fn reach(incident: &Incident) -> Option<Clause> {
    let mut parts = Vec::new();
    let mut events = Vec::new();
    for act in [Act::Received, Act::Opened, Act::Clicked, Act::Replied, Act::Entered] {
        let found = || incident.exposed.iter().flat_map(|person| &person.acts).filter(|exposure| exposure.act == act);
        let count = found().count();
        if count > 0 {
            events.extend(found().map(|exposure| exposure.event));
            parts.push(say(&format!("act-{}", act.as_str()), &[("n", Arg::Number(count))]));
        }
    }
    let text = say("reach", &[("parts", Arg::Text(&list(&parts, 5, "list-more")))]);
    (!parts.is_empty()).then_some(Clause { text, events, ..Clause::default() })
}

/// What is not known: domains without a trace, and gaps of the sensors.
fn limits(incident: &Incident) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let unseen: Vec<Domain> =
        [Domain::Email, Domain::Saas, Domain::Network].into_iter().filter(|domain| !incident.domains.contains(domain)).collect();
    if !unseen.is_empty() {
        clauses.push(summary("unseen", &[("domains", Arg::Text(&domains(unseen.into_iter())))]));
    }
    let gaps: Vec<Text> = incident.coverage.iter().map(|gap| crate::speech::name(gap.text.as_str())).collect();
    if !gaps.is_empty() {
        clauses.push(summary("gap", &[("what", Arg::Text(&list(&gaps, 3, "list-more")))]));
    }
    clauses
}

fn feed(feed: &Feed) -> Clause {
    match feed {
        Feed::Age { what, day } => summary("feed-age", &[("what", Arg::Name(what)), ("day", Arg::Name(day))]),
        Feed::Listed { what, reason } => summary("feed-listed", &[("what", Arg::Name(what)), ("reason", Arg::Name(reason))]),
    }
}

#[cfg(test)]
mod tests;
