//! Signing in with login and password, in three steps, because the slow one must hold neither the database nor a core that
//! events need:
//!
//! ```text
//! begin  (writer, fast)          throttle, charge the attempt, read the hash    → Attempt
//! check  (bounded blocking pool) Argon2                                         → Checked
//! finish (writer, fast)          open a browser's session or refuse; the trail  → token, or None
//! ```
//!
//! An unknown login, a disabled person and one without a password take the same way and the same time as a wrong
//! password. Signing in with a link: `link::redeem`, then `session::open`.

use std::net::IpAddr;

use rand::CryptoRng;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Login, Secret, UserId,
    error::Result,
    password::PasswordHash,
    session,
    throttle::{self, Subject},
    trail::{About, What, Who, audit},
};

/// A charged attempt whose password has not been checked yet.
#[derive(Debug)]
#[must_use = "an attempt is charged: check and finish it"]
pub struct Attempt {
    user: Option<UserId>,
    hash: PasswordHash,
    login: Subject,
    address: Subject,
}

/// A checked attempt.
#[derive(Debug)]
#[must_use = "finish it: the trail and the throttle depend on it"]
pub struct Checked {
    user: Option<UserId>,
    right: bool,
    login: Subject,
    address: Subject,
}

/// Charges an attempt. Commit the transaction before `check`, or attempts at the same time go uncounted.
pub fn begin(tx: &Transaction<'_>, typed_login: &str, address: IpAddr, now_us: i64) -> Result<Attempt> {
    let (login, address) = (Subject::login(typed_login), Subject::address(address));
    throttle::charge(tx, &[login, address], now_us)?;
    let known: Option<(UserId, Option<String>)> = match typed_login.parse::<Login>() {
        Ok(login) => tx
            .query_row("SELECT id, password_hash FROM users WHERE login = ?1 AND disabled_us IS NULL", params![login], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?,
        Err(_) => None,
    };
    let (user, hash) = known.map_or((None, None), |(user, hash)| (Some(user), hash));
    Ok(Attempt { user, hash: PasswordHash::stored(hash), login, address })
}

impl Attempt {
    /// Slow on purpose; at most `password::AT_ONCE` at the same time, in a blocking pool.
    pub fn check(self, typed_password: &Secret) -> Result<Checked> {
        let right = self.hash.matches(typed_password)?;
        Ok(Checked { user: self.user, right, login: self.login, address: self.address })
    }
}

/// Signs the browser in and returns its token for the cookie, or `None`: "wrong login or password".
pub fn finish(tx: &Transaction<'_>, checked: Checked, agent: &str, now_us: i64, rng: &mut impl CryptoRng) -> Result<Option<Secret>> {
    let Some(user) = checked.user.filter(|_| checked.right) else {
        let target = checked.user.map_or_else(|| "unknown".to_owned(), |user| user.to_string());
        let about = checked.user.map_or(About::Nobody, About::Person);
        audit(tx, about, Who::Stranger, What::SignInRefused, target, now_us)?;
        return Ok(None);
    };
    throttle::take_back(tx, &checked.login, &checked.address)?;
    session::open(tx, user, agent, now_us, rng).map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rusqlite::Connection;

    use super::super::{AccessError, Change, Password, Role, password, testing::*, trail};
    use super::*;
    use crate::event::BusinessId;

    fn an_owner(conn: &mut Connection) -> (BusinessId, UserId) {
        let salon = a_business(conn, "salon");
        let anna = a_member(conn, salon, "anna", Role::Owner);
        let hash = Password::choose(Secret::new("correct horse".to_owned())).unwrap().hash([1; 16]).unwrap();
        let tx = conn.transaction().unwrap();
        password::set(&tx, Who::User(anna), anna, &hash, None, NOW).unwrap();
        tx.commit().unwrap();
        (salon, anna)
    }

    fn try_in(conn: &mut Connection, login: &str, password: &str, now_us: i64) -> Result<Option<Secret>> {
        let tx = conn.transaction().unwrap();
        let attempt = begin(&tx, login, "192.0.2.7".parse().unwrap(), now_us)?;
        tx.commit().unwrap();
        let checked = attempt.check(&Secret::new(password.to_owned()))?;
        let tx = conn.transaction().unwrap();
        let token = finish(&tx, checked, "Firefox", now_us, &mut rng(9))?;
        tx.commit().unwrap();
        Ok(token)
    }

    #[test]
    fn the_right_password_opens_a_session() {
        let mut conn = empty();
        let (salon, anna) = an_owner(&mut conn);
        assert!(try_in(&mut conn, "anna", "wrong horse", NOW).unwrap().is_none());
        assert!(try_in(&mut conn, "nobody", "correct horse", NOW).unwrap().is_none());
        let token = try_in(&mut conn, " Anna ", "correct horse", NOW).unwrap().unwrap();
        let signed_in = session::authenticate(&conn, token.reveal(), NOW).unwrap().unwrap();
        assert_eq!(signed_in.user, anna);
        let lines = trail::read(&conn, salon, &trail::Wanted::default(), 9).unwrap();
        assert_eq!(lines.iter().map(|line| line.what).collect::<Vec<_>>(), [What::SignedIn, What::SignInRefused, What::PasswordSet]);
    }

    #[test]
    fn a_disabled_person_and_one_without_a_password_stay_outside() {
        let mut conn = empty();
        let (salon, anna) = an_owner(&mut conn);
        a_member(&mut conn, salon, "boris", Role::Manager);
        assert!(try_in(&mut conn, "boris", "", NOW).unwrap().is_none());
        commit(&mut conn, &[Change::UserDisabled { business: salon, user: anna, at_us: NOW }]);
        assert!(try_in(&mut conn, "anna", "correct horse", NOW).unwrap().is_none());
    }

    #[test]
    fn attempts_that_never_finish_count() {
        let mut conn = empty();
        an_owner(&mut conn);
        let tx = conn.transaction().unwrap();
        let begun: Vec<_> = (0..8).map(|_| begin(&tx, "anna", "192.0.2.7".parse().unwrap(), NOW)).collect();
        assert_eq!(begun.iter().filter(|attempt| matches!(attempt, Err(AccessError::Throttled { .. }))).count(), 3);
        tx.commit().unwrap();
        assert!(matches!(try_in(&mut conn, "anna", "correct horse", NOW), Err(AccessError::Throttled { retry_after_s: 1 })));
        assert!(try_in(&mut conn, "anna", "correct horse", NOW + SECOND).unwrap().is_some());
        assert!(try_in(&mut conn, "anna", "wrong again", NOW + SECOND).unwrap().is_none(), "success starts the login afresh");
    }
}
