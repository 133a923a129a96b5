//! What is learned from what: surprising things slowly, a lasting change quickly, and what analysts said of an incident exactly so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::Arc;
use weft_correlator::{Engine, Knowledge, Pipeline, Shuffle};
use weft_enrich::Enricher;
use weft_indicators::{Judgement, Settings, Verdict, builtin};
use weft_model::*;
use weft_stitcher::Alert;

const PEOPLE: u8 = 40;
const MODEL: &str = "SaaS/Access/New Client for Account";
/// The first odd day.
const START: i64 = 20;

fn knowledge() -> Knowledge {
    let person = |i: u8| Person { mail: format!("p{i}@corp.example"), department: "Sales".into(), ..Person::default() };
    Knowledge {
        directory: Arc::new(Directory::new((0..PEOPLE).map(person))),
        enricher: Arc::new(Enricher::builder().build()),
        models: Arc::new(builtin().unwrap()),
        rules: Arc::default(),
        alert: Alert::from_budget(0.1),
        settings: Settings { slow_surprise: true, ..Settings::default() },
    }
}

fn sign_in(person: u8, day: i64, hour: i64, client: &str, source: [u8; 4]) -> Event {
    let logon = Authentication {
        user: User::from_email(&format!("p{person}@corp.example")),
        status: Status::Success,
        src_endpoint: Endpoint::from_ip(source.into()),
        user_agent: Some(client.to_owned()),
        ..Authentication::default()
    };
    let time = day * DAY_MS + hour * HOUR_MS + i64::from(person) * MINUTE_MS;
    let uid = EventUid::of("test", &[&time.to_le_bytes(), client.as_bytes(), &source]);
    let metadata = Metadata { product: "Microsoft 365".into(), ..Metadata::default() };
    Event { uid, time: EventTime(time), metadata, raw_data: None, body: Body::Authentication(Box::new(logon)) }
}

/// Everybody signs in every hour of the day with the usual client; on the given days person 3 does so with another one, from elsewhere.
fn history(days: i64, odd: &[i64]) -> Vec<Event> {
    let mut events = Vec::new();
    for day in 0..days {
        for hour in 8..17 {
            for person in 0..PEOPLE {
                let is_odd = person == 3 && odd.contains(&day);
                let (client, source) = if is_odd { ("imap-tool/1", [203, 0, 113, 9]) } else { ("Outlook/16", [198, 51, 100, 7]) };
                events.push(sign_in(person, day, hour, client, source));
            }
        }
    }
    events.sort_by_key(Event::reference);
    events
}

fn run(events: &[Event], judgements: Vec<Judgement>) -> Engine {
    let mut pipeline = Pipeline::sorted(knowledge());
    pipeline.judge(Arc::new(judgements));
    events.iter().cloned().for_each(|event| pipeline.push(event));
    pipeline.finish().0
}

/// The days on which person 3's client was odd.
fn days(engine: &Engine) -> Vec<i64> {
    let of_model: BTreeSet<i64> = engine.indicators().iter().filter(|one| one.model == MODEL).map(|one| one.time.day()).collect();
    of_model.into_iter().collect()
}

fn judgement(engine: &Engine, verdict: Verdict, since: i64, until: Option<i64>) -> Judgement {
    let at = |day: i64| EventTime(day * DAY_MS + 20 * HOUR_MS);
    let indicators = engine.indicators().iter().filter(|one| one.time < at(since)).map(|one| one.uid).collect();
    Judgement { since: at(since), until: until.map(at), verdict, indicators }
}

#[test]
fn one_busy_day_of_an_intruder_teaches_little() {
    let engine = run(&history(START + 11, &[START, START + 10]), Vec::new());
    assert_eq!(days(&engine), [START, START + 10], "nine hours of one day are no habit ten days later");
}

#[test]
fn a_change_of_role_stops_alerting_within_days() {
    let odd: Vec<i64> = (START..START + 14).collect();
    let alerting = days(&run(&history(START + 14, &odd), Vec::new()));
    assert!(alerting.contains(&START) && alerting.iter().all(|day| *day < START + 6), "{alerting:?}");
}

