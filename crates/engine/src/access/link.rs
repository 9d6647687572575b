//! One-time sign-in links: how an invited person, and the owner at the first start, comes in before there is a password.
//!
//! The token in the link is `ltl_` and 43 base64url characters, kept as SHA-256, good for 24 hours and one use. A GET of the
//! link must only show a page with a button ([`peek`]), because messengers and mail scanners open links by themselves; the POST of
//! that button spends it ([`redeem`]).

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Action, Digest, Scope, Secret, Standing, UserId,
    error::{AccessError, Result},
    member,
    trail::{About, What, Who, audit},
    user,
};

const PREFIX: &str = "ltl_";
const GOOD_FOR_US: i64 = 24 * 3600 * 1_000_000;

/// Makes a link for `user` and voids the earlier ones.
///
/// A link opens everything its person may see. So an owner makes one only for a person who belongs to this
/// business alone, or they could walk into another firm as that person; commands on the machine make any.
pub fn issue(tx: &Transaction<'_>, scope: &Scope, who: Who, user: UserId, now_us: i64, rng: &mut impl CryptoRng) -> Result<Secret> {
    scope.require(Action::ManageMembers)?;
    user::by_id(tx, user)?.ok_or_else(|| AccessError::unknown("user", user))?;
    if scope.standing() != Standing::Local {
        let memberships = member::of_user(tx, user)?;
        if !memberships.iter().any(|(business, _)| *business == scope.business()) {
            return Err(AccessError::unknown("member", user));
        }
        if memberships.len() > 1 {
            return Err(AccessError::Forbidden {
                standing: scope.standing().as_str(),
                action: "make a link for a member of another business too",
            });
        }
    }
    tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1 AND used_us IS NULL", [user])?;
    let token = Secret::draw(PREFIX, rng);
    tx.execute(
        "INSERT INTO sign_in_links (hash, user_id, created_us, expires_us) VALUES (?1, ?2, ?3, ?4)",
        params![token.digest(), user, now_us, now_us + GOOD_FOR_US],
    )?;
    audit(tx, About::Business(scope.business()), who, What::LinkIssued, user, now_us)?;
    Ok(token)
}

/// Whom a link would sign in, without spending it.
pub fn peek(conn: &Connection, token: &str, now_us: i64) -> Result<Option<UserId>> {
    let mut statement = conn.prepare_cached(
        "SELECT user_id FROM sign_in_links JOIN users ON users.id = sign_in_links.user_id
         WHERE hash = ?1 AND used_us IS NULL AND expires_us > ?2 AND disabled_us IS NULL",
    )?;
    Ok(statement.query_row(params![Digest::of(token), now_us], |row| row.get(0)).optional()?)
}

/// Spends a link. `None`: unknown, used, expired, or its person is disabled; which of these is nobody's business.
pub fn redeem(tx: &Transaction<'_>, token: &str, now_us: i64) -> Result<Option<UserId>> {
    let Some(user) = peek(tx, token, now_us)? else {
        return Ok(None);
    };
    // Spent in the statement itself, not by the look above: two clicks at once are one sign-in, whatever the isolation.
    let spent =
        tx.execute("UPDATE sign_in_links SET used_us = ?2 WHERE hash = ?1 AND used_us IS NULL", params![Digest::of(token), now_us])?;
    Ok((spent == 1).then_some(user))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Role, testing::*};
    use super::*;

    #[test]
    fn a_link_is_good_once_and_for_a_day() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let tx = conn.transaction().unwrap();
        let make = |seed| issue(&tx, &Scope::local(salon), Who::Local, anna, NOW, &mut rng(seed)).unwrap();
        let first = make(1);
        let second = make(2);
        assert_eq!(peek(&tx, first.reveal(), NOW).unwrap(), None, "a newer link voids the older one");
        assert_eq!(redeem(&tx, second.reveal(), NOW + GOOD_FOR_US).unwrap(), None);
        assert_eq!(peek(&tx, second.reveal(), NOW).unwrap(), Some(anna));
        assert_eq!(redeem(&tx, second.reveal(), NOW + GOOD_FOR_US - 1).unwrap(), Some(anna));
        assert_eq!(redeem(&tx, second.reveal(), NOW).unwrap(), None);
        assert_eq!(redeem(&tx, "ltl_x", NOW).unwrap(), None);
    }

    #[test]
    fn an_owner_makes_no_link_into_another_business() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let anna = a_member(&mut conn, salon, "anna", Role::Manager);
        let owner = Scope::member(salon, Role::Owner);
        let make =
            |conn: &mut Connection, scope: &Scope| issue(&conn.transaction().unwrap(), scope, Who::Local, anna, NOW, &mut rng(1)).map(drop);
        assert!(matches!(make(&mut conn, &Scope::member(clinic, Role::Owner)), Err(AccessError::Unknown { .. })));
        assert!(make(&mut conn, &owner).is_ok());
        a_member(&mut conn, clinic, "anna", Role::Marketer);
        assert!(matches!(make(&mut conn, &owner), Err(AccessError::Forbidden { .. })));
        assert!(make(&mut conn, &Scope::local(salon)).is_ok());
        assert!(make(&mut conn, &Scope::member(salon, Role::Manager)).is_err());
    }
}
