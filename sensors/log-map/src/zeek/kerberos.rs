//! `kerberos.log`: an AS exchange to an authentication; ticket requests for services (TGS) are not read, as by `weft-net-decode`.

use super::Log;
use super::fields::{Fields, ends, long_text, time_ns, uid};
use crate::error::LogError;
use crate::{event, text};
use weft_model::{Authentication, AuthenticationKind, Body, Event, EventUid, Status, User};

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    if record.text("request_type").is_none_or(|kind| kind != "AS") {
        return Err(LogError::NoReader);
    }
    let at_ns = time_ns(record)?;
    let (source, destination) = ends(record)?;
    let client = record.text("client").ok_or(LogError::MissingField)?;
    // `name/realm`; a name may hold slashes itself (`host/pc07/CORP.EXAMPLE`).
    let (name, realm) = client.rsplit_once('/').unwrap_or((&client, ""));
    let (name, realm) = (text::name(name), text::name(realm));
    let status_detail = long_text(record, "error_msg");
    let status = match record.text("success").as_deref() {
        Some("T") => Status::Success,
        // The usual first answer: it asks for proof and refuses nobody.
        Some("F") if status_detail.as_deref() == Some("KDC_ERR_PREAUTH_REQUIRED") => Status::Unknown,
        Some("F") => Status::Failure,
        _ => Status::Unknown,
    };
    let zeek_uid = uid(record);
    let parts = [source.to_string(), destination.to_string(), name.clone(), realm.clone()];
    let mut parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    let time_bytes = at_ns.to_be_bytes();
    parts.push(&time_bytes);
    let event_uid = EventUid::of("zeek-kerberos", &parts);
    let realm = Some(realm).filter(|realm| !realm.is_empty());
    let email_addr = name.contains('@').then(|| name.clone());
    let activity = Authentication {
        kind: AuthenticationKind::AuthenticationTicket,
        user: User { name: Some(name), email_addr, uid: None, domain: realm.clone() },
        status,
        status_detail,
        src_endpoint: event::endpoint(source),
        service_name: realm,
        ..Authentication::default()
    };
    Ok(Log::Kerberos.source().event(event_uid, at_ns, zeek_uid, Body::Authentication(Box::new(activity))))
}
