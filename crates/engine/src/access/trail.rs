//! The access trail: who came in, who was refused, who changed what, who looked at a person's data. Append-only.
//!
//! A line names ids and words of ours, never a login, an address, a secret or what was looked at in plain text: the trail
//! itself must not become personal data. The table refuses UPDATE and DELETE. What is *decided* is sealed in the journal
//! besides; the trail also holds what decides nothing, such as a sign-in.

use std::fmt;

use rusqlite::{Connection, Transaction, params};

use super::{ConnectionId, KeyId, Result, UserId, word::words};
use crate::event::BusinessId;

/// Whose trail a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// This business's.
    Business(BusinessId),
    /// That of every business the person is a member of: a sign-in opens all of them.
    Person(UserId),
    /// Nobody's: somebody tried a login that does not exist.
    Nobody,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person.
    User(UserId),
    /// A program.
    Key(KeyId),
    /// An employee of a connected portal, by the number that the portal gives them.
    Employee(ConnectionId, u64),
    /// A command on the machine.
    Local,
    /// Somebody who did not get in.
    Stranger,
}

words! {
    /// What happened.
    What, "what" {
        /// With a password or a link.
        SignedIn = "signed-in",
        /// A wrong password, or a login that does not exist.
        SignInRefused = "sign-in-refused",
        /// A browser was signed out, by its person or by an owner.
        SignedOut = "signed-out",
        /// A one-time link was made for the target.
        LinkIssued = "link-issued",
        /// A password was chosen or replaced.
        PasswordSet = "password-set",
        /// A decision of this room was made; the target says which.
        Changed = "changed",
        /// Personal data was shown.
        Viewed = "viewed",
        /// Data left in bulk.
        Exported = "exported",
    }
}

/// A line of the trail, as read.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// Its number; page on with the smallest one seen.
    pub id: i64,
    /// When.
    pub at_us: i64,
    /// Who, as text: an id, a connection's id with an employee's number, `local` or `stranger`.
    pub who: String,
    /// What.
    pub what: What,
    /// To what: an id, a word, or nothing.
    pub target: String,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Key(key) => key.fmt(f),
            Self::Employee(connection, number) => write!(f, "{connection}/{number}"),
            Self::Local => f.write_str("local"),
            Self::Stranger => f.write_str("stranger"),
        }
    }
}

/// Appends a line. `target` is an id or a word of ours.
pub fn audit(tx: &Transaction<'_>, about: About, who: Who, what: What, target: impl fmt::Display, at_us: i64) -> Result<()> {
    let (business, user) = match about {
        About::Business(business) => (Some(business.0), None),
        About::Person(user) => (None, Some(user)),
        About::Nobody => (None, None),
    };
    let mut statement =
        tx.prepare_cached("INSERT INTO access_trail (at_us, business_id, user_id, who, what, target) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    statement.execute(params![at_us, business, user, who.to_string(), what, target.to_string()])?;
    Ok(())
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those before this one.
    pub before: Option<i64>,
    /// Those of one kind.
    pub what: Option<What>,
    /// Those of one person, program or employee, as [`Line::who`].
    pub who: Option<String>,
}

/// The newest lines of those: of the business, and about the people who are its members now.
pub fn read(conn: &Connection, business: BusinessId, wanted: &Wanted, limit: u32) -> Result<Vec<Line>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, at_us, who, what, target FROM access_trail
         WHERE id < ?1 AND (business_id = ?2 OR user_id IN
           (SELECT user_id FROM memberships WHERE business_id = ?2 AND role IS NOT NULL))
           AND (?3 IS NULL OR what = ?3) AND (?4 IS NULL OR who = ?4)
         ORDER BY id DESC LIMIT ?5",
    )?;
    let rows = statement.query_map(params![wanted.before.unwrap_or(i64::MAX), business.0, wanted.what, wanted.who, limit], line)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Everything that left the business as a file, oldest first.
pub fn exported(conn: &Connection, business: BusinessId) -> Result<Vec<Line>> {
    let sql = "SELECT id, at_us, who, what, target FROM access_trail WHERE business_id = ?1 AND what = ?2 ORDER BY id";
    let rows = conn.prepare_cached(sql)?.query_map(params![business.0, What::Exported], line)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// How often who did what between two moments, in a business and as its members.
pub fn tally(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> Result<Vec<(String, What, u64)>> {
    let sql = "SELECT who, what, count(*) FROM access_trail
         WHERE at_us >= ?2 AND at_us < ?3 AND (business_id = ?1 OR user_id IN
           (SELECT user_id FROM memberships WHERE business_id = ?1 AND role IS NOT NULL))
         GROUP BY who, what ORDER BY who, what";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64));
    Ok(conn.prepare_cached(sql)?.query_map(params![business.0, from_us, to_us], read)?.collect::<rusqlite::Result<_>>()?)
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line { id: row.get("id")?, at_us: row.get("at_us")?, who: row.get("who")?, what: row.get("what")?, target: row.get("target")? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Role, testing::*};
    use super::*;

    #[test]
    fn a_business_sees_its_lines_and_its_peoples_sign_ins() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let anna = a_member(&mut conn, salon, "anna", Role::Owner);
        let boris = a_member(&mut conn, clinic, "boris", Role::Owner);
        let tx = conn.transaction().unwrap();
        audit(&tx, About::Person(anna), Who::User(anna), What::SignedIn, "", NOW).unwrap();
        audit(&tx, About::Person(boris), Who::Stranger, What::SignInRefused, boris, NOW).unwrap();
        audit(&tx, About::Business(salon), Who::User(boris), What::Viewed, "c1", NOW).unwrap();
        let seen = |business| read(&tx, business, &Wanted::default(), 10).unwrap().into_iter().map(|line| line.what).collect::<Vec<_>>();
        assert_eq!(seen(salon), [What::Viewed, What::SignedIn]);
        assert_eq!(seen(clinic), [What::SignInRefused]);
        let counted = tally(&tx, salon, NOW, NOW + 1).unwrap();
        assert_eq!(counted.iter().map(|(_, what, count)| (*what, *count)).collect::<Vec<_>>(), [(What::SignedIn, 1), (What::Viewed, 1)]);
        assert!(tally(&tx, salon, NOW + 1, NOW + 2).unwrap().is_empty());
        let newest = read(&tx, salon, &Wanted::default(), 1).unwrap();
        assert_eq!(read(&tx, salon, &Wanted { before: Some(newest[0].id), ..Wanted::default() }, 10).unwrap().len(), 1);
    }

    #[test]
    fn the_trail_cannot_be_edited() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        audit(&tx, About::Nobody, Who::Local, What::LinkIssued, "u", NOW).unwrap();
        for sql in ["UPDATE access_trail SET who = 'x'", "DELETE FROM access_trail"] {
            assert!(tx.execute(sql, []).unwrap_err().to_string().contains("append-only"));
        }
    }
}
