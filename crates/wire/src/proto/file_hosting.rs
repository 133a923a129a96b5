//! File Hosting Activity (6006).

use super::object::{decode_actor, decode_endpoint, decode_status, encode_actor, encode_endpoint, encode_status};
use super::v1;
use crate::activity::{FILE_HOSTING, id_of, kind_of};
use crate::error::WireError;
use weft_model::FileHosting;

pub(super) fn encode(activity: FileHosting) -> v1::FileHosting {
    v1::FileHosting {
        activity_id: i32::from(id_of(FILE_HOSTING, &activity.kind).0),
        operation: activity.operation,
        service_name: activity.service_name,
        actor: encode_actor(activity.actor),
        status_id: encode_status(activity.status),
        src_endpoint: encode_endpoint(activity.src_endpoint),
        file: Some(v1::File { name: activity.file_name, path: activity.file_path, ..v1::File::default() }),
        user_agent: activity.user_agent,
    }
}

pub(super) fn decode(activity: v1::FileHosting) -> Result<FileHosting, WireError> {
    let file = activity.file.unwrap_or_default();
    Ok(FileHosting {
        kind: kind_of(FILE_HOSTING, i64::from(activity.activity_id)).unwrap_or_default(),
        operation: activity.operation,
        service_name: activity.service_name,
        actor: decode_actor(activity.actor),
        status: decode_status(activity.status_id),
        src_endpoint: decode_endpoint(activity.src_endpoint)?,
        file_name: file.name,
        file_path: file.path,
        user_agent: activity.user_agent,
    })
}
