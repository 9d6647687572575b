//! Businesses: the firms that use this Letopis. Each has its own journal, tree and people.
//!
//! Their sealing keys are the business of `privacy`; here is only what they are called and where they live.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Action, Change, Name, Scope, Slug,
    change::after,
    error::{AccessError, Result},
    word::words,
};
use crate::event::BusinessId;

/// A record number keeps 23 bits for its business.
const MAX_ID: u32 = (1 << 23) - 1;
const COLUMNS: &str = "id, slug, name, kind, timezone, created_us";

words! {
    /// What sort of firm it is: decides which words and norms the reports use.
    BusinessKind, "kind" {
        /// Beauty, massage, barbers.
        Salon = "salon",
        /// Medicine: special categories of personal data.
        Clinic = "clinic",
        /// Repair, cleaning, lessons.
        Service = "service",
        /// Anything else.
        Other = "other",
    }
}

/// A business as stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Business {
    /// Its number in every table.
    pub id: BusinessId,
    /// Its word in URLs and commands.
    pub slug: Slug,
    /// Its name on the screen.
    pub name: Name,
    /// What sort of firm.
    pub kind: BusinessKind,
    /// An IANA name; days and weeks in reports are this zone's.
    pub timezone: String,
    /// When it was created.
    pub created_us: i64,
}

/// What a new business is to be like.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its word in URLs and commands.
    pub slug: Slug,
    /// Its name on the screen.
    pub name: Name,
    /// What sort of firm.
    pub kind: BusinessKind,
    /// An IANA name.
    pub timezone: String,
}

impl Business {
    /// A draft with the usual values: kind `other`, Moscow time.
    pub fn draft(slug: &str, name: &str) -> Result<Draft> {
        Ok(Draft { slug: slug.parse()?, name: name.parse()?, kind: BusinessKind::Other, timezone: "Europe/Moscow".to_owned() })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: BusinessId(row.get("id")?),
            slug: row.get("slug")?,
            name: row.get("name")?,
            kind: row.get("kind")?,
            timezone: row.get("timezone")?,
            created_us: row.get("created_us")?,
        })
    }
}

/// Decides a new business with the next free number. Only commands on the machine get here, so there is no scope to ask.
pub fn create(conn: &Connection, draft: &Draft, now_us: i64) -> Result<Change> {
    check_timezone(&draft.timezone)?;
    if by_slug(conn, &draft.slug)?.is_some() {
        return Err(AccessError::taken("business", &draft.slug));
    }
    let next: u32 = conn.query_row("SELECT coalesce(max(id), 0) + 1 FROM businesses", [], |row| row.get(0))?;
    if next > MAX_ID {
        return Err(AccessError::Invalid { what: "business", rule: "at most 8388607 in one folder" });
    }
    Ok(Change::BusinessCreated {
        business: BusinessId(next),
        slug: draft.slug.clone(),
        name: draft.name.clone(),
        kind: draft.kind,
        timezone: draft.timezone.clone(),
        at_us: now_us,
    })
}

/// Decides other settings for the business of `scope`.
pub fn change(conn: &Connection, scope: &Scope, name: Name, kind: BusinessKind, timezone: &str, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageSettings)?;
    check_timezone(timezone)?;
    let business = scope.business();
    let sql = "SELECT changed_us FROM businesses WHERE id = ?1";
    let changed_us = conn.query_row(sql, [business.0], |row| row.get(0)).optional()?;
    let changed_us = changed_us.ok_or_else(|| AccessError::unknown("business", business.0))?;
    let at_us = after(changed_us, now_us);
    Ok(Change::BusinessChanged { business, name, kind, timezone: timezone.to_owned(), at_us })
}

/// The business of that number.
pub fn by_id(conn: &Connection, id: BusinessId) -> Result<Option<Business>> {
    let sql = format!("SELECT {COLUMNS} FROM businesses WHERE id = ?1");
    Ok(conn.prepare_cached(&sql)?.query_row([id.0], Business::read).optional()?)
}

