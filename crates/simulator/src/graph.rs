//! Records of Microsoft Entra ID in the shape of Microsoft Graph v1.0: `signIn` and `directoryAudit`.
//!
//! Must not know why somebody acts.

use crate::audit::{App, Auditor, Session};
use crate::calendar::graph_time;
use crate::company::Employee;
use crate::rng::Rng;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

impl Auditor<'_> {
    /// A `signIn`; a failure has its error code and reason.
    pub fn graph_sign_in(&self, at_ms: i64, session: &Session, app: &App, failure: Option<(u32, &str)>, rng: &mut Rng) -> Value {
        let (city, region, country) = &session.location;
        json!({
            "id": rng.uuid(), "createdDateTime": graph_time(at_ms), "userDisplayName": self.person.display(),
            "userPrincipalName": self.person.mail, "userId": self.person.object_id, "appId": app.id, "appDisplayName": app.name,
            "ipAddress": session.ip.to_string(), "clientAppUsed": "Browser", "userAgent": session.agent, "correlationId": rng.uuid(),
            "conditionalAccessStatus": "notApplied", "isInteractive": true, "riskDetail": "none", "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": [], "riskEventTypes_v2": [],
            "resourceDisplayName": app.resource_name(), "resourceId": app.resource, "sessionId": session.id,
            "authenticationRequirement": "multiFactorAuthentication",
            "status": {"errorCode": failure.map_or(0, |(code, _)| code), "failureReason": failure.map_or("Other.", |(_, reason)| reason),
                "additionalDetails": if failure.is_some() { "" } else { "MFA requirement satisfied by claim in the token" }},
            "deviceDetail": {"deviceId": "", "displayName": "", "operatingSystem": session.os, "browser": session.browser,
                "isCompliant": false, "isManaged": false, "trustType": ""},
            "location": {"city": city, "state": region, "countryOrRegion": country, "geoCoordinates": {"altitude": null, "latitude": null, "longitude": null}},
            "appliedConditionalAccessPolicies": [],
        })
    }

    /// A `directoryAudit` of the own account.
    pub fn graph_audit(&self, at_ms: i64, activity: &str, reason: &str, ip: Option<Ipv4Addr>, rng: &mut Rng) -> Value {
        json!({
            "id": format!("Directory_{}_{}", rng.uuid(), rng.token(b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 5)),
            "category": "UserManagement", "correlationId": rng.uuid(), "result": "success", "resultReason": reason,
            "activityDisplayName": activity, "activityDateTime": graph_time(at_ms), "loggedByService": "Authentication Methods",
            "operationType": "Add",
            "initiatedBy": {"app": null, "user": {"id": self.person.object_id, "displayName": null, "userPrincipalName": self.person.mail,
                "ipAddress": ip.map(|ip| ip.to_string())}},
            "targetResources": [user_resource(self.person)],
            "additionalDetails": [],
        })
    }
}

/// An account as the target of a `directoryAudit`.
pub fn user_resource(person: &Employee) -> Value {
    json!({"id": person.object_id, "displayName": person.display(), "type": "User", "userPrincipalName": person.mail, "groupType": null,
        "modifiedProperties": []})
}
