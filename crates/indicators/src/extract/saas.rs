//! Audit records: sign-ins, account changes, inbox rules and everything else done in a service.

use super::{Collector, Internal};
use crate::fact::{Fact, FactKind};
use crate::field;
use weft_entity_graph::Contact;
use weft_model::{
    AccountChange, AccountChangeKind, ApiActivity, Authentication, AuthenticationKind, DAY_MS, Endpoint, Entity, EntityKind,
    EntityManagement, EntityManagementKind, FileHosting, FileHostingKind, Session, SmolStr, Status, User,
};

/// Why a sign-in was interrupted.
const SECOND_FACTOR_REQUIRED: &str = "second factor required";
/// Domains that one announcement of a phishing exercise may name (the service takes fewer).
const MAX_EXERCISE: usize = 64;
/// Longest text taken over from a record.
const MAX_TEXT: usize = 256;

fn text(value: &str) -> SmolStr {
    SmolStr::new(value.chars().take(MAX_TEXT).collect::<String>().as_str())
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
    fact.fields.push((field!("status"), SmolStr::new(value)));
}

/// The outcome of a sign-in. Being asked for the second factor is a step of a sign-in with the right password, not a failure of it.
fn logon_status(fact: &mut Fact, logon: &Authentication) {
    if logon.status != Status::Failure {
        return status(fact, logon.status);
    }
    let reason = reason(logon.status_detail.as_deref().unwrap_or_default());
    let outcome = if reason == SECOND_FACTOR_REQUIRED { "interrupted" } else { "failure" };
    fact.fields.push((field!("status"), SmolStr::new(outcome)));
    fact.fields.push((field!("status_reason"), SmolStr::new(reason)));
}

fn session(fact: &mut Fact, session: Option<&Session>) {
    if let Some(session) = session {
        fact.fields.push((field!("session"), text(&session.uid)));
        fact.entities.push(Entity::new(EntityKind::Session, session.uid.as_str()));
    }
}

/// A user agent without its version numbers: updates are not new clients.
fn client(user_agent: &str) -> SmolStr {
    let family: String = user_agent.chars().filter(|c| !c.is_ascii_digit() && *c != '.' && *c != '_').take(MAX_TEXT).collect();
    SmolStr::new(&family)
}

pub(super) fn logon(out: &mut Collector<'_>, logon: &Authentication) {
    if logon.kind != AuthenticationKind::Logon || logon.auth_protocol.is_some() {
        return;
    }
    let Some(person) = who(out, &logon.user) else { return };
    let mut fact = out.fact(FactKind::SaasLogon, &person);
    logon_status(&mut fact, logon);
    if let Some(is_mfa) = logon.is_mfa {
        fact.fields.push((field!("second_factor"), SmolStr::new(if is_mfa { "used" } else { "not used" })));
    }
    absence(out, &mut fact, &person);
    let is_service = is_service_account(out, &person);
    fact.fields.push((field!("account_kind"), SmolStr::new(if is_service { "service" } else { "person" })));
    out.address(&mut fact, logon.src_endpoint.ip, &person);
    if let Some(agent) = &logon.user_agent {
        fact.fields.push((field!("user_agent"), client(agent)));
    }
    if let Some(app) = logon.app_name.as_ref().or(logon.service_name.as_ref()) {
        fact.fields.push((field!("app"), text(app)));
    }
    if let Some(service) = &logon.service_name {
        fact.fields.push((field!("service"), text(service)));
    }
    session(&mut fact, logon.session.as_ref());
    out.out.facts.push(fact);
}

/// Why a sign-in failed, by the provider's error number (Microsoft, "Microsoft Entra authentication and authorization error codes"), else
/// by its words.
fn reason(detail: &str) -> &'static str {
    let number = detail.split_whitespace().next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
    let words = detail.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    match number {
        50126 | 50056 => "wrong password",
        50034 | 51004 => "unknown user",
        50053 => "locked",
        50057 => "disabled",
        500_121 | 50087 | 50088 => "second factor denied",
        50072 | 50074 | 50076 | 50079 | 50158 => SECOND_FACTOR_REQUIRED,
        53000..=53004 => "blocked by policy",
        _ if says(&["invalid username or password", "invalidusernameorpassword", "wrong password", "invalid_grant"]) => "wrong password",
        _ if says(&["strongauthclientauthnrequired", "strongauthenrollmentrequired"]) => SECOND_FACTOR_REQUIRED,
        _ if says(&["locked"]) => "locked",
        _ if says(&["denied", "declined", "rejected"]) && says(&["mfa", "factor", "strong authentication"]) => "second factor denied",
        _ => "other",
    }
}

/// How long the account was silent before, in steps that grow.
fn absence(out: &Collector<'_>, fact: &mut Fact, person: &Internal) {
    let Some(last) = out.context.graph.last_active(&person.key) else { return };
    let step = match out.at().since(last) / DAY_MS {
        ..7 => "less than a week",
        7..14 => "a week",
        14..30 => "weeks",
        30..90 => "a month or more",
        _ => "three months or more",
    };
    fact.fields.push((field!("absence"), SmolStr::new(step)));
}

