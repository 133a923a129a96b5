//! Rules from text to matches: what each type of correlation holds for, and what is refused with file, place and field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::sync::Arc;
use weft_enrich::Enricher;
use weft_entity_graph::EntityGraph;
use weft_indicators::{Context, Fact, FactKind, Field, ModelSet, Settings};
use weft_model::{DAY_MS, Directory, Entity, EntityKind, EventRef, EventTime, EventUid, HOUR_MS, Indicator, MINUTE_MS, SmolStr};
use weft_sigma::{RuleSet, State};

const BASES: &str = "
title: Fails
name: fails
logsource: {product: weft, category: saas.logon}
detection: {selection: {status: failure}, condition: selection}
---
title: Gets in
name: gets_in
logsource: {product: weft, category: saas.logon}
detection: {selection: {status: success}, condition: selection}
---
";

/// Twenty silent days of forty people, so that any match is rare.
const FIRST_DAY: i64 = 20;

struct Run {
    state: State,
    graph: EntityGraph,
}

impl Run {
    fn of(correlation: &str) -> Self {
        let text = format!("{BASES}title: Rule\nlevel: critical\ncorrelation: {correlation}\n");
        Self::new(RuleSet::parse([("t.yaml", text.as_str())], &ModelSet::default()).unwrap())
    }

    fn new(rules: RuleSet) -> Self {
        let settings = Settings { keep_bits: 0.0, ..Settings::default() };
        let mut run = Self { state: State::new(Arc::new(rules), settings), graph: EntityGraph::default() };
        for i in 0..40 {
            run.graph.known(EntityKind::Person, &SmolStr::new(format!("p{i}")));
        }
        for day in 0..FIRST_DAY {
            run.hour(EventTime(day * DAY_MS), &[]);
        }
        run
    }

    fn hour(&mut self, at: EventTime, facts: &[Fact]) -> Vec<Indicator> {
        let (directory, enricher) = (Directory::default(), Enricher::default());
        self.state.step(
            Context { graph: &self.graph, directory: &directory, enricher: &enricher, outside: &weft_indicators::Outside::default() },
            at,
            facts,
            &[],
        )
    }

    /// Facts (minute of the first day, who, status, address) hour by hour, and an hour without facts `idle_h` hours after the last; the
    /// matches as (hour, who, number of events).
    fn play(&mut self, facts: &[(i64, &str, &str, &str)], idle_h: i64) -> Vec<(i64, String, usize)> {
        let facts: Vec<Fact> = facts.iter().map(|one| fact(*one)).collect();
        let mut found = Vec::new();
        let last = facts.last().map_or(FIRST_DAY * 24, |fact| fact.event.time.hour());
        for hour in facts.chunk_by(|a, b| a.event.time.hour() == b.event.time.hour()) {
            found.extend(self.hour(hour[0].event.time, hour));
        }
        if idle_h > 0 {
            found.extend(self.hour(EventTime((last + idle_h) * HOUR_MS), &[]));
        }
        found.iter().map(|one| (one.end_time.hour() - FIRST_DAY * 24, one.entities[0].key.to_string(), one.events.len())).collect()
    }
}

fn fact((minute, who, status, ip): (i64, &str, &str, &str)) -> Fact {
    let time = EventTime(FIRST_DAY * DAY_MS + minute * MINUTE_MS);
    let uid = EventUid::of("t", &[&time.0.to_be_bytes(), who.as_bytes(), status.as_bytes(), ip.as_bytes()]);
    Fact {
        kind: FactKind::SaasLogon,
        event: EventRef { time, uid },
        fields: [("person", who), ("status", status), ("ip", ip)]
            .into_iter()
            .map(|(name, value)| (Field::named(name).unwrap(), SmolStr::new(value)))
            .collect(),
        amount: 0,
        entities: [Entity::new(EntityKind::Person, who), Entity::new(EntityKind::Ip, ip)].into_iter().collect(),
        shared: Default::default(),
        peer: None,
    }
}

