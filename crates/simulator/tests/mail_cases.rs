//! The cases that come by mail hold the facts that make them what they are, in the events that the decoders read.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use weft_model::{Body, EmailActivity, Event};
use weft_simulator::{Options, Simulation, Truth, about};

struct Played {
    truth: Truth,
    events: BTreeMap<String, Event>,
}

/// A scenario at its smallest.
fn play(scenario: &str) -> Played {
    let about = about(scenario).unwrap();
    let options =
        Options { scenario: scenario.to_owned(), seed: 11, people: about.minimum_people, days: about.minimum_days, ..Options::default() };
    let mut events = BTreeMap::new();
    let truth = Simulation::new(&options).unwrap().run(&mut |event| drop(events.insert(event.uid.to_string(), event)), &mut |_, _| {});
    Played { truth: truth.unwrap(), events }
}

fn mail(event: &Event) -> Option<&EmailActivity> {
    if let Body::Email(mail) = &event.body { Some(mail) } else { None }
}

impl Played {
    /// Events of one step in the order of time; each is among those that the company's sensors saw.
    fn step(&self, id: &str) -> Vec<&Event> {
        let step = self.truth.attacks[0].steps.iter().find(|step| step.id == id).unwrap();
        assert!(!step.evidence.is_empty() && !step.entities.is_empty(), "{id}");
        let mut events: Vec<&Event> = step.evidence.iter().map(|uid| &self.events[uid]).collect();
        events.sort_by_key(|event| event.time);
        events
    }
    fn mails(&self, id: &str) -> Vec<&EmailActivity> {
        self.step(id).into_iter().filter_map(mail).collect()
    }
    fn span_ms(&self, id: &str) -> i64 {
        let step = self.step(id);
        step[step.len() - 1].time.0 - step[0].time.0
    }
    /// What `sender` wrote before a step.
    fn before(&self, id: &str, sender: &str) -> Vec<(i64, &EmailActivity)> {
        let start = self.step(id)[0].time;
        let earlier = self.events.values().filter(|event| event.time < start);
        earlier.filter_map(|event| Some((event.time.0, mail(event)?))).filter(|(_, mail)| mail.from == sender).collect()
    }
    /// Whether a mail, a connection or a question held `host` before a step.
    fn is_known(&self, id: &str, host: &str) -> bool {
        let start = self.step(id)[0].time;
        self.events.values().filter(|event| event.time < start).any(|event| match &event.body {
            Body::Email(mail) => mail.links.iter().any(|link| link.host == host),
            Body::Dns(dns) => dns.hostname == host,
            _ => false,
        })
    }
}

fn recipients<'a>(mails: impl IntoIterator<Item = &'a EmailActivity>) -> BTreeSet<&'a str> {
    mails.into_iter().flat_map(|mail| mail.to.iter().chain(&mail.cc)).map(String::as_str).collect()
}

fn senders<'a>(mails: &[&'a EmailActivity]) -> BTreeSet<&'a str> {
    mails.iter().map(|mail| mail.from.as_str()).collect()
}

fn origins<'a>(mails: impl IntoIterator<Item = &'a EmailActivity>) -> BTreeSet<Option<IpAddr>> {
    mails.into_iter().map(|mail| mail.origin_ip).collect()
}

/// Links behind a text: the decoder also finds the addresses that stand in the text itself.
fn buttons(mail: &EmailActivity) -> Vec<&weft_model::MailLink> {
    mail.links.iter().filter(|link| !link.text.is_empty()).collect()
}

