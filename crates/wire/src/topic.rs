//! Names of the topics and the keys of their records.

use weft_model::{Entity, EventUid, IncidentUid};

/// Events: Protobuf, or OCSF JSON by configuration; key `tenant|uid`.
pub const EVENTS: &str = "weft.events.v1";
/// Findings: OCSF class 2004, one an indicator; key `tenant`.
pub const FINDINGS: &str = "weft.findings.v1";
/// Incidents: OCSF class 2005, compacted; key `tenant|incident uid`.
pub const INCIDENTS: &str = "weft.incidents.v1";
/// Actions: OCSF class 7001.
pub const ACTIONS: &str = "weft.actions.v1";
/// Health and coverage of sensors and workers.
pub const HEALTH: &str = "weft.health.v1";
/// Records that could not be read, with the reason.
pub const DEAD_LETTERS: &str = "weft.dlq.v1";
/// Internal: observations by entity; key `tenant|entity`.
pub const OBSERVATIONS: &str = "weft.observations.v1";
/// Internal, compacted: identity bindings.
pub const BINDINGS: &str = "weft.bindings.v1";
/// Internal, compacted: folded epochs.
pub const EPOCHS: &str = "weft.epochs.v1";
/// Every topic.
pub const ALL: [&str; 9] = [EVENTS, FINDINGS, INCIDENTS, ACTIONS, HEALTH, DEAD_LETTERS, OBSERVATIONS, BINDINGS, EPOCHS];
/// The topics where only the last record of a key counts.
pub const COMPACTED: [&str; 3] = [INCIDENTS, BINDINGS, EPOCHS];

/// The name of `topic` on a broker whose operator configured `prefix` (put before the name as it is; empty by default).
pub fn prefixed(prefix: &str, topic: &str) -> String {
    format!("{prefix}{topic}")
}

/// Key of an event: `tenant|uid`. A uid holds no `|`, so the last one separates.
pub fn event_key(tenant: &str, uid: EventUid) -> String {
    format!("{tenant}|{uid}")
}

/// Key of a finding: the tenant, which keeps a tenant's findings in order.
pub fn finding_key(tenant: &str) -> String {
    tenant.to_owned()
}

/// Key of an incident: `tenant|incident uid`.
pub fn incident_key(tenant: &str, uid: IncidentUid) -> String {
    format!("{tenant}|{uid}")
}

/// Key of an internal observation: `tenant|kind:key`.
pub fn observation_key(tenant: &str, entity: &Entity) -> String {
    format!("{tenant}|{entity}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::EntityKind;

    #[test]
    fn keys_are_as_documented() {
        let uid = EventUid([0xab; 16]);
        assert_eq!(event_key("acme", uid), "acme|abababababababababababababababab");
        assert_eq!(incident_key("acme", IncidentUid([1; 16])), "acme|01010101010101010101010101010101");
        assert_eq!(finding_key("acme"), "acme");
        assert_eq!(observation_key("acme", &Entity::new(EntityKind::Device, "lt-7")), "acme|device:lt-7");
        assert_eq!(prefixed("eu.", EVENTS), "eu.weft.events.v1");
    }
}
