//! API Activity (6003).

use super::object::{decode_actor, decode_endpoint, decode_status, encode_actor, encode_endpoint, encode_status};
use super::v1;
use crate::error::WireError;
use weft_model::ApiActivity;

pub(super) fn encode(call: ApiActivity) -> v1::ApiActivity {
    v1::ApiActivity {
        api: Some(v1::Api { operation: call.operation, service_name: call.service_name }),
        actor: encode_actor(call.actor),
        status_id: encode_status(call.status),
        src_endpoint: encode_endpoint(call.src_endpoint),
        user_agent: call.user_agent,
        resources: call.resources,
    }
}

pub(super) fn decode(call: v1::ApiActivity) -> Result<ApiActivity, WireError> {
    let api = call.api.unwrap_or_default();
    Ok(ApiActivity {
        operation: api.operation,
        service_name: api.service_name,
        actor: decode_actor(call.actor),
        status: decode_status(call.status_id),
        src_endpoint: decode_endpoint(call.src_endpoint)?,
        user_agent: call.user_agent,
        resources: call.resources,
    })
}
