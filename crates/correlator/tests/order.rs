//! The order promise at the level of the pipeline: sorted, shuffled within 72 h and doubled input give the same indicators.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use std::sync::Arc;
use weft_correlator::{Engine, Knowledge, Pipeline, Shuffle};
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::*;
use weft_stitcher::Alert;

fn knowledge() -> Knowledge {
    let person = |i: u32| Person {
        mail: format!("p{i}@corp.example"),
        department: "Sales".into(),
        device_host_name: format!("lt-{i}"),
        ..Person::default()
    };
    Knowledge {
        directory: Arc::new(Directory::new((0..12).map(person))),
        enricher: Arc::new(Enricher::builder().build()),
        models: Arc::new(builtin().unwrap()),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    }
}

fn event(time: i64, body: Body) -> Event {
    let uid = EventUid::of("test", &[&time.to_le_bytes(), format!("{body:?}").as_bytes()]);
    Event {
        uid,
        time: EventTime(time),
        metadata: Metadata { product: "Microsoft 365".into(), ..Metadata::default() },
        raw_data: None,
        body,
    }
}

/// Leases, name look-ups and sign-ins of twelve people over `days` days, and one odd day at the end.
fn history(days: i64) -> Vec<Event> {
    let mut events = Vec::new();
    for day in 0..days {
        for person in 0..12u8 {
            let ip = std::net::IpAddr::from([10, 0, 0, person + 1]);
            let start = day * DAY_MS + 8 * HOUR_MS + i64::from(person) * MINUTE_MS;
            let lease = DhcpActivity {
                kind: DhcpKind::Ack,
                hostname: Some(format!("lt-{person}")),
                leased_ip: Some(ip),
                lease_s: Some(43_200),
                ..DhcpActivity::default()
            };
            events.push(event(start, Body::Dhcp(Box::new(lease))));
            let mut sites: Vec<String> = (0..5).map(|site| format!("www.site{}.com", (person as usize + site) % 7)).collect();
            let mut source = [198, 51, 100, 7];
            if day == days - 1 && person == 3 {
                sites.push("a.odd.life".into());
                source = [203, 0, 113, 9];
            }
            for (site, hostname) in sites.into_iter().enumerate() {
                let answers = vec![Answer { kind: "A".into(), rdata: format!("192.0.2.{}", hostname.len() + site), ttl: 60 }];
                let dns = DnsActivity {
                    src_endpoint: Endpoint::from_ip(ip),
                    hostname,
                    query_type: "A".into(),
                    answers,
                    rcode: Some(0),
                    ..DnsActivity::default()
                };
                events.push(event(start + (site as i64 + 1) * 17 * MINUTE_MS, Body::Dns(Box::new(dns))));
            }
            let logon = Authentication {
                user: User::from_email(&format!("p{person}@corp.example")),
                status: Status::Success,
                src_endpoint: Endpoint::from_ip(source.into()),
                ..Authentication::default()
            };
            events.push(event(start + 5 * MINUTE_MS, Body::Authentication(Box::new(logon))));
        }
    }
    events.sort_by_key(Event::reference);
    events
}

fn sorted(events: &[Event]) -> Engine {
    let mut pipeline = Pipeline::sorted(knowledge());
    events.iter().cloned().for_each(|event| pipeline.push(event));
    pipeline.finish().0
}

#[test]
fn an_odd_day_is_noticed_and_a_look_ahead_agrees_with_the_end() {
    let events = history(17);
    let end = sorted(&events).indicators();
    assert!(end.iter().any(|indicator| indicator.model == "Device/Suspicious Domain"), "{end:?}");
    let mut live = Pipeline::live(knowledge());
    events.iter().cloned().for_each(|event| live.push(event));
    assert_eq!(live.provisional().0, end, "what is in the window is seen at once");
    assert!(live.open_events() > 0 && live.progress().late == 0);
    assert_eq!(live.finish().0.indicators(), end);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn order_and_repetition_do_not_matter(seed in any::<u64>()) {
        let events = history(12);
        let mut pipeline = Pipeline::live(knowledge());
        let mut shuffle = Shuffle::new(seed);
        for event in events.iter().cloned() {
            shuffle.push(event, &mut |event| pipeline.push(event));
        }
        shuffle.finish(&mut |event| pipeline.push(event));
        prop_assert!(pipeline.progress().duplicates > 0);
        prop_assert_eq!(pipeline.progress().late, 0);
        let (engine, progress) = pipeline.finish();
        prop_assert_eq!(progress.events, events.len() as u64);
        prop_assert_eq!(engine.indicators(), sorted(&events).indicators());
    }
}

#[test]
fn an_undated_or_future_event_hides_nothing() {
    let events = history(17);
    let stray = |time: i64| {
        let dns = DnsActivity {
            src_endpoint: Endpoint::from_ip([10, 0, 0, 1].into()),
            hostname: "www.site1.com".into(),
            answers: vec![Answer { kind: "A".into(), rdata: "192.0.2.1".into(), ttl: 60 }],
            ..DnsActivity::default()
        };
        event(time, Body::Dns(Box::new(dns)))
    };
    let shifted: Vec<Event> = events.iter().cloned().map(|event| Event { time: event.time.plus_ms(19_000 * DAY_MS), ..event }).collect();
    let with = |extra: Vec<Event>| {
        let mut all = shifted.clone();
        all.extend(extra);
        all.sort_by_key(Event::reference);
        sorted(&all)
    };
    let found = |engine: Engine| engine.indicators().iter().map(|indicator| indicator.uid).collect::<Vec<_>>();
    let plain = found(with(vec![]));
    assert!(!plain.is_empty());
    for (time, when) in [(0, "decades before"), (19_030 * DAY_MS, "weeks after")] {
        let mut all = found(with(vec![stray(time)]));
        assert!(all.len() <= plain.len() + 1, "{when}: the stray may be odd itself, nothing else");
        all.retain(|uid| plain.contains(uid));
        assert_eq!(all, plain, "{when}");
    }
}