/// The business of that slug.
pub fn by_slug(conn: &Connection, slug: &Slug) -> Result<Option<Business>> {
    let sql = format!("SELECT {COLUMNS} FROM businesses WHERE slug = ?1");
    Ok(conn.prepare_cached(&sql)?.query_row([slug], Business::read).optional()?)
}

/// All of them, for wiring and for commands on the machine; what a person may see comes from their memberships.
pub fn all(conn: &Connection) -> Result<Vec<Business>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM businesses ORDER BY id"))?;
    let rows = statement.query_map([], Business::read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// For changes that refer to one: a contradiction the caller may note and pass by, where SQL would only say "foreign key".
pub(super) fn must_exist(conn: &Connection, id: BusinessId) -> Result<()> {
    if by_id(conn, id)?.is_some() { Ok(()) } else { Err(AccessError::unknown("business", id.0)) }
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    id: BusinessId,
    slug: &Slug,
    name: &Name,
    kind: BusinessKind,
    timezone: &str,
    at_us: i64,
) -> Result<()> {
    let inserted = tx.execute(
        "INSERT INTO businesses (id, slug, name, kind, timezone, created_us, changed_us)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO NOTHING",
        params![id.0, slug, name, kind, timezone, at_us],
    )?;
    if inserted == 1 {
        return Ok(());
    }
    // Either this very change again, or two commands chose the same number or slug at once: the second one must hear of it.
    let same = by_id(tx, id)?.is_some_and(|there| there.slug == *slug && there.created_us == at_us);
    if same { Ok(()) } else { Err(AccessError::taken("business", slug)) }
}

pub(super) fn update(tx: &Transaction<'_>, id: BusinessId, name: &Name, kind: BusinessKind, timezone: &str, at_us: i64) -> Result<()> {
    tx.execute(
        "UPDATE businesses SET name = ?2, kind = ?3, timezone = ?4, changed_us = ?5 WHERE id = ?1 AND changed_us <= ?5",
        params![id.0, name, kind, timezone, at_us],
    )?;
    Ok(())
}

/// The shape only: whether the zone is known depends on the machine's time zone data, and a folder may move between machines.
fn check_timezone(name: &str) -> Result<()> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
    if plain && (1..=64).contains(&name.len()) {
        Ok(())
    } else {
        Err(AccessError::Invalid { what: "timezone", rule: "an IANA name such as Europe/Moscow" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{apply, testing::*};
    use super::*;

    #[test]
    fn businesses_are_numbered_and_found() {
        let mut conn = empty();
        let (first, second) = (a_business(&mut conn, "main"), a_business(&mut conn, "salon"));
        assert_eq!((first, second), (BusinessId(1), BusinessId(2)));
        assert_eq!(by_slug(&conn, &"salon".parse().unwrap()).unwrap().unwrap().id, second);
        assert_eq!(all(&conn).unwrap().len(), 2);
        assert_eq!(by_id(&conn, first).unwrap().unwrap().timezone, "Europe/Moscow");
    }

    #[test]
    fn the_same_change_twice_is_one_business_and_another_of_its_number_is_an_error() {
        let mut conn = empty();
        let draft = |slug| Business::draft(slug, slug).unwrap();
        let one = create(&conn, &draft("one"), NOW).unwrap();
        let other = create(&conn, &draft("other"), NOW).unwrap();
        commit(&mut conn, &[one.clone(), one]);
        let tx = conn.transaction().unwrap();
        assert!(matches!(apply(&tx, &other), Err(AccessError::Taken { .. })));
        assert!(matches!(create(&tx, &draft("one"), NOW), Err(AccessError::Taken { .. })));
    }

    #[test]
    fn settings_change_and_odd_zones_are_refused() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "main"));
        let change = |zone| change(&conn, &scope, "Клиника".parse().unwrap(), BusinessKind::Clinic, zone, NOW);
        assert!(change("Moscow'; --").is_err());
        let change = change("Asia/Novosibirsk").unwrap();
        commit(&mut conn, &[change]);
        let business = by_id(&conn, scope.business()).unwrap().unwrap();
        assert_eq!((business.kind, business.timezone.as_str()), (BusinessKind::Clinic, "Asia/Novosibirsk"));
    }
}
