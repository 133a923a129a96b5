//! Passwords: Argon2id (RFC 9106) with the crate's parameters (19 MiB, 2 passes, the OWASP minimum). It must not know sessions.

use crate::error::AuthError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use weft_store::Store;

/// Shortest password in bytes (NIST SP 800-63B asks for 8 characters beside a second factor, 15 alone; 12 is our middle for a local service).
pub const MIN_PASSWORD_BYTES: usize = 12;
/// Longest; Argon2 takes more, but nobody types more.
pub(crate) const MAX_PASSWORD_BYTES: usize = 1024;
/// Verified when the user is unknown or has no password, so that both answers take the same time. No password fits it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$d2VmdCBub2JvZHkgaGVyZQ$MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA";

/// Sets the password of `user`, adding the user when unknown; ends the user's sessions and sign-in links.
///
/// # Errors
/// The password has fewer than [`MIN_PASSWORD_BYTES`] or more than 1,024 bytes, or the store refuses the name.
pub fn set_password(store: &Store, user: &str, password: &str) -> Result<(), AuthError> {
    if !(MIN_PASSWORD_BYTES..=MAX_PASSWORD_BYTES).contains(&password.len()) {
        return Err(AuthError::Password(format!("choose a password of {MIN_PASSWORD_BYTES} to {MAX_PASSWORD_BYTES} bytes")));
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| AuthError::Password(format!("cannot hash the password: {error}")))?;
    Ok(store.put_user(user, &hash.to_string())?)
}

/// Whether `password` is the one behind `hash`; takes as long when there is none.
pub(crate) fn verify(password: &str, hash: Option<&str>) -> bool {
    let fits = Argon2::default().verify_password(password.as_bytes(), hash.unwrap_or(NOBODY)).is_ok();
    fits && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits() {
        let store = Store::in_memory().unwrap();
        set_password(&store, "ann", "correct horse battery").unwrap();
        let user = store.get_user("ann").unwrap().unwrap();
        let hash = user.password_hash.as_deref();
        assert!(hash.unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash:?}");
        assert!(verify("correct horse battery", hash));
        assert!(!verify("correct horse batterz", hash));
        assert!(!verify("anything", None));
        assert!(PasswordHash::new(NOBODY).is_ok(), "else an unknown user would be answered at once");
        assert!(set_password(&store, "ann", "short").is_err());
    }
}
