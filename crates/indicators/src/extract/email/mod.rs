//! Messages: who wrote to whom, from where, and what they carry.

mod attachment;
mod colleagues;
mod link;
mod sender;
mod subject;

use super::{Collector, Internal};
use crate::fact::{Fact, FactKind};
use crate::field;
use crate::field::Field;
use std::collections::{BTreeMap, BTreeSet};
use weft_entity_graph::{Contact, Touch};
use weft_model::{DAY_MS, Directory, EmailActivity, Entity, EntityKind, Event, MailLink, Person, SmolStr};

/// Internal recipients that get facts of their own.
const MAX_RECIPIENTS: usize = 50;
/// Recipients that the fact of the whole message names.
const MAX_NAMED: usize = 24;
/// Outside addresses of one message that count as written to.
const MAX_WRITTEN: usize = 50;
/// Types of attachment that get facts of their own.
const MAX_TYPES: usize = 4;

type Links<'a> = BTreeMap<String, Vec<&'a MailLink>>;

pub(super) fn extract(out: &mut Collector<'_>, email: &EmailActivity) {
    colleagues::note(out, email);
    let directory = out.context.directory;
    let sender_domain = email.from.rsplit('@').next().unwrap_or_default();
    let links = link::by_domain(out, email);
    if is_from_inside(email, directory) {
        if let Some(sender) = out.person(&email.from) {
            sent(out, email, &sender, &links);
        }
        return;
    }
    let mut seen = BTreeSet::new();
    let mut recipients = Vec::new();
    for address in email.to.iter().chain(&email.cc).chain(&email.smtp_to) {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let inside = directory.is_empty() || directory.is_own_domain(domain);
        if inside && seen.len() < MAX_RECIPIENTS && seen.insert(address) {
            recipients.extend(out.person(address));
        }
    }
    if recipients.is_empty() {
        return;
    }
    let common = sender::fields(out, email, sender_domain);
    let answered = answered(out, email);
    for recipient in &recipients {
        received(out, email, recipient, &answered, &common, sender_domain, &links);
    }
    whole(out, email, &recipients, &answered, &common, sender_domain, &links);
}

fn is_from_inside(email: &EmailActivity, directory: &Directory) -> bool {
    let forged = email.auth.dmarc.as_deref() == Some("fail");
    directory.is_own_domain(email.from.rsplit('@').next().unwrap_or_default()) && !forged
}

/// A message that somebody here sent, and by whom.
pub(super) fn went_out(event: &Event, email: &EmailActivity, directory: &Directory) -> Option<(Entity, Touch)> {
    if !is_from_inside(email, directory) || email.from.len() > 320 {
        return None;
    }
    let by = directory.person(&email.from).map_or_else(|| SmolStr::new(email.from.to_lowercase()), |(key, _)| SmolStr::new(key));
    let (domain, class_uid) = (event.domain(), event.body.class_uid());
    let touch = Touch { event: event.reference(), domain, class_uid, by, contact: Contact::Use };
    Some((message(email)?, touch))
}

fn message(email: &EmailActivity) -> Option<Entity> {
    (!email.message_uid.is_empty()).then(|| Entity::new(EntityKind::Message, email.message_uid.as_str()))
}

/// Attachments by type, in the order of types.
fn by_type(email: &EmailActivity) -> BTreeMap<String, &weft_model::Attachment> {
    let mut types = BTreeMap::new();
    for one in &email.attachments {
        let mime_type = attachment::mime_type(one);
        if types.len() < MAX_TYPES || types.contains_key(&mime_type) {
            types.entry(mime_type).or_insert(one);
        }
    }
    types
}

fn add_attachment(fact: &mut Fact, mime_type: &str, attached: &weft_model::Attachment) {
    fact.fields.push((field!("attachment"), SmolStr::new(&attached.name)));
    fact.fields.push((field!("attachment_type"), SmolStr::new(mime_type)));
    fact.fields.push((field!("attachment_class"), SmolStr::new(attachment::class(mime_type))));
    fact.fields.push((field!("attachment_fit"), SmolStr::new(attachment::fit(attached).as_str())));
}

