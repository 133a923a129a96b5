//! Sign-ins: interactive, non-interactive, of service principals and managed identities.

use super::{View, status};
use crate::account;
use crate::field::{self, get, list, str_at, text};
use serde_json::Value;
use weft_model::{Authentication, AuthenticationKind, Body, Session, Status, User};

/// One sign-in.
pub fn body(view: &View<'_>) -> Body {
    let record = view.inner;
    let error_code = get(record, "status").and_then(|status| field::number(status, "errorCode"));
    let result = match error_code {
        Some(0) => Status::Success,
        Some(_) => Status::Failure,
        None => status(view.envelope.and_then(|envelope| str_at(envelope, "resultType"))),
    };
    Body::Authentication(Box::new(Authentication {
        kind: AuthenticationKind::Logon,
        auth_protocol: None,
        user: user(record),
        status: result,
        status_detail: detail(view, error_code),
        src_endpoint: view.endpoint(),
        service_name: text(record, "resourceDisplayName"),
        app_name: text(record, "appDisplayName").or_else(|| text(record, "clientAppUsed")),
        user_agent: text(record, "userAgent").or_else(|| browser(record)),
        session: text(record, "sessionId").map(|uid| Session { uid }),
        is_mfa: second_factor(record, result),
    }))
}

fn user(record: &Value) -> User {
    let mut user = account::user(str_at(record, "userPrincipalName"));
    if user.email_addr.is_none() && user.name.is_none() {
        user.name = ["servicePrincipalName", "userDisplayName"].iter().find_map(|key| text(record, key));
    } else if user.name.is_none() {
        user.name = text(record, "userDisplayName");
    }
    user.uid = text(record, "userId").or_else(|| text(record, "servicePrincipalId")).or(user.uid);
    user
}

/// `50126 Invalid username or password`: the number first, as for the Unified Audit Log; nothing when there was no error.
fn detail(view: &View<'_>, error_code: Option<i64>) -> Option<String> {
    let code = match error_code {
        Some(code) => code.to_string(),
        None => view.envelope.and_then(|envelope| text(envelope, "resultType"))?,
    };
    if code == "0" {
        return None;
    }
    let reason = get(view.inner, "status").and_then(|status| text(status, "failureReason")).or_else(|| view.text("resultDescription"));
    Some(reason.map_or_else(|| code.clone(), |reason| format!("{code} {reason}")))
}

/// `Chrome 120.0 on Windows 11`, when the record has no user agent.
fn browser(record: &Value) -> Option<String> {
    let device = get(record, "deviceDetail")?;
    let browser = text(device, "browser")?;
    Some(match text(device, "operatingSystem") {
        Some(system) => format!("{browser} on {system}"),
        None => browser,
    })
}

/// Whether a second factor was used: told by the method, by the steps, or by the requirement that a successful sign-in met.
fn second_factor(record: &Value, result: Status) -> Option<bool> {
    if get(record, "mfaDetail").and_then(|detail| str_at(detail, "authMethod")).is_some() {
        return Some(true);
    }
    let succeeded = |step: &&Value| get(step, "succeeded").and_then(Value::as_bool) == Some(true);
    let is_second = |method: &str| {
        !["password", "previously satisfied", "client secret", "client certificate"].contains(&method.to_lowercase().as_str())
    };
    if list(record, "authenticationDetails").filter(succeeded).any(|step| str_at(step, "authenticationMethod").is_some_and(is_second)) {
        return Some(true);
    }
    match (str_at(record, "authenticationRequirement"), result) {
        (Some("multiFactorAuthentication"), Status::Success) => Some(true),
        (Some("singleFactorAuthentication"), _) => Some(false),
        _ => None,
    }
}
