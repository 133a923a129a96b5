//! How a record names an account: a user principal name, a GUID, `NT AUTHORITY\SYSTEM (w3wp)`, `ServicePrincipal_...`.

use crate::field::{MAX_TEXT_BYTES, cut};
use weft_model::User;

/// Longest address by RFC 5321 (64 + 1 + 255).
const MAX_ADDRESS_BYTES: usize = 320;

/// The lower-case address in `text`, when it is one. Guests of SharePoint are written `urn:spo:guest#address`.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let text = match text.split_once('#') {
        Some((prefix, rest)) if prefix.starts_with("urn:") => rest,
        _ => text,
    };
    let (local, domain) = text.rsplit_once('@')?;
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || matches!(c, '\\' | '/' | '|' | '<' | '>' | '"'));
    let has_dot = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    (text.len() <= MAX_ADDRESS_BYTES && is_plain(local) && is_plain(domain) && has_dot).then(|| text.to_lowercase())
}

/// A user named by `text` (`None` when there is none): an address goes to `email_addr`, a GUID to `uid` and `name`, everything else
/// to `name`.
pub fn user(text: Option<&str>) -> User {
    let Some(text) = text.map(str::trim).filter(|text| !is_nobody(text)) else { return User::default() };
    if let Some(address) = address(text) {
        return User { email_addr: Some(address), ..User::default() };
    }
    let uid = is_guid(text).then(|| text.to_lowercase());
    User { name: Some(cut(text, MAX_TEXT_BYTES).to_owned()), uid, ..User::default() }
}

/// Words that exporters write where there is no user.
pub fn is_nobody(text: &str) -> bool {
    text.is_empty() || ["not available", "not-found", "unknown", "<null>", "null"].contains(&text.to_lowercase().as_str())
}

/// Whether a text is a GUID (8-4-4-4-12 hex digits).
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_and_lowered() {
        let mail = |text| user(Some(text)).email_addr;
        assert_eq!(mail("Ann.Lee@Corp.example").as_deref(), Some("ann.lee@corp.example"));
        assert_eq!(mail("urn:spo:guest#Bob@other.example").as_deref(), Some("bob@other.example"));
        assert_eq!(mail("bob_other.example#EXT#@corp.example").as_deref(), Some("bob_other.example#ext#@corp.example"));
        for name in [r"NT AUTHORITY\SYSTEM (w3wp)", "app@sharepoint", "ServicePrincipal_1", "i:0h.f|membership|1@live.com", "@", "a@b@", ""]
        {
            assert_eq!(mail(name), None, "{name}");
        }
    }

    #[test]
    fn other_names_stay_as_they_are() {
        assert_eq!(user(Some(r"NT AUTHORITY\SYSTEM (w3wp)")).name.as_deref(), Some(r"NT AUTHORITY\SYSTEM (w3wp)"));
        let by_id = user(Some("40123AE1-dfb1-4224-95c6-edd2500c27f7"));
        assert_eq!(by_id.uid.as_deref(), Some("40123ae1-dfb1-4224-95c6-edd2500c27f7"));
        assert_eq!(user(Some("Not Available")), User::default());
        assert_eq!(user(None), User::default());
    }
}
