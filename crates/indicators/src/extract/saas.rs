//! Audit records: sign-ins, account changes, inbox rules and everything else done in a service.

use super::{Collector, Internal};
use crate::fact::{Fact, FactKind};
use std::sync::Arc;
use weft_model::{
    AccountChange, ApiActivity, Authentication, AuthenticationKind, Endpoint, Entity, EntityKind, EntityManagement, FileHosting, Session,
    Status, User,
};

/// Longest text taken over from a record.
const MAX_TEXT: usize = 256;

fn text(value: &str) -> Arc<str> {
    Arc::from(value.chars().take(MAX_TEXT).collect::<String>().as_str())
}

fn who(out: &mut Collector<'_>, user: &User) -> Option<Internal> {
    let aliases = [&user.email_addr, &user.uid, &user.name];
    let known = aliases.into_iter().flatten().find(|alias| out.context.directory.person(alias).is_some());
    let alias = known.or(user.email_addr.as_ref()).or(user.name.as_ref())?;
    out.person(alias)
}

fn actor(out: &mut Collector<'_>, actor: &weft_model::Actor) -> Option<Internal> {
    who(out, actor.user.as_ref()?)
}

fn status(fact: &mut Fact, status: Status) {
    let value = match status {
        Status::Success => "success",
        Status::Failure => "failure",
        Status::Unknown => return,
    };
    fact.fields.push(("status", Arc::from(value)));
}

fn session(fact: &mut Fact, session: Option<&Session>) {
    if let Some(session) = session {
        fact.entities.push(Entity::new(EntityKind::Session, session.uid.as_str()));
    }
}

/// A user agent without its version numbers: updates are not new clients.
fn client(user_agent: &str) -> Arc<str> {
    let family: String = user_agent.chars().filter(|c| !c.is_ascii_digit() && *c != '.' && *c != '_').take(MAX_TEXT).collect();
    Arc::from(family.as_str())
}

pub(super) fn logon(out: &mut Collector<'_>, logon: &Authentication) {
    if logon.kind != AuthenticationKind::Logon {
        return;
    }
    let Some(person) = who(out, &logon.user) else { return };
    let mut fact = out.fact(FactKind::SaasLogon, &person);
    status(&mut fact, logon.status);
    out.address(&mut fact, logon.src_endpoint.ip, &person);
    if let Some(agent) = &logon.user_agent {
        fact.fields.push(("user_agent", client(agent)));
    }
    if let Some(app) = logon.app_name.as_ref().or(logon.service_name.as_ref()) {
        fact.fields.push(("app", text(app)));
    }
    session(&mut fact, logon.session.as_ref());
    out.out.facts.push(fact);
}

pub(super) fn account(out: &mut Collector<'_>, change: &AccountChange) {
    let Some(person) = who(out, &change.user).or_else(|| actor(out, &change.actor)) else { return };
    let mut fact = out.fact(FactKind::SaasAccount, &person);
    fact.fields.push(("operation", text(&change.operation)));
    let what = format!("{} {}", change.operation, change.auth_factor.as_deref().unwrap_or_default());
    fact.fields.push(("change", text(what.trim_end())));
    if let Some(factor) = &change.auth_factor {
        fact.fields.push(("auth_factor", text(factor)));
    }
    status(&mut fact, change.status);
    out.address(&mut fact, change.src_endpoint.ip, &person);
    session(&mut fact, change.actor.session.as_ref());
    out.out.facts.push(fact);
}

/// An operation by a person from somewhere.
fn operation(
    out: &mut Collector<'_>,
    by: &weft_model::Actor,
    name: &str,
    outcome: Status,
    from: &Endpoint,
    kind: FactKind,
) -> Option<Fact> {
    let person = actor(out, by)?;
    let mut fact = out.fact(kind, &person);
    fact.fields.push(("operation", text(name)));
    status(&mut fact, outcome);
    out.address(&mut fact, from.ip, &person);
    session(&mut fact, by.session.as_ref());
    Some(fact)
}

pub(super) fn entity(out: &mut Collector<'_>, change: &EntityManagement) {
    let is_rule = change.entity_type == "Inbox Rule" && change.kind != weft_model::EntityManagementKind::Delete;
    let kind = if is_rule { FactKind::SaasRule } else { FactKind::SaasOperation };
    let Some(mut fact) = operation(out, &change.actor, &change.operation, change.status, &change.src_endpoint, kind) else { return };
    if is_rule {
        rule(&mut fact, change);
    }
    out.out.facts.push(fact);
}

pub(super) fn api(out: &mut Collector<'_>, call: &ApiActivity) {
    let fact = operation(out, &call.actor, &call.operation, call.status, &call.src_endpoint, FactKind::SaasOperation);
    out.out.facts.extend(fact);
}

pub(super) fn file(out: &mut Collector<'_>, file: &FileHosting) {
    let fact = operation(out, &file.actor, &file.operation, file.status, &file.src_endpoint, FactKind::SaasOperation);
    out.out.facts.extend(fact);
}

/// What the rule is called, where it moves mail and what else it does.
fn rule(fact: &mut Fact, change: &EntityManagement) {
    let get = |name: &str| {
        change
            .parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let is_on = |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let name = get("Name").unwrap_or(&change.entity_name);
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    let shape = match letters {
        0 => "no letters",
        1 | 2 => "one or two letters",
        _ => "a name",
    };
    let forwards = ["ForwardTo", "RedirectTo", "ForwardAsAttachmentTo"].iter().any(|name| get(name).is_some());
    let deletes = is_on("DeleteMessage") || is_on("SoftDeleteMessage") || is_on("PermanentDelete");
    let folder = get("MoveToFolder").or(get("CopyToFolder"));
    let target = match folder {
        _ if forwards => "(forwarded)".to_owned(),
        _ if deletes => "(deleted)".to_owned(),
        Some(folder) => folder.rsplit(['\\', '/', ':']).next().unwrap_or(folder).trim().to_lowercase(),
        None => "(stays)".to_owned(),
    };
    let actions: Vec<&str> = [
        ("delete", deletes),
        ("forward", forwards),
        ("mark as read", is_on("MarkAsRead")),
        ("move", folder.is_some()),
        ("stop further rules", is_on("StopProcessingRules")),
    ]
    .into_iter()
    .filter_map(|(name, on)| on.then_some(name))
    .collect();
    fact.fields.push(("rule_name", text(name)));
    fact.fields.push(("rule_name_shape", Arc::from(shape)));
    fact.fields.push(("rule_folder", text(&target)));
    fact.fields.push(("rule_actions", text(&actions.join(", "))));
    fact.entities.push(Entity::new(EntityKind::InboxRule, format!("{}/{name}", fact.actor().map_or("", |actor| actor.key.as_str()))));
}
