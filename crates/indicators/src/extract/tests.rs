//! What single events yield: presence in two places, announced exercises, traits that mails of strangers share.

use super::{Extracted, Extractor};
use crate::context::Context;
use crate::field;
use crate::outside::Outside;
use std::net::IpAddr;
use weft_enrich::mmdb_write::{MmdbWriter, Value};
use weft_enrich::{Enricher, ListKind};
use weft_entity_graph::{Contact, EntityGraph, Touch};
use weft_model::*;

const NOW: EventTime = EventTime(40 * DAY_MS + 9 * HOUR_MS);
const OFFICE: &str = "198.51.100.7";
const ABROAD: &str = "203.0.113.9";

fn enricher(vpn: &str) -> Enricher {
    let mut table = MmdbWriter::new("test-country");
    for (network, country) in [([198, 51, 100], "DE"), ([203, 0, 113], "JP")] {
        let [a, b, c] = network;
        let (first, last) = (IpAddr::from([a, b, c, 0]), IpAddr::from([a, b, c, 255]));
        table.insert(first, last, &Value::Map(vec![("country_code".into(), Value::Text(country.into()))])).unwrap();
    }
    Enricher::builder().country_mmdb(table.finish(1).unwrap()).unwrap().list(ListKind::VpnNetwork, vpn).build()
}

fn directory() -> Directory {
    Directory::new([Person { mail: "ann@corp.example".into(), usual_country: "de".into(), ..Person::default() }])
}

fn extract(graph: &EntityGraph, at: EventTime, body: Body) -> Extracted {
    extract_with(&enricher(""), graph, at, body)
}

fn extract_with(enricher: &Enricher, graph: &EntityGraph, at: EventTime, body: Body) -> Extracted {
    let event = Event { uid: EventUid::of("test", &[&at.0.to_le_bytes()]), time: at, metadata: Metadata::default(), raw_data: None, body };
    let mut extracted = Extracted::default();
    let context = Context { graph, directory: &directory(), enricher, outside: &Outside::default() };
    Extractor::extract(&event, context, &mut extracted);
    extracted
}

fn sign_in(ip: &str, status: Status) -> Body {
    Body::Authentication(Box::new(Authentication {
        kind: AuthenticationKind::Logon,
        status,
        user: User { email_addr: Some("ann@corp.example".into()), ..User::default() },
        src_endpoint: Endpoint { ip: ip.parse().ok(), ..Endpoint::default() },
        ..Authentication::default()
    }))
}

/// Ann has worked from the office for weeks.
fn settled() -> EntityGraph {
    let mut graph = EntityGraph::default();
    for day in 10..35 {
        let event = EventRef { time: EventTime(day * DAY_MS), uid: EventUid::of("day", &[&day.to_le_bytes()]) };
        let by = SmolStr::new("ann@corp.example");
        graph
            .touch(&Entity::new(EntityKind::Ip, OFFICE), Touch { event, domain: Domain::Saas, class_uid: 3002, by, contact: Contact::Use });
    }
    graph
}

fn presence(found: &Extracted) -> Option<&str> {
    found.facts.first().and_then(|fact| fact.get(field!("presence"))).map(SmolStr::as_str)
}

#[test]
fn nobody_is_in_two_places_whoever_comes_first() {
    let mut graph = settled();
    assert_eq!(presence(&extract(&graph, NOW, sign_in(ABROAD, Status::Success))), Some("one place"), "nobody saw the owner");
    let ann = SmolStr::new("ann@corp.example");
    graph.seat(&ann, &SmolStr::new("DE"), NOW.plus_ms(-HOUR_MS));
    assert_eq!(presence(&extract(&graph, NOW, sign_in(ABROAD, Status::Success))), Some("elsewhere"), "the owner came first");
    let mut graph = settled();
    let stray = extract(&graph, NOW, sign_in(ABROAD, Status::Success)).strayed;
    for (who, country, ip) in stray {
        graph.notes.stray(&who, country, ip, NOW);
    }
    let owner = extract(&graph, NOW.plus_ms(2 * HOUR_MS), sign_in(OFFICE, Status::Success));
    assert_eq!(presence(&owner), Some("elsewhere"), "the stranger came first");
    assert!(owner.facts[0].entities.iter().any(|entity| entity.key == ABROAD), "and is named");
    assert!(owner.facts[0].entities.iter().all(|entity| entity.key != OFFICE), "the owner's own address is not what stands out");
    let flown = extract(&graph, NOW.plus_ms(4 * HOUR_MS), sign_in(OFFICE, Status::Success));
    assert_eq!(presence(&flown), Some("elsewhere"), "no airliner is so fast");
    let late = extract(&graph, NOW.plus_ms(14 * HOUR_MS), sign_in(OFFICE, Status::Success));
    assert_eq!(presence(&late), Some("one place"), "time enough to travel");
}

