//! Sums by day: what stays of a conversation when it is gone.
//!
//! A day is the business's own (its time zone) and a conversation belongs to the day of its first event. While all detail of a day lives,
//! its sums are computed from the conversations. Just before the first of them goes the day is *frozen*: its sums are stored, and from then
//! on nothing changes them, because what is left is not the whole any more. Cells hold counts and no person: intents and channels are masked,
//! should a bot have put something personal there.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, Transaction, params};

use crate::event::when::DAY_US;
use crate::event::{BusinessId, Facets};
use crate::privacy::mask::{Care, Known, Masker};

/// What [`read`] reads.
const COLUMNS: &str = "day, channel, kind, intent, outcome, conversations, events, inbound, replies, answered, answer_us, bookings,
  cancellations, refusals, leads, handoffs, failures";

/// A day of a business, as days since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment by a clock.
    #[must_use]
    pub fn of(us: i64, zone: &TimeZone) -> Self {
        let moment = jiff::Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(zone.clone());
        Self(days_since_1970(moment.date()))
    }

    /// Its first moment and that of the next day, µs UTC: 23 or 25 hours where clocks are changed.
    #[must_use]
    pub fn span_us(self, zone: &TimeZone) -> (i64, i64) {
        (self.start_us(zone), Self(self.0 + 1).start_us(zone))
    }

    /// The day of a calendar.
    #[must_use]
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0.clamp(-700_000, 700_000)))
    }

    fn start_us(self, zone: &TimeZone) -> i64 {
        self.date().to_zoned(zone.clone()).map_or(self.0 * DAY_US, |start| start.timestamp().as_microsecond())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(f)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(days_since_1970(date))
    }
}

fn days_since_1970(date: Date) -> i64 {
    i64::from(date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()))
}

/// One cell of a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs, reason = "the columns of `days` in schema.sql")]
pub struct Cell {
    pub day: Day,
    pub channel: String,
    pub kind: String,
    pub intent: String,
    pub outcome: String,
    pub sums: Sums,
}

/// The numbers of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs, reason = "the columns of `days` in schema.sql")]
pub struct Sums {
    pub conversations: i64,
    pub events: i64,
    pub inbound: i64,
    pub replies: i64,
    pub answered: i64,
    pub answer_us: i64,
    pub bookings: i64,
    pub cancellations: i64,
    pub refusals: i64,
    pub leads: i64,
    pub handoffs: i64,
    pub failures: i64,
}

impl Cell {
    fn key(&self) -> (&str, &str, &str, &str) {
        (&self.channel, &self.kind, &self.intent, &self.outcome)
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.events += other.events;
        self.inbound += other.inbound;
        self.replies += other.replies;
        self.answered += other.answered;
        self.answer_us += other.answer_us;
        self.bookings += other.bookings;
        self.cancellations += other.cancellations;
        self.refusals += other.refusals;
        self.leads += other.leads;
        self.handoffs += other.handoffs;
        self.failures += other.failures;
    }
}

/// The cells of one day: stored ones of a frozen day, else computed now.
///
/// # Errors
/// When the database says no.
pub fn cells(conn: &Connection, masker: &Masker, business: BusinessId, day: Day, zone: &TimeZone) -> rusqlite::Result<Vec<Cell>> {
    if is_frozen(conn, business, day)? {
        let sql = format!("SELECT {COLUMNS} FROM days WHERE business = ?1 AND day = ?2 ORDER BY channel, kind, intent, outcome");
        return conn.prepare_cached(&sql)?.query_map(params![business.0, day.0], read)?.collect();
    }
    computed(conn, masker, business, day, zone)
}

/// Whether the sums of a day are final.
///
/// # Errors
/// When the database says no.
pub fn is_frozen(conn: &Connection, business: BusinessId, day: Day) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM frozen_days WHERE business = ?1 AND day = ?2")?.exists(params![business.0, day.0])
}

