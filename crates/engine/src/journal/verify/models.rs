//! Conversations against the rows they are summed up from.
//!
//! Sum, channel, kind, public id and client are worked out again from the rows, which `records` compares with R. Whether the gap rule
//! cut where it should is not repeated here: `letopis rebuild` does that.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::super::chains;
use super::super::event_rows::{self, Stored};
use super::super::experiments;
use super::super::projection::Mark;
use super::super::session::Session;
use super::super::{duties, incidents, scenarios};
use super::super::{session_rows, sessions};
use super::{Audit, Report};
use crate::event::{Facets, RecordNo};

/// Reminders of each identity: (record, moment).
type Reminders = HashMap<i64, Vec<(i64, i64)>>;

/// Sums every conversation up again.
pub(super) fn check(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let business = audit.keys.business();
    let reminders = reminders(audit)?;
    let sql = format!("SELECT {}, outcome FROM sessions WHERE business = ?1", session_rows::COLUMNS);
    let mut all = audit.conn.prepare(&sql)?;
    let sql = format!("SELECT {} FROM events WHERE session = ?1", event_rows::COLUMNS);
    let mut members = audit.conn.prepare(&sql)?;
    let mut rows = all.query([business.0])?;
    while let Some(row) = rows.next()? {
        let (stored, outcome): (Session, String) = (session_rows::from_row(row)?, row.get("outcome")?);
        report.rows += 1;
        let members: Vec<Stored> = members.query_map([stored.id], event_rows::from_row)?.collect::<Result<_, _>>()?;
        let led_to = led_to(audit, &stored, &members)?;
        let wrong = match sum(&stored, &members, led_to, &reminders) {
            Some(summed) if summed != stored || summed.outcome() != outcome => "the conversation is not the sum of its events",
            None => "the conversation has no events",
            Some(_) if !named(audit, &stored)? => "the conversation has another public id than it was given",
            Some(_) if !belongs(audit, &stored, &members)? => "the conversation belongs to a client that its events do not name",
            Some(_) => continue,
        };
        let first = RecordNo::from_i64(stored.first_record).index();
        report.add("session", Some(first), format!("sessions {}", stored.id), wrong);
    }
    let orphans = "SELECT count(*) FROM events e WHERE e.business = ?1 AND e.session IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = e.session)";
    let orphans: i64 = audit.conn.query_row(orphans, [business.0], |row| row.get(0))?;
    if orphans > 0 {
        report.add("session", None, "sessions", format!("{orphans} events belong to a conversation that is missing"));
    }
    for (table, same) in
        [("deliveries", ""), ("details", ""), ("model_calls", " AND e.ts_us = t.ts_us"), ("promises", " AND e.ts_us = t.ts_us")]
    {
        let orphans = format!(
            "SELECT count(*) FROM {table} t WHERE t.business = ?1 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.record = t.record{same})"
        );
        let orphans: i64 = audit.conn.query_row(&orphans, [business.0], |row| row.get(0))?;
        if orphans > 0 {
            report.add("row", None, table, format!("{orphans} rows are of no event, or of another moment"));
        }
    }
    let wrong = incidents::unlike_their_decisions(audit.conn, business)?;
    if wrong > 0 {
        report.add("row", None, "incidents", format!("{wrong} rows are not what the sealed decisions make of them"));
    }
    let wrong = scenarios::unlike_their_decisions(audit.conn, business)?;
    if wrong > 0 {
        report.add("row", None, "scenarios", format!("{wrong} rows are not what the sealed decisions make of them"));
    }
    let wrong = duties::unlike_their_decisions(audit.conn, business)?;
    if wrong > 0 {
        report.add(
            "row",
            None,
            "requests",
            format!("{wrong} rows of requests and breaches are not what the sealed decisions make of them"),
        );
    }
    compared(audit, report)?;
    reviews(audit, report)?;
    Ok(())
}

/// Experiments are what was decided; whoever is said to have seen a variant saw one of an experiment that is there.
fn compared(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let business = audit.keys.business();
    let wrong = experiments::unlike_their_decisions(audit.conn, business)?;
    if wrong > 0 {
        report.add("row", None, "experiments", format!("{wrong} rows are not what the sealed decisions make of them"));
    }
    let sql =
        "SELECT count(*) FROM exposures x WHERE x.business = ?1 AND NOT EXISTS (SELECT 1 FROM experiments e WHERE e.record = x.experiment)";
    let strays: i64 = audit.conn.query_row(sql, [business.0], |row| row.get(0))?;
    if strays > 0 {
        report.add("row", None, "exposures", format!("{strays} rows are of no experiment"));
    }
    Ok(())
}

