//! People: one login each, however many businesses they serve. Their roles are in `member`.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Change, Login, Name, Scope, Standing, UserId,
    change::after,
    error::{AccessError, Result},
};
use crate::event::BusinessId;

pub(super) const COLUMNS: &str = "users.id, users.login, users.name, users.password_hash IS NOT NULL AS has_password, \
                                  users.created_us, users.disabled_us";

/// A person as stored, without the password hash.
#[derive(Debug, Clone, serde::Serialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they sign in with.
    pub login: Login,
    /// What they are called on the screen.
    pub name: Name,
    /// Whether they have chosen a password.
    pub has_password: bool,
    /// When they were invited.
    pub created_us: i64,
    /// Since when they may not sign in.
    pub disabled_us: Option<i64>,
}

impl User {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            login: row.get("login")?,
            name: row.get("name")?,
            has_password: row.get("has_password")?,
            created_us: row.get("created_us")?,
            disabled_us: row.get("disabled_us")?,
        })
    }
}

/// Decides another login and name for a person, as they asked themselves: `user` is whoever is signed in, or was named on
/// the machine. `business` is the journal it is sealed in.
pub fn change(conn: &Connection, business: BusinessId, user: UserId, login: Login, name: Name, now_us: i64) -> Result<Change> {
    let changed_us = moment(conn, "SELECT changed_us FROM users WHERE id = ?1", user)?;
    if by_login(conn, &login)?.is_some_and(|known| known.id != user) {
        return Err(AccessError::Invalid { what: "login", rule: "somebody else signs in with it: choose another one" });
    }
    Ok(Change::UserChanged { business, user, login, name, at_us: after(changed_us, now_us) })
}

/// Decides whether a person can sign in at all. An owner of one business must not shut a person out of another one, so
/// only commands on the machine may; an owner removes the membership instead.
pub fn set_enabled(conn: &Connection, scope: &Scope, user: UserId, enabled: bool, now_us: i64) -> Result<Change> {
    if scope.standing() != Standing::Local {
        return Err(AccessError::Forbidden { standing: scope.standing().as_str(), action: "disable-people" });
    }
    let business = scope.business();
    let at_us = after(moment(conn, "SELECT status_us FROM users WHERE id = ?1", user)?, now_us);
    Ok(if enabled { Change::UserEnabled { business, user, at_us } } else { Change::UserDisabled { business, user, at_us } })
}

/// The person of that id.
pub fn by_id(conn: &Connection, user: UserId) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
    Ok(conn.prepare_cached(&sql)?.query_row([user], User::read).optional()?)
}

/// The person of that login.
pub fn by_login(conn: &Connection, login: &Login) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE login = ?1");
    Ok(conn.prepare_cached(&sql)?.query_row([login], User::read).optional()?)
}

fn moment(conn: &Connection, sql: &str, user: UserId) -> Result<i64> {
    let known = conn.query_row(sql, [user], |row| row.get(0)).optional()?;
    known.ok_or_else(|| AccessError::unknown("user", user))
}

pub(super) fn insert(tx: &Transaction<'_>, user: UserId, login: &Login, name: &Name, at_us: i64) -> Result<()> {
    let inserted = tx.execute(
        "INSERT INTO users (id, login, name, created_us, changed_us, status_us) VALUES (?1, ?2, ?3, ?4, ?4, ?4)
         ON CONFLICT DO NOTHING",
        params![user, login, name, at_us],
    )?;
    // Repeated, the person may have another login by now; a new person whose login is taken must be heard of.
    let known = inserted == 1 || by_id(tx, user)?.is_some();
    if known { Ok(()) } else { Err(AccessError::taken("the login of user", user)) }
}

pub(super) fn update(tx: &Transaction<'_>, user: UserId, login: &Login, name: &Name, at_us: i64) -> Result<()> {
    if by_login(tx, login)?.is_some_and(|known| known.id != user) {
        return Err(AccessError::taken("the login of user", user));
    }
    tx.execute(
        "UPDATE users SET login = ?2, name = ?3, changed_us = ?4 WHERE id = ?1 AND changed_us <= ?4",
        params![user, login, name, at_us],
    )?;
    Ok(())
}

pub(super) fn set_status(tx: &Transaction<'_>, user: UserId, disabled_us: Option<i64>, at_us: i64) -> Result<()> {
    let set = tx.execute(
        "UPDATE users SET disabled_us = ?2, status_us = ?3 WHERE id = ?1 AND status_us <= ?3",
        params![user, disabled_us, at_us],
    )?;
    if set == 1 && disabled_us.is_some() {
        // Or they would be signed in again the moment they are enabled.
        tx.execute("DELETE FROM sign_ins WHERE user_id = ?1", [user])?;
        tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1", [user])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Role, session, testing::*};
    use super::*;

    #[test]
    fn a_person_takes_another_login_that_is_free() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "owner", Role::Owner);
        a_member(&mut conn, salon, "boris", Role::Manager);
        let take =
            |conn: &Connection, login: &str, now_us| change(conn, salon, anna, login.parse().unwrap(), "Анна".parse().unwrap(), now_us);
        assert!(take(&conn, "Boris", NOW).is_err());
        let first = take(&conn, "anna@example.ru", NOW + SECOND).unwrap();
        commit(&mut conn, std::slice::from_ref(&first));
        let second = take(&conn, "anna@example.com", NOW).unwrap();
        commit(&mut conn, &[second, first]);
        let login = by_id(&conn, anna).unwrap().unwrap().login;
        assert_eq!(login.as_str(), "anna@example.com", "the later decision counts, whatever the clock did");
    }

    #[test]
    fn only_the_machine_disables_and_that_ends_sessions() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let owner = Scope::member(salon, Role::Owner);
        assert!(matches!(set_enabled(&conn, &owner, anna, false, NOW), Err(AccessError::Forbidden { .. })));
        let tx = conn.transaction().unwrap();
        let cookie = session::open(&tx, anna, "", NOW, &mut rng(1)).unwrap();
        tx.commit().unwrap();
        let disabled = set_enabled(&conn, &Scope::local(salon), anna, false, NOW).unwrap();
        commit(&mut conn, std::slice::from_ref(&disabled));
        let enabled = set_enabled(&conn, &Scope::local(salon), anna, true, NOW - SECOND).unwrap();
        commit(&mut conn, &[enabled, disabled]);
        assert_eq!(by_id(&conn, anna).unwrap().unwrap().disabled_us, None);
        assert!(session::authenticate(&conn, cookie.reveal(), NOW).unwrap().is_none());
    }
}
