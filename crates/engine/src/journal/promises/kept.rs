//! What counts as done, and the search for it.
//!
//! It is looked for in the conversation of the promise and in every other conversation of that client, because the booking is often told by
//! the CRM and not by the bot: at most [`Terms::before_us`] earlier (what was done just before it was said) and [`Terms::after_us`] later.
//! A promise whose time has not come is *waiting*, then it is *open*. What leaves no trace in a journal (a price named, a discount, an
//! address sent) is *unchecked*: never called broken.

use rusqlite::{Connection, Row, params};

use super::Said;
use crate::event::when::{DAY_US, MINUTE_US};
use crate::event::{Facets, PromiseKind, RecordNo};

/// Events that one search looks at; a bot that uses one conversation for everybody has more around every moment.
const LOOKED_AT: i64 = 500;

/// How one promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// This record did it, at that moment.
    Kept(RecordNo, i64),
    /// Nothing did it, and it is not late yet.
    Waiting,
    /// Nothing did it.
    Open,
    /// The journal cannot tell.
    Unchecked,
}

impl State {
    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept(..) => "kept",
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Unchecked => "unchecked",
        }
    }
}

/// When a kind of promise has to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What was done so long before it was said still counts.
    pub before_us: i64,
    /// What is done so long after still counts.
    pub after_us: i64,
    /// After this it is open.
    pub due_us: i64,
}

/// The terms of a kind; none where the journal cannot tell whether it was kept.
#[must_use]
pub fn terms(kind: PromiseKind) -> Option<Terms> {
    let (before_us, after_us, due_us) = match kind {
        PromiseKind::Booked | PromiseKind::Rescheduled | PromiseKind::Cancelled => (DAY_US, DAY_US, 10 * MINUTE_US),
        PromiseKind::LeadCreated | PromiseKind::HandedOver => (DAY_US, DAY_US, 10 * MINUTE_US),
        PromiseKind::ReminderSent => (DAY_US, DAY_US, 10 * MINUTE_US),
        PromiseKind::PaymentReceived => (7 * DAY_US, DAY_US, 10 * MINUTE_US),
        PromiseKind::CallbackPromised => (0, 7 * DAY_US, DAY_US),
        // For when is rarely said, and the visit may be weeks away.
        PromiseKind::ReminderPromised => (0, 90 * DAY_US, 14 * DAY_US),
        PromiseKind::SentInfo | PromiseKind::DiscountPromised | PromiseKind::PriceStated => return None,
    };
    Some(Terms { before_us, after_us, due_us })
}

/// Where and when something was said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) record: i64,
    pub(super) ts_us: i64,
    pub(super) session: Option<i64>,
    pub(super) identity: Option<i64>,
}

/// How a promise stands at a moment.
pub(super) fn state(conn: &Connection, place: Place, said: &Said, now_us: i64) -> rusqlite::Result<State> {
    let Some(terms) = terms(said.kind) else { return Ok(State::Unchecked) };
    let deeds = around(conn, place, terms)?;
    let done = deeds.iter().filter(|deed| deed.does(said.kind, place.ts_us));
    if let Some(deed) = done.min_by_key(|deed| (deed.ts_us.abs_diff(place.ts_us), deed.record)) {
        return Ok(State::Kept(RecordNo::from_i64(deed.record), deed.ts_us));
    }
    let late = now_us >= place.ts_us.saturating_add(terms.due_us);
    Ok(if late { State::Open } else { State::Waiting })
}

/// An event that may have done something.
struct Deed {
    record: i64,
    ts_us: i64,
    facets: Facets,
    action: Option<String>,
    carded: bool,
}