fn sent(out: &mut Collector<'_>, email: &EmailActivity, sender: &Internal, links: &Links<'_>) {
    let mut base = out.fact(FactKind::EmailSent, sender);
    base.fields.push((field!("subject"), SmolStr::new(&email.subject)));
    base.amount = (email.to.len() + email.cc.len()) as u64;
    let mut kind = "inside";
    for address in email.to.iter().chain(&email.cc).take(MAX_WRITTEN) {
        let domain = address.rsplit('@').next().unwrap_or_default();
        if out.context.directory.is_own_domain(domain) {
            continue;
        }
        let info = out.context.enricher.domain(domain);
        let is_free = info.platform.is_some();
        kind = if is_free && kind != "outside" { "free mail" } else { "outside" };
        out.out.wrote.push((SmolStr::new(address), (!is_free).then(|| SmolStr::new(info.registrable.as_ref()))));
    }
    base.fields.push((field!("recipient_kind"), SmolStr::new(kind)));
    if let Some((mime_type, attached)) = by_type(email).into_iter().next() {
        add_attachment(&mut base, &mime_type, attached);
    }
    if let Some(message) = message(email) {
        base.entities.push(message);
    }
    if links.is_empty() {
        out.out.facts.push(base.clone());
    }
    for (domain, links) in links {
        let mut fact = base.clone();
        link::add(out, &mut fact, domain, links, "", sender);
        out.out.facts.push(fact);
    }
}

/// The known messages that this one answers.
fn answered(out: &Collector<'_>, email: &EmailActivity) -> Vec<Entity> {
    let answers = email.in_reply_to.iter().map(|id| Entity::new(EntityKind::Message, id.as_str()));
    answers.filter(|message| out.context.graph.touches(message).is_some()).collect()
}

/// What messages with such a subject are about; answers and what machines write belong to no campaign.
fn campaign(email: &EmailActivity, recipient: Option<&Person>, answered: &[Entity]) -> Option<Entity> {
    let words = subject::campaign(&email.subject, recipient).filter(|_| answered.is_empty() && !email.is_automatic)?;
    Some(Entity::new(EntityKind::Campaign, words))
}

