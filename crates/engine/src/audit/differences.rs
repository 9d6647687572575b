//! Where the journal and the CRMs of a business tell different things: its connections, as far as their settings decide it, and the journal's answer.

use rusqlite::Connection as Database;

use crate::access::{ConnectionKind, Result, connection};
use crate::event::BusinessId;
use crate::journal::crm::differences::{self, Found, Portal};

pub use crate::journal::crm::differences::Asked;

/// The portals that are plugged in.
///
/// # Errors
/// When the database says no.
pub fn portals(conn: &Database, business: BusinessId) -> Result<Vec<Portal>> {
    let all = connection::all(conn, business)?.into_iter();
    let theirs = all.filter(|connection| connection.kind == ConnectionKind::Bitrix24 && connection.revoked_us.is_none());
    Ok(theirs
        .map(|connection| {
            let crm = connection.settings.crm;
            Portal { connection: connection.id.to_string(), finds: crm.write || crm.read, reads: crm.read, sources: crm.sources }
        })
        .collect())
}

/// What differs now.
///
/// # Errors
/// When the database says no.
pub fn differences(conn: &Database, business: BusinessId, asked: Asked) -> Result<Found> {
    let portals = portals(conn, business)?;
    Ok(differences::differences(conn, business, &portals, asked)?)
}
