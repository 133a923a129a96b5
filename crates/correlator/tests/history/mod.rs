//! Twelve people for some days: leases, name look-ups, sign-ins. Shared by tests of the pipeline.
#![allow(dead_code, reason = "every test binary uses its part")]

use std::sync::Arc;
use weft_correlator::Knowledge;
use weft_enrich::Enricher;
use weft_indicators::{Settings, builtin};
use weft_model::*;
use weft_stitcher::Alert;

pub fn knowledge() -> Knowledge {
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
        rules: Arc::new(weft_sigma::builtin(&builtin().unwrap()).unwrap().active(true)),
        alert: Alert::from_budget(0.1),
        settings: Settings::default(),
    }
}

pub fn event(time: i64, body: Body) -> Event {
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
pub fn history(days: i64) -> Vec<Event> {
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