/// What people are to look at is there, by a draw; what was found was said by a decision or an event that is there.
fn reviews(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let items = "SELECT count(*) FROM review_items i WHERE i.business = ?1 AND NOT EXISTS (
                   SELECT 1 FROM events e CROSS JOIN decisions d WHERE e.record = i.record AND d.record = i.draw
                    AND d.kind IN ('reviews_drawn', 'review_wanted'))";
    let found = "SELECT count(*) FROM reviews r WHERE r.business = ?1 AND NOT EXISTS (
                   SELECT 1 FROM decisions d WHERE d.record = r.record AND d.kind = 'review_labelled' AND d.made_by = r.reviewer
                    AND json_extract(d.body, '$.right') IS r.is_right AND json_extract(d.body, '$.truth') IS r.truth)
                 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.record = r.record AND e.type = 'review_labelled' AND e.intent IS r.truth)";
    for (table, sql) in [("review_items", items), ("reviews", found)] {
        let wrong: i64 = audit.conn.query_row(sql, [audit.keys.business().0], |row| row.get(0))?;
        if wrong > 0 {
            report.add("row", None, table, format!("{wrong} rows are not what a sealed decision or event says"));
        }
    }
    Ok(())
}

/// The conversation as its events make it; client and public id are taken over and looked at separately.
fn sum(stored: &Session, members: &[Stored], led_to: Option<String>, reminders: &Reminders) -> Option<Session> {
    let opener = opener(members)?;
    let said = opener.identity.and_then(|identity| reminders.get(&identity));
    let before = said.into_iter().flatten().filter(|(record, _)| *record <= opener.row.record);
    let reminded_us = before.map(|(_, moment_us)| *moment_us).max();
    let mut sum = Session {
        id: stored.id,
        identity: stored.identity,
        client: stored.client,
        kind: sessions::kind_of(&opener.row, reminded_us).to_owned(),
        ..Session::open(stored.business, stored.pid.clone(), stored.given.clone(), &opener.row)
    };
    if let Some(channel) = led_to {
        sum.channel = channel;
    }
    members.iter().for_each(|member| sum.absorb(&member.row));
    Some(sum)
}

fn opener(members: &[Stored]) -> Option<&Stored> {
    members.iter().min_by_key(|member| member.row.record)
}

/// The channel of a conversation that a call of a model opened on a client's line.
fn led_to(audit: &Audit<'_>, stored: &Session, members: &[Stored]) -> rusqlite::Result<Option<String>> {
    let Some(opener) = opener(members).filter(|_| stored.given.is_none()) else { return Ok(None) };
    Ok(chains::home_of(audit.conn, opener.row.record)?.and_then(|home| home.channel))
}

/// Whether its public id is the given one, and it the part that opened it, or made of the pseudonym of its first record.
fn named(audit: &Audit<'_>, stored: &Session) -> rusqlite::Result<bool> {
    let given = stored.given.as_deref();
    let is_first = match given {
        Some(given) => sessions::is_first_part(audit.conn, audit.keys, given, stored.first_record)?,
        None => false,
    };
    Ok(sessions::public_ids(audit.keys, given, stored.first_record, is_first).contains(&stored.pid))
}

/// Whether its identity is one of its events', and its client that identity's.
fn belongs(audit: &Audit<'_>, stored: &Session, members: &[Stored]) -> rusqlite::Result<bool> {
    let Some(identity) = stored.identity else {
        return Ok(stored.client.is_none() && members.iter().all(|member| member.identity.is_none()));
    };
    let mut find = audit.conn.prepare_cached("SELECT client FROM identities WHERE id = ?1")?;
    let client: Option<i64> = find.query_row([identity], |row| row.get(0)).optional()?;
    Ok(client.is_some() && client == stored.client && members.iter().any(|member| member.identity == Some(identity)))
}

fn reminders(audit: &Audit<'_>) -> rusqlite::Result<Reminders> {
    let sql = "SELECT identity, record, ts_us FROM events WHERE business = ?1 AND identity IS NOT NULL AND facets & ?2 <> 0";
    let mut all = audit.conn.prepare(sql)?;
    let mut rows = all.query(params![audit.keys.business().0, Facets::REMINDER.bits()])?;
    let mut reminders = Reminders::new();
    while let Some(row) = rows.next()? {
        reminders.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    Ok(reminders)
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
