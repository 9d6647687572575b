//! Members: what role each person has in which business.
//!
//! Roles are read afresh for every request (see `session`), so taking one away works at once and no signed-in browser keeps an
//! old one. A business always keeps an owner who can sign in.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Action, Change, Login, Name, Role, Scope, User, UserId, business,
    change::after,
    error::{AccessError, Result},
    user,
};
use crate::event::BusinessId;

/// A person and their role in one business.
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

/// The last that was decided about a person here; no role: taken away.
struct Standing {
    role: Option<Role>,
    since_us: i64,
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
    let Some(known) = user::by_login(conn, login)? else {
        let user = UserId::draw(rng);
        let invited = Change::UserInvited { business, user, login: login.clone(), name: name.clone(), at_us: now_us };
        let set = Change::MembershipSet { business, user, role: *role, at_us: now_us };
        return Ok((vec![invited, set], user));
    };
    let before = standing(conn, business, known.id)?;
    if before.as_ref().is_some_and(|before| before.role.is_some()) {
        return Err(AccessError::taken("member", known.id));
    }
    let at_us = before.map_or(now_us, |before| after(before.since_us, now_us));
    Ok((vec![Change::MembershipSet { business, user: known.id, role: *role, at_us }], known.id))
}

/// Decides another role for a member.
pub fn set_role(conn: &Connection, scope: &Scope, user: UserId, role: Role, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageMembers)?;
    let business = scope.business();
    let since_us = changeable(conn, business, user, role == Role::Owner)?;
    Ok(Change::MembershipSet { business, user, role, at_us: after(since_us, now_us) })
}

/// Decides that a member has nothing to do with the business any more.
pub fn remove(conn: &Connection, scope: &Scope, user: UserId, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageMembers)?;
    let business = scope.business();
    let since_us = changeable(conn, business, user, false)?;
    Ok(Change::MembershipRemoved { business, user, at_us: after(since_us, now_us) })
}

