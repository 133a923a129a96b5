//! Every scenario that comes with the program plays: its required steps have evidence among the events, one seed gives one result.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use weft_model::{AccountChangeKind, Authentication, Body, Event, Status};
use weft_simulator::{Attack, Options, Simulation, Truth, about, scenarios};

struct Played {
    truth: Truth,
    events: BTreeMap<String, Event>,
}

impl Played {
    /// Events of one step of an attack.
    fn step<'a>(&'a self, attack: &'a Attack, id: &str) -> Vec<&'a Event> {
        let step = attack.steps.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}"));
        step.evidence.iter().map(|uid| self.events.get(uid).unwrap_or_else(|| panic!("{id}: {uid} is no event"))).collect()
    }
}

fn play(scenario: &str, seed: u64) -> Played {
    let about = about(scenario).unwrap();
    let options =
        Options { scenario: scenario.to_owned(), seed, people: about.minimum_people, days: about.minimum_days, ..Options::default() };
    let mut events = BTreeMap::new();
    let truth = Simulation::new(&options).unwrap().run(&mut |event| drop(events.insert(event.uid.to_string(), event)), &mut |_, _| {});
    Played { truth: truth.unwrap(), events }
}

fn sign_ins(events: Vec<&Event>) -> Vec<(i64, &Authentication)> {
    let found = events.into_iter().filter_map(|event| match &event.body {
        Body::Authentication(sign_in) => Some((event.time.0, &**sign_in)),
        _ => None,
    });
    found.collect()
}

/// The look-alikes' own scenarios are played by `look_alikes.rs`.
#[test]
fn every_scenario_plays_at_its_smallest_with_evidence_for_each_required_step() {
    let names: Vec<&str> = scenarios().into_iter().filter(|name| !name.starts_with("benign-") || *name == "benign-month").collect();
    assert!(names.len() > 20);
    for name in names {
        let played = play(name, 3);
        assert_eq!(played.truth.scenario, name);
        assert_eq!(played.truth.attacks.is_empty(), name.contains("benign"), "{name}");
        for attack in &played.truth.attacks {
            for step in &attack.steps {
                assert!(!step.required || !step.evidence.is_empty(), "{name}: step {} has no evidence", step.id);
                assert!(!step.required || !step.entities.is_empty(), "{name}: step {} touches nobody", step.id);
                played.step(attack, &step.id);
                assert!(step.entities.iter().all(|id| attack.entities.iter().any(|entity| entity.id == *id)));
            }
        }
    }
}

#[test]
fn one_seed_is_one_company_and_another_another() {
    let name = "combined-a-c1";
    let (first, again, other) = (play(name, 3), play(name, 3), play(name, 4));
    let json = |played: &Played| serde_json::to_string(&played.truth).unwrap();
    assert_eq!(json(&first), json(&again));
    assert!(first.events.keys().eq(again.events.keys()));
    for (one, two) in first.truth.attacks.iter().zip(&other.truth.attacks) {
        assert_ne!(one.entities, two.entities, "another seed has another cast");
    }
}

#[test]
fn e1_is_the_week_of_885_sign_ins() {
    let played = play("case-e1", 5);
    let attack = &played.truth.attacks[0];
    // Entra's own log holds only some of them.
    let is_unified = |event: &Event| event.metadata.product == "Microsoft 365";
    let unified = |id: &str| played.step(attack, id).into_iter().filter(|event| is_unified(event)).collect();
    let far: usize = ["1", "2", "3", "4", "6"].into_iter().map(|id| sign_ins(unified(id)).len()).sum();
    assert!((124..=142).contains(&far), "{far}, near 15 % of 885");
    let victim = attack.entities.iter().find(|entity| entity.kind == "person").unwrap().id.replace("person:", "");
    let start = 1_709_510_400_000 + 14 * 86_400_000 + 5 * 3_600_000;
    let week = played.events.values().filter(|event| {
        event.time.0 >= start
            && is_unified(event)
            && matches!(&event.body, Body::Authentication(sign_in)
                if sign_in.user.email_addr.as_ref() == Some(&victim) && sign_in.src_endpoint.ip.is_some_and(|ip| !ip.to_string().starts_with("10.")))
    });
    let week = week.count();
    assert!((800..=960).contains(&week), "{week}");
    let kinds: Vec<AccountChangeKind> = played
        .step(attack, "3")
        .iter()
        .filter_map(|event| if let Body::AccountChange(change) = &event.body { Some(change.kind) } else { None })
        .collect();
    assert!(kinds.contains(&AccountChangeKind::PasswordReset), "{kinds:?}");
    assert!(played.step(attack, "4").iter().any(|event| matches!(&event.body, Body::EntityManagement(_))));
    assert!(sign_ins(played.step(attack, "5")).iter().all(|(_, sign_in)| sign_in.status == Status::Failure));
}

#[test]
fn e4_fails_at_the_same_minute_with_the_same_count() {
    let played = play("case-e4", 5);
    let mut days: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (time, sign_in) in sign_ins(played.step(&played.truth.attacks[0], "1")) {
        assert_eq!(sign_in.status, Status::Failure);
        let local = time - 6 * 3_600_000;
        days.entry(local / 86_400_000).or_default().push(local % 86_400_000 / 60_000);
    }
    assert_eq!(days.len(), 6);
    assert!(days.values().all(|minutes| minutes.len() == 16 && minutes.iter().all(|minute| *minute == 18 * 60 + 4)), "{days:?}");
}

#[test]
fn an_operators_file_may_include_scenarios_and_harmless_stories() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
name: mine
title: Two attacks and what resembles one
minimum_days: 21
minimum_people: 12
use: [case-e2, case-e4]
look_alikes:
  - newsletter: { day: 9, clicks: 0.5 }
  - traveller: { country: JP, first_day: 14, last_day: 16 }
  - story:
      kind: late_worker
      story:
        id: late
        title: Somebody works late from home
        cast:
          worker: { person: {} }
          home: { client: { from: { country: { code: US } } } }
        steps:
          - id: "1"
            text: A sign-in at night.
            domain: saas
            days: [15]
            start: { time: 23:00..23:30 }
            actions: [{ sign_in: { who: worker, client: home } }]
"#;
    std::fs::write(folder.path().join("scenario.yaml"), text).unwrap();
    let played = play(&folder.path().to_string_lossy(), 1);
    let ids: Vec<&str> = played.truth.attacks.iter().map(|attack| attack.id.as_str()).collect();
    assert_eq!(ids, ["case-e2", "case-e4"]);
    let kinds: Vec<&str> = played.truth.look_alikes.iter().map(|found| found.kind.as_str()).collect();
    assert!(["newsletter", "traveller", "late_worker"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let late = played.truth.look_alikes.iter().find(|found| found.kind == "late_worker").unwrap();
    assert!(late.start > 0 && late.start <= late.end && late.entities.len() == 3, "{late:?}");
}

#[test]
fn the_manuals_example_plays() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/user/scenarios.md")).unwrap();
    let example = manual.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), example).unwrap();
    let played = play(&folder.path().to_string_lossy(), 2);
    let attack = &played.truth.attacks[0];
    let pages = played.step(attack, "1").into_iter().filter(|event| matches!(event.body, Body::Network(_))).count();
    assert!(pages >= 2, "the victim opens the page");
    assert_eq!(sign_ins(played.step(attack, "2")).len(), 2, "one in each log");
}
