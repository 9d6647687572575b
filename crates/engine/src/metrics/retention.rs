//! What share of the events accepted in the last 30, 90 and 365 days is available, and where the others are.
//!
//! *Accepted* comes from the numbers of the tree, which nobody can edit together with the data: every number is an event, a decision, or
//! the entry of an act, and the latter two are known. *Full* has its record; *anonymised* has a row without a person; *erased* and *expired*
//! are listed in an act; what is none of this is *lost*, and its target is zero. It is a count of all, not a sample: there is no interval.
//!
//! Stored alone is not available: a record that the last nightly audit could not open, or whose hash is not the one that was signed, is lost as
//! well, and is named *unsound*. What came after that audit is *unchecked* until the next night. Days are the business's own.

use jiff::tz::TimeZone;
use std::collections::BTreeMap;

use ledger::{ActKind, RecordList};
use rusqlite::Connection;
use serde::Serialize;

use crate::event::{BusinessId, RecordNo};
use crate::journal::days::Day;
use crate::journal::{acts, anonymised, append, audits, record_days};

/// The windows that the number is shown for, in days.
pub const WINDOWS: [i64; 3] = [30, 90, 365];

/// Where the events of one window are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Events {
    /// The denominator.
    pub accepted: u64,
    /// Available as they came.
    pub full: u64,
    /// Available without their person.
    pub anonymised: u64,
    /// Destroyed because a person's data had to go.
    pub erased: u64,
    /// Destroyed because their time was over; sums by day stay.
    pub expired: u64,
    /// Neither there nor in an act; or there, and not what was signed.
    pub lost: u64,
    /// Of the lost those that are there: the last audit could not open them, or their hash is another one.
    pub unsound: u64,
    /// Of the full ones those that no audit has looked at yet.
    pub unchecked: u64,
}

/// The same as shares; none of them where nothing was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shares {
    /// Full or anonymised, of all accepted.
    pub available: Option<f64>,
    /// Full or anonymised, of those that were not erased lawfully on request.
    pub available_without_erased: Option<f64>,
    /// Lost, of all accepted. Anything above zero is an alarm.
    pub lost: Option<f64>,
}

/// One line of the number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// Events received more than this many days ago are not in it.
    pub to_days: i64,
    /// Events received less than this many days ago are not in it.
    pub from_days: i64,
    /// Counts.
    #[serde(flatten)]
    pub events: Events,
    /// Shares.
    pub shares: Shares,
}

/// The number of one business.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Availability {
    /// When the last audit ended that compared every record's hash, µs; none: there was none yet.
    pub audited_us: Option<i64>,
    /// The last 30, 90 and 365 days.
    pub windows: Vec<Line>,
    /// Days 0 to 30, 30 to 90, 90 to 365.
    pub bands: Vec<Line>,
}

impl Events {
    /// As shares.
    #[must_use]
    pub fn shares(self) -> Shares {
        let of = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let available = self.full + self.anonymised;
        Shares {
            available: of(available, self.accepted),
            available_without_erased: of(available, self.accepted.saturating_sub(self.erased)),
            lost: of(self.lost, self.accepted),
        }
    }

    /// With what the audit says of those that are stored.
    fn but(self, unsound: u64, unchecked: u64) -> Self {
        let unsound = unsound.min(self.full);
        Self { full: self.full - unsound, lost: self.lost + unsound, unsound, unchecked: unchecked.min(self.full - unsound), ..self }
    }

    fn without(self, younger: Self) -> Self {
        Self {
            accepted: self.accepted.saturating_sub(younger.accepted),
            full: self.full.saturating_sub(younger.full),
            anonymised: self.anonymised.saturating_sub(younger.anonymised),
            erased: self.erased.saturating_sub(younger.erased),
            expired: self.expired.saturating_sub(younger.expired),
            lost: self.lost.saturating_sub(younger.lost),
            unsound: self.unsound.saturating_sub(younger.unsound),
            unchecked: self.unchecked.saturating_sub(younger.unchecked),
        }
    }
}