/// Freezes a day that is not frozen yet: call before any of its detail goes.
///
/// # Errors
/// When the database says no.
pub fn freeze(tx: &Transaction<'_>, masker: &Masker, business: BusinessId, day: Day, zone: &TimeZone, now_us: i64) -> rusqlite::Result<()> {
    if is_frozen(tx, business, day)? {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO days (business, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
    );
    let mut insert = tx.prepare_cached(&sql)?;
    for Cell { channel, kind, intent, outcome, sums: s, .. } in computed(tx, masker, business, day, zone)? {
        insert.execute(params![
            business.0,
            day.0,
            channel,
            kind,
            intent,
            outcome,
            s.conversations,
            s.events,
            s.inbound,
            s.replies,
            s.answered,
            s.answer_us,
            s.bookings,
            s.cancellations,
            s.refusals,
            s.leads,
            s.handoffs,
            s.failures
        ])?;
    }
    let mut mark = tx.prepare_cached("INSERT INTO frozen_days (business, day, frozen_us) VALUES (?1, ?2, ?3)")?;
    mark.execute(params![business.0, day.0, now_us])?;
    Ok(())
}

/// Removes the sums of days before `day`: their time is over too. The days stay frozen, or what a hold keeps would pass for all of them.
///
/// # Errors
/// When the database says no.
pub fn forget_before(tx: &Transaction<'_>, business: BusinessId, day: Day) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM days WHERE business = ?1 AND day < ?2")?.execute(params![business.0, day.0])
}

/// From what lives. Conversations are found by the events of the day, which an index gives in order; those that began earlier are left out.
fn computed(conn: &Connection, masker: &Masker, business: BusinessId, day: Day, zone: &TimeZone) -> rusqlite::Result<Vec<Cell>> {
    let (from, to) = day.span_us(zone);
    let facet = |facet: Facets| format!("sum(s.facets & {0} <> 0)", facet.bits());
    let talks = format!(
        "SELECT {day}, s.channel, s.kind, coalesce(s.intent, ''), s.outcome, count(*), sum(s.events), sum(s.inbound), sum(s.replies),
           sum(s.first_out_us >= s.first_in_us), sum(CASE WHEN s.first_out_us >= s.first_in_us THEN s.first_out_us - s.first_in_us ELSE 0 END),
           {}, {}, {}, {}, {}, {}
         FROM (SELECT DISTINCT session FROM events WHERE business = ?1 AND ts_us >= ?2 AND ts_us < ?3 AND session IS NOT NULL) e
           JOIN sessions s ON s.id = e.session
         WHERE s.started_us >= ?2 AND s.started_us < ?3 GROUP BY s.channel, s.kind, s.intent, s.outcome",
        facet(Facets::BOOKING),
        facet(Facets::CANCELLED),
        facet(Facets::REFUSED),
        facet(Facets::LEAD),
        facet(Facets::HANDOFF),
        facet(Facets::FAILURE),
        day = day.0,
    );
    let (inbound, reply, operator) = (Facets::INBOUND.bits(), Facets::REPLY.bits(), Facets::OPERATOR.bits());
    let alone = format!(
        "SELECT {}, channel, 'outside', coalesce(intent, ''), type, 0, count(*), sum(facets & {inbound} <> 0), sum(facets & {} <> 0), 0, 0, 0, 0, 0, 0, 0, 0
         FROM events WHERE business = ?1 AND ts_us >= ?2 AND ts_us < ?3 AND session IS NULL GROUP BY channel, intent, type",
        day.0,
        reply | operator,
    );
    let mut cells: Vec<Cell> = Vec::new();
    for sql in [talks, alone] {
        // Once a day and business: not worth a place among the prepared statements, of which each day would be another one.
        let mut statement = conn.prepare(&sql)?;
        for cell in statement.query_map(params![business.0, from, to], read)? {
            let cell = cell?;
            cells.push(Cell { channel: harmless(masker, cell.channel), intent: harmless(masker, cell.intent), ..cell });
        }
    }
    cells.sort_by(|one, other| one.key().cmp(&other.key()));
    cells.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            kept.sums += next.sums;
        }
        same
    });
    Ok(cells)
}

