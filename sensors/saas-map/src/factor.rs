//! Which second factor a directory change adds or removes, out of the modified properties of the user object.
//!
//! `StrongAuthenticationMethod` lists `{MethodType, Default}`; the numbers are those of Microsoft's "Hunting for MFA manipulations
//! in Entra ID tenants using KQL". `StrongAuthenticationPhoneAppDetail` lists the authenticator apps,
//! `StrongAuthenticationUserDetails` the telephone numbers, `StrongAuthenticationRequirement` whether a second factor is demanded.

use crate::change::Modified;
use crate::field::{MAX_ITEMS, MAX_TEXT_BYTES, cut};
use serde_json::Value;
use std::collections::BTreeSet;
use weft_model::AccountChangeKind;

/// Bytes of a property value that are parsed.
const MAX_VALUE_BYTES: usize = 256 * 1024;

/// The text of a `MethodType`, in the words of the audit log's `resultReason`.
fn method_name(number: i64) -> Option<&'static str> {
    Some(match number {
        0 => "mobile phone call",
        1 | 5 => "mobile phone sms",
        2 => "office phone call",
        3 => "alternate mobile phone call",
        4 => "alternate mobile phone sms",
        6 => "authenticator app with notification",
        7 => "authenticator app with code",
        _ => return None,
    })
}

/// What the modified properties say about second factors: added ones win over removed ones. `None` when they say nothing.
pub fn from_properties(properties: &[Modified]) -> Option<(AccountChangeKind, Option<String>)> {
    let property = |name: &str| properties.iter().find(|property| property.name == name);
    let mut removed = None;
    for (name, read) in [
        ("StrongAuthenticationMethod", methods as fn(&str) -> BTreeSet<String>),
        ("StrongAuthenticationPhoneAppDetail", apps),
        ("StrongAuthenticationUserDetails", telephones),
    ] {
        let Some(property) = property(name) else { continue };
        let (old, new) = (read(&property.old), read(&property.new));
        if let Some(factor) = difference(&new, &old, name) {
            return Some((AccountChangeKind::MfaEnable, Some(factor)));
        }
        removed = removed.or_else(|| difference(&old, &new, name));
    }
    if let Some(factor) = removed {
        return Some((AccountChangeKind::MfaDisable, Some(factor)));
    }
    let requirement = property("StrongAuthenticationRequirement")?;
    match (is_required(&requirement.old), is_required(&requirement.new)) {
        (false, true) => Some((AccountChangeKind::MfaEnable, None)),
        (true, false) => Some((AccountChangeKind::MfaDisable, None)),
        _ => None,
    }
}

/// The factor named by a registration record: `User registered Authenticator App with Code` gives `authenticator app with code`.
pub fn from_reason(reason: &str) -> Option<String> {
    let reason = cut(reason.trim().trim_end_matches('.'), MAX_TEXT_BYTES).to_lowercase();
    let factor = [" registered ", " deleted ", " changed ", " updated "]
        .iter()
        .find_map(|verb| reason.split_once(verb))
        .map_or(reason.as_str(), |(_, factor)| factor)
        .trim();
    (!factor.is_empty() && factor != "security info").then(|| factor.to_owned())
}

/// The items of `more` that `less` has not; apps and numbers are told apart by their ids, but named by their kind.
fn difference(more: &BTreeSet<String>, less: &BTreeSet<String>, property: &str) -> Option<String> {
    let added: Vec<&str> = more.difference(less).map(String::as_str).collect();
    if added.is_empty() {
        return None;
    }
    Some(match property {
        "StrongAuthenticationPhoneAppDetail" => "authenticator app".to_owned(),
        "StrongAuthenticationUserDetails" => "phone".to_owned(),
        _ => cut(&added.join(", "), MAX_TEXT_BYTES).to_owned(),
    })
}

/// The list in a property value: JSON, JSON inside a JSON string, or none.
fn items(value: &str) -> Option<Vec<Value>> {
    let value = value.trim();
    if value.is_empty() || value.len() > MAX_VALUE_BYTES {
        return Some(Vec::new());
    }
    let parsed = match serde_json::from_str(value).ok()? {
        Value::String(inner) => serde_json::from_str(&inner).ok()?,
        other => other,
    };
    match parsed {
        Value::Array(items) => Some(items.into_iter().take(MAX_ITEMS).collect()),
        Value::Null => Some(Vec::new()),
        other => Some(vec![other]),
    }
}