#[test]
fn an_event_count_slides_over_the_border_of_hours_and_days() {
    let rule = "{type: event_count, rules: fails, group-by: person, timespan: 30m, condition: {gte: 3}}";
    let at = |minutes: [i64; 3]| minutes.map(|minute| (minute, "p1", "failure", "192.0.2.1"));
    assert_eq!(Run::of(rule).play(&at([50, 59, 61]), 0), [(1, "p1".into(), 3)]);
    assert_eq!(Run::of(rule).play(&at([23 * 60 + 50, 23 * 60 + 59, 24 * 60 + 1]), 0), [(24, "p1".into(), 3)]);
    assert_eq!(Run::of(rule).play(&at([50, 59, 81]), 0), [], "the first is too old");
    let two_people = [(1, "p1", "failure", "a"), (2, "p2", "failure", "a"), (3, "p1", "failure", "a"), (4, "p2", "failure", "a")];
    assert_eq!(Run::of(rule).play(&two_people, 0), []);
    let twice = [(1, "p1", "failure", "a"), (1, "p1", "failure", "a"), (2, "p1", "failure", "a")];
    assert_eq!(Run::of(rule).play(&twice, 0), [], "one event with two facts counts once");
}

#[test]
fn a_value_count_counts_different_values_in_each_group() {
    let rule = "{type: value_count, rules: fails, group-by: ip, timespan: 1h, condition: {field: person, gt: 2}}";
    let mut run = Run::of(rule);
    // Addresses have no silent days: the table has none to compare with, so the rule says nothing yet.
    assert_eq!(run.play(&[(1, "p1", "failure", "a"), (2, "p2", "failure", "a"), (3, "p3", "failure", "a")], 0), []);
    let rule = "{type: value_count, rules: fails, group-by: person, timespan: 1h, condition: {field: ip, gt: 2}}";
    let many = [(1, "p1", "failure", "a"), (2, "p1", "failure", "b"), (3, "p1", "failure", "c"), (4, "p1", "failure", "c")];
    assert_eq!(Run::of(rule).play(&many, 0), [(0, "p1".into(), 4)], "the fourth belongs to the match, too");
    let few = [(1, "p1", "failure", "a"), (2, "p1", "failure", "b"), (3, "p1", "failure", "b")];
    assert_eq!(Run::of(rule).play(&few, 0), []);
}

#[test]
fn an_upper_bound_is_judged_when_the_timespan_has_passed() {
    let rule = "{type: event_count, rules: gets_in, group-by: person, timespan: 2h, condition: {gte: 2, lt: 4}}";
    let at = |minutes: &[i64]| minutes.iter().map(|minute| (*minute, "p1", "success", "a")).collect::<Vec<_>>();
    assert_eq!(Run::of(rule).play(&at(&[5, 9]), 1), [], "still open");
    assert_eq!(Run::of(rule).play(&at(&[5, 9]), 3), [(0, "p1".into(), 2)]);
    assert_eq!(Run::of(rule).play(&at(&[5, 9, 11, 12]), 3), []);
    assert_eq!(Run::of(rule).play(&at(&[5, 9, 200]), 0), [(0, "p1".into(), 2)], "the next timespan begins");
}

#[test]
fn temporal_takes_any_order_and_temporal_ordered_its_own() {
    let temporal = "{type: temporal, rules: [fails, gets_in], group-by: person, timespan: 10m}";
    let ordered = "{type: temporal_ordered, rules: [fails, gets_in], group-by: person, timespan: 10m}";
    let forth = [(58, "p1", "failure", "a"), (62, "p1", "success", "a")];
    let back = [(58, "p1", "success", "a"), (62, "p1", "failure", "a")];
    let late = [(58, "p1", "failure", "a"), (69, "p1", "success", "a")];
    let others = [(58, "p1", "failure", "a"), (62, "p2", "success", "a")];
    for (facts, any, in_order) in [(&forth, true, true), (&back, true, false), (&late, false, false), (&others, false, false)] {
        assert_eq!(!Run::of(temporal).play(facts, 0).is_empty(), any, "{facts:?}");
        assert_eq!(!Run::of(ordered).play(facts, 0).is_empty(), in_order, "{facts:?}");
    }
    // The order that began latest counts: an early failure does not hide a fresh one.
    let fresh = [(0, "p1", "failure", "a"), (58, "p1", "failure", "b"), (62, "p1", "success", "a")];
    assert_eq!(Run::of(ordered).play(&fresh, 0), [(1, "p1".into(), 2)]);
}

