//! Passwords: Argon2id, 19 MiB and two passes (OWASP's recommendation), as PHC strings.
//!
//! One hash takes 19 MiB and some 25 ms of a core, so **the caller runs [`Password::hash`] and `Attempt::check` in a blocking
//! pool that lets [`AT_ONCE`] of them in**: more at once would let a flood of sign-ins take the memory and the cores that
//! events need. Nothing here touches the database for that reason.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, phc},
};
use rusqlite::{Transaction, params};

use super::{
    Secret, SignInId, UserId,
    error::{AccessError, Result},
    trail::{About, What, Who, audit},
};

/// How many hashes may run at the same time on the smallest machine we serve (2 cores): 38 MiB.
pub const AT_ONCE: usize = 2;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// NIST SP 800-63B asks for 8 at least and for no rules of composition; 10, because there is no second factor yet.
const MIN_CHARS: usize = 10;
/// Longer input is work for us and safety for nobody.
const MAX_BYTES: usize = 1024;
/// Same cost, matches nothing that can be found: checked for unknown logins, so that they take as long as known ones.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that somebody wants to have from now on.
#[derive(Debug)]
pub struct Password(Secret);

/// What is kept of a password.
#[derive(Clone)]
pub struct PasswordHash(String);

impl Password {
    /// Takes a password that is long enough.
    pub fn choose(text: Secret) -> Result<Self> {
        let fits = text.reveal().chars().count() >= MIN_CHARS && text.reveal().len() <= MAX_BYTES;
        if fits {
            Ok(Self(text))
        } else {
            Err(AccessError::Invalid { what: "password", rule: "10 characters at least, 1024 bytes at most" })
        }
    }

    /// Hashes it with 16 random bytes of salt. Slow on purpose: see the header.
    pub fn hash(&self, salt: [u8; 16]) -> Result<PasswordHash> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| AccessError::Hash(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash: phc::PasswordHash =
            argon2.hash_password_with_salt(self.0.reveal().as_bytes(), &salt).map_err(|error| AccessError::Hash(error.to_string()))?;
        Ok(PasswordHash(hash.to_string()))
    }
}

impl PasswordHash {
    pub(super) fn stored(text: Option<String>) -> Self {
        Self(text.unwrap_or_else(|| NOBODY.to_owned()))
    }

    /// Whether `offered` is the password. Slow on purpose: see the header.
    pub fn matches(&self, offered: &Secret) -> Result<bool> {
        // No chosen password is longer, and hashing megabytes is a gift to a flood; whoever sends that learns nothing new.
        if offered.reveal().len() > MAX_BYTES {
            return Ok(false);
        }
        let hash = phc::PasswordHash::new(&self.0).map_err(|error| AccessError::Hash(error.to_string()))?;
        // The cost is in the string, so older hashes keep working when the constants above grow.
        match Argon2::default().verify_password(offered.reveal().as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(AccessError::Hash(error.to_string())),
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// Stores a new password and signs the person out everywhere but in `keep`, the browser it was chosen in.
pub fn set(tx: &Transaction<'_>, who: Who, user: UserId, hash: &PasswordHash, keep: Option<SignInId>, now_us: i64) -> Result<()> {
    let set = tx.execute("UPDATE users SET password_hash = ?2 WHERE id = ?1", params![user, hash.0])?;
    if set == 0 {
        return Err(AccessError::unknown("user", user));
    }
    tx.execute("DELETE FROM sign_ins WHERE user_id = ?1 AND id IS DISTINCT FROM ?2", params![user, keep])?;
    // A link that is still about would be a way around the new password.
    tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1", params![user])?;
    audit(tx, About::Person(user), who, What::PasswordSet, user, now_us)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_matches_itself_only() {
        let hash = Password::choose(secret("длинный пароль")).unwrap().hash([7; 16]).unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert!(hash.matches(&secret("длинный пароль")).unwrap());
        assert!(!hash.matches(&secret("длинный парол")).unwrap());
        assert!(!hash.matches(&secret(&"x".repeat(2000))).unwrap());
        assert_eq!(format!("{hash:?}"), "PasswordHash(***)");
    }

    #[test]
    fn nobody_can_be_nobody_at_the_usual_cost() {
        assert!(!PasswordHash::stored(None).matches(&secret("")).unwrap());
        let nobody = phc::PasswordHash::new(NOBODY).unwrap();
        let real = Password::choose(secret("0123456789")).unwrap().hash([1; 16]).unwrap();
        let real = phc::PasswordHash::new(&real.0).unwrap();
        assert_eq!((nobody.algorithm, nobody.version, nobody.params), (real.algorithm, real.version, real.params));
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(Password::choose(secret("девятьбук")).is_err());
        assert!(Password::choose(secret("десятьбукв")).is_ok());
    }
}
