//! Audit records in which somebody changes another account or object, in the shapes of [`crate::audit`] and [`crate::graph`].
//!
//! Must not know why somebody acts.

use crate::audit::{Auditor, Session, merge};
use crate::company::Employee;
use crate::graph;
use crate::rng::Rng;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

impl Auditor<'_> {
    /// A directory operation of this person on the account `target`, with the modified properties (name, old, new).
    pub fn directory_on(
        &self,
        at_ms: i64,
        operation: &str,
        target: &Employee,
        ip: Option<Ipv4Addr>,
        properties: &[(&str, &str, &str)],
        rng: &mut Rng,
    ) -> Value {
        let properties = properties.iter().map(|(name, old, new)| json!({"Name": name, "OldValue": old, "NewValue": new})).collect();
        let record = self.directory(at_ms, operation, ip, Value::Array(properties), rng);
        let ids = json!([{"ID": format!("User_{}", target.object_id), "Type": 2}, {"ID": target.object_id, "Type": 2},
            {"ID": "User", "Type": 2}, {"ID": target.mail, "Type": 5}, {"ID": target.user_key, "Type": 3}]);
        merge(record, json!({"ObjectId": target.mail, "Target": ids}))
    }

    /// The same in Entra's own log; `service` is what logs it.
    pub fn graph_audit_on(
        &self,
        at_ms: i64,
        (activity, service): (&str, &str),
        target: &Employee,
        ip: Option<Ipv4Addr>,
        rng: &mut Rng,
    ) -> Value {
        let record = self.graph_audit(at_ms, activity, "", ip, rng);
        let kind = activity.split(' ').next().unwrap_or_default();
        let operation = match kind {
            "Add" => "Add",
            "Remove" | "Delete" => "Delete",
            _ => "Update",
        };
        merge(
            record,
            json!({
                "category": if activity.contains("group") { "GroupManagement" } else { "UserManagement" },
                "loggedByService": service, "operationType": operation,
                "targetResources": [graph::user_resource(target)],
            }),
        )
    }

    /// A change of an object that is no account (application, policy), by its name.
    pub fn directory_object(&self, at_ms: i64, operation: &str, name: &str, ip: Option<Ipv4Addr>, rng: &mut Rng) -> Value {
        let record = self.directory(at_ms, operation, ip, json!([]), rng);
        let id = rng.uuid();
        let ids = json!([{"ID": format!("ServicePrincipal_{id}"), "Type": 2}, {"ID": id, "Type": 2}, {"ID": "ServicePrincipal", "Type": 2},
            {"ID": name, "Type": 1}]);
        merge(record, json!({"ObjectId": id, "Target": ids}))
    }

    /// An Exchange cmdlet with its parameters in order, about `object`.
    pub fn cmdlet(&self, at_ms: i64, session: &Session, name: &str, object: &str, parameters: &[(&str, &str)], rng: &mut Rng) -> Value {
        let parameters: Vec<(String, String)> = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let record = self.new_inbox_rule(at_ms, session, object, &parameters, rng);
        merge(record, json!({"Operation": name, "ObjectId": object}))
    }
}
