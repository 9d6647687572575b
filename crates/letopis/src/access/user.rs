//! People: who there is, and what role each has in which business.
//!
//! A person is one login, however many businesses they serve. Roles are read afresh for every request (see `sign_in`), so
//! taking one away works at once and no signed-in browser keeps an old one.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Action, Change, Login, Name, Role, Scope, Standing, UserId,
    error::{AccessError, Result},
};
use crate::event::BusinessId;

const COLUMNS: &str = "users.id, users.login, users.name, users.password_hash IS NOT NULL AS has_password, users.created_us, users.disabled_us";

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

/// A person's role in one business.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// As what.
    pub role: Role,
    /// Since when.
    pub since_us: i64,
}

/// Whom to let in.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// What they will sign in with.
    pub login: Login,
    /// What they are called; ignored where the login is known already.
    pub name: Name,
    /// As what.
    pub role: Role,
}

impl User {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
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

/// Decides to let somebody in. They come in with a link (`link::issue`) after the changes are applied.
pub fn invite(
    conn: &Connection,
    scope: &Scope,
    invitation: &Invitation,
    now_us: i64,
    rng: &mut impl CryptoRng,
) -> Result<(Vec<Change>, UserId)> {
    scope.require(Action::ManageMembers)?;
    let Invitation { login, name, role } = invitation;
    let business = scope.business();
    let mut changes = Vec::new();
    let user = if let Some(known) = by_login(conn, login)? {
        if role_of(conn, business, known.id)?.is_some() {
            return Err(AccessError::taken("member", known.id));
        }
        known.id
    } else {
        let user = UserId::draw(rng);
        changes.push(Change::UserInvited { business, user, login: login.clone(), name: name.clone(), at_us: now_us });
        user
    };
    changes.push(Change::MembershipSet { business, user, role: *role, at_us: now_us });
    Ok((changes, user))
}

/// Decides another role for a member.
pub fn set_role(conn: &Connection, scope: &Scope, user: UserId, role: Role, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageMembers)?;
    let business = scope.business();
    let current = role_of(conn, business, user)?.ok_or_else(|| AccessError::unknown("member", user))?;
    if current == Role::Owner && role != Role::Owner {
        another_owner(conn, business, user)?;
    }
    Ok(Change::MembershipSet { business, user, role, at_us: now_us })
}

/// Decides that a member has nothing to do with the business any more.
pub fn remove(conn: &Connection, scope: &Scope, user: UserId, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageMembers)?;
    let business = scope.business();
    let current = role_of(conn, business, user)?.ok_or_else(|| AccessError::unknown("member", user))?;
    if current == Role::Owner {
        another_owner(conn, business, user)?;
    }
    Ok(Change::MembershipRemoved { business, user, at_us: now_us })
}

