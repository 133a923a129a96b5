//! What should be done, why and to what effect: in passive mode everything is what Weft would have done.

use crate::engine::Engine;
use crate::role::{Roles, display_name};
use weft_model::{Act, EntityKind, ExposedPerson, Indicator, Recommended, Text};
use weft_narrative::{Arg, name, say};

/// Actions of one kind for one incident.
const MAX_TARGETS: usize = 50;

/// The text of a role.
fn role_text(role: &str) -> Text {
    say(&format!("role-{}", role.replace(' ', "-")), &[])
}

/// Collects actions; texts come from the language files.
struct Plan(Vec<Recommended>);

impl Plan {
    /// `shown` is the target as people know it.
    fn add(&mut self, action: &str, target: &str, shown: &Text, role: &str) {
        if self.0.iter().filter(|known| known.action == action).count() >= MAX_TARGETS {
            return;
        }
        let role = role_text(role);
        let said = |part: &str| say(&format!("do-{action}{part}"), &[("target", Arg::Text(shown)), ("role", Arg::Text(&role))]);
        let text = said("");
        self.0.push(Recommended {
            action: action.to_owned(),
            target: target.to_owned(),
            text: text.en,
            text_ja: text.ja,
            reason: said("-reason"),
            effect: said("-effect"),
            mode: "would_have".to_owned(),
        });
    }
}

/// The actions that follow from who played which part, sorted.
pub(crate) fn recommend(engine: &Engine, members: &[&Indicator], roles: &Roles, exposed: &[ExposedPerson]) -> Vec<Recommended> {
    let mut plan = Plan(Vec::new());
    let has = |family: &str| members.iter().any(|indicator| indicator.family == family);
    for role in ["possible C2 endpoint", "unusual sign-in source", "upload destination"] {
        for entity in roles.with(role) {
            plan.add("block_connections", &entity.key, &name(entity.key.as_str()), role);
        }
    }
    let is_hijack = ["saas-access", "saas-account", "saas-mail-rule", "email-outbound"].into_iter().any(has);
    for entity in roles.with("compromised account").into_iter().filter(|_| is_hijack) {
        let shown = name(display_name(engine, &entity.key));
        let mut add = |action: &str| plan.add(action, &entity.key, &shown, "compromised account");
        for action in ["disable_account", "revoke_sessions", "reset_password"] {
            add(action);
        }
        for (family, action) in
            [("saas-account", "remove_auth_method"), ("saas-application", "remove_consent"), ("email-outbound", "pull_mails")]
        {
            if has(family) {
                add(action);
            }
        }
    }
    for rule in roles.with("inbox rule") {
        let shown = rule
            .key
            .split_once('/')
            .map_or_else(|| rule.key.to_string(), |(who, rule)| format!("\"{rule}\" ({})", display_name(engine, who)));
        plan.add("remove_inbox_rule", &rule.key, &name(shown), "inbox rule");
    }
    for entity in roles.with("phishing link").into_iter().filter(|entity| entity.kind == EntityKind::Url) {
        plan.add("lock_links", &entity.key, &name(entity.key.as_str()), "phishing link");
    }
    for sender in roles.with("phishing sender").into_iter().filter(|entity| entity.kind == EntityKind::Sender) {
        let shown = name(sender.key.as_str());
        plan.add("block_sender", &sender.key, &shown, "phishing sender");
        if has("email-attachment") {
            plan.add("hold_attachments", &sender.key, &shown, "phishing sender");
        }
        if has("email-sender") && !has("email-impersonation") {
            plan.add("call_supplier", &sender.key, &shown, "phishing sender");
        }
    }
    let reached = exposed.iter().filter(|person| person.acts.iter().any(|exposure| exposure.act == Act::Received)).count();
    if reached > 0 {
        plan.add("warn_recipients", "recipients", &say("target-people", &[("n", Arg::Number(reached))]), "targeted recipient");
    }
    // A device that only followed a link gave away words; one that keeps talking to what no mail leads to may run something.
    let is_run = ["device-beacon", "device-dns", "client"].into_iter().any(has);
    for role in ["device of the compromised account", "exposed device"] {
        for device in roles.with(role).into_iter().filter(|_| is_run) {
            plan.add("check_device", &device.key, &name(device.key.as_str()), "possible C2 endpoint");
        }
    }
    plan.0.sort();
    plan.0.dedup();
    plan.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_indicators::model::ROLES;
    use weft_narrative::can_say;

    #[test]
    fn every_role_and_action_has_its_words() {
        for role in ROLES {
            assert!(can_say(&format!("role-{}", role.replace(' ', "-"))), "{role}");
        }
        let source = include_str!("recommend.rs");
        let actions = [
            "block_connections",
            "disable_account",
            "revoke_sessions",
            "reset_password",
            "remove_auth_method",
            "remove_consent",
            "pull_mails",
            "remove_inbox_rule",
            "lock_links",
            "block_sender",
            "hold_attachments",
            "call_supplier",
            "warn_recipients",
            "check_device",
        ];
        for action in actions {
            assert!(source.contains(&format!("\"{action}\"")), "{action}");
            for part in ["", "-reason", "-effect"] {
                assert!(can_say(&format!("do-{action}{part}")), "{action}{part}");
            }
        }
    }

    #[test]
    fn an_action_says_why_and_to_what_effect_in_both_languages() {
        let mut plan = Plan(Vec::new());
        plan.add("block_connections", "192.0.2.1", &name("192.0.2.1"), "unusual sign-in source");
        let [action] = &plan.0[..] else { panic!("one action") };
        assert_eq!(action.text, "block connections to and sign-ins from 192.0.2.1 (unusual sign-in source)");
        assert_eq!(action.text_ja, "192.0.2.1（通常と異なるサインイン元）との通信と、そこからのサインインを遮断する");
        assert!(action.reason.en.contains("unusual sign-in source") && action.reason.ja.contains("通常と異なるサインイン元"));
        assert!(!action.effect.en.is_empty() && !action.effect.ja.is_empty());
    }
}
