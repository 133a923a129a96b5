//! Events to facts: resolves who acted as of the event's time, looks up what is known of addresses and domains, and notes which
//! internal entity touched which external one.

mod email;
mod finding;
mod network;
mod saas;

use crate::context::Context;
use crate::fact::{Entities, Fact, FactKind, Fields, Shared};
use crate::field;
pub(crate) use finding::resolve;
use std::net::IpAddr;
use weft_enrich::is_private;
use weft_entity_graph::{Contact, EntityGraph, Touch};
use weft_model::{
    AuthProtocol, AuthenticationKind, Body, DAY_MS, DhcpKind, Directory, Domain, EmailDirection, Entity, EntityKind, Event, EventTime,
    HOUR_MS, InvolvedKind, Person, SmolStr, Status, format_smolstr,
};

/// What events yield.
#[derive(Debug, Default)]
pub struct Extracted {
    pub facts: Vec<Fact>,
    /// External entity and contact.
    pub touches: Vec<(Entity, Touch)>,
    /// Internal entities seen.
    pub known: Vec<(EntityKind, SmolStr)>,
    /// Of another product's finding: whom and what it names, the one it is about first.
    pub sighted: Vec<Entity>,
    /// Who was active from a source of its own, and in which country.
    pub seated: Vec<(SmolStr, SmolStr)>,
    /// Who was active from a source that is not its own, in which country and from which address.
    pub strayed: Vec<(SmolStr, SmolStr, SmolStr)>,
    /// Registrable domains that an administrator declared to be those of a phishing exercise.
    pub sanctioned: Vec<SmolStr>,
    /// Outside addresses that were written to, and their registrable domain where that belongs to one owner.
    pub wrote: Vec<(SmolStr, Option<SmolStr>)>,
    /// Who of those inside wrote to whom.
    pub colleagues: Vec<(SmolStr, SmolStr)>,
}

/// Nobody gets to another country and to work there within this time of having been seen at the usual place, however near it is.
const TWO_PLACES_MS: i64 = 3 * HOUR_MS;
/// What an airliner covers in an hour, km.
const AIRLINER_KM: f64 = 900.0;
/// A source that somebody has used for so long is a usual place, not a stop on a journey.
const SETTLED_MS: i64 = 5 * DAY_MS;

/// Turns events into facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extractor;

impl Extractor {
    /// First pass over an hour: address leases.
    pub fn bind_addresses(event: &Event, graph: &mut EntityGraph) {
        match &event.body {
            Body::Dhcp(dhcp) => match (dhcp.kind, dhcp.leased_ip) {
                (DhcpKind::Ack, Some(ip)) => {
                    let device = dhcp.hostname.as_deref().unwrap_or(&dhcp.mac);
                    graph.bindings.lease(ip, device, event.time, dhcp.lease_s.unwrap_or(3600));
                }
                // Only who has an address can give it back.
                (DhcpKind::Release, Some(ip)) if dhcp.src_endpoint.ip.is_none_or(|from| from == ip) => {
                    graph.bindings.release(ip, event.time);
                }
                _ => {}
            },
            // A computer's own name, once a server has let its user in.
            Body::Authentication(logon) if logon.auth_protocol == Some(AuthProtocol::Ntlm) && logon.status == Status::Success => {
                let name = logon.src_endpoint.hostname.as_deref().filter(|name| !name.is_empty());
                if let Some((ip, name)) = logon.src_endpoint.ip.filter(|ip| is_private(*ip)).zip(name) {
                    graph.bindings.own_name(ip, name, event.time);
                }
            }
            _ => {}
        }
    }

    /// Second pass: who logged on where, which names mean one account, and which messages went out: their answers may be of the same hour.
    pub fn bind_people(event: &Event, graph: &mut EntityGraph, directory: &Directory) {
        if let Body::Email(email) = &event.body
            && let Some((message, touch)) = email::went_out(event, email, directory)
        {
            graph.touch(&message, touch);
        }
        if let Body::Finding(finding) = &event.body {
            for one in finding.involved.iter().filter(|one| one.kind == InvolvedKind::User) {
                graph.aliases.unite([one.name.as_str()].into_iter().chain(one.aliases.iter().map(String::as_str)));
            }
        }
        let device_at = |graph: &EntityGraph, ip: IpAddr| {
            let device = graph.bindings.device(ip, event.time);
            device.or_else(|| is_private(ip).then(|| format_smolstr!("{ip}")))
        };
        match &event.body {
            Body::Authentication(logon) => {
                let is_proof = match logon.auth_protocol {
                    Some(AuthProtocol::Ntlm) => logon.status == Status::Success,
                    _ => logon.kind == AuthenticationKind::AuthenticationTicket && logon.status != Status::Failure,
                };
                let (true, Some(ip), Some(name)) = (is_proof, logon.src_endpoint.ip, &logon.user.name) else { return };
                // Machine accounts end in a dollar sign and are nobody.
                let Some((person, _)) = directory.person(name).filter(|_| !name.ends_with('$')) else { return };
                if let Some(device) = device_at(graph, ip) {
                    graph.logon(&device, person, event.time);
                }
            }
            // What a mail says of its sender is believed where nothing better is known.
            Body::Email(email) if email.direction != EmailDirection::Inbound => {
                let Some(ip) = email.origin_ip.filter(|ip| is_private(*ip)) else { return };
                let Some((person, _)) = directory.person(&email.from) else { return };
                if let Some(device) = device_at(graph, ip) {
                    graph.bindings.letter(&device, person, event.time);
                }
            }
            _ => {}
        }
    }

