//! Conversations and clients against the rows they are summed up from.

use rusqlite::{OptionalExtension, params};

use super::super::event_rows;
use super::super::projection::Mark;
use super::super::session::Session;
use super::super::session_rows;
use super::{Audit, Report};
use crate::event::RecordNo;

/// Sums every conversation up again, and checks every identity against its keyed name.
pub(super) fn check(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    sessions(audit, report)?;
    identities(audit, report)
}

fn sessions(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let business = audit.keys.business();
    let sql = format!("SELECT {} FROM sessions WHERE business = ?1", session_rows::COLUMNS);
    let mut all = audit.conn.prepare(&sql)?;
    let sql = format!("SELECT {} FROM events WHERE session = ?1", event_rows::COLUMNS);
    let mut members = audit.conn.prepare(&sql)?;
    for session in all.query_map([business.0], session_rows::from_row)? {
        let stored = session?;
        report.rows += 1;
        let mut summed: Option<Session> = None;
        for event in members.query_map([stored.id], event_rows::from_row)? {
            let event = event?;
            let sum = summed.get_or_insert_with(|| Session {
                id: stored.id,
                identity: stored.identity,
                client: stored.client,
                channel: stored.channel.clone(),
                kind: stored.kind.clone(),
                ..Session::open(business, stored.pid.clone(), stored.given.clone(), &event.row)
            });
            sum.absorb(&event.row);
        }
        if summed.as_ref() != Some(&stored) {
            let first = RecordNo::from_i64(stored.first_record).index();
            report.add("session", Some(first), format!("sessions {}", stored.id), "the conversation is not the sum of its events");
        }
    }
    let orphans = "SELECT count(*) FROM events e WHERE e.business = ?1 AND e.session IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = e.session)";
    let orphans: i64 = audit.conn.query_row(orphans, [business.0], |row| row.get(0))?;
    if orphans > 0 {
        report.add("session", None, "sessions", format!("{orphans} events belong to a conversation that is missing"));
    }
    Ok(())
}

fn identities(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let sql = "SELECT id, pseudonym FROM identities WHERE business = ?1";
    let mut all = audit.conn.prepare(sql)?;
    let rows = all.query_map([audit.keys.business().0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    for row in rows {
        let (id, pseudonym) = row?;
        report.rows += 1;
        let same = mark(audit, id)?.is_some_and(|mark| audit.keys.pseudonym(&mark.parts()).as_slice() == pseudonym);
        if !same {
            report.add("client", None, format!("identities {id}"), "the identity is not the one it was entered as");
        }
    }
    Ok(())
}

/// What an identity's row says.
pub(super) fn mark(audit: &Audit<'_>, identity: i64) -> rusqlite::Result<Option<Mark>> {
    let sql = "SELECT kind, channel, value FROM identities WHERE id = ?1 AND business = ?2";
    let read = |row: &rusqlite::Row<'_>| {
        let kind: String = row.get(0)?;
        let known = ["channel", "id", "phone", "email", "crm"].into_iter().find(|known| *known == kind);
        Ok(Mark { kind: known.unwrap_or("unknown"), channel: row.get(1)?, value: row.get(2)? })
    };
    audit.conn.prepare_cached(sql)?.query_row(params![identity, audit.keys.business().0], read).optional()
}
