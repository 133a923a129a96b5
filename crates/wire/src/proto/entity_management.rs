//! Entity Management (3004).

use super::object::{decode_actor, decode_endpoint, decode_status, encode_actor, encode_endpoint, encode_status};
use super::v1;
use crate::activity::{ENTITY_MANAGEMENT, id_of, kind_of};
use crate::error::WireError;
use weft_model::EntityManagement;

pub(super) fn encode(change: EntityManagement) -> v1::EntityManagement {
    let data = change.parameters.into_iter().map(|(name, value)| v1::Parameter { name, value });
    v1::EntityManagement {
        activity_id: i32::from(id_of(ENTITY_MANAGEMENT, &change.kind).0),
        operation: change.operation,
        actor: encode_actor(change.actor),
        entity: Some(v1::ManagedEntity { r#type: change.entity_type, name: change.entity_name, data: data.collect() }),
        status_id: encode_status(change.status),
        src_endpoint: encode_endpoint(change.src_endpoint),
    }
}

pub(super) fn decode(change: v1::EntityManagement) -> Result<EntityManagement, WireError> {
    let entity = change.entity.unwrap_or_default();
    Ok(EntityManagement {
        kind: kind_of(ENTITY_MANAGEMENT, i64::from(change.activity_id)).unwrap_or_default(),
        operation: change.operation,
        actor: decode_actor(change.actor),
        entity_type: entity.r#type,
        entity_name: entity.name,
        status: decode_status(change.status_id),
        src_endpoint: decode_endpoint(change.src_endpoint)?,
        parameters: entity.data.into_iter().map(|p| (p.name, p.value)).collect(),
    })
}