    /// Third pass: facts and contacts, added to what there is. Reads the bindings as of the event's time.
    pub fn extract(event: &Event, context: Context<'_>, into: &mut Extracted) {
        let mut out = Collector { event, context, out: into };
        match &event.body {
            Body::Email(email) => email::extract(&mut out, email),
            Body::Network(flow) => network::flow(&mut out, flow),
            Body::Http(http) => network::http(&mut out, http),
            Body::Dns(dns) => network::dns(&mut out, dns),
            Body::Dhcp(_) => {}
            Body::Finding(finding) => finding::extract(&mut out, finding),
            Body::Authentication(logon) => saas::logon(&mut out, logon),
            Body::AccountChange(change) => saas::account(&mut out, change),
            Body::EntityManagement(change) => saas::entity(&mut out, change),
            Body::Api(call) => saas::api(&mut out, call),
            Body::FileHosting(file) => saas::file(&mut out, file),
        }
    }
}

/// An internal person, account or device with its peer group.
#[derive(Clone, Debug)]
struct Internal {
    kind: EntityKind,
    key: SmolStr,
    name: SmolStr,
    peer: Option<SmolStr>,
}

impl Internal {
    fn entity(&self) -> Entity {
        Entity::new(self.kind, self.key.clone())
    }
}

/// Collects what one event yields.
struct Collector<'a> {
    event: &'a Event,
    context: Context<'a>,
    out: &'a mut Extracted,
}

