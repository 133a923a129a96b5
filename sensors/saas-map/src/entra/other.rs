//! Other categories of the diagnostic settings (risk detections, Graph activity): API Activity that keeps the operation's name.

use super::{View, status};
use crate::account;
use crate::field::{str_at, text};
use weft_model::{Actor, ApiActivity, Body, User};

/// One record of another category.
pub fn body(view: &View<'_>) -> Body {
    let record = view.inner;
    let mut user = account::user(str_at(record, "userPrincipalName"));
    user.uid = ["userId", "UserPrincipalObjectID"].iter().find_map(|key| text(record, key)).or(user.uid);
    let result = view.envelope.and_then(|envelope| str_at(envelope, "resultType"));
    let resources =
        ["riskEventType", "requestUri", "requestMethod", "userDisplayName"].iter().filter_map(|key| text(record, key)).collect();
    Body::Api(Box::new(ApiActivity {
        operation: view.envelope.and_then(|envelope| text(envelope, "operationName")).unwrap_or_default(),
        service_name: view.category.map_or_else(String::new, |category| crate::field::cut(category, 128).to_owned()),
        actor: Actor { user: Some(user).filter(|user| *user != User::default()), session: None, app_name: text(record, "appDisplayName") },
        status: status(result),
        src_endpoint: view.endpoint(),
        user_agent: text(record, "userAgent"),
        resources,
    }))
}