/// Counts at `now_us`, by the business's own days.
///
/// # Errors
/// When the database says no.
pub fn measure(conn: &Connection, business: BusinessId, zone: &TimeZone, now_us: i64) -> rusqlite::Result<Availability> {
    let (gone, audit) = (Gone::read(conn, business)?, audits::latest(conn, business)?);
    let today = Day::of(now_us, zone);
    let (end, audited) = (append::next_index(conn, business)?, audit.as_ref().map_or(0, audited));
    let since = |days: i64| Ok(record_days::first_since(conn, business, Day(today.0 - days + 1))?.min(end));
    let firsts: Vec<u64> = WINDOWS.into_iter().map(since).collect::<rusqlite::Result<_>>()?;
    let stored = stored(conn, business, firsts.iter().flat_map(|first| [*first, audited.max(*first)]).collect(), end, &gone)?;
    let mut counted = Vec::with_capacity(WINDOWS.len());
    for (days, first) in WINDOWS.into_iter().zip(firsts) {
        let anonymised = anonymised::count_since(conn, business, Day(today.0 - days + 1))?;
        let unsound = audit.as_ref().map_or(Ok(0), |audit| stored_of(conn, business, &audit.unsound, first))?;
        let events = stored[&first].events(end - first, first, anonymised, &gone);
        counted.push(events.but(unsound, stored[&audited.max(first)].full()));
    }
    let line = |from_days, to_days, events: Events| Line { to_days, from_days, events, shares: events.shares() };
    let windows = WINDOWS.iter().zip(&counted).map(|(days, events)| line(0, *days, *events)).collect();
    let mut bands = Vec::with_capacity(WINDOWS.len());
    let (mut from, mut younger) = (0, Events::default());
    for (to, events) in WINDOWS.into_iter().zip(counted) {
        bands.push(line(from, to, events.without(younger)));
        (from, younger) = (to, events);
    }
    Ok(Availability { audited_us: audit.map(|audit| audit.ended_us), windows, bands })
}

/// Entries that an audit speaks for: none where the tree itself is not what was signed, because then nobody knows which records are.
fn audited(audit: &audits::Run) -> u64 {
    if audit.is_forged { 0 } else { audit.entries }
}

/// How many events of a list are stored, from a number on: an audit finds few, so each is looked up.
fn stored_of(conn: &Connection, business: BusinessId, list: &RecordList, first: u64) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM blobs b WHERE record >= ?1 AND record <= ?2 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.record = b.record)";
    let (mut find, mut events) = (conn.prepare_cached(sql)?, 0);
    for (from, to) in list.runs().iter().filter(|(_, to)| *to >= first) {
        let range = [RecordNo::new(business, first.max(*from)).as_i64(), RecordNo::new(business, *to).as_i64()];
        events += find.query_row(range, |row| row.get::<_, i64>(0))? as u64;
    }
    Ok(events)
}

/// What acts list.
struct Gone {
    erased: RecordList,
    expired: RecordList,
}

impl Gone {
    fn read(conn: &Connection, business: BusinessId) -> rusqlite::Result<Self> {
        let mut gone = Self { erased: RecordList::default(), expired: RecordList::default() };
        let (mut erased, mut expired) = (Vec::new(), Vec::new());
        for act in acts::newest(conn, business, None, u32::MAX)? {
            let runs = if act.kind == ActKind::Erase { &mut erased } else { &mut expired };
            runs.extend(act.list.iter());
        }
        gone.erased = RecordList::of(erased);
        gone.expired = RecordList::of(expired);
        Ok(gone)
    }
}

/// How many of `list` have a number from `first` on.
fn since(list: &RecordList, first: u64) -> u64 {
    list.runs().iter().map(|(from, to)| (to + 1).saturating_sub(first.max(*from))).sum()
}

/// What is stored from a number on.
#[derive(Default)]
struct Stored {
    blobs: u64,
    decisions: u64,
    /// Entries that are no record: of acts.
    others: u64,
}

