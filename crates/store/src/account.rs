//! Users, their sessions and one-time sign-in links. Only hashes come in here: it must not know passwords, tokens or cookies.

use crate::error::StoreError;
use crate::store::Store;
use rusqlite::{Connection, OptionalExtension, params};

/// Sessions a user may have at once; the one that ends first makes room.
pub const MAX_SESSIONS_PER_USER: u32 = 32;
/// Open sign-in links a user may have at once; the one that ends first makes room.
pub const MAX_LOGIN_LINKS_PER_USER: u32 = 32;
/// Longest user name in bytes.
const MAX_USER_BYTES: usize = 128;

/// Hash of a random token.
pub type TokenHash = [u8; 32];

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: String,
    /// Argon2 PHC string; absent for a user who signs in by link only.
    pub password_hash: Option<String>,
}

/// Who a token stands for, until when (milliseconds UTC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub expires_ms: i64,
}

impl Store {
    /// Adds a user without a password, unless known.
    ///
    /// # Errors
    /// The name is empty, over 128 bytes or holds control characters.
    pub fn ensure_user(&self, name: &str) -> Result<(), StoreError> {
        check_name(name)?;
        self.with(|connection| {
            connection.execute("INSERT OR IGNORE INTO user (name) VALUES (?1)", [name])?;
            Ok(())
        })
    }

    /// Sets a user's password hash, adding the user when unknown, and ends the user's sessions and links.
    ///
    /// # Errors
    /// The name is not acceptable.
    pub fn put_user(&self, name: &str, password_hash: &str) -> Result<(), StoreError> {
        check_name(name)?;
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "INSERT INTO user (name, password_hash) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
                [name, password_hash],
            )?;
            transaction.execute("DELETE FROM session WHERE user = ?1", [name])?;
            transaction.execute("DELETE FROM login_link WHERE user = ?1", [name])?;
            Ok(transaction.commit()?)
        })
    }

    /// The user of this name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_user(&self, name: &str) -> Result<Option<User>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT name, password_hash FROM user WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| Ok(User { name: row.get(0)?, password_hash: row.get(1)? })).optional()?)
        })
    }

    /// Opens a session; sessions that ended before `now_ms` are cleared away.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_session(&self, token: &TokenHash, login: &Login, now_ms: i64) -> Result<(), StoreError> {
        self.with(|connection| put_token(connection, "session", token, login, now_ms, MAX_SESSIONS_PER_USER))
    }

    /// The session of this token, when it has not ended.
    ///
    /// # Errors
    /// Those of the database.
    pub fn get_session(&self, token: &TokenHash, now_ms: i64) -> Result<Option<Login>, StoreError> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT user, expires_ms FROM session WHERE token_hash = ?1 AND expires_ms > ?2")?;
            Ok(statement.query_row(params![token, now_ms], |row| Ok(Login { user: row.get(0)?, expires_ms: row.get(1)? })).optional()?)
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Those of the database.
    pub fn delete_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.execute("DELETE FROM session WHERE token_hash = ?1", [token])?;
            Ok(())
        })
    }

    /// Keeps a one-time sign-in link.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_login_link(&self, token: &TokenHash, login: &Login, now_ms: i64) -> Result<(), StoreError> {
        self.with(|connection| put_token(connection, "login_link", token, login, now_ms, MAX_LOGIN_LINKS_PER_USER))
    }

    /// Uses up a sign-in link: the second call of two, even at the same moment, gets nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn take_login_link(&self, token: &TokenHash, now_ms: i64) -> Result<Option<Login>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("DELETE FROM login_link WHERE token_hash = ?1 RETURNING user, expires_ms")?;
            let login = statement.query_row([token], |row| Ok(Login { user: row.get(0)?, expires_ms: row.get(1)? })).optional()?;
            Ok(login.filter(|login| login.expires_ms > now_ms))
        })
    }
}

/// `table` is one of two names written above, never input.
fn put_token(connection: &mut Connection, table: &str, token: &TokenHash, login: &Login, now_ms: i64, most: u32) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    transaction.execute(&format!("DELETE FROM {table} WHERE expires_ms <= ?1"), [now_ms])?;
    transaction.execute(
        &format!("INSERT OR REPLACE INTO {table} (token_hash, user, expires_ms) VALUES (?1, ?2, ?3)"),
        params![token, login.user, login.expires_ms],
    )?;
    transaction.execute(
        &format!(
            "DELETE FROM {table} WHERE user = ?1 AND token_hash != ?3 AND token_hash NOT IN
             (SELECT token_hash FROM {table} WHERE user = ?1 AND token_hash != ?3 ORDER BY expires_ms DESC, token_hash LIMIT ?2)"
        ),
        params![login.user, most.saturating_sub(1), token],
    )?;
    Ok(transaction.commit()?)
}

fn check_name(name: &str) -> Result<(), StoreError> {
    if name.is_empty() || name.len() > MAX_USER_BYTES || name.chars().any(char::is_control) {
        return Err(StoreError::invalid(format!("a user name has 1 to {MAX_USER_BYTES} bytes and no control characters")));
    }
    Ok(())
}
