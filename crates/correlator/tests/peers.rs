//! Peers: what is ordinary in one department is odd in another, and a new colleague is judged by those of the department.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use weft_correlator::{Engine, Knowledge, Pipeline};
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::*;
use weft_stitcher::Alert;

const PEOPLE: u8 = 70;
/// The first of those in IT; everybody before is in sales.
const IT: u8 = 60;
const MODEL: &str = "SaaS/Access/New Client for Account";

fn knowledge() -> Knowledge {
    let department = |i: u8| if i < IT { "Sales" } else { "IT" };
    let person = |i: u8| Person { mail: format!("p{i}@corp.example"), department: department(i).into(), ..Person::default() };
    Knowledge {
        directory: Arc::new(Directory::new((0..PEOPLE).map(person))),
        enricher: Arc::new(Enricher::builder().build()),
        models: Arc::new(builtin().unwrap()),
        rules: Arc::default(),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    }
}

fn sign_in(person: u8, day: i64, hour: i64, client: &str) -> Event {
    let logon = Authentication {
        user: User::from_email(&format!("p{person}@corp.example")),
        status: Status::Success,
        src_endpoint: Endpoint::from_ip([198, 51, 100, 7].into()),
        user_agent: Some(client.to_owned()),
        ..Authentication::default()
    };
    let time = day * DAY_MS + hour * HOUR_MS + i64::from(person) * 30_000;
    let uid = EventUid::of("test", &[&time.to_le_bytes(), client.as_bytes()]);
    let metadata = Metadata { product: "Microsoft 365".into(), ..Metadata::default() };
    Event { uid, time: EventTime(time), metadata, raw_data: None, body: Body::Authentication(Box::new(logon)) }
}

/// A name without digits that nobody had before: digits of a client are its version.
fn fresh(person: u8, day: i64) -> String {
    let letter = |number: i64| char::from(b'a' + number.rem_euclid(26) as u8);
    [letter(day), letter(i64::from(person)), letter(day / 26 + i64::from(person) / 26 * 5)].iter().collect()
}

/// Sales signs in with one client, IT with that and every other day with something never seen before.
fn run(days: i64, mut more: Vec<Event>) -> Engine {
    for day in 0..days {
        for person in 0..PEOPLE {
            (8..12).for_each(|hour| more.push(sign_in(person, day, hour, "Outlook")));
            if person >= IT && (day + i64::from(person)) % 2 == 0 {
                more.push(sign_in(person, day, 14, &fresh(person, day)));
            }
        }
    }
    more.sort_by_key(Event::reference);
    let mut pipeline = Pipeline::sorted(knowledge());
    more.into_iter().for_each(|event| pipeline.push(event));
    pipeline.finish().0
}

/// Bits of the model's indicators on a day, by person.
fn found(engine: &Engine, day: i64) -> BTreeMap<String, f64> {
    let of_day = engine.indicators().into_iter().filter(|one| one.model == MODEL && one.time.day() == day);
    of_day.filter_map(|one| Some((one.entities.first()?.key.to_string(), one.bits.value()))).collect()
}

#[test]
fn what_is_ordinary_in_one_department_is_odd_in_another() {
    let odd = vec![sign_in(3, 59, 14, "imap tool"), sign_in(IT + 2, 59, 14, "imap tool")];
    let found = found(&run(60, odd), 59);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["p3@corp.example"], "{found:?}");
}

#[test]
fn a_new_colleague_is_judged_by_the_department() {
    // Person 5 comes on day 26: with the usual client, and with one that only IT would use.
    let days = 30;
    let mut events = Vec::new();
    for day in 0..days {
        for person in (0..PEOPLE).filter(|person| *person != 5 || day >= 26) {
            (8..12).for_each(|hour| events.push(sign_in(person, day, hour, "Outlook")));
            if person >= IT {
                events.push(sign_in(person, day, 13, "Console"));
            }
        }
    }
    events.push(sign_in(5, 28, 14, "Console"));
    events.sort_by_key(Event::reference);
    let mut pipeline = Pipeline::sorted(knowledge());
    events.into_iter().for_each(|event| pipeline.push(event));
    let engine = pipeline.finish().0;
    let days_found: Vec<i64> = (0..days).filter(|day| found(&engine, *day).contains_key("p5@corp.example")).collect();
    assert_eq!(days_found, [28], "the first day with what all use is no oddity, what only others use is");
}
