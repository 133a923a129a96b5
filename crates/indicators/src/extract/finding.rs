//! Findings of other products: whom and what they name, resolved as of then.

use super::{Collector, Internal};
use std::net::IpAddr;
use weft_model::{DetectionFinding, Domain, Entity, EntityKind, Involved, InvolvedKind, SmolStr, format_smolstr};

/// Entities one finding yields.
const MAX_ENTITIES: usize = 32;

/// The entities, the one the finding is about first: who was signed in for accounts and mail, which machine for the rest.
pub(super) fn extract(out: &mut Collector<'_>, finding: &DetectionFinding) {
    let mut internal: Vec<Internal> = Vec::new();
    let mut external: Vec<Entity> = Vec::new();
    for one in &finding.involved {
        match one.kind {
            InvolvedKind::User => internal.push(account(out, one)),
            InvolvedKind::Device => {
                internal.push(device(out, &one.name));
                // The domain that the machine is joined to: worth nothing where everybody is, something in a forest of many.
                let joined = one.aliases.iter().filter_map(|name| name.split_once('.')).find(|(_, domain)| domain.contains('.'));
                external.extend(joined.map(|(_, domain)| Entity::new(EntityKind::Host, domain)));
            }
            InvolvedKind::Ip => match one.name.parse::<IpAddr>() {
                Ok(ip) if is_inside(ip) => internal.push(out.device(ip)),
                Ok(ip) => external.push(Entity::new(EntityKind::Ip, format_smolstr!("{ip}"))),
                Err(_) => {}
            },
            InvolvedKind::Domain => external.push(host(out, &one.name)),
            InvolvedKind::Url => {
                external.push(Entity::new(EntityKind::Url, one.name.as_str()));
                external.extend(host_of(&one.name).map(|name| host(out, name)));
            }
            InvolvedKind::File => external.push(Entity::new(EntityKind::File, one.name.as_str())),
            InvolvedKind::Message => external.push(Entity::new(EntityKind::Message, one.name.as_str())),
            // A colleague's address is no infrastructure of anybody's.
            InvolvedKind::Sender if is_colleague(out, &one.name) => internal.push(account(out, one)),
            InvolvedKind::Sender => external.push(Entity::new(EntityKind::Sender, one.name.as_str())),
            InvolvedKind::App | InvolvedKind::Process | InvolvedKind::Other => {}
        }
    }
    let is_about_device = finding.domain() == Domain::Network;
    // A stable sort: of several accounts the first named leads.
    internal.sort_by_key(|who| (who.kind == EntityKind::Device) != is_about_device);
    let mut entities: Vec<Entity> = Vec::new();
    for entity in internal.iter().map(Internal::entity).chain(external.iter().cloned()).take(MAX_ENTITIES) {
        if !entities.contains(&entity) {
            entities.push(entity);
        }
    }
    for entity in external {
        for who in internal.iter().take(MAX_ENTITIES) {
            out.touch(entity.clone(), who);
        }
    }
    out.out.sighted = entities;
}

/// The person or account that one of the names belongs to.
fn account(out: &mut Collector<'_>, one: &Involved) -> Internal {
    let entity = resolve(out.context, &one.name);
    match out.person(&entity.key) {
        Some(who) => who,
        None => {
            let key: SmolStr = SmolStr::new(&entity.key);
            out.out.known.push((EntityKind::Account, key.clone()));
            Internal { kind: EntityKind::Account, name: key.clone(), key, peer: None }
        }
    }
}

/// The person of the directory whom any known name of an account means, else the account by the name that stands for it.
pub(crate) fn resolve(context: crate::Context<'_>, name: &str) -> Entity {
    let aliases = &context.graph.aliases;
    let mut people: Vec<&str> = aliases.names(name).filter_map(|name| Some(context.directory.person(name)?.0)).collect();
    people.sort_unstable();
    if let Some(person) = people.first() {
        return Entity::new(EntityKind::Person, *person);
    }
    let key = aliases.canonical(name);
    let kind = if context.directory.is_empty() && key.contains('@') { EntityKind::Person } else { EntityKind::Account };
    Entity::new(kind, key)
}

fn device(out: &mut Collector<'_>, name: &str) -> Internal {
    let key: SmolStr = SmolStr::new(name.to_lowercase().as_str());
    out.out.known.push((EntityKind::Device, key.clone()));
    Internal { kind: EntityKind::Device, name: key.clone(), key, peer: None }
}

/// The registrable domain, or the whole host name below a platform that many share.
fn host(out: &Collector<'_>, name: &str) -> Entity {
    let info = out.context.enricher.domain(name);
    match info.platform {
        Some(_) => Entity::new(EntityKind::Host, name),
        None => Entity::new(EntityKind::Domain, info.registrable.into_owned()),
    }
}

/// Addresses of local networks (RFC 1918, 3927, 4193, 4291, 6598); others that no route leads to may stand for anything.
fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || v4.octets().starts_with(&[100]) && (64..128).contains(&v4.octets()[1]),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The host part of a URL (RFC 3986), without user information and port.
fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    host.contains('.').then_some(host)
}

fn is_colleague(out: &Collector<'_>, address: &str) -> bool {
    let directory = out.context.directory;
    let domain = address.rsplit('@').next().unwrap_or_default();
    directory.is_own_domain(domain) || out.context.graph.is_person(out.context.graph.aliases.canonical(address))
}
