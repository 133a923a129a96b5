//! Account Change (3001). The provider's operation name is `metadata.event_code`.

use super::node::Node;
use super::object::{activity_id, read_actor, read_endpoint, read_status, read_user, user, write_actor, write_endpoint, write_status};
use super::record::{Class, Record};
use crate::activity::{ACCOUNT_CHANGE, OTHER, id_of, kind_of};
use crate::error::WireError;
use serde_json::json;
use weft_model::AccountChange;

impl Class for AccountChange {
    const UID: u32 = 3001;
    const NAME: &'static str = "Account Change";

    fn write(&self, record: &mut Record) {
        record.activity(id_of(ACCOUNT_CHANGE, &self.kind));
        record.metadata("event_code", self.operation.as_str());
        record.set("user", user(&self.user));
        write_actor(record, &self.actor);
        write_status(record, self.status);
        write_endpoint(record, "src_endpoint", &self.src_endpoint);
        // Providers name factors in their own words; "other" with those words is what OCSF asks for.
        let factor = self.auth_factor.as_deref().map(|factor| json!([{ "factor_type_id": OTHER, "factor_type": factor }]));
        record.option("auth_factors", factor);
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let factor = record.at("auth_factors").list("auth_factors")?.next();
        Ok(Self {
            kind: kind_of(ACCOUNT_CHANGE, activity_id(record)?).unwrap_or_default(),
            operation: record.at("metadata").at("event_code").plain("metadata.event_code")?,
            user: read_user(record.at("user"))?,
            actor: read_actor(record.at("actor"))?,
            status: read_status(record)?,
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            auth_factor: factor.map(|factor| factor.at("factor_type").owned("auth_factors.factor_type")).transpose()?.flatten(),
        })
    }
}
