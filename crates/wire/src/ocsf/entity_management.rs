//! Entity Management (3004). The provider's operation name is `metadata.event_code`, its parameters are the entity's `data`.

use super::node::Node;
use super::object::{activity_id, put, read_actor, read_endpoint, read_status, write_actor, write_endpoint, write_status};
use super::record::{Class, Record};
use crate::activity::{ENTITY_MANAGEMENT, id_of, kind_of};
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::EntityManagement;

impl Class for EntityManagement {
    const UID: u32 = 3004;
    const NAME: &'static str = "Entity Management";

    fn write(&self, record: &mut Record) {
        record.activity(id_of(ENTITY_MANAGEMENT, &self.kind));
        record.metadata("event_code", self.operation.as_str());
        write_actor(record, &self.actor);
        let mut entity = Map::new();
        put(&mut entity, "name", Some(self.entity_name.as_str()));
        put(&mut entity, "type", Some(self.entity_type.as_str()).filter(|kind| !kind.is_empty()));
        let data: Vec<Value> = self.parameters.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        put(&mut entity, "data", Some(data).filter(|data| !data.is_empty()));
        record.set("entity", entity);
        write_status(record, self.status);
        write_endpoint(record, "src_endpoint", &self.src_endpoint);
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let entity = record.at("entity");
        let mut parameters = Vec::new();
        // Other producers may put anything into `data`; only a list of name and value is ours.
        if entity.at("data").value().is_some_and(Value::is_array) {
            for parameter in entity.at("data").list("entity.data")? {
                if let (Some(name), Some(value)) = (parameter.at("name").value(), parameter.at("value").value()) {
                    parameters.extend(name.as_str().zip(value.as_str()).map(|(name, value)| (name.to_owned(), value.to_owned())));
                }
            }
        }
        Ok(Self {
            kind: kind_of(ENTITY_MANAGEMENT, activity_id(record)?).unwrap_or_default(),
            operation: record.at("metadata").at("event_code").plain("metadata.event_code")?,
            actor: read_actor(record.at("actor"))?,
            entity_type: entity.at("type").plain("entity.type")?,
            entity_name: entity.at("name").plain("entity.name")?,
            status: read_status(record)?,
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            parameters,
        })
    }
}