/// The message as one recipient sees it: a fact a linked domain, and one a type of attachment.
fn received(
    out: &mut Collector<'_>,
    email: &EmailActivity,
    recipient: &Internal,
    answered: &[Entity],
    common: &[(Field, SmolStr)],
    sender_domain: &str,
    links: &Links<'_>,
) {
    let mut base = out.fact(FactKind::EmailInbound, recipient);
    base.fields.extend(common.iter().cloned());
    base.fields.push((field!("sender_relation"), SmolStr::new(if answered.is_empty() { "unsolicited" } else { "answer" })));
    let person = out.context.directory.person(&recipient.key).map(|(_, person)| person);
    let called = if subject::calls_by_name(&email.subject, person) { "recipient's name" } else { "no name" };
    base.fields.push((field!("subject_name"), SmolStr::new(called)));
    let sender = Entity::new(EntityKind::Sender, email.from.as_str());
    if !email.from.is_empty() {
        base.entities.push(sender.clone());
        out.touch(sender, recipient);
    }
    if let Some(campaign) = campaign(email, person, answered) {
        base.fields.push((field!("campaign"), campaign.key.clone()));
        base.entities.push(campaign.clone());
        out.touch(campaign, recipient);
    }
    let is_stranger = common.iter().any(|(field, value)| *field == field!("sender_standing") && value == "stranger");
    if is_stranger && answered.is_empty() && !email.is_automatic {
        let files = by_type(email).into_keys().map(|mime_type| (format!("files of type {mime_type}"), ["known files", "new files"]));
        let sites = links.keys().map(|domain| (format!("links to {domain}"), ["known sites", "new sites"]));
        for (common, [known, new]) in files.chain(sites) {
            let mut fact = Fact { kind: FactKind::EmailTrait, ..base.clone() };
            fact.fields.push((field!("trait"), SmolStr::new(&common)));
            let campaign = Entity::new(EntityKind::Campaign, common);
            // A new trait is compared with new ones of its kind: what everybody writes about comes often.
            let first = out.context.graph.touches(&campaign).map(weft_entity_graph::Touches::first_seen);
            let is_known = first.is_some_and(|first| out.at().since(first) >= DAY_MS);
            fact.peer = Some(SmolStr::new(if is_known { known } else { new }));
            out.touch(campaign.clone(), recipient);
            fact.entities.push(campaign);
            out.out.facts.push(fact);
        }
        for word in subject::telling_words(&email.subject, person) {
            let mut fact = Fact { kind: FactKind::EmailWord, ..base.clone() };
            fact.fields.push((field!("word"), SmolStr::new(word)));
            out.out.facts.push(fact);
        }
    }
    // An answer touches what it answers, so that the replies to a campaign are found from its messages.
    for message in answered.iter().cloned().chain(message(email)) {
        out.touch(message, recipient);
    }
    out.address(&mut base, email.origin_ip, recipient);
    for (mime_type, attached) in by_type(email) {
        let mut fact = Fact { kind: FactKind::EmailAttachment, ..base.clone() };
        add_attachment(&mut fact, &mime_type, attached);
        let file = Entity::new(EntityKind::File, attached.hash.as_str());
        fact.entities.push(file.clone());
        out.touch(file, recipient);
        out.out.facts.push(fact);
    }
    if links.is_empty() {
        out.out.facts.push(base.clone());
    }
    for (domain, links) in links {
        let mut fact = base.clone();
        link::add(out, &mut fact, domain, links, sender_domain, recipient);
        out.out.facts.push(fact);
    }
}

/// The message as its sender's act, once; the peers of a sender are the other senders of its domain.
fn whole(
    out: &mut Collector<'_>,
    email: &EmailActivity,
    recipients: &[Internal],
    answered: &[Entity],
    common: &[(Field, SmolStr)],
    sender_domain: &str,
    links: &Links<'_>,
) {
    let Some(first) = recipients.first().filter(|_| !email.from.is_empty()) else { return };
    let mut fact = out.fact(FactKind::EmailMessage, first);
    fact.peer = (!sender_domain.is_empty()).then(|| SmolStr::new(sender_domain));
    fact.amount = recipients.len() as u64;
    fact.fields.extend(common.iter().cloned());
    fact.entities.extend(recipients.iter().skip(1).take(MAX_NAMED).map(Internal::entity));
    fact.entities.push(Entity::new(EntityKind::Sender, email.from.as_str()));
    let person = out.context.directory.person(&first.key).map(|(_, person)| person);
    fact.entities.extend(campaign(email, person, answered));
    fact.entities.extend(message(email));
    out.address(&mut fact, email.origin_ip, first);
    if let Some((mime_type, attached)) = by_type(email).into_iter().next() {
        add_attachment(&mut fact, &mime_type, attached);
    }
    // Of several links the one whose site the fewest here know speaks for the message.
    let known =
        |domain: &str| out.context.graph.touches(&Entity::new(EntityKind::Domain, domain)).map(weft_entity_graph::Touches::first_seen);
    let oddest = links.iter().min_by_key(|(domain, _)| known(domain).map_or(i64::MIN, |first| -first.0));
    if let Some((domain, links)) = oddest {
        link::add_fields(out, &mut fact, domain, links, sender_domain);
        fact.entities.push(Entity::new(EntityKind::Domain, domain.as_str()));
    }
    out.out.facts.push(fact);
}
