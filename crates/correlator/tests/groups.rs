//! Learned peer groups: where the directory gives nobody a department, colleagues are those who write to each other, in any order of events and across
//! a snapshot.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use weft_correlator::{Knowledge, Pipeline, Shuffle, snapshot};
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::*;
use weft_stitcher::Alert;

const PEOPLE: i64 = 70;
/// The first of those in IT; everybody before is in sales.
const IT: i64 = 60;
const DAYS: i64 = 61;
const MODEL: &str = "SaaS/Access/New Client for Account";

fn address(person: i64) -> String {
    format!("p{person}@corp.example")
}

fn knowledge() -> Knowledge {
    Knowledge {
        directory: Arc::new(Directory::new((0..PEOPLE).map(|i| Person { mail: address(i), ..Person::default() }))),
        enricher: Arc::new(Enricher::builder().build()),
        models: Arc::new(builtin().unwrap()),
        rules: Arc::default(),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    }
}

fn event(time: i64, body: Body) -> Event {
    let uid = EventUid::of("test", &[&time.to_le_bytes(), format!("{body:?}").as_bytes()]);
    let metadata = Metadata { product: "Microsoft 365".into(), ..Metadata::default() };
    Event { uid, time: EventTime(time), metadata, raw_data: None, body }
}

fn sign_in(person: i64, day: i64, hour: i64, client: &str) -> Event {
    let logon = Authentication {
        user: User::from_email(&address(person)),
        status: Status::Success,
        src_endpoint: Endpoint::from_ip([198, 51, 100, 7].into()),
        user_agent: Some(client.to_owned()),
        ..Authentication::default()
    };
    event(day * DAY_MS + hour * HOUR_MS + person * 30_000, Body::Authentication(Box::new(logon)))
}

fn mail(from: i64, to: i64, day: i64) -> Event {
    let mail = EmailActivity {
        message_uid: format!("{day}.{from}.{to}@corp.example"),
        from: address(from),
        to: vec![address(to)],
        subject: "Notes".into(),
        ..EmailActivity::default()
    };
    event(day * DAY_MS + 10 * HOUR_MS + from * 20_000 + to, Body::Email(Box::new(mail)))
}

/// A name without digits that nobody had before: digits of a client are its version.
fn fresh(person: i64, day: i64) -> String {
    let letter = |number: i64| char::from(b'a' + number.rem_euclid(26) as u8);
    [letter(day), letter(person), letter(day / 26 + person / 26 * 5)].iter().collect()
}

/// Sales signs in with one client, IT with that and every other day with something never seen before; everybody writes to two of the team, and some
/// to somebody else. On the last but one day one of each team signs in with something odd.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for day in 0..DAYS {
        for person in 0..PEOPLE {
            (8..11).for_each(|hour| events.push(sign_in(person, day, hour, "Outlook")));
            if person >= IT && (day + person) % 2 == 0 {
                events.push(sign_in(person, day, 14, &fresh(person, day)));
            }
            let (first, size) = if person < IT { (0, IT) } else { (IT, PEOPLE - IT) };
            for step in [1 + day % 7, 3 + day * 5 % 11] {
                events.push(mail(person, first + (person - first + step) % size, day));
            }
            if (day + person) % 3 == 0 {
                events.push(mail(person, (person * 7 + day * 3) % PEOPLE, day));
            }
        }
    }
    events.extend([sign_in(3, DAYS - 2, 14, "imap tool"), sign_in(IT + 2, DAYS - 2, 14, "imap tool")]);
    events.sort_by_key(Event::reference);
    events
}

fn finish(pipeline: Pipeline) -> Vec<Indicator> {
    pipeline.finish().0.indicators()
}

#[test]
fn what_is_ordinary_in_one_learned_group_is_odd_in_another() {
    let events = events();
    let mut pipeline = Pipeline::sorted(knowledge());
    events.iter().cloned().for_each(|event| pipeline.push(event));
    let indicators = finish(pipeline);
    let found: Vec<&Indicator> = indicators.iter().filter(|one| one.model == MODEL && one.time.day() == DAYS - 2).collect();
    let who: Vec<&str> = found.iter().map(|one| one.entities[0].key.as_str()).collect();
    assert_eq!(who, [address(3)], "{found:?}");

    let mut live = Pipeline::live(knowledge());
    let mut shuffle = Shuffle::new(5);
    events.iter().cloned().for_each(|event| shuffle.push(event, &mut |event| live.push(event)));
    shuffle.finish(&mut |event| live.push(event));
    assert_eq!(finish(live), indicators, "in any order");

    let (knowledge, mut half) = (knowledge(), Pipeline::live(knowledge()));
    events.iter().take(events.len() / 2).cloned().for_each(|event| half.push(event));
    let mut bytes = Vec::new();
    let fingerprint = snapshot::fingerprint(&knowledge);
    snapshot::write(&half, fingerprint, &mut bytes).unwrap();
    let mut rest = snapshot::read(&mut &bytes[..], knowledge, fingerprint).unwrap();
    let from = EventTime(rest.first_open_hour() * HOUR_MS);
    events.iter().filter(|event| event.time >= from).cloned().for_each(|event| rest.push(event));
    assert_eq!(finish(rest), indicators, "across a snapshot");
}
