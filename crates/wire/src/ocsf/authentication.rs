//! Authentication (3002).

use super::node::Node;
use super::object::{
    UNKNOWN, activity_id, known, read_endpoint, read_session, read_status, read_user, read_user_agent, session, user, write_endpoint,
    write_status, write_user_agent,
};
use super::record::{Class, Record};
use crate::activity::{AUTH_PROTOCOL, AUTHENTICATION, id_of, kind_of};
use crate::error::WireError;
use serde_json::json;
use weft_model::Authentication;

impl Class for Authentication {
    const UID: u32 = 3002;
    const NAME: &'static str = "Authentication";

    fn write(&self, record: &mut Record) {
        record.activity(id_of(AUTHENTICATION, &self.kind));
        if let Some(protocol) = &self.auth_protocol {
            let (id, caption) = id_of(AUTH_PROTOCOL, protocol);
            record.set("auth_protocol_id", json!(id));
            record.set("auth_protocol", json!(caption));
        }
        record.set("user", user(&self.user));
        write_status(record, self.status);
        record.option("status_detail", self.status_detail.as_deref());
        write_endpoint(record, "src_endpoint", &self.src_endpoint);
        record.set("service", json!({ "name": self.service_name.as_deref().unwrap_or(UNKNOWN) }));
        record.option("actor", self.app_name.as_deref().map(|name| json!({ "app_name": name })));
        write_user_agent(record, self.user_agent.as_deref());
        record.option("session", self.session.as_ref().map(session));
        record.option("is_mfa", self.is_mfa);
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let activity_id = activity_id(record)?;
        Ok(Self {
            kind: kind_of(AUTHENTICATION, activity_id).ok_or(WireError::UnknownActivity { class_uid: Self::UID, activity_id })?,
            user: read_user(record.at("user"))?,
            status: read_status(record)?,
            status_detail: record.at("status_detail").owned("status_detail")?,
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            service_name: known(record.at("service").at("name").owned("service.name")?),
            app_name: record.at("actor").at("app_name").owned("actor.app_name")?,
            user_agent: read_user_agent(record)?,
            session: read_session(record.at("session"))?,
            is_mfa: record.at("is_mfa").boolean("is_mfa")?,
            auth_protocol: record
                .at("auth_protocol_id")
                .number::<i64>("auth_protocol_id", "a number")?
                .and_then(|id| kind_of(AUTH_PROTOCOL, id)),
        })
    }
}
