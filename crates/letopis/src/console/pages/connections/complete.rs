//! What events lack, by channel, and what to do about it: for whoever connects the systems.

use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::super::error::PageError;
use super::super::labels;
use super::super::language::Texts;
use super::super::numbers::drawing::{decimal, share};
use super::super::visitor::Visitor;
use crate::console::period::Period;
use crate::event::BusinessId;
use crate::metrics::completeness::{Completeness, Shares, What, completeness};
use crate::metrics::rate::Rate;

/// The table; nothing of a business without events.
pub(super) struct Table {
    /// What is looked for.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// What to do where a share is low.
    pub(super) advice: Vec<(String, String)>,
    pub(super) is_cut: bool,
}

/// A channel, or all of them.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

/// A share, and whether it is worth seeing to.
pub(super) struct Cell {
    pub(super) label: String,
    pub(super) said: String,
    pub(super) is_low: bool,
}

/// Of the last thirty days.
pub(super) fn read(conn: &Connection, business: BusinessId, zone: &TimeZone, now_us: i64) -> Result<Completeness, PageError> {
    let Period { from_us, to_us } = Period::given(None, None, zone, now_us);
    Ok(completeness(conn, business, from_us, to_us)?)
}

/// As it is shown.
pub(super) fn table(visitor: &Visitor, found: &Completeness) -> Option<Table> {
    if found.channels.is_empty() {
        return None;
    }
    let t = &visitor.t;
    let label = |what: What| t.of("complete-what", what.as_str());
    let row = |name: String, shares: &Shares| Row {
        name,
        cells: What::ALL
            .map(|what| Cell { label: label(what), said: said(t, shares.of(what)), is_low: shares.is_low(what) })
            .into_iter()
            .collect(),
    };
    let is_low = |what: &What| found.channels.values().chain([&found.all]).any(|shares| shares.is_low(*what));
    let low = What::ALL.into_iter().filter(is_low);
    Some(Table {
        columns: What::ALL.map(label).into(),
        rows: std::iter::once(row(t.say("complete-all"), &found.all))
            .filter(|_| found.channels.len() > 1)
            .chain(found.channels.iter().map(|(channel, shares)| row(labels::channel(t, channel).name, shares)))
            .collect(),
        advice: low.map(|what| (label(what), t.of("complete-do", what.as_str()))).collect(),
        is_cut: found.is_cut,
    })
}

/// It is a count of all and no sample, so there is no interval.
fn said(t: &Texts, rate: Rate) -> String {
    let Some(of_all) = rate.share().filter(|_| !rate.is_few()) else { return share(t, rate) };
    let whole = |count: u64| decimal(t, count as f64, 0).into();
    let per_cent = t.of("per-cent", &decimal(t, of_all * 100.0, 1));
    t.with("complete-share", &[("share", per_cent.into()), ("part", whole(rate.part)), ("n", whole(rate.n))])
}