#[test]
fn absence_is_what_does_not_follow_in_time() {
    let rule = "{type: absence, rules: [fails, gets_in], group-by: person, timespan: 1h}";
    let alone = [(10, "p1", "failure", "a")];
    assert_eq!(Run::of(rule).play(&alone, 1), [], "the hour is not over");
    assert_eq!(Run::of(rule).play(&alone, 2), [(0, "p1".into(), 1)]);
    assert_eq!(Run::of(rule).play(&alone, 5 * 24), [], "days that nobody observed prove nothing");
    assert_eq!(Run::of(rule).play(&[(10, "p1", "failure", "a"), (60, "p1", "success", "a")], 3), []);
    assert_eq!(Run::of(rule).play(&[(10, "p1", "failure", "a"), (60, "p2", "success", "a")], 3), [(0, "p1".into(), 1)]);
    assert_eq!(Run::of(rule).play(&[(10, "p1", "failure", "a"), (71, "p1", "success", "a")], 3), [(0, "p1".into(), 1)], "too late");
    assert_eq!(
        Run::of(rule).play(&[(5, "p1", "success", "a"), (10, "p1", "failure", "a")], 3),
        [(0, "p1".into(), 1)],
        "before is not after"
    );
}

#[test]
fn correlations_chain_and_rules_that_are_parts_do_not_speak() {
    let text = format!(
        "{BASES}title: Many\nname: many\ncorrelation: {{type: event_count, rules: fails, group-by: person, timespan: 1h, condition: {{gte: 3}}}}\n---\n\
         title: Top\nlevel: high\ncorrelation: {{type: temporal_ordered, rules: [many, gets_in], group-by: person, timespan: 1h}}\n"
    );
    let rules = RuleSet::parse([("t.yaml", text.as_str())], &ModelSet::default()).unwrap();
    assert_eq!(rules.speaking().map(|rule| rule.name()).collect::<Vec<_>>(), ["Sigma/Top"]);
    // More failures after the sign-in do not hide it.
    let facts: Vec<_> =
        [1, 2, 3, 5, 6].map(|minute| (minute, "p1", "failure", "a")).into_iter().chain([(4, "p1", "success", "a")]).collect();
    let mut facts = facts;
    facts.sort_unstable();
    let mut run = Run::new(rules);
    assert_eq!(run.play(&facts, 0), [(0, "p1".into(), 4)]);
    let generated = text.replace("temporal_ordered,", "temporal_ordered, generate: true,");
    let rules = RuleSet::parse([("t.yaml", generated.as_str())], &ModelSet::default()).unwrap();
    assert_eq!(rules.speaking().map(|rule| rule.title.as_str()).collect::<Vec<_>>(), ["Gets in", "Many", "Top"]);
}

#[test]
fn an_alias_joins_fields_of_other_names() {
    let text = "
title: A
name: a
logsource: {category: saas.logon}
detection: {s: {status: failure}, condition: s}
---
title: B
name: b
logsource: {category: net.contact}
detection: {s: {host: '*'}, condition: s}
---
title: C
correlation:
  type: temporal
  rules: [a, b]
  group-by: [person, where]
  aliases: {where: {a: country, b: tld}}
  timespan: 1h
";
    assert!(RuleSet::parse([("t.yaml", text)], &ModelSet::default()).is_ok());
    let error = RuleSet::parse([("t.yaml", text.replace(", b: tld", "").as_str())], &ModelSet::default()).unwrap_err().to_string();
    assert!(error.contains("correlation.group-by") && error.contains("says nothing of `b`"), "{error}");
}

#[test]
fn an_own_file_replaces_the_shipped_one_of_the_same_title() {
    let models = weft_indicators::builtin().unwrap();
    let shipped = RuleSet::over_builtin(&[], &models).unwrap();
    let title = "One address fails on many accounts";
    let own = format!(
        "title: {title}\nstatus: unsupported\nlogsource: {{category: saas.logon}}\ndetection: {{s: {{status: failure}}, condition: s}}\n"
    );
    let changed = RuleSet::over_builtin(&[("own.yaml", &own)], &models).unwrap().active(true);
    assert!(shipped.speaking().any(|rule| rule.title == title));
    assert_eq!(changed.speaking().count() + 1, shipped.speaking().count(), "switched off, and its parts with it");
}

