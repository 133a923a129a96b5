//! A flood of devices that come once takes no more memory than it may, and leaves alone those that come again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod history;

use history::{event, history, knowledge};
use std::collections::BTreeMap;
use weft_correlator::{CONTACT_BYTES, Engine, Pipeline, snapshot};
use weft_model::*;

const PROFILE_CAP: usize = 2 << 20;
const DAY_CAP: usize = 2 << 20;
/// A sixty-fourth of the usual one: 15,625 names of those inside.
const CONTACT_CAP: usize = 32 << 20;
const WARM: u32 = 400;
const FLOOD_HOURS: i64 = 30;
const STRANGERS_AN_HOUR: u32 = 1_500;

fn address(number: u32) -> std::net::IpAddr {
    let [_, b, c, d] = number.to_be_bytes();
    std::net::IpAddr::from([10, b, c, d])
}

fn look_up(hour: i64, number: u32, site: u32) -> Event {
    let dns = DnsActivity {
        src_endpoint: Endpoint::from_ip(address(number)),
        hostname: format!("www.site{site}.com"),
        query_type: "A".into(),
        answers: vec![Answer { kind: "A".into(), rdata: format!("192.0.2.{site}"), ttl: 60 }],
        rcode: Some(0),
        ..DnsActivity::default()
    };
    event(hour * HOUR_MS + i64::from(number % 3_600_000), Body::Dns(Box::new(dns)))
}

fn take(engine: &mut Engine, mut events: Vec<Event>) {
    events.sort_unstable_by_key(Event::reference);
    engine.hour(&events);
}

#[test]
fn memory_stays_under_its_caps_and_the_warm_ones_stay() {
    let mut engine = Engine::new(knowledge());
    engine.cap_profiles(PROFILE_CAP, None).unwrap();
    engine.cap(DAY_CAP, CONTACT_CAP);
    let warm = |hour: i64| (0..WARM).map(move |number| look_up(hour, number, number % 7));
    for hour in [8, 9, 32, 33] {
        take(&mut engine, warm(hour).collect());
    }
    let mut most = 0;
    for hour in 0..FLOOD_HOURS {
        let first = WARM + hour as u32 * STRANGERS_AN_HOUR;
        let strangers = (first..first + STRANGERS_AN_HOUR).map(|number| look_up(56 + hour, number, number % 7));
        // The warm ones come in the flood's first hour only, and are its oldest when the day runs full.
        take(&mut engine, strangers.chain(warm(56).filter(|_| hour == 0)).collect());
        most = most.max(engine.day().bytes);
    }
    let (day, profiles) = (engine.day(), engine.profiles());
    assert!(most <= DAY_CAP && most > DAY_CAP / 4, "{most}");
    assert!(day.ended > u64::from(STRANGERS_AN_HOUR) * 10, "{day:?}");
    assert!(profiles.bytes <= PROFILE_CAP, "{profiles:?}");
    let held: BTreeMap<&str, usize> = engine.held().into_iter().collect();
    assert!(held["names of those inside"] + held["contacts"] + held["ties"] <= CONTACT_CAP, "{held:?}");
    let left = (0..WARM).filter(|number| engine.has_profile(&address(*number).to_string())).count();
    assert!(left * 100 >= WARM as usize * 99, "{left}");
}

#[test]
fn a_day_that_ended_early_is_in_the_snapshot() {
    let knowledge = knowledge();
    let mut events = history(17);
    events.extend((12 * 24..17 * 24).flat_map(|hour| (0..40).map(move |number| look_up(hour, (hour * 100) as u32 + number, number % 7))));
    events.sort_unstable_by_key(Event::reference);
    let capped = |mut pipeline: Pipeline| {
        pipeline.cap(40_000, CONTACT_BYTES);
        pipeline
    };
    let push = |pipeline: &mut Pipeline, events: &[Event]| events.iter().cloned().for_each(|event| pipeline.push(event));
    let mut whole = capped(Pipeline::live(knowledge.clone()));
    push(&mut whole, &events);
    for cut in [events.len() / 2, events.len() * 3 / 4, events.len() * 7 / 8] {
        let mut half = capped(Pipeline::live(knowledge.clone()));
        push(&mut half, &events[..cut]);
        let (fingerprint, mut bytes) = (snapshot::fingerprint(&knowledge), Vec::new());
        snapshot::write(&half, fingerprint, &mut bytes).unwrap();
        let mut gone_on = capped(snapshot::read(&mut &bytes[..], knowledge.clone(), fingerprint).unwrap());
        let from = EventTime(gone_on.first_open_hour() * HOUR_MS);
        push(&mut gone_on, &events[events.partition_point(|event| event.time < from)..]);
        assert_eq!(gone_on.provisional(), whole.provisional());
        let whole = {
            let mut again = capped(Pipeline::live(knowledge.clone()));
            push(&mut again, &events);
            again.finish().0
        };
        let gone_on = gone_on.finish().0;
        assert_eq!((gone_on.indicators(), gone_on.calibrated()), (whole.indicators(), whole.calibrated()));
        assert!(whole.day().ended > 1_000 && gone_on.day().ended > 100, "{:?} {:?}", whole.day(), gone_on.day());
    }
}
