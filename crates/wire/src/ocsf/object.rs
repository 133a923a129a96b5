//! Objects that several classes share.

use super::format::{is_email, is_mac};
use super::node::Node;
use super::record::Record;
use crate::activity::{STATUS, id_of, kind_of};
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::{Actor, Endpoint, Session, Status, User};

/// Stands where the schema wants a name and the record has none; read back as none.
pub(super) const UNKNOWN: &str = "unknown";

/// Puts `value` under `key` when there is one.
pub(super) fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// The name, unless it only fills a required attribute.
pub(super) fn known(name: Option<String>) -> Option<String> {
    name.filter(|name| name != UNKNOWN)
}

/// A `network_endpoint`; the schema wants a name or an address, so one without either is named `unknown`.
pub(super) fn endpoint(endpoint: &Endpoint) -> Value {
    let mut object = Map::new();
    put(&mut object, "ip", endpoint.ip.map(|ip| ip.to_string()));
    put(&mut object, "port", endpoint.port);
    put(&mut object, "hostname", endpoint.hostname.as_deref());
    put(&mut object, "mac", endpoint.mac.as_deref().filter(|mac| is_mac(mac)));
    if endpoint.ip.is_none() && endpoint.hostname.is_none() {
        put(&mut object, "name", Some(UNKNOWN));
    }
    Value::Object(object)
}

/// The endpoint under `key` of a class that does not require it: left out when nothing is known of it.
pub(super) fn write_endpoint(record: &mut Record, key: &str, value: &Endpoint) {
    if *value != Endpoint::default() {
        record.set(key, endpoint(value));
    }
}

/// Both ends of a connection, at least one of which the schema wants.
pub(super) fn write_endpoints(record: &mut Record, src: &Endpoint, dst: &Endpoint) {
    write_endpoint(record, "dst_endpoint", dst);
    if *dst == Endpoint::default() {
        record.set("src_endpoint", endpoint(src));
    } else {
        write_endpoint(record, "src_endpoint", src);
    }
}

pub(super) fn read_endpoint(node: Node<'_>) -> Result<Endpoint, WireError> {
    Ok(Endpoint {
        ip: node.at("ip").ip("endpoint.ip")?,
        port: node.at("port").number("endpoint.port", "0 to 65535")?,
        hostname: node.at("hostname").owned("endpoint.hostname")?,
        mac: node.at("mac").owned("endpoint.mac")?,
    })
}

/// A `user`; the schema wants a name or a uid, so the address (or `unknown`) fills the name of one without either.
pub(super) fn user(user: &User) -> Value {
    let mut object = Map::new();
    put(&mut object, "name", user.name.as_deref());
    put(&mut object, "uid", user.uid.as_deref());
    put(&mut object, "domain", user.domain.as_deref());
    put(&mut object, "email_addr", user.email_addr.as_deref().filter(|address| is_email(address)));
    if user.name.is_none() && user.uid.is_none() {
        put(&mut object, "name", Some(user.email_addr.as_deref().unwrap_or(UNKNOWN)));
    }
    Value::Object(object)
}

pub(super) fn read_user(node: Node<'_>) -> Result<User, WireError> {
    let email_addr = node.at("email_addr").owned("user.email_addr")?;
    let name = known(node.at("name").owned("user.name")?).filter(|name| email_addr.as_ref() != Some(name));
    Ok(User { name, email_addr, uid: node.at("uid").owned("user.uid")?, domain: node.at("domain").owned("user.domain")? })
}

pub(super) fn session(session: &Session) -> Value {
    json!({ "uid": session.uid })
}

pub(super) fn read_session(node: Node<'_>) -> Result<Option<Session>, WireError> {
    if !node.is_some() {
        return Ok(None);
    }
    Ok(Some(Session { uid: node.at("uid").plain("session.uid")? }))
}

/// An `actor`; the schema wants one of its attributes, so one of whom nothing is known has the application `unknown`.
pub(super) fn actor(actor: &Actor) -> Value {
    let mut object = Map::new();
    put(&mut object, "user", actor.user.as_ref().map(user));
    put(&mut object, "session", actor.session.as_ref().map(session));
    put(&mut object, "app_name", actor.app_name.as_deref());
    if object.is_empty() {
        put(&mut object, "app_name", Some(UNKNOWN));
    }
    Value::Object(object)
}

/// The actor of a class that does not require one.
pub(super) fn write_actor(record: &mut Record, value: &Actor) {
    if *value != Actor::default() {
        record.set("actor", actor(value));
    }
}

pub(super) fn read_actor(node: Node<'_>) -> Result<Actor, WireError> {
    let user = node.at("user");
    Ok(Actor {
        user: user.is_some().then(|| read_user(user)).transpose()?,
        session: read_session(node.at("session"))?,
        app_name: known(node.at("app_name").owned("actor.app_name")?),
    })
}

pub(super) fn write_status(record: &mut Record, status: Status) {
    record.status(id_of(STATUS, &status));
}

/// The status; anything else than success and failure is unknown.
pub(super) fn read_status(record: Node<'_>) -> Result<Status, WireError> {
    let id = record.at("status_id").number("status_id", "a status number")?;
    Ok(id.and_then(|id| kind_of(STATUS, id)).unwrap_or_default())
}

/// `http_request.user_agent`, for the classes that know no more of the request.
pub(super) fn write_user_agent(record: &mut Record, user_agent: Option<&str>) {
    record.option("http_request", user_agent.map(|user_agent| json!({ "user_agent": user_agent })));
}

pub(super) fn read_user_agent(record: Node<'_>) -> Result<Option<String>, WireError> {
    record.at("http_request").at("user_agent").owned("http_request.user_agent")
}

/// The number of the record's activity, 0 when it says none.
pub(super) fn activity_id(record: Node<'_>) -> Result<i64, WireError> {
    Ok(record.at("activity_id").number("activity_id", "an activity number")?.unwrap_or(0))
}
