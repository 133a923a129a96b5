//! How often a password may be tried: per user name and in all, in memory, in fixed space. It must not know passwords.

use std::collections::BTreeMap;

/// Attempts a user name has in one window.
const ATTEMPTS_PER_USER: u32 = 5;
/// The window of a user name.
const USER_WINDOW_MS: i64 = 15 * 60 * 1000;
/// Attempts of everybody in one minute; so refilling the whole table takes longer than a window, and no flood of made-up names can
/// make a real name's count be forgotten.
const ATTEMPTS_PER_MINUTE: u32 = 60;
const MINUTE_MS: i64 = 60 * 1000;
/// User names remembered at once.
const MAX_NAMES: usize = 1024;

#[derive(Clone, Copy, Debug)]
struct Window {
    start_ms: i64,
    attempts: u32,
}

impl Window {
    /// Counts an attempt; or says how many seconds are left to wait.
    fn attempt(&mut self, now_ms: i64, length_ms: i64, most: u32) -> Result<(), u64> {
        let age = now_ms.saturating_sub(self.start_ms);
        if !(0..length_ms).contains(&age) {
            *self = Self { start_ms: now_ms, attempts: 0 };
        }
        if self.attempts >= most {
            let left_ms = length_ms.saturating_sub(now_ms.saturating_sub(self.start_ms)).max(1);
            return Err(u64::try_from(left_ms / 1000).unwrap_or(0).saturating_add(1));
        }
        self.attempts = self.attempts.saturating_add(1);
        Ok(())
    }
}

/// The counters.
#[derive(Debug)]
pub(crate) struct LoginLimit {
    names: BTreeMap<String, Window>,
    all: Window,
}

impl Default for LoginLimit {
    fn default() -> Self {
        Self { names: BTreeMap::new(), all: Window { start_ms: i64::MIN, attempts: 0 } }
    }
}

impl LoginLimit {
    /// Counts an attempt before it is made, so that attempts made at once count too.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn attempt(&mut self, user: &str, now_ms: i64) -> Result<(), u64> {
        if let Some(window) = self.names.get_mut(user) {
            window.attempt(now_ms, USER_WINDOW_MS, ATTEMPTS_PER_USER)?;
            return self.all.attempt(now_ms, MINUTE_MS, ATTEMPTS_PER_MINUTE);
        }
        self.all.attempt(now_ms, MINUTE_MS, ATTEMPTS_PER_MINUTE)?;
        if self.names.len() >= MAX_NAMES
            && let Some(oldest) = self.names.iter().min_by_key(|(_, window)| window.start_ms).map(|(name, _)| name.clone())
        {
            self.names.remove(&oldest);
        }
        self.names.insert(user.to_owned(), Window { start_ms: now_ms, attempts: 1 });
        Ok(())
    }

    /// Forgets a user's failures after a success.
    pub fn succeeded(&mut self, user: &str) {
        self.names.remove(user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_attempt_waits_for_the_window() {
        let mut limit = LoginLimit::default();
        for _ in 0..ATTEMPTS_PER_USER {
            assert_eq!(limit.attempt("ann", 0), Ok(()));
        }
        assert_eq!(limit.attempt("ann", USER_WINDOW_MS - 2000), Err(3));
        assert_eq!(limit.attempt("bob", 0), Ok(()), "others are not held up");
        assert_eq!(limit.attempt("ann", USER_WINDOW_MS), Ok(()));
        limit.succeeded("ann");
        assert_eq!(limit.attempt("ann", USER_WINDOW_MS), Ok(()));
    }

    #[test]
    fn a_flood_of_names_is_slowed_and_held_in_fixed_space() {
        let mut limit = LoginLimit::default();
        for _ in 0..ATTEMPTS_PER_USER {
            limit.attempt("ann", 0).unwrap();
        }
        let mut passed = 0;
        for number in 0..100_000i64 {
            // A hundred made-up names a second for less than a window.
            passed += u32::from(limit.attempt(&format!("user{number}"), number * 8).is_ok());
        }
        assert!(limit.names.len() <= MAX_NAMES);
        assert!(passed <= ATTEMPTS_PER_MINUTE * 15, "{passed}");
        assert!(limit.attempt("ann", 100_000 * 8).is_err(), "the count of a real name outlives the flood");
    }
}