/// Whether programs use the account: its name or its directory title says so.
fn is_service_account(out: &Collector<'_>, person: &Internal) -> bool {
    let local = person.key.split('@').next().unwrap_or_default();
    let title = out.context.directory.person(&person.key).map(|(_, known)| known.title.to_lowercase()).unwrap_or_default();
    local.split(['-', '_', '.']).any(|word| ["svc", "service", "bot", "robot", "automation", "noreply", "scanner"].contains(&word))
        || title.contains("service account")
}

pub(super) fn account(out: &mut Collector<'_>, change: &AccountChange) {
    let Some(person) = who(out, &change.user).or_else(|| actor(out, &change.actor)) else { return };
    let mut fact = out.fact(FactKind::SaasAccount, &person);
    fact.fields.push((field!("operation"), text(&change.operation)));
    let what = format!("{} {}", change.operation, change.auth_factor.as_deref().unwrap_or_default());
    fact.fields.push((field!("change"), text(what.trim_end())));
    if let Some(factor) = &change.auth_factor {
        fact.fields.push((field!("auth_factor"), text(factor)));
    }
    fact.fields.push((field!("account_change"), SmolStr::new(account_change(change.kind))));
    let by = actor(out, &change.actor);
    let other = by.as_ref().filter(|by| by.key != person.key);
    if by.is_some() {
        fact.fields.push((field!("by"), SmolStr::new(if other.is_none() { "the owner" } else { "somebody else" })));
    }
    fact.entities.extend(other.map(Internal::entity));
    status(&mut fact, change.status);
    // The address is that of whoever made the change.
    out.address(&mut fact, change.src_endpoint.ip, other.unwrap_or(&person));
    if let Some(source) = fact.entity(EntityKind::Ip).cloned().filter(|_| other.is_some()) {
        out.contact(source, &person, Contact::Affected);
    }
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
    fact.fields.push((field!("operation"), text(name)));
    status(&mut fact, outcome);
    out.address(&mut fact, from.ip, &person);
    session(&mut fact, by.session.as_ref());
    Some(fact)
}

fn account_change(kind: AccountChangeKind) -> &'static str {
    use AccountChangeKind as K;
    match kind {
        K::Create => "account created",
        K::Enable | K::Unlock => "account enabled",
        K::PasswordChange => "password changed",
        K::PasswordReset => "password reset",
        K::Disable | K::Lock => "account disabled",
        K::Delete => "account deleted",
        K::AttachPolicy | K::DetachPolicy => "policy changed",
        K::MfaEnable => "second factor added",
        K::MfaDisable => "second factor removed",
        K::Other => "other",
    }
}

pub(super) fn entity(out: &mut Collector<'_>, change: &EntityManagement) {
    let is_rule = change.entity_type == "Inbox Rule" && change.kind != EntityManagementKind::Delete;
    let kind = if is_rule { FactKind::SaasRule } else { FactKind::SaasChange };
    let Some(mut fact) = operation(out, &change.actor, &change.operation, change.status, &change.src_endpoint, kind) else { return };
    if is_rule {
        rule(&mut fact, change);
    } else {
        fact.fields.push((field!("object"), text(&change.entity_type)));
        fact.fields.push((field!("object_name"), text(&change.entity_name)));
        let what = match change.kind {
            EntityManagementKind::Create => "created",
            EntityManagementKind::Read => "read",
            EntityManagementKind::Update => "changed",
            EntityManagementKind::Delete => "deleted",
            EntityManagementKind::Other => "other",
        };
        fact.fields.push((field!("change"), SmolStr::new(what)));
    }
    forwarding(out, &mut fact, change);
    exercise(out, change);
    owner(out, &fact, change);
    out.out.facts.push(fact);
}

/// Whose mailbox or account was changed, when it is not the actor's.
fn owner(out: &mut Collector<'_>, fact: &Fact, change: &EntityManagement) {
    let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("Mailbox") || name.eq_ignore_ascii_case("Identity");
    let directory = out.context.directory;
    let Some((_, whose)) = change.parameters.iter().find(named).filter(|(_, value)| directory.person(value).is_some()) else { return };
    let (Some(owner), Some(source)) = (out.person(whose), fact.entity(EntityKind::Ip).cloned()) else { return };
    if fact.actor().is_none_or(|actor| actor.key != owner.key) {
        out.contact(source, &owner, Contact::Affected);
    }
}