/// The sender is known to several people for several days from one address, and now writes from another one.
fn is_misused_account(played: &Played, id: &str, people: usize, days: usize) {
    let mails = played.mails(id);
    assert_eq!(senders(&mails).len(), 1);
    let before = played.before(id, &mails[0].from);
    let day: BTreeSet<i64> = before.iter().map(|(time, _)| time / 86_400_000).collect();
    assert!(day.len() >= days, "{} days", day.len());
    assert!(recipients(before.iter().map(|(_, mail)| *mail)).len() >= people);
    let usual = origins(before.iter().map(|(_, mail)| *mail));
    assert_eq!(usual.len(), 1);
    assert!(origins(mails.iter().copied()).is_disjoint(&usual));
    for mail in mails {
        for link in buttons(mail) {
            assert!(before.iter().all(|(_, old)| old.links.iter().all(|known| known.host != link.host)), "{link:?}");
        }
    }
}

#[test]
fn b1_a_known_address_sends_links_that_look_like_attachments() {
    let played = play("case-b1");
    let mails = played.mails("1");
    assert_eq!((mails.len(), recipients(mails.iter().copied()).len()), (5, 5));
    is_misused_account(&played, "1", 6, 10);
    for mail in mails {
        let [file, address] = buttons(mail)[..] else { panic!("{:?}", mail.links) };
        assert!(file.text.contains(|letter: char| !letter.is_ascii()) && file.text.contains('.'), "{file:?}");
        assert!(address.text.starts_with("https://www.") && !address.text.contains(&address.host), "{address:?}");
        assert!(!played.is_known("1", &file.host));
    }
}

#[test]
fn b2_disk_images_come_from_people_nobody_wrote_to() {
    let played = play("case-b2");
    assert_eq!((played.mails("1").len(), played.mails("2").len()), (1, 20));
    for mail in played.mails("1").into_iter().chain(played.mails("2")) {
        assert_eq!(mail.attachments[0].detected_type.as_deref(), Some("application/x-iso9660-image"));
        assert!(played.before("1", &mail.from).is_empty());
        let written_to = played.events.values().filter_map(self::mail).any(|other| other.to.contains(&mail.from));
        assert!(!written_to, "{}", mail.from);
    }
}

#[test]
fn b3_the_address_book_is_worked_through_in_alphabetical_order() {
    let played = play("case-b3");
    let mails = played.mails("1");
    let order: Vec<&String> = mails.iter().flat_map(|mail| &mail.to).collect();
    assert!(order.len() >= 24 && order.is_sorted(), "{order:?}");
    for mail in &mails {
        assert!(mail.links.iter().any(|link| ["Netflix", "Amazon"].iter().any(|name| link.text.contains(name))));
    }
    let host = &mails[0].links[0].host;
    assert!(!played.is_known("1", host));
    let asked = played.step("2").into_iter().any(|event| matches!(&event.body, Body::Dns(dns) if dns.hostname == *host));
    assert!(asked);
}

#[test]
fn c1_a_supplier_sends_39_people_links_within_two_hours_from_another_country() {
    let played = play("case-c1");
    let mails = played.mails("1");
    assert_eq!(recipients(mails.iter().copied()).len(), 39);
    assert!(played.span_ms("1") <= 2 * 3_600_000);
    is_misused_account(&played, "1", 6, 10);
    let subjects: BTreeSet<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    let links: BTreeSet<&str> = mails.iter().flat_map(|mail| &mail.links).map(|link| link.url.as_str()).collect();
    assert!(subjects.len() >= 8 && links.len() == mails.len(), "{subjects:?}");
    assert!(mails.iter().any(|mail| mail.to.len() + mail.cc.len() > 1));
    assert!(!played.is_known("1", &mails[0].links[0].host));
}

