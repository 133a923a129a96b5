//! File Hosting Activity (6006). The service is the destination's `svc_name`, the operation name `metadata.event_code`.

use super::node::Node;
use super::object::{
    activity_id, actor, endpoint, put, read_actor, read_endpoint, read_status, read_user_agent, write_status, write_user_agent,
};
use super::record::{Class, Record};
use crate::activity::{FILE_HOSTING, id_of, kind_of};
use crate::error::WireError;
use serde_json::{Map, json};
use weft_model::FileHosting;

impl Class for FileHosting {
    const UID: u32 = 6006;
    const NAME: &'static str = "File Hosting Activity";

    fn write(&self, record: &mut Record) {
        record.activity(id_of(FILE_HOSTING, &self.kind));
        record.metadata("event_code", self.operation.as_str());
        record.set("actor", actor(&self.actor));
        write_status(record, self.status);
        record.set("src_endpoint", endpoint(&self.src_endpoint));
        let service = Some(self.service_name.as_str()).filter(|name| !name.is_empty());
        record.option("dst_endpoint", service.map(|name| json!({ "svc_name": name })));
        let mut file = Map::new();
        put(&mut file, "name", Some(self.file_name.as_str()));
        put(&mut file, "path", Some(self.file_path.as_str()).filter(|path| !path.is_empty()));
        put(&mut file, "type_id", Some(0));
        record.set("file", file);
        write_user_agent(record, self.user_agent.as_deref());
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        Ok(Self {
            kind: kind_of(FILE_HOSTING, activity_id(record)?).unwrap_or_default(),
            operation: record.at("metadata").at("event_code").plain("metadata.event_code")?,
            service_name: record.at("dst_endpoint").at("svc_name").plain("dst_endpoint.svc_name")?,
            actor: read_actor(record.at("actor"))?,
            status: read_status(record)?,
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            file_name: record.at("file").at("name").plain("file.name")?,
            file_path: record.at("file").at("path").plain("file.path")?,
            user_agent: read_user_agent(record)?,
        })
    }
}
