//! The first start: a business `main`, its owner, an ingest key and the owner's one-time link.

use rand::CryptoRng;
use rusqlite::{Connection, Transaction};

use super::{
    Business, Change, KeyRole, Role, Scope, Secret, UserId, apply, business,
    error::Result,
    key, link,
    member::{self, Invitation},
    trail::Who,
    unsealed,
};
use crate::event::BusinessId;

/// What a first start made. The changes are applied already, and kept to be sealed, so that the journal begins with them.
#[derive(Debug)]
pub struct Welcome {
    /// The business `main`.
    pub business: BusinessId,
    /// To be sealed, in this order.
    pub changes: Vec<Change>,
    /// The token of the owner's sign-in link, shown once.
    pub owner_link: Secret,
    /// An ingest key, shown once.
    pub ingest_key: Secret,
}

/// Sets up an empty folder; `None` if there is a business already.
pub fn start(tx: &Transaction<'_>, now_us: i64, rng: &mut impl CryptoRng) -> Result<Option<Welcome>> {
    if !business::all(tx)?.is_empty() {
        return Ok(None);
    }
    let created = business::create(tx, &Business::draft("main", "main")?, now_us)?;
    let business = created.business();
    apply(tx, &created)?;
    let scope = Scope::local(business);
    let owner = Invitation { login: "owner".parse()?, name: "Владелец".parse()?, role: Role::Owner };
    let (invited, owner) = member::invite(tx, &scope, &owner, now_us, rng)?;
    let (key_created, ingest_key) = key::create(&scope, KeyRole::Ingest, "first start".parse()?, now_us, rng)?;
    for change in invited.iter().chain([&key_created]) {
        apply(tx, change)?;
    }
    let owner_link = link::issue(tx, &scope, Who::Local, owner, now_us, rng)?;
    let changes: Vec<Change> = [created].into_iter().chain(invited).chain([key_created]).collect();
    unsealed::keep(tx, "first start", &changes)?;
    Ok(Some(Welcome { business, changes, owner_link, ingest_key }))
}

/// An owner of `business` who never chose a password, if no owner has one: a start prints a fresh link for them, because
/// the first one may have scrolled away or run out.
pub fn waiting_owner(conn: &Connection, business: BusinessId) -> Result<Option<UserId>> {
    let members = member::all(conn, business)?;
    let owners: Vec<_> = members.iter().filter(|member| member.role == Role::Owner && member.user.disabled_us.is_none()).collect();
    if owners.iter().any(|owner| owner.user.has_password) {
        return Ok(None);
    }
    Ok(owners.first().map(|owner| owner.user.id))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Password, connection, password, session, sign_in, testing::*, trail};
    use super::*;

    #[test]
    fn the_owner_comes_in_by_the_link_and_chooses_a_password() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let welcome = start(&tx, NOW, &mut rng(1)).unwrap().unwrap();
        assert!(start(&tx, NOW, &mut rng(2)).unwrap().is_none());
        let owner = link::redeem(&tx, welcome.owner_link.reveal(), NOW).unwrap().unwrap();
        assert_eq!(waiting_owner(&tx, welcome.business).unwrap(), Some(owner));
        let cookie = session::open(&tx, owner, "Firefox", NOW, &mut rng(3)).unwrap();
        let known = session::authenticate(&tx, cookie.reveal(), NOW).unwrap().unwrap();
        assert!(!known.has_password && known.scope(welcome.business).unwrap().can(super::super::Action::ManageMembers));
        let hash = Password::choose(Secret::new("correct horse".to_owned())).unwrap().hash([1; 16]).unwrap();
        password::set(&tx, Who::User(owner), owner, &hash, Some(known.sign_in), NOW).unwrap();
        assert_eq!(waiting_owner(&tx, welcome.business).unwrap(), None);
        assert_eq!(key::authenticate(&tx, welcome.ingest_key.reveal()).unwrap().unwrap().role, KeyRole::Ingest);
    }

    #[test]
    fn the_changes_alone_make_the_same_tables() {
        let mut first = empty();
        let tx = first.transaction().unwrap();
        let welcome = start(&tx, NOW, &mut rng(1)).unwrap().unwrap();
        tx.commit().unwrap();
        let json = serde_json::to_string(&welcome.changes).unwrap();
        assert!(!json.contains(welcome.ingest_key.reveal()) && !json.contains(welcome.owner_link.reveal()));
        let read: Vec<Change> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, welcome.changes);
        let mut second = empty();
        commit(&mut second, &read);
        commit(&mut second, &read);
        for table in ["businesses", "users", "memberships", "api_keys"] {
            assert_eq!(dump(&first, table), dump(&second, table), "{table}");
        }
    }

    /// Everything that is in any table, as text and as bytes, must hold none of the secrets given out.
    #[test]
    fn no_secret_is_in_any_table() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let welcome = start(&tx, NOW, &mut rng(1)).unwrap().unwrap();
        let scope = Scope::local(welcome.business);
        let mut secrets = vec![welcome.owner_link, welcome.ingest_key];
        for (seed, &role) in KeyRole::ALL.iter().enumerate() {
            let (change, secret) = key::create(&scope, role, "k".parse().unwrap(), NOW, &mut rng(10 + seed as u64)).unwrap();
            apply(&tx, &change).unwrap();
            secrets.push(secret);
        }
        let kind = super::super::ConnectionKind::Events;
        let draft = connection::Draft { kind, name: "c".parse().unwrap(), settings: super::super::Settings::default() };
        let (change, token) = connection::add(&scope, draft, NOW, &mut rng(20)).unwrap();
        apply(&tx, &change).unwrap();
        secrets.push(token);
        let owner = waiting_owner(&tx, welcome.business).unwrap().unwrap();
        secrets.push(session::open(&tx, owner, "a", NOW, &mut rng(21)).unwrap());
        let typed = Secret::new("correct horse".to_owned());
        password::set(&tx, Who::Local, owner, &Password::choose(typed.clone()).unwrap().hash([1; 16]).unwrap(), None, NOW).unwrap();
        let attempt = sign_in::begin(&tx, typed.reveal(), "192.0.2.7".parse().unwrap(), NOW).unwrap();
        let checked = attempt.check(&typed).unwrap();
        assert!(sign_in::finish(&tx, checked, "a", NOW, &mut rng(22)).unwrap().is_none());
        secrets.push(typed);
        assert!(!trail::read(&tx, welcome.business, &trail::Wanted::default(), 100).unwrap().is_empty());
        tx.commit().unwrap();

        let stored: String = tables(&conn).iter().map(|table| dump(&conn, table)).collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy.db");
        conn.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
        let image = std::fs::read(&file).unwrap();
        for secret in &secrets {
            let random = secret.reveal().rsplit('_').next().unwrap();
            assert!(!stored.contains(random), "{random} is in a table");
            assert!(!image.windows(random.len()).any(|bytes| bytes == random.as_bytes()), "{random} is in the file");
        }
        assert!(stored.contains("signed-in") && stored.contains("$argon2id$"), "the dump does hold the tables");
    }

    fn tables(conn: &Connection) -> Vec<String> {
        let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(std::result::Result::unwrap).collect()
    }

    fn dump(conn: &Connection, table: &str) -> String {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..columns).map(|column| row.get_ref(column)).collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(values
                .into_iter()
                .map(|value| match value {
                    rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    other => format!("{other:?}"),
                })
                .collect::<Vec<_>>()
                .join("|"))
        });
        rows.unwrap().map(|row| row.unwrap() + "\n").collect()
    }
}
