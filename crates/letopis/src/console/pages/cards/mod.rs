//! `/cards`: what clients' cards in a CRM still lack, why, and what a person does about it.
//!
//! Nothing here asks the CRM: rows are marked, and the outbox does the rest within a second. `differences` shows where journal and CRM tell different
//! things, `fixing` what people do about that.

pub(super) mod differences;
pub(super) mod fixing;
pub(super) mod reading;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::{Connection as Database, Transaction};

use super::Desk;
use super::connections::health::Problem;
use super::error::PageError;
use super::form::{Nothing, Posted};
use super::frame::{Frame, Section, framed, page};
use super::visitor::Visitor;
use crate::access::connection::{self, Connection};
use crate::access::trail::{About, What, audit};
use crate::access::{Action, ConnectionId, ConnectionKind};
use crate::audit::differences as audit_of;
use crate::event::BusinessId;
use crate::journal::crm::reads::Overview;
use crate::journal::crm::{self, Cursor, entries};
use reading::Reading;

/// On the page; the rest is counted above.
const SHOWN: u32 = 30;

/// One connection to a CRM.
struct Portal {
    id: String,
    name: String,
    /// Since when nothing is asked any more, and why.
    halted: Option<String>,
    writes: bool,
    figures: Vec<(u64, String, &'static str)>,
    oldest: Option<String>,
    reading: Reading,
    waiting: Vec<Row>,
    buried: Vec<Row>,
}

/// One thing that a card lacks: never what it says.
struct Row {
    id: i64,
    when: String,
    session: String,
    what: String,
    tries: Option<String>,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "cards.html")]
struct CardsPage {
    f: Frame,
    portals: Vec<Portal>,
    /// Where journal and CRM tell different things.
    differ: i64,
    may_change: bool,
}

framed!(CardsPage);

/// What is known of one connection.
struct Known {
    connection: Connection,
    cursor: Option<Cursor>,
    standing: entries::Standing,
    waiting: Vec<entries::Lacking>,
    buried: Vec<entries::Lacking>,
    reading: Option<Overview>,
}

/// `GET /cards`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let business = visitor.business.id;
    let asked = audit_of::Asked { now_us: visitor.now_us, grace_us: desk.console.card_grace_us };
    let (known, differ) = desk
        .console
        .store
        .read(move |conn| Ok::<_, PageError>((known(conn, business)?, audit_of::differences(conn, business, asked)?.counts.total())))
        .await?;
    let portals = known.into_iter().map(|known| portal(&visitor, known)).collect();
    let title = visitor.t.say("cards-title");
    let may_change = visitor.scope.can(Action::ReplayQuarantine);
    page(&CardsPage { f: Frame::new(&desk, &visitor, Section::Cards, title), portals, differ: differ as i64, may_change })
}

fn known(conn: &Database, business: BusinessId) -> Result<Vec<Known>, PageError> {
    let all = connection::all(conn, business)?;
    let crms = all.into_iter().filter(|connection| connection.kind == ConnectionKind::Bitrix24 && connection.revoked_us.is_none());
    crms.map(|connection| {
        let id = connection.id.to_string();
        let listed = |is_buried| entries::listed(conn, business, &id, is_buried, SHOWN);
        let (cursor, standing) = (crm::cursor(conn, &id)?, entries::standing(conn, business, &id)?);
        let reading = reading::known(conn, &id, connection.settings.crm.read)?;
        Ok(Known { reading, cursor, standing, waiting: listed(false)?, buried: listed(true)?, connection })
    })
    .collect()
}

fn portal(visitor: &Visitor, known: Known) -> Portal {
    let (t, clock) = (&visitor.t, visitor.clock());
    let Known { connection, cursor, standing, waiting, buried, reading } = known;
    let figure = |count: u64, key: &str, tone: &'static str| (count, t.say(key), if count > 0 { tone } else { "" });
    let row = |row: entries::Lacking| Row {
        id: row.id,
        when: clock.when(row.made_us),
        session: row.session,
        what: t.of("cards-what", &row.what),
        tries: (row.attempts > 0).then(|| t.with("connection-forward-tries", &[("count", i64::from(row.attempts).into())])),
        problem: row.problem.as_deref().map(|problem| Problem::of(t, problem)),
    };
    let halted = cursor.and_then(|cursor| cursor.halted);
    Portal {
        id: connection.id.to_string(),
        name: connection.name.to_string(),
        halted: halted.map(|(why, since_us)| t.with("cards-halted", &[("why", why.into()), ("when", clock.when(since_us).into())])),
        writes: connection.settings.crm.write,
        figures: vec![
            figure(standing.waiting, "cards-waiting", ""),
            figure(standing.cardless, "cards-cardless", ""),
            figure(standing.buried, "cards-buried", "bad"),
            figure(standing.written, "cards-written", "ok"),
        ],
        oldest: standing.oldest_us.map(|us| t.of("cards-oldest", &clock.took(visitor.now_us - us))),
        reading: Reading::of(visitor, reading),
        waiting: waiting.into_iter().map(row).collect(),
        buried: buried.into_iter().map(row).collect(),
    }
}

/// `POST /cards/{connection}/{entry}/retry`
pub(super) async fn retry(
    State(desk): State<Desk>,
    Path(which): Path<(String, i64)>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let now_us = posted.visitor.now_us;
    change(&desk, which, posted, "sent again", move |tx, business, entry| entries::resolve(tx, business, entry, None, now_us)).await
}

/// `POST /cards/{connection}/{entry}/bury`
pub(super) async fn bury(
    State(desk): State<Desk>,
    Path(which): Path<(String, i64)>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let now_us = posted.visitor.now_us;
    let bury = move |tx: &Transaction<'_>, business, entry| entries::resolve(tx, business, entry, Some("given up by a person"), now_us);
    change(&desk, which, posted, "given up", bury).await
}

/// `POST /cards/{connection}/resume`
pub(super) async fn resume(
    State(desk): State<Desk>,
    Path(connection): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let now_us = posted.visitor.now_us;
    let resume = move |tx: &Transaction<'_>, _, _| {
        crm::halt(tx, &connection, None, now_us)?;
        Ok(true)
    };
    change(&desk, (String::new(), 0), posted, "asked again", resume).await
}

async fn change(
    desk: &Desk,
    (connection, entry): (String, i64),
    posted: Posted<Nothing>,
    how: &'static str,
    apply: impl FnOnce(&Transaction<'_>, BusinessId, i64) -> rusqlite::Result<bool> + Send + 'static,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::ReplayQuarantine)?;
    if !connection.is_empty() {
        connection.parse::<ConnectionId>()?;
    }
    let (business, who, now_us) = (visitor.business.id, visitor.signed_in.who(), visitor.now_us);
    let changed = desk.console.store.write(move |tx| {
        // It may have been written meanwhile: then there is nothing to do, and nothing to say.
        if apply(tx, business, entry)? {
            audit(tx, About::Business(business), who, What::Changed, format!("entry {entry} for a CRM card {how}"), now_us)?;
        }
        Ok::<_, PageError>(())
    });
    changed.await?;
    Ok(Redirect::to("/cards").into_response())
}
