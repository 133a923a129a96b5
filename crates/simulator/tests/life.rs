//! An ordinary month holds what ordinary months hold: each kind of background that models must learn to live with.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use weft_model::{AccountChangeKind, Body, Event, FileHostingKind};
use weft_simulator::{Options, Simulation};

/// A name for what an event is, when it is one of the things looked for.
fn kinds(event: &Event) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut note = |is: bool, name: &'static str| {
        if is {
            found.push(name);
        }
    };
    match &event.body {
        Body::Email(mail) => {
            let attached = |end: &str| mail.attachments.iter().any(|file| file.name.ends_with(end));
            note(mail.subject.starts_with("Re: "), "answer");
            note(mail.subject.starts_with("Fw: "), "forwarded");
            note(mail.subject.starts_with("Accepted: "), "accepted meeting");
            note(mail.subject.starts_with("Automatic reply: "), "absent");
            note(mail.subject.starts_with("Undeliverable: "), "bounce");
            note(mail.subject.starts_with('['), "mailing list");
            note(attached(".pdf"), "document");
            note(attached(".zip"), "archive");
            note(attached(".png"), "picture");
        }
        Body::Dns(dns) => {
            note(dns.rcode == Some(3), "name that does not exist");
            note(dns.hostname.starts_with("wpad."), "proxy lookup");
        }
        Body::Dhcp(dhcp) => note(dhcp.leased_ip.is_some_and(|ip| ip.to_string().starts_with("172.27.")), "VPN lease"),
        Body::Authentication(sign_in) => {
            let detail = sign_in.status_detail.as_deref().unwrap_or_default();
            let is = |code: &str| detail.starts_with(code);
            note(is("50126"), "mistyped password");
            note(is("50055"), "expired password");
            note(is("500121"), "refused second factor");
            note(sign_in.user.email_addr.as_deref().is_some_and(|mail| mail.starts_with("svc-")), "service account");
        }
        Body::AccountChange(change) => {
            note(change.kind == AccountChangeKind::PasswordReset, "password reset by somebody else");
            note(change.kind == AccountChangeKind::MfaEnable, "new second factor");
        }
        Body::EntityManagement(change) => note(change.entity_type == "Inbox Rule", "inbox rule"),
        Body::FileHosting(file) => note(file.kind == FileHostingKind::Share, "shared file"),
        _ => {}
    }
    found
}

#[test]
fn a_month_holds_everything_that_a_month_holds() {
    let options = Options { scenario: "benign-month".to_owned(), seed: 12, people: 40, days: 26, ..Options::default() };
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut events = 0u32;
    let mut count = |event: Event| {
        events += 1;
        kinds(&event).into_iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
    };
    Simulation::new(&options).unwrap().run(&mut count, &mut |_, _| {}).unwrap();
    println!("{events} events: {counts:?}");
    for (kind, least) in [
        ("answer", 500),
        ("forwarded", 5),
        ("accepted meeting", 50),
        ("absent", 1),
        ("bounce", 2),
        ("mailing list", 50),
        ("document", 50),
        ("archive", 5),
        ("picture", 5),
        ("name that does not exist", 1_000),
        ("proxy lookup", 300),
        ("VPN lease", 10),
        ("mistyped password", 20),
        ("expired password", 1),
        ("refused second factor", 1),
        ("service account", 50),
        ("password reset by somebody else", 1),
        ("new second factor", 1),
        ("inbox rule", 1),
        ("shared file", 20),
    ] {
        assert!(counts.get(kind).is_some_and(|count| *count >= least), "{kind}: {:?}", counts.get(kind));
    }
    // About 380 events for each person and day, weekends included.
    let rate = events / 40 / 26;
    assert!((250..550).contains(&rate), "{rate} events for each person and day");
}
