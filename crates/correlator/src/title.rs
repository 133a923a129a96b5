//! What the incident is called.

use crate::engine::Engine;
use crate::role::Roles;
use weft_model::{EntityKind, Indicator};

fn has(members: &[&Indicator], families: &[&str]) -> bool {
    members.iter().any(|indicator| families.contains(&indicator.family.as_str()))
}

/// The title, gravest part first.
pub(crate) fn title(engine: &Engine, members: &[&Indicator], roles: &Roles) -> String {
    let mut parts = Vec::new();
    let accounts = roles.with("compromised account");
    if !accounts.is_empty() && has(members, &["saas-access", "saas-account", "saas-mail-rule"]) {
        let service = if !engine.products.is_empty() && engine.products.iter().all(|product| product.starts_with("Microsoft")) {
            "Microsoft 365 account"
        } else {
            "SaaS account"
        };
        let names: Vec<&str> = accounts
            .iter()
            .map(|entity| engine.knowledge.directory.person(&entity.key).map_or(entity.key.as_str(), |(_, person)| &person.display_name))
            .collect();
        parts.push(format!("Possible hijack of {service} ({})", names.join(", ")));
    }
    if has(members, &["device-domain", "device-correlation"]) {
        parts.push("Possible TLS command and control".to_owned());
    }
    if has(members, &["email-outbound"]) && parts.is_empty() {
        parts.push("Unusual bulk mail from an internal mailbox".to_owned());
    }
    if has(members, &["device-beacon", "device-dns", "device-client", "device-port"]) && parts.len() < 2 {
        let is_named = has(members, &["device-domain", "device-correlation"]);
        parts.extend((!is_named).then(|| "Possible command and control".to_owned()));
    }
    if has(members, &["email-impersonation"]) && parts.is_empty() {
        parts.push("Possible impersonation by mail".to_owned());
    }
    if has(members, &["email-inbound", "email-sender", "email-attachment", "email-campaign"]) && parts.is_empty() {
        parts.push("Possible phishing campaign".to_owned());
    }
    if has(members, &["device-scan", "device-lateral"]) && parts.len() < 2 {
        parts.push("Possible movement between computers".to_owned());
    }
    if has(members, &["device-upload", "email-exfiltration", "saas-data"]) && parts.len() < 2 {
        parts.push("Possible data exfiltration".to_owned());
    }
    if has(members, &["saas-failed-access", "saas-spray", "saas-second-factor"]) && parts.is_empty() {
        parts.push("Possible password guessing".to_owned());
    }
    if parts.is_empty() {
        parts.push("Unusual activity".to_owned());
    }
    let mut title = parts.remove(0);
    for part in parts {
        title.push_str(" and ");
        title.push_str(&part.replacen('P', "p", 1));
    }
    title
}

/// Other names an analyst may type.
pub(crate) fn aliases(members: &[&Indicator]) -> Vec<String> {
    let mut aliases = Vec::new();
    if has(members, &["saas-access", "saas-account", "saas-mail-rule"]) {
        aliases.extend(["Possible Hijack of Office365 Account", "Account takeover", "Business email compromise"]);
    }
    if has(members, &["device-domain", "device-correlation"]) {
        aliases.push("Possible SSL Command and Control");
    }
    if members.iter().any(|indicator| indicator.entities.iter().any(|entity| entity.kind == EntityKind::Url)) {
        aliases.push("Phishing");
    }
    aliases.into_iter().map(str::to_owned).collect()
}