impl Deed {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let action: Option<String> = row.get(3)?;
        Ok(Self {
            record: row.get(0)?,
            ts_us: row.get(1)?,
            facets: Facets::from_bits(row.get(2)?),
            action: action.map(|action| action.to_lowercase()),
            carded: row.get(4)?,
        })
    }

    /// Whether it keeps a promise of that kind that was made at that moment.
    fn does(&self, kind: PromiseKind, said_us: i64) -> bool {
        let has = |facet| self.facets.has(facet);
        if has(Facets::FAILURE) {
            return false;
        }
        match kind {
            // «Ждём завтра в 15:00» after the client's yes to a reminder is true as well.
            PromiseKind::Booked => {
                [Facets::BOOKING, Facets::RESCHEDULED, Facets::CONFIRMED].into_iter().any(has) || self.on_visit(&["add", "create", "book"])
            }
            PromiseKind::Rescheduled => has(Facets::RESCHEDULED) || has(Facets::BOOKING) || self.on_visit(&["update", "move", "reschedul"]),
            PromiseKind::Cancelled => has(Facets::CANCELLED) || self.on_visit(&["delete", "cancel", "remove"]),
            PromiseKind::ReminderSent | PromiseKind::ReminderPromised => {
                has(Facets::REMINDER) || self.acted(&["remind"], &["send", "remind"])
            }
            PromiseKind::CallbackPromised => (has(Facets::OPERATOR) && self.ts_us > said_us) || self.acted(&["call"], &["call"]),
            PromiseKind::HandedOver => has(Facets::HANDOFF) || has(Facets::LEAD) || (has(Facets::OPERATOR) && self.ts_us > said_us),
            PromiseKind::LeadCreated => {
                has(Facets::LEAD)
                    || has(Facets::BOOKING)
                    || (self.carded && self.acted(&["lead", "deal", "order", "request"], &["add", "create"]))
            }
            PromiseKind::PaymentReceived => has(Facets::PAYMENT),
            PromiseKind::SentInfo | PromiseKind::DiscountPromised | PromiseKind::PriceStated => false,
        }
    }

    /// `booking.v1.booking.add`, `create_record`: a call of a CRM that has no type of its own.
    fn on_visit(&self, verbs: &[&str]) -> bool {
        self.acted(&["booking", "appointment", "record", "visit"], verbs)
    }

    fn acted(&self, things: &[&str], verbs: &[&str]) -> bool {
        let Some(action) = &self.action else { return false };
        let names = |any: &[&str]| any.iter().any(|part| action.contains(part));
        names(things) && names(verbs) && !["comment", "list", "get"].iter().any(|part| action.contains(part))
    }
}

/// What happened around that moment to that client: in the same conversation, in their others, and outside of any.
fn around(conn: &Connection, place: Place, terms: Terms) -> rusqlite::Result<Vec<Deed>> {
    let sql = "WITH people (id) AS (
           SELECT also.id FROM identities i CROSS JOIN clients c CROSS JOIN clients also
            WHERE i.id = ?2 AND c.id = i.client AND also.root = c.root),
         talks (id) AS (
           SELECT ?1 WHERE ?1 IS NOT NULL
           UNION SELECT s.id FROM people p CROSS JOIN sessions s WHERE s.client = p.id AND s.last_us >= ?3 AND s.started_us <= ?4)
       SELECT e.record, e.ts_us, e.facets, e.action, e.crm IS NOT NULL FROM talks t CROSS JOIN events e
        WHERE e.session = t.id AND e.ts_us BETWEEN ?3 AND ?4 AND (e.facets & ?5 <> 0 OR e.action IS NOT NULL)
       UNION ALL
       SELECT e.record, e.ts_us, e.facets, e.action, e.crm IS NOT NULL
         FROM people p CROSS JOIN identities i CROSS JOIN events e
        WHERE i.client = p.id AND e.identity = i.id AND e.session IS NULL AND e.ts_us BETWEEN ?3 AND ?4
          AND (e.facets & ?5 <> 0 OR e.action IS NOT NULL)
       UNION ALL
       SELECT record, ts_us, facets, action, crm IS NOT NULL FROM events WHERE record = ?6 AND session IS NULL
       LIMIT ?7";
    let deeds = [
        Facets::OPERATOR,
        Facets::BOOKING,
        Facets::CANCELLED,
        Facets::HANDOFF,
        Facets::LEAD,
        Facets::PAYMENT,
        Facets::REMINDER,
        Facets::CONFIRMED,
        Facets::RESCHEDULED,
    ];
    let mask = deeds.into_iter().fold(Facets::NONE, |all, facet| all | facet).bits();
    let (from, to) = (place.ts_us.saturating_sub(terms.before_us), place.ts_us.saturating_add(terms.after_us));
    let values = params![place.session, place.identity, from, to, mask, place.record, LOOKED_AT];
    conn.prepare_cached(sql)?.query_map(values, Deed::read)?.collect()
}
