//! What a message says of its sender: standing here, authentication, and whom the sender passes for.

use crate::extract::Collector;
use crate::field;
use crate::field::Field;
use weft_enrich::Platform;
use weft_model::{DAY_MS, EmailActivity, Entity, EntityKind, SmolStr};

/// Colleagues and days from which a sender is established.
const ESTABLISHED_WIDTH: usize = 3;
const ESTABLISHED_MS: i64 = 7 * DAY_MS;

/// The fields that every fact of the message has.
pub(super) fn fields(out: &Collector<'_>, email: &EmailActivity, sender_domain: &str) -> Vec<(Field, SmolStr)> {
    let (graph, enricher) = (out.context.graph, out.context.enricher);
    let (from, to) = (out.at().plus_ms(-30 * DAY_MS), out.at().plus_ms(-DAY_MS));
    let text = |value: &str| SmolStr::new(value);
    let mut fields = vec![(field!("sender"), text(&email.from)), (field!("subject"), text(&email.subject))];
    let verdict = email.auth.dmarc.as_deref().or(email.auth.spf.as_deref()).unwrap_or("none");
    fields.push((field!("authentication"), text(verdict)));
    fields.push((field!("automatic"), text(if email.is_automatic { "automatic" } else { "by hand" })));

    // Width: colleagues who had to do with the sender; depth: for how long.
    let touches = graph.touches(&Entity::new(EntityKind::Sender, email.from.as_str()));
    let width = touches.map_or(0, |touches| touches.touchers(from, to));
    let is_old = touches.is_some_and(|touches| out.at().since(touches.first_seen()) >= ESTABLISHED_MS);
    let was_written_to = graph.correspondents.was_written_to(&email.from, to);
    let standing = match width {
        ESTABLISHED_WIDTH.. if is_old => "established",
        0 if !was_written_to => "stranger",
        _ => "known",
    };
    fields.push((field!("sender_standing"), text(standing)));
    fields.push((field!("prior_contact"), text(if was_written_to { "written to before" } else { "never written to" })));

    let info = enricher.domain(sender_domain);
    let is_free = info.platform == Some(Platform::FreeMail);
    fields.push((field!("sender_domain"), text(&info.registrable)));
    fields.push((field!("sender_kind"), text(if is_free { "free mail" } else { "organisation" })));
    let reply = email.reply_to.as_deref().and_then(|reply| reply.rsplit('@').next()).map(|domain| enricher.domain(domain));
    let reply = match reply {
        Some(reply) if reply.registrable != info.registrable && reply.platform == Some(Platform::FreeMail) => "free mail elsewhere",
        Some(reply) if reply.registrable != info.registrable => "elsewhere",
        _ => "the sender",
    };
    fields.push((field!("reply_to"), text(reply)));

    // A known sender is who it says; only others are compared with names and domains here.
    if standing == "stranger" {
        if let Some((person, is_executive)) = graph.correspondents.person_named(&email.from_name).or_else(|| named_by_address(out, email)) {
            fields.push((field!("impersonation"), text(if is_executive { "an executive" } else { "a colleague" })));
            fields.push((field!("impersonated"), person.clone()));
        }
        if out.context.directory.is_own_domain(sender_domain) {
            fields.push((field!("look_alike"), text("the own domain, forged")));
        } else if let Some(found) = graph.correspondents.look_alike(&info.registrable).filter(|_| !is_free) {
            fields.push((field!("look_alike"), text(if found.is_of_own { "like the own domain" } else { "like a known domain" })));
            fields.push((field!("look_alike_of"), found.of));
        }
    }
    fields
}

/// A private address that spells a colleague's name (`ann.marlow@` at a free-mail provider).
fn named_by_address<'a>(out: &Collector<'a>, email: &EmailActivity) -> Option<(&'a SmolStr, bool)> {
    let local = email.from.split('@').next()?;
    out.context.graph.correspondents.person_named(local)
}