#[test]
fn a_confirmed_attack_leaves_no_habit_behind_and_an_undone_verdict_no_trace() {
    let odd = [START, START + 1, START + 2, START + 3, START + 4, START + 12];
    let events = history(START + 13, &odd);
    let plain = run(&events, Vec::new());
    assert!(days(&plain).contains(&START) && !days(&plain).contains(&(START + 12)), "stayed for days: {:?}", days(&plain));

    let confirmed = run(&events, vec![judgement(&plain, Verdict::Malicious, START + 4, None)]);
    let first_days = |engine: &Engine| days(engine).into_iter().filter(|day| *day < START + 5).collect::<Vec<_>>();
    assert_eq!(first_days(&confirmed), first_days(&plain), "a verdict rewrites nothing");
    assert!(days(&confirmed).contains(&(START + 12)), "who comes back is as odd as at first: {:?}", days(&confirmed));

    let undone = run(&events, vec![judgement(&plain, Verdict::Malicious, START + 4, Some(START + 8))]);
    assert_eq!(undone.indicators(), plain.indicators());
}

#[test]
fn a_roll_out_neither_alerts_nor_counts() {
    const SOURCE: &str = "SaaS/Access/Unusual External Source for SaaS Credential Use";
    let with = |people: u8| {
        let go_over = |event: Event| match event.body {
            Body::Authentication(mut logon) if event.time.day() >= START => {
                let is_one = (0..people).any(|i| logon.user == User::from_email(&format!("p{i}@corp.example")));
                if is_one {
                    logon.src_endpoint = Endpoint::from_ip([203, 0, 113, 77].into());
                }
                Event { body: Body::Authentication(logon), ..event }
            }
            _ => event,
        };
        let engine = run(&history(START + 8, &[]).into_iter().map(go_over).collect::<Vec<_>>(), Vec::new());
        (engine.indicators().iter().filter(|one| one.model == SOURCE).count(), engine.calibrated()[SOURCE])
    };
    let (usual, few, many) = (with(0), with(2), with(20));
    assert_eq!((usual.0, many.0), (0, 0), "what half of all went over to is no finding");
    assert!(few.0 >= 2 && few.1 == usual.1, "what two did is one, and counts: {few:?}");
    assert!(many.1 < usual.1, "the first ones' day is no measure of what is usual: {many:?}, {usual:?}");
}

#[test]
fn what_was_dismissed_is_learned_in_full() {
    let events = history(START + 3, &[START, START + 2]);
    let plain = run(&events, Vec::new());
    assert_eq!(days(&plain), [START, START + 2]);
    let dismissed = run(&events, vec![judgement(&plain, Verdict::Benign, START, None)]);
    assert_eq!(days(&dismissed), [START]);
}

#[test]
fn verdicts_are_an_input_whatever_the_order_of_events_and_whenever_they_are_told() {
    let events = history(START + 13, &[START, START + 1, START + 2, START + 3, START + 4, START + 12]);
    let plain = run(&events, Vec::new());
    let judgements = Arc::new(vec![judgement(&plain, Verdict::Malicious, START + 4, None)]);
    let told_at_first = run(&events, judgements.to_vec());

    let mut told_in_time = Pipeline::live(knowledge());
    let mut shuffle = Shuffle::new(7);
    let (before, after): (Vec<_>, Vec<_>) = events.iter().cloned().partition(|event| event.time < judgements[0].since);
    before.into_iter().for_each(|event| shuffle.push(event, &mut |event| told_in_time.push(event)));
    told_in_time.judge(judgements);
    let provisional = told_in_time.provisional().0;
    after.into_iter().for_each(|event| shuffle.push(event, &mut |event| told_in_time.push(event)));
    shuffle.finish(&mut |event| told_in_time.push(event));
    let told_in_time = told_in_time.finish().0;
    assert_eq!(told_in_time.indicators(), told_at_first.indicators());
    assert_ne!(told_in_time.indicators(), plain.indicators());
    assert!(provisional.iter().any(|one| one.model == MODEL));
}
