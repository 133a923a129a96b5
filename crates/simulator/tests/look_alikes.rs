//! What the look-alikes promise: each plays at its smallest size, and its entry in the truth says when, where and for whom.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use weft_model::{Body, Event};
use weft_simulator::{LookAlike, Options, Simulation, Truth, about, scenarios};

/// Events and truth of a scenario, at its smallest size unless more `people` are named.
fn run(scenario: &str, seed: u64, people: Option<u32>) -> (Vec<Event>, Truth) {
    let about = about(scenario).unwrap();
    let people = people.unwrap_or(about.minimum_people).max(about.minimum_people);
    let options = Options { scenario: scenario.to_owned(), seed, people, days: about.minimum_days, ..Options::default() };
    let mut events = Vec::new();
    let truth = Simulation::new(&options).unwrap().run(&mut |event| events.push(event), &mut |_, _| {}).unwrap();
    (events, truth)
}

fn domain(event: &Event) -> &'static str {
    match &event.body {
        Body::Email(_) => "email",
        Body::Authentication(ticket) if ticket.kind == weft_model::AuthenticationKind::AuthenticationTicket => "network",
        Body::Network(_) | Body::Dns(_) | Body::Dhcp(_) => "network",
        _ => "saas",
    }
}

/// Whether the event speaks of the entity `kind:key`.
fn names(event: &str, entity: &str) -> bool {
    entity.split_once(':').is_some_and(|(_, key)| event.contains(&key.to_lowercase()))
}

fn of_kind<'a>(truth: &'a Truth, kind: &str) -> Vec<&'a LookAlike> {
    truth.look_alikes.iter().filter(|look_alike| look_alike.kind == kind).collect()
}

#[test]
fn each_kind_plays_at_its_smallest_size_and_its_entry_is_true() {
    let kinds: Vec<&str> =
        scenarios().into_iter().filter_map(|name| name.strip_prefix("benign-")).filter(|kind| *kind != "month").collect();
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    for kind in kinds {
        let (events, truth) = run(&format!("benign-{kind}"), 11, None);
        assert!(truth.attacks.is_empty());
        // Ordinary trips have entries of the same kind; the one asked for has a number.
        let found = of_kind(&truth, kind);
        let entry = found.iter().find(|entry| entry.id == format!("{kind}-0")).unwrap_or_else(|| panic!("{kind}: {:?}", truth.look_alikes));
        assert!(entry.start < entry.end && !entry.entities.is_empty(), "{entry:?}");
        let within: Vec<&Event> = events.iter().filter(|event| (entry.start..=entry.end).contains(&event.time.0)).collect();
        for expected in &entry.domains {
            let texts: Vec<String> = within
                .iter()
                .filter(|event| domain(event) == expected)
                .map(|event| serde_json::to_string(event).unwrap().to_lowercase())
                .collect();
            let holds = texts.iter().any(|text| entry.entities.iter().any(|entity| names(text, entity)));
            assert!(holds, "{kind}: no {expected} event of {:?} among {}", entry.entities, texts.len());
        }
    }
}

#[test]
fn one_seed_is_one_month_and_another_another() {
    let uids = |seed| {
        let (events, truth) = run("combined-benign-all", seed, None);
        let uids: Vec<String> = events.iter().map(|event| event.uid.to_string()).collect();
        (uids, serde_json::to_string(&truth.look_alikes).unwrap())
    };
    let first = uids(3);
    assert_eq!(first, uids(3));
    assert_ne!(first.1, uids(4).1);
}

#[test]
fn a_roll_out_moves_the_sign_ins_of_everybody_who_works() {
    let (events, truth) = run("benign-vpn-rollout", 5, Some(20));
    let entry = of_kind(&truth, "vpn-rollout")[0].clone();
    let exits: BTreeSet<&str> = entry.entities.iter().filter_map(|entity| entity.strip_prefix("ip:")).collect();
    let mut moved = BTreeSet::new();
    for event in events.iter().filter(|event| event.time.0 > entry.start) {
        if let Body::Authentication(sign_in) = &event.body
            && let (Some(ip), Some(user)) = (sign_in.src_endpoint.ip, &sign_in.user.email_addr)
            && exits.contains(ip.to_string().as_str())
        {
            moved.insert(user.clone());
        }
    }
    let people = entry.entities.iter().filter(|entity| entity.starts_with("person:")).count();
    assert!(people >= 14 && moved.len() >= people, "{} of {people}", moved.len());
}

#[test]
fn after_a_reshuffle_devices_have_addresses_that_others_had() {
    let (events, truth) = run("benign-dhcp-reshuffle", 5, Some(40));
    let entry = of_kind(&truth, "dhcp-reshuffle")[0].clone();
    let (mut before, mut inherited) = (std::collections::BTreeMap::new(), 0);
    for event in &events {
        if let Body::Dhcp(dhcp) = &event.body
            && dhcp.kind == weft_model::DhcpKind::Ack
            && let (Some(ip), Some(host)) = (dhcp.leased_ip, dhcp.hostname.clone())
        {
            if event.time.0 < entry.start {
                before.insert(ip, host);
            } else if event.time.0 <= entry.end && before.get(&ip).is_some_and(|old| *old != host) {
                inherited += 1;
            }
        }
    }
    assert!(inherited >= 5, "{inherited}");
}

#[test]
fn a_combined_scenario_keeps_the_attack_and_the_look_alike() {
    let (_, truth) = run("combined-vpn-rollout-a", 2, Some(20));
    assert_eq!(truth.attacks.len(), 1);
    assert_eq!(of_kind(&truth, "vpn-rollout").len(), 1);
    let (_, truth) = run("combined-benign-traveller-migration", 2, Some(20));
    assert_eq!((of_kind(&truth, "mailbox-migration").len(), truth.attacks.len()), (1, 0));
}
