//! An integrator's: how connections fare, what waits or was given up, which versions changed, what is broken now. No client of the business.

use super::super::Desk;
use super::super::connections::row_of;
use super::super::error::PageError;
use super::super::labels;
use super::super::visitor::Visitor;
use super::{Card, Figure, Home, Line};
use crate::access::connection::{self, Connection};
use crate::access::connection_health;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::incidents::{self, Incident};
use crate::journal::reports::outbox;
use crate::journal::{forwards, quarantine};
use crate::metrics::markers::{self, Marker};

/// Versions that changed in so many days are named.
const CHANGED_DAYS: i64 = 14;
const CHANGES: usize = 6;
const FORWARDS: u32 = 500;

struct Read {
    connections: Vec<Connection>,
    faring: std::collections::BTreeMap<crate::access::ConnectionId, connection_health::Health>,
    waiting: std::collections::BTreeSet<String>,
    /// Deliveries of platforms that a bot has not taken: on their way, given up.
    forwards: (usize, usize),
    /// Entries for cards that nobody tries any more.
    buried: u64,
    /// Reports: on their way, given up.
    reports: (u64, u64),
    refused: i64,
    changes: Vec<Marker>,
    incidents: Vec<Incident>,
}

pub(super) async fn home(desk: &Desk, visitor: &Visitor) -> Result<Home, PageError> {
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let deferred = forwards::of(conn, business, FORWARDS)?;
        let given_up = deferred.iter().filter(|one| one.failed_us.is_some()).count();
        Ok::<_, PageError>(Read {
            connections: connection::all(conn, business)?.into_iter().filter(|known| known.revoked_us.is_none()).collect(),
            faring: connection_health::since(conn, business, now_us - DAY_US)?,
            waiting: forwards::connections(conn, business)?,
            forwards: (deferred.len() - given_up, given_up),
            buried: buried(conn, business)?,
            reports: outbox::counts(conn, Some(business))?,
            refused: quarantine::count_open(conn, business)?,
            changes: markers::markers(conn, business, now_us - CHANGED_DAYS * DAY_US, now_us)?,
            incidents: incidents::open(conn, business)?,
        })
    });
    Ok(draw(visitor, desk.console.decide.waiting_bytes(), &read.await?))
}

fn buried(conn: &rusqlite::Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM crm_entries WHERE state = 'buried' AND connection IN (SELECT connection FROM crm_cursors WHERE business = ?1)";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get::<_, i64>(0)).map(|count| count as u64)
}

fn draw(visitor: &Visitor, queued: u64, read: &Read) -> Home {
    let t = &visitor.t;
    let rows: Vec<_> = read
        .connections
        .iter()
        .map(|known| row_of(visitor, known, read.faring.get(&known.id), read.waiting.contains(&known.id.to_string())))
        .collect();
    let failing = rows.iter().filter(|row| row.state == "bad").count();
    let stuck = read.forwards.1 as u64 + read.buried + read.reports.1;
    let figure = |figure: String, label: &str, is_bad: bool, more: Option<String>, url| Figure {
        figure,
        label: t.say(label),
        more,
        tone: if is_bad { "bad" } else { "" },
        url,
    };
    let of = Some(t.count("connections-count", rows.len() as i64));
    let figures = vec![
        figure(failing.to_string(), "home-failing", failing > 0, of, "/settings/connections"),
        figure(stuck.to_string(), "home-given-up", stuck > 0, None, "/settings/connections"),
        figure(read.incidents.len().to_string(), "home-incidents", !read.incidents.is_empty(), None, "/incidents"),
    ];
    let connections = rows.into_iter().map(|row| Line {
        title: format!("{} · {}", row.name, row.kind),
        about: row.day.map_or(row.used.clone(), |day| format!("{} · {day}", row.used)),
        url: Some(format!("/settings/connections/{}", row.id)),
        tone: row.state,
        word: row.word,
    });
    let connections = Card {
        title: t.say("connections-title"),
        empty: read.connections.is_empty().then(|| t.say("home-no-connections")),
        lines: connections.collect(),
        more: Some(("/settings/connections".to_owned(), t.say("home-all"))),
        ..Card::default()
    };
    Home {
        figures,
        cards: vec![connections, incidents_of(visitor, read), waiting(visitor, queued, read), changes(visitor, read)],
        ..Home::default()
    }
}

fn incidents_of(visitor: &Visitor, read: &Read) -> Card {
    let (t, clock) = (&visitor.t, visitor.clock());
    let line = |incident: &Incident| Line {
        title: t.of("home-rule", &incident.rule),
        about: t.of("home-since", &clock.when(incident.began_us)),
        url: Some(format!("/incidents#i{}", incident.number)),
        tone: "bad",
        word: t.say("home-open"),
    };
    Card {
        title: t.say("nav-incidents"),
        empty: read.incidents.is_empty().then(|| t.say("home-no-incidents")),
        lines: read.incidents.iter().map(line).collect(),
        more: Some(("/incidents".to_owned(), t.say("home-all"))),
        ..Card::default()
    }
}

/// What has not arrived where it should.
fn waiting(visitor: &Visitor, queued: u64, read: &Read) -> Card {
    let t = &visitor.t;
    let both = |waiting: String, given_up: String| t.with("home-waiting-both", &[("waiting", waiting.into()), ("failed", given_up.into())]);
    Card {
        title: t.say("home-waiting"),
        facts: vec![
            (t.say("home-queued"), t.of("home-kib", &queued.div_ceil(1024).to_string())),
            (t.say("home-forwards"), both(read.forwards.0.to_string(), read.forwards.1.to_string())),
            (t.say("home-reports"), both(read.reports.0.to_string(), read.reports.1.to_string())),
            (t.say("home-buried"), read.buried.to_string()),
            (t.say("home-refused"), read.refused.to_string()),
        ],
        ..Card::default()
    }
}

fn changes(visitor: &Visitor, read: &Read) -> Card {
    let (t, clock) = (&visitor.t, visitor.clock());
    let line = |marker: &Marker| {
        let from = marker.from.as_deref().map_or_else(|| t.say("home-nothing-before"), labels::intent);
        Line {
            title: format!("{}: {} → {}", t.of("home-version", marker.what.as_str()), from, marker.to),
            about: clock.when(marker.us),
            ..Line::default()
        }
    };
    Card {
        title: t.say("home-versions"),
        empty: read.changes.is_empty().then(|| t.say("home-no-versions")),
        lines: read.changes.iter().rev().take(CHANGES).map(line).collect(),
        ..Card::default()
    }
}
