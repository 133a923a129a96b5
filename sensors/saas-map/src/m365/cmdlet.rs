//! Exchange and compliance cmdlets (`New-InboxRule`), whose parameters are the record, and the inbox rules that Outlook itself
//! writes (`UpdateInboxRules`).

use super::Common;
use crate::field::{self, MAX_TEXT_BYTES, as_text, str_at, text};
use serde_json::Value;
use weft_model::{Body, EntityManagementKind};

/// `Verb-Noun`, letters and digits only.
pub fn is_cmdlet(operation: &str) -> bool {
    let Some((verb, noun)) = operation.split_once('-') else { return false };
    let is_word = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().all(|b| b.is_ascii_alphanumeric());
    is_word(verb) && is_word(noun)
}

/// An object was managed: the verb says how, the noun what.
pub fn body(record: &Value, common: Common) -> Body {
    let (verb, noun) = common.operation.split_once('-').unwrap_or_default();
    let kind = match verb {
        "New" | "Add" | "Install" => EntityManagementKind::Create,
        "Set" | "Update" | "Enable" | "Disable" | "Start" | "Stop" | "Grant" => EntityManagementKind::Update,
        "Remove" | "Uninstall" | "Revoke" => EntityManagementKind::Delete,
        "Get" | "Search" | "Test" | "Export" | "Find" => EntityManagementKind::Read,
        _ => EntityManagementKind::Other,
    };
    let entity_type = spaced(noun);
    let parameters = parameters(record, "Parameters");
    let named =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).filter(|value| !value.is_empty());
    let is_rule = noun == "InboxRule" || noun == "TransportRule";
    // A new object is called by its Name; an existing one by its Identity, whose last part is the name (`mailbox\rule`).
    let name = named("Name")
        .or_else(|| str_at(record, "ObjectId").filter(|_| is_rule).map(last_part))
        .or_else(|| named("Identity").map(|identity| if is_rule { last_part(&identity) } else { identity }))
        .or_else(|| text(record, "ObjectId"))
        .unwrap_or_default();
    common.entity(kind, entity_type, name, parameters)
}

/// Outlook and other MAPI clients change rules in the mailbox itself; the record tells rule and action as operation properties.
pub fn inbox_rules_from_outlook(record: &Value, common: Common) -> Body {
    let parameters = parameters(record, "OperationProperties");
    let value = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let kind = match value("RuleOperation") {
        Some(operation) if operation.starts_with("Add") || operation.starts_with("Create") => EntityManagementKind::Create,
        Some(operation) if operation.starts_with("Remove") || operation.starts_with("Delete") => EntityManagementKind::Delete,
        _ => EntityManagementKind::Update,
    };
    let name = value("RuleName").unwrap_or_default().to_owned();
    common.entity(kind, "Inbox Rule".to_owned(), name, parameters)
}

/// `{Name, Value}` pairs; the compliance centre writes one text of `-Name "value"` instead, which is kept whole.
fn parameters(record: &Value, key: &str) -> Vec<(String, String)> {
    match field::get(record, key) {
        Some(Value::String(line)) if !line.is_empty() => vec![(key.to_owned(), field::cut(line, MAX_TEXT_BYTES).to_owned())],
        _ => field::list(record, key)
            .filter_map(|pair| {
                let value = field::get(pair, "Value").map(|value| as_text(value, MAX_TEXT_BYTES)).unwrap_or_default();
                Some((text(pair, "Name")?, value))
            })
            .collect(),
    }
}

fn last_part(identity: &str) -> String {
    let part = identity.rsplit(['\\']).next().unwrap_or(identity);
    // Without a backslash the object is a path in the directory.
    let part = if part.len() == identity.len() { identity.rsplit('/').next().unwrap_or(identity) } else { part };
    field::cut(part, MAX_TEXT_BYTES).to_owned()
}

/// `InboxRule` to `Inbox Rule`, `CASMailbox` to `CAS Mailbox`.
fn spaced(noun: &str) -> String {
    let letters: Vec<char> = noun.chars().collect();
    let mut words = String::with_capacity(noun.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase));
        if starts_word {
            words.push(' ');
        }
        words.push(*letter);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_are_spaced() {
        for (noun, words) in [
            ("InboxRule", "Inbox Rule"),
            ("CASMailbox", "CAS Mailbox"),
            ("Mailbox", "Mailbox"),
            ("DlpSiDetectionsReport", "Dlp Si Detections Report"),
            ("OwaMailboxPolicy", "Owa Mailbox Policy"),
        ] {
            assert_eq!(spaced(noun), words);
        }
    }

    #[test]
    fn cmdlets_are_told_from_other_operations() {
        assert!(is_cmdlet("Set-Mailbox"));
        for other in ["FileAccessed", "Add member to role.", "Sign-in activity", "-", "A-", "Update application – x"] {
            assert!(!is_cmdlet(other), "{other}");
        }
    }

    #[test]
    fn rules_are_named_by_the_last_part() {
        assert_eq!(last_part(r"PROD/Organizations/corp.example/ann\..."), "...");
        assert_eq!(last_part("PROD/Organizations/corp.example/ann"), "ann");
        assert_eq!(last_part("plain"), "plain");
    }
}
