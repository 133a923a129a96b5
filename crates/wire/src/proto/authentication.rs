//! Authentication (3002).

use super::object::{
    decode_endpoint, decode_session, decode_status, decode_user, encode_endpoint, encode_session, encode_status, encode_user,
};
use super::v1;
use crate::activity::{AUTH_PROTOCOL, AUTHENTICATION, id_of, kind_of};
use crate::error::WireError;
use weft_model::Authentication;

pub(super) fn encode(sign_in: Authentication) -> v1::Authentication {
    v1::Authentication {
        activity_id: i32::from(id_of(AUTHENTICATION, &sign_in.kind).0),
        user: Some(encode_user(sign_in.user)),
        status_id: encode_status(sign_in.status),
        status_detail: sign_in.status_detail,
        src_endpoint: encode_endpoint(sign_in.src_endpoint),
        service: sign_in.service_name.map(|name| v1::Service { name }),
        actor: sign_in.app_name.map(|name| v1::Actor { app_name: Some(name), ..v1::Actor::default() }),
        session: sign_in.session.map(encode_session),
        is_mfa: sign_in.is_mfa,
        user_agent: sign_in.user_agent,
        auth_protocol_id: sign_in.auth_protocol.map(|protocol| i32::from(id_of(AUTH_PROTOCOL, &protocol).0)).unwrap_or_default(),
    }
}

/// The model has no "other" authentication, and taking one for a sign-in would be false evidence: so an unknown kind is an error.
pub(super) fn decode(sign_in: v1::Authentication) -> Result<Authentication, WireError> {
    let activity_id = i64::from(sign_in.activity_id);
    Ok(Authentication {
        kind: kind_of(AUTHENTICATION, activity_id).ok_or(WireError::UnknownActivity { class_uid: 3002, activity_id })?,
        user: decode_user(sign_in.user.unwrap_or_default()),
        status: decode_status(sign_in.status_id),
        status_detail: sign_in.status_detail,
        src_endpoint: decode_endpoint(sign_in.src_endpoint)?,
        service_name: sign_in.service.map(|service| service.name),
        app_name: sign_in.actor.and_then(|actor| actor.app_name),
        user_agent: sign_in.user_agent,
        session: sign_in.session.map(decode_session),
        is_mfa: sign_in.is_mfa,
        auth_protocol: kind_of(AUTH_PROTOCOL, i64::from(sign_in.auth_protocol_id)),
    })
}
