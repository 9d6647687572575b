//! The page in the portal's menu: how many wrote, booked, became leads and wait, in the last thirty days; of how many, and how each is counted.

use askama::Template;
use axum::response::Response;
use rusqlite::{Connection, params};

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, page};
use super::super::language::Texts;
use super::look;
use crate::access::portal_visit::Visit;
use crate::event::{BusinessId, Facets};
use crate::metrics::rate::{Interval, Rate};

const DAY_US: i64 = 86_400_000_000;
const DAYS: i64 = 30;

/// One number.
struct Fact {
    label: String,
    value: i64,
    /// Its share, with n and interval, or that there is too little for one.
    share: Option<String>,
    how: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "portal/board.html")]
struct BoardPage {
    f: Frame,
    facts: Vec<Fact>,
    days: String,
}

/// Conversations in which clients wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counts {
    wrote: i64,
    clients: i64,
    booked: i64,
    leads: i64,
    waiting: i64,
}

/// Of the visit's business.
pub(super) async fn draw(desk: &Desk, visit: &Visit) -> Result<Response, PageError> {
    let (business, since_us) = (visit.business, (desk.console.now_us)() - DAYS * DAY_US);
    let counts = desk.console.store.read(move |conn| Ok::<_, PageError>(count(conn, business, since_us)?)).await?;
    let look = look(&visit.language);
    let t = desk.library.texts(look.language);
    let f = Frame::for_guest(desk, look, "inside-board");
    page(&BoardPage { f, facts: facts(&t, counts), days: t.count("count-days", DAYS) })
}

fn count(conn: &Connection, business: BusinessId, since_us: i64) -> rusqlite::Result<Counts> {
    let sql = "SELECT count(*), count(DISTINCT c.root), coalesce(sum(s.outcome = 'booked'), 0), coalesce(sum(s.outcome = 'lead'), 0),
                      coalesce(sum(s.outcome = 'unanswered'), 0)
               FROM sessions s LEFT JOIN clients c ON c.id = s.client WHERE s.business = ?1 AND s.last_us >= ?2 AND s.facets & ?3 <> 0";
    conn.prepare_cached(sql)?.query_row(params![business.0, since_us, Facets::INBOUND.bits()], |row| {
        Ok(Counts { wrote: row.get(0)?, clients: row.get(1)?, booked: row.get(2)?, leads: row.get(3)?, waiting: row.get(4)? })
    })
}

fn facts(t: &Texts, counts: Counts) -> Vec<Fact> {
    let fact = |name: &str, value: i64, tone: &'static str, is_share: bool| Fact {
        label: t.of("inside-fact", name),
        value,
        share: is_share.then(|| share(t, value, counts.wrote)).flatten(),
        how: t.of("inside-how", name),
        tone,
    };
    vec![
        fact("wrote", counts.wrote, "", false),
        fact("clients", counts.clients, "", false),
        fact("booked", counts.booked, "ok", true),
        fact("leads", counts.leads, "", true),
        fact("waiting", counts.waiting, if counts.waiting > 0 { "bad" } else { "" }, true),
    ]
}

/// «12,5 % (7,1–21,0 %)»; of little data no share.
fn share(t: &Texts, part: i64, n: i64) -> Option<String> {
    let rate = Rate { part: u64::try_from(part).ok()?, n: u64::try_from(n).ok()? };
    let (share, Interval { low, high }) = rate.share().zip(rate.interval())?;
    let per_cent = |share: f64| format!("{:.1}", share * 100.0).replace('.', &t.say("decimal"));
    let values =
        [("n", n.to_string().into()), ("share", per_cent(share).into()), ("low", per_cent(low).into()), ("high", per_cent(high).into())];
    Some(t.with(if rate.is_few() { "inside-few" } else { "inside-share" }, &values))
}