impl Collector<'_> {
    fn at(&self) -> EventTime {
        self.event.time
    }

    /// The person an address, id or login name belongs to; an account when only the address is known; nobody for service names.
    fn person(&mut self, alias: &str) -> Option<Internal> {
        let internal = match self.context.directory.person(alias) {
            Some((key, person)) => Internal {
                kind: EntityKind::Person,
                key: SmolStr::new(key),
                name: SmolStr::new(if person.display_name.is_empty() { key } else { &person.display_name }),
                peer: self.group(key, Some(person)),
            },
            None if alias.contains('@') && alias.len() <= 320 => {
                let key: SmolStr = SmolStr::new(alias.to_lowercase().as_str());
                let kind = if self.context.directory.is_empty() { EntityKind::Person } else { EntityKind::Account };
                Internal { kind, peer: self.group(&key, None), name: key.clone(), key }
            }
            None => return None,
        };
        self.out.known.push((internal.kind, internal.key.clone()));
        Some(internal)
    }

    /// The peer group: the department, else what was learned.
    fn group(&self, key: &str, person: Option<&Person>) -> Option<SmolStr> {
        let department = person.map(|person| person.department.as_str()).filter(|department| !department.is_empty());
        department.map(SmolStr::new).or_else(|| self.context.graph.groups.of(key).cloned())
    }

    /// The device behind an internal address, by its lease, else the address itself.
    fn device(&mut self, ip: IpAddr) -> Internal {
        let bound = self.context.graph.bindings.device(ip, self.at());
        let key = bound.unwrap_or_else(|| format_smolstr!("{ip}"));
        let owner = self.context.directory.owner(&key);
        let peer = owner.and_then(|(owner, person)| self.group(owner, Some(person)));
        self.out.known.push((EntityKind::Device, key.clone()));
        Internal { kind: EntityKind::Device, name: key.clone(), key, peer }
    }

    fn touch(&mut self, entity: Entity, by: &Internal) {
        let is_refused = matches!(&self.event.body, Body::Authentication(logon) if logon.status == Status::Failure);
        self.contact(entity, by, if is_refused { Contact::Attempt } else { Contact::Use });
    }

    fn contact(&mut self, entity: Entity, by: &Internal, contact: Contact) {
        let touch = Touch {
            event: self.event.reference(),
            domain: self.event.domain(),
            class_uid: self.event.body.class_uid(),
            by: by.key.clone(),
            contact,
        };
        self.out.touches.push((entity, touch));
    }

    /// Fields about an address, with an entity and a contact when it is public.
    fn address(&mut self, fact: &mut Fact, ip: Option<IpAddr>, by: &Internal) {
        let Some(ip) = ip else { return };
        let info = self.context.outside.address(self.context.enricher, ip);
        fact.shared.address = Some(info.clone());
        if info.is_private {
            return;
        }
        let entity = Entity::new(EntityKind::Ip, info.text.clone());
        let earlier = (self.at().plus_ms(-30 * DAY_MS), self.at().plus_ms(-DAY_MS));
        let touches = self.context.graph.touches(&entity);
        let familiarity = match touches {
            Some(touches) if touches.touched_by(&by.key, earlier.0, earlier.1) => "own",
            Some(touches) if touches.first_seen() <= earlier.1 => "known here",
            _ => "new",
        };
        fact.fields.push((field!("familiarity"), SmolStr::new_static(familiarity)));
        let mut source = entity.clone();
        if let Some(country) = info.country.as_ref().filter(|_| self.event.domain() == Domain::Saas) {
            let settled = self.at().plus_ms(-SETTLED_MS);
            // Who works through a rented server or a VPN may sit anywhere.
            let is_access = info.network_kind.as_deref() == Some("access");
            let is_settled = || touches.is_some_and(|touches| touches.touched_by(&by.key, earlier.0, settled));
            if is_access && (is_settled() || self.is_at_home_computer(&by.key, country)) {
                let stray = self.context.graph.notes.stray_of(&by.key).filter(|(at, elsewhere, _)| self.is_both(*at, elsewhere, country));
                let other = stray.map(|(_, elsewhere, ip)| format_smolstr!("{ip} ({elsewhere})"));
                fact.fields.push((field!("presence"), presence(stray.is_some())));
                fact.fields.push((field!("other_source"), other.unwrap_or(SmolStr::new_static("none"))));
                // The owner's own address is not what stands out.
                source = stray.map_or(source, |(.., ip)| Entity::new(EntityKind::Ip, ip));
                self.out.seated.push((by.key.clone(), country.clone()));
            } else if familiarity != "own" {
                let seat = self.context.graph.seat_of(&by.key).filter(|(at, usual)| self.is_both(*at, usual, country));
                fact.fields.push((field!("presence"), presence(seat.is_some())));
                if !matches!(&self.event.body, Body::Authentication(logon) if logon.status == Status::Failure) {
                    self.out.strayed.push((by.key.clone(), country.clone(), format_smolstr!("{ip}")));
                }
            }
        }
        fact.entities.push(source);
        self.touch(entity, by);
    }

    /// Whether a person works at a computer in the country that the directory gives as theirs, at whatever address: who sits at home has another one
    /// every few days. Telephones say nothing of that: their providers lead the traffic of travellers home.
    fn is_at_home_computer(&self, who: &str, country: &str) -> bool {
        let agent = match &self.event.body {
            Body::Authentication(logon) if logon.status == Status::Success => &logon.user_agent,
            Body::Api(call) => &call.user_agent,
            Body::FileHosting(file) => &file.user_agent,
            _ => return false,
        };
        let is_computer = |agent: &str| {
            ["Windows NT", "Macintosh", "X11"].iter().any(|system| agent.contains(system))
                && !agent.contains("Mobile")
                && !agent.contains("Android")
        };
        agent.as_deref().is_some_and(is_computer)
            && self.context.directory.person(who).is_some_and(|(_, person)| person.usual_country.eq_ignore_ascii_case(country))
    }

    /// Whether having been in `other` country at that time contradicts being in `country` now: nobody is in two places.
    fn is_both(&self, at: EventTime, other: &str, country: &str) -> bool {
        let passed = self.at().since(at);
        let flight = || (weft_enrich::distance_km(other, country) / AIRLINER_KM * HOUR_MS as f64) as i64;
        other != country && passed >= 0 && (passed <= TWO_PLACES_MS || passed <= DAY_MS && passed <= flight())
    }

    fn fact(&self, kind: FactKind, who: &Internal) -> Fact {
        let field = if who.kind == EntityKind::Device { field!("device") } else { field!("person") };
        let (mut fields, mut entities) = (Fields::new(), Entities::new());
        fields.push((field, who.name.clone()));
        entities.push(who.entity());
        Fact { kind, event: self.event.reference(), fields, shared: Shared::default(), amount: 0, entities, peer: who.peer.clone() }
    }
}

fn presence(is_elsewhere: bool) -> SmolStr {
    SmolStr::new_static(if is_elsewhere { "elsewhere" } else { "one place" })
}

/// The last label of a host name.
fn tld(host: &str) -> &str {
    host.rsplit('.').next().unwrap_or(host)
}

#[cfg(test)]
mod tests;
