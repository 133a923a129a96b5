//! A change of an account as both logs of the directory tell it: passwords, roles.
//!
//! Must not know why somebody changes it.

use crate::audit::{Auditor, merge};
use crate::output::Log;
use crate::rng::Rng;
use crate::world::World;
use serde_json::json;
use std::net::Ipv4Addr;

/// Who changes whose account, by index.
pub type Parties = (usize, usize);

impl World {
    /// One change from `at_ms` on: operations of the two logs, reason, modified properties (name, old, new). Returns when it is done.
    pub fn change_account(
        &mut self,
        (actor, target): Parties,
        (operation, activity, reason): (&str, &str, &str),
        ip: Option<Ipv4Addr>,
        properties: &[(&str, &str, &str)],
        at_ms: i64,
        rng: &mut Rng,
    ) -> i64 {
        let company = &self.company;
        let (Some(person), Some(changed)) = (company.people.get(actor), company.people.get(target)) else { return at_ms };
        let auditor = Auditor { company, person };
        let record = auditor.directory_on(at_ms, operation, changed, ip, properties, rng);
        self.out.record(Log::Unified, at_ms, record);
        let later = at_ms + rng.range(200, 3_000);
        let own = activity.contains("self-service");
        let service = if own { "Self-service Password Management" } else { "Core Directory" };
        let record = auditor.graph_audit_on(later, (activity, service), changed, ip, rng);
        self.out.record(Log::DirectoryAudits, later, merge(record, json!({"resultReason": reason})));
        later
    }

    /// A password is changed, or reset without the old one (through self-service when it is the own one); that ends the old sessions.
    pub fn change_password(&mut self, parties: Parties, reset: bool, ip: Option<Ipv4Addr>, at_ms: i64, rng: &mut Rng) -> i64 {
        let names = match (reset, parties.0 == parties.1) {
            (true, false) => ("Reset user password.", "Reset user password", ""),
            (true, true) => ("Reset user password.", "Reset password (self-service)", "Successfully completed reset."),
            (false, _) => ("Change user password.", "Change password (self-service)", "None"),
        };
        let at_ms = self.change_account(parties, names, ip, &[], at_ms, rng);
        let names = ("Update StsRefreshTokenValidFrom Timestamp.", "Update StsRefreshTokenValidFrom Timestamp", "");
        self.change_account(parties, names, None, &[("StsRefreshTokensValidFrom", "", "")], at_ms, rng)
    }

    /// A directory role is given or taken.
    pub fn change_role(&mut self, parties: Parties, (role, given): (&str, bool), ip: Option<Ipv4Addr>, at_ms: i64, rng: &mut Rng) -> i64 {
        let role = format!("\"{role}\"");
        let (names, old, new) = if given {
            (("Add member to role.", "Add member to role", ""), "", role.as_str())
        } else {
            (("Remove member from role.", "Remove member from role", ""), role.as_str(), "")
        };
        self.change_account(parties, names, ip, &[("Role.DisplayName", old, new)], at_ms, rng)
    }
}