/// What is stored from each of these numbers up to `end`.
fn stored(conn: &Connection, business: BusinessId, mut firsts: Vec<u64>, end: u64, gone: &Gone) -> rusqlite::Result<BTreeMap<u64, Stored>> {
    firsts.push(0);
    firsts.sort_unstable();
    firsts.dedup();
    let mut stored: BTreeMap<u64, Stored> = firsts.iter().map(|first| (*first, Stored::default())).collect();
    let numbers: Vec<i64> = [end].iter().chain(&firsts).map(|index| RecordNo::new(business, *index).as_i64()).collect();
    let filters: Vec<String> = (3..=numbers.len()).map(|at| format!(", count(*) FILTER (WHERE record >= ?{at})")).collect();
    let count = |from: &str, stored: &mut BTreeMap<u64, Stored>, take: fn(&mut Stored) -> &mut u64| {
        let sql = format!("SELECT count(*){} FROM {from} WHERE record >= ?2 AND record < ?1", filters.concat());
        conn.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(&numbers), |row| {
            stored.values_mut().enumerate().try_for_each(|(at, stored)| row.get::<_, i64>(at).map(|count| *take(stored) = count as u64))
        })
    };
    count("decisions", &mut stored, |stored| &mut stored.decisions)?;
    // The second byte of an entry is its kind; a record's is 0.
    count("(SELECT record FROM entries INDEXED BY entries_of_acts WHERE substr(entry, 2, 1) <> x'00')", &mut stored, |stored| {
        &mut stored.others
    })?;
    let wanted = |first: u64, stored: &Stored| {
        end.saturating_sub(first).saturating_sub(stored.others + since(&gone.erased, first) + since(&gone.expired, first))
    };
    if all(conn, business)? == Some(wanted(0, &stored[&0])) {
        stored.iter_mut().for_each(|(first, stored)| stored.blobs = wanted(*first, stored));
        return Ok(stored);
    }
    // By an index that holds nothing else, because the blobs themselves are a hundred times larger; it has no order by number, so all are
    // counted in one pass.
    count("blobs INDEXED BY blobs_by_key", &mut stored, |stored| &mut stored.blobs)?;
    Ok(stored)
}