fn methods(value: &str) -> BTreeSet<String> {
    let Some(items) = items(value) else {
        // Some exporters write the method in words.
        return BTreeSet::from([cut(value.trim(), MAX_TEXT_BYTES).to_lowercase()]);
    };
    let numbers = items.iter().filter_map(|item| crate::field::number(item, "MethodType"));
    numbers.map(|number| method_name(number).map_or_else(|| format!("method type {number}"), str::to_owned)).collect()
}

fn apps(value: &str) -> BTreeSet<String> {
    let items = items(value).unwrap_or_default();
    let id = |app: &Value| ["Id", "DeviceToken", "DeviceId", "DeviceName"].iter().find_map(|key| crate::field::text(app, key));
    items.iter().filter_map(id).collect()
}

fn telephones(value: &str) -> BTreeSet<String> {
    let items = items(value).unwrap_or_default();
    let numbers = items
        .iter()
        .flat_map(|item| ["PhoneNumber", "AlternativePhoneNumber", "VoiceOnlyPhoneNumber"].map(|key| crate::field::text(item, key)));
    numbers.flatten().collect()
}

/// State 0 is "disabled", 1 "enabled", 2 "enforced".
fn is_required(value: &str) -> bool {
    items(value).unwrap_or_default().iter().any(|item| crate::field::number(item, "State").is_some_and(|state| state > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountChangeKind::{MfaDisable, MfaEnable};

    fn check(name: &str, old: &str, new: &str) -> Option<(AccountChangeKind, Option<String>)> {
        from_properties(&[Modified { name: name.into(), old: old.into(), new: new.into() }])
    }

    #[test]
    fn an_added_method_is_named() {
        let old = r#"[{"MethodType":6,"Default":true}]"#;
        let new = r#"[{"MethodType":6,"Default":false},{"MethodType":7,"Default":true}]"#;
        let name = "StrongAuthenticationMethod";
        assert_eq!(check(name, old, new), Some((MfaEnable, Some("authenticator app with code".into()))));
        assert_eq!(check(name, new, old), Some((MfaDisable, Some("authenticator app with code".into()))));
        // Only the default changed.
        assert_eq!(check(name, old, &old.replace("true", "false")), None);
        // The whole list again as a JSON string.
        assert_eq!(check(name, "[]", &serde_json::to_string(new).unwrap()).unwrap().0, MfaEnable);
        assert_eq!(check(name, "Authenticator App", ""), Some((MfaDisable, Some("authenticator app".into()))));
    }

    #[test]
    fn a_second_app_a_new_number_and_a_demand() {
        let app = |id: &str, used: &str| format!(r#"{{"Id":"{id}","LastAuthenticatedTimestamp":"{used}"}}"#);
        let old = format!("[{}]", app("1", "a"));
        let name = "StrongAuthenticationPhoneAppDetail";
        assert_eq!(
            check(name, &old, &format!("[{},{}]", app("1", "a"), app("2", "b"))),
            Some((MfaEnable, Some("authenticator app".into())))
        );
        assert_eq!(check(name, &old, &format!("[{}]", app("1", "later"))), None);
        let number = "StrongAuthenticationUserDetails";
        assert_eq!(check(number, "[]", r#"[{"PhoneNumber":"+1 5550100"}]"#), Some((MfaEnable, Some("phone".into()))));
        assert_eq!(check("StrongAuthenticationRequirement", "[]", r#"[{"RelyingParty":"*","State":1}]"#), Some((MfaEnable, None)));
    }

    #[test]
    fn reasons_name_the_factor() {
        assert_eq!(from_reason("User registered Authenticator App with Code").as_deref(), Some("authenticator app with code"));
        assert_eq!(from_reason("Admin deleted Mobile Phone SMS.").as_deref(), Some("mobile phone sms"));
        assert_eq!(from_reason(""), None);
    }
}