/// A word that tells nothing of a person.
pub fn harmless(masker: &Masker, word: String) -> String {
    if word.is_empty() { word } else { masker.mask(&word.replace('_', " "), &Known::default(), Care::Thorough).text.replace(' ', "_") }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Cell> {
    let sums = Sums {
        conversations: row.get(5)?,
        events: row.get(6)?,
        inbound: row.get(7)?,
        replies: row.get(8)?,
        answered: row.get::<_, Option<i64>>(9)?.unwrap_or(0),
        answer_us: row.get(10)?,
        bookings: row.get(11)?,
        cancellations: row.get(12)?,
        refusals: row.get(13)?,
        leads: row.get(14)?,
        handoffs: row.get(15)?,
        failures: row.get(16)?,
    };
    Ok(Cell { day: Day(row.get(0)?), channel: row.get(1)?, kind: row.get(2)?, intent: row.get(3)?, outcome: row.get(4)?, sums })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{NOON, Pen, empty};
    use super::*;

    const MOSCOW: &str = "Europe/Moscow";

    fn zone() -> TimeZone {
        TimeZone::get(MOSCOW).unwrap()
    }

    fn said(id: &str, at: &str, rest: &str) -> String {
        format!(r#"{{"event_id":"{id}","timestamp":"{at}","channel":"site","client":{{"id":"{id}"}},{rest}}}"#)
    }

    #[test]
    fn an_evening_in_utc_is_the_next_day_in_moscow() {
        let at = |text: &str| Day::of(text.parse::<jiff::Timestamp>().unwrap().as_microsecond(), &zone());
        assert_eq!(at("2025-01-31T22:30:00Z").to_string(), "2025-02-01");
        let (from, to) = at("2025-01-31T22:30:00Z").span_us(&zone());
        assert_eq!((to - from, jiff::Timestamp::from_microsecond(from).unwrap().to_string()), (DAY_US, "2025-01-31T21:00:00Z".into()));
    }

    #[test]
    fn a_frozen_day_is_what_it_was_and_never_changes() {
        let mut conn = empty();
        let (tx, masker, business) = (conn.transaction().unwrap(), Masker::default(), BusinessId(1));
        let mut pen = Pen::new(&tx, business);
        pen.event(&tx, &said("a", "2025-01-01T12:00:00+03:00", r#""text":"можно?","intent":"запись""#));
        pen.event(&tx, &said("a2", "2025-01-01T12:00:05+03:00", r#""text":"да","intent":"звоните +79215550101""#));
        pen.event(&tx, &said("b", "2025-01-02T00:30:00+03:00", r#""text":"ночью""#));
        pen.flush(&tx);
        let day = Day::of(NOON, &zone());
        let before = cells(&tx, &masker, business, day, &zone()).unwrap();
        assert_eq!(before.iter().map(|cell| cell.sums.conversations).sum::<i64>(), 2);
        assert!(before.iter().any(|cell| cell.intent == "звоните_[ТЕЛЕФОН]"), "{before:?}");
        freeze(&tx, &masker, business, day, &zone(), NOON).unwrap();
        assert_eq!(cells(&tx, &masker, business, day, &zone()).unwrap(), before);
        pen.event(&tx, &said("late", "2025-01-01T15:00:00+03:00", r#""text":"поздно""#));
        pen.flush(&tx);
        freeze(&tx, &masker, business, day, &zone(), NOON).unwrap();
        assert_eq!(cells(&tx, &masker, business, day, &zone()).unwrap(), before);
        assert_eq!(forget_before(&tx, business, day).unwrap(), 0);
        assert_eq!(forget_before(&tx, business, Day(day.0 + 1)).unwrap(), 2);
        assert_eq!(cells(&tx, &masker, business, day, &zone()).unwrap(), []);
    }
}