/// How many blobs there are at all, where all are of this business: a whole table is counted by its pages, twenty times faster than rows are
/// compared. As many as there should be: none is missing.
fn all(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<u64>> {
    let within = |record: Option<i64>| record.is_none_or(|record| RecordNo::from_i64(record).business() == business);
    let ends = "SELECT (SELECT min(record) FROM blobs), (SELECT max(record) FROM blobs)";
    let alone = conn.prepare_cached(ends)?.query_row([], |row| Ok(within(row.get(0)?) && within(row.get(1)?)))?;
    let count = || conn.prepare_cached("SELECT count(*) FROM blobs")?.query_row([], |row| row.get::<_, i64>(0));
    if alone { Ok(Some(count()? as u64)) } else { Ok(None) }
}

impl Stored {
    /// Events that are there.
    fn full(&self) -> u64 {
        self.blobs.saturating_sub(self.decisions)
    }

    fn events(&self, numbers: u64, first: u64, anonymised: u64, gone: &Gone) -> Events {
        let accepted = numbers.saturating_sub(self.decisions + self.others);
        let full = self.full();
        let (erased, listed) = (since(&gone.erased, first), since(&gone.expired, first));
        let anonymised = anonymised.min(listed);
        let lost = accepted.saturating_sub(full + erased + listed);
        Events { accepted, full, anonymised, erased, expired: listed - anonymised, lost, ..Events::default() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::testing::{Pen, empty};

    /// Section 4.8 of the definitions, to the printed digits.
    #[test]
    fn the_worked_example_comes_out() {
        let events = Events { accepted: 10_000, full: 9_200, anonymised: 700, erased: 60, expired: 0, lost: 40, ..Events::default() };
        let shares = events.shares();
        let percent = |share: Option<f64>, digits: usize| format!("{:.digits$}", share.unwrap() * 100.0);
        assert_eq!(percent(shares.available, 2), "99.00");
        assert_eq!(percent(shares.available_without_erased, 3), "99.598");
        assert_eq!(percent(shares.lost, 2), "0.40");
        assert_eq!(Events::default().shares(), Shares { available: None, available_without_erased: None, lost: None });
    }

    #[test]
    fn what_is_stored_and_not_what_was_signed_is_lost() {
        let stored = Events { accepted: 100, full: 100, ..Events::default() };
        let known = stored.but(3, 10);
        assert_eq!((known.full, known.lost, known.unsound, known.unchecked), (97, 3, 3, 10));
        assert_eq!(known.shares().available, Some(0.97));
        assert_eq!(stored.but(0, 200).unchecked, 100, "no more than there are");
    }

    #[test]
    fn days_are_the_business_s_own_and_the_last_audit_s_word_counts() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        for id in ["a", "b", "c"] {
            let event = format!(r#"{{"event_id":"{id}","timestamp":"2025-01-01T12:00:00Z","channel":"vk","session_id":"s","text":"да"}}"#);
            pen.event(&tx, &event).unwrap();
        }
        pen.flush(&tx);
        let first: i64 = tx.query_row("SELECT min(record) FROM events", [], |row| row.get(0)).unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        // Late in the evening of the 31st by UTC it is January already in Moscow.
        let received = at("2024-12-31T22:30:00Z");
        record_days::note(&tx, Day::of(received, &moscow), RecordNo::from_i64(first)).unwrap();
        let month = |zone: &TimeZone, now: &str| measure(&tx, BusinessId(1), zone, at(now)).unwrap().windows[0].events.accepted;
        let all = month(&moscow, "2025-01-30T20:59:00Z");
        assert!(all > 0);
        assert_eq!(month(&moscow, "2025-01-30T21:00:00Z"), 0, "the thirty-first day has begun there");

        let index = RecordNo::from_i64(first).index();
        let count = || measure(&tx, BusinessId(1), &moscow, at("2025-01-05T12:00:00Z")).unwrap();
        assert_eq!((count().audited_us, count().windows[0].events.unchecked), (None, all), "nobody has looked yet");
        let (unsound, ended_us) = (RecordList::of([index]), at("2025-01-02T00:10:00Z"));
        let (business, findings) = (BusinessId(1), "[]".to_owned());
        let is_forged = false;
        let run =
            audits::Run { business, started_us: 0, ended_us, deep: true, entries: index + all - 1, wrong: 1, findings, unsound, is_forged };
        audits::note(&tx, &run).unwrap();
        let events = count().windows[0].events;
        assert_eq!((events.full, events.lost, events.unsound, events.unchecked), (all - 1, 1, 1, 1), "{events:?}");
        assert_eq!(count().audited_us, Some(ended_us));
        assert_eq!(count().bands[1].events, Events::default());

        // A wrong row or conversation says nothing about records; a root that was not signed says that nobody knows.
        let audited = |run: audits::Run| {
            audits::note(&tx, &run).unwrap();
            count().windows[0].events.unchecked
        };
        let findings = r#"[{"what":"session","place":"sessions","message":"other words"}]"#.to_owned();
        let run = audits::Run { started_us: 1, findings, unsound: RecordList::default(), ..run };
        assert_eq!(audited(run.clone()), 1);
        assert_eq!(audited(audits::Run { started_us: 2, is_forged: true, ..run }), all);
    }

    #[test]
    fn what_is_missing_is_lost_whether_all_were_counted_at_once_or_one_by_one() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pens = [1, 2].map(|business| Pen::new(&tx, BusinessId(business)));
        let mut write = |business: usize, id: &str| {
            let pen = &mut pens[business - 1];
            let event = format!(r#"{{"event_id":"{id}","timestamp":"2025-01-01T12:00:00Z","channel":"vk","session_id":"s","text":"да"}}"#);
            let record = pen.event(&tx, &event).unwrap();
            pen.flush(&tx);
            record
        };
        write(1, "a");
        let last = write(1, "b");
        record_days::note(&tx, Day::of(0, &TimeZone::UTC), RecordNo::new(BusinessId(1), 0)).unwrap();
        let month = || measure(&tx, BusinessId(1), &TimeZone::UTC, 0).unwrap().windows[0].events;
        let whole = month();
        assert!(whole.full > 1 && whole.lost == 0, "{whole:?}");
        write(2, "c");
        assert_eq!(month(), whole, "another business is here: its blobs are not ours");
        tx.execute("DELETE FROM blobs WHERE record = ?1", [last.as_i64()]).unwrap();
        assert_eq!((month().full, month().lost), (whole.full - 1, 1));
        tx.execute("DELETE FROM blobs WHERE record > ?1", [RecordNo::new(BusinessId(2), 0).as_i64() - 1]).unwrap();
        assert_eq!((month().full, month().lost), (whole.full - 1, 1), "ours alone, and not all of them");
    }

    #[test]
    fn a_list_is_counted_from_a_number_on() {
        let list: RecordList = "0-9,20,30-39".parse().unwrap();
        assert_eq!([since(&list, 0), since(&list, 5), since(&list, 20), since(&list, 35), since(&list, 99)], [21, 16, 11, 5, 0]);
    }
}
