//! What a client is called in a list: their name, or what little is known of them, with the phone masked.

use rusqlite::{Connection, OptionalExtension, params};

use super::labels::masked_phone;
use super::language::Texts;
use crate::event::BusinessId;
use crate::journal::reading::{ClientName, SessionLine};

/// A client in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// A name, a masked phone, an account, or «Без имени».
    pub(super) name: String,
    /// Whether it is a real name.
    pub(super) known: bool,
}

/// The client of a conversation.
pub(super) fn of_line(conn: &Connection, business: BusinessId, t: &Texts, line: &SessionLine) -> rusqlite::Result<Who> {
    let said = line.session.name.as_ref().map(|name| name.value.clone());
    match said.or_else(|| line.client.as_ref().and_then(|client| client.name.clone())) {
        Some(name) => Ok(Who { name, known: true }),
        None => nameless(conn, business, t, line.session.identity),
    }
}

/// A client by the last name they gave.
pub(super) fn of_client(t: &Texts, client: &ClientName) -> Who {
    match &client.name {
        Some(name) => Who { name: name.clone(), known: true },
        None => Who { name: t.say("nameless"), known: false },
    }
}

fn nameless(conn: &Connection, business: BusinessId, t: &Texts, identity: Option<i64>) -> rusqlite::Result<Who> {
    let sql = "SELECT kind, value FROM identities WHERE id = ?1 AND business = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let found = conn.prepare_cached(sql)?.query_row(params![identity, business.0], read).optional()?;
    let name = match found {
        Some((kind, value)) if kind == "phone" => masked_phone(&value),
        Some((kind, value)) if kind == "channel" && value.starts_with('@') => value,
        _ => t.say("nameless"),
    };
    Ok(Who { name, known: false })
}
