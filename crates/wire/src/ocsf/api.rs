//! API Activity (6003). The activity is always "other", named by the operation: the verb of an unknown operation is not guessed.

use super::node::Node;
use super::object::{actor, endpoint, put, read_actor, read_endpoint, read_status, read_user_agent, write_status, write_user_agent};
use super::record::{Class, Record};
use crate::activity::OTHER;
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::ApiActivity;

impl Class for ApiActivity {
    const UID: u32 = 6003;
    const NAME: &'static str = "API Activity";

    fn write(&self, record: &mut Record) {
        record.activity((OTHER, &self.operation));
        let mut api = Map::new();
        put(&mut api, "operation", Some(self.operation.as_str()));
        put(&mut api, "service", Some(self.service_name.as_str()).filter(|name| !name.is_empty()).map(|name| json!({ "name": name })));
        record.set("api", api);
        record.set("actor", actor(&self.actor));
        write_status(record, self.status);
        record.set("src_endpoint", endpoint(&self.src_endpoint));
        write_user_agent(record, self.user_agent.as_deref());
        let resources: Vec<Value> = self.resources.iter().map(|name| json!({ "name": name })).collect();
        record.option("resources", Some(resources).filter(|resources| !resources.is_empty()));
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let mut resources = Vec::new();
        for resource in record.at("resources").list("resources")? {
            let name = resource.at("name").owned("resources.name")?;
            resources.extend(name.or(resource.at("uid").owned("resources.uid")?));
        }
        Ok(Self {
            operation: record.at("api").at("operation").plain("api.operation")?,
            service_name: record.at("api").at("service").at("name").plain("api.service.name")?,
            actor: read_actor(record.at("actor"))?,
            status: read_status(record)?,
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            user_agent: read_user_agent(record)?,
            resources,
        })
    }
}