/// Where a rule or a mailbox setting sends mail on, when it does.
fn forwarding(out: &Collector<'_>, fact: &mut Fact, change: &EntityManagement) {
    const TARGETS: [&str; 7] = [
        "ForwardTo",
        "RedirectTo",
        "ForwardAsAttachmentTo",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "RedirectMessageTo",
        "BlindCopyTo",
    ];
    let targets = change.parameters.iter().filter(|(name, _)| TARGETS.iter().any(|known| name.eq_ignore_ascii_case(known)));
    for (_, value) in targets {
        let address = value.to_lowercase();
        let Some(domain) = address.rsplit_once('@').map(|(_, rest)| rest.split([';', ',', '>', '"', ']', ' ']).next().unwrap_or_default())
        else {
            continue;
        };
        let is_own = out.context.directory.is_own_domain(domain);
        fact.fields.push((field!("forward_scope"), SmolStr::new(if is_own { "inside" } else { "outside" })));
        fact.fields.push((field!("forward_domain"), text(domain)));
        if !is_own && !domain.is_empty() {
            let info = out.context.enricher.domain(domain);
            if info.platform.is_none() {
                fact.entities.push(Entity::new(EntityKind::Domain, info.registrable.into_owned()));
            }
        }
        return;
    }
}

/// The domains of a phishing exercise that an administrator announces to the mail service, so that its lures are delivered (Microsoft, "Configure
/// the advanced delivery policy for third-party phishing simulations").
fn exercise(out: &mut Collector<'_>, change: &EntityManagement) {
    let get = |name: &str| change.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str());
    let named = match change.operation.to_lowercase() {
        _ if change.status == Status::Failure => "",
        operation if operation.ends_with("phishsimoverriderule") && !operation.starts_with("remove-") => get("Domains"),
        operation if operation == "new-tenantallowblocklistitems" && get("ListSubType").eq_ignore_ascii_case("AdvancedDelivery") => {
            get("Entries")
        }
        _ => "",
    };
    let names = named.split([',', ';', ' ', '"', '{', '}', '[', ']']).map(|name| name.trim_start_matches(['*', '.', '~']));
    for name in names.filter(|name| name.contains('.')).take(MAX_EXERCISE) {
        let host = name.split_once("://").map_or(name, |(_, rest)| rest).split('/').next().unwrap_or_default();
        let info = out.context.enricher.domain(host);
        if info.platform.is_none() {
            out.out.sanctioned.push(SmolStr::new(info.registrable.to_lowercase().as_str()));
        }
    }
}

pub(super) fn api(out: &mut Collector<'_>, call: &ApiActivity) {
    let fact = operation(out, &call.actor, &call.operation, call.status, &call.src_endpoint, FactKind::SaasOperation);
    let Some(mut fact) = fact else { return };
    fact.fields.push((field!("service"), text(&call.service_name)));
    if let Some(agent) = &call.user_agent {
        fact.fields.push((field!("user_agent"), client(agent)));
    }
    out.out.facts.push(fact);
}

pub(super) fn file(out: &mut Collector<'_>, file: &FileHosting) {
    let fact = operation(out, &file.actor, &file.operation, file.status, &file.src_endpoint, FactKind::SaasFile);
    let Some(mut fact) = fact else { return };
    use FileHostingKind as K;
    let action = match file.kind {
        K::Upload => "upload",
        K::Download => "download",
        K::Update => "update",
        K::Delete => "delete",
        K::Rename => "rename",
        K::Copy | K::Move => "copy or move",
        K::Share => "share",
        K::Unshare => "unshare",
        K::Open | K::Preview => "open",
        K::Other => "other",
    };
    fact.fields.push((field!("file_action"), SmolStr::new(action)));
    fact.fields.push((field!("object_name"), text(&file.file_path)));
    if let Some((_, ending)) = file.file_name.rsplit_once('.').filter(|(_, ending)| ending.len() <= 10) {
        fact.fields.push((field!("file_type"), text(&ending.to_lowercase())));
    }
    out.out.facts.push(fact);
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
    // What is forwarded stays too.
    let target = match folder {
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
    fact.fields.push((field!("rule_name"), text(name)));
    fact.fields.push((field!("rule_name_shape"), SmolStr::new(shape)));
    fact.fields.push((field!("rule_folder"), text(&target)));
    fact.fields.push((field!("rule_actions"), text(&actions.join(", "))));
    fact.entities.push(Entity::new(EntityKind::InboxRule, format!("{}/{name}", fact.actor().map_or("", |actor| actor.key.as_str()))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_failed_sign_ins() {
        for (detail, expected) in [
            ("50126 Invalid username or password", "wrong password"),
            ("InvalidUserNameOrPassword", "wrong password"),
            ("500121 Authentication failed during strong authentication request.", "second factor denied"),
            ("50076", "second factor required"),
            ("UserStrongAuthClientAuthNRequired", "second factor required"),
            ("50053 IdsLocked", "locked"),
            ("53003", "blocked by policy"),
            ("MFA denied; user declined the authentication", "second factor denied"),
            ("", "other"),
        ] {
            assert_eq!(reason(detail), expected, "{detail}");
        }
    }
}
