//! Objects that several classes share.

use super::v1;
use crate::activity::{STATUS, id_of, kind_of};
use crate::error::WireError;
use std::net::IpAddr;
use weft_model::{Actor, Endpoint, Session, Status, User};

/// An address as 4 or 16 bytes in network order; none as no bytes.
pub(super) fn encode_ip(ip: Option<IpAddr>) -> Vec<u8> {
    match ip {
        Some(IpAddr::V4(ip)) => ip.octets().to_vec(),
        Some(IpAddr::V6(ip)) => ip.octets().to_vec(),
        None => Vec::new(),
    }
}

pub(super) fn decode_ip(bytes: &[u8], field: &'static str) -> Result<Option<IpAddr>, WireError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Ok(Some(IpAddr::from(octets)));
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(octets) => Ok(Some(IpAddr::from(octets))),
        Err(_) => Err(WireError::Invalid { field, expected: "an address of 4 or 16 bytes" }),
    }
}

/// A number that must fit the model's narrower type.
pub(super) fn narrow<T: TryFrom<u32>>(value: u32, field: &'static str, expected: &'static str) -> Result<T, WireError> {
    T::try_from(value).map_err(|_| WireError::Invalid { field, expected })
}

/// An endpoint of which nothing is known takes no bytes.
pub(super) fn encode_endpoint(endpoint: Endpoint) -> Option<v1::NetworkEndpoint> {
    if endpoint == Endpoint::default() {
        return None;
    }
    Some(v1::NetworkEndpoint {
        ip: encode_ip(endpoint.ip),
        port: endpoint.port.map(u32::from),
        hostname: endpoint.hostname,
        mac: endpoint.mac,
    })
}

pub(super) fn decode_endpoint(endpoint: Option<v1::NetworkEndpoint>) -> Result<Endpoint, WireError> {
    let Some(endpoint) = endpoint else { return Ok(Endpoint::default()) };
    Ok(Endpoint {
        ip: decode_ip(&endpoint.ip, "endpoint.ip")?,
        port: endpoint.port.map(|port| narrow(port, "endpoint.port", "0 to 65535")).transpose()?,
        hostname: endpoint.hostname,
        mac: endpoint.mac,
    })
}

pub(super) fn encode_user(user: User) -> v1::User {
    v1::User { name: user.name, email_addr: user.email_addr, uid: user.uid, domain: user.domain }
}

pub(super) fn decode_user(user: v1::User) -> User {
    User { name: user.name, email_addr: user.email_addr, uid: user.uid, domain: user.domain }
}

pub(super) fn encode_session(session: Session) -> v1::Session {
    v1::Session { uid: session.uid }
}

pub(super) fn decode_session(session: v1::Session) -> Session {
    Session { uid: session.uid }
}

pub(super) fn encode_actor(actor: Actor) -> Option<v1::Actor> {
    if actor == Actor::default() {
        return None;
    }
    Some(v1::Actor { user: actor.user.map(encode_user), session: actor.session.map(encode_session), app_name: actor.app_name })
}

pub(super) fn decode_actor(actor: Option<v1::Actor>) -> Actor {
    let Some(actor) = actor else { return Actor::default() };
    Actor { user: actor.user.map(decode_user), session: actor.session.map(decode_session), app_name: actor.app_name }
}

pub(super) fn encode_status(status: Status) -> i32 {
    i32::from(id_of(STATUS, &status).0)
}

/// A status of a later version is unknown.
pub(super) fn decode_status(id: i32) -> Status {
    kind_of(STATUS, i64::from(id)).unwrap_or_default()
}
