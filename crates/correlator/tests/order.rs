//! The order promise at the level of the pipeline: sorted, shuffled within 72 h and doubled input give the same indicators.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod history;

use history::{event, history, knowledge};
use proptest::prelude::*;
use weft_correlator::{Engine, Pipeline, Shuffle};
use weft_model::*;

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

/// The device of an address is the one of the lease that held at the event's time, also when the lease, or its correction, comes days
/// later than what it explains.
#[test]
fn a_late_correction_is_honoured() {
    let ip = std::net::IpAddr::from([10, 0, 0, 99]);
    let lease = |at: i64, host: &str| {
        let dhcp = DhcpActivity {
            kind: DhcpKind::Ack,
            hostname: Some(host.into()),
            leased_ip: Some(ip),
            lease_s: Some(86_400),
            ..DhcpActivity::default()
        };
        event(at, Body::Dhcp(Box::new(dhcp)))
    };
    let odd = 16 * DAY_MS + 9 * HOUR_MS;
    let dns = DnsActivity {
        src_endpoint: Endpoint::from_ip(ip),
        hostname: "b.strange.life".into(),
        query_type: "A".into(),
        answers: vec![Answer { kind: "A".into(), rdata: "192.0.2.200".into(), ttl: 60 }],
        rcode: Some(0),
        ..DnsActivity::default()
    };
    let mut pipeline = Pipeline::live(knowledge());
    history(17).into_iter().for_each(|event| pipeline.push(event));
    pipeline.push(lease(odd - HOUR_MS, "lt-4"));
    pipeline.push(event(odd, Body::Dns(Box::new(dns))));
    let who = |pipeline: &mut Pipeline| -> Vec<String> {
        let (indicators, _) = pipeline.provisional();
        let strange = |one: &Indicator| one.entities.iter().any(|entity| entity.key.contains("strange.life"));
        let devices = indicators.iter().filter(|one| strange(one)).flat_map(|one| &one.entities);
        let mut devices: Vec<String> =
            devices.filter(|entity| entity.kind == EntityKind::Device).map(|entity| entity.key.to_string()).collect();
        devices.dedup();
        devices
    };
    assert_eq!(who(&mut pipeline), ["lt-4"]);
    // Two days later the server's log tells that the address had been given on half an hour before.
    let later = event(odd + 2 * DAY_MS, Body::Dns(Box::default()));
    pipeline.push(later);
    pipeline.push(lease(odd - HOUR_MS / 2, "lt-7"));
    assert_eq!(who(&mut pipeline), ["lt-7"]);
    assert_eq!(pipeline.progress().late, 0);
}

/// A look keeps a copy of the engine for the next one: whether events come in order, late or after a long pause, it sees what a first look sees.
#[test]
fn looks_on_the_way_agree_with_one_from_scratch() {
    let events = history(10);
    let (mut late, mut shuffle) = (Vec::new(), Shuffle::new(7));
    events.iter().cloned().for_each(|event| shuffle.push(event, &mut |event| late.push(event)));
    shuffle.finish(&mut |event| late.push(event));
    let paused: Vec<Event> = events.iter().filter(|event| !(4..8).contains(&event.time.day())).cloned().collect();
    for order in [events, late, paused] {
        let mut live = Pipeline::live(knowledge());
        for (index, event) in order.iter().enumerate() {
            live.push(event.clone());
            if index % 41 == 0 {
                live.provisional();
            }
            if index % (order.len() / 5) == order.len() / 5 - 1 {
                let mut fresh = Pipeline::live(knowledge());
                order[..=index].iter().cloned().for_each(|event| fresh.push(event));
                assert_eq!(live.provisional(), fresh.provisional(), "after {index} events");
            }
        }
        assert!(live.progress().events > 300);
    }
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

/// Findings of another product: an attack on one person and device, and what happens to others beside it.
fn findings() -> Vec<Event> {
    let user = |name: &str| Involved::new(InvolvedKind::User, format!("{name}@corp.example"));
    let device = |name: &str| Involved::new(InvolvedKind::Device, name.to_owned());
    let address = |name: &str| Involved::new(InvolvedKind::Ip, name.to_owned());
    let told = [
        (0, "phish", 4, "initial-access", vec![user("p1"), address("45.0.0.9")]),
        (20, "macro", 4, "execution", vec![user("p1"), device("lt-1")]),
        (21, "beacon", 4, "command-and-control", vec![device("lt-1"), address("45.0.0.9")]),
        (90, "spray", 2, "credential-access", vec![user("p7")]),
        (95, "dump", 5, "credential-access", vec![device("lt-1"), user("p1")]),
        (400, "scan", 1, "discovery", vec![device("lt-9")]),
        (2000, "upload", 4, "exfiltration", vec![device("lt-1"), address("45.0.0.9")]),
        (2600, "macro", 4, "execution", vec![user("p5"), device("lt-5")]),
        (2610, "dump", 5, "credential-access", vec![user("p5"), device("lt-5")]),
        (4000, "spray", 2, "credential-access", vec![user("p1")]),
    ];
    let event = |(minute, rule, severity, tactic, involved): (i64, &str, u8, &str, Vec<Involved>)| {
        let at = EventTime(minute * MINUTE_MS);
        let finding = DetectionFinding {
            title: rule.to_owned(),
            rule: rule.to_owned(),
            severity,
            tactics: vec![tactic.to_owned()],
            first_seen: at,
            last_seen: at,
            involved,
            alert_uid: format!("{rule}-{minute}"),
            ..DetectionFinding::default()
        };
        event(at.0, Body::Finding(Box::new(finding)))
    };
    told.into_iter().map(event).collect()
}

/// 10,000 orders of one set of findings, with repetitions, cut into batches with a look at the incidents after some: incidents with their
/// links, scores and decision logs are the same to the last byte.
#[test]
fn ten_thousand_orders_give_the_same_incidents() {
    let (events, knowledge) = (findings(), knowledge());
    let text = |engine: &Engine| engine.incidents().iter().map(|i| weft_wire::incident_to_ocsf(i).to_string()).collect::<Vec<_>>();
    let mut plain = Pipeline::sorted(knowledge.clone());
    events.iter().cloned().for_each(|event| plain.push(event));
    let expected = text(&plain.finish().0);
    assert!(!expected.is_empty(), "the attack is an incident");
    let mut state = 20_261_122u64;
    // SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    let mut below = |n: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    };
    let mut orders = std::collections::BTreeSet::new();
    for round in 0..10_000 {
        let mut order: Vec<usize> = (0..events.len()).chain((0..below(4)).map(|_| below(events.len()))).collect();
        (1..order.len()).rev().for_each(|i| order.swap(i, below(i + 1)));
        let mut pipeline = Pipeline::live(knowledge.clone());
        for index in &order {
            pipeline.push(events[*index].clone());
            if below(100) == 0 {
                pipeline.provisional();
            }
        }
        assert_eq!(pipeline.progress().late, 0);
        assert_eq!(text(&pipeline.finish().0), expected, "round {round}: {order:?}");
        orders.insert(order);
    }
    assert!(orders.len() > 9_900, "{}", orders.len());
}
