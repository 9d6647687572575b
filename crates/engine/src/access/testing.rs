//! What the tests of this room share: an in-memory database, a seeded generator, a moment, a business with an owner.

#![allow(clippy::unwrap_used)]

use rand::{CryptoRng, SeedableRng};
use rusqlite::Connection;

use super::{Business, Change, Role, Scope, UserId, apply, business, member};
use crate::event::BusinessId;

/// 2026-01-01T00:00:00Z.
pub(super) const NOW: i64 = 1_767_225_600_000_000;
pub(super) const SECOND: i64 = 1_000_000;

pub(super) fn rng(seed: u64) -> impl CryptoRng {
    rand::rngs::StdRng::seed_from_u64(seed)
}

pub(super) fn empty() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(super::SCHEMA).unwrap();
    conn
}

/// Applies `changes` in a transaction of their own.
pub(super) fn commit(conn: &mut Connection, changes: &[Change]) {
    let tx = conn.transaction().unwrap();
    changes.iter().for_each(|change| apply(&tx, change).unwrap());
    tx.commit().unwrap();
}

/// A new business.
pub(super) fn a_business(conn: &mut Connection, slug: &str) -> BusinessId {
    let change = business::create(conn, &Business::draft(slug, slug).unwrap(), NOW).unwrap();
    commit(conn, std::slice::from_ref(&change));
    change.business()
}

/// A new person with a role in `business`.
pub(super) fn a_member(conn: &mut Connection, business: BusinessId, login: &str, role: Role) -> UserId {
    let mut rng = rng(login.bytes().map(u64::from).sum());
    let invitation = member::Invitation { login: login.parse().unwrap(), name: login.parse().unwrap(), role };
    let (changes, user) = member::invite(conn, &Scope::local(business), &invitation, NOW, &mut rng).unwrap();
    commit(conn, &changes);
    user
}