#[test]
fn c2_more_than_half_of_55_people_open_the_mail_and_some_reach_the_form() {
    let played = play("case-c2");
    let mails = played.mails("1");
    assert_eq!(recipients(mails.iter().copied()).len(), 55);
    is_misused_account(&played, "1", 6, 7);
    assert!(mails.iter().all(|mail| mail.links.iter().any(|link| link.host.ends_with(".sharepoint.com"))), "{:?}", mails[0].links);
    assert!(played.step("2").len() > 27, "{}", played.step("2").len());
    let asked: BTreeSet<&str> = played
        .step("3")
        .into_iter()
        .filter_map(|event| if let Body::Dns(dns) = &event.body { Some(dns.hostname.as_str()) } else { None })
        .collect();
    assert!(asked.iter().any(|host| host.contains("safelinks")) && asked.iter().any(|host| host.ends_with(".sharepoint.com")));
    assert!(asked.len() >= 3, "{asked:?}");
    let [answer, ticket] = played.mails("4")[..] else { panic!("an answer and a ticket") };
    assert_eq!(answer.to, [mails[0].from.clone()]);
    assert!(mails.iter().any(|mail| answer.in_reply_to.contains(&mail.message_uid)));
    assert_eq!(ticket.from, answer.from);
}

#[test]
fn c3_a_known_sender_sends_a_file_from_an_address_of_its_own() {
    let played = play("case-c3");
    is_misused_account(&played, "1", 4, 8);
    for mail in played.mails("1") {
        assert_eq!((mail.links[0].text.as_str(), mail.links[0].host.as_str()), ("Retrieve Message", "onedrive.live.com"));
    }
}

#[test]
fn d1_thirty_clean_mails_call_the_recipient_by_first_name() {
    let played = play("case-d1");
    let mails: Vec<&EmailActivity> = ["1", "2", "3"].iter().flat_map(|id| played.mails(id)).collect();
    assert_eq!((mails.len(), senders(&mails).len()), (30, 3));
    for mail in &mails {
        let first = mail.to[0].split('.').next().unwrap();
        assert!(mail.subject.to_lowercase().contains(first), "{} to {}", mail.subject, mail.to[0]);
        assert!(mail.links.is_empty() && mail.attachments.is_empty());
    }
    let private = &played.mails("3")[0].from;
    assert!(!played.before("1", private).is_empty(), "{private} is the real one");
    let staff: BTreeSet<&str> = played.events.values().filter_map(mail).map(|mail| mail.from_name.as_str()).collect();
    assert!(mails.iter().all(|mail| staff.contains(mail.from_name.as_str())));
}

#[test]
fn d2_the_head_of_the_company_seems_to_ask_the_payments_department() {
    let played = play("case-d2");
    let mails = played.mails("1");
    assert_eq!(senders(&mails).len(), 1);
    let domain = mails[0].from.split('@').nth(1).unwrap();
    let own = mails[0].to[0].split('@').nth(1).unwrap();
    assert_ne!(domain, own);
    // The real one is somebody of the company with the same name.
    let named = played.events.values().filter_map(mail).find(|mail| mail.from_name == mails[0].from_name && mail.from.ends_with(own));
    assert!(named.is_some());
    assert!(mails.iter().all(|mail| mail.links.len() == 1 && !played.is_known("1", &mail.links[0].host)));
}

#[test]
fn d3_eleven_addresses_write_the_same_to_one_person() {
    let played = play("case-d3");
    let mails = played.mails("1");
    let domains: BTreeSet<&str> = mails.iter().filter_map(|mail| mail.from.split('@').nth(1)).collect();
    assert_eq!((mails.len(), domains.len(), recipients(mails.iter().copied()).len()), (11, 11, 1));
    assert!(mails.iter().all(|mail| mail.links.is_empty() && mail.attachments.is_empty()));
}

#[test]
fn two_attacks_in_one_company_have_separate_evidence() {
    for scenario in ["combined-c1-c2", "combined-a-c1"] {
        let played = play(scenario);
        let [one, two] = played.truth.attacks.as_slice() else { panic!("{scenario}") };
        let evidence =
            |attack: &weft_simulator::Attack| -> BTreeSet<String> { attack.steps.iter().flat_map(|step| step.evidence.clone()).collect() };
        assert!(evidence(one).is_disjoint(&evidence(two)), "{scenario}");
        assert!(one.steps.iter().chain(&two.steps).all(|step| !step.evidence.is_empty()), "{scenario}");
    }
}
