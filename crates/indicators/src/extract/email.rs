//! Messages: who wrote to whom, and where the links lead.

use super::{Collector, Internal, tld};
use crate::fact::{Fact, FactKind};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_model::{EmailActivity, Entity, EntityKind, MailLink};

/// Internal recipients that get facts of their own.
const MAX_RECIPIENTS: usize = 50;
/// Linked domains that get facts of their own.
const MAX_DOMAINS: usize = 10;
/// URLs of one linked domain that become entities.
const MAX_URLS: usize = 4;

pub(super) fn extract(out: &mut Collector<'_>, email: &EmailActivity) {
    let directory = out.context.directory;
    let sender_domain = email.from.rsplit('@').next().unwrap_or_default().to_owned();
    let forged = email.auth.dmarc.as_deref() == Some("fail");
    let from_inside = directory.is_own_domain(&sender_domain) && !forged;
    let links = by_domain(out, email);
    if from_inside {
        if let Some(sender) = out.person(&email.from) {
            sent(out, email, &sender, &links);
        }
        return;
    }
    let mut seen = Vec::new();
    for address in email.to.iter().chain(&email.cc).chain(&email.smtp_to) {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let inside = directory.is_empty() || directory.is_own_domain(domain);
        if !inside || seen.len() >= MAX_RECIPIENTS || seen.contains(&address) {
            continue;
        }
        seen.push(address);
        if let Some(recipient) = out.person(address) {
            received(out, email, &recipient, &sender_domain, &links);
        }
    }
}

/// Links by registrable domain, without those to the organisation itself.
fn by_domain<'a>(out: &Collector<'_>, email: &'a EmailActivity) -> BTreeMap<String, Vec<&'a MailLink>> {
    let mut links: BTreeMap<String, Vec<&MailLink>> = BTreeMap::new();
    for link in email.links.iter().filter(|link| !link.host.is_empty()) {
        let registrable = out.context.enricher.domain(&link.host).registrable.into_owned();
        if out.context.directory.is_own_domain(&registrable) {
            continue;
        }
        if links.len() < MAX_DOMAINS || links.contains_key(&registrable) {
            links.entry(registrable).or_default().push(link);
        }
    }
    links
}

fn message(email: &EmailActivity) -> Option<Entity> {
    (!email.message_uid.is_empty()).then(|| Entity::new(EntityKind::Message, email.message_uid.as_str()))
}

/// The link's fields and entities on a fact.
fn add_link(out: &mut Collector<'_>, fact: &mut Fact, domain: &str, links: &[&MailLink], sender_domain: &str, who: &Internal) {
    let enricher = out.context.enricher;
    let info = enricher.domain(domain);
    let relation = if info.registrable == enricher.domain(sender_domain).registrable {
        "own site"
    } else {
        info.platform.map_or("other site", |platform| platform.as_str())
    };
    fact.fields.push(("link_domain", Arc::from(domain)));
    fact.fields.push(("link_tld", Arc::from(tld(domain))));
    fact.fields.push(("link_relation", Arc::from(relation)));
    let entity = Entity::new(EntityKind::Domain, domain);
    // The linked domain comes first: rarity reads it.
    fact.entities.push(entity.clone());
    out.touch(entity, who);
    for link in links.iter().take(MAX_URLS) {
        let url = Entity::new(EntityKind::Url, link.url.as_str());
        if fact.get("url").is_none() {
            fact.fields.push(("url", Arc::from(link.url.as_str())));
        }
        fact.entities.push(url.clone());
        out.touch(url, who);
    }
}

fn sent(out: &mut Collector<'_>, email: &EmailActivity, sender: &Internal, links: &BTreeMap<String, Vec<&MailLink>>) {
    let mut base = out.fact(FactKind::EmailSent, sender);
    base.fields.push(("subject", Arc::from(email.subject.as_str())));
    if let Some(message) = message(email) {
        out.touch(message.clone(), sender);
        base.entities.push(message);
    }
    if links.is_empty() {
        out.out.facts.push(base.clone());
    }
    for (domain, links) in links {
        let mut fact = base.clone();
        add_link(out, &mut fact, domain, links, "", sender);
        out.out.facts.push(fact);
    }
}

fn received(
    out: &mut Collector<'_>,
    email: &EmailActivity,
    recipient: &Internal,
    sender_domain: &str,
    links: &BTreeMap<String, Vec<&MailLink>>,
) {
    let mut base = out.fact(FactKind::EmailInbound, recipient);
    base.fields.push(("sender", Arc::from(email.from.as_str())));
    base.fields.push(("subject", Arc::from(email.subject.as_str())));
    let verdict = email.auth.dmarc.as_deref().or(email.auth.spf.as_deref()).unwrap_or("none");
    base.fields.push(("authentication", Arc::from(verdict)));
    let answers = email.in_reply_to.iter().map(|id| Entity::new(EntityKind::Message, id.as_str()));
    let answered: Vec<Entity> = answers.filter(|message| out.context.graph.touches(message).is_some()).collect();
    base.fields.push(("sender_relation", Arc::from(if answered.is_empty() { "unsolicited" } else { "answer" })));
    let sender = Entity::new(EntityKind::Sender, email.from.as_str());
    if !email.from.is_empty() {
        base.entities.push(sender.clone());
        out.touch(sender, recipient);
    }
    // An answer touches what it answers, so that the replies to a campaign are found from its messages.
    for message in answered.into_iter().chain(message(email)) {
        out.touch(message, recipient);
    }
    out.address(&mut base, email.origin_ip, recipient);
    if links.is_empty() {
        out.out.facts.push(base.clone());
    }
    for (domain, links) in links {
        let mut fact = base.clone();
        add_link(out, &mut fact, domain, links, sender_domain, recipient);
        out.out.facts.push(fact);
    }
}
