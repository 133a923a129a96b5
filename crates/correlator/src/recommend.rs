//! What should be done: in passive mode everything is what Weft would have done.

use crate::role::Roles;
use weft_model::{EntityKind, Indicator, Recommended};

/// The actions that follow from who played which part, sorted.
pub(crate) fn recommend(members: &[&Indicator], roles: &Roles) -> Vec<Recommended> {
    let mut actions = Vec::new();
    let mut add = |action: &str, target: &str, text: String| {
        actions.push(Recommended { action: action.to_owned(), target: target.to_owned(), text, mode: "would_have".to_owned() });
    };
    for part in ["possible C2 endpoint", "unusual sign-in source", "upload destination"] {
        for entity in roles.with(part) {
            add("block_connections", &entity.key, format!("block connections to and sign-ins from {} ({part})", entity.key));
        }
    }
    let has = |family: &str| members.iter().any(|indicator| indicator.family == family);
    if has("saas-access") || has("saas-account") || has("saas-mail-rule") || has("email-outbound") {
        for entity in roles.with("compromised account") {
            add("disable_account", &entity.key, format!("disable the account of {} until its owner is reached by another way", entity.key));
            add("revoke_sessions", &entity.key, format!("revoke all sessions and refresh tokens of {}", entity.key));
            if has("saas-account") {
                add("remove_auth_method", &entity.key, format!("remove the second factor that was added to {}", entity.key));
            }
            if has("email-outbound") {
                add("pull_mails", &entity.key, format!("pull back the mails that {} sent with the listed link", entity.key));
            }
        }
    }
    for rule in roles.with("inbox rule") {
        add("remove_inbox_rule", &rule.key, format!("remove the inbox rule {}", rule.key));
    }
    for entity in roles.with("phishing link") {
        if entity.kind == EntityKind::Url {
            add("lock_links", &entity.key, format!("lock the link {} in delivered mail", entity.key));
        }
    }
    actions.sort();
    actions.dedup();
    actions
}
