//! What share of the events accepted in the last 30, 90 and 365 days is available, and where the others are.
//!
//! *Accepted* comes from the numbers of the tree, which nobody can edit together with the data: every number is an event, a decision, or
//! the entry of an act, and the latter two are known. *Full* has its record; *anonymised* has a row without a person; *erased* and *expired*
//! are listed in an act; what is none of this is *lost*, and its target is zero. It is a count of all, not a sample: there is no interval.

use ledger::{ActKind, RecordList};
use rusqlite::Connection;
use serde::Serialize;

use crate::event::{BusinessId, RecordNo};
use crate::journal::record_days::{self, DAY_US};
use crate::journal::{acts, anonymised, append};

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
    /// Neither there nor in an act.
    pub lost: u64,
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

    fn without(self, younger: Self) -> Self {
        Self {
            accepted: self.accepted.saturating_sub(younger.accepted),
            full: self.full.saturating_sub(younger.full),
            anonymised: self.anonymised.saturating_sub(younger.anonymised),
            erased: self.erased.saturating_sub(younger.erased),
            expired: self.expired.saturating_sub(younger.expired),
            lost: self.lost.saturating_sub(younger.lost),
        }
    }
}

/// Counts at `now_us`.
///
/// # Errors
/// When the database says no.
pub fn measure(conn: &Connection, business: BusinessId, now_us: i64) -> rusqlite::Result<Availability> {
    let gone = Gone::read(conn, business)?;
    let today = now_us.div_euclid(DAY_US);
    // Each stretch of numbers is counted once: a year holds the month, and a million rows take a while.
    let (mut counted, mut stored) = (Vec::with_capacity(WINDOWS.len()), Stored::default());
    let mut next = append::next_index(conn, business)?;
    let end = next;
    for days in WINDOWS {
        let since_day = today - days + 1;
        let first = record_days::first_since(conn, business, since_day)?.min(next);
        stored.add(conn, business, first..next)?;
        next = first;
        let anonymised = anonymised::count_since(conn, business, since_day)?;
        counted.push(stored.events(end - first, first, anonymised, &gone));
    }
    let line = |from_days, to_days, events: Events| Line { to_days, from_days, events, shares: events.shares() };
    let windows = WINDOWS.iter().zip(&counted).map(|(days, events)| line(0, *days, *events)).collect();
    let mut bands = Vec::with_capacity(WINDOWS.len());
    let (mut from, mut younger) = (0, Events::default());
    for (to, events) in WINDOWS.into_iter().zip(counted) {
        bands.push(line(from, to, events.without(younger)));
        (from, younger) = (to, events);
    }
    Ok(Availability { windows, bands })
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

/// What is stored under a stretch of numbers.
#[derive(Default)]
struct Stored {
    blobs: u64,
    decisions: u64,
    /// Entries that are no record: of acts.
    others: u64,
}

impl Stored {
    fn add(&mut self, conn: &Connection, business: BusinessId, numbers: std::ops::Range<u64>) -> rusqlite::Result<()> {
        if numbers.is_empty() {
            return Ok(());
        }
        let range = [RecordNo::new(business, numbers.start).as_i64(), RecordNo::new(business, numbers.end).as_i64()];
        let number = |sql: &str| conn.prepare_cached(sql)?.query_row(range, |row| row.get::<_, i64>(0)).map(|count| count as u64);
        // By an index that holds nothing else: the blobs themselves are a hundred times larger.
        self.blobs += number("SELECT count(*) FROM blobs INDEXED BY blobs_by_key WHERE record >= ?1 AND record < ?2")?;
        self.decisions += number("SELECT count(*) FROM decisions WHERE record >= ?1 AND record < ?2")?;
        // The second byte of an entry is its kind; a record's is 0.
        let others =
            "SELECT count(*) FROM entries INDEXED BY entries_of_acts WHERE record >= ?1 AND record < ?2 AND substr(entry, 2, 1) <> x'00'";
        self.others += number(others)?;
        Ok(())
    }

    fn events(&self, numbers: u64, first: u64, anonymised: u64, gone: &Gone) -> Events {
        let accepted = numbers.saturating_sub(self.decisions + self.others);
        let full = self.blobs.saturating_sub(self.decisions);
        let (erased, listed) = (since(&gone.erased, first), since(&gone.expired, first));
        let anonymised = anonymised.min(listed);
        let lost = accepted.saturating_sub(full + erased + listed);
        Events { accepted, full, anonymised, erased, expired: listed - anonymised, lost }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Section 4.8 of the definitions, to the printed digits.
    #[test]
    fn the_worked_example_comes_out() {
        let events = Events { accepted: 10_000, full: 9_200, anonymised: 700, erased: 60, expired: 0, lost: 40 };
        let shares = events.shares();
        let percent = |share: Option<f64>, digits: usize| format!("{:.digits$}", share.unwrap() * 100.0);
        assert_eq!(percent(shares.available, 2), "99.00");
        assert_eq!(percent(shares.available_without_erased, 3), "99.598");
        assert_eq!(percent(shares.lost, 2), "0.40");
        assert_eq!(Events::default().shares(), Shares { available: None, available_without_erased: None, lost: None });
    }

    #[test]
    fn a_list_is_counted_from_a_number_on() {
        let list: RecordList = "0-9,20,30-39".parse().unwrap();
        assert_eq!([since(&list, 0), since(&list, 5), since(&list, 20), since(&list, 35), since(&list, 99)], [21, 16, 11, 5, 0]);
    }
}