#[test]
fn hostile_and_wrong_files_are_refused_with_file_place_and_field() {
    let bomb =
        format!("a0: &a0 [x, x]\n{}title: T\n", (1..40).map(|i| format!("a{i}: &a{i} [*a{}, *a{}]\n", i - 1, i - 1)).collect::<String>());
    let deep = format!("title: T\ndetection: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    let many = (0..300).map(|i| format!("title: T{i}\ndetection: {{s: {{status: x}}, condition: s}}\n---\n")).collect::<String>();
    let long = format!("title: {}\ndetection: {{s: {{status: x}}, condition: s}}\n", "x".repeat(300));
    let correlation = |text: &str| format!("{BASES}title: Rule\ncorrelation: {text}\n");
    let cases: Vec<(String, &[&str])> = vec![
        (bomb, &["t.yaml"]),
        (deep, &["t.yaml"]),
        (many, &["t.yaml", "256"]),
        (long, &["t.yaml", "title", "256"]),
        ("title: T\ndetection: {s: {status: x}, condition: s}\ncolour: red\n".into(), &["t.yaml", "colour"]),
        ("title: T\nlogsource: {product: windows}\ndetection: {s: {status: x}, condition: s}\n".into(), &["logsource.product", "windows"]),
        (
            "title: T\nlogsource: {category: process_creation}\ndetection: {s: {status: x}, condition: s}\n".into(),
            &["logsource.category", "saas.logon"],
        ),
        ("title: T\n".into(), &["detection", "either"]),
        (
            correlation("{type: event_count, rules: nobody, group-by: person, timespan: 1h, condition: {gte: 3}}"),
            &["correlation.rules", "nobody"],
        ),
        (
            correlation("{type: event_count, rules: fails, group-by: person, timespan: 1y, condition: {gte: 3}}"),
            &["correlation.timespan", "1y"],
        ),
        (
            correlation("{type: event_count, rules: fails, group-by: person, timespan: 400d, condition: {gte: 3}}"),
            &["correlation.timespan", "30d"],
        ),
        (correlation("{type: event_count, rules: fails, group-by: person, timespan: é, condition: {gte: 3}}"), &["correlation.timespan"]),
        (correlation("{type: event_count, rules: fails, timespan: 1h, condition: {gte: 3}}"), &["correlation.group-by", "1 to 4"]),
        (
            correlation("{type: event_count, rules: fails, group-by: country, timespan: 1h, condition: {gte: 3}}"),
            &["correlation.group-by", "entity"],
        ),
        (correlation("{type: event_count, rules: fails, group-by: person, timespan: 1h}"), &["correlation.condition", "bound"]),
        (
            correlation("{type: event_count, rules: fails, group-by: person, timespan: 1h, condition: {gte: 100000}}"),
            &["correlation.condition", "1000"],
        ),
        (
            correlation("{type: event_count, rules: fails, group-by: person, timespan: 1h, condition: {lt: 1}}"),
            &["correlation.condition", "never"],
        ),
        (
            correlation("{type: value_count, rules: fails, group-by: person, timespan: 1h, condition: {gte: 3}}"),
            &["correlation.condition", "field"],
        ),
        (correlation("{type: absence, rules: [fails], group-by: person, timespan: 1h}"), &["correlation.condition", "two rules"]),
        (correlation("{type: value_sum, rules: fails, group-by: person, timespan: 1h}"), &["t.yaml", "value_sum"]),
        (
            format!(
                "{BASES}title: R1\nname: r1\ncorrelation: {{type: temporal, rules: [fails, r2], group-by: person, timespan: 1h}}\n---\ntitle: R2\nname: r2\ncorrelation: {{type: temporal, rules: [gets_in, r1], group-by: person, timespan: 1h}}\n"
            ),
            &["correlation.rules", "lead back"],
        ),
    ];
    for (text, parts) in cases {
        let error = RuleSet::parse([("t.yaml", text.as_str())], &ModelSet::default()).unwrap_err();
        let mut said = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            said = format!("{said}: {inner}");
            source = inner.source();
        }
        for part in parts {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
    }
}

#[test]
fn a_flood_of_groups_stays_bounded_and_is_counted() {
    let rule = "{type: event_count, rules: fails, group-by: ip, timespan: 30d, condition: {gte: 1000}}";
    let mut run = Run::of(rule);
    let facts: Vec<Fact> = (0..60_000)
        .map(|i| {
            let ip = format!("10.{}.{}.{}", i / 65536, i / 256 % 256, i % 256);
            fact((i / 1000, "p1", "failure", &ip))
        })
        .collect();
    let mut sorted = facts;
    sorted.sort_by_key(|fact| fact.event);
    run.hour(sorted[0].event.time, &sorted);
    assert_eq!(run.state.refused(), 10_000);
}
