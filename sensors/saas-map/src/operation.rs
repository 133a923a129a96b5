//! Names of Microsoft Entra directory operations (`Add member to role.`) to classes of change. The same names occur in the Unified
//! Audit Log and in the Entra audit log. Source: Microsoft, "Microsoft Entra audit log categories and activities".

use weft_model::{AccountChangeKind, EntityManagementKind};

/// What a directory operation changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An account.
    Account(AccountChangeKind),
    /// Another object: what is done, and the type of the object.
    Entity(EntityManagementKind, &'static str),
    /// Nothing that is known.
    Other,
}

/// Classifies by the operation's name, case-insensitive, with or without the final period.
pub fn classify(operation: &str) -> Class {
    let name = operation.trim().trim_end_matches('.').to_lowercase();
    if let Some(kind) = authentication_method(&name).or_else(|| password(&name)).or_else(|| account(&name)) {
        return Class::Account(kind);
    }
    if let Some((kind, object)) = entity(&name) {
        return Class::Entity(kind, object);
    }
    if ["user", "sign in session", "stsrefreshtoken", "account"].iter().any(|word| name.contains(word)) {
        return Class::Account(AccountChangeKind::Other);
    }
    Class::Other
}

fn authentication_method(name: &str) -> Option<AccountChangeKind> {
    const WORDS: [&str; 6] =
        ["security info", "authentication method", "strong authentication", "passkey", "fido2", "windows hello for business credential"];
    if name.contains("policy") || name.contains("policies") || !WORDS.iter().any(|word| name.contains(word)) {
        return None;
    }
    let starts = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
    // "All required" says that nothing is missing any more, not that something was added.
    Some(if starts(&["delete ", "disable ", "remove "]) || name.contains(" deleted ") || name.contains(" disabled ") {
        AccountChangeKind::MfaDisable
    } else if (name.contains(" registered ") && !name.contains("all required")) || starts(&["enable ", "add ", "register ", "create "]) {
        AccountChangeKind::MfaEnable
    } else {
        AccountChangeKind::Other
    })
}

fn password(name: &str) -> Option<AccountChangeKind> {
    if !name.contains("password") || name.contains("device") || name.contains("policy") {
        return None;
    }
    let starts = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
    Some(if starts(&["reset password", "reset user password"]) {
        AccountChangeKind::PasswordReset
    } else if starts(&["change password", "change user password"]) {
        AccountChangeKind::PasswordChange
    } else {
        AccountChangeKind::Other
    })
}

fn account(name: &str) -> Option<AccountChangeKind> {
    Some(match name {
        "add user" | "create user" | "invite external user" => AccountChangeKind::Create,
        "delete user" | "hard delete user" | "delete external user" => AccountChangeKind::Delete,
        "restore user" | "enable account" => AccountChangeKind::Enable,
        "disable account" => AccountChangeKind::Disable,
        "update user" => AccountChangeKind::Other,
        _ if name.starts_with("unlock user") => AccountChangeKind::Unlock,
        _ => return None,
    })
}

fn entity(name: &str) -> Option<(EntityManagementKind, &'static str)> {
    let verb = name.split([' ', '-']).next().unwrap_or_default();
    let kind = match verb {
        "add" | "create" | "new" | "register" | "consent" => EntityManagementKind::Create,
        "update" | "set" | "change" | "enable" | "disable" | "restore" | "rotate" => EntityManagementKind::Update,
        "delete" | "remove" | "hard" | "revoke" | "unregister" => EntityManagementKind::Delete,
        "get" | "view" | "list" | "read" | "recover" => EntityManagementKind::Read,
        _ => EntityManagementKind::Other,
    };
    for (words, object) in [
        ("consent", "Application Consent"),
        ("app role assignment", "App Role Assignment"),
        ("permission grant", "Permission Grant"),
        ("oauth2permissiongrant", "Permission Grant"),
    ] {
        if name.contains(words) {
            return Some((kind, object));
        }
    }
    // "Add member to role" changes the role.
    let (kind, place) = match name.split_once(" to ").or_else(|| name.split_once(" from ")) {
        Some((_, place)) => (EntityManagementKind::Update, place),
        None if name.contains("credentials") => (EntityManagementKind::Update, name),
        None => (kind, name),
    };
    const OBJECTS: [(&str, &str); 12] = [
        ("service principal", "Service Principal"),
        ("conditional access policy", "Conditional Access Policy"),
        ("policy", "Policy"),
        ("application", "Application"),
        ("role", "Role"),
        ("group", "Group"),
        ("device", "Device"),
        ("domain", "Domain"),
        ("administrative unit", "Administrative Unit"),
        ("company", "Tenant"),
        ("tenant", "Tenant"),
        ("certificate", "Certificate"),
    ];
    OBJECTS.iter().find(|(word, _)| place.contains(word)).map(|(_, object)| (kind, *object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountChangeKind as A;
    use EntityManagementKind as E;

    #[test]
    fn names_of_operations() {
        for (name, class) in [
            ("User registered security info", Class::Account(A::MfaEnable)),
            ("Admin registered security info", Class::Account(A::MfaEnable)),
            ("User registered all required security info", Class::Account(A::Other)),
            ("User started security info registration", Class::Account(A::Other)),
            ("User changed default security info", Class::Account(A::Other)),
            ("User deleted security info", Class::Account(A::MfaDisable)),
            ("Admin deleted authentication method for user", Class::Account(A::MfaDisable)),
            ("Enable Strong Authentication.", Class::Account(A::MfaEnable)),
            ("Disable Strong Authentication.", Class::Account(A::MfaDisable)),
            ("Add Passkey (device-bound)", Class::Account(A::MfaEnable)),
            ("Authentication Methods Policy Update", Class::Entity(E::Other, "Policy")),
            ("Reset user password.", Class::Account(A::PasswordReset)),
            ("Reset password (self-service)", Class::Account(A::PasswordReset)),
            ("Change user password.", Class::Account(A::PasswordChange)),
            ("Self-service password reset flow activity progress", Class::Account(A::Other)),
            ("Add user.", Class::Account(A::Create)),
            ("Delete user.", Class::Account(A::Delete)),
            ("Disable account.", Class::Account(A::Disable)),
            ("Update user.", Class::Account(A::Other)),
            ("Change user license.", Class::Account(A::Other)),
            ("Update StsRefreshTokenValidFrom Timestamp.", Class::Account(A::Other)),
            ("Revoke sign in sessions", Class::Account(A::Other)),
            ("Add member to role.", Class::Entity(E::Update, "Role")),
            ("Remove member from group", Class::Entity(E::Update, "Group")),
            ("Add group.", Class::Entity(E::Create, "Group")),
            ("Consent to application.", Class::Entity(E::Create, "Application Consent")),
            ("Add service principal.", Class::Entity(E::Create, "Service Principal")),
            ("Add service principal credentials", Class::Entity(E::Update, "Service Principal")),
            ("Add owner to application.", Class::Entity(E::Update, "Application")),
            ("Update application – Certificates and secrets management ", Class::Entity(E::Update, "Application")),
            ("Add app role assignment grant to user.", Class::Entity(E::Create, "App Role Assignment")),
            ("Add delegated permission grant.", Class::Entity(E::Create, "Permission Grant")),
            ("Add registered users to device.", Class::Entity(E::Update, "Device")),
            ("Recover device local administrator password", Class::Entity(E::Read, "Device")),
            ("Update conditional access policy", Class::Entity(E::Update, "Conditional Access Policy")),
            ("Set Company Information.", Class::Entity(E::Update, "Tenant")),
            ("Something quite new", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(classify(name), class, "{name}");
        }
    }
}