/// Decides whether a person can sign in at all. An owner of one business must not shut a person out of another one, so
/// only commands on the machine may; an owner removes the membership instead.
pub fn set_enabled(conn: &Connection, scope: &Scope, user: UserId, enabled: bool, now_us: i64) -> Result<Change> {
    if scope.standing() != Standing::Local {
        return Err(AccessError::Forbidden { standing: scope.standing().as_str(), action: "disable-people" });
    }
    let business = scope.business();
    by_id(conn, user)?.ok_or_else(|| AccessError::unknown("user", user))?;
    Ok(if enabled {
        Change::UserEnabled { business, user, at_us: now_us }
    } else {
        Change::UserDisabled { business, user, at_us: now_us }
    })
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

/// The people of a business, by name.
pub fn members(conn: &Connection, business: BusinessId) -> Result<Vec<Member>> {
    let sql = format!(
        "SELECT {COLUMNS}, memberships.role, memberships.since_us FROM memberships JOIN users ON users.id = memberships.user_id
         WHERE memberships.business_id = ?1 ORDER BY users.name, users.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([business.0], |row| {
        Ok(Member { user: User::read(row)?, role: row.get("role")?, since_us: row.get("since_us")? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A person's businesses and roles.
pub fn memberships(conn: &Connection, user: UserId) -> Result<Vec<(BusinessId, Role)>> {
    let mut statement =
        conn.prepare_cached("SELECT business_id, role FROM memberships WHERE user_id = ?1 ORDER BY business_id")?;
    let rows = statement.query_map([user], |row| Ok((BusinessId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn role_of(conn: &Connection, business: BusinessId, user: UserId) -> Result<Option<Role>> {
    let mut statement = conn.prepare_cached("SELECT role FROM memberships WHERE business_id = ?1 AND user_id = ?2")?;
    Ok(statement.query_row(params![business.0, user], |row| row.get(0)).optional()?)
}

/// A disabled owner does not count: they could not let anybody in.
fn another_owner(conn: &Connection, business: BusinessId, than: UserId) -> Result<()> {
    let other = members(conn, business)?
        .into_iter()
        .any(|member| member.role == Role::Owner && member.user.id != than && member.user.disabled_us.is_none());
    if other { Ok(()) } else { Err(AccessError::LastOwner) }
}

pub(super) fn insert(tx: &Transaction<'_>, user: UserId, login: &Login, name: &Name, at_us: i64) -> Result<()> {
    let inserted = tx.execute(
        "INSERT INTO users (id, login, name, created_us) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![user, login, name, at_us],
    )?;
    let same = inserted == 1 || by_id(tx, user)?.is_some_and(|there| there.login == *login);
    if same { Ok(()) } else { Err(AccessError::taken("user", user)) }
}

pub(super) fn set_disabled(tx: &Transaction<'_>, user: UserId, since_us: Option<i64>) -> Result<()> {
    tx.execute("UPDATE users SET disabled_us = ?2 WHERE id = ?1", params![user, since_us])?;
    Ok(())
}

pub(super) fn set_membership(
    tx: &Transaction<'_>,
    business: BusinessId,
    user: UserId,
    role: Role,
    at_us: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO memberships (business_id, user_id, role, since_us) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (business_id, user_id) DO UPDATE SET role = excluded.role, since_us = excluded.since_us",
        params![business.0, user, role, at_us],
    )?;
    Ok(())
}

pub(super) fn remove_membership(tx: &Transaction<'_>, business: BusinessId, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM memberships WHERE business_id = ?1 AND user_id = ?2", params![business.0, user])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;

    #[test]
    fn one_person_serves_two_businesses() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let anna = a_member(&mut conn, salon, "Anna@example.ru", Role::Owner);
        assert_eq!(a_member(&mut conn, clinic, "anna@example.ru ", Role::Integrator), anna);
        assert_eq!(memberships(&conn, anna).unwrap(), [(salon, Role::Owner), (clinic, Role::Integrator)]);
        assert_eq!(members(&conn, salon).unwrap().len(), 1);
        let again =
            Invitation { login: "anna@example.ru".parse().unwrap(), name: "А".parse().unwrap(), role: Role::Owner };
        assert!(matches!(
            invite(&conn, &Scope::local(salon), &again, NOW, &mut rng(1)),
            Err(AccessError::Taken { .. })
        ));
    }

    #[test]
    fn the_last_owner_stays() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let scope = Scope::local(salon);
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        assert!(matches!(remove(&conn, &scope, anna, NOW), Err(AccessError::LastOwner)));
        assert!(matches!(set_role(&conn, &scope, anna, Role::Manager, NOW), Err(AccessError::LastOwner)));
        let boris = a_member(&mut conn, salon, "boris", Role::Owner);
        let disabled = set_enabled(&conn, &scope, boris, false, NOW).unwrap();
        commit(&mut conn, &[disabled]);
        assert!(
            matches!(remove(&conn, &scope, anna, NOW), Err(AccessError::LastOwner)),
            "a disabled owner does not count"
        );
        let enabled = set_enabled(&conn, &scope, boris, true, NOW).unwrap();
        commit(&mut conn, &[enabled]);
        let removed = remove(&conn, &scope, anna, NOW).unwrap();
        commit(&mut conn, &[removed]);
        assert!(memberships(&conn, anna).unwrap().is_empty());
    }

    #[test]
    fn only_owners_invite_and_only_the_machine_disables() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let guest = Invitation { login: "g".parse().unwrap(), name: "G".parse().unwrap(), role: Role::Owner };
        for role in [Role::Manager, Role::Marketer, Role::Integrator, Role::Compliance] {
            assert!(matches!(
                invite(&conn, &Scope::member(salon, role), &guest, NOW, &mut rng(1)),
                Err(AccessError::Forbidden { .. })
            ));
        }
        assert!(matches!(
            set_enabled(&conn, &Scope::member(salon, Role::Owner), anna, false, NOW),
            Err(AccessError::Forbidden { .. })
        ));
    }
}
