//! The value formats that the schema checks, no looser than its own patterns.

/// Whether OCSF takes `text` as `email_t`: a local part, `@`, and a host name with at least one dot inside.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let local_ok = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label_ok = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let Some((first, rest)) = host.split_once('.') else { return false };
    let filled = !local.is_empty() && !first.is_empty() && !rest.is_empty();
    filled && local.chars().all(local_ok) && first.chars().all(label_ok) && rest.chars().all(|c| label_ok(c) || c == '.')
}

/// Whether OCSF takes `text` as `mac_t`: six pairs of hex digits between colons or hyphens.
pub(super) fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(index, byte)| match index % 3 {
            2 => byte == b':' || byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for text in ["a@b.c", "o'neil+x@mail.corp.example", "a.@b-c.d..e"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d", "a@b@c.d", "ä@b.c", "a@b.c\n", "a@bü.c"] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn macs() {
        assert!(is_mac("00:1a:2B:3c:4d:5e") && is_mac("00-1a-2b-3c-4d-5e"));
        for text in ["", "00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5g", "00:1a:2b:3c:4d:5e:", "001a:2b:3c:4d:5e:6"] {
            assert!(!is_mac(text), "{text}");
        }
    }
}
