//! `UserLoggedIn` and `UserLoginFailed` (schema "Azure Active Directory Secure Token Service (STS) logon").

use super::{Common, application};
use crate::field::{self, MAX_TEXT_BYTES, cut, pair, str_at, text};
use serde_json::Value;
use weft_model::{Authentication, AuthenticationKind, Body, Status};

/// The operation decides the outcome: a failed sign-in may carry `ResultStatus` "Success", which speaks of the record.
pub fn body(record: &Value, common: Common) -> Body {
    let status = if common.operation == "UserLoggedIn" { Status::Success } else { Status::Failure };
    let service = str_at(record, "ObjectId").or_else(|| super::identity(record, "Target", 0)).filter(|id| !crate::account::is_nobody(id));
    // Requests to the strong authentication service (SAS) are the answer to a second factor.
    let is_mfa = pair(record, "ExtendedProperties", "RequestType").filter(|request| request.starts_with("SAS:")).map(|_| true);
    Body::Authentication(Box::new(Authentication {
        kind: AuthenticationKind::Logon,
        auth_protocol: None,
        user: common.actor.user.unwrap_or_default(),
        status,
        status_detail: detail(record),
        src_endpoint: common.src_endpoint,
        service_name: service.map(application::name),
        app_name: text(record, "ApplicationDisplayName").or_else(|| str_at(record, "ApplicationId").map(application::name)),
        user_agent: common.user_agent,
        session: common.actor.session,
        is_mfa,
    }))
}

/// `50126 InvalidUserNameOrPassword`: the number first, as in the Entra sign-in log; nothing when there was no error.
fn detail(record: &Value) -> Option<String> {
    let number = field::number(record, "ErrorNumber").filter(|number| *number != 0).map(|number| number.to_string());
    let words = text(record, "LogonError").or_else(|| {
        let detail = pair(record, "ExtendedProperties", "ResultStatusDetail")?;
        (detail != "Success").then(|| cut(detail, MAX_TEXT_BYTES).to_owned())
    });
    match (number, words) {
        (Some(number), Some(words)) => Some(format!("{number} {words}")),
        (number, words) => number.or(words),
    }
}
