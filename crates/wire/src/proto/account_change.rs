//! Account Change (3001).

use super::object::{decode_actor, decode_endpoint, decode_status, decode_user, encode_actor, encode_endpoint, encode_status, encode_user};
use super::v1;
use crate::activity::{ACCOUNT_CHANGE, id_of, kind_of};
use crate::error::WireError;
use weft_model::AccountChange;

pub(super) fn encode(change: AccountChange) -> v1::AccountChange {
    v1::AccountChange {
        activity_id: i32::from(id_of(ACCOUNT_CHANGE, &change.kind).0),
        operation: change.operation,
        user: Some(encode_user(change.user)),
        actor: encode_actor(change.actor),
        status_id: encode_status(change.status),
        src_endpoint: encode_endpoint(change.src_endpoint),
        auth_factor: change.auth_factor,
    }
}

pub(super) fn decode(change: v1::AccountChange) -> Result<AccountChange, WireError> {
    Ok(AccountChange {
        kind: kind_of(ACCOUNT_CHANGE, i64::from(change.activity_id)).unwrap_or_default(),
        operation: change.operation,
        user: decode_user(change.user.unwrap_or_default()),
        actor: decode_actor(change.actor),
        status: decode_status(change.status_id),
        src_endpoint: decode_endpoint(change.src_endpoint)?,
        auth_factor: change.auth_factor,
    })
}