/// The people of a business, by name.
pub fn all(conn: &Connection, business: BusinessId) -> Result<Vec<Member>> {
    let sql = format!(
        "SELECT {}, memberships.role, memberships.since_us FROM memberships JOIN users ON users.id = memberships.user_id
         WHERE memberships.business_id = ?1 AND memberships.role IS NOT NULL ORDER BY users.name, users.id",
        user::COLUMNS
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement
        .query_map([business.0], |row| Ok(Member { user: User::read(row)?, role: row.get("role")?, since_us: row.get("since_us")? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A person's businesses and roles.
pub fn of_user(conn: &Connection, user: UserId) -> Result<Vec<(BusinessId, Role)>> {
    let mut statement =
        conn.prepare_cached("SELECT business_id, role FROM memberships WHERE user_id = ?1 AND role IS NOT NULL ORDER BY business_id")?;
    let rows = statement.query_map([user], |row| Ok((BusinessId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the member's role was set, if the business can do without it or they stay an owner.
fn changeable(conn: &Connection, business: BusinessId, user: UserId, stays_owner: bool) -> Result<i64> {
    let Some(Standing { role: Some(role), since_us }) = standing(conn, business, user)? else {
        return Err(AccessError::unknown("member", user));
    };
    if role != Role::Owner || stays_owner {
        return Ok(since_us);
    }
    // A disabled owner does not count: they could not let anybody in.
    let another = |member: &Member| member.role == Role::Owner && member.user.id != user && member.user.disabled_us.is_none();
    if all(conn, business)?.iter().any(another) { Ok(since_us) } else { Err(AccessError::LastOwner) }
}

fn standing(conn: &Connection, business: BusinessId, user: UserId) -> Result<Option<Standing>> {
    let sql = "SELECT role, since_us FROM memberships WHERE business_id = ?1 AND user_id = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok(Standing { role: row.get(0)?, since_us: row.get(1)? });
    Ok(conn.prepare_cached(sql)?.query_row(params![business.0, user], read).optional()?)
}

pub(super) fn set(tx: &Transaction<'_>, business: BusinessId, user: UserId, role: Option<Role>, at_us: i64) -> Result<()> {
    business::must_exist(tx, business)?;
    let newcomer = standing(tx, business, user)?.is_none_or(|before| before.role.is_none());
    let set = tx.execute(
        "INSERT INTO memberships (business_id, user_id, role, since_us) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (business_id, user_id) DO UPDATE SET role = excluded.role, since_us = excluded.since_us
         WHERE memberships.since_us <= excluded.since_us",
        params![business.0, user, role, at_us],
    )?;
    if set == 1 && newcomer && role.is_some() {
        // A link made by another business's owner must not open this one.
        tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1 AND used_us IS NULL", [user])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{link, testing::*, trail::Who};
    use super::*;

    fn invitation(login: &str, role: Role) -> Invitation {
        Invitation { login: login.parse().unwrap(), name: login.parse().unwrap(), role }
    }

    #[test]
    fn one_person_serves_two_businesses() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let anna = a_member(&mut conn, salon, "Anna@example.ru", Role::Owner);
        assert_eq!(a_member(&mut conn, clinic, "anna@example.ru ", Role::Integrator), anna);
        assert_eq!(of_user(&conn, anna).unwrap(), [(salon, Role::Owner), (clinic, Role::Integrator)]);
        assert_eq!(all(&conn, salon).unwrap().len(), 1);
        let again = invite(&conn, &Scope::local(salon), &invitation("anna@example.ru", Role::Owner), NOW, &mut rng(1));
        assert!(matches!(again, Err(AccessError::Taken { .. })));
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
        let disabled = user::set_enabled(&conn, &scope, boris, false, NOW).unwrap();
        commit(&mut conn, &[disabled]);
        assert!(matches!(remove(&conn, &scope, anna, NOW), Err(AccessError::LastOwner)), "he could let nobody in");
        let enabled = user::set_enabled(&conn, &scope, boris, true, NOW).unwrap();
        commit(&mut conn, &[enabled]);
        let removed = remove(&conn, &scope, anna, NOW).unwrap();
        commit(&mut conn, &[removed]);
        assert!(of_user(&conn, anna).unwrap().is_empty());
    }

    #[test]
    fn a_late_repetition_gives_no_role_back() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        let scope = Scope::local(salon);
        let anna = a_member(&mut conn, salon, "anna", Role::Manager);
        let given = set_role(&conn, &scope, anna, Role::Owner, NOW).unwrap();
        commit(&mut conn, std::slice::from_ref(&given));
        a_member(&mut conn, salon, "boris", Role::Owner);
        let removed = remove(&conn, &scope, anna, NOW - 3600 * SECOND).unwrap();
        commit(&mut conn, &[removed, given]);
        assert!(of_user(&conn, anna).unwrap().is_empty(), "nor does a clock that was set back");
        assert!(matches!(remove(&conn, &scope, anna, NOW), Err(AccessError::Unknown { .. })));
        a_member(&mut conn, salon, "anna", Role::Marketer);
        assert_eq!(of_user(&conn, anna).unwrap(), [(salon, Role::Marketer)]);
    }

    #[test]
    fn a_link_made_before_does_not_open_a_new_business() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let anna = a_member(&mut conn, salon, "anna", Role::Manager);
        let issue = |conn: &mut Connection| {
            let tx = conn.transaction().unwrap();
            let token = link::issue(&tx, &Scope::local(salon), Who::Local, anna, NOW, &mut rng(1)).unwrap();
            tx.commit().unwrap();
            token
        };
        let before = issue(&mut conn);
        let set = Change::MembershipSet { business: clinic, user: anna, role: Role::Manager, at_us: NOW };
        commit(&mut conn, std::slice::from_ref(&set));
        assert_eq!(link::peek(&conn, before.reveal(), NOW).unwrap(), None);
        let after = issue(&mut conn);
        commit(&mut conn, &[set]);
        assert_eq!(link::peek(&conn, after.reveal(), NOW).unwrap(), Some(anna), "a repetition is no new membership");
    }

    #[test]
    fn only_owners_invite() {
        let mut conn = empty();
        let salon = a_business(&mut conn, "salon");
        for role in [Role::Manager, Role::Marketer, Role::Integrator, Role::Compliance] {
            let scope = Scope::member(salon, role);
            let tried = invite(&conn, &scope, &invitation("guest", Role::Owner), NOW, &mut rng(1));
            assert!(matches!(tried, Err(AccessError::Forbidden { .. })));
        }
    }
}