#[test]
fn only_own_acts_at_a_place_of_its_own_seat_somebody() {
    let user = |mail: &str| User { email_addr: Some(mail.into()), ..User::default() };
    let changed_by = |mail: &str| {
        let change = AccountChange {
            operation: "Update user".into(),
            user: user("ann@corp.example"),
            actor: Actor { user: Some(user(mail)), ..Actor::default() },
            src_endpoint: Endpoint { ip: OFFICE.parse().ok(), ..Endpoint::default() },
            ..AccountChange::default()
        };
        extract(&settled(), NOW, Body::AccountChange(Box::new(change)))
    };
    let is_seated = |found: &Extracted| found.seated.iter().any(|(who, _)| who == "ann@corp.example");
    assert!(is_seated(&changed_by("ann@corp.example")));
    let by_other = changed_by("adm@corp.example");
    assert!(!is_seated(&by_other), "an administrator's office is not where she is");
    let affected = by_other.touches.iter().filter(|(_, touch)| touch.by == "ann@corp.example").map(|(_, touch)| touch.contact);
    assert_eq!(affected.collect::<Vec<_>>(), [Contact::Affected]);
    assert!(is_seated(&extract(&settled(), NOW, sign_in(OFFICE, Status::Success))));
    let through_vpn = extract_with(&enricher("198.51.100.0/24"), &settled(), NOW, sign_in(OFFICE, Status::Success));
    assert!(!is_seated(&through_vpn), "who works through a VPN may sit anywhere");
}

#[test]
fn a_computer_at_home_seats_its_owner_at_any_address_and_a_telephone_does_not() {
    let through = |ip: &str, status, agent: &str| match sign_in(ip, status) {
        Body::Authentication(logon) => Body::Authentication(Box::new(Authentication { user_agent: Some(agent.into()), ..*logon })),
        other => other,
    };
    let graph = EntityGraph::default();
    let is_seated = |body: Body| !extract(&graph, NOW, body).seated.is_empty();
    let computer = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";
    assert!(is_seated(through(OFFICE, Status::Success, computer)), "the first time there");
    assert!(!is_seated(through(OFFICE, Status::Failure, computer)), "whoever tried");
    assert!(!is_seated(through(ABROAD, Status::Success, computer)), "not where she usually is");
    assert!(!is_seated(through(OFFICE, Status::Success, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X) Mobile/15E148")));
    assert!(!is_seated(sign_in(OFFICE, Status::Success)), "nobody knows by what");
}

#[test]
fn a_failed_sign_in_puts_nobody_anywhere() {
    assert!(extract(&settled(), NOW, sign_in(ABROAD, Status::Failure)).strayed.is_empty());
}

#[test]
fn an_exercise_is_known_by_its_announcement() {
    let announced = |operation: &str, status, parameters: &[(&str, &str)]| {
        let change = EntityManagement {
            operation: operation.into(),
            status,
            actor: Actor { user: Some(User { email_addr: Some("ann@corp.example".into()), ..User::default() }), ..Actor::default() },
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..EntityManagement::default()
        };
        extract(&EntityGraph::default(), NOW, Body::EntityManagement(Box::new(change))).sanctioned
    };
    let domains = [("Domains", "lure.example;mail.Training.example"), ("SenderIpRanges", "203.0.113.9")];
    let found = announced("New-ExoPhishSimOverrideRule", Status::Success, &domains);
    assert_eq!(found, ["lure.example", "training.example"]);
    let urls = [("ListType", "Url"), ("ListSubType", "AdvancedDelivery"), ("Entries", "*.page.example/*,https://lesson.example/a")];
    assert_eq!(announced("New-TenantAllowBlockListItems", Status::Success, &urls), ["page.example", "lesson.example"]);
    assert!(announced("New-TenantAllowBlockListItems", Status::Success, &urls[2..]).is_empty(), "an allow list is no exercise");
    assert!(announced("Remove-ExoPhishSimOverrideRule", Status::Success, &domains).is_empty());
    assert!(announced("New-ExoPhishSimOverrideRule", Status::Failure, &domains).is_empty());
    assert!(
        announced("New-ExoPhishSimOverrideRule", Status::Success, &[("Domains", "gmail.com")]).is_empty(),
        "nobody owns a mail provider"
    );
}

#[test]
fn strangers_mails_yield_their_traits() {
    let mail = |subject: &str, in_reply_to: Vec<String>| {
        Body::Email(Box::new(EmailActivity {
            message_uid: "m1".into(),
            from: "x@odd.example".into(),
            to: vec!["ann@corp.example".into()],
            subject: subject.into(),
            in_reply_to,
            links: vec![MailLink { url: "https://a.trap.example/1".into(), host: "a.trap.example".into(), ..MailLink::default() }],
            ..EmailActivity::default()
        }))
    };
    let traits = |found: Extracted| -> Vec<(String, String)> {
        let shared = |fact: &crate::Fact| Some((fact.get(field!("trait"))?.to_string(), fact.peer.clone()?.to_string()));
        found.facts.iter().filter_map(shared).collect()
    };
    let found = traits(extract(&EntityGraph::default(), NOW, mail("Open balance 4711", Vec::new())));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["links to trap.example"]);
    assert!(found.iter().all(|(_, peer)| peer == "new sites"));
}
